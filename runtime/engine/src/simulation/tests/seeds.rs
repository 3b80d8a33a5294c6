//! The random simulation over the first seeds; the example `simulate` plays as many as one likes.

use crate::simulation::simulate;

/// As many as take a few seconds.
const SEEDS: u64 = 3_000;

#[test]
fn random_histories_keep_the_promises() {
    for seed in 0..SEEDS {
        if let Some(found) = simulate(seed) {
            panic!("seed {seed}: {}\n{}\n{}", found.problem, found.case, found.trace.join("\n"));
        }
    }
}
