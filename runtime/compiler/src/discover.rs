//! Finding the workflow files of a directory: source files that import `cronflow`.

use crate::{
    diagnostics::display_path,
    parse::Goal,
    source::{self, Language},
    stack::with_large_stack,
    transpile::{Options, transpile},
};
use cronflow_core::error::{Code, Diagnostic};
use std::path::{Path, PathBuf};

/// Most files and directories looked at, so that `discover("/")` ends.
const MAX_ENTRIES: usize = 200_000;

/// The workflow files below a directory, sorted. Files that cannot be read are passed over;
/// files with syntax errors are kept if they name 'cronflow', so that the errors are seen.
///
/// # Errors
/// If the directory cannot be read, or holds too many files.
pub fn discover(dir: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut candidates = candidates(dir)?;
    candidates.sort();
    let filter = move || Ok(candidates.into_iter().filter(|path| imports_cronflow(path)).collect());
    with_large_stack(filter).map_err(|errors| {
        let crashed = Diagnostic::new(Code::Internal, "the search for workflow files failed");
        errors.into_iter().next().unwrap_or(crashed)
    })
}

fn candidates(dir: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut found = Vec::new();
    let mut directories = vec![dir.to_path_buf()];
    let mut looked_at = 0_usize;
    while let Some(directory) = directories.pop() {
        let entries = match std::fs::read_dir(&directory) {
            Ok(entries) => entries,
            // A closed directory below is not ours to read; the one asked for must be readable.
            Err(_) if directory != dir => continue,
            Err(error) => {
                let message = format!("cannot read the directory {}: {error}", display_path(dir));
                return Err(Diagnostic::new(Code::UnreadableFile, message)
                    .with_help("give a directory that exists and that you may read"));
            }
        };
        for entry in entries.flatten() {
            looked_at += 1;
            if looked_at > MAX_ENTRIES {
                let message = format!("{} holds more than {MAX_ENTRIES} files", display_path(dir));
                return Err(Diagnostic::new(Code::TooLarge, message)
                    .with_help("give the directory of the workflows, or the files themselves"));
            }
            let path = entry.path();
            // Links to directories are not followed: they can form circles.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !is_skipped(&path) => directories.push(path),
                Ok(kind) if !kind.is_dir() && is_source(&path) && path.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    Ok(found)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_skipped(directory: &Path) -> bool {
    let name = name(directory);
    name == "node_modules" || name.starts_with('.')
}

fn is_source(path: &Path) -> bool {
    let name = name(path);
    let is_script = matches!(Language::of(path), Some(Language::TypeScript | Language::JavaScript));
    let is_other = [".d.", ".test.", ".spec."].iter().any(|part| name.contains(part));
    is_script && !is_other && !name.starts_with('.')
}

fn imports_cronflow(path: &Path) -> bool {
    // Most files do not even contain the word, and are not parsed.
    let text = match source::read(path) {
        Ok(text) if text.contains("cronflow") => text,
        _ => return false,
    };
    let Some(language) = Language::of(path) else {
        return false;
    };
    let goal = if language == Language::JavaScript { Goal::Either } else { Goal::Module };
    match transpile(&text, "module", Options { goal, ..Options::module(language) }) {
        Ok(output) => {
            output.imports.iter().any(|import| import.written == "cronflow" || import.written.starts_with("cronflow/"))
        }
        Err(_) => ["'cronflow", "\"cronflow"].iter().any(|quoted| text.contains(quoted)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_only_workflow_files() {
        let dir = tempfile::tempdir().unwrap();
        let import = "import { cronflow } from 'cronflow';\ncronflow.define({});\n";
        let files = [
            ("b.ts", import),
            ("a.mts", import),
            ("sub/c.js", "import { cronflow } from \"cronflow/sdk\"; cronflow.define({})"),
            ("sub/d.mjs", import),
            ("broken.ts", "import { cronflow } from 'cronflow'; let = ;"),
            ("types.ts", "import type { Context } from 'cronflow'; export type A = Context;"),
            ("comment.ts", "// import { cronflow } from 'cronflow'\nexport {}"),
            ("helper.ts", "export const a = 1;"),
            ("x.test.ts", import),
            ("x.spec.ts", import),
            ("x.d.ts", import),
            ("x.tsx", import),
            ("notes.txt", import),
            ("node_modules/p/i.ts", import),
            (".git/i.ts", import),
        ];
        for (file, text) in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let found = discover(dir.path()).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.strip_prefix(dir.path()).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.mts", "b.ts", "broken.ts", "sub/c.js", "sub/d.mjs"]);
    }

    #[test]
    fn says_when_the_directory_is_missing() {
        let error = discover(Path::new("/no/such/place")).unwrap_err();
        assert_eq!(error.code, Code::UnreadableFile);
    }
}
