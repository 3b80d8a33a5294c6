// What tests see of themselves and of their suites: `context.task`.

import { resolve } from 'node:path';
import { timeoutOf } from 'cronflow:internal/testing/guard';
import { declared, root, type Retry, type Result, type Suite, type TestCase } from 'cronflow:internal/testing/suite';

const tasks = new WeakMap<object, Task>();

/** The file of the tests, as the command line names it. */
let fileName = '';
export const nameFile = (name: string): void => void (fileName = name);

/** The view of a test or suite; the same one each time. */
export function taskOf(node: Suite | TestCase): Task {
  let task = tasks.get(node);
  if (task === undefined) tasks.set(node, (task = new Task(node)));
  return task;
}

const named = (...names: (string | undefined)[]): string => names.filter(name => name !== undefined && name !== '').join(' > ');

class Task {
  #node: Suite | TestCase;
  /** What the author wants to keep with it. */
  meta: Record<string, unknown>;
  annotations: { message: string; type: string }[] = [];

  constructor(node: Suite | TestCase) {
    this.#node = node;
    this.meta = { ...node.meta };
  }

  get id(): string {
    const node = this.#node;
    if (node === root) return 'file';
    return node.kind === 'test' ? String(node.index) : `${taskOf(node.parent!).id}_${node.parent!.kind === 'suite' ? (node.parent as Suite).children.indexOf(node) : 0}`;
  }

  get type(): 'test' | 'suite' {
    return this.#node.kind;
  }

  get name(): string {
    return this.#node === root ? fileName : this.#node.name;
  }

  /** With the file and the suites around it. */
  get fullName(): string {
    return named(fileName, this.fullTestName);
  }

  /** With the suites around it. */
  get fullTestName(): string | undefined {
    const node = this.#node;
    return node === root ? undefined : named(taskOf(node.parent!).fullTestName, node.name);
  }

  /** The suite around it, when there is one. */
  get suite(): Task | undefined {
    const { parent } = this.#node;
    return parent === undefined || parent === root ? undefined : taskOf(parent);
  }

  get file(): Task {
    return taskOf(root);
  }

  get filepath(): string | undefined {
    return this.#node === root ? resolve(fileName) : undefined;
  }

  /** What a suite holds. */
  get tasks(): Task[] | undefined {
    const node = this.#node;
    if (node.kind === 'test') return undefined;
    return (node === root ? [...declared, ...node.children] : node.children).map(taskOf);
  }

  get mode(): string {
    return this.#node.mode;
  }

  get timeout(): number {
    return timeoutOf(this.#node);
  }

  get retry(): number | Retry {
    return this.#node.retry ?? 0;
  }

  get repeats(): number | undefined {
    return this.#node.repeats;
  }

  get concurrent(): boolean | undefined {
    return this.#node.concurrent === true ? true : undefined;
  }

  get fails(): boolean | undefined {
    return this.#node.fails;
  }

  get shuffle(): boolean | undefined {
    return this.#node.shuffle;
  }

  get location(): { line: number } | undefined {
    return this.#node.kind === 'test' ? { line: this.#node.line } : undefined;
  }

  get result(): Result | undefined {
    return this.#node.kind === 'test' ? this.#node.result : undefined;
  }
}
