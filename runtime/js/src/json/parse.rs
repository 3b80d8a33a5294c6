//! JSON text straight into engine values. The engine's parser compiles the text as a program,
//! which is slow and keeps every key and string for the life of the context.

use super::reviver::{self, Note, Snapshot};
use boa_engine::string::JsStrVariant;
use boa_engine::{
    Context, JsArgs, JsNativeError, JsObject, JsResult, JsStr, JsString, JsValue, NativeFunction,
    builtins::object::OrdinaryObject,
    object::builtins::{JsArray, JsFunction},
    property::{PropertyDescriptor, PropertyKey},
};
use std::{borrow::Cow, cell::RefCell, collections::HashMap};

/// Keys up to this length are kept, because the same few come again and again.
const MAX_KEPT_KEY: usize = 64;
/// Places for keys that are kept; one that comes to a taken place replaces the other.
const KEY_PLACES: usize = 4096;
/// Deeper text would use up the thread's stack.
const MAX_NESTING: usize = 5_000;

/// Objects with more properties are taken for tables with keys of their own.
const MAX_SHARED_PROPERTIES: usize = 64;

type KeptKey = Option<(Box<[u8]>, PropertyKey)>;

thread_local!(static KEYS: RefCell<Vec<KeptKey>> = RefCell::new(vec![None; KEY_PLACES]));

/// The place of a key: a hash of its length and of some of its characters is good enough to find it again.
fn place_of(units: &[u8]) -> usize {
    let at = |index: usize| usize::from(units.get(index).copied().unwrap_or_default());
    let (length, middle) = (units.len(), units.len() / 2);
    let mixed = [at(0), at(1), at(middle), at(length.wrapping_sub(2)), at(length.wrapping_sub(1))];
    mixed.iter().fold(length, |hash, unit| hash.wrapping_mul(31).wrapping_add(*unit)) % KEY_PLACES
}

/// Parses one JSON value.
pub(crate) fn parse(text: &str, context: &mut Context) -> JsResult<JsValue> {
    if text.is_ascii() {
        return Ok(Parser::new(text.as_bytes(), false, context).document()?.0);
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    Ok(Parser::new(&units, false, context).document()?.0)
}

/// Replaces the global `JSON.parse`.
pub(crate) fn install(context: &mut Context) -> JsResult<()> {
    super::define(NativeFunction::from_fn_ptr(global_parse), "parse", 2, context)
}

fn global_parse(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = args.get_or_undefined(0).to_string(context)?;
    let reviver = args.get_or_undefined(1).as_object().and_then(JsFunction::from_object);
    let record = reviver.is_some();
    let (value, note) = match text.as_str().variant() {
        JsStrVariant::Latin1(units) => Parser::new(units, record, context).document()?,
        JsStrVariant::Utf16(units) => Parser::new(units, record, context).document()?,
    };
    match reviver {
        Some(reviver) => reviver::revive(value, note, &reviver, context),
        None => Ok(value),
    }
}

/// A character of the text: Latin-1 or UTF-16.
trait Unit: Copy + Into<u32> {
    fn string(units: &[Self]) -> JsString;
    /// Text that is known to be ASCII.
    fn ascii(units: &[Self]) -> Cow<'_, str>;
    fn key(units: &[Self]) -> PropertyKey;
}

impl Unit for u8 {
    fn string(units: &[Self]) -> JsString {
        JsString::from(JsStr::latin1(units))
    }

    fn ascii(units: &[Self]) -> Cow<'_, str> {
        String::from_utf8_lossy(units)
    }

    fn key(units: &[Self]) -> PropertyKey {
        if units.len() > MAX_KEPT_KEY {
            return PropertyKey::from(Self::string(units));
        }
        KEYS.with_borrow_mut(|places| {
            let place = &mut places[place_of(units)];
            if let Some((text, key)) = place
                && **text == *units
            {
                return key.clone();
            }
            let key = PropertyKey::from(Self::string(units));
            *place = Some((units.into(), key.clone()));
            key
        })
    }
}

impl Unit for u16 {
    fn string(units: &[Self]) -> JsString {
        JsString::from(units)
    }

    fn ascii(units: &[Self]) -> Cow<'_, str> {
        String::from_utf16_lossy(units).into()
    }

    fn key(units: &[Self]) -> PropertyKey {
        // Keys are ASCII nearly always, also where the values are not.
        if units.len() <= MAX_KEPT_KEY && units.iter().all(|unit| *unit < 0x100) {
            let narrow: Vec<u8> = units.iter().map(|unit| *unit as u8).collect();
            return u8::key(&narrow);
        }
        PropertyKey::from(JsString::from(units))
    }
}

