//! Reading one file from disk, and saying plainly why it cannot be a module.

use crate::{MAX_FILE_BYTES, diagnostics::display_path};
use cronflow_core::error::{Code, Diagnostic};
use std::{fs::File, io::Read, path::Path};

/// What a file's extension says about its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// .ts, .mts
    TypeScript,
    /// .js, .mjs, .cjs
    JavaScript,
    /// .json
    Json,
}

impl Language {
    /// The language of a path, if it is one that can be compiled.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "ts" | "mts" => Some(Self::TypeScript),
            "js" | "mjs" | "cjs" => Some(Self::JavaScript),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// The language of a file, or why its extension is refused.
pub(crate) fn language(path: &Path) -> Result<Language, Diagnostic> {
    Language::of(path).ok_or_else(|| {
        let help = match path.extension().and_then(|extension| extension.to_str()) {
            Some("tsx" | "jsx") => "JSX is not supported; rename the file to .ts and remove the JSX",
            Some("cts") => "CommonJS in TypeScript is not supported; rename the file to .ts and use import and export",
            _ => "workflow files and their modules end in .ts, .mts, .js, .mjs, .cjs or .json",
        };
        let message = format!("{} is not a TypeScript, JavaScript or JSON file", display_path(path));
        Diagnostic::new(Code::NotAModule, message).with_help(help)
    })
}

/// Reads a file as text, without a byte order mark.
pub(crate) fn read(path: &Path) -> Result<String, Diagnostic> {
    let shown = display_path(path);
    let unreadable = |error: std::io::Error| {
        let help = match error.kind() {
            std::io::ErrorKind::NotFound => "check the path; it is relative to the current directory",
            std::io::ErrorKind::PermissionDenied => "give your user the right to read the file",
            _ => "check that the file exists and can be read",
        };
        Diagnostic::new(Code::UnreadableFile, format!("cannot read {shown}: {error}")).with_help(help)
    };
    let metadata = path.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Diagnostic::new(Code::NotAModule, format!("{shown} is a directory"))
            .with_help("give the path of a file, for example workflow.ts"));
    }
    if !metadata.is_file() {
        return Err(Diagnostic::new(Code::NotAModule, format!("{shown} is not a regular file"))
            .with_help("pipes and devices cannot be compiled; save the code to a file"));
    }
    // The size may change between the check and the read, so the read is capped too.
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let limit = MAX_FILE_BYTES / 1024 / 1024;
        return Err(Diagnostic::new(Code::TooLarge, format!("{shown} is larger than {limit} MiB"))
            .with_help("read large data at run time instead of importing it"));
    }
    decode(bytes, &shown)
}

/// Bytes to text; text files with another encoding are told apart from binary files.
fn decode(bytes: Vec<u8>, shown: &str) -> Result<String, Diagnostic> {
    let refuse =
        |what: &str, help: &str| Err(Diagnostic::new(Code::NotAModule, format!("{shown} {what}")).with_help(help));
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return refuse("is encoded as UTF-16", "save the file as UTF-8");
    }
    if bytes.contains(&0) {
        return refuse("is a binary file", "check the path: this is not source code");
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(_) => refuse("is not valid UTF-8", "save the file as UTF-8"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(b"a\0b", Code::NotAModule, "binary")]
    #[case(b"\xff\xfea\0", Code::NotAModule, "UTF-16")]
    #[case(b"caf\xe9", Code::NotAModule, "UTF-8")]
    fn refuses_what_is_not_text(#[case] bytes: &[u8], #[case] code: Code, #[case] word: &str) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ts");
        std::fs::write(&path, bytes).unwrap();
        let error = read(&path).unwrap_err();
        assert_eq!(error.code, code);
        assert!(error.message.contains(word), "{}", error.message);
        assert!(error.help.is_some());
    }

    #[test]
    fn drops_the_byte_order_mark() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ts");
        std::fs::write(&path, "\u{feff}let a").unwrap();
        assert_eq!(read(&path).unwrap(), "let a");
    }

    #[test]
    fn refuses_large_missing_and_special_files() {
        let dir = tempfile::tempdir().unwrap();
        let large = dir.path().join("large.ts");
        File::create(&large).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
        assert_eq!(read(&large).unwrap_err().code, Code::TooLarge);
        assert_eq!(read(dir.path()).unwrap_err().code, Code::NotAModule);
        assert_eq!(read(&dir.path().join("no.ts")).unwrap_err().code, Code::UnreadableFile);
        assert_eq!(read(Path::new("/dev/null")).unwrap_err().code, Code::NotAModule);
    }
}
