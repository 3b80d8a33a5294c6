//! Values read by schemas that are plain data, without running JavaScript (stdlib/zod/native.ts makes the plans).

use super::text;
use crate::extensions::Op;
use boa_engine::{
    Context, Finalize, JsArgs, JsData, JsNativeError, JsObject, JsResult, JsString, JsValue, JsVariant, Trace,
    builtins::object::OrdinaryObject,
    js_string,
    object::builtins::{JsArray, JsRegExp},
    property::{PropertyDescriptor, PropertyKey},
};
use serde::{Deserialize, Deserializer};

pub(crate) const OPS: &[Op] = &[("schemaPlan", 2, plan), ("schemaRead", 2, read)];

/// Largest whole number that a number holds exactly.
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// Objects with more properties are taken for tables with keys of their own.
const MAX_SHARED_PROPERTIES: usize = 64;

struct Text(JsString);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(JsString::from(text)))
    }
}

struct Key(PropertyKey);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(PropertyKey::from(JsString::from(text))))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Literal {
    Text(Text),
    Number(f64),
    Flag(bool),
    Null(()),
}

impl Literal {
    fn is(&self, value: &JsValue) -> bool {
        match self {
            Self::Text(text) => value.as_string().is_some_and(|given| given == text.0),
            // The two zeros are one value.
            Self::Number(number) => value.as_number() == Some(*number),
            Self::Flag(flag) => value.as_boolean() == Some(*flag),
            Self::Null(()) => value.is_null(),
        }
    }

    fn value(&self) -> JsValue {
        match self {
            Self::Text(text) => text.0.clone().into(),
            Self::Number(number) => JsValue::new(*number),
            Self::Flag(flag) => JsValue::new(*flag),
            Self::Null(()) => JsValue::null(),
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
enum Rule {
    Starts {
        text: Text,
    },
    Ends {
        text: Text,
    },
    Includes {
        text: Text,
    },
    /// A regular expression, by its place in the list that comes with the plan.
    Pattern {
        at: usize,
    },
    Email,
    Uuid,
    /// A date of the calendar, in the first ten characters of what has the shape of one.
    Day,
}

/// What a property that is missing means.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Missing {
    No,
    Left,
    Given,
}

#[derive(Deserialize)]
struct Field {
    key: Key,
    plan: Plan,
    missing: Missing,
}

/// What becomes of properties that are not named.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Rest {
    Strip,
    Refuse,
    Keep,
}

#[derive(Deserialize)]
struct Case {
    value: Literal,
    at: usize,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Plan {
    Any,
    Undefined,
    Null,
    Boolean,
    Text { min: Option<usize>, max: Option<usize>, rules: Vec<Rule> },
    Number { int: bool, min: Option<f64>, max: Option<f64>, above: Option<f64>, below: Option<f64>, steps: Vec<f64> },
    OneOf { values: Vec<Literal> },
    Object { fields: Vec<Field>, rest: Rest },
    Array { item: Box<Plan>, min: Option<usize>, max: Option<usize> },
    Record { value: Box<Plan> },
    Union { options: Vec<Plan> },
    Tagged { key: Key, cases: Vec<Case>, options: Vec<Plan> },
    OrNull { inner: Box<Plan> },
    OrUndefined { inner: Box<Plan> },
    OrGiven { inner: Box<Plan>, value: Literal },
}

/// A plan that a schema holds.
#[derive(Trace, Finalize, JsData)]
struct Held {
    #[unsafe_ignore_trace]
    plan: Plan,
    patterns: Vec<JsObject>,
}

/// Why there is no value.
enum Not {
    /// It does not fit.
    Fitting,
    /// The value is not plain data, or the engine failed: JavaScript must say.
    Known,
}

type Read = Result<JsValue, Not>;

/// `schemaPlan(json, patterns)`: what `schemaRead` takes; `undefined` when the texts in it are not Unicode.
fn plan(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let Ok(plan) = serde_json::from_str(&text(args, 0, context)?) else { return Ok(JsValue::undefined()) };
    let list = JsArray::from_object(args.get_or_undefined(1).to_object(context)?)?;
    let mut patterns = Vec::new();
    for index in 0..list.length(context)? {
        patterns.push(list.get(index, context)?.to_object(context)?);
    }
    Ok(JsObject::from_proto_and_data(None, Held { plan, patterns }).into())
}

/// `schemaRead(plan, value)`: what the schema makes of a value that fits; else the plan, and JavaScript has to tell why.
fn read(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let object = args.get_or_undefined(0).as_object();
    let held = object.as_ref().and_then(JsObject::downcast_ref::<Held>);
    let held = held.ok_or_else(|| JsNativeError::typ().with_message("a plan is needed here"))?;
    let mut reader = Reader { patterns: &held.patterns, context };
    Ok(reader.read(&held.plan, args.get_or_undefined(1)).unwrap_or_else(|_| args.get_or_undefined(0).clone()))
}

fn fitting(fits: bool, value: &JsValue) -> Read {
    if fits { Ok(value.clone()) } else { Err(Not::Fitting) }
}

struct Reader<'a> {
    patterns: &'a [JsObject],
    context: &'a mut Context,
}

impl Reader<'_> {
    fn read(&mut self, plan: &Plan, value: &JsValue) -> Read {
        match plan {
            Plan::Any => Ok(value.clone()),
            Plan::Undefined => fitting(value.is_undefined(), value),
            Plan::Null => fitting(value.is_null(), value),
            Plan::Boolean => fitting(value.is_boolean(), value),
            Plan::Text { min, max, rules } => self.text(value, *min, *max, rules),
            Plan::Number { int, min, max, above, below, steps } => {
                let Some(number) = value.as_number() else { return Err(Not::Fitting) };
                let is_in = number.is_finite()
                    && (!int || (number.fract() == 0.0 && number.abs() <= MAX_SAFE))
                    && min.is_none_or(|min| number >= min)
                    && max.is_none_or(|max| number <= max)
                    && above.is_none_or(|above| number > above)
                    && below.is_none_or(|below| number < below);
                fitting(is_in && steps.iter().all(|step| is_multiple(number, *step)), value)
            }
            Plan::OneOf { values } => fitting(values.iter().any(|literal| literal.is(value)), value),
            Plan::Object { fields, rest } => self.object(value, fields, *rest),
            Plan::Array { item, min, max } => self.array(value, item, *min, *max),
            Plan::Record { value: plan } => self.record(value, plan),
            Plan::Union { options } => self.union(options, value),
            Plan::Tagged { key, cases, options } => self.tagged(value, key, cases, options),
            Plan::OrNull { inner } if !value.is_null() => self.read(inner, value),
            Plan::OrUndefined { inner } if !value.is_undefined() => self.read(inner, value),
            Plan::OrNull { .. } | Plan::OrUndefined { .. } => Ok(value.clone()),
            Plan::OrGiven { value: given, .. } if value.is_undefined() => Ok(given.value()),
            Plan::OrGiven { inner, value: given } => {
                let read = self.read(inner, value)?;
                Ok(if read.is_undefined() { given.value() } else { read })
            }
        }
    }

