//! File URLs by the standard (<https://url.spec.whatwg.org/#file-state>). The url crate leaves out the host
//! beside a drive letter and merges slashes, so it only gets the host, the query and the fragment.

use url::{Url, quirks};

/// A file URL in its normal form, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct FileUrl {
    /// Empty for this machine.
    host: String,
    path: Vec<String>,
    /// With its `?` and `#`; encoded.
    tail: String,
}

impl FileUrl {
    /// Out of what somebody wrote, where `base` is the file URL that it is relative to.
    /// `None` when the text has another scheme, `Some(None)` when it is no URL.
    pub(super) fn parse(input: &str, base: Option<&Self>) -> Option<Option<Self>> {
        let input = cleaned(input);
        let rest = match scheme_of(&input) {
            Some(scheme) if scheme.eq_ignore_ascii_case("file") => &input[scheme.len() + 1..],
            Some(_) => return None,
            None => {
                base?;
                &input
            }
        };
        Some(Self::after_scheme(rest, base))
    }

    /// Takes an address in its normal form apart; `None` when it is not one of a file.
    pub(super) fn of_normal(href: &str) -> Option<Self> {
        let rest = href.strip_prefix("file://")?;
        let (main, tail) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        let (host, path) = main.split_at(main.find('/').unwrap_or(main.len()));
        let path = path.split('/').skip(1).map(str::to_owned).collect();
        Some(Self { host: host.to_owned(), path, tail: tail.to_owned() })
    }

    fn after_scheme(rest: &str, base: Option<&Self>) -> Option<Self> {
        let (main, tail) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        let mut url = Self { tail: encoded_tail(tail), ..Self::default() };
        let mut chars = main.chars();
        let is_slash = |char: Option<char>| matches!(char, Some('/' | '\\'));
        if !is_slash(chars.next()) {
            url.follow(main, tail, base);
        } else if !is_slash(chars.next()) {
            let path = &main[1..];
            if let Some(base) = base {
                url.host.clone_from(&base.host);
                if !starts_with_drive(path) {
                    url.path.extend(base.path.first().filter(|first| is_normal_drive(first)).cloned());
                }
            }
            url.walk(path);
        } else {
            let after = &main[2..];
            let (host, path) = after.split_at(after.find(['/', '\\']).unwrap_or(after.len()));
            if is_drive(host) {
                url.walk(after);
            } else {
                url.host = host_of(host)?;
                url.walk(path.get(1..).unwrap_or_default());
            }
        }
        Some(url)
    }

    /// A text without slashes at its start: relative to the base, if there is one.
    fn follow(&mut self, main: &str, tail: &str, base: Option<&Self>) {
        let Some(base) = base else { return self.walk(main) };
        self.host.clone_from(&base.host);
        if main.is_empty() {
            self.path.clone_from(&base.path);
            if !tail.starts_with('?') {
                let query = base.tail.split('#').next().unwrap_or_default();
                self.tail.insert_str(0, query);
            }
            return;
        }
        if !starts_with_drive(main) {
            self.path.clone_from(&base.path);
            self.shorten();
        }
        self.walk(main);
    }

    /// Goes along a path, from where the URL is.
    fn walk(&mut self, path: &str) {
        let mut segments = path.split(['/', '\\']).peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            let plain = segment.replace("%2e", ".").replace("%2E", ".");
            match plain.as_str() {
                "." | ".." => {
                    if plain == ".." {
                        self.shorten();
                    }
                    if is_last {
                        self.path.push(String::new());
                    }
                }
                _ if self.path.is_empty() && is_drive(segment) => self.path.push(format!("{}:", &segment[..1])),
                _ => self.path.push(encoded(segment)),
            }
        }
    }

    /// One up; a drive letter stays.
    fn shorten(&mut self) {
        if !matches!(self.path.as_slice(), [only] if is_normal_drive(only)) {
            self.path.pop();
        }
    }

    pub(super) fn set_path(&mut self, value: &str) {
        let value = value.replace(['\t', '\n', '\r'], "").replace('?', "%3F").replace('#', "%23");
        self.path.clear();
        self.walk(value.strip_prefix(['/', '\\']).unwrap_or(&value));
    }

    /// Changes what is not the path, as the crate does it with a plain path; `false` when that would
    /// make another scheme of it.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Url)) -> bool {
        let Ok(mut plain) = Url::parse(&format!("file://{}/{}", self.host, self.tail)) else { return true };
        change(&mut plain);
        if plain.scheme() != "file" {
            return false;
        }
        quirks::host(&plain).clone_into(&mut self.host);
        self.tail = plain[url::Position::AfterPath..].to_owned();
        true
    }

    pub(super) fn pathname(&self) -> String {
        self.path.iter().fold(String::new(), |path, segment| path + "/" + segment)
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn href(&self) -> String {
        format!("file://{}{}{}", self.host, self.pathname(), self.tail)
    }

    /// The query with its `?` and the fragment with its `#`; a lone mark is no part.
    pub(super) fn search_and_hash(&self) -> (&str, &str) {
        let (search, hash) = self.tail.split_at(self.tail.find('#').unwrap_or(self.tail.len()));
        let part = |text| if matches!(text, "?" | "#") { "" } else { text };
        (part(search), part(hash))
    }
}

