//! From an import specifier to a file: which files are tried, and what to say when none fits.

use crate::{builtins::builtin_specifier, source::Language};
use std::path::{Component, Path, PathBuf};

/// Extensions that may be left out, in the order they are tried.
const EXTENSIONS: [&str; 5] = ["ts", "mts", "js", "mjs", "json"];

/// What an import names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// A built-in module.
    Builtin(&'static str),
    /// A file, canonical.
    File(PathBuf),
}

/// Why an import names nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unresolved {
    /// What to do about it.
    pub(crate) help: String,
}

/// Resolves `written` as imported by a file of directory `from`.
pub(crate) fn resolve(written: &str, from: &Path) -> Result<Resolved, Unresolved> {
    if let Some(name) = builtin_specifier(written) {
        return Ok(Resolved::Builtin(name));
    }
    if !is_path(written) {
        return Err(Unresolved { help: bare_help(written) });
    }
    let target = normalise(&from.join(written));
    // A trailing slash asks for the directory, also when a file of that name stands beside it.
    let wants_directory = matches!(written.rsplit('/').next(), Some("" | "." | ".."));
    let file = if wants_directory { None } else { find_file(&target) };
    file.or_else(|| find_index(&target))
        .and_then(|path| path.canonicalize().ok())
        .map(Resolved::File)
        .ok_or_else(|| Unresolved { help: path_help(written, &target) })
}

fn is_path(written: &str) -> bool {
    matches!(written, "." | "..") || ["./", "../", "/"].iter().any(|start| written.starts_with(start))
}

/// Removes `.` and `..` by name, so that `./a/../b` works even when `a` does not exist.
fn normalise(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn find_file(target: &Path) -> Option<PathBuf> {
    let mut candidates = vec![target.to_path_buf()];
    // TypeScript's convention: code says `./x.js` and means the file x.ts.
    match target.extension().and_then(|extension| extension.to_str()) {
        Some("js") => candidates.push(target.with_extension("ts")),
        Some("mjs") => candidates.push(target.with_extension("mts")),
        _ => {}
    }
    candidates.extend(EXTENSIONS.map(|extension| with_suffix(target, &format!(".{extension}"))));
    candidates.into_iter().find(|path| path.is_file())
}

fn find_index(target: &Path) -> Option<PathBuf> {
    let candidates = EXTENSIONS.map(|extension| target.join(format!("index.{extension}")));
    candidates.into_iter().find(|path| path.is_file())
}

fn bare_help(written: &str) -> String {
    if written.starts_with("node:") {
        return "Node.js modules are not available; use the global web APIs such as fetch".into();
    }
    if written.starts_with("cronflow") {
        return "did you mean 'cronflow'?".into();
    }
    if written.contains("://") {
        return "modules cannot be imported from a URL; save the file beside yours".into();
    }
    format!(
        "packages from node_modules come in a later version; if '{written}' is a file of yours, write './{written}'"
    )
}

/// Looks for a file beside the missing one that differs only in extension, case or a typo.
fn path_help(written: &str, target: &Path) -> String {
    let stem = |name: &str| name.split('.').next().unwrap_or(name).to_lowercase();
    let wanted = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut names: Vec<String> = target
        .parent()
        .and_then(|parent| std::fs::read_dir(parent).ok())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| distance(&stem(name), &stem(&wanted)) <= usize::from(stem(&wanted).len() > 3) * 2)
        .collect();
    names.sort_by_key(|name| {
        let unusable = Language::of(Path::new(name)).is_none();
        (distance(&stem(name), &stem(&wanted)), unusable, name.clone())
    });
    let prefix = written.rfind('/').map_or("./", |slash| &written[..=slash]);
    match names.first() {
        Some(name) if Language::of(Path::new(name)).is_some() || !name.contains('.') => {
            format!("did you mean '{prefix}{name}'?")
        }
        Some(name) => {
            format!("there is a file '{prefix}{name}', but only .ts, .mts, .js, .mjs and .json can be imported")
        }
        None => "check the path; it is relative to the file that contains the import".into(),
    }
}

/// Edit distance, for "did you mean". Names are short, so the simple way is fast enough.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, a) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn tree(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let root = dir.path().canonicalize().unwrap();
        (dir, root)
    }

    const FILES: &[&str] = &[
        "a.ts",
        "b.mts",
        "c.js",
        "d.mjs",
        "e.json",
        "both.js",
        "both.ts",
        "dir/index.ts",
        "same.ts",
        "same/index.ts",
        "dots.config.ts",
        "view.tsx",
        "Client.ts",
        "sub/up.ts",
    ];

    #[rstest]
    #[case("./a.ts", "a.ts")]
    #[case("./a", "a.ts")]
    #[case("./a.js", "a.ts")]
    #[case("./b", "b.mts")]
    #[case("./b.mjs", "b.mts")]
    #[case("./c", "c.js")]
    #[case("./d", "d.mjs")]
    #[case("./e", "e.json")]
    #[case("./e.json", "e.json")]
    #[case("./both", "both.ts")]
    #[case("./both.js", "both.js")]
    #[case("./dir", "dir/index.ts")]
    #[case("./dir/", "dir/index.ts")]
    #[case("./dir/.", "dir/index.ts")]
    #[case("./same", "same.ts")]
    #[case("./same/", "same/index.ts")]
    #[case("./dots.config", "dots.config.ts")]
    #[case("./missing/../a", "a.ts")]
    fn finds_files(#[case] written: &str, #[case] expected: &str) {
        let (_dir, root) = tree(FILES);
        assert_eq!(resolve(written, &root), Ok(Resolved::File(root.join(expected))));
    }

    #[test]
    fn goes_up_and_takes_absolute_paths() {
        let (_dir, root) = tree(FILES);
        assert_eq!(resolve("../a", &root.join("sub")), Ok(Resolved::File(root.join("a.ts"))));
        let absolute = root.join("a.ts").display().to_string();
        assert_eq!(resolve(&absolute, &root), Ok(Resolved::File(root.join("a.ts"))));
        assert_eq!(resolve("cronflow/sdk", &root), Ok(Resolved::Builtin("cronflow/sdk")));
    }

    #[rstest]
    #[case("./client", "did you mean './Client.ts'?")]
    #[case("./a.mjs", "did you mean './a.ts'?")]
    #[case("./cleint", "did you mean './Client.ts'?")]
    #[case("./view", "'./view.tsx'")]
    #[case("./nothing-like-it", "check the path")]
    #[case("zod", "node_modules")]
    #[case("@scope/pack", "node_modules")]
    #[case("node:fs", "Node.js modules")]
    #[case("https://x.y/z.ts", "URL")]
    #[case("cronflow/nope", "'cronflow'")]
    fn helps_when_nothing_is_found(#[case] written: &str, #[case] help: &str) {
        let (_dir, root) = tree(FILES);
        let error = resolve(written, &root).unwrap_err();
        assert!(error.help.contains(help), "{}", error.help);
    }
}
