//! `Date.parse` and `new Date(text)` for the forms that programs write besides ISO 8601, such as
//! `2020/01/02`, `Jan 2, 2020 3:04 PM` and those of RFC 2822.

use super::{define, method, prototype};
use boa_engine::{
    Context, JsArgs, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string,
    object::{FunctionObjectBuilder, builtins::JsFunction},
    property::PropertyDescriptor,
};

const MINUTE: f64 = 60_000.0;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Names of zones, in hours east of Greenwich (RFC 2822, section 4.3).
const ZONES: [(&str, i32); 12] = [
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("z", 0),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// The engine's constructor and parser.
type Engine = (JsObject, JsFunction);

pub(super) fn install(context: &mut Context) -> JsResult<()> {
    let engine = context.intrinsics().constructors().date().constructor();
    let engine_parse = method(&engine, js_string!("parse"), context)?;
    let own: Engine = (engine.clone(), engine_parse);
    let construct = NativeFunction::from_copy_closure_with_captures(
        |this, args, own: &Engine, context| match this.as_object() {
            Some(target) if target.is_constructor() => {
                let args = if args.len() == 1 { vec![argument(&args[0], own, context)?] } else { args.to_vec() };
                Ok(own.0.construct(&args, Some(&target), context)?.into())
            }
            _ => JsFunction::from_object(own.0.clone())
                .map_or(Ok(JsValue::undefined()), |date| date.call(this, args, context)),
        },
        own.clone(),
    );
    let builder = FunctionObjectBuilder::new(context.realm(), construct).name("Date").length(7);
    let date: JsObject = builder.constructor(true).build().into();
    let owner = prototype("Date", context)?;
    let hidden = |value: JsValue| PropertyDescriptor::builder().value(value).configurable(true).enumerable(false);
    let fixed =
        PropertyDescriptor::builder().value(owner.clone()).writable(false).configurable(false).enumerable(false);
    date.define_property_or_throw(js_string!("prototype"), fixed, context)?;
    for name in ["now", "UTC"] {
        let value = engine.get(JsString::from(name), context)?;
        date.define_property_or_throw(JsString::from(name), hidden(value).writable(true), context)?;
    }
    owner.define_property_or_throw(js_string!("constructor"), hidden(date.clone().into()).writable(true), context)?;
    let parse = NativeFunction::from_copy_closure_with_captures(
        |_, args, own: &Engine, context| {
            let text = args.get_or_undefined(0).to_string(context)?;
            parse(&text, own, context)
        },
        own,
    );
    define(&date, js_string!("parse"), "parse", 1, parse, context)?;
    context.global_object().define_property_or_throw(
        js_string!("Date"),
        hidden(date.into()).writable(true),
        context,
    )?;
    Ok(())
}

/// The only argument of the constructor: text becomes a number.
fn argument(value: &JsValue, own: &Engine, context: &mut Context) -> JsResult<JsValue> {
    // A date is copied without a look at its text.
    if value.as_object().is_some_and(|object| object.is::<boa_engine::builtins::date::Date>()) {
        return Ok(value.clone());
    }
    let primitive = value.to_primitive(context, boa_engine::value::PreferredType::Default)?;
    match primitive.as_string() {
        Some(text) => parse(&text, own, context),
        None => Ok(primitive),
    }
}

fn parse(text: &JsString, own: &Engine, context: &mut Context) -> JsResult<JsValue> {
    let by_engine = own.1.call(&JsValue::undefined(), &[text.clone().into()], context)?;
    if !by_engine.as_number().is_some_and(f64::is_nan) {
        return Ok(by_engine);
    }
    let Some(found) = read(&text.to_std_string_lossy()) else {
        return Ok(by_engine);
    };
    let parts = [found.year, found.month, found.day, found.hour, found.minute, found.second, found.millisecond];
    let parts = parts.map(JsValue::from);
    // Years up to 99 mean the last century to these functions; `read` has taken care of that.
    match found.zone {
        Some(minutes) => {
            let utc = method(&own.0, js_string!("UTC"), context)?.call(&JsValue::undefined(), &parts, context)?;
            Ok((utc.to_number(context)? - f64::from(minutes) * MINUTE).into())
        }
        None => {
            let date = own.0.construct(&parts, None, context)?;
            method(&date, js_string!("getTime"), context)?.call(&date.clone().into(), &[], context)
        }
    }
}

/// A date as it was written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Written {
    year: i32,
    /// From 0.
    month: i32,
    day: i32,
    hour: i32,
    minute: i32,
    second: i32,
    millisecond: i32,
    /// Minutes east of Greenwich; without one it is local time.
    zone: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A number and how many digits it had.
    Number(i32, usize),
    Word(String),
    Sign(char),
}

