//! `cronflow.toml`: where the server and the database of a project are. Found in the current folder or in
//! one above it.

use cronflow_core::error::{Code, Diagnostic, SourceLocation};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The file's name.
const NAME: &str = "cronflow.toml";

/// What it says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The server.
    pub(crate) url: Option<String>,
    /// A file with the token for that server, beside this one.
    pub(crate) token_file: Option<PathBuf>,
    /// The database, beside this file.
    pub(crate) db: Option<PathBuf>,
}

impl Settings {
    /// Reads the nearest file; without one nothing is set.
    ///
    /// # Errors
    /// When it cannot be read or says what we do not know.
    pub(crate) fn find() -> Result<Self, Diagnostic> {
        let here = std::env::current_dir().unwrap_or_default();
        let found = here.ancestors().map(|folder| folder.join(NAME)).find(|file| file.is_file());
        found.map_or_else(|| Ok(Self::default()), |file| Self::read(&file))
    }

    fn read(file: &Path) -> Result<Self, Diagnostic> {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Diagnostic::new(Code::BadSettings, format!("{} cannot be read: {error}", file.display()))
        })?;
        let mut settings = Self::parse(&text, file)?;
        let folder = file.parent().unwrap_or(Path::new(""));
        settings.db = settings.db.map(|path| folder.join(path));
        settings.token_file = settings.token_file.map(|path| folder.join(path));
        Ok(settings)
    }

    fn parse(text: &str, file: &Path) -> Result<Self, Diagnostic> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            let place = SourceLocation { file: file.display().to_string(), line: number(line), column: number(column) };
            Diagnostic::new(Code::BadSettings, error.message().to_owned())
                .with_help("known settings: url, token_file, db")
                .at(place, Some(text.into()))
        })
    }

    /// The token: `CRONFLOW_TOKEN`, else what the file of the settings holds.
    pub(crate) fn token(&self) -> Result<Option<String>, Diagnostic> {
        if let Ok(token) = std::env::var("CRONFLOW_TOKEN")
            && !token.trim().is_empty()
        {
            return Ok(Some(token.trim().to_owned()));
        }
        let Some(file) = &self.token_file else { return Ok(None) };
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) => {
                let message = format!("the token file {} cannot be read: {error}", file.display());
                Err(Diagnostic::new(Code::BadSettings, message).with_help("it is named by token_file in cronflow.toml"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_knows() {
        let settings = Settings::parse("url = \"http://x\"\ndb = \"a.db\"\n", Path::new(NAME)).unwrap();
        assert_eq!(settings, Settings { url: Some("http://x".into()), token_file: None, db: Some("a.db".into()) });
    }

    #[test]
    fn says_where_it_is_wrong() {
        let problem = Settings::parse("url = \"http://x\"\nurll = 1\n", Path::new(NAME)).unwrap_err();
        assert_eq!(problem.location.map(|place| (place.line, place.column)), Some((2, 1)));
        assert!(problem.message.contains("urll"), "{}", problem.message);
    }
}
