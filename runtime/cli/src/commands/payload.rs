//! JSON on the command line: as text, from a file, or from standard input.

use cronflow_core::{
    error::{Code, Diagnostic},
    json::JsonText,
};
use std::io::Read as _;

/// The server takes no more.
const MAX_PAYLOAD: u64 = 1024 * 1024;

/// JSON text, `@file`, or `-` for standard input.
pub(super) fn read_payload(given: &str) -> Result<JsonText, Diagnostic> {
    let text = match given.strip_prefix('@') {
        Some(file) => read(std::fs::File::open(file), file)?,
        None if given == "-" => read(Ok(std::io::stdin()), "standard input")?,
        None => given.to_owned(),
    };
    JsonText::parse(&text).map_err(|error| {
        Diagnostic::new(Code::InvalidPayload, format!("the payload is not valid JSON: {error}"))
            .with_help("text needs quotes inside the quotes: '\"text\"'")
    })
}

fn read(source: std::io::Result<impl std::io::Read>, name: &str) -> Result<String, Diagnostic> {
    let mut text = String::new();
    let count = source.and_then(|source| source.take(MAX_PAYLOAD + 1).read_to_string(&mut text));
    match count {
        Ok(count) if count as u64 > MAX_PAYLOAD => {
            Err(Diagnostic::new(Code::InvalidPayload, format!("the payload is larger than {} KiB", MAX_PAYLOAD / 1024)))
        }
        Ok(_) => Ok(text),
        Err(error) => Err(Diagnostic::new(Code::InvalidPayload, format!("{name} cannot be read: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("{", "not valid JSON")]
    #[case("hello", "not valid JSON")]
    #[case("", "not valid JSON")]
    #[case("@/nothing/here", "cannot be read")]
    fn a_bad_payload_is_explained(#[case] given: &str, #[case] message: &str) {
        let problem = read_payload(given).unwrap_err();
        assert!(problem.message.contains(message), "{problem}");
    }

    #[test]
    fn falsy_payloads_are_legal() {
        for text in ["null", "0", "\"\"", "false"] {
            assert_eq!(read_payload(text).unwrap().as_str(), text);
        }
    }
}
