// The greeting.
import { cronflow } from 'cronflow';
import { expect, test } from 'cronflow/testing';
import './workflow';

const hello = cronflow.getWorkflow('hello')!;

test('greets by name', async () => {
  const run = await hello.test().trigger({ name: 'Ada' }).expectStep('greet').toReturn({ message: 'Hello, Ada!' }).expectStep('notify').toSucceed().run();
  expect(run.logs.map((line: any) => line.message)).toEqual(['said "Hello, Ada!"']);
});

test('greets a stranger', () => hello.test().expectStep('greet').toReturn({ message: 'Hello, stranger!' }).run());
