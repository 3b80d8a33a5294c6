//! `trigger`: start a run through the server.

use super::fail;
use crate::{args::Trigger, client, exit::Exit, ui};
use cronflow_core::{
    error::{Code, Diagnostic},
    json::JsonText,
};
use reqwest::Method;
use std::io::Read as _;

/// The server takes no more.
const MAX_PAYLOAD: u64 = 1024 * 1024;

pub(crate) fn trigger(args: Trigger) -> Exit {
    let answer = read_payload(&args.payload).and_then(|payload| {
        let body = format!("{{\"payload\":{},\"wait\":{}}}", payload.as_str(), args.wait);
        let id: String = url::form_urlencoded::byte_serialize(args.workflow.as_bytes()).collect();
        // The path wants %20 where forms have a plus.
        let path = format!("/api/workflows/{}/trigger", id.replace('+', "%20"));
        client::call(&args.url, Method::POST, &path, Some(body))
    });
    let answer = match answer {
        Ok(answer) => answer,
        Err(problem) => return fail(&problem),
    };
    if args.json {
        ui::print(&answer.to_string());
    } else if args.wait && answer["status"] == "completed" {
        ui::print(&format!("{:#}", answer["output"]));
    } else if args.wait {
        ui::print(&ui::run::render(&answer, ui::colour()));
    } else {
        ui::print(answer["run_id"].as_str().unwrap_or_default());
    }
    let failed = args.wait && !["completed", "accepted"].contains(&answer["status"].as_str().unwrap_or_default());
    if failed { Exit::Failure } else { Exit::Ok }
}

/// JSON text, `@file`, or `-` for standard input.
fn read_payload(given: &str) -> Result<JsonText, Diagnostic> {
    let text = match given.strip_prefix('@') {
        Some(file) => read(std::fs::File::open(file), file)?,
        None if given == "-" => read(Ok(std::io::stdin()), "standard input")?,
        None => given.to_owned(),
    };
    JsonText::parse(&text).map_err(|error| {
        Diagnostic::new(Code::InvalidPayload, format!("the payload is not valid JSON: {error}"))
            .with_help("text needs quotes inside the quotes: --payload '\"text\"'")
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
