//! Files of variables: `NAME=value`, `export NAME="two words"`, comments, values over several lines in quotes.

/// The variables in order, the last one of a name counting; or the number of a line that is none.
pub(crate) fn parse(text: &str) -> Result<Vec<(String, String)>, usize> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    while !rest.is_empty() {
        let line = 1 + text[..text.len() - rest.len()].matches('\n').count();
        let (head, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let trimmed = head.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            rest = after;
            continue;
        }
        let declaration = trimmed.strip_prefix("export ").unwrap_or(trimmed);
        let (name, _) = declaration.split_once('=').ok_or(line)?;
        let name = name.trim();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
        if !is_name {
            return Err(line);
        }
        let start = rest.find('=').ok_or(line)? + 1;
        let (value, end) = value(&rest[start..]).ok_or(line)?;
        found.retain(|(known, _)| known != name);
        found.push((name.to_owned(), value));
        rest = &rest[start + end..];
    }
    Ok(found)
}

/// A value, and where the line after it begins.
fn value(text: &str) -> Option<(String, usize)> {
    let skipped = text.len() - text.trim_start_matches([' ', '\t']).len();
    let text = &text[skipped..];
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |at| from + at + 1);
    let quote = text.chars().next().filter(|first| ['"', '\'', '`'].contains(first));
    let Some(quote) = quote else {
        let end = line_end(0);
        let raw = text[..end].trim();
        // A `#` behind a space begins a comment.
        let plain = raw.find(" #").or_else(|| raw.starts_with('#').then_some(0)).map_or(raw, |at| &raw[..at]);
        return Some((plain.trim_end().to_owned(), skipped + end));
    };
    let inner = &text[1..];
    let mut close = None;
    let mut escaped = false;
    for (at, char) in inner.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            _ if char == quote => {
                close = Some(at);
                break;
            }
            _ => {}
        }
    }
    let close = close?;
    let raw = &inner[..close];
    let end = line_end(close + 2);
    let after = text[close + 2..end].trim();
    if !(after.is_empty() || after.starts_with('#')) {
        return None;
    }
    let content = if quote == '"' { unescape(raw) } else { raw.to_owned() };
    Some((content, skipped + end))
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (char, char == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some(other) if ['"', '\\', '$'].contains(&other) => out.push(other),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            (other, false) => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("A=1", "1")]
    #[case("A = 1 ", "1")]
    #[case("# c\n\nexport A=x y # comment", "x y")]
    #[case("A=x#y", "x#y")]
    #[case("A=", "")]
    #[case("A=#c", "")]
    #[case("A=\"x # y\" # c", "x # y")]
    #[case("A=\"x\\n\\\"y\\\"\"", "x\n\"y\"")]
    #[case("A='x\\n'", "x\\n")]
    #[case("A='two\nlines'\n", "two\nlines")]
    #[case("A=0\nA=1\r\n", "1")]
    #[case("A=a=b", "a=b")]
    fn values(#[case] text: &str, #[case] value: &str) {
        assert_eq!(parse(text), Ok(vec![("A".to_owned(), value.to_owned())]));
    }

    #[rstest]
    #[case("A=1\njust text", 2)]
    #[case("=1", 1)]
    #[case("A B=1", 1)]
    #[case("A=1\n\nB=\"open", 3)]
    #[case("A='x' y", 1)]
    fn lines_that_are_none(#[case] text: &str, #[case] line: usize) {
        assert_eq!(parse(text), Err(line));
    }
}
