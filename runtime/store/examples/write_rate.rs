//! Measures the writer: `cargo run --release -p cronflow-store --example write_rate [folder] [full|normal] [batch]`.
//!
//! Runs of twelve steps, many at once, in batches of 64 writes.

#![expect(clippy::print_stdout, reason = "a measuring tool prints its figures")]

use cronflow_core::id::NodeId;
use cronflow_core::storage::{StepRow, Store as _, Write};
use cronflow_store::{Durability, SqliteStore};
use cronflow_testkit::build;
use std::{
    error::Error,
    path::PathBuf,
    time::{Duration, Instant},
};

const RUNS: u32 = 20_000;
const STEPS: u32 = 12;
const AT_ONCE: u32 = 50;
const BATCH: usize = 64; // unless the command line says otherwise
const RESULT: &str = r#"{"ok":true,"chargeId":"ch_1234567890","amount":4200,"currency":"eur"}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(|| "/dev/shm".into(), PathBuf::from);
    let durability = match arguments.next().as_deref() {
        Some("full") => Durability::Full,
        _ => Durability::Normal,
    };
    let size = arguments.next().map_or(Ok(BATCH), |text| text.parse())?;
    let place = tempfile::tempdir_in(folder)?;
    let path = place.path().join("bench.db");
    let begun = Instant::now();
    let mut store = SqliteStore::open(&path, durability)?;
    println!("open (new): {:?}", begun.elapsed());
    let writes: Vec<Write> = (0..RUNS / AT_ONCE).flat_map(wave).collect();
    let mut slowest = Duration::ZERO;
    let begun = Instant::now();
    for batch in writes.chunks(size) {
        let begun = Instant::now();
        store.commit(batch)?;
        slowest = slowest.max(begun.elapsed());
    }
    report(&path, writes.len(), begun.elapsed(), slowest)?;
    drop(store);
    let begun = Instant::now();
    let store = SqliteStore::open(&path, durability)?;
    println!("open (full): {:?}", begun.elapsed());
    let begun = Instant::now();
    let found = store.reader()?.open_runs()?.len();
    println!("reader + open_runs ({found}): {:?}", begun.elapsed());
    Ok(())
}

/// Runs that go on side by side: each takes its first step, then each its second, and so on.
fn wave(number: u32) -> Vec<Write> {
    let runs = number * AT_ONCE..(number + 1) * AT_ONCE;
    let mut writes: Vec<_> = runs.clone().map(|n| Write::InsertRun(build::run(n))).collect();
    for node in 0..STEPS {
        for n in runs.clone() {
            let id = i64::from((number * STEPS + node) * AT_ONCE + n % AT_ONCE);
            writes.push(Write::InsertStep(StepRow { place: NodeId(node).into(), ..build::step(id, n) }));
            writes.push(build::complete_step(id, RESULT));
        }
    }
    writes.extend(runs.map(|n| build::complete_run(n, RESULT)));
    writes
}

fn report(path: &std::path::Path, writes: usize, took: Duration, slowest: Duration) -> Result<(), Box<dyn Error>> {
    let seconds = took.as_secs_f64();
    let wal = std::fs::metadata(format!("{}-wal", path.display()))?.len();
    println!(
        "{writes} writes in {took:?}: {:.0} writes/s, {:.2} us each, {:.0} runs/s; slowest batch {slowest:?}",
        writes as f64 / seconds,
        seconds * 1e6 / writes as f64,
        f64::from(RUNS) / seconds,
    );
    let size = std::fs::metadata(path)?.len();
    println!("database {} KiB ({} B per write), WAL {} KiB", size >> 10, size / writes as u64, wal >> 10);
    Ok(())
}
