import assert from 'node:assert/strict';
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';

const xml = '<order id="7"><item>a &amp; b</item><item>2</item><note><![CDATA[<x>]]></note></order>';
const options = { ignoreAttributes: false };
const value = new XMLParser(options).parse(xml);
assert.deepEqual(value, { order: { item: ['a & b', 2], note: '<x>', '@_id': '7' } });
assert.equal(XMLValidator.validate(xml), true);
assert.notEqual(XMLValidator.validate('<a><b></a>'), true);
assert.match(new XMLBuilder(options).build({ a: { '@_x': '1', b: [1, 2] } }), /<a x="1"><b>1<\/b><b>2<\/b><\/a>/);
