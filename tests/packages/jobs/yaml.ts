import assert from 'node:assert/strict';
import { parse, parseDocument, stringify } from 'yaml';

const text = 'name: job\nsteps:\n  - run: "a b"\n    with: &w { n: 1 }\n  - <<: *w\n    text: |\n      two\n      lines\n';
const value = parse(text, { merge: true });
assert.deepEqual(value, { name: 'job', steps: [{ run: 'a b', with: { n: 1 } }, { n: 1, text: 'two\nlines\n' }] });
assert.deepEqual(parse(stringify(value)), value);
const document = parseDocument('# keep\na: 1\n');
document.set('b', 2);
assert.equal(String(document), '# keep\na: 1\nb: 2\n');
assert.throws(() => parse('a: [1'), /Flow sequence/i);
