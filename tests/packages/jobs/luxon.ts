import assert from 'node:assert/strict';
import { DateTime, Duration, Interval } from 'luxon';

const start = DateTime.fromISO('2024-02-28T10:00:00Z', { zone: 'utc' });
assert.equal(start.plus({ days: 2 }).toISODate(), '2024-03-01');
assert.equal(start.toFormat('yyyy-MM-dd HH:mm'), '2024-02-28 10:00');
assert.equal(Interval.fromDateTimes(start, start.plus({ hours: 5 })).length('hours'), 5);
assert.equal(Duration.fromObject({ hours: 1, minutes: 90 }).normalize().toFormat('h:mm'), '2:30');
assert.equal(DateTime.fromFormat('03.04.2024', 'dd.MM.yyyy').month, 4);
