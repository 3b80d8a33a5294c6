//! Runs the simulator over many seeds: `--seeds N`, `--first S`.

#![expect(clippy::print_stdout, reason = "it is a command-line tool")]

use cronflow_engine::simulation::simulate;
use std::{process::ExitCode, time::Instant};

/// The number behind an option.
fn option(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)?.parse().ok()
}

fn main() -> ExitCode {
    let (first, count) = (option("--first").unwrap_or(0), option("--seeds").unwrap_or(10_000));
    let begin = Instant::now();
    for seed in first..first + count {
        if let Some(found) = simulate(seed) {
            println!("seed {seed}: {}", found.problem);
            println!("{}\n{}", found.case, found.trace.join("\n"));
            println!("seed {seed} failed after {} seeds", seed - first);
            return ExitCode::FAILURE;
        }
    }
    println!("{count} seeds from {first}: nothing found, {:.1} s", begin.elapsed().as_secs_f64());
    ExitCode::SUCCESS
}
