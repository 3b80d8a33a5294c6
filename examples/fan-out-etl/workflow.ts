// A small ETL: reads pages of a source, transforms their rows in groups, and loads the groups side by side.
// After a crash it goes on with the page and the group that it was at.
//
//   curl -X POST http://127.0.0.1:3000/import -H 'content-type: application/json' -d '{"pages":3}'

import { cronflow } from 'cronflow';

interface Row {
  id: number;
  name: string;
  amount: number;
}

/** Stands for an API with pages. */
function readPage(page: number): Row[] {
  return Array.from({ length: 10 }, (_, index) => {
    const id = page * 10 + index;
    return { id, name: ` Customer ${id} `, amount: id % 7 === 3 ? -1 : id * 1.5 };
  });
}

cronflow
  .define({ id: 'import', name: 'Fan-out ETL', timeout: '1h', retention: '7d' })
  .onWebhook('/import')
  .step('plan', ctx => Array.from({ length: ctx.payload.pages ?? 1 }, (_, page) => page))
  .forEach(
    'pages',
    ctx => ctx.steps.plan.output,
    (page: number, flow) => {
      flow
        .step('extract', () => readPage(page))
        .retry({ attempts: 4, backoff: { delay: '1s' }, retryOn: { statusCodes: [429, 502, 503] } })
        .step('transform', ctx => {
          const rows: Row[] = ctx.last;
          const good = rows.filter(row => row.amount >= 0).map(row => ({ ...row, name: row.name.trim() }));
          return { good, refused: rows.length - good.length };
        })
        .batch('load', { items: ctx => ctx.last.good, size: 4, concurrency: 2 }, (rows: Row[], inner) => {
          inner.step('write', async ctx => {
            await ctx.state.incr('loaded', rows.length);
            return rows.reduce((sum, row) => sum + row.amount, 0);
          });
        })
        .step('sum', ctx => ({
          page,
          refused: ctx.steps.transform.output.refused,
          loaded: ctx.steps.load.output.totalItems,
          amount: ctx.steps.load.output.results.reduce((sum: number, group: { result: number }) => sum + group.result, 0),
        }));
    },
    { concurrency: 3 },
  )
  .step('report', ctx => {
    const pages: { refused: number; loaded: number; amount: number }[] = ctx.steps.pages.output.results.map(({ result }: any) => result);
    const sum = (key: 'refused' | 'loaded' | 'amount') => pages.reduce((total, page) => total + page[key], 0);
    return { pages: pages.length, loaded: sum('loaded'), refused: sum('refused'), amount: sum('amount') };
  });
