// The built-in express: parameters come from the path.

import express, { type NextFunction, type Request, type Response, Router, type Settings } from 'express';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
const same = <A, B>(_: Equal<A, B>): void => {};

const app = express();
app.use(express.json({ limit: '1mb' }), express.static('public', { maxAge: '1d' }));
app.get('/users/:id/books/:book', (req, res) => {
  same<typeof req.params, { id: string; book: string }>(true);
  res.status(201).set('x-a', '1').json({ id: req.params.id });
});
app.get('/files/*path', req => same<typeof req.params, { path: string[] }>(true));
app.get('/a{/:b}', req => same<typeof req.params.b, string | undefined>(true));
// @ts-expect-error: the path has no such parameter
app.get('/users/:id', req => req.params.name);
app.get(/^\/x/, (req, res) => res.send(req.params[0]));
const setting: any = app.get('env');
app.set('trust proxy', 1);
// @ts-expect-error: not a setting of `etag`
const wrong: Settings['etag'] = 5;

const api = Router({ mergeParams: true });
api.param('id', (_req, _res, next, value) => next(value === '' ? new Error('empty') : undefined));
api.route('/x').get((_req, res) => res.end()).post((_req, res) => res.sendStatus(204));
app.use('/api', api, (error: any, _req: Request, res: Response, next: NextFunction) => (res.headersSent ? next(error) : res.status(500).json({ error: String(error), setting, wrong })));
app.listen(process.env.PORT || 3000, () => console.log('listening'));

declare const process: { env: Record<string, string | undefined> };
