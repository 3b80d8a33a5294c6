//! Schemas: what is one, and what it says about values. Tables of JSON Schema keywords.

use super::helpers::run_with;
use rstest::rstest;
use serde_json::{Value, json};

const NAMES: &str = "const { checkSchema, validateWith, ValidationError } = (globalThis as any).builtins;\n\
    const verdict = (schema: any, value: any) => { try { validateWith(schema, value, 'v'); return null } catch (error: any) {\n\
      return error.name === 'ValidationError' ? error.message : `${error.name}: ${error.message}` } };\n\
    const refusal = (schema: any) => { try { checkSchema(schema, 'v'); return null } catch (error: any) { return error.message } };\n\
    const deep = (levels: number) => { let value: any = {}; for (let i = 0; i < levels; i++) value = { next: value }; return value };\n";

fn run(body: &str) -> Value {
    run_with(&["cronflow:internal/schema"], NAMES, body)
}

/// `cases` are pairs of a value and the message about it, or null when the value is good.
#[rstest]
#[case::types(
    "{ type: 'number' }",
    "[1, null], [0.5, null], ['1', 'v: must be a number'], [NaN, 'v: must be a number'], [null, 'v: must be a number'], [undefined, 'v: is required']"
)]
#[case::integer(
    "{ type: 'integer' }",
    "[1, null], [1.0, null], [1e300, null], [1.5, 'v: must be a whole number'], [Infinity, 'v: must be a whole number']"
)]
#[case::object("{ type: 'object' }", "[{}, null], [[], 'v: must be an object'], [null, 'v: must be an object']")]
#[case::array("{ type: 'array' }", "[[], null], [{ length: 0 }, 'v: must be an array']")]
#[case::boolean("{ type: 'boolean' }", "[false, null], [0, 'v: must be true or false']")]
#[case::many_types("{ type: ['string', 'null'] }", "['', null], [null, null], [1, 'v: must be a string or null']")]
#[case::any("{}", "[1, null], [{ a: [null] }, null]")]
#[case::yes("true", "[1, null]")]
#[case::no("false", "[1, 'v: is not allowed']")]
#[case::enums(
    "{ enum: [1, 'a', null, { a: 1, b: [2] }] }",
    "[1, null], [null, null], [{ b: [2], a: 1 }, null], ['b', 'v: must be one of 1, \"a\", null, {\"a\":1,\"b\":[2]}'], [{ a: 1, b: [2, 3] }, 'v: must be one of 1, \"a\", null, {\"a\":1,\"b\":[2]}']"
)]
#[case::constant("{ const: false }", "[false, null], [0, 'v: must be false'], [null, 'v: must be false']")]
#[case::constant_object(
    "{ const: { a: 1 } }",
    "[{ a: 1 }, null], [{ a: 1, b: undefined }, null], [{ a: 1, b: 2 }, 'v: must be {\"a\":1}']"
)]
#[case::limits(
    "{ minimum: 1, maximum: 3 }",
    "[1, null], [3, null], [0.9, 'v: must be at least 1'], [3.1, 'v: must be at most 3'], ['0', null]"
)]
#[case::open_limits(
    "{ exclusiveMinimum: 1, exclusiveMaximum: 3 }",
    "[1.1, null], [1, 'v: must be above 1'], [3, 'v: must be below 3']"
)]
#[case::multiples(
    "{ multipleOf: 0.1 }",
    "[0.3, null], [19.9, null], [1e21, null], [0, null], [-0.7, null], [0.35, 'v: must be a multiple of 0.1'], [1e-7, 'v: must be a multiple of 0.1']"
)]
#[case::huge_multiples("{ multipleOf: 0.123456789 }", "[1e308, 'v: must be a multiple of 0.123456789']")]
#[case::lengths(
    "{ minLength: 1, maxLength: 2 }",
    "['é', null], ['😀😀', null], ['', 'v: must have at least 1 character'], ['abc', 'v: must have at most 2 characters'], [[], null]"
)]
#[case::pattern("{ pattern: '^\\\\p{Lu}' }", "['Éa', null], ['a', 'v: must match /^\\\\p{Lu}/'], [1, null]")]
#[case::pattern_is_not_anchored("{ pattern: 'b' }", "['abc', null]")]
#[case::properties(
    "{ type: 'object', properties: { port: { type: 'integer' }, list: { items: { required: ['id'] } } }, required: ['port'] }",
    "[{ port: 1 }, null], [{}, 'v.port: is required'], [{ port: 'x' }, 'v.port: must be a whole number'], [{ port: undefined }, 'v.port: is required'], [{ port: 1, list: [{ id: 1 }, {}] }, 'v.list[1].id: is required'], [{ port: 1, 'a b': 1 }, null]"
)]
#[case::own_properties_only(
    "{ required: ['toString'], properties: { constructor: { type: 'number' } } }",
    "[{}, 'v.toString: is required'], [{ toString: 1 }, null]"
)]
#[case::proto(
    "{ required: ['__proto__'], properties: { __proto__x: {} } }",
    "[{}, 'v.__proto__: is required'], [JSON.parse('{\"__proto__\": 1}'), null]"
)]
#[case::nothing_else(
    "{ properties: { port: {} }, patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false }",
    "[{ port: 1, 'x-a': 's' }, null], [{ prot: 1 }, \"v.prot: is not a known property; did you mean 'port'?\"], [{ other: 1 }, 'v.other: is not a known property'], [{ 'x-a': 1 }, 'v[\"x-a\"]: must be a string']"
)]
#[case::everything_else(
    "{ properties: { a: {} }, additionalProperties: { type: 'number' } }",
    "[{ a: 'x', b: 1 }, null], [{ b: 'x' }, 'v.b: must be a number']"
)]
#[case::pattern_and_property(
    "{ properties: { ab: { minLength: 2 } }, patternProperties: { '^a': { maxLength: 3 }, b: { type: 'string' } } }",
    "[{ ab: 'xx' }, null], [{ ab: 'xxxx' }, 'v.ab: must have at most 3 characters'], [{ ab: 'x' }, 'v.ab: must have at least 2 characters'], [{ b: 1 }, 'v.b: must be a string']"
)]
#[case::names(
    "{ propertyNames: { pattern: '^[a-z]+$', maxLength: 3 } }",
    "[{ abc: 1 }, null], [{ A: 1 }, 'v.A: has a name that must match /^[a-z]+$/'], [{ abcd: 1 }, 'v.abcd: has a name that must have at most 3 characters']"
)]
#[case::property_counts(
    "{ minProperties: 1, maxProperties: 2 }",
    "[{ a: 1 }, null], [{}, 'v: must have at least 1 property'], [{ a: undefined }, 'v: must have at least 1 property'], [{ a: 1, b: 1, c: 1 }, 'v: must have at most 2 properties'], [[], null]"
)]
#[case::dependent(
    "{ dependentRequired: { card: ['name', 'zip'] } }",
    "[{}, null], [{ card: 1, name: 1, zip: 1 }, null], [{ card: 1, zip: 1 }, \"v.name: is required beside 'card'\"]"
)]
#[case::dependent_schemas(
    "{ dependentSchemas: { a: { required: ['b'] } } }",
    "[{}, null], [{ a: 1 }, 'v.b: is required']"
)]
#[case::items(
    "{ items: { type: 'number' } }",
    "[[1, 2], null], [[1, 'x', null], 'v[1]: must be a number; v[2]: must be a number']"
)]
#[case::tuple(
    "{ prefixItems: [{ type: 'string' }, { type: 'number' }], items: false }",
    "[['a', 1], null], [['a'], null], [[1], 'v[0]: must be a string'], [['a', 1, 2], 'v[2]: is not allowed']"
)]
#[case::rest(
    "{ prefixItems: [{}], items: { type: 'number' } }",
    "[['a', 1], null], [['a', 'b'], 'v[1]: must be a number']"
)]
#[case::item_counts(
    "{ minItems: 1, maxItems: 2 }",
    "[[1], null], [[], 'v: must have at least 1 item'], [[1, 2, 3], 'v: must have at most 2 items']"
)]
#[case::unique(
    "{ uniqueItems: true }",
    "[[1, '1', true, [1], { a: 1 }], null], [[{ a: 1, b: 2 }, 0, { b: 2, a: 1 }], 'v: must not have equal items, but 0 and 2 are'], [[1, 1.0], 'v: must not have equal items, but 0 and 1 are']"
)]
#[case::not_unique("{ uniqueItems: false }", "[[1, 1], null]")]
#[case::contains(
    "{ contains: { type: 'number' } }",
    "[['a', 1], null], [['a'], \"v: must have at least 1 item as 'contains' describes\"], [[], \"v: must have at least 1 item as 'contains' describes\"]"
)]
#[case::contains_some(
    "{ contains: { const: 1 }, minContains: 2, maxContains: 3 }",
    "[[1, 1], null], [[1], \"v: must have at least 2 items as 'contains' describes\"], [[1, 1, 1, 1], \"v: must have at most 3 items as 'contains' describes\"]"
)]
#[case::contains_none("{ contains: { const: 1 }, minContains: 0 }", "[[], null], [[2], null]")]
#[case::all_of(
    "{ allOf: [{ minimum: 2 }, { multipleOf: 3 }] }",
    "[3, null], [1, 'v: must be at least 2; v: must be a multiple of 3']"
)]
#[case::any_of(
    "{ anyOf: [{ type: 'string' }, { type: 'number', minimum: 2 }] }",
    "['a', null], [2, null], [1, 'v: must be a string, or must be at least 2'], [true, 'v: must be a string, or must be a number']"
)]
#[case::any_of_objects(
    "{ anyOf: [{ type: 'string' }, { required: ['a'], type: 'object' }] }",
    "[{ a: 1 }, null], [{}, 'v.a: is required']"
)]
#[case::any_of_many(
    "{ anyOf: [{ required: ['a'] }, { required: ['b'] }] }",
    "[{ b: 1 }, null], [{}, 'v: fits none of 2 schemas']"
)]
#[case::one_of(
    "{ oneOf: [{ minimum: 2 }, { multipleOf: 3 }, { type: 'string' }] }",
    "[2, null], [0, null], [3, 'v: must fit one of 3 schemas, but fits 2'], [1, 'v: must be at least 2, or must be a multiple of 3, or must be a string'], [true, 'v: must fit one of 3 schemas, but fits 2']"
)]
#[case::not("{ not: { type: 'string' } }", "[1, null], ['a', \"v: must not be what 'not' describes\"]")]
#[case::never("{ not: true }", "[1, \"v: must not be what 'not' describes\"]")]
#[case::conditions(
    "{ if: { properties: { kind: { const: 'a' } } }, then: { required: ['a'] }, else: { required: ['b'] } }",
    "[{ kind: 'a', a: 1 }, null], [{ kind: 'a' }, 'v.a: is required'], [{ kind: 'x' }, 'v.b: is required'], [{}, 'v.a: is required']"
)]
#[case::condition_alone("{ if: { const: 1 }, then: false }", "[2, null], [1, 'v: is not allowed']")]
#[case::references(
    "{ $defs: { port: { type: 'integer', maximum: 9 }, 'a/b c~': { type: 'string' } }, properties: { port: { $ref: '#/$defs/port', minimum: 1 }, s: { $ref: '#/$defs/a~1b%20c~0' }, t: { $ref: '#/properties/s' } } }",
    "[{ port: 1, s: 's' }, null], [{ port: 10 }, 'v.port: must be at most 9'], [{ port: 0 }, 'v.port: must be at least 1'], [{ s: 1 }, 'v.s: must be a string'], [{ t: 1 }, 'v.t: must be a string']"
)]
#[case::recursion(
    "{ properties: { next: { $ref: '#' }, n: { type: 'number' } }, additionalProperties: false }",
    "[{ next: { next: { n: 1 } } }, null], [{ next: { next: { n: 'x' } } }, 'v.next.next.n: must be a number']"
)]
#[case::annotations(
    "{ title: 't', description: 'd', examples: [1], $comment: 'c', $schema: 's', $id: 'i', deprecated: true, readOnly: true, writeOnly: false, 'x-order': 1 }",
    "[1, null]"
)]
#[case::only_some_are_listed(
    "{ required: ['a', 'b', 'c', 'd', 'e'] }",
    "[{}, 'v.a: is required; v.b: is required; v.c: is required; and 2 more']"
)]
fn keywords(#[case] schema: &str, #[case] cases: &str) {
    let body = format!(
        "const schema: any = {schema}; const cases: any[] = [{cases}];\n\
         return [refusal(schema), cases.map(([value, wanted]) => [verdict(schema, value), wanted]).filter(([got, wanted]) => got !== wanted)]"
    );
    assert_eq!(run(&body), json!([null, []]));
}

