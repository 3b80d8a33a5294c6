//! `indexOf`, `includes`, `split` and `replaceAll` of strings: the engine's search starts from the
//! beginning of the text each time.

use super::{define, method, prototype};
use boa_engine::{
    Context, JsArgs, JsNativeError, JsResult, JsStr, JsString, JsSymbol, JsValue, NativeFunction, js_string,
    object::builtins::{JsArray, JsFunction},
    string::JsStrVariant,
};

/// A longer piece of a text shares the memory of the text.
const MAX_COPY: usize = 128;

pub(super) fn install(context: &mut Context) -> JsResult<()> {
    let owner = prototype("String", context)?;
    let regexps_refused = method(&owner, js_string!("includes"), context)?;
    let replace_all = method(&owner, js_string!("replaceAll"), context)?;
    let native = NativeFunction::from_fn_ptr;
    define(&owner, js_string!("indexOf"), "indexOf", 1, native(index_of), context)?;
    define(&owner, js_string!("split"), "split", 2, native(split), context)?;
    let includes = NativeFunction::from_copy_closure_with_captures(
        |this, args, engine: &JsFunction, context| includes(this, args, engine, context),
        regexps_refused,
    );
    define(&owner, js_string!("includes"), "includes", 1, includes, context)?;
    let replace_all = NativeFunction::from_copy_closure_with_captures(
        |this, args, engine: &JsFunction, context| replace_all_(this, args, engine, context),
        replace_all,
    );
    define(&owner, js_string!("replaceAll"), "replaceAll", 2, replace_all, context)?;
    Ok(())
}

/// `this` as text, if it is neither `undefined` nor `null`.
fn subject(this: &JsValue, name: &str, context: &mut Context) -> JsResult<JsString> {
    if this.is_null_or_undefined() {
        let message = format!("String.prototype.{name} called on null or undefined");
        return Err(JsNativeError::typ().with_message(message).into());
    }
    this.to_string(context)
}

fn index_of(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = subject(this, "indexOf", context)?;
    let wanted = args.get_or_undefined(0).to_string(context)?;
    let from = start(args.get_or_undefined(1), text.len(), context)?;
    Ok(find(text.as_str(), wanted.as_str(), from).map_or_else(|| JsValue::new(-1), JsValue::from))
}

fn includes(this: &JsValue, args: &[JsValue], engine: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    if args.get_or_undefined(0).is_object() {
        return engine.call(this, args, context);
    }
    let text = subject(this, "includes", context)?;
    let wanted = args.get_or_undefined(0).to_string(context)?;
    let from = start(args.get_or_undefined(1), text.len(), context)?;
    Ok(find(text.as_str(), wanted.as_str(), from).is_some().into())
}

fn start(position: &JsValue, length: usize, context: &mut Context) -> JsResult<usize> {
    let position = position.to_integer_or_infinity(context)?;
    Ok(position.clamp_finite(0, length as i64) as usize)
}

/// Where `wanted` comes next.
fn find(text: JsStr<'_>, wanted: JsStr<'_>, from: usize) -> Option<usize> {
    if wanted.is_empty() {
        return (from <= text.len()).then_some(from);
    }
    let found = match (text.variant(), wanted.variant()) {
        (JsStrVariant::Latin1(text), JsStrVariant::Latin1(wanted)) => memchr::memmem::find(text.get(from..)?, wanted),
        (JsStrVariant::Latin1(text), JsStrVariant::Utf16(wanted)) => {
            let narrow: Option<Vec<u8>> = wanted.iter().map(|unit| u8::try_from(*unit).ok()).collect();
            memchr::memmem::find(text.get(from..)?, &narrow?)
        }
        (JsStrVariant::Utf16(text), JsStrVariant::Latin1(wanted)) => {
            let wide: Vec<u16> = wanted.iter().copied().map(u16::from).collect();
            find_wide(text.get(from..)?, &wide)
        }
        (JsStrVariant::Utf16(text), JsStrVariant::Utf16(wanted)) => find_wide(text.get(from..)?, wanted),
    };
    found.map(|at| at + from)
}

