import assert from 'node:assert/strict';
import Handlebars from 'handlebars';

Handlebars.registerHelper('loud', (text: string) => text.toUpperCase());
const template = Handlebars.compile('{{#each people}}{{loud name}}{{#unless @last}}, {{/unless}}{{else}}nobody{{/each}} {{{raw}}} {{raw}}');
assert.equal(template({ people: [{ name: 'ada' }, { name: 'bob' }], raw: '<b>' }), 'ADA, BOB <b> &lt;b&gt;');
assert.equal(template({ people: [], raw: '' }), 'nobody  ');
