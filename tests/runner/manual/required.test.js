// The same for files that require().
jest.mock('parcel');
jest.mock('./steps.cjs', () => jest.fn(() => 3));
const parcel = require('parcel');
const steps = require('./steps.cjs');

test('a package', () => expect(parcel.weigh()).toBe(0));
test('what a mock passes on', () => expect(parcel.real).toBe(7));
test('a module that is a function', () => expect([steps(), jest.isMockFunction(steps)]).toEqual([3, true]));
test('on request', () => expect(jest.requireMock('parcel').weigh()).toBe(0));
