//! Looks for a seed that breaks something, and for the smallest case that breaks it still.

use super::{case::Case, chaos::Chaos};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Tries at making a case smaller.
const PATIENCE: usize = 1_000;

/// What a seed has found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The seed.
    pub seed: u64,
    /// What is wrong, in the smallest case.
    pub problem: String,
    /// The smallest case.
    pub case: String,
    /// What happened in it.
    pub trace: Vec<String>,
}

/// Plays the case of a seed; when it finds something, the smallest case that does.
#[must_use]
pub fn simulate(seed: u64) -> Option<Found> {
    let case = Case::of(seed);
    let first = play(&case)?;
    let (case, (problem, trace)) = shrink(case, first);
    let plans: Vec<String> =
        case.plans.iter().map(|plan| format!("{} {} {:?}", plan.id, plan.fields, plan.items)).collect();
    let text = format!("{:?}\n{:?}\n{}", case.faults, case.stimuli, plans.join("\n"));
    Some(Found { seed, problem, case: text, trace })
}

type Problem = (String, Vec<String>);

fn play(case: &Case) -> Option<Problem> {
    let mut chaos = Chaos::new(case);
    let verdict = catch_unwind(AssertUnwindSafe(|| chaos.play()));
    let problem = match verdict {
        Ok(Ok(())) => return None,
        Ok(Err(problem)) => problem,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            format!("a panic: {}", text.unwrap_or_default())
        }
    };
    Some((problem, chaos.trace))
}

fn shrink(mut case: Case, mut problem: Problem) -> (Case, Problem) {
    let mut left = PATIENCE;
    'again: loop {
        for smaller in case.smaller() {
            if left == 0 {
                return (case, problem);
            }
            left -= 1;
            if let Some(still) = play(&smaller) {
                (case, problem) = (smaller, still);
                continue 'again;
            }
        }
        return (case, problem);
    }
}
