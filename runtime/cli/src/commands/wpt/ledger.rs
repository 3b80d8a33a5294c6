//! The ledger: for each file how many subtests pass, and the names of those that are known to fail.
//! One JSON file for each top folder of the suite.

use super::report::FileReport;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::Path};

/// What is expected of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Expected {
    passed: usize,
    failed: Vec<String>,
}

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    files: BTreeMap<String, Expected>,
}

impl Ledger {
    /// Reads all files of a folder; an empty ledger when there is no folder.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let mut ledger = Self::default();
        let Ok(entries) = fs::read_dir(folder) else { return Ok(ledger) };
        for entry in
            entries.filter_map(Result::ok).filter(|entry| entry.path().extension().is_some_and(|it| it == "json"))
        {
            let wrong = |why: String| format!("{}: {why}", entry.path().display());
            let text = fs::read_to_string(entry.path()).map_err(|error| wrong(error.to_string()))?;
            let value: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
            let files = value.as_object().ok_or_else(|| wrong("not an object".to_owned()))?;
            for (name, expected) in files {
                let names = expected["fail"].as_array().map(Vec::as_slice).unwrap_or_default();
                let failed = names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
                let passed = expected["pass"].as_u64().ok_or_else(|| wrong(format!("{name} has no count 'pass'")))?;
                ledger.files.insert(name.clone(), Expected { passed: passed as usize, failed });
            }
        }
        Ok(ledger)
    }

    /// Takes over what the files that ran have shown.
    pub(super) fn take(&mut self, reports: &[FileReport]) {
        for report in reports {
            let expected = Expected { passed: report.passed(), failed: report.failed() };
            self.files.insert(report.name.clone(), expected);
        }
    }

    /// Writes it, a line for each file that passes.
    pub(super) fn write(&self, folder: &Path) -> Result<(), String> {
        let wrong = |error: &dyn std::fmt::Display| format!("{} cannot be written: {error}", folder.display());
        fs::create_dir_all(folder).map_err(|error| wrong(&error))?;
        let mut tops: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, expected) in &self.files {
            let top = name.split('/').next().unwrap_or_default();
            tops.entry(top).or_default().push(line(name, expected).map_err(|error| wrong(&error))?);
        }
        for (top, lines) in tops {
            let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
            fs::write(folder.join(format!("{top}.json")), text).map_err(|error| wrong(&error))?;
        }
        Ok(())
    }

    /// What is not as it is written here.
    pub(super) fn compare(&self, reports: &[FileReport]) -> Vec<String> {
        reports.iter().flat_map(|report| self.differences(report)).collect()
    }

    fn differences(&self, report: &FileReport) -> Vec<String> {
        let Some(expected) = self.files.get(&report.name) else {
            return vec![format!("not in the ledger: {}", report.name)];
        };
        let known = &expected.failed;
        let failed = report.failed();
        let mut found = Vec::new();
        for name in failed.iter().filter(|name| !known.contains(name)) {
            let message = report.subtests.iter().find(|one| one.name == *name && one.status != "PASS");
            let message = message.map(|one| format!("{} {}", one.status, one.message)).unwrap_or_default();
            found.push(format!("new failure: {}: {name}: {message}", report.name));
        }
        for name in known.iter().filter(|name| !failed.contains(name)) {
            let runs = report.subtests.iter().any(|one| one.name == **name) || name == super::report::HARNESS;
            let what = if runs { "unexpected pass" } else { "expected failure that is gone" };
            found.push(format!("{what}: {}: {name}", report.name));
        }
        if found.is_empty() && expected.passed != report.passed() {
            let (now, before) = (report.passed(), expected.passed);
            found.push(format!("another number of subtests: {}: {now} pass, {before} in the ledger", report.name));
        }
        found
    }
}

fn line(name: &str, expected: &Expected) -> serde_json::Result<String> {
    let name = serde_json::to_string(name)?;
    if expected.failed.is_empty() {
        return Ok(format!("  {name}: {}", json!({"pass": expected.passed})));
    }
    let failed: Vec<String> = expected.failed.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    Ok(format!("  {name}: {{\"pass\":{},\"fail\":[\n    {}\n  ]}}", expected.passed, failed.join(",\n    ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn report(results: &[(&str, &str)]) -> FileReport {
        let line = |(name, status): &(&str, &str)| json!({"name": name, "status": status}).to_string();
        let lines: Vec<_> = results.iter().map(line).collect();
        FileReport::read("a/x.any.js".into(), &format!("{}\n{{\"harness\":\"OK\"}}", lines.join("\n")), None)
    }

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.take(&[report(&[("a", "PASS"), ("b", "FAIL")])]);
        ledger
    }

    #[rstest]
    #[case::same(&[("a", "PASS"), ("b", "TIMEOUT")], None)]
    #[case::worse(&[("a", "FAIL"), ("b", "FAIL")], Some("new failure: a/x.any.js: a"))]
    #[case::better(&[("a", "PASS"), ("b", "PASS")], Some("unexpected pass: a/x.any.js: b"))]
    #[case::gone(&[("a", "PASS")], Some("expected failure that is gone: a/x.any.js: b"))]
    #[case::fewer(&[("b", "FAIL")], Some("another number of subtests: a/x.any.js: 0 pass, 1 in the ledger"))]
    fn every_difference_is_told(#[case] results: &[(&str, &str)], #[case] expected: Option<&str>) {
        let found = ledger().compare(&[report(results)]);
        match expected {
            Some(start) => assert!(found.len() == 1 && found[0].starts_with(start), "{found:?}"),
            None => assert_eq!(found, Vec::<String>::new()),
        }
    }

    #[test]
    fn a_file_that_nobody_knows_is_a_difference() {
        assert_eq!(Ledger::default().compare(&[report(&[])]), ["not in the ledger: a/x.any.js"]);
    }

    #[test]
    fn it_reads_what_it_writes() {
        let folder = tempfile::tempdir().unwrap();
        let written = ledger();
        written.write(folder.path()).unwrap();
        assert_eq!(Ledger::read(folder.path()).unwrap().files, written.files);
    }
}
