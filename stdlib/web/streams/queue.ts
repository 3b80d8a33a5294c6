// Queues with sizes (https://streams.spec.whatwg.org/#queue-with-sizes).

export interface SizedQueue {
  queue: { value: any; size: number }[];
  queueTotalSize: number;
}

export function enqueueValueWithSize(container: SizedQueue, value: unknown, size: number): void {
  if (!(size >= 0)) throw new RangeError(`The size of a chunk must be a number that is not negative, not ${size}`);
  if (size === Infinity) throw new RangeError('The size of a chunk must be finite');
  container.queue.push({ value, size });
  container.queueTotalSize += size;
}

export function dequeueValue(container: SizedQueue): any {
  const { value, size } = container.queue.shift()!;
  // Rounding must not leave it below nothing.
  container.queueTotalSize = Math.max(0, container.queueTotalSize - size);
  return value;
}

export function peekQueueValue(container: SizedQueue): any {
  return container.queue[0].value;
}

export function resetQueue(container: { queue: unknown[]; queueTotalSize: number }): void {
  container.queue = [];
  container.queueTotalSize = 0;
}