struct Parser<'a, U> {
    text: &'a [U],
    at: usize,
    depth: usize,
    /// Whether the source of each value is wanted.
    record: bool,
    /// Properties of the objects that are being read, the innermost last.
    properties: Vec<(PropertyKey, JsValue)>,
    context: &'a mut Context,
}

impl<'a, U: Unit> Parser<'a, U> {
    fn new(text: &'a [U], record: bool, context: &'a mut Context) -> Self {
        Self { text, at: 0, depth: 0, record, properties: Vec::new(), context }
    }

    fn document(mut self) -> JsResult<(JsValue, Note)> {
        let found = self.value()?;
        self.skip_space();
        if self.at < self.text.len() {
            return Err(self.unexpected());
        }
        Ok(found)
    }

    fn peek(&self) -> Option<u32> {
        self.text.get(self.at).map(|unit| (*unit).into())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(0x20 | 0x09 | 0x0a | 0x0d)) {
            self.at += 1;
        }
    }

    fn unexpected(&self) -> boa_engine::JsError {
        let message = match self.peek() {
            None => "Unexpected end of JSON input".to_owned(),
            Some(unit) => {
                let shown = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                let before = &self.text[..self.at];
                let line = 1 + before.iter().filter(|unit| (**unit).into() == 0x0a).count();
                let column = 1 + before.iter().rev().take_while(|unit| (**unit).into() != 0x0a).count();
                format!("Unexpected token '{}' in JSON at line {line} column {column}", shown.escape_debug())
            }
        };
        JsNativeError::syntax().with_message(message).into()
    }

    fn expect(&mut self, wanted: u8) -> JsResult<()> {
        self.skip_space();
        if self.peek() != Some(wanted.into()) {
            return Err(self.unexpected());
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self) -> JsResult<(JsValue, Note)> {
        self.skip_space();
        let start = self.at;
        let value: JsValue = match self.peek().and_then(|unit| u8::try_from(unit).ok()) {
            Some(b'{') => return self.nested(Self::object),
            Some(b'[') => return self.nested(Self::array),
            Some(b'"') => self.string()?.into(),
            Some(b't') => self.word(b"true", true.into())?,
            Some(b'f') => self.word(b"false", false.into())?,
            Some(b'n') => self.word(b"null", JsValue::null())?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return Err(self.unexpected()),
        };
        let note = self.record.then(|| {
            let source = U::string(&self.text[start..self.at]);
            Box::new(Snapshot::Primitive { source, value: value.clone() })
        });
        Ok((value, note))
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> JsResult<(JsValue, Note)>) -> JsResult<(JsValue, Note)> {
        if self.depth >= MAX_NESTING {
            let message = format!("JSON text is nested more than {MAX_NESTING} levels deep");
            return Err(JsNativeError::range().with_message(message).into());
        }
        self.depth += 1;
        self.at += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    fn word(&mut self, word: &[u8], value: JsValue) -> JsResult<JsValue> {
        for byte in word {
            if self.peek() != Some((*byte).into()) {
                return Err(self.unexpected());
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn array(&mut self) -> JsResult<(JsValue, Note)> {
        let (mut items, mut notes) = (Vec::new(), Vec::new());
        self.skip_space();
        if self.peek() == Some(b']'.into()) {
            self.at += 1;
        } else {
            loop {
                let (item, note) = self.value()?;
                items.push(item);
                if self.record {
                    notes.push(note);
                }
                self.skip_space();
                if self.peek() != Some(b','.into()) {
                    break;
                }
                self.at += 1;
            }
            self.expect(b']')?;
        }
        let array = JsArray::from_iter(items, self.context);
        Ok((array.into(), self.record.then(|| Box::new(Snapshot::Array(notes)))))
    }

    fn object(&mut self) -> JsResult<(JsValue, Note)> {
        let first = self.properties.len();
        let mut notes = self.record.then(HashMap::new);
        self.skip_space();
        if self.peek() == Some(b'}'.into()) {
            self.at += 1;
        } else {
            loop {
                self.skip_space();
                let key = self.key()?;
                self.expect(b':')?;
                let (value, note) = self.value()?;
                if let Some(notes) = &mut notes {
                    notes.insert(key.clone(), note);
                }
                self.properties.push((key, value));
                self.skip_space();
                if self.peek() != Some(b','.into()) {
                    break;
                }
                self.at += 1;
            }
            self.expect(b'}')?;
        }
        let object = self.ordinary_object(self.properties.len() - first);
        for (key, value) in self.properties.drain(first..) {
            object.insert_property(key, plain(value));
        }
        Ok((object.into(), notes.map(|map| Box::new(Snapshot::Object(map)))))
    }

    /// An object that will have so many properties. One with few shares the description of them with all that have
    /// the same: that is faster, also for who reads them.
    fn ordinary_object(&self, properties: usize) -> JsObject {
        let prototype = self.context.intrinsics().constructors().object().prototype();
        if properties > MAX_SHARED_PROPERTIES {
            return JsObject::from_proto_and_data(prototype, OrdinaryObject);
        }
        JsObject::new(self.context.root_shape(), prototype, OrdinaryObject).upcast()
    }

    fn key(&mut self) -> JsResult<PropertyKey> {
        if self.peek() != Some(b'"'.into()) {
            return Err(self.unexpected());
        }
        let start = self.at + 1;
        let end = self.plain_end(start);
        if self.text.get(end).map(|unit| (*unit).into()) == Some(u32::from(b'"')) {
            self.at = end + 1;
            return Ok(U::key(&self.text[start..end]));
        }
        Ok(PropertyKey::from(self.string()?))
    }

    /// Where a quote, a backslash or a control character comes next.
    fn plain_end(&self, start: usize) -> usize {
        let rest = &self.text[start..];
        let stops = |unit: &U| {
            let unit: u32 = (*unit).into();
            unit == 0x22 || unit == 0x5c || unit < 0x20
        };
        start + rest.iter().position(stops).unwrap_or(rest.len())
    }

    fn string(&mut self) -> JsResult<JsString> {
        self.at += 1;
        let start = self.at;
        self.at = self.plain_end(start);
        if self.peek() == Some(b'"'.into()) {
            let text = U::string(&self.text[start..self.at]);
            self.at += 1;
            return Ok(text);
        }
        let mut units: Vec<u16> = self.text[start..self.at].iter().map(|unit| (*unit).into() as u16).collect();
        loop {
            match self.peek().and_then(|unit| u8::try_from(unit).ok()) {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut units)?,
                _ => return Err(self.unexpected()),
            }
            let start = self.at;
            self.at = self.plain_end(start);
            units.extend(self.text[start..self.at].iter().map(|unit| (*unit).into() as u16));
        }
        self.at += 1;
        Ok(narrow(&units))
    }

    fn escape(&mut self, units: &mut Vec<u16>) -> JsResult<()> {
        self.at += 1;
        let unit = match self.peek().and_then(|unit| u8::try_from(unit).ok()) {
            Some(plain @ (b'"' | b'\\' | b'/')) => u16::from(plain),
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => 0x0a,
            Some(b'r') => 0x0d,
            Some(b't') => 0x09,
            Some(b'u') => {
                let mut unit = 0;
                for _ in 0..4 {
                    self.at += 1;
                    let digit = self.peek().and_then(char::from_u32).and_then(|digit| digit.to_digit(16));
                    unit = unit << 4 | digit.ok_or_else(|| self.unexpected())? as u16;
                }
                unit
            }
            _ => return Err(self.unexpected()),
        };
        units.push(unit);
        self.at += 1;
        Ok(())
    }

    fn number(&mut self) -> JsResult<JsValue> {
        let start = self.at;
        if self.peek() == Some(b'-'.into()) {
            self.at += 1;
        }
        if self.peek() == Some(b'0'.into()) {
            self.at += 1;
        } else {
            self.digits()?;
        }
        let is_whole = !matches!(self.peek(), Some(0x2e | 0x45 | 0x65));
        if self.peek() == Some(b'.'.into()) {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(0x45 | 0x65)) {
            self.at += 1;
            if matches!(self.peek(), Some(0x2b | 0x2d)) {
                self.at += 1;
            }
            self.digits()?;
        }
        let units = &self.text[start..self.at];
        if is_whole && units.len() <= 9 {
            let digit = |number: i32, unit: &U| number * 10 + ((*unit).into() as i32 - i32::from(b'0'));
            return Ok(match units.split_first() {
                Some((sign, rest)) if (*sign).into() == u32::from(b'-') => match rest.iter().fold(0, digit) {
                    0 => JsValue::new(-0.0),
                    number => JsValue::new(-number),
                },
                _ => JsValue::new(units.iter().fold(0, digit)),
            });
        }
        // The grammar was checked above; a number that is too large is infinite.
        Ok(JsValue::new(U::ascii(units).parse::<f64>().unwrap_or(f64::NAN)))
    }

    fn digits(&mut self) -> JsResult<()> {
        let start = self.at;
        while matches!(self.peek(), Some(0x30..=0x39)) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected()) } else { Ok(()) }
    }
}

/// Text without wide characters takes half the memory.
fn narrow(units: &[u16]) -> JsString {
    if units.iter().all(|unit| *unit < 0x100) {
        let bytes: Vec<u8> = units.iter().map(|unit| *unit as u8).collect();
        return JsString::from(JsStr::latin1(&bytes));
    }
    JsString::from(units)
}

/// An ordinary data property, as an assignment makes it.
fn plain(value: JsValue) -> PropertyDescriptor {
    PropertyDescriptor::builder().value(value).writable(true).enumerable(true).configurable(true).build()
}