    fn text(&mut self, value: &JsValue, min: Option<usize>, max: Option<usize>, rules: &[Rule]) -> Read {
        let Some(text) = value.as_string() else { return Err(Not::Fitting) };
        let has_size = length_fits(&text, min, max);
        for rule in rules {
            if !has_size || !self.follows(&text, rule)? {
                return Err(Not::Fitting);
            }
        }
        fitting(has_size, value)
    }

    fn follows(&mut self, text: &JsString, rule: &Rule) -> Result<bool, Not> {
        Ok(match rule {
            Rule::Starts { text: part } => {
                text.len() >= part.0.len() && text.iter().zip(part.0.iter()).all(|(a, b)| a == b)
            }
            Rule::Ends { text: part } => {
                text.len() >= part.0.len() && text.iter().skip(text.len() - part.0.len()).eq(part.0.iter())
            }
            Rule::Includes { text: part } => text.index_of(part.0.as_str(), 0).is_some(),
            Rule::Email => ascii(text).is_some_and(|text| is_email(&text)),
            Rule::Uuid => ascii(text).is_some_and(|text| is_uuid(&text)),
            Rule::Day => ascii(text).is_some_and(|text| is_day(&text)),
            Rule::Pattern { at } => {
                let pattern = self.patterns.get(*at).cloned().ok_or(Not::Known)?;
                let pattern = JsRegExp::from_object(pattern).map_err(|_| Not::Known)?;
                pattern.test(text.clone(), self.context).map_err(|_| Not::Known)?
            }
        })
    }

