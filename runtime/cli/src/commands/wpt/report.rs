//! What came of a file, and the summary of many.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The name under which a file that did not come to its end has one more failure.
pub(super) const HARNESS: &str = "(harness)";

/// One subtest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subtest {
    pub(super) name: String,
    pub(super) status: String,
    pub(super) message: String,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileReport {
    /// The file and its variant.
    pub(super) name: String,
    pub(super) subtests: Vec<Subtest>,
}

impl FileReport {
    /// Reads the lines that the file's process has printed. `end` says how that process ended when
    /// that was not well.
    pub(super) fn read(name: String, output: &str, end: Option<String>) -> Self {
        let mut subtests = Vec::new();
        let mut harness: Option<(String, String)> = None;
        for line in output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            if line["harness"].is_string() {
                let worse = harness.take().filter(|(status, _)| status != "OK");
                harness = worse.or_else(|| Some((text("harness"), text("message"))));
            } else {
                subtests.push(Subtest { name: text("name"), status: text("status"), message: text("message") });
            }
        }
        let harness = match (harness, end) {
            (_, Some(end)) => Some(("CRASH".to_owned(), end)),
            (Some((status, message)), None) => (status != "OK").then_some((status, message)),
            (None, None) => Some(("CRASH".to_owned(), "the process ended without a word".to_owned())),
        };
        if let Some((status, message)) = harness {
            subtests.push(Subtest { name: HARNESS.to_owned(), status, message });
        }
        Self { name, subtests }
    }

    /// How many subtests passed.
    pub(super) fn passed(&self) -> usize {
        self.subtests.iter().filter(|subtest| subtest.status == "PASS").count()
    }

    /// Names of those that did not, each once, in order.
    pub(super) fn failed(&self) -> Vec<String> {
        let failed = self.subtests.iter().filter(|subtest| subtest.status != "PASS");
        let mut names: Vec<String> = failed.map(|subtest| subtest.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// One line of JSON.
    pub(super) fn to_json(&self) -> String {
        let subtests: Vec<Value> = self
            .subtests
            .iter()
            .map(|one| match one.status.as_str() {
                "PASS" => json!({"name": one.name, "status": one.status}),
                _ => json!({"name": one.name, "status": one.status, "message": one.message}),
            })
            .collect();
        json!({"file": self.name, "subtests": subtests}).to_string()
    }
}

/// Pass rates of every folder, and of the top ones with all that is in them.
pub(super) fn summary(reports: &[FileReport]) -> String {
    let mut folders: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    for report in reports {
        let path = report.name.split('?').next().unwrap_or_default();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let top = folder.split('/').next().unwrap_or_default();
        let mut keys = vec![format!("{folder}/")];
        keys.push(format!("{top}/ (all)"));
        for key in keys {
            let (files, passed, all) = folders.entry(key).or_default();
            *files += 1;
            *passed += report.passed();
            *all += report.subtests.len();
        }
    }
    let width = folders.keys().map(String::len).max().unwrap_or_default();
    let rows = folders.iter().map(|(folder, (files, passed, all))| {
        let rate = *passed as f64 * 100.0 / (*all).max(1) as f64;
        format!("{folder:width$}  {files:4} files  {passed:6} of {all:6}  {rate:6.2} %")
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "{\"name\":\"a\",\"status\":\"PASS\",\"message\":\"\"}\n{\"name\":\"b\",\"status\":\"FAIL\",\"message\":\"no\"}\n";

    #[test]
    fn a_file_that_ends_well_has_its_subtests() {
        let report = FileReport::read("f".into(), &format!("{OUTPUT}{{\"harness\":\"OK\"}}"), None);
        assert_eq!((report.passed(), report.failed()), (1, vec!["b".to_owned()]));
    }

    #[test]
    fn a_file_that_does_not_has_one_failure_more() {
        for (more, end) in [
            ("{\"harness\":\"ERROR\"}\n{\"harness\":\"OK\"}", None),
            ("", None),
            ("{\"harness\":\"OK\"}", Some("killed".into())),
        ] {
            let report = FileReport::read("f".into(), &format!("{OUTPUT}{more}"), end);
            assert_eq!((report.passed(), report.failed()), (1, vec![HARNESS.to_owned(), "b".to_owned()]));
        }
    }

    #[test]
    fn the_summary_counts_folders() {
        let report = |name: &str| FileReport::read(name.into(), &format!("{OUTPUT}{{\"harness\":\"OK\"}}"), None);
        let text = summary(&[report("a/b/c.any.js"), report("a/d.any.js?x=/y")]);
        assert!(text.contains("a/ (all)     2 files       2 of      4   50.00 %"), "{text}");
        assert!(text.contains("a/b/         1 files       1 of      2   50.00 %"), "{text}");
    }
}
