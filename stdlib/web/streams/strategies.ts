// Queuing strategies (https://streams.spec.whatwg.org/#qs).

import { dictionary, member, read } from 'cronflow:internal/web/streams/idl';
import { defineInterface } from 'cronflow:internal/web/webidl';

export interface Strategy {
  highWaterMark?: number;
  size?: (chunk: any) => unknown;
}

/** The dictionary QueuingStrategy. */
export function convertStrategy(value: unknown): Strategy {
  const from = dictionary(value, 'The queuing strategy');
  const mark = read(from, 'highWaterMark');
  const highWaterMark = mark === undefined ? undefined : +mark;
  return { highWaterMark, size: member(from, 'size', 'The queuing strategy') };
}

export function extractHighWaterMark(strategy: Strategy, fallback: number): number {
  const { highWaterMark } = strategy;
  if (highWaterMark === undefined) return fallback;
  if (!(highWaterMark >= 0)) throw new RangeError(`highWaterMark must be a number that is not negative, not ${highWaterMark}`);
  return highWaterMark;
}

export type SizeAlgorithm = (chunk: any) => number;

const ONE: SizeAlgorithm = () => 1;

export function extractSizeAlgorithm(strategy: Strategy): SizeAlgorithm {
  const { size } = strategy;
  return size === undefined ? ONE : chunk => +(Reflect.apply(size, undefined, [chunk]) as any);
}

function requiredMark(init: unknown, name: string): number {
  const from = dictionary(init, name);
  const highWaterMark = read(from, 'highWaterMark');
  if (highWaterMark === undefined) throw new TypeError(`${name} needs a highWaterMark`);
  return +highWaterMark;
}

// Methods of an object, because they are no constructors; one each, because all instances share it.
const byteLength = { size: (chunk: any) => chunk.byteLength }.size;
const count = { size: () => 1 }.size;

export class ByteLengthQueuingStrategy {
  #highWaterMark: number;

  constructor(init: { highWaterMark: number }) {
    this.#highWaterMark = requiredMark(init, 'ByteLengthQueuingStrategy');
  }

  get highWaterMark(): number {
    return this.#highWaterMark;
  }

  get size(): (chunk: any) => number {
    if (!(#highWaterMark in this)) throw new TypeError('this is no ByteLengthQueuingStrategy');
    return byteLength;
  }
}

export class CountQueuingStrategy {
  #highWaterMark: number;

  constructor(init: { highWaterMark: number }) {
    this.#highWaterMark = requiredMark(init, 'CountQueuingStrategy');
  }

  get highWaterMark(): number {
    return this.#highWaterMark;
  }

  get size(): () => number {
    if (!(#highWaterMark in this)) throw new TypeError('this is no CountQueuingStrategy');
    return count;
  }
}

defineInterface(ByteLengthQueuingStrategy, 'ByteLengthQueuingStrategy');
defineInterface(CountQueuingStrategy, 'CountQueuingStrategy');