    /// The ordinary object that a value is.
    fn plain(value: &JsValue) -> Result<JsObject, Not> {
        match value.variant() {
            JsVariant::Object(object) if object.is_array() => Err(Not::Fitting),
            JsVariant::Object(object) if object.is_ordinary() => Ok(object),
            JsVariant::Object(_) => Err(Not::Known),
            _ => Err(Not::Fitting),
        }
    }

    /// Whether nothing can be inherited but what every object has.
    fn has_plain_prototype(&self, object: &JsObject) -> bool {
        let plain = self.context.intrinsics().constructors().object().prototype();
        object.prototype().is_none_or(|prototype| JsObject::equals(&prototype, &plain))
    }

    /// A property of the object's own; `None` when there is no such property at all.
    fn property(&self, object: &JsObject, key: &PropertyKey) -> Result<Option<JsValue>, Not> {
        if let Some(descriptor) = object.borrow().properties().get(key) {
            return descriptor.value().cloned().map(Some).ok_or(Not::Known);
        }
        let prototype = object.prototype();
        let may_inherit = prototype.is_some_and(|above| above.borrow().properties().contains_key(key));
        if may_inherit || !self.has_plain_prototype(object) { Err(Not::Known) } else { Ok(None) }
    }

    fn object(&mut self, value: &JsValue, fields: &[Field], rest: Rest) -> Read {
        let object = Self::plain(value)?;
        let mut read = Vec::with_capacity(fields.len());
        for field in fields {
            let value = match self.property(&object, &field.key.0)? {
                Some(value) => self.read(&field.plan, &value)?,
                None if field.missing == Missing::Left => continue,
                None if field.missing == Missing::Given => self.read(&field.plan, &JsValue::undefined())?,
                None => return Err(Not::Fitting),
            };
            read.push((field.key.0.clone(), value));
        }
        if rest != Rest::Strip {
            let known = |key: &PropertyKey| fields.iter().any(|field| field.key.0 == *key);
            for (key, value) in self.own_data(&object)?.into_iter().filter(|(key, _)| !known(key)) {
                match rest {
                    Rest::Refuse => return Err(Not::Fitting),
                    _ => read.push((key, value)),
                }
            }
        }
        Ok(self.object_of(read))
    }

    fn object_of(&self, properties: Vec<(PropertyKey, JsValue)>) -> JsValue {
        let prototype = self.context.intrinsics().constructors().object().prototype();
        // Objects with the same few properties share the description of them.
        let object: JsObject = if properties.len() > MAX_SHARED_PROPERTIES {
            JsObject::from_proto_and_data(prototype, OrdinaryObject)
        } else {
            JsObject::new(self.context.root_shape(), prototype, OrdinaryObject).upcast()
        };
        for (key, value) in properties {
            let property =
                PropertyDescriptor::builder().value(value).writable(true).enumerable(true).configurable(true);
            object.insert_property(key, property);
        }
        object.into()
    }

    /// Own enumerable properties in the order of the language; only of data, with names.
    fn own_data(&self, object: &JsObject) -> Result<Vec<(PropertyKey, JsValue)>, Not> {
        if !self.has_plain_prototype(object) {
            return Err(Not::Known);
        }
        let borrowed = object.borrow();
        let map = borrowed.properties();
        let mut found = Vec::new();
        let mut indices: Vec<_> = map.index_properties().collect();
        indices.sort_by_key(|(index, _)| *index);
        for (index, descriptor) in indices {
            found.push((PropertyKey::from(index), descriptor.value().cloned().ok_or(Not::Known)?));
        }
        for key in borrowed.shape().keys() {
            let descriptor = map.get(&key).ok_or(Not::Known)?;
            let is_special = matches!(&key, PropertyKey::String(name) if *name == js_string!("__proto__") || *name == js_string!("constructor"));
            if is_special || matches!(key, PropertyKey::Symbol(_)) || descriptor.enumerable() == Some(false) {
                return Err(Not::Known);
            }
            found.push((key, descriptor.value().cloned().ok_or(Not::Known)?));
        }
        Ok(found)
    }

    fn record(&mut self, value: &JsValue, plan: &Plan) -> Read {
        let object = Self::plain(value)?;
        let mut read = Vec::new();
        for (key, value) in self.own_data(&object)? {
            read.push((key, self.read(plan, &value)?));
        }
        Ok(self.object_of(read))
    }