#[rstest]
#[case(
    "date-time",
    "'2024-02-29T12:00:00Z', '2024-01-01t00:00:00.123+02:00', '1998-12-31T23:59:60Z', '1998-12-31T15:59:60.1-08:00'",
    "'2023-02-29T12:00:00Z', '2024-01-01 00:00:00Z', '2024-01-01T24:00:00Z', '2024-01-01T00:00:00', '1998-12-31T22:59:60Z', '2024-01-01T00:00:00+24:00', ''"
)]
#[case(
    "date",
    "'2024-02-29', '2000-02-29'",
    "'1900-02-29', '2024-13-01', '2024-00-10', '2024-04-31', '2024-4-1', '2024-01-01T'"
)]
#[case(
    "time",
    "'00:00:00Z', '23:59:59.999z', '08:30:06+20:00', '23:59:60Z', '01:29:60+01:30'",
    "'24:00:00Z', '00:60:00Z', '00:00:61Z', '12:00:00', '12:00Z', '22:59:60Z'"
)]
#[case(
    "email",
    "'a@b.example', 'a.b+c@d-e.fr', '\"a b\"@c.de', 'a@[127.0.0.1]', 'a@[IPv6:::1]', 'a@localhost'",
    "'a', '@b', 'a@', '.a@b.c', 'a..b@c.de', 'a@b..c', 'a b@c.de', 'a@[1.2.3]'"
)]
#[case(
    "hostname",
    "'a', 'www.example.com', 'xn--nxasmq6b', '1host', 'a-b'",
    "'', '-a', 'a-', 'a_b', 'a..b', 'é', 'a'.repeat(64), 'a.'.repeat(127) + 'ab'"
)]
#[case("ipv4", "'0.0.0.0', '255.1.20.199'", "'256.0.0.0', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.x', ' 1.2.3.4'")]
#[case(
    "ipv6",
    "'::', '::1', '1::', '1:2:3:4:5:6:7:8', 'fe80::AbCd', '::ffff:1.2.3.4', '1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:7::'",
    "'', ':', ':::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '::1::', '12345::', 'g::', '1.2.3.4::', '1:2:3:4:5:6:7:1.2.3.4', '::1%eth0', '1:2:3:4:5:6:7:8::'"
)]
#[case(
    "uri",
    "'https://u:p@h.example:80/p;a/b?q=1&r[]'.slice(0, -2), 'mailto:a@b.c', 'urn:a:b', 'file:///a', 'http://[::1]:8/', 'a:', 'http://a/%20'",
    "'', '/a', '//a', 'a b:c', 'http://a b', 'http://a/{b}', 'http://a/%2', 'http://[::1', 'http://a:b/', 'http://é/', '1a:b', 'http://a/#b#c', 'a'"
)]
#[case(
    "uuid",
    "'2EB8AA08-aa98-11ea-b4aa-73b441d16380', '00000000-0000-0000-0000-000000000000'",
    "'2eb8aa08aa9811eab4aa73b441d16380', '2eb8aa08-aa98-11ea-b4aa-73b441d1638', '2eb8aa08-aa98-11ea-b4aa-73b441d1638g'"
)]
fn formats(#[case] format: &str, #[case] good: &str, #[case] bad: &str) {
    let body = format!(
        "const schema = {{ format: '{format}' }}; const wrong = (text: string) => verdict(schema, text) !== null;\n\
         return [[{good}].filter(wrong), [{bad}].filter(text => !wrong(text)), verdict(schema, 7)]"
    );
    assert_eq!(run(&body), json!([[], [], null]));
}

