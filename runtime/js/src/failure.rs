//! Thrown values as failures: name, message, and positions in the author's source.

use crate::{
    isolate::{Archives, state::State},
    worker::FromWorker,
};
use boa_engine::{Context, JsError, JsObject, JsString, JsValue, error::EngineError, js_string};
use cronflow_core::{
    duration,
    error::{Code, Diagnostic, SourceLocation},
    host::LogLevel,
    id::TaskId,
    worker::Failure,
};

/// Longest message or stack that is kept of an error.
const MAX_TEXT: usize = 64 * 1024;

/// A place in evaluated code, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// Turns a thrown value into a failure. Never throws itself, whatever the value is.
pub(crate) fn failure_of(error: JsError, state: &State, context: &mut Context) -> Failure {
    if let Some(engine) = error.as_engine() {
        return engine_failure(engine);
    }
    let Ok(value) = error.into_opaque(context) else {
        return Failure::new("Error", "an error that cannot be shown");
    };
    let Some(object) = value.as_object() else {
        return Failure::new("Error", state.without_secrets(clip(show(&value, context))));
    };
    let name = text_of(&object, "name", context).unwrap_or_else(|| "Error".to_owned());
    let message = text_of(&object, "message", context).unwrap_or_else(|| clip(show(&value, context)));
    let (stack, location) = stack_of(&object, state, context);
    let stack = (!stack.is_empty()).then(|| format!("{name}: {message}\n{stack}"));
    let stack = stack.map(|stack| state.without_secrets(stack));
    let message = state.without_secrets(message);
    let (status, retry_after, retryable) = advice_of(&object, &name, context);
    Failure { name, message, stack, location, status, retry_after, retryable }
}

/// What an error says about further attempts: the HTTP status it stands for, how many milliseconds
/// to wait, and whether they make sense at all.
fn advice_of(object: &JsObject, name: &str, context: &mut Context) -> (Option<u16>, Option<u64>, Option<bool>) {
    let mut number = |object: &JsObject, key: &str| {
        let value = object.get(JsString::from(key), context).ok()?.as_number()?;
        ((100.0..600.0).contains(&value) && value.fract() == 0.0).then_some(value as u16)
    };
    let own = number(object, "status").or_else(|| number(object, "statusCode"));
    let response = object.get(js_string!("response"), context).ok().and_then(|value| value.as_object());
    let status = own.or_else(|| {
        let value = response?.get(js_string!("status"), context).ok()?.as_number()?;
        (100.0..600.0).contains(&value).then_some(value as u16)
    });
    let retry_after = object.get(js_string!("retryAfter"), context).ok().and_then(|value| millis_of(&value));
    let retryable = match name {
        "NonRetryableError" => Some(false),
        "RetryableError" => Some(true),
        _ => object.get(js_string!("retryable"), context).ok().and_then(|value| value.as_boolean()),
    };
    (status, retry_after, retryable)
}

/// A number of milliseconds, a duration, or the seconds of a `Retry-After` header.
fn millis_of(value: &JsValue) -> Option<u64> {
    let wait = match (value.as_number(), value.as_string()) {
        (Some(millis), _) => duration::from_millis(millis)?,
        (_, Some(text)) => {
            let text = text.to_std_string_lossy();
            match text.trim().parse::<u32>() {
                Ok(seconds) => std::time::Duration::from_secs(seconds.into()),
                Err(_) => duration::parse(&text).ok()?,
            }
        }
        _ => return None,
    };
    u64::try_from(wait.as_millis()).ok()
}

/// An error at the top level of a file, for the user.
pub(crate) fn diagnostic_of(error: JsError, state: &State, context: &mut Context) -> Diagnostic {
    let opaque = error.clone().into_opaque(context).ok();
    let object = opaque.as_ref().and_then(JsValue::as_object);
    let site = object.as_ref().and_then(|object| site_of(object, context));
    let named = object.as_ref().and_then(|object| text_of(object, "code", context));
    let failure = failure_of(error, state, context);
    let known = Code::ALL.iter().find(|code| Some(code.as_str()) == named.as_deref()).copied();
    let code = known.unwrap_or(match failure.name.as_str() {
        "DefinitionError" => Code::InvalidDefinition,
        "SyntaxError" => Code::UnsupportedSyntax,
        _ => Code::TopLevelThrow,
    });
    let message = match code {
        Code::InvalidDefinition => failure.message,
        _ => format!("{}: {}", failure.name, failure.message),
    };
    let diagnostic = Diagnostic::new(code, message);
    match site.or(failure.location) {
        Some(place) => {
            let text = state.archives.source_text(&place.file);
            diagnostic.at(place, text)
        }
        None => diagnostic,
    }
}

