//! Which files of a checkout are tests for us, and what their heads say.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Debug builds of an interpreter on a busy machine are slow; a file that hangs is seen earlier.
const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 120 } else { 30 });
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
        let text = String::from_utf8_lossy(&text);
        if needs_server(root, &path, &text) {
            continue;
        }
        let found = tests_of(&path, &text).into_iter();
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

/// Whether a file, or a script of its own folder that it includes, asks handlers of the suite's server
/// (`.py`) or uses `XMLHttpRequest`, which is no part of the platform.
fn needs_server(root: &Path, path: &str, text: &str) -> bool {
    let folder = root.join(path).parent().map(Path::to_path_buf).unwrap_or_default();
    let asks = |text: &str| text.contains(".py") || text.contains("new XMLHttpRequest");
    let includes = text.lines().filter_map(|line| line.trim().strip_prefix("// META: script="));
    let mut own = includes.map(str::trim).filter(|include| !include.contains('/'));
    asks(text) || own.any(|include| fs::read_to_string(folder.join(include)).is_ok_and(|text| asks(&text)))
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

    #[rstest]
    #[case("fetch('resources/inspect.py')", true)]
    #[case("const request = new XMLHttpRequest();", true)]
    #[case("// META: script=helper.js", true)]
    #[case("// META: script=/common/get-host-info.sub.js\nfetch('resources/data.json')", false)]
    fn files_that_need_the_server_are_left_out(#[case] text: &str, #[case] needs: bool) {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("api")).expect("a folder");
        fs::write(root.path().join("api/helper.js"), "const url = 'cache.py';").expect("a file");
        assert_eq!(needs_server(root.path(), "api/a.any.js", text), needs);
    }

    #[test]
    fn long_files_get_more_time() {
        assert_eq!(tests_of("a", "// META: timeout=long")[0].limit, LONG_LIMIT);
        assert_eq!(tests_of("a", "")[0].limit, LIMIT);
    }
}
