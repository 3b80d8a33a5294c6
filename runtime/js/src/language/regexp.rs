//! Regular expressions on long texts: the engine copies a Latin-1 text at every match, and `split`
//! tries every position of the text.

use super::{define, method, prototype};
use boa_engine::{
    Context, JsArgs, JsObject, JsResult, JsString, JsSymbol, JsValue, NativeFunction, js_string,
    object::builtins::{JsArray, JsFunction},
};
use std::cell::RefCell;

/// Shorter texts are copied faster than looked up.
const MIN_LENGTH: usize = 256;

thread_local!(
    /// The last long text and its wide form.
    static WIDE: RefCell<Option<(JsString, JsString)>> = const { RefCell::new(None) }
);

pub(super) fn install(context: &mut Context) -> JsResult<()> {
    let owner = prototype("RegExp", context)?;
    let engine = method(&owner, js_string!("exec"), context)?;
    let exec = NativeFunction::from_copy_closure_with_captures(
        |this, args, engine: &JsFunction, context| {
            let text = args.get_or_undefined(0).to_string(context)?;
            engine.call(this, &[wide(text).into()], context)
        },
        engine,
    );
    let exec = define(&owner, js_string!("exec"), "exec", 1, exec, context)?;
    let engine = method(&owner, JsSymbol::split(), context)?;
    let regexp = context.intrinsics().constructors().regexp().constructor();
    let split = NativeFunction::from_copy_closure_with_captures(
        |this, args, own: &(JsFunction, JsFunction, JsObject, JsObject), context| {
            let (engine, exec, owner, regexp) = own;
            match this.as_object() {
                Some(object) if is_untouched(&object, owner, exec, context)? => {
                    split(&object, args, exec, regexp, context)
                }
                _ => engine.call(this, args, context),
            }
        },
        (engine, exec, owner.clone(), regexp),
    );
    define(&owner, JsSymbol::split(), "[Symbol.split]", 2, split, context)?;
    Ok(())
}

/// The engine matches texts of two-byte characters without a copy.
fn wide(text: JsString) -> JsString {
    let view = text.as_str();
    let Some(bytes) = view.as_latin1() else {
        return text;
    };
    if bytes.len() < MIN_LENGTH {
        return text;
    }
    WIDE.with_borrow_mut(|kept| {
        if let Some((narrow, wide)) = kept
            && narrow.len() == text.len()
            && narrow.as_str().as_latin1().is_some_and(|kept| std::ptr::eq(kept, bytes))
        {
            return wide.clone();
        }
        let units: Vec<u16> = bytes.iter().copied().map(u16::from).collect();
        let made = JsString::from(units.as_slice());
        *kept = Some((text.clone(), made.clone()));
        made
    })
}

/// Whether scripts can tell how `split` does its work.
fn is_untouched(object: &JsObject, owner: &JsObject, exec: &JsFunction, context: &mut Context) -> JsResult<bool> {
    let has_own_ways = object.own_property_keys(context)?.len() > 1
        || !object.prototype().is_some_and(|prototype| JsObject::equals(&prototype, owner));
    if has_own_ways {
        return Ok(false);
    }
    let current = owner.get(js_string!("exec"), context)?;
    Ok(current.as_object().is_some_and(|current| JsObject::equals(&current, exec)))
}

/// `RegExp.prototype[Symbol.split]` with a search for the next match instead of a try at each position.
fn split(
    object: &JsObject,
    args: &[JsValue],
    exec: &JsFunction,
    regexp: &JsObject,
    context: &mut Context,
) -> JsResult<JsValue> {
    let text = args.get_or_undefined(0).to_string(context)?;
    let limit = args.get_or_undefined(1);
    let flags = object.get(js_string!("flags"), context)?.to_string(context)?.to_std_string_lossy();
    let is_unicode = flags.contains(['u', 'v']);
    let flags = format!("{}g", flags.replace(['g', 'y'], ""));
    let splitter = regexp.construct(&[object.clone().into(), JsString::from(flags).into()], None, context)?;
    let limit = if limit.is_undefined() { u32::MAX } else { limit.to_u32(context)? } as usize;
    let text = wide(text);
    let size = text.len();
    let mut pieces: Vec<JsValue> = Vec::new();
    // The end of the last separator, and where the search goes on.
    let (mut end, mut from) = (0, 0);
    while limit > 0 && (from < size || size == 0) {
        splitter.set(js_string!("lastIndex"), JsValue::from(from), true, context)?;
        let found = exec.call(&splitter.clone().into(), &[text.clone().into()], context)?;
        let Some(found) = found.as_object() else { break };
        if size == 0 {
            return Ok(JsArray::from_iter(pieces, context).into());
        }
        let at = found.get(js_string!("index"), context)?.to_length(context)? as usize;
        let stop = splitter.get(js_string!("lastIndex"), context)?.to_length(context)? as usize;
        if at >= size {
            break;
        }
        if stop == end {
            from = at + step(&text, at, is_unicode);
            continue;
        }
        pieces.push(text.slice(end, at).into());
        let captures = found.get(js_string!("length"), context)?.to_length(context)?;
        for index in 1..captures {
            if pieces.len() >= limit {
                break;
            }
            pieces.push(found.get(index, context)?);
        }
        if pieces.len() >= limit {
            return Ok(JsArray::from_iter(pieces, context).into());
        }
        (end, from) = (stop, stop);
    }
    if limit > 0 {
        pieces.push(text.slice(end, size).into());
    }
    Ok(JsArray::from_iter(pieces, context).into())
}

/// `AdvanceStringIndex`.
fn step(text: &JsString, at: usize, is_unicode: bool) -> usize {
    let unit = |at: usize| text.as_str().get(at).unwrap_or_default();
    let is_pair = (0xd800..0xdc00).contains(&unit(at)) && (0xdc00..0xe000).contains(&unit(at + 1));
    if is_unicode && is_pair { 2 } else { 1 }
}
