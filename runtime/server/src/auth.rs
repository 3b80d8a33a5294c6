//! Who may use the management API: bearer tokens, compared in constant time, with two scopes.

use cronflow_core::{
    time::Timestamp,
    token::{TOKEN_PREFIX, Token, TokenScope, digest},
};
use hyper::{HeaderMap, header::AUTHORIZATION};
use std::sync::{Arc, PoisonError, RwLock};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// A new secret: 244 random bits of the system behind the prefix.
#[must_use]
pub fn new_secret() -> String {
    format!("{TOKEN_PREFIX}{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// Who sends a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The token's name, or `local`.
    pub(crate) name: Arc<str>,
    /// What is allowed.
    pub(crate) scope: TokenScope,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It has no token.
    Missing,
    /// It has one that is not known, or was revoked.
    Wrong,
}

/// The tokens. The server is the only one who changes them while it runs, so memory is right.
pub(crate) struct Auth {
    is_required: bool,
    tokens: RwLock<Vec<Token>>,
}

impl Auth {
    pub(crate) const fn new(is_required: bool, tokens: Vec<Token>) -> Self {
        Self { is_required, tokens: RwLock::new(tokens) }
    }

    /// Finds out who sends a request. A token that is sent counts even where none is needed.
    pub(crate) fn caller(&self, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let Some(given) = headers.get(AUTHORIZATION) else {
            let local = Caller { name: "local".into(), scope: TokenScope::Write };
            return if self.is_required { Err(Refusal::Missing) } else { Ok(local) };
        };
        let given = given.to_str().ok().and_then(|text| text.split_once(' '));
        let secret = given.filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer")).map(|(_, secret)| secret.trim());
        let found = digest(secret.ok_or(Refusal::Wrong)?);
        let tokens = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        // All are compared, so that the time tells nothing about which one is near.
        let mut caller = Err(Refusal::Wrong);
        for token in tokens.iter() {
            let is_same = bool::from(token.digest.ct_eq(&found));
            if is_same && token.revoked_at.is_none() {
                caller = Ok(Caller { name: token.name.clone(), scope: token.scope });
            }
        }
        caller
    }

    /// All tokens, revoked ones too.
    pub(crate) fn all(&self) -> Vec<Token> {
        self.tokens.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The token of a name that is not revoked.
    pub(crate) fn live(&self, name: &str) -> Option<Token> {
        self.all().into_iter().find(|token| *token.name == *name && token.revoked_at.is_none())
    }

    /// Adds a token, or replaces the one of its name.
    pub(crate) fn put(&self, token: Token) {
        let mut tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|other| other.name != token.name);
        tokens.push(token);
    }

    /// The token of a name as it is once it is revoked; `None` when there is none to revoke.
    pub(crate) fn revoked(&self, name: &str, now: Timestamp) -> Option<Token> {
        Some(Token { revoked_at: Some(now), ..self.live(name)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn auth(is_required: bool) -> Auth {
        let token = |name: &str, secret: &str, scope| Token::new(name, secret, scope, Timestamp(0)).unwrap();
        let old = Token { revoked_at: Some(Timestamp(1)), ..token("old", "cfr_old", TokenScope::Write) };
        Auth::new(
            is_required,
            vec![token("r", "cfr_read", TokenScope::Read), old, token("w", "cfr_write", TokenScope::Write)],
        )
    }

    #[rstest]
    #[case(None, Err(Refusal::Missing))]
    #[case(Some("Bearer cfr_read"), Ok(("r", TokenScope::Read)))]
    #[case(Some("bearer cfr_write"), Ok(("w", TokenScope::Write)))]
    #[case(Some("Bearer cfr_old"), Err(Refusal::Wrong))]
    #[case(Some("Bearer cfr_writ"), Err(Refusal::Wrong))]
    #[case(Some("Bearer "), Err(Refusal::Wrong))]
    #[case(Some("Basic cfr_write"), Err(Refusal::Wrong))]
    #[case(Some("cfr_write"), Err(Refusal::Wrong))]
    fn callers(#[case] header: Option<&str>, #[case] expected: Result<(&str, TokenScope), Refusal>) {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert(AUTHORIZATION, header.parse().unwrap());
        }
        let found = auth(true).caller(&headers);
        let found = found.as_ref().map(|caller| (&*caller.name, caller.scope)).map_err(|refusal| *refusal);
        assert_eq!(found, expected);
    }

    #[test]
    fn where_none_is_needed_a_wrong_one_is_still_wrong() {
        let mut headers = HeaderMap::new();
        assert_eq!(auth(false).caller(&headers).map(|caller| caller.name.to_string()), Ok("local".to_owned()));
        headers.insert(AUTHORIZATION, "Bearer nonsense".parse().unwrap());
        assert_eq!(auth(false).caller(&headers), Err(Refusal::Wrong));
    }

    #[test]
    fn secrets_are_long_and_never_the_same() {
        let (a, b) = (new_secret(), new_secret());
        assert_eq!(a.len(), TOKEN_PREFIX.len() + 64);
        assert_ne!(a, b);
    }
}
