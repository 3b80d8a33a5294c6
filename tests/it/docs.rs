//! The examples in the documentation: all are valid, and those that state an output give it.

use crate::env::{Env, stderr};
use serde_json::Value;
use std::{fs, path::Path};

/// The TypeScript blocks of a page.
fn blocks(page: &str) -> Vec<String> {
    let parts = page.split("```ts\n").skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

fn line_after<'a>(block: &'a str, mark: &str) -> Option<&'a str> {
    block.lines().find_map(|line| line.strip_prefix(mark)).map(str::trim)
}

#[test]
fn every_example_is_valid_and_gives_its_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<_> = fs::read_dir(root.join("docs/guide")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.push(root.join("README.md"));
    let mut ran = 0;
    for page in pages {
        for block in blocks(&fs::read_to_string(&page).unwrap()) {
            let env = Env::with(&block);
            let Some(expected) = line_after(&block, "// output:") else {
                let checked = env.run(&["check", "workflow.ts"]);
                assert!(checked.status.success(), "{}:\n{block}\n{}", page.display(), stderr(&checked));
                continue;
            };
            // The workflow that is defined last is the one that is shown.
            let id = block.rsplit("define({ id: '").next().unwrap().split('\'').next().unwrap();
            let server = env.serve();
            let run = server.ended(&server.trigger(id, line_after(&block, "// payload:").unwrap_or("null")));
            assert_eq!(run["output"], serde_json::from_str::<Value>(expected).unwrap(), "{block}\n{run:#}");
            ran += 1;
        }
    }
    assert!(ran >= 7, "only {ran} examples ran");
}
