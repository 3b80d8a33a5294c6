//! From the files and folders on the command line to workflow files.

use cronflow_core::error::{Code, Diagnostic};
use std::path::PathBuf;

/// Replaces folders by the workflow files in them. A file that is missing is left to the
/// compiler, which explains it.
pub(crate) fn expand(given: &[PathBuf]) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in given {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let found = cronflow_compiler::discover(path).map_err(|problem| vec![problem])?;
        if found.is_empty() {
            let message = format!("there is no workflow file in {}", path.display());
            let help = "a workflow file is a .ts or .js file that imports from 'cronflow'";
            return Err(vec![Diagnostic::new(Code::NoWorkflows, message).with_help(help)]);
        }
        files.extend(found);
    }
    // The same file by two names is one file.
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())));
    Ok(files)
}
