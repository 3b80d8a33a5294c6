//! `run`: serve workflow files.

use crate::{args, exit::Exit, serve, sources, telemetry, ui::diagnostic};

pub(crate) fn run(args: args::Run) -> Exit {
    telemetry::init(args.json);
    let json = args.json;
    let served = sources::expand(&args.files).and_then(|files| serve::serve(&args, &files));
    served.unwrap_or_else(|problems| {
        diagnostic::print_all(&problems, json);
        problems.first().map_or(Exit::Failure, |problem| Exit::of(problem.code))
    })
}
