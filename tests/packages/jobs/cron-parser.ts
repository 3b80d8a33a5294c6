import assert from 'node:assert/strict';
import { CronExpressionParser } from 'cron-parser';

const interval = CronExpressionParser.parse('*/15 9-17 * * 1-5', { currentDate: new Date('2024-03-01T16:50:00Z'), tz: 'UTC' });
assert.equal(interval.next().toDate().toISOString(), '2024-03-01T17:00:00.000Z');
interval.next(); interval.next(); interval.next();
assert.equal(interval.next().toDate().toISOString(), '2024-03-04T09:00:00.000Z');
