// Hooks that never end, each with a limit of its own.
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'cronflow/testing';
const forever = async () => { for (;;) await new Promise(done => setImmediate(done)); };
describe('before each', () => { beforeEach(forever, 60); test('a', () => {}); });
describe('after each', () => { afterEach(forever, 70); test('b', () => {}); });
describe('before all', () => { beforeAll(forever, { timeout: 80 }); test('c', () => {}); });
describe('after all', () => { afterAll(forever, '90ms'); test('d', () => {}); });
