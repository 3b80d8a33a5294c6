//! What workflow code may reach: files, environment variables, hosts and other programs.
//!
//! Plain data and plain decisions; whoever asks has resolved links and names before.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What is allowed of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grant<T> {
    /// Everything.
    All,
    /// These, and nothing else.
    Only(Vec<T>),
}

impl<T> Default for Grant<T> {
    fn default() -> Self {
        Self::Only(Vec::new())
    }
}

/// See the module's text. The default allows nothing but the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// Folders and files that may be read, absolute and without links.
    pub read: Grant<PathBuf>,
    /// Folders and files that may be written.
    pub write: Grant<PathBuf>,
    /// Names of environment variables; one that ends in `*` stands for all that begin so.
    pub env: Grant<String>,
    /// Hosts that may be connected to: `host`, `host:port`, or `*.domain` for all below a domain.
    pub net: Grant<String>,
    /// Programs that may be started: names that `PATH` resolves, or absolute paths.
    pub run: Grant<String>,
}

impl Default for Permissions {
    fn default() -> Self {
        Self {
            read: Grant::default(),
            write: Grant::default(),
            env: Grant::default(),
            net: Grant::All,
            run: Grant::default(),
        }
    }
}

impl Grant<String> {
    /// For hosts: whether one of them is this host at this port. Brackets around an IPv6 address do
    /// not matter, nor does the case of letters.
    #[must_use]
    pub fn has_host(&self, host: &str, port: u16) -> bool {
        match self {
            Self::All => true,
            Self::Only(patterns) => patterns.iter().any(|pattern| is_host(pattern, bare(host), port)),
        }
    }
}

fn bare(host: &str) -> &str {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(host)
}

/// Splits `host:port`; a bare IPv6 address has no port.
fn host_and_port(pattern: &str) -> (&str, Option<&str>) {
    match pattern.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (pattern, None),
    }
}

/// Whether a pattern can match anything: its port must be a number.
#[must_use]
pub fn is_host_pattern(pattern: &str) -> bool {
    let (host, port) = host_and_port(pattern);
    let is_plain = !host.is_empty() && !host.contains(['/', '@', ' ']) && !host.trim_start_matches("*.").contains('*');
    is_plain && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn is_host(pattern: &str, host: &str, port: u16) -> bool {
    let (wanted, wanted_port) = host_and_port(pattern);
    let wanted = bare(wanted);
    let is_same = match wanted.strip_prefix("*.") {
        Some(domain) => {
            let start = host.len().checked_sub(domain.len() + 1);
            start.and_then(|start| host.get(start..)).is_some_and(|end| {
                end.strip_prefix('.').is_some_and(|end| end.eq_ignore_ascii_case(domain)) && end.len() < host.len()
            })
        }
        None => wanted.eq_ignore_ascii_case(host),
    };
    is_same && wanted_port.is_none_or(|wanted| wanted.parse() == Ok(port))
}

fn holds(grant: &Grant<PathBuf>, path: &Path) -> bool {
    match grant {
        Grant::All => true,
        Grant::Only(folders) => folders.iter().any(|folder| path.starts_with(folder)),
    }
}

impl Permissions {
    /// Whether a file or folder may be read.
    #[must_use]
    pub fn may_read(&self, path: &Path) -> bool {
        holds(&self.read, path)
    }

    /// Whether a file or folder may be made, changed or removed.
    #[must_use]
    pub fn may_write(&self, path: &Path) -> bool {
        holds(&self.write, path)
    }

    /// Whether an environment variable may be seen.
    #[must_use]
    pub fn may_see(&self, variable: &str) -> bool {
        match &self.env {
            Grant::All => true,
            Grant::Only(names) => names.iter().any(|name| match name.strip_suffix('*') {
                Some(start) => variable.starts_with(start),
                None => name == variable,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_allowed_by_default() {
        let none = Permissions::default();
        assert!(!none.may_read(Path::new("/a")) && !none.may_write(Path::new("/a")) && !none.may_see("HOME"));
    }

    #[test]
    fn hosts_are_matched_by_name_port_and_domain() {
        let list = |patterns: &[&str]| Grant::Only(patterns.iter().map(|&pattern| pattern.to_owned()).collect());
        let some: Grant<String> = list(&["api.example.com", "*.inner.org", "db:5432", "[::1]:80", "10.0.0.1"]);
        for (host, port) in [
            ("API.example.com", 443),
            ("a.b.inner.org", 1),
            ("db", 5432),
            ("[::1]", 80),
            ("10.0.0.1", 9),
            ("api.example.com.", 1),
        ] {
            assert!(some.has_host(host, port), "{host}:{port}");
        }
        for (host, port) in
            [("example.com", 443), ("inner.org", 1), ("xinner.org", 1), ("db", 80), ("[::1]", 81), ("10.0.0.10", 1)]
        {
            assert!(!some.has_host(host, port), "{host}:{port}");
        }
        assert!(Permissions::default().net.has_host("anything", 1));
        assert!(["a", "a:1", "*.a", "::1", "[::1]:8"].iter().all(|pattern| is_host_pattern(pattern)));
        assert!(["", "a:x", "a:70000", "https://a", "a*b"].iter().all(|pattern| !is_host_pattern(pattern)));
    }

    #[test]
    fn folders_hold_what_is_below_them() {
        let some = Permissions { read: Grant::Only(vec!["/a/b".into()]), ..Permissions::default() };
        assert!(some.may_read(Path::new("/a/b")) && some.may_read(Path::new("/a/b/c")));
        assert!(!some.may_read(Path::new("/a/bc")) && !some.may_read(Path::new("/a")));
        assert!(!some.may_write(Path::new("/a/b")));
    }

    #[test]
    fn names_of_variables_may_end_in_a_star() {
        let some = Permissions { env: Grant::Only(vec!["A".into(), "MY_*".into()]), ..Permissions::default() };
        assert!(some.may_see("A") && some.may_see("MY_X"));
        assert!(!some.may_see("AB") && !some.may_see("MY"));
    }
}
