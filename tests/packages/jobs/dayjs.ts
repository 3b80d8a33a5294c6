import assert from 'node:assert/strict';
import dayjs from 'dayjs';
import customParseFormat from 'dayjs/plugin/customParseFormat';
import relativeTime from 'dayjs/plugin/relativeTime';
import utc from 'dayjs/plugin/utc';
import 'dayjs/locale/de';

for (const plugin of [utc, relativeTime, customParseFormat]) dayjs.extend(plugin);
assert.equal(dayjs.utc('2024-02-28T10:00:00Z').add(2, 'day').format('YYYY-MM-DD HH:mm'), '2024-03-01 10:00');
assert.equal(dayjs('2024-03-01').locale('de').format('D. MMMM'), '1. März');
assert.equal(dayjs('2024-01-01').to('2024-01-03'), 'in 2 days');
assert.equal(dayjs('5.6.2024', 'D.M.YYYY').month(), 5);