#[rstest]
#[case(
    "null",
    "the schema of v must be a schema: a Standard Schema, an object with safeParse() or parse(), or a JSON Schema"
)]
#[case(
    "Date",
    "the schema of v must be a schema: a Standard Schema, an object with safeParse() or parse(), or a JSON Schema"
)]
#[case(
    "new Map()",
    "the schema of v must be a schema: a Standard Schema, an object with safeParse() or parse(), or a JSON Schema"
)]
#[case(
    "{ id: { type: 'string' } }",
    "unknown keyword 'id' of the schema of v; did you mean 'if'? Or else: a field of an object belongs in 'properties'"
)]
#[case(
    "{ unevaluatedItems: { type: 'string' } }",
    "keyword 'unevaluatedItems' of the schema of v is not supported; write 'items' beside 'prefixItems'"
)]
#[case(
    "{ itmes: { type: 'string' } }",
    "unknown keyword 'itmes' of the schema of v; did you mean 'items'? Or else: a field of an object belongs in 'properties'"
)]
#[case("{ id: 'x' }", "keyword 'id' of the schema of v is not supported; write '$id'")]
#[case("{ typ: 'string' }", "unknown keyword 'typ' of the schema of v; did you mean 'type'?")]
#[case(
    "{ someField: { type: 'string' } }",
    "unknown keyword 'someField' of the schema of v; a field of an object belongs in 'properties'"
)]
#[case(
    "{ type: 'strng' }",
    "the schema of v.type must be one of null, boolean, object, array, number, integer, string; did you mean 'string'?"
)]
#[case("{ type: [] }", "the schema of v.type must name at least one type")]
#[case(
    "{ properties: { a: { items: [{}] } } }",
    "the schema of v.properties.a.items must be one schema; for a schema of each place write 'prefixItems'"
)]
#[case("{ properties: { a: 'string' } }", "the schema of v.properties.a must be a schema: an object, true or false")]
#[case("{ required: 'a' }", "the schema of v.required must be an array of strings")]
#[case("{ exclusiveMinimum: true }", "the schema of v.exclusiveMinimum must be a number")]
#[case("{ multipleOf: 0 }", "the schema of v.multipleOf must be a number above 0")]
#[case("{ minItems: -1 }", "the schema of v.minItems must be a whole number from 0")]
#[case("{ uniqueItems: 1 }", "the schema of v.uniqueItems must be true or false")]
#[case("{ pattern: '(' }", "the schema of v.pattern must be a regular expression as text")]
#[case(
    "{ patternProperties: { '(': {} } }",
    "the name '(' in the schema of v.patternProperties must be a regular expression as text"
)]
#[case(
    "{ format: 'uui' }",
    "the schema of v.format must be one of date-time, date, time, email, hostname, ipv4, ipv6, uri, uuid; did you mean 'uri'?"
)]
#[case("{ anyOf: [] }", "the schema of v.anyOf must be an array with at least one schema")]
#[case("{ then: {} }", "'then' of the schema of v needs 'if' beside it")]
#[case("{ minContains: 1 }", "'minContains' of the schema of v needs 'contains' beside it")]
#[case("{ definitions: {} }", "keyword 'definitions' of the schema of v is not supported; write '$defs'")]
#[case(
    "{ unevaluatedProperties: false }",
    "keyword 'unevaluatedProperties' of the schema of v is not supported; write 'additionalProperties' beside 'properties'"
)]
#[case("{ nullable: true }", "keyword 'nullable' of the schema of v is not supported; write type: ['string', 'null']")]
#[case("{ items: { $id: 'x' } }", "the schema of v.items.$id is only possible at the top of a schema")]
#[case(
    "{ $defs: { port: {} }, $ref: '#/$defs/prt' }",
    "the schema of v.$ref leads to no schema; did you mean '#/$defs/port'?"
)]
#[case("{ enum: [{}], $ref: '#/enum/0' }", "the schema of v.$ref leads to no schema")]
#[case("{ $ref: 'other.json' }", "the schema of v.$ref must be '#' or begin with '#/', such as '#/$defs/name'")]
#[case("{ $ref: '#' }", "a '$ref' in the schema of v comes back to itself without going into the value")]
#[case(
    "{ $defs: { a: { allOf: [{ $ref: '#/$defs/b' }] }, b: { not: { $ref: '#/$defs/a' } } } }",
    "a '$ref' in the schema of v comes back to itself without going into the value"
)]
#[case(
    "(() => { const s: any = { properties: {} }; s.properties.s = s; return s })()",
    "the schema of v.properties.s contains itself; write a '$ref' to '#' or to '#/$defs/...'"
)]
fn what_is_no_schema(#[case] schema: &str, #[case] message: &str) {
    assert_eq!(run(&format!("return refusal({schema})")), json!(message));
}