/// Prints an error that no code can catch any more.
pub(crate) fn report(state: &State, task: TaskId, prefix: &str, failure: &Failure) {
    let text = failure.stack.clone().unwrap_or_else(|| format!("{}: {}", failure.name, failure.message));
    state.send(FromWorker::Console { task, level: LogLevel::Error, text: format!("{prefix} {text}") });
}

pub(crate) fn engine_failure(error: &EngineError) -> Failure {
    match error {
        EngineError::RuntimeLimit(_) => Failure::new("RangeError", "Maximum call stack size exceeded"),
        other => Failure::new("InternalError", other.to_string()),
    }
}

/// The frames of an error and where it was thrown. A stack that a program has set has positions in
/// the author's files already.
fn stack_of(error: &JsObject, state: &State, context: &mut Context) -> (String, Option<SourceLocation>) {
    let is_set = error.borrow().properties().contains_key(&js_string!("stack").into());
    let raw_stack = state.raw_stack.get();
    if !is_set && let Some(raw_stack) = raw_stack {
        let raw = raw_stack.call(&error.clone().into(), &[], context).ok().and_then(|raw| raw.as_string());
        return map_stack(&raw.map(|raw| raw.to_std_string_lossy()).unwrap_or_default(), &state.archives);
    }
    let text = text_of(error, "stack", context).unwrap_or_default();
    let frames: Vec<&str> = text.lines().filter(|line| parse_frame(line).is_some()).collect();
    let places = frames.iter().filter_map(|frame| parse_frame(frame)).map(|(_, place)| place);
    let mut places = places.map(|place| SourceLocation { file: place.path, line: place.line, column: place.column });
    let thrown = places.find(|place| state.archives.source_text(&place.file).is_some());
    (clip(frames.join("\n")), thrown)
}

/// Rewrites the positions of a stack to the author's files, and leaves frames of built-in modules
/// out. The first position that is left is where the error was thrown.
pub(crate) fn map_stack(raw: &str, archives: &Archives) -> (String, Option<SourceLocation>) {
    let mut lines = Vec::new();
    let mut innermost = None;
    for line in raw.lines() {
        let Some((function, position)) = parse_frame(line) else {
            continue;
        };
        let Some(place) = archives.original(&position) else {
            continue;
        };
        lines.push(if function.is_empty() {
            format!("    at {place}")
        } else {
            format!("    at {function} ({place})")
        });
        innermost.get_or_insert(place);
    }
    (clip(lines.join("\n")), innermost)
}

/// `    at name (path:line:col)`.
fn parse_frame(line: &str) -> Option<(&str, Position)> {
    let rest = line.trim_start().strip_prefix("at ")?;
    let (function, place) = match rest.rsplit_once(" (") {
        Some((function, place)) => (function, place.strip_suffix(')')?),
        None => ("", rest),
    };
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    let path = parts.next()?.trim_matches('"').to_owned();
    let function = if function == "<main>" { "" } else { function };
    Some((function, Position { path, line, column }))
}

fn site_of(object: &JsObject, context: &mut Context) -> Option<SourceLocation> {
    let site = object.get(js_string!("site"), context).ok()?.as_object()?;
    let number = |name: &str, context: &mut Context| {
        let value = site.get(JsString::from(name), context).ok()?.as_number()?;
        (value >= 1.0).then_some(value as u32)
    };
    let (line, column) = (number("line", context)?, number("column", context)?);
    Some(SourceLocation { file: text_of(&site, "file", context)?, line, column })
}

fn text_of(object: &JsObject, key: &str, context: &mut Context) -> Option<String> {
    let value = object.get(JsString::from(key), context).ok()?;
    if value.is_undefined() || value.is_null() || value.is_object() {
        return None;
    }
    value.to_string(context).ok().map(|text| clip(text.to_std_string_lossy()))
}

fn show(value: &JsValue, context: &mut Context) -> String {
    let text = value.to_string(context).map(|text| text.to_std_string_lossy());
    text.unwrap_or_else(|_| value.display().to_string())
}

fn clip(mut text: String) -> String {
    if text.len() > MAX_TEXT {
        let end = (0..=MAX_TEXT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}