/// Numbers, words and signs; what is in parentheses is a comment.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    let mut depth = 0;
    while let Some(char) = chars.next() {
        match char {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            '0'..='9' => {
                let mut digits = String::from(char);
                while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                    digits.push(digit);
                }
                found.push(Token::Number(digits.parse().ok()?, digits.len()));
            }
            _ if char.is_alphabetic() => {
                let mut word = String::from(char);
                while let Some(next) = chars.next_if(|next| next.is_alphabetic()) {
                    word.push(next);
                }
                found.push(Token::Word(word.to_lowercase()));
            }
            ':' | '/' | '-' | '+' | '.' => found.push(Token::Sign(char)),
            ',' => {}
            _ if char.is_whitespace() => found.push(Token::Sign(' ')),
            _ => return None,
        }
    }
    found.dedup_by(|a, b| *a == Token::Sign(' ') && *b == Token::Sign(' '));
    Some(found)
}

fn read(text: &str) -> Option<Written> {
    let tokens = tokens(text)?;
    let mut reader =
        Reader { tokens: &tokens, at: 0, date: Vec::new(), month: None, time: Vec::new(), half: None, zone: None };
    while reader.at < tokens.len() {
        reader.step()?;
    }
    reader.finish()
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Numbers of the date in order, with their digits.
    date: Vec<(i32, usize)>,
    month: Option<i32>,
    /// Hour, minute, second, millisecond.
    time: Vec<i32>,
    /// Hours to add for the half of the day.
    half: Option<i32>,
    zone: Option<i32>,
}

