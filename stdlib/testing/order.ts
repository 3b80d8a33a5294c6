// Which tests of a file run, in which order, and which beside each other.

import { randomOf } from 'cronflow:internal/testing/random';
import { fileSettings, pathOf, type Suite, type TestCase } from 'cronflow:internal/testing/suite';

/** Tests that run beside each other where the file says nothing else. */
const MAX_CONCURRENT = 5;

export function testsOf(child: Suite | TestCase): TestCase[] {
  return child.kind === 'test' ? [child] : child.children.flatMap(testsOf);
}

/** Whether there are some that are not left out. */
export const running = (tests: TestCase[]): boolean => tests.some(test => test.mode !== 'skip' && test.mode !== 'todo');

/** Decides what runs: modes of suites go down to their tests, and `only` silences the others. Returns how many there are. */
export function choose(suite: Suite, pattern: string | undefined, hasOnly: boolean): number {
  const matches = pattern === undefined ? undefined : new RegExp(pattern);
  let count = 0;
  const down = (suite: Suite, mode: 'run' | 'only' | 'skip' | 'todo'): void => {
    suite.children = suite.children.filter(child => {
      const own = mode === 'skip' || mode === 'todo' ? mode : child.mode;
      const isOnly = child.mode === 'only' || mode === 'only';
      if (child.kind === 'suite') {
        down(child, own === 'run' && isOnly && !containsOnly(child) ? 'only' : own === 'only' && containsOnly(child) ? 'run' : own);
        return child.children.length > 0;
      }
      child.mode = own === 'skip' || own === 'todo' ? own : hasOnly && !isOnly ? 'skip' : 'run';
      count += 1;
      if (matches === undefined || matches.test(pathOf(child).join(' '))) return true;
      child.ended?.();
      return false;
    });
  };
  down(suite, 'run');
  return count;
}

export function containsOnly(suite: Suite): boolean {
  return suite.children.some(child => child.mode === 'only' || (child.kind === 'suite' && containsOnly(child)));
}

/** Gives suites the order of a seed: all of them, or without a seed those that say so. */
export function shuffler(seed: number | undefined): (suite: Suite) => void {
  const random = randomOf(seed ?? 0);
  const within = (suite: Suite): void => {
    if (suite.shuffle ?? seed !== undefined) {
      for (let at = suite.children.length - 1; at > 0; at--) {
        const other = Math.floor(random() * (at + 1));
        [suite.children[at], suite.children[other]] = [suite.children[other], suite.children[at]];
      }
    }
    for (const child of suite.children) if (child.kind === 'suite') within(child);
  };
  return within;
}

/** A suite that says how many of its tests run at once is about them, not about itself. */
export const isConcurrent = (child: Suite | TestCase): boolean => child.concurrent === true && (child.kind === 'test' || child.beside === undefined);

/** What stands together and is alike: tests and suites beside each other, or one after the other. */
export function groupsOf(children: (Suite | TestCase)[]): (Suite | TestCase)[][] {
  const groups: (Suite | TestCase)[][] = [];
  for (const child of children) {
    const last = groups.at(-1);
    if (last !== undefined && isConcurrent(last[0]) === isConcurrent(child)) last.push(child);
    else groups.push([child]);
  }
  return groups;
}

/** Runs tests when not too many run beside them. */
export function limiter(most: () => number): <T>(run: () => Promise<T>) => Promise<T> {
  let count = 0;
  const queue: (() => void)[] = [];
  return async run => {
    if (count >= most()) await new Promise<void>(go => queue.push(go));
    else count += 1;
    try {
      return await run();
    } finally {
      const next = queue.shift();
      if (next === undefined) count -= 1;
      else next();
    }
  };
}

/** Those of all suites that do not say how many. */
export const limited = limiter(() => fileSettings.maxConcurrency ?? MAX_CONCURRENT);
