//! Errors for people, with the code frame of the TypeScript source, and for machines.

use cronflow_core::error::{Diagnostic, SourceLocation};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report};
use serde_json::json;
use std::io::IsTerminal as _;

/// Prints errors on standard error.
pub(crate) fn print_all(problems: &[Diagnostic], as_json: bool) {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for problem in problems {
        super::tell(&if as_json { to_json(problem) } else { render(problem, colour) });
    }
}

/// One error for people, on standard error.
pub(crate) fn print(problem: &Diagnostic) {
    print_all(std::slice::from_ref(problem), false);
}

/// One JSON object: `{code, title, message, help, file, line, column}`.
fn to_json(problem: &Diagnostic) -> String {
    let place = problem.location.as_ref();
    json!({
        "code": problem.code.as_str(),
        "title": problem.code.title(),
        "message": problem.message,
        "help": problem.help,
        "file": place.map(|place| &place.file),
        "line": place.map(|place| place.line),
        "column": place.map(|place| place.column),
    })
    .to_string()
}

/// The error with its place and, when the source is known, its code frame.
pub(crate) fn render(problem: &Diagnostic, colour: bool) -> String {
    let framed = problem.location.as_ref().zip(problem.source_text.as_ref());
    let offset = framed.and_then(|(place, text)| offset_of(text, place));
    let mut message = problem.message.clone();
    if let Some(place) = problem.location.as_ref().filter(|_| offset.is_none()) {
        message = format!("{message}\n  at {place}");
    }
    let mut shown = MietteDiagnostic::new(message).with_code(problem.code.as_str());
    if let Some(help) = &problem.help {
        shown = shown.with_help(help);
    }
    if let Some((offset, length)) = offset {
        shown = shown.with_label(LabeledSpan::new(Some("here".to_owned()), offset, length));
    }
    let mut report = Report::from(shown);
    if let (Some((place, text)), Some(_)) = (framed, offset) {
        report = report.with_source_code(NamedSource::new(&place.file, text.to_string()));
    }
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false);
    let mut out = String::new();
    if handler.render_report(&mut out, report.as_ref()).is_err() {
        out = problem.to_string();
    }
    out.trim_end().to_owned()
}

/// The source around a place; `None` when the text has no such place.
pub(crate) fn frame(place: &SourceLocation, text: &str, colour: bool) -> Option<String> {
    let (offset, length) = offset_of(text, place)?;
    let shown = MietteDiagnostic::new("").with_label(LabeledSpan::new(None, offset, length));
    let report = Report::from(shown).with_source_code(NamedSource::new(&place.file, text.to_owned()));
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let mut out = String::new();
    GraphicalReportHandler::new_themed(theme).with_links(false).render_report(&mut out, report.as_ref()).ok()?;
    // What stands before the frame is the message, which is empty.
    let begin = out.find('\u{256d}').and_then(|at| out[..at].rfind('\n'))?;
    Some(out[begin + 1..].trim_end().to_owned())
}

/// The byte range of the word at a place; `None` when the text has no such place.
fn offset_of(text: &str, place: &SourceLocation) -> Option<(usize, usize)> {
    let index = usize::try_from(place.line).ok()?.checked_sub(1)?;
    let line = text.split_inclusive('\n').nth(index)?;
    let start: usize = text.split_inclusive('\n').take(index).map(str::len).sum();
    let column = usize::try_from(place.column).ok()?.checked_sub(1)?;
    let within = line.char_indices().nth(column).map_or(line.trim_end().len(), |(at, _)| at);
    let word = line.get(within..)?.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '$');
    let length: usize = word.map(char::len_utf8).sum();
    Some((start + within, length.max(1).min(text.len().saturating_sub(start + within))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cronflow_core::error::Code;

    #[test]
    fn shows_the_source() {
        let text = "const a = 1;\nthrow new Error('x');\n";
        let place = SourceLocation { file: "w.ts".into(), line: 2, column: 7 };
        let problem = Diagnostic::new(Code::TopLevelThrow, "Error: x").with_help("do not").at(place, Some(text.into()));
        let expected = "\
CF2002

  × Error: x
   ╭─[w.ts:2:7]
 1 │ const a = 1;
 2 │ throw new Error('x');
   ·       ─┬─
   ·        ╰── here
   ╰────
  help: do not";
        assert_eq!(render(&problem, false), expected);
    }

    #[test]
    fn names_the_place_without_the_source() {
        let place = SourceLocation { file: "w.ts".into(), line: 9, column: 7 };
        let problem = Diagnostic::new(Code::Syntax, "oh").at(place, Some("one line".into()));
        assert!(render(&problem, false).contains("w.ts:9:7"));
    }

    #[test]
    fn columns_count_characters() {
        let place = SourceLocation { file: "w.ts".into(), line: 1, column: 5 };
        assert_eq!(offset_of("é = wrong", &place), Some((5, 5)));
    }
}
