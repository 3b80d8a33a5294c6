//! What `Intl` needs from outside: the data of the locales, and the zone of the machine.

use super::text;
use crate::{extensions::Op, json};
use boa_engine::{Context, JsResult, JsString, JsValue};

pub(crate) const OPS: &[Op] = &[("intlLocale", 1, locale), ("localTimeZone", 0, local_time_zone)];

/// One line for each locale: its tag, a tab, JSON. Made by `stdlib/intl/generate.mjs`.
const LOCALES: &str = include_str!("../../../../stdlib/intl/locales.jsonl");

/// `intlLocale(tag)`: the data, or `undefined`.
fn locale(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let tag = text(args, 0, context)?;
    let found = LOCALES.lines().filter_map(|line| line.split_once('\t')).find(|(known, _)| *known == tag);
    found.map_or_else(|| Ok(JsValue::undefined()), |(_, data)| json::parse(data, context))
}

/// `localTimeZone()`.
fn local_time_zone(_: &JsValue, _: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    Ok(JsString::from(time_zone()).into())
}

/// The name of the zone that `TZ` or the system sets.
#[must_use]
pub fn time_zone() -> String {
    let set = std::env::var("TZ").ok().map(|name| name.trim_start_matches(':').to_owned());
    let name = set.filter(|name| !name.is_empty()).or_else(|| iana_time_zone::get_timezone().ok());
    name.unwrap_or_else(|| "UTC".to_owned())
}
