//! JSON text that travels and rests unparsed.

use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// Deepest nesting that is accepted; the parsers refuse 128.
pub const MAX_DEPTH: usize = 120;

/// One JSON value as text. Whoever makes one has checked that it is valid JSON.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JsonText(Arc<str>);

impl JsonText {
    /// Checks that `text` is one JSON value and keeps it byte for byte.
    ///
    /// # Errors
    /// When it is not valid JSON, or nested more than [`MAX_DEPTH`] levels deep.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<serde::de::IgnoredAny>(text)?;
        if depth(text) > MAX_DEPTH {
            return Err(serde::de::Error::custom(format!("nested more than {MAX_DEPTH} levels deep")));
        }
        Ok(Self(text.into()))
    }

    /// Takes text that is known to be valid JSON, such as a serializer's output.
    #[must_use]
    pub fn trusted(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// Serializes a value.
    #[must_use]
    pub fn of(value: &serde_json::Value) -> Self {
        Self(value.to_string().into())
    }

    /// The JSON value `null`.
    #[must_use]
    pub fn null() -> Self {
        Self("null".into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Parses it; text that is not valid (a damaged row) becomes `null`.
    #[must_use]
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::from_str(&self.0).unwrap_or(serde_json::Value::Null)
    }
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How deeply valid JSON text nests.
fn depth(text: &str) -> usize {
    let (mut level, mut deepest, mut in_string, mut escaped) = (0usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                level += 1;
                deepest = deepest.max(level);
            }
            b']' | b'}' if !in_string => level = level.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_bytes_and_refuses_what_is_no_json() {
        assert_eq!(JsonText::parse(" { \"a\" : 1.0 } ").unwrap().as_str(), " { \"a\" : 1.0 } ");
        for bad in ["", "{", "1 2", "{'a':1}", "nul", "[1,]"] {
            assert!(JsonText::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn refuses_what_could_not_be_read_back() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(JsonText::parse(&nested(MAX_DEPTH)).is_ok());
        assert!(JsonText::parse(&nested(MAX_DEPTH + 1)).is_err());
        let text = format!("\"{}\\\"{}\"", "[".repeat(500), "{".repeat(500));
        assert!(JsonText::parse(&text).is_ok(), "brackets in strings do not nest");
    }
}
