//! Snapshot files beside the tests, and snapshots inside their source.

use super::{protocol::Inline, results::FileResult};
use cronflow_compiler::{digest, digest_of};
use cronflow_core::id::Digest;
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// The calls whose last argument is a snapshot.
const CALLS: [&str; 2] = ["toMatchInlineSnapshot(", "toThrowErrorMatchingInlineSnapshot("];

/// `dir/__snapshots__/x.test.ts.snap`.
fn path_of(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".snap");
    file.parent().unwrap_or(Path::new("")).join("__snapshots__").join(name)
}

/// The snapshot file of a test file.
pub(super) fn read(file: &Path) -> Option<String> {
    fs::read_to_string(path_of(file)).ok()
}

/// Writes what changed. A failure is told: the tests themselves have run.
pub(super) fn write(result: &mut FileResult) {
    let path = path_of(&result.file);
    let written = match &result.snapshots.text {
        None => Ok(()),
        Some(None) => fs::remove_file(&path),
        Some(Some(text)) => write_file(&path, text),
    };
    if let Err(error) = written.and_then(|()| write_inline(&result.snapshots.inline, &mut result.sources)) {
        crate::ui::tell(&format!("the snapshots of {} cannot be written: {error}", result.file.display()));
    }
}

fn write_file(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
    fs::write(path, text)
}

/// Puts snapshots into sources, which then count as what the tests were compiled from.
fn write_inline(all: &[Inline], sources: &mut BTreeMap<PathBuf, Option<Digest>>) -> io::Result<()> {
    let mut by_file: BTreeMap<&str, Vec<&Inline>> = BTreeMap::new();
    for one in all {
        by_file.entry(&one.file).or_default().push(one);
    }
    for (file, mut inlines) in by_file {
        let path = fs::canonicalize(file)?;
        if sources.get(&path).is_some_and(|compiled| digest_of(&path) != *compiled) {
            return Err(io::Error::other(format!("{file} has changed while its tests ran")));
        }
        let before = fs::read_to_string(&path)?;
        let mut text = before.clone();
        // From the end on, so that the places before stay right.
        inlines.sort_by_key(|one| (one.line, one.column));
        inlines.dedup_by_key(|one| (one.line, one.column));
        for one in inlines.into_iter().rev() {
            text = put(&text, one).ok_or_else(|| {
                io::Error::other(format!("no call of toMatchInlineSnapshot() is at line {} of {file}", one.line))
            })?;
        }
        if text != before {
            fs::write(&path, &text)?;
            sources.insert(path, Some(digest(&text)));
        }
    }
    Ok(())
}

/// The source with one snapshot in its place.
fn put(source: &str, one: &Inline) -> Option<String> {
    let index = usize::try_from(one.line).ok()?.checked_sub(1)?;
    let start: usize = source.split_inclusive('\n').take(index).map(str::len).sum();
    let line = source.split_inclusive('\n').nth(index)?;
    let column = usize::try_from(one.column).ok()?.saturating_sub(1);
    let place = start + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    let opens = |call: &&str| {
        let mut from = start;
        while let Some(found) = source.get(from..)?.find(*call) {
            let open = from + found + call.len();
            if open >= place {
                return Some(open);
            }
            from = open;
        }
        None
    };
    let open = CALLS.iter().filter_map(opens).min()?;
    let (end, literal) = arguments(source.get(open..)?)?;
    let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    let snapshot = literal_of(&one.text, &indent);
    let inside = &source[open..open + end];
    let arguments = match literal {
        Some((from, to)) => format!("{}{snapshot}{}", &inside[..from], &inside[to..]),
        None if inside.trim().is_empty() => snapshot,
        None => format!("{}, {snapshot}", inside.trim_end().trim_end_matches(',')),
    };
    Some(format!("{}{arguments}{}", &source[..open], &source[open + end..]))
}

/// Where the arguments end, and the text literal that is the last of them at the outermost level.
fn arguments(text: &str) -> Option<(usize, Option<(usize, usize)>)> {
    let (mut depth, mut literal) = (0_usize, None);
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' | '"' | '`' => loop {
                match chars.next()? {
                    (_, '\\') => drop(chars.next()),
                    (end, close) if close == c => {
                        if depth == 0 {
                            literal = Some((at, end + 1));
                        }
                        break;
                    }
                    _ => {}
                }
            },
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => return Some((at, literal)),
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn literal_of(text: &str, indent: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${");
    if !escaped.contains('\n') {
        return format!("`{escaped}`");
    }
    let step = if indent.contains('\t') { "\t" } else { "  " };
    let lines: Vec<String> = escaped
        .split('\n')
        .map(|line| if line.is_empty() { String::new() } else { format!("{indent}{step}{line}") })
        .collect();
    format!("`\n{}\n{indent}`", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("expect(a).toMatchInlineSnapshot();", "1", "expect(a).toMatchInlineSnapshot(`1`);")]
    #[case("  expect(f(')')).toMatchInlineSnapshot(`old`);", "new", "  expect(f(')')).toMatchInlineSnapshot(`new`);")]
    #[case("x.toMatchInlineSnapshot({ a: any('b') });", "1", "x.toMatchInlineSnapshot({ a: any('b') }, `1`);")]
    #[case("  x.toMatchInlineSnapshot();", "{\n  1,\n}", "  x.toMatchInlineSnapshot(`\n    {\n      1,\n    }\n  `);")]
    #[case("\tx.toMatchInlineSnapshot();", "\"a\n\"", "\tx.toMatchInlineSnapshot(`\n\t\t\"a\n\t\t\"\n\t`);")]
    #[case("x.toMatchInlineSnapshot();", "`${a}\\", "x.toMatchInlineSnapshot(`\\`\\${a}\\\\`);")]
    fn snapshots_go_into_the_source(#[case] source: &str, #[case] text: &str, #[case] expected: &str) {
        let inline = Inline { file: String::new(), line: 1, column: 1, text: text.to_owned() };
        assert_eq!(put(source, &inline).as_deref(), Some(expected));
    }
}
