//! Native work as a program asks for it, beside the same work in Rust, in one run:
//! `cargo test --release -p cronflow-js --lib native_speed -- --ignored --nocapture`.

use super::helpers::run_with;
use sha2::Digest as _;
use std::{hint::black_box, time::Instant};

const MEGABYTE: usize = 1 << 20;
/// A round of each kind of work; the best of them counts.
const ROUNDS: usize = 7;
/// How often cheap work is done in a round.
const MANY: usize = 1_000;

const ADDRESS: &str = "https://user@example.com:8080/a/b/../c?x=1&y=2#part";

/// Microseconds for each time that it is done.
fn native(times: usize, work: impl Fn()) -> f64 {
    let round = |_| {
        let began = Instant::now();
        (0..times).for_each(|_| work());
        began.elapsed().as_secs_f64() * 1e6 / times as f64
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

/// The same of a program; `work` may await.
fn program(times: usize, before: &str, work: &str) -> f64 {
    let body = format!(
        "{before}; let best = Infinity; for (let round = 0; round < {ROUNDS}; round++) {{ const began = performance.now(); \
         for (let i = 0; i < {times}; i++) {work}; best = Math.min(best, performance.now() - began); }} return best"
    );
    run_with(&[], "", &body).as_f64().expect("a number") * 1e3 / times as f64
}

#[test]
#[ignore = "prints figures"]
fn native_speed() {
    let bytes = vec![b'a'; MEGABYTE];
    let mixed = "héllo wörld €5, 日本語 ".repeat(40_000);
    let records = "{\"id\":1,\"name\":\"user 1\",\"tags\":[\"a\",\"b\"],\"active\":false,\"score\":1.5},".repeat(150);
    let records = format!("[{}]", records.trim_end_matches(','));
    let json = format!("const text = {}", serde_json::to_string(&records).expect("text"));
    let fill = "const bytes = new Uint8Array(1 << 20).fill(97)";
    let mix = "const bytes = new TextEncoder().encode('héllo wörld €5, 日本語 '.repeat(40_000)).slice(0, 800_000)";
    let rows = [
        (
            "new URL(text)",
            program(MANY, "", &format!("new URL('{ADDRESS}')")),
            native(MANY, || {
                black_box(url::Url::parse(black_box(ADDRESS)).is_ok());
            }),
        ),
        (
            "TextDecoder, 1 MB of ASCII",
            program(1, fill, "new TextDecoder().decode(bytes)"),
            native(1, || {
                black_box(encoding_rs::UTF_8.decode(black_box(&bytes)).0.into_owned());
            }),
        ),
        (
            "TextDecoder, 800 KB of mixed text",
            program(1, mix, "new TextDecoder().decode(bytes)"),
            native(1, || {
                black_box(encoding_rs::UTF_8.decode(black_box(&mixed.as_bytes()[..800_000])).0.into_owned());
            }),
        ),
        (
            "SHA-256 of 1 MB",
            program(1, fill, "await crypto.subtle.digest('SHA-256', bytes)"),
            native(1, || {
                black_box(sha2::Sha256::digest(black_box(&bytes)));
            }),
        ),
        (
            "JSON.parse of 10 KB (native: validated only)",
            program(20, &json, "JSON.parse(text)"),
            native(20, || {
                black_box(serde_json::from_str::<serde::de::IgnoredAny>(black_box(&records)).is_ok());
            }),
        ),
    ];
    println!("{} bytes of JSON", records.len());
    for (what, program, native) in rows {
        println!("{what:<48} program {program:>9.1} us   native {native:>9.1} us");
    }
}
