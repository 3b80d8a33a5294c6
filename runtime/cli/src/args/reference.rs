//! The reference page of the command line, out of the program's own help.

use super::Args;
use clap::{Command, CommandFactory as _};
use std::{fmt::Write as _, fs, path::Path};

/// Width of the help on the page.
const WIDTH: usize = 100;
const HEAD: &str = "\
# Command line

This page is the program's own `--help`. Standard output is data, everything else goes to standard error. With `--json`
data is one JSON value (`runs export` and `runs watch`: one a line). `NO_COLOR` turns colours off; where nobody sees
them there are none.

Commands that read find their server by `--url`, `CRONFLOW_URL`, or `url` in the nearest `cronflow.toml`, else at
`http://127.0.0.1:3000`. When none answers and none was named, they read the database: `--db`, `CRONFLOW_DB_PATH`, `db` in
`cronflow.toml`, else `.cronflow/data.db`. A flag comes before both variables, and `CRONFLOW_URL` before `CRONFLOW_DB_PATH`.
Commands that change something need a server, except for `token`. The token for a server is in `CRONFLOW_TOKEN`, or in the
file that `token_file` in `cronflow.toml` names.

Exit codes: 0 it worked; 1 it did not, or the run that was waited for failed; 2 wrong usage; 3 a workflow file or a setting is
wrong; 5 the engine or its database; 130 and 143 stopped by a signal.
";

fn add(page: &mut String, command: &mut Command, name: &str, depth: usize) {
    let quiet = command.clone().mut_args(|arg| arg.hide_env_values(true));
    let mut own = quiet.term_width(WIDTH).bin_name(name).disable_help_subcommand(true);
    let help = own.render_long_help().to_string();
    let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    let _ = write!(page, "\n{} {name}\n\n```text\n{}\n```\n", "#".repeat(depth), help.join("\n"));
    for inner in command.get_subcommands_mut().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help") {
        let full = format!("{name} {}", inner.get_name());
        add(page, inner, &full, (depth + 1).min(3));
    }
}

#[test]
fn the_reference_is_the_help() {
    let mut page = HEAD.to_owned();
    add(&mut page, &mut Args::command(), "cronflow-rt", 2);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/cli.md");
    if std::env::var_os("CRONFLOW_UPDATE_DOCS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    let differs = page.lines().zip(written.lines()).find(|(now, then)| now != then);
    assert!(page == written, "docs/reference/cli.md is old, CRONFLOW_UPDATE_DOCS=1 writes it; {differs:?}");
}
