//! How the compiler says where: file names as users write them, lines and columns in characters.

use cronflow_core::error::{Code, Diagnostic, SourceLocation};
use std::{ops::Range, path::Path, sync::Arc};

/// A file as its user would name it: relative to the current directory when it lies below it.
pub(crate) fn display_path(path: &Path) -> String {
    let current = std::env::current_dir().and_then(|dir| dir.canonicalize());
    let relative = current.as_ref().ok().and_then(|dir| path.strip_prefix(dir).ok());
    relative.unwrap_or(path).display().to_string()
}

/// One source text with the name that diagnostics use for it.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// The name shown to the user.
    pub(crate) name: String,
    /// The text.
    pub(crate) text: Arc<str>,
}

impl Named {
    /// A diagnostic that points at a byte offset of this text.
    pub(crate) fn diagnostic(&self, code: Code, message: impl Into<String>, offset: usize) -> Diagnostic {
        Diagnostic::new(code, message).at(self.location(offset), Some(self.text.clone()))
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    pub(crate) fn location(&self, offset: usize) -> SourceLocation {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        SourceLocation {
            file: self.name.clone(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }
}

/// An error of one pass, before it is tied to its file.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// Which error.
    pub(crate) code: Code,
    /// What went wrong.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
    /// Where, in bytes of the source.
    pub(crate) range: Range<usize>,
}

impl Finding {
    /// Ties the error to its file.
    pub(crate) fn into_diagnostic(self, file: &Named) -> Diagnostic {
        let diagnostic = file.diagnostic(self.code, self.message, self.range.start);
        match self.help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("abc", 0, 1, 1)]
    #[case("abc\nde", 5, 2, 2)]
    #[case("äöü x", 7, 1, 5)]
    #[case("a\n😀b", 6, 2, 2)]
    #[case("a\r\nb", 3, 2, 1)]
    #[case("ab", 99, 1, 3)]
    fn columns_count_characters(#[case] text: &str, #[case] offset: usize, #[case] line: u32, #[case] column: u32) {
        let named = Named { name: "f.ts".into(), text: text.into() };
        let found = named.location(offset);
        assert_eq!((found.line, found.column), (line, column));
    }
}
