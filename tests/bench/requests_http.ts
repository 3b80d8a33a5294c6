// The same by a server of node:http.
import http from 'node:http';

http.createServer((req, res) => {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ path: req.url, ok: true }));
}).listen(3000);
