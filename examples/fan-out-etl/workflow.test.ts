// The import: what is read, what is refused, what is added up.
import { cronflow } from 'cronflow';
import { expect, test } from 'cronflow/testing';
import './workflow';

const etl = cronflow.getWorkflow('import')!;

test('reads every page', async () => {
  const run = await etl.test().trigger({ pages: 3 }).expectStep('extract').toSucceed().run();
  expect(run.output).toEqual({ pages: 3, loaded: 26, refused: 4, amount: 571.5 });
});

test('loads groups of four', async () => {
  const run = await etl.test().trigger({ pages: 1 }).run();
  expect(run.steps.filter((step: any) => step.name === 'write')).toHaveLength(3);
  expect(run.steps.transform.output.good[0].name).toBe('Customer 0');
});

test('a page that fails four times fails the import', async () => {
  const busy = Object.assign(new Error('busy'), { status: 503 });
  const run = await etl.test().trigger({ pages: 1 }).failStep('extract', busy, { attempts: 3 }).expectStep('extract').toSucceed().run();
  expect(run.steps.extract.attempts).toBe(4);
  const lost = await etl.test().trigger({ pages: 1 }).failStep('extract', busy).expectStep('extract').toHaveAttempts(4).run();
  expect(lost.status).toBe('failed');
});

test('another failure is not worth another try', async () => {
  const run = await etl.test().trigger({ pages: 1 }).failStep('extract', Object.assign(new Error('gone'), { status: 404 })).expectStep('extract').toHaveAttempts(1).run();
  expect(run.status).toBe('failed');
});

test('survives a crash after every commit', () => etl.test().trigger({ pages: 1 }).crashEverywhere().run());