fn find_wide(text: &[u16], wanted: &[u16]) -> Option<usize> {
    let (first, rest) = wanted.split_first()?;
    let last = text.len().checked_sub(wanted.len())?;
    let mut at = 0;
    while at <= last {
        at += text[at..=last].iter().position(|unit| unit == first)?;
        if text[at + 1..].starts_with(rest) {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn piece(text: &JsString, from: usize, to: usize) -> JsString {
    if to - from <= MAX_COPY
        && let Some(units) = text.as_str().get(from..to)
    {
        return JsString::from(units);
    }
    text.slice(from, to)
}

fn split(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (separator, limit) = (args.get_or_undefined(0), args.get_or_undefined(1));
    if this.is_null_or_undefined() {
        subject(this, "split", context)?;
    }
    if let Some(object) = separator.as_object() {
        let splitter = object.get(JsSymbol::split(), context)?;
        if !splitter.is_null_or_undefined() {
            let function = splitter.as_object().and_then(JsFunction::from_object);
            let function =
                function.ok_or_else(|| JsNativeError::typ().with_message("Symbol.split is not a function"))?;
            return function.call(separator, &[this.clone(), limit.clone()], context);
        }
    }
    let text = subject(this, "split", context)?;
    let limit = if limit.is_undefined() { u32::MAX } else { limit.to_u32(context)? } as usize;
    let wanted = separator.to_string(context)?;
    let mut pieces: Vec<JsValue> = Vec::new();
    if limit == 0 {
    } else if separator.is_undefined() || (text.is_empty() && !wanted.is_empty()) {
        pieces.push(text.into());
    } else if wanted.is_empty() {
        pieces.extend((0..text.len().min(limit)).map(|at| JsValue::from(piece(&text, at, at + 1))));
    } else {
        let mut from = 0;
        while let Some(at) = find(text.as_str(), wanted.as_str(), from) {
            pieces.push(piece(&text, from, at).into());
            from = at + wanted.len();
            if pieces.len() == limit {
                break;
            }
        }
        if pieces.len() < limit {
            pieces.push(piece(&text, from, text.len()).into());
        }
    }
    Ok(JsArray::from_iter(pieces, context).into())
}

fn replace_all_(this: &JsValue, args: &[JsValue], engine: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let (wanted, replacement) = (args.get_or_undefined(0), args.get_or_undefined(1));
    if wanted.is_object() {
        return engine.call(this, args, context);
    }
    let text = subject(this, "replaceAll", context)?;
    let wanted = wanted.to_string(context)?;
    let function = replacement.as_object().and_then(JsFunction::from_object);
    let template = if function.is_some() { js_string!("") } else { replacement.to_string(context)? };
    let mut pieces: Vec<JsString> = Vec::new();
    let mut end = 0;
    let mut next = find(text.as_str(), wanted.as_str(), 0);
    while let Some(at) = next {
        pieces.push(piece(&text, end, at));
        pieces.push(match &function {
            Some(function) => {
                let args = [wanted.clone().into(), JsValue::from(at), text.clone().into()];
                function.call(&JsValue::undefined(), &args, context)?.to_string(context)?
            }
            None => substituted(&template, &text, at, wanted.len()),
        });
        end = at + wanted.len();
        next = find(text.as_str(), wanted.as_str(), at + wanted.len().max(1));
    }
    pieces.push(piece(&text, end, text.len()));
    let pieces: Vec<JsStr<'_>> = pieces.iter().map(JsString::as_str).collect();
    Ok(JsString::concat_array(&pieces).into())
}

/// `GetSubstitution` without captures.
fn substituted(template: &JsString, text: &JsString, at: usize, length: usize) -> JsString {
    const DOLLAR: u16 = b'$' as u16;
    if !template.iter().any(|unit| unit == DOLLAR) {
        return template.clone();
    }
    let mut out: Vec<u16> = Vec::new();
    let mut units = template.iter().peekable();
    while let Some(unit) = units.next() {
        let part = match (unit, units.peek().and_then(|next| u8::try_from(*next).ok())) {
            (DOLLAR, Some(b'$')) => Some(js_string!("$")),
            (DOLLAR, Some(b'&')) => Some(text.slice(at, at + length)),
            (DOLLAR, Some(b'`')) => Some(text.slice(0, at)),
            (DOLLAR, Some(b'\'')) => Some(text.slice(at + length, text.len())),
            _ => None,
        };
        match part {
            Some(part) => {
                units.next();
                out.extend(part.iter());
            }
            None => out.push(unit),
        }
    }
    JsString::from(out.as_slice())
}
