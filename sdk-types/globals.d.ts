// Names that test files have without an import.

declare const test: typeof import('./testing').test;
declare const it: typeof import('./testing').it;
declare const describe: typeof import('./testing').describe;
declare const suite: typeof import('./testing').suite;
declare const expect: typeof import('./testing').expect;
declare const vi: typeof import('./testing').vi;
declare const jest: typeof import('./testing').jest;
declare const beforeAll: typeof import('./testing').beforeAll;
declare const afterAll: typeof import('./testing').afterAll;
declare const beforeEach: typeof import('./testing').beforeEach;
declare const afterEach: typeof import('./testing').afterEach;
