// The same by the built-in express.
import express from 'express';

const app = express();
app.use(express.json());
app.get('/:name', (req, res) => res.json({ path: req.path, ok: true }));
app.listen(3000);
