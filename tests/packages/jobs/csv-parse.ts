import assert from 'node:assert/strict';
import { parse } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';

const text = 'id,name\n1,"Ada, L."\n2,"say ""hi"""\n';
assert.deepEqual(parseSync(text, { columns: true, cast: true }), [{ id: 1, name: 'Ada, L.' }, { id: 2, name: 'say "hi"' }]);
const rows: any[] = [];
const parser = parse({ columns: true });
parser.write(text);
parser.end();
for await (const row of parser) rows.push(row);
assert.equal(rows.length, 2);
assert.throws(() => parseSync('a,b\n1\n', { columns: true }), { code: 'CSV_RECORD_INCONSISTENT_COLUMNS' });
