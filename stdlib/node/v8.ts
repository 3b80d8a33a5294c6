// node:v8.

import { processInfo } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { unavailable } from 'cronflow:internal/node/errors';

/** Values as bytes: what JSON can say. */
export const serialize = (value: unknown) => Buffer.from(JSON.stringify(value));
export const deserialize = (bytes: any) => JSON.parse(Buffer.from(bytes).toString());

export function getHeapStatistics(): Record<string, number> {
  const { rss, totalMemory } = processInfo();
  return { total_heap_size: rss, used_heap_size: rss, heap_size_limit: totalMemory, total_available_size: totalMemory };
}

const missing = unavailable('v8', [
  'getHeapSnapshot', 'writeHeapSnapshot', 'setFlagsFromString', 'Serializer', 'Deserializer', 'cachedDataVersionTag',
  'getHeapSpaceStatistics', 'getHeapCodeStatistics', 'DefaultSerializer', 'DefaultDeserializer', 'takeCoverage', 'stopCoverage',
  'queryObjects', 'setHeapSnapshotNearHeapLimit', 'GCProfiler',
]);
export const {
  getHeapSnapshot, writeHeapSnapshot, setFlagsFromString, Serializer, Deserializer, cachedDataVersionTag, getHeapSpaceStatistics,
  getHeapCodeStatistics, DefaultSerializer, DefaultDeserializer, takeCoverage, stopCoverage, queryObjects, setHeapSnapshotNearHeapLimit,
  GCProfiler,
} = missing;
export default { serialize, deserialize, getHeapStatistics, ...missing };
