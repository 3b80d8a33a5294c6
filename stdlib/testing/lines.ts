// Which lines and functions of the project's files have run: the counters of their compiled modules.

/** The counters of one file, and what they stand for, as the compiler wrote it down. */
interface Counted {
  file: string;
  points: string;
  counts: number[];
}

const all = new Map<string, Counted>();

/** Called by each counted module when it begins (`runtime/compiler/src/instrument/lines.rs`); one that begins again goes on counting. */
export function counters(file: string, size: number, points: string): number[] {
  let known = all.get(file);
  if (known === undefined) all.set(file, (known = { file, points, counts: new Array(size).fill(0) }));
  return known.counts;
}

export function countedFiles(): Counted[] {
  return [...all.values()];
}
