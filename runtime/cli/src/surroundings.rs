//! What workflow code may reach: from the flags, the project, and the `.env` file beside the workflow.

use crate::{args::Allow, dotenv};
use cronflow_core::{
    error::{Code, Diagnostic},
    permissions::{Grant, Permissions},
};
use cronflow_js::Surroundings;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// Variables that say how a program runs and nothing about the machine or its secrets.
const OPEN_VARIABLES: [&str; 2] = ["NODE_ENV", "TZ"];

/// The surroundings of programs with these entry files.
pub(crate) fn of(files: &[PathBuf], allow: &Allow) -> Result<Surroundings, Vec<Diagnostic>> {
    let files: Vec<PathBuf> = files.iter().filter_map(|file| file.canonicalize().ok()).collect();
    let projects: BTreeSet<PathBuf> = files.iter().map(|file| cronflow_compiler::project_root(file)).collect();
    let folders: BTreeSet<&Path> = files.iter().filter_map(|file| file.parent()).collect();
    let mut variables = BTreeMap::new();
    for folder in folders {
        read_variables(&folder.join(".env"), &mut variables).map_err(|problem| vec![problem])?;
    }
    let mut seen = names(allow.allow_env.as_deref());
    if let Grant::Only(names) = &mut seen {
        names.extend(OPEN_VARIABLES.map(str::to_owned));
    }
    let permissions = Permissions {
        read: paths(allow.allow_read.as_deref(), &projects),
        write: paths(allow.allow_write.as_deref(), &projects),
        env: seen,
        net: hosts(allow.allow_net.as_deref()),
        run: names(allow.allow_run.as_deref()),
    };
    Ok(Surroundings { permissions, variables })
}

fn names(given: Option<&[String]>) -> Grant<String> {
    match given {
        Some(names) if names.iter().any(|name| name == "*") => Grant::All,
        Some(names) => Grant::Only(names.to_vec()),
        None => Grant::default(),
    }
}

/// The network is open unless it is closed.
fn hosts(given: Option<&[String]>) -> Grant<String> {
    match given {
        None => Grant::All,
        // A name that no host has.
        Some([none]) if none == "none" => Grant::default(),
        Some(_) => names(given),
    }
}

/// The project, and what was allowed besides, with links followed.
fn paths(given: Option<&[String]>, projects: &BTreeSet<PathBuf>) -> Grant<PathBuf> {
    match names(given) {
        Grant::All => Grant::All,
        Grant::Only(given) => {
            let real = |path: &String| std::path::absolute(path).map(|path| path.canonicalize().unwrap_or(path));
            let given = given.iter().filter_map(|path| real(path).ok());
            Grant::Only(projects.iter().cloned().chain(given).collect())
        }
    }
}

/// Adds the variables of a `.env` file; the first file that has one decides. A missing file is fine.
fn read_variables(path: &Path, variables: &mut BTreeMap<String, String>) -> Result<(), Diagnostic> {
    if !path.is_file() {
        return Ok(());
    }
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Diagnostic::new(Code::UnreadableFile, format!("cannot read {shown}: {error}")))?;
    let found = dotenv::parse(&text).map_err(|line| {
        Diagnostic::new(Code::UnreadableFile, format!("line {line} of {shown} is no variable"))
            .with_help("a line is NAME=value, or a comment that begins with #")
    })?;
    for (name, value) in found {
        variables.entry(name).or_insert(value);
    }
    Ok(())
}