/// Without blanks around it, and without what the standard drops everywhere.
fn cleaned(input: &str) -> String {
    input.trim_matches(|char: char| char <= ' ').replace(['\t', '\n', '\r'], "")
}

fn scheme_of(input: &str) -> Option<&str> {
    let (scheme, _) = input.split_once(':')?;
    let mut chars = scheme.chars();
    let begins = chars.next().is_some_and(|first| first.is_ascii_alphabetic());
    let goes_on = chars.all(|char| char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '.'));
    (begins && goes_on).then_some(scheme)
}

fn is_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':' | b'|'] if letter.is_ascii_alphabetic())
}

fn is_normal_drive(text: &str) -> bool {
    is_drive(text) && text.ends_with(':')
}

fn starts_with_drive(path: &str) -> bool {
    is_drive(path.split(['/', '\\']).next().unwrap_or_default())
}

fn host_of(written: &str) -> Option<String> {
    if written.is_empty() {
        return Some(String::new());
    }
    let url = Url::parse(&format!("file://{written}/")).ok()?;
    Some(quirks::host(&url).to_owned())
}

fn encoded_tail(tail: &str) -> String {
    let plain = Url::parse(&format!("file:///{tail}"));
    plain.map_or_else(|_| String::new(), |url| url[url::Position::AfterPath..].to_owned())
}

/// By the path percent-encode set.
fn encoded(segment: &str) -> String {
    let mut out = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte <= b' ' || byte >= 0x7f || b"\"#<>?`{}".contains(&byte) {
            out.push_str(&format!("%{byte:02X}"));
        } else {
            out.push(char::from(byte));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn href(input: &str, base: Option<&str>) -> Option<String> {
        let base = base.map(|base| FileUrl::parse(base, None).flatten().unwrap());
        FileUrl::parse(input, base.as_ref()).expect("a file URL").map(|url| url.href())
    }

    #[rstest]
    #[case("file:////foo", None, "file:////foo")]
    #[case("file://host/C:/a/../..", None, "file://host/C:/")]
    #[case("FILE:c|\\a b?q r#f g", None, "file:///c:/a%20b?q%20r#f%20g")]
    #[case("file://localhost//a//../..//", None, "file://///")]
    #[case("C|/x", Some("file://host/D:/dir/file"), "file://host/C:/x")]
    #[case("/x", Some("file://host/D:/dir/file"), "file://host/D:/x")]
    #[case("x/%2E%2e/./y", Some("file:///a/b?q#f"), "file:///a/y")]
    #[case("", Some("file:///a/b?q#f"), "file:///a/b?q")]
    #[case("#g", Some("file:///a/b?q#f"), "file:///a/b?q#g")]
    #[case("//other//y", Some("file:///a"), "file://other//y")]
    fn file_urls_are_the_standards(#[case] input: &str, #[case] base: Option<&str>, #[case] expected: &str) {
        assert_eq!(href(input, base).as_deref(), Some(expected));
        let again = FileUrl::of_normal(expected).expect("normal");
        assert_eq!(again.href(), expected);
    }

    #[test]
    fn what_is_no_file_is_left_to_the_crate() {
        assert_eq!(FileUrl::parse("http://x/", None), None);
        assert_eq!(FileUrl::parse("/x", None), None);
        assert_eq!(FileUrl::parse("file://a b/", None), Some(None));
    }

    #[test]
    fn parts_change() {
        let mut url = FileUrl::of_normal("file:///unicorn?q#f").expect("normal");
        url.set_path("//monkey/..//");
        assert_eq!(url.href(), "file://///?q#f");
        assert!(url.change(|plain| quirks::set_search(plain, "")));
        assert!(url.change(|plain| quirks::set_host(plain, "Host").expect("a host")));
        assert_eq!(url.href(), "file://host///#f");
    }
}
