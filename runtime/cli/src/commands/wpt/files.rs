//! Which files of a checkout are tests for us, and what their heads say.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Debug builds of an interpreter on a busy machine are slow; a file that hangs is seen earlier.
const LIMIT: Duration = Duration::from_secs(30);
const LONG_LIMIT: Duration = Duration::from_secs(180);
/// Scopes that a file may name and that are like ours.
const SCOPES: &[&str] = &["dedicatedworker", "worker", "sharedworker", "shadowrealm", "jsshell"];

/// A file, in one of its variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    /// In the checkout.
    pub(super) path: String,
    /// As in `?1-1000`; empty when the file has none.
    pub(super) variant: String,
    pub(super) limit: Duration,
}

impl Test {
    /// The name in the ledger.
    pub(super) fn name(&self) -> String {
        format!("{}{}", self.path, self.variant)
    }
}

/// All tests whose names begin with one of the filters, in order.
pub(super) fn find(root: &Path, filters: &[String]) -> Result<Vec<Test>, String> {
    if !root.join("resources/testharness.js").is_file() {
        return Err(format!(
            "{} is no checkout of web-platform-tests: it lacks resources/testharness.js",
            root.display()
        ));
    }
    let mut paths = Vec::new();
    collect(root, root, &mut paths)?;
    paths.sort();
    let mut tests = Vec::new();
    for path in paths {
        let text = fs::read(root.join(&path)).map_err(|error| format!("{path}: {error}"))?;
        let found = tests_of(&path, &String::from_utf8_lossy(&text)).into_iter();
        let wanted =
            |test: &Test| filters.is_empty() || filters.iter().any(|filter| test.name().starts_with(filter.as_str()));
        tests.extend(found.filter(wanted));
    }
    Ok(tests)
}

fn collect(root: &Path, folder: &Path, paths: &mut Vec<String>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path: PathBuf = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            if !path.ends_with(".git") {
                collect(root, &path, paths)?;
            }
        } else if let Some(relative) = path.strip_prefix(root).ok().and_then(Path::to_str)
            && relative.ends_with(".any.js")
        {
            paths.push(relative.to_owned());
        }
    }
    Ok(())
}

/// One test for each variant; none when the file is for windows only.
fn tests_of(path: &str, text: &str) -> Vec<Test> {
    let meta = |key: &str| {
        let start = format!("// META: {key}=");
        let lines = text.lines().filter_map(move |line| line.trim().strip_prefix(&start).map(str::trim));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let scopes = meta("global");
    let fits = |scopes: &String| scopes.split(',').any(|scope| SCOPES.contains(&scope.trim()));
    if !scopes.is_empty() && !scopes.iter().any(fits) {
        return Vec::new();
    }
    let limit = if meta("timeout").iter().any(|limit| limit == "long") { LONG_LIMIT } else { LIMIT };
    let mut variants = meta("variant");
    if variants.is_empty() {
        variants.push(String::new());
    }
    variants.into_iter().map(|variant| Test { path: path.to_owned(), variant, limit }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("test();", &[""])]
    #[case("// META: global=window\n", &[])]
    #[case("// META: global=window,worker\n", &[""])]
    #[case("// META: variant=?a\n// META: variant=?b\n", &["?a", "?b"])]
    fn heads_say_what_to_run(#[case] text: &str, #[case] variants: &[&str]) {
        let found: Vec<_> = tests_of("a.any.js", text).into_iter().map(|test| test.variant).collect();
        assert_eq!(found, variants);
    }

    #[test]
    fn long_files_get_more_time() {
        assert_eq!(tests_of("a", "// META: timeout=long")[0].limit, LONG_LIMIT);
        assert_eq!(tests_of("a", "")[0].limit, LIMIT);
    }
}