#[rstest]
#[case::fill_what_is_missing("{ properties: { a: { default: 1 }, b: { default: 2 } } }", "{ a: undefined, b: 5 }", json!({"a": 1, "b": 5}))]
#[case::count_as_given("{ properties: { a: { default: 1 } }, required: ['a'], minProperties: 1 }", "{}", json!({"a": 1}))]
#[case::fill_deeply("{ properties: { a: { default: {}, properties: { b: { default: 2 } } } } }", "{}", json!({"a": {"b": 2}}))]
#[case::fill_items("{ items: { properties: { a: { default: 1 } } } }", "[{}, { a: 2 }]", json!([{"a": 1}, {"a": 2}]))]
#[case::fill_the_tuple("{ prefixItems: [{}, { properties: { a: { default: 1 } } }] }", "[{}, {}]", json!([{}, {"a": 1}]))]
#[case::come_from_all("{ allOf: [{ properties: { a: { default: 1 } } }, { $ref: '#/$defs/b' }], $defs: { b: { properties: { b: { default: 2 } } } } }", "{}", json!({"a": 1, "b": 2}))]
#[case::come_from_the_first_that_fits("{ anyOf: [{ type: 'string' }, { properties: { a: { default: 1 } } }, { properties: { b: { default: 2 } } }] }", "{}", json!({"a": 1}))]
#[case::come_from_the_one_that_fits("{ oneOf: [{ required: ['x'] }, { properties: { a: { default: 1 } } }] }", "{}", json!({"a": 1}))]
#[case::come_from_the_condition("{ if: { required: ['x'] }, then: { properties: { a: { default: 1 } } }, else: { properties: { b: { default: 2 } } } }", "{ x: 1 }", json!({"x": 1, "a": 1}))]
#[case::are_not_left_by_what_only_asks("{ not: { required: ['z'], properties: { a: { default: 1 } } } }", "{}", json!({}))]
#[case::stand_in_for_the_whole("{ default: { a: 1 } }", "undefined", json!({"a": 1}))]
#[case::reach_additional("{ additionalProperties: { properties: { a: { default: null } } } }", "{ x: {} }", json!({"x": {"a": null}}))]
fn defaults(#[case] schema: &str, #[case] value: &str, #[case] expected: Value) {
    let body = format!(
        "const schema: any = {schema}; const value: any = {value}; const before = JSON.stringify([value, schema]);\n\
         const filled = validateWith(schema, value, 'v'); const again = validateWith(schema, value, 'v');\n\
         return [filled, before === JSON.stringify([value, schema]), JSON.stringify(again) === JSON.stringify(filled)]"
    );
    assert_eq!(run(&body), json!([expected, true, true]));
}

