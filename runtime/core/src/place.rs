//! Where something happens in a run: a node, inside a certain round of a loop or branch.

use crate::id::NodeId;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Stands for a hook in a place.
const HOOK: u32 = u32::MAX;
/// How a hook is written.
const HOOK_LETTER: &str = "h";

/// A path through nested bodies: node, body number, node in that body, and so on.
///
/// With an odd number of parts it names a node (`3`, `3.17.0`: node 0 in body 17 of node 3), with
/// an even number the body itself (`3.17`), and without any the workflow's own flow. Places sort so
/// that everything inside a body follows the body directly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place(Box<[u32]>);

impl Place {
    /// The workflow's own flow.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// A node of this body.
    #[must_use]
    pub fn node(&self, node: NodeId) -> Self {
        self.with(node.0)
    }

    /// A body of this node.
    #[must_use]
    pub fn body(&self, number: u32) -> Self {
        self.with(number)
    }

    /// The hook that belongs to this node; of the root: the hook of the whole run.
    #[must_use]
    pub fn hook(&self) -> Self {
        self.with(HOOK)
    }

    /// Whether this is the place of a hook.
    #[must_use]
    pub fn is_hook(&self) -> bool {
        self.0.last() == Some(&HOOK)
    }

    /// Whether this is a body (or the root), not a node.
    #[must_use]
    pub fn is_body(&self) -> bool {
        self.0.len().is_multiple_of(2) && !self.is_hook()
    }

    /// The last part: the node's number in its graph, or the body's number.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.0.last().copied().unwrap_or_default()
    }

    /// One level up: the body of a node, the node of a body. `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.into()))
    }

    /// The body that a node, its hook or a nested body lies in; of the root: the root.
    #[must_use]
    pub fn scope(&self) -> Self {
        let mut length = self.0.len().saturating_sub(1);
        length -= length % 2;
        Self(self.0[..length].into())
    }

    /// Whether this is `outer` or lies inside it.
    #[must_use]
    pub fn is_within(&self, outer: &Self) -> bool {
        self.0.starts_with(&outer.0)
    }

    /// How deeply it is nested: 0 for the root, 1 for a node of the workflow's own flow.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// The bodies around it, from the outside in, without the root: pairs of node and body number.
    pub fn bodies(&self) -> impl Iterator<Item = Self> + '_ {
        (2..=self.scope().0.len()).step_by(2).map(|length| Self(self.0[..length].into()))
    }

    fn with(&self, part: u32) -> Self {
        let mut parts = Vec::with_capacity(self.0.len() + 1);
        parts.extend_from_slice(&self.0);
        parts.push(part);
        Self(parts.into())
    }
}

impl From<NodeId> for Place {
    fn from(node: NodeId) -> Self {
        Self::root().node(node)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            if *part == HOOK {
                write!(f, "{dot}{HOOK_LETTER}")?;
            } else {
                write!(f, "{dot}{part}")?;
            }
        }
        Ok(())
    }
}

/// Text that is no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a place in a run")]
pub struct NoPlace(String);

impl FromStr for Place {
    type Err = NoPlace;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Self::root());
        }
        let part = |part: &str| if part == HOOK_LETTER { Ok(HOOK) } else { part.parse() };
        let parts: Result<Vec<u32>, _> = text.split('.').map(part).collect();
        parts.map(|parts| Self(parts.into())).map_err(|_| NoPlace(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", true, "", 0)]
    #[case("3", false, "", 1)]
    #[case("3.17", true, "", 2)]
    #[case("3.17.0", false, "3.17", 3)]
    #[case("3.17.0.2.5", false, "3.17.0.2", 5)]
    #[case("h", false, "", 1)]
    #[case("3.h", false, "", 2)]
    #[case("3.17.0.h", false, "3.17", 4)]
    fn reads_and_shows(#[case] text: &str, #[case] is_body: bool, #[case] scope: &str, #[case] depth: usize) {
        let place: Place = text.parse().unwrap();
        assert_eq!(place.to_string(), text);
        assert_eq!(place.is_body(), is_body);
        assert_eq!(place.scope().to_string(), scope);
        assert_eq!(place.depth(), depth);
    }

    #[test]
    fn knows_the_bodies_around_it() {
        let place: Place = "3.17.0.2.5".parse().unwrap();
        assert_eq!(place.bodies().map(|body| body.to_string()).collect::<Vec<_>>(), ["3.17", "3.17.0.2"]);
        assert!(place.is_within(&"3.17".parse().unwrap()));
        assert!(!place.is_within(&"3.1".parse().unwrap()));
    }

    #[test]
    fn refuses_other_text() {
        for text in ["a", "1.", ".1", "-1", "1..2", "99999999999"] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }
}
