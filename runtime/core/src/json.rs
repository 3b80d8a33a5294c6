//! JSON text that travels and rests unparsed.

use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// One JSON value as text. Whoever makes one has checked that it is valid JSON.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JsonText(Arc<str>);

impl JsonText {
    /// Checks that `text` is one JSON value and keeps it byte for byte.
    ///
    /// # Errors
    /// When it is not valid JSON.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<serde::de::IgnoredAny>(text)?;
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
