//! Tokens of the management API as they rest: a name, what they allow, and the digest of the secret.
//!
//! A secret has 244 random bits, so its plain SHA-256 tells nothing about it: there is no list of
//! likely secrets to try. Slow hashes with salt are for passwords that people choose, and would cost
//! every request what they cost an attacker.

use crate::{json::JsonText, storage::StateRow, time::Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{fmt, str::FromStr, sync::Arc};

/// The scope of tokens among the durable values; the key is the name.
pub const TOKEN_SCOPE: &str = "$token";
/// What every secret begins with, so that people and scanners recognise one.
pub const TOKEN_PREFIX: &str = "cfr_";
/// Longest name.
const MAX_NAME: usize = 64;

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenScope {
    /// To look.
    Read,
    /// To look and to change.
    Write,
}

impl TokenScope {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl fmt::Display for TokenScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TokenScope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "read" => Ok(Self::Read),
            "write" => Ok(Self::Write),
            other => Err(format!("'{other}' is no scope; use read or write")),
        }
    }
}

/// One token. The secret itself is shown once and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Who has it.
    #[serde(skip)]
    pub name: Arc<str>,
    /// SHA-256 of the secret.
    pub digest: [u8; 32],
    /// What it allows.
    pub scope: TokenScope,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it allows nothing any more.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// A token for a secret that the caller made.
    ///
    /// # Errors
    /// When the name cannot be one.
    pub fn new(name: &str, secret: &str, scope: TokenScope, now: Timestamp) -> Result<Self, String> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
        if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(is_plain) {
            return Err(format!(
                "a token's name has 1 to {MAX_NAME} letters, digits and '-_.@' of ASCII, and '{name}' does not"
            ));
        }
        if name == "local" {
            return Err("the name 'local' stands for requests without a token".to_owned());
        }
        Ok(Self { name: name.into(), digest: digest(secret), scope, created_at: now, revoked_at: None })
    }

    /// As it rests.
    #[must_use]
    pub fn to_json(&self) -> JsonText {
        serde_json::to_string(self).map_or_else(|_| JsonText::null(), JsonText::trusted)
    }

    /// Reads one that rests; `None` when it is damaged, which allows nothing.
    #[must_use]
    pub fn of_row(row: &StateRow) -> Option<Self> {
        let token: Self = serde_json::from_str(row.value.as_str()).ok()?;
        Some(Self { name: row.key.clone(), ..token })
    }
}

/// SHA-256 of a secret.
#[must_use]
pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_without_its_secret() {
        let token = Token::new("ci", "cfr_secret", TokenScope::Read, Timestamp(7)).unwrap();
        let value = token.to_json();
        assert!(!value.as_str().contains("secret"), "{value:?}");
        let row =
            StateRow { scope: TOKEN_SCOPE.into(), key: "ci".into(), value, expires_at: None, updated_at: Timestamp(7) };
        assert_eq!(Token::of_row(&row), Some(token));
    }

    #[test]
    fn names_are_plain() {
        for name in ["", "a b", "é", "local", &"x".repeat(65)] {
            assert!(Token::new(name, "s", TokenScope::Read, Timestamp(0)).is_err(), "{name}");
        }
    }
}
