//! The compiler of URL patterns. The regular expressions that it makes are run by the engine.

use super::text;
use crate::extensions::Op;
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsString, JsValue};
use serde::Serialize;
use urlpattern::{
    RegexSyntax, UrlPatternOptions,
    quirks::{self, StringOrInit},
    regexp::RegExp,
};

pub(crate) const OPS: &[Op] = &[("urlPatternParse", 3, parse), ("urlPatternInput", 2, input)];

/// Keeps the text of an expression: the engine compiles it, and says what is wrong with it.
struct Unparsed(String);

impl RegExp for Unparsed {
    fn syntax() -> RegexSyntax {
        RegexSyntax::EcmaScript
    }

    fn parse(pattern: &str, _: &str, _: bool) -> Result<Self, ()> {
        Ok(Self(pattern.to_owned()))
    }

    fn matches<'a>(&self, _: &'a str) -> Option<Vec<Option<&'a str>>> {
        None
    }

    fn pattern_string(&self) -> &str {
        &self.0
    }
}

/// `urlPatternParse(inputJson, base?, ignoreCase)`: the components as JSON; throws a `TypeError`.
/// The input is text or an object of texts.
fn parse(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (input, base) = given(args, context)?;
    let options =
        UrlPatternOptions { ignore_case: args.get_or_undefined(2).to_boolean(), regex_syntax: RegexSyntax::EcmaScript };
    let pattern = quirks::process_construct_pattern_input(input, base.as_deref())
        .and_then(|init| quirks::parse_pattern::<Unparsed>(init, options))
        .map_err(refused)?;
    json(&pattern)
}

/// `urlPatternInput(inputJson, base?)`: the components of what a pattern is matched against as JSON;
/// null when it is no URL.
fn input(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (input, base) = given(args, context)?;
    let found = quirks::process_match_input(input, base.as_deref()).map_err(refused)?;
    match found.and_then(|(input, _)| quirks::parse_match_input(input)) {
        Some(components) => json(&components),
        None => Ok(JsValue::null()),
    }
}

fn given(args: &[JsValue], context: &mut Context) -> JsResult<(StringOrInit<'static>, Option<String>)> {
    let input = serde_json::from_str(&text(args, 0, context)?).map_err(refused)?;
    let base = args.get_or_undefined(1);
    Ok((input, if base.is_undefined() { None } else { Some(text(args, 1, context)?) }))
}

fn json(value: &impl Serialize) -> JsResult<JsValue> {
    Ok(JsString::from(serde_json::to_string(value).map_err(refused)?).into())
}

fn refused(error: impl std::fmt::Display) -> boa_engine::JsError {
    JsNativeError::typ().with_message(format!("this is no URL pattern: {error}")).into()
}
