//! Text inside of HTML and XML.

/// With the characters that mean something there written as entities, for content and for attributes in quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML cannot say them, and nobody could see them.
            c if c.is_control() && !matches!(c, '\t' | '\n') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_leaves_its_place() {
        assert_eq!(
            super::escaped("<a href=\"x\">'&'\u{0}\u{1b}\n\té"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;\n\té"
        );
    }
}