    fn array(&mut self, value: &JsValue, item: &Plan, min: Option<usize>, max: Option<usize>) -> Read {
        let Some(array) = value.as_object() else { return Err(Not::Fitting) };
        if !array.is_array() {
            return Err(Not::Known);
        }
        let length = array.get(js_string!("length"), self.context).map_err(|_| Not::Known)?.as_number();
        let items: Vec<JsValue> = {
            let borrowed = array.borrow();
            let values = borrowed.properties().index_property_values();
            values.map(|item| item.value().cloned().ok_or(Not::Known)).collect::<Result<_, _>>()?
        };
        // There are holes.
        if length != Some(items.len() as f64) {
            return Err(Not::Known);
        }
        if min.is_some_and(|min| items.len() < min) || max.is_some_and(|max| items.len() > max) {
            return Err(Not::Fitting);
        }
        let read = items.iter().map(|value| self.read(item, value)).collect::<Result<Vec<_>, _>>()?;
        Ok(JsArray::from_iter(read, self.context).into())
    }

    fn union(&mut self, options: &[Plan], value: &JsValue) -> Read {
        for option in options {
            match self.read(option, value) {
                Err(Not::Fitting) => {}
                answer => return answer,
            }
        }
        Err(Not::Fitting)
    }

    fn tagged(&mut self, value: &JsValue, key: &Key, cases: &[Case], options: &[Plan]) -> Read {
        let object = Self::plain(value)?;
        let tag = self.property(&object, &key.0)?.ok_or(Not::Fitting)?;
        let case = cases.iter().find(|case| case.value.is(&tag)).ok_or(Not::Fitting)?;
        let option = options.get(case.at).ok_or(Not::Known)?;
        self.read(option, value)
    }
}

/// Texts are as long as they have characters; a character is one or two units.
fn length_fits(text: &JsString, min: Option<usize>, max: Option<usize>) -> bool {
    let units = text.len();
    let (min, max) = (min.unwrap_or(0), max.unwrap_or(usize::MAX));
    if units < min || units.div_ceil(2) > max {
        return false;
    }
    if units.div_ceil(2) >= min && units <= max {
        return true;
    }
    let characters = text.code_points().count();
    characters >= min && characters <= max
}

/// The same as `remainder()` in stdlib/zod/checks.ts.
fn is_multiple(value: f64, step: f64) -> bool {
    let ratio = value / step;
    let near = (ratio + 0.5).floor();
    let slack = 2.0 * f64::EPSILON * ratio.abs().max(1.0);
    (ratio - near).abs() < slack || ratio - near == 0.0
}

fn ascii(text: &JsString) -> Option<Vec<u8>> {
    text.iter().map(|unit| u8::try_from(unit).ok().filter(u8::is_ascii)).collect()
}

/// The same as the pattern of `email` in stdlib/zod/formats.ts.
fn is_email(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|byte| *byte == b'@') else { return false };
    let (local, domain) = (&text[..at], &text[at + 1..]);
    let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || b"_'+-.".contains(byte);
    let Some(last) = local.last() else { return false };
    let starts = local.first() != Some(&b'.') && !local.windows(2).any(|pair| pair == b"..");
    if !starts || !local.iter().all(is_local) || !(last.is_ascii_alphanumeric() || b"_+-".contains(last)) {
        return false;
    }
    let mut labels: Vec<&[u8]> = domain.split(|byte| *byte == b'.').collect();
    let Some(top) = labels.pop() else { return false };
    let is_label = |label: &&[u8]| {
        label.first().is_some_and(u8::is_ascii_alphanumeric)
            && label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    top.len() >= 2 && top.iter().all(u8::is_ascii_alphabetic) && !labels.is_empty() && labels.iter().all(is_label)
}

/// The same as the pattern of `uuid` in stdlib/zod/formats.ts.
fn is_uuid(text: &[u8]) -> bool {
    let has_shape = text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    let is_all = |one: u8| text.iter().all(|byte| *byte == one || *byte == b'-');
    let is_named = || (b'1'..=b'8').contains(&text[14]) && b"89abAB".contains(&text[19]);
    has_shape && (is_named() || is_all(b'0') || is_all(b'f'))
}

/// Whether `YYYY-MM-DD` at the beginning is a day.
fn is_day(text: &[u8]) -> bool {
    let number = |from: usize, to: usize| {
        text.get(from..to).and_then(|part| std::str::from_utf8(part).ok()?.parse::<u32>().ok())
    };
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else { return false };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}
