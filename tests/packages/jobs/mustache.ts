import assert from 'node:assert/strict';
import Mustache from 'mustache';

assert.equal(Mustache.render('{{#list}}<{{.}}>{{/list}}{{^none}}empty{{/none}} {{{raw}}}{{> part}}', { list: [1, 2], raw: '&' }, { part: '!' }), '<1><2>empty &!');