impl Reader<'_> {
    fn sign(&self, ahead: usize, wanted: char) -> bool {
        self.tokens.get(self.at + ahead) == Some(&Token::Sign(wanted))
    }

    fn number(&self, ahead: usize) -> Option<(i32, usize)> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Number(value, digits)) => Some((*value, *digits)),
            _ => None,
        }
    }

    fn step(&mut self) -> Option<()> {
        match &self.tokens[self.at] {
            Token::Sign(sign @ ('+' | '-')) if !self.time.is_empty() && self.number(1).is_some() => {
                return self.offset(*sign);
            }
            Token::Sign(' ' | '-' | '/' | '.') => self.at += 1,
            Token::Sign(_) => return None,
            Token::Word(word) => {
                self.word(word)?;
                self.at += 1;
            }
            Token::Number(value, digits) => {
                if self.sign(1, ':') && self.time.is_empty() {
                    return self.clock(*value);
                }
                self.date.push((*value, *digits));
                self.at += 1;
                if self.date.len() > 3 {
                    return None;
                }
            }
        }
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        if let Some((_, hours)) = ZONES.iter().find(|(name, _)| *name == word) {
            self.zone = Some(hours * 60);
            return Some(());
        }
        match word {
            "am" | "pm" => self.half = Some(if word == "pm" { 12 } else { 0 }),
            // Between date and time.
            "t" | "at" | "of" if !self.date.is_empty() || self.month.is_some() => {}
            "st" | "nd" | "rd" | "th" if !self.date.is_empty() => {}
            _ => {
                let short = word.get(..3)?;
                match MONTHS.iter().position(|month| *month == short) {
                    Some(month) if self.month.is_none() => self.month = i32::try_from(month).ok(),
                    _ if WEEKDAYS.contains(&short) => {}
                    // Words before the date do not matter to V8 either.
                    _ if self.date.is_empty() && self.month.is_none() => {}
                    _ => return None,
                }
            }
        }
        Some(())
    }

    /// `h:m`, `h:m:s` or `h:m:s.f`.
    fn clock(&mut self, hour: i32) -> Option<()> {
        self.time.push(hour);
        self.at += 1;
        while self.sign(0, ':') && self.time.len() < 3 {
            self.time.push(self.number(1)?.0);
            self.at += 2;
        }
        if self.sign(0, '.') && self.time.len() == 3 {
            let (value, digits) = self.number(1)?;
            let digits = u32::try_from(digits).ok()?;
            self.time.push(if digits <= 3 { value * 10_i32.pow(3 - digits) } else { value / 10_i32.pow(digits - 3) });
            self.at += 2;
        }
        Some(())
    }

    /// `+hhmm`, `+hh:mm` or `+hh`.
    fn offset(&mut self, sign: char) -> Option<()> {
        let (value, digits) = self.number(1)?;
        let minutes = if self.sign(2, ':') {
            let (minutes, _) = self.number(3)?;
            self.at += 4;
            value * 60 + minutes
        } else {
            self.at += 2;
            if digits > 2 { value / 100 * 60 + value % 100 } else { value * 60 }
        };
        self.zone = Some(if sign == '-' { -minutes } else { minutes });
        Some(())
    }

    fn finish(self) -> Option<Written> {
        let is_year = |(value, digits): (i32, usize)| digits > 2 || value > 31;
        let full = |(value, digits): (i32, usize)| match value {
            0..50 if digits <= 2 => value + 2000,
            50..100 if digits <= 2 => value + 1900,
            _ => value,
        };
        let (year, month, day) = match (self.month, self.date.as_slice()) {
            (Some(month), [day]) if !is_year(*day) => (2001, month, day.0),
            (Some(month), [year]) => (full(*year), month, 1),
            (Some(month), [first, second]) if is_year(*first) => (full(*first), month, second.0),
            (Some(month), [day, year]) => (full(*year), month, day.0),
            (None, [first, month, day]) if is_year(*first) => (full(*first), month.0 - 1, day.0),
            (None, [month, day, year]) => (full(*year), month.0 - 1, day.0),
            (None, [year, month]) if is_year(*year) => (full(*year), month.0 - 1, 1),
            (None, [month, day]) if !is_year(*day) => (2001, month.0 - 1, day.0),
            _ => return None,
        };
        let time = |index: usize| self.time.get(index).copied().unwrap_or_default();
        let hour = match self.half {
            Some(_) if !(1..=12).contains(&time(0)) => return None,
            Some(half) => time(0) % 12 + half,
            None => time(0),
        };
        let is_valid = (0..12).contains(&month) && (1..=31).contains(&day) && (0..=24).contains(&hour);
        let is_valid = is_valid && time(1) < 60 && time(2) < 60 && (hour < 24 || time(1) + time(2) + time(3) == 0);
        is_valid.then(|| Written {
            year,
            month,
            day,
            hour,
            minute: time(1),
            second: time(2),
            millisecond: time(3),
            zone: self.zone,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2020/01/02", "2020-0-2 0:0:0.0 None")]
    #[case("2020/1/2 3:04:05", "2020-0-2 3:4:5.0 None")]
    #[case("Jan 2, 2020", "2020-0-2 0:0:0.0 None")]
    #[case("January 2, 2020 3:04 PM", "2020-0-2 15:4:0.0 None")]
    #[case("2 Jan 2020 12:00 am GMT", "2020-0-2 0:0:0.0 Some(0)")]
    #[case("Thu, 02 Jan 2020 03:04:05 +0100", "2020-0-2 3:4:5.0 Some(60)")]
    #[case("Thu, 02 Jan 2020 03:04:05 EST", "2020-0-2 3:4:5.0 Some(-300)")]
    #[case("Thu Jan 02 2020 03:04:05 GMT+0530 (India Standard Time)", "2020-0-2 3:4:5.0 Some(330)")]
    #[case("01/02/20", "2020-0-2 0:0:0.0 None")]
    #[case("12/31/99 23:59:59.5", "1999-11-31 23:59:59.500 None")]
    #[case("2-Jan-2020", "2020-0-2 0:0:0.0 None")]
    #[case("Jan 2020", "2020-0-1 0:0:0.0 None")]
    #[case("Mon Jan 2", "2001-0-2 0:0:0.0 None")]
    #[case("2020-1-2 3:04", "2020-0-2 3:4:0.0 None")]
    fn dates_of_everyday(#[case] text: &str, #[case] expected: &str) {
        let found = read(text).map(|d| {
            format!(
                "{}-{}-{} {}:{}:{}.{} {:?}",
                d.year, d.month, d.day, d.hour, d.minute, d.second, d.millisecond, d.zone
            )
        });
        assert_eq!(found.as_deref(), Some(expected));
    }

    #[rstest]
    #[case("")]
    #[case("tomorrow")]
    #[case("2020/13/01")]
    #[case("2020/01/32")]
    #[case("Jan 2 2020 25:00")]
    #[case("Jan 2 2020 13:00 PM")]
    #[case("1 2 3 4 5")]
    #[case("12")]
    fn nonsense_is_no_date(#[case] text: &str) {
        assert_eq!(read(text), None);
    }
}
