// The names of Node.
import test, { after, describe, it, mock } from 'node:test';

let ended = 0;
after(() => void ended++);
describe('node', () => {
  it('mocks', () => {
    const f = mock.fn(() => 42);
    if (f() !== 42 || f.mock.callCount() !== 1) throw new Error('wrong');
    if (f.mock.calls[0].result !== 42) throw new Error('wrong');
  });
});
test('plain', t => {
  if (t.name !== 'plain') throw new Error('wrong');
});
