//! `build`: packs a workflow file with everything that it imports into one archive.

use crate::{exit::Exit, program, telemetry, ui};
use cronflow_core::error::{Code, Diagnostic};
use std::path::{Path, PathBuf};

pub(crate) fn build(file: &Path, output: Option<PathBuf>) -> Exit {
    telemetry::init(false);
    let output = output.unwrap_or_else(|| file.with_extension("cfar"));
    match pack(file, &output) {
        Ok(line) => {
            ui::print(&line);
            Exit::Ok
        }
        Err(problems) => {
            ui::diagnostic::print_all(&problems, false);
            problems.first().map_or(Exit::Failure, |problem| Exit::of(problem.code))
        }
    }
}

fn pack(file: &Path, output: &Path) -> Result<String, Vec<Diagnostic>> {
    let archives = program::compile(&[file.to_path_buf()])?;
    let Some(archive) = archives.first() else { return Err(Vec::new()) };
    let bytes = cronflow_compiler::pack(archive).map_err(|problem| vec![problem])?;
    let size = bytes.len();
    write_whole(output, &bytes).map_err(|error| {
        let message = format!("cannot write {}: {error}", output.display());
        vec![Diagnostic::new(Code::UnreadableFile, message).with_help("name a place that you may write: -o app.cfar")]
    })?;
    let (modules, kib) = (archive.modules.len(), size.div_ceil(1024));
    Ok(format!("{}: {modules} modules, {kib} KiB, {}", output.display(), archive.digest()))
}

/// Nobody ever sees half an archive.
fn write_whole(output: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let aside = output.with_extension(format!("cfar.{}", std::process::id()));
    let moved = std::fs::write(&aside, bytes).and_then(|()| std::fs::rename(&aside, output));
    if moved.is_err() {
        let _ = std::fs::remove_file(&aside);
    }
    moved
}
