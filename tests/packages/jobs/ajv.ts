import assert from 'node:assert/strict';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020';

const ajv = new Ajv({ allErrors: true });
const validate = ajv.compile({ type: 'object', properties: { a: { type: 'integer', minimum: 1 }, b: { type: 'array', items: { type: 'string' } } }, required: ['a'], additionalProperties: false });
assert(validate({ a: 1, b: ['x'] }));
assert(!validate({ a: 0, b: [1], c: 1 }));
assert.deepEqual(validate.errors?.map(error => error.keyword).sort(), ['additionalProperties', 'minimum', 'type']);
assert(new Ajv2020().validate({ prefixItems: [{ type: 'string' }] }, ['a']));