#[rstest]
#[case::a_default_is_a_copy(
    "const schema = { properties: { a: { default: { list: [] } } } };\n\
     validateWith(schema, {}, 'v').a.list.push(1); return validateWith(schema, {}, 'v')",
    json!({"a": {"list": []}})
)]
#[case::a_good_value_is_the_same_value("const v = { a: [{ b: 1 }] }; return validateWith({ properties: { a: { items: {} } } }, v, 'v') === v", json!(true))]
#[case::values_that_hold_themselves(
    "const v: any = {}; v.next = v; const texts = [verdict({ additionalProperties: { $ref: '#' } }, v), verdict({ const: 1 }, v)];\n\
     return texts.map(text => text.slice(-22))",
    json!([": is nested too deeply", ": is nested too deeply"])
)]
#[case::deep_values("return [verdict({ additionalProperties: { $ref: '#' } }, deep(200)), verdict({ additionalProperties: { $ref: '#' } }, deep(300)).endsWith('is nested too deeply')]", json!([null, true]))]
#[case::schemas_that_branch_without_end(
    "const branch = { properties: { next: { $ref: '#' } } };\n\
     return verdict({ oneOf: [branch, branch, { required: ['x'] }] }, deep(20)).endsWith('needs too much work to be checked')",
    json!(true)
)]
#[case::issues_have_paths(
    "try { validateWith({ items: { properties: { a: { type: 'null' } } } }, [{}, { a: 1 }], 'payload'); return 0 } catch (error: any) {\n\
       return [error instanceof ValidationError, error instanceof Error, error.issues, error.message] }",
    json!([true, true, [{"path": [1, "a"], "message": "must be null"}], "payload[1].a: must be null"])
)]
#[case::standard(
    "const make = (result: any) => Object.assign(() => 0, { '~standard': { version: 1, vendor: 'x', validate: (value: any) => result(value) } });\n\
     const bad = make(() => ({ issues: [{ message: 'no', path: [{ key: 'a' }, 0] }, { message: 'none' }] }));\n\
     const later = make(async (value: any) => value > 1 ? { value: value * 2 } : { issues: [{ message: 'low' }] });\n\
     const promise = validateWith(later, 4, 'v');\n\
     return [validateWith(make((value: any) => ({ value: value + 1 })), 1, 'v'), verdict(bad, 1), promise instanceof Promise, await promise,\n\
       await validateWith(later, 0, 'v').catch((error: any) => [error.name, error.message]), refusal(bad)]",
    json!([2, "v.a[0]: no; v: none", true, 8, ["ValidationError", "v: low"], null])
)]
#[case::safe_parse(
    "const schema = { safeParse: (v: any) => v === 1 ? { success: true, data: 'one' } : { success: false, error: { issues: [{ path: ['a'], message: 'not one', code: 'x' }] } } };\n\
     const later = { safeParse: () => { throw new Error('asynchronous') }, safeParseAsync: async (v: any) => ({ success: true, data: v }) };\n\
     return [validateWith(schema, 1, 'v'), verdict(schema, 2), await validateWith(later, 3, 'v'), refusal(schema)]",
    json!(["one", "v.a: not one", 3, null])
)]
#[case::parse(
    "const schema = { parse: (v: any) => { if (v === 1) return 'one'; throw v === 2 ? new Error('bad') : { errors: [{ message: 'worse', path: ['a'] }] } } };\n\
     const later = { parse: async (v: any) => { if (v) return v; throw new Error('late') } };\n\
     return [validateWith(schema, 1, 'v'), verdict(schema, 2), verdict(schema, 3), await validateWith(later, 4, 'v'), await validateWith(later, 0, 'v').catch((e: any) => e.message)]",
    json!(["one", "v: bad", "v.a: worse", 4, "v: late"])
)]
#[case::a_wrong_schema_never_judges("try { validateWith({ typ: 1 }, 1, 'v'); return 0 } catch (error: any) { return error.name }", json!("DefinitionError"))]
fn values(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(run(body), expected);
}
