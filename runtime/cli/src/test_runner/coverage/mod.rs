//! `test --coverage`: what the tests of all files have gone through, for people and as files.

mod lines;
mod page;
mod workflows;

use super::{discover, protocol, report, results::FileResult};
use crate::{args, ui};
use cronflow_core::error::{Code, Diagnostic};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};
use workflows::{ASPECTS, Workflows};

/// A part of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Share {
    part: usize,
    whole: usize,
}

impl FromIterator<bool> for Share {
    fn from_iter<T: IntoIterator<Item = bool>>(all: T) -> Self {
        all.into_iter().fold(Self::default(), |share, is_in| Self {
            part: share.part + usize::from(is_in),
            whole: share.whole + 1,
        })
    }
}

impl Share {
    /// In per cent with one digit, rounded down: 100 means all.
    fn percent(self) -> f64 {
        (self.part * 1_000).checked_div(self.whole).map_or(100.0, |tenths| tenths as f64 / 10.0)
    }

    /// `5/6 83.3%`; nothing when there is nothing to go through.
    fn cell(self) -> String {
        if self.whole == 0 { "-".to_owned() } else { format!("{}/{} {}%", self.part, self.whole, self.percent()) }
    }
}

/// What the tests have gone through.
pub(super) struct Coverage {
    files: BTreeMap<String, lines::File>,
    workflows: Workflows,
    /// Test files that have not told.
    missing: Vec<PathBuf>,
}

impl Coverage {
    /// Adds up what the processes of the test files have told.
    pub(super) fn of<'a>(told: impl Iterator<Item = (&'a Path, Option<&'a protocol::Coverage>)>) -> Self {
        let mut all = Self { files: BTreeMap::new(), workflows: Workflows::default(), missing: Vec::new() };
        for (file, coverage) in told {
            match coverage {
                Some(coverage) => all.add(coverage),
                None => all.missing.push(file.to_path_buf()),
            }
        }
        all
    }

    fn add(&mut self, coverage: &protocol::Coverage) {
        // Tests that import each other are not what is tested.
        for counted in coverage.files.iter().filter(|counted| !discover::is_test(Path::new(&counted.file))) {
            self.files.entry(counted.file.clone()).or_default().add(counted);
        }
        coverage.workflows.iter().for_each(|one| self.workflows.add(one));
    }

    /// Writes the files, and says the rest.
    pub(super) fn tell(&self, args: &args::Test) -> Result<(), Diagnostic> {
        let folder = &args.coverage_dir;
        self.write(folder).map_err(|error| {
            let message = format!("the coverage cannot be written to {}: {error}", folder.display());
            Diagnostic::new(Code::UnreadableFile, message).with_help("name a folder with --coverage-dir")
        })?;
        let tables = self.tables();
        // The other reporters print what programs read.
        if !tables.is_empty() && matches!(args.reporter, report::Kind::Pretty | report::Kind::Dot) {
            ui::print(&format!("\n{tables}"));
        }
        for file in &self.missing {
            ui::tell(&format!("the coverage is without {}: it did not run to its end", file.display()));
        }
        Ok(())
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("lcov.info"), lines::lcov(&self.files))?;
        let missing: Vec<String> = self.missing.iter().map(|file| file.display().to_string()).collect();
        let json = json!({ "workflows": self.workflows.to_json(), "missing": missing });
        fs::write(folder.join("workflows.json"), format!("{json:#}\n"))?;
        fs::write(folder.join("index.html"), page::render(self))
    }

    /// What was gone through, for people.
    fn tables(&self) -> String {
        let rows = self.workflow_rows();
        let head: Vec<&str> = ["workflow", "runs"].into_iter().chain(ASPECTS.map(|(name, _)| name)).collect();
        let plain = |_, cell: &str| cell.to_owned();
        let workflows = (!rows.is_empty()).then(|| ui::table::render(&head, &rows, plain));
        let rows = self.file_rows();
        let head = ["file", "lines", "functions", "lines that did not run"];
        let files = (!rows.is_empty()).then(|| ui::table::render(&head, &rows, plain));
        let unknown = self.unknown();
        let unknown = (!unknown.is_empty()).then(|| unknown.join("\n"));
        workflows.into_iter().chain(unknown).chain(files).collect::<Vec<_>>().join("\n\n")
    }

    /// What cannot be told: bodies declare their steps when a run comes to them.
    fn unknown(&self) -> Vec<String> {
        let of_workflow = |workflow| {
            let bodies = workflows::unknown(workflow);
            let title = self.workflows.title(workflow);
            (!bodies.is_empty())
                .then(|| format!("? {title}: no run came into {}; what is in there is not known", bodies.join(", ")))
        };
        self.workflows.iter().filter_map(of_workflow).collect()
    }

    fn workflow_rows(&self) -> Vec<Vec<String>> {
        let row = |workflow| {
            let mut cells = workflows::aspects(workflow).map(|aspect| workflows::share(&aspect).cell());
            if !workflows::unknown(workflow).is_empty() {
                cells[0].push_str(" + ?");
            }
            [vec![self.workflows.title(workflow), workflow.runs.to_string()], cells.to_vec()].concat()
        };
        self.workflows.iter().map(row).collect()
    }

    fn file_rows(&self) -> Vec<Vec<String>> {
        let row = |(name, file): (&String, &lines::File)| {
            let shares = [file.share_of_lines().cell(), file.share_of_functions().cell()];
            [vec![name.clone()], shares.to_vec(), vec![file.missing()]].concat()
        };
        self.files.iter().map(row).collect()
    }
}

/// What the results of a round say.
pub(super) fn told(results: &[FileResult]) -> impl Iterator<Item = (&Path, Option<&protocol::Coverage>)> {
    results.iter().map(|result| (result.file.as_path(), result.coverage.as_ref()))
}
