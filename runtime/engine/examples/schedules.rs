//! What a tick costs with 10,000 schedules, by how many of them are due.

#![expect(clippy::print_stdout, reason = "it is a command-line tool")]

use cronflow_engine::simulation::tick_cost;

fn main() {
    for (idle, due) in [(0, 1), (100, 1), (10_000, 1), (10_000, 10), (10_000, 100), (0, 10_000)] {
        let minutes = if due > 1_000 { 5 } else { 200 };
        let cost = tick_cost(idle, due, minutes);
        println!(
            "{idle:>6} idle, {due:>6} due: {:>10.1} us a tick, {:.2} us for each that is due",
            cost.as_secs_f64() * 1e6,
            cost.as_secs_f64() * 1e6 / due as f64
        );
    }
}
