//! Lines and functions of the project's files: counters of several test files added up, and written as lcov.

use super::Share;
use crate::test_runner::protocol::Counted;
use serde::Deserialize;
use std::{collections::BTreeMap, fmt::Write as _};

/// What counters stand for, as the compiler writes it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
struct Points {
    /// Line and counter.
    lines: Vec<(u32, usize)>,
    /// Name, line and counter.
    functions: Vec<(String, u32, usize)>,
}

/// One file.
#[derive(Debug, Default, Clone)]
pub(super) struct File {
    points: Points,
    counts: Vec<u64>,
}

impl File {
    /// Adds what was counted in one process.
    pub(super) fn add(&mut self, counted: &Counted) {
        // The text is the compiler's own.
        let points: Points = serde_json::from_str(&counted.points).unwrap_or_default();
        if points != self.points {
            // The file was changed meanwhile: the older counts are about another text.
            *self = Self { points, counts: Vec::new() };
        }
        if self.counts.len() < counted.counts.len() {
            self.counts.resize(counted.counts.len(), 0);
        }
        for (sum, count) in self.counts.iter_mut().zip(&counted.counts) {
            *sum = sum.saturating_add(*count);
        }
    }

    fn count(&self, counter: usize) -> u64 {
        self.counts.get(counter).copied().unwrap_or_default()
    }

    /// How often each line ran: as often as what ran most often of that which begins on it.
    fn lines(&self) -> BTreeMap<u32, u64> {
        let mut lines = BTreeMap::new();
        for (line, counter) in &self.points.lines {
            let count = lines.entry(*line).or_insert(0);
            *count = self.count(*counter).max(*count);
        }
        lines
    }

    pub(super) fn share_of_lines(&self) -> Share {
        self.lines().values().map(|count| *count > 0).collect()
    }

    pub(super) fn share_of_functions(&self) -> Share {
        self.points.functions.iter().map(|(.., counter)| self.count(*counter) > 0).collect()
    }

    /// Lines that never ran: `3, 7-9`.
    pub(super) fn missing(&self) -> String {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        let mut goes_on = false;
        for (line, count) in self.lines() {
            match ranges.last_mut() {
                // Lines without statements between two that are missing do not part them.
                Some(range) if count == 0 && goes_on => range.1 = line,
                _ if count == 0 => ranges.push((line, line)),
                _ => {}
            }
            goes_on = count == 0;
        }
        let texts = ranges.iter().map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") });
        texts.collect::<Vec<_>>().join(", ")
    }

    /// The file's record in the format of lcov.
    fn record(&self, name: &str, out: &mut String) {
        let _ = writeln!(out, "TN:\nSF:{name}");
        for (function, line, _) in &self.points.functions {
            let _ = writeln!(out, "FN:{line},{function}");
        }
        for (function, _, counter) in &self.points.functions {
            let _ = writeln!(out, "FNDA:{},{function}", self.count(*counter));
        }
        let functions = self.share_of_functions();
        let _ = writeln!(out, "FNF:{}\nFNH:{}", functions.whole, functions.part);
        for (line, count) in self.lines() {
            let _ = writeln!(out, "DA:{line},{count}");
        }
        let lines = self.share_of_lines();
        let _ = writeln!(out, "LF:{}\nLH:{}\nend_of_record", lines.whole, lines.part);
    }
}

/// All files in the format of lcov.
pub(super) fn lcov(files: &BTreeMap<String, File>) -> String {
    let mut out = String::new();
    files.iter().for_each(|(name, file)| file.record(name, &mut out));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(lines: &str, counts: &[u64]) -> Counted {
        let points = format!(r#"{{"lines":{lines},"functions":[["f",2,1]]}}"#);
        Counted { file: "a.ts".to_owned(), points, counts: counts.to_vec() }
    }

    #[test]
    fn counts_of_processes_are_added() {
        let mut file = File::default();
        file.add(&counted("[[1,0],[2,1],[2,2]]", &[1, 0, 3]));
        file.add(&counted("[[1,0],[2,1],[2,2]]", &[1, 2, 0]));
        let text = lcov(&BTreeMap::from([("a.ts".to_owned(), file)]));
        let expected = "TN:\nSF:a.ts\nFN:2,f\nFNDA:2,f\nFNF:1\nFNH:1\nDA:1,2\nDA:2,3\nLF:2\nLH:2\nend_of_record\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn another_text_begins_anew() {
        let mut file = File::default();
        file.add(&counted("[[1,0]]", &[9]));
        file.add(&counted("[[5,0]]", &[1]));
        assert_eq!(file.lines(), BTreeMap::from([(5, 1)]));
    }

    #[test]
    fn missing_lines_are_ranges() {
        let mut file = File::default();
        file.add(&counted("[[1,0],[3,0],[4,1],[6,0],[9,1],[12,0]]", &[0, 1]));
        assert_eq!(file.missing(), "1-3, 6, 12");
    }
}
