//! Which files are test files, and which of them this run takes.

use cronflow_core::error::{Code, Diagnostic};
use std::path::{Path, PathBuf};

/// Most files and folders that are looked at.
const MAX_ENTRIES: usize = 200_000;
const ENDINGS: [&str; 4] = ["ts", "mts", "js", "mjs"];

/// The test files among what was named: a file stands for itself, a folder for all test files below.
pub(super) fn discover(named: &[PathBuf]) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut found = Vec::new();
    let here = [PathBuf::from(".")];
    let named: &[PathBuf] = if named.is_empty() { &here } else { named };
    for path in named {
        if path.is_file() {
            found.push(path.clone());
        } else if path.is_dir() {
            below(path, &mut found)?;
        } else {
            let message = format!("there is no file or folder {}", path.display());
            return Err(Diagnostic::new(Code::UnreadableFile, message)
                .with_help("give test files or folders; part of a name goes to --filter"));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
    let mut folders = vec![folder.to_path_buf()];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            looked_at += 1;
            if looked_at > MAX_ENTRIES {
                let message = format!("{} holds more than {MAX_ENTRIES} files", folder.display());
                return Err(Diagnostic::new(Code::TooLarge, message).with_help("give the folder of the tests"));
            }
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().ok();
            // Links to folders are not followed: they can form circles.
            if kind.is_some_and(|kind| kind.is_dir()) {
                if name != "node_modules" && name != "target" && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if is_test(&path) {
                found.push(path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path));
            }
        }
    }
    Ok(())
}

/// `x.test.ts`, `x.spec.ts`, `x_test.ts`, and everything in a folder `__tests__`.
pub(super) fn is_test(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    let is_script = ENDINGS.contains(&ending) && !stem.ends_with(".d");
    let in_folder = path.parent().is_some_and(|parent| parent.iter().any(|part| part == "__tests__"));
    is_script && (in_folder || [".test", ".spec", "_test"].iter().any(|mark| stem.ends_with(mark)))
}

/// One of several equal parts of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no part; write for example 1/3");
        let (index, count) = text.split_once('/').ok_or_else(wrong)?;
        let shard = Self { index: index.parse().map_err(|_| wrong())?, count: count.parse().map_err(|_| wrong())? };
        if (1..=shard.count).contains(&shard.index) { Ok(shard) } else { Err(wrong()) }
    }

    pub(super) fn of(self, files: Vec<PathBuf>) -> Vec<PathBuf> {
        let part = files.into_iter().enumerate().filter(|(at, _)| at % self.count == self.index - 1);
        part.map(|(_, file)| file).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("a.test.ts", true)]
    #[case("a.spec.mjs", true)]
    #[case("a_test.js", true)]
    #[case("x/__tests__/deep/a.ts", true)]
    #[case("x/__tests__/types.d.ts", false)]
    #[case("a.ts", false)]
    #[case("a.test.tsx", false)]
    #[case("latest.ts", false)]
    fn names(#[case] path: &str, #[case] expected: bool) {
        assert_eq!(is_test(Path::new(path)), expected);
    }

    #[test]
    fn shards_are_a_partition() {
        let files: Vec<PathBuf> = ["a", "b", "c", "d", "e"].iter().map(PathBuf::from).collect();
        let mut all: Vec<_> = (1..=3).flat_map(|index| Shard { index, count: 3 }.of(files.clone())).collect();
        all.sort();
        assert_eq!(all, files);
    }

    #[rstest]
    #[case("0/3")]
    #[case("4/3")]
    #[case("1")]
    #[case("a/b")]
    fn no_shards(#[case] text: &str) {
        assert!(Shard::parse(text).unwrap_err().contains("1/3"));
    }
}
