import assert from 'node:assert/strict';
import { addDays, differenceInCalendarDays, format, formatDistance, parse, parseISO } from 'date-fns';
import { de } from 'date-fns/locale';

const date = new Date(2024, 1, 28, 9, 5);
assert.equal(format(date, 'yyyy-MM-dd HH:mm'), '2024-02-28 09:05');
assert.equal(format(addDays(date, 2), "EEEE, d. MMMM", { locale: de }), 'Freitag, 1. März');
assert.equal(differenceInCalendarDays(new Date(2024, 2, 1), date), 2);
assert.equal(formatDistance(date, addDays(date, 3)), '3 days');
assert.equal(parse('03/04/2024', 'dd/MM/yyyy', new Date()).getMonth(), 3);
assert.equal(parseISO('2024-01-01T00:00:00Z').getTime(), 1704067200000);
