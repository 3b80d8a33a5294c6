//! Style as a test: who may import whom, every file says what it owns, no file grows too long,
//! no marks of unfinished work.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// No source file may be longer.
const MAX_LINES: usize = 1_000;

/// Crate -> the crates of ours that it may depend on (`dev` adds the testkit).
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("store", &["core"]),
    ("compiler", &["core"]),
    ("services", &["core"]),
    ("js", &["core", "compiler", "services"]),
    ("engine", &["core"]),
    ("server", &["core", "engine"]),
    ("testkit", &["core"]),
    ("cli", &["core", "store", "compiler", "services", "js", "engine", "server"]),
];

/// Heavy libraries belong to one crate each.
const ONLY_IN: &[(&str, &str)] =
    &[("swc_core", "compiler"), ("boa_engine", "js"), ("rusqlite", "store"), ("hyper", "server")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Normal dependencies by crate. Optional ones are for features that only tests use.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let normal = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|one| one["kind"].is_null() && one["optional"] == false)
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    packages.iter().map(|package| (package["name"].as_str().unwrap().to_owned(), normal(package))).collect()
}

#[test]
fn crates_import_only_what_the_layout_allows() {
    let mut wrong = Vec::new();
    for (name, imports) in dependencies() {
        let Some(short) = name.strip_prefix("cronflow-").filter(|short| *short != "rt") else { continue };
        let rule = MAY_IMPORT.iter().find(|(krate, _)| *krate == short);
        let Some((_, allowed)) = rule else {
            wrong.push(format!("{name} has no rule in tests/tidy.rs"));
            continue;
        };
        for import in imports.iter().filter_map(|import| import.strip_prefix("cronflow-")) {
            if !allowed.contains(&import) {
                wrong.push(format!("{short} must not import {import}"));
            }
        }
        for (library, owner) in ONLY_IN {
            if imports.contains(*library) && short != *owner {
                wrong.push(format!("{short} must not use {library}: that is {owner}'s"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Source files of ours below the given folders.
fn sources(folders: &[&str], endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().map(Result::unwrap) {
            let path = entry.path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("target") {
                left.push(path);
            } else if endings.contains(&ending.as_str()) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_file_says_what_it_owns() {
    let starts = |path: &PathBuf, sign: &str| fs::read_to_string(path).unwrap().starts_with(sign);
    let rust = sources(&["runtime", "tests"], &["rs"]);
    let script = sources(&["stdlib", "examples"], &["ts"]);
    assert!(rust.len() > 50 && !script.is_empty());
    let silent = rust.iter().filter(|path| !starts(path, "//! "));
    let silent = silent.chain(script.iter().filter(|path| !starts(path, "//")));
    let names: Vec<_> = silent.map(|path| path.display().to_string()).collect();
    assert!(names.is_empty(), "the first line must say what the file owns:\n{}", names.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<_> = sources(&["runtime", "stdlib", "tests", "examples"], &["rs", "ts", "js", "sql"])
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > MAX_LINES)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn nothing_is_left_unfinished() {
    let marks = [
        concat!("to", "do!("),
        concat!("unimplemen", "ted!("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
    ];
    let mut found = Vec::new();
    for path in sources(&["runtime", "stdlib", "tests", "examples", "sdk-types"], &["rs", "ts", "sql"]) {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                found.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// `core` decides and nothing else: whatever it needs of the world arrives as a value.
#[test]
fn core_is_pure() {
    let impure = [
        "std::fs",
        "std::env",
        "TcpStream",
        "TcpListener",
        "std::thread",
        "SystemTime",
        "Instant::now",
        "Utc::now",
        "Local::now",
    ];
    for path in sources(&["runtime/core/src"], &["rs"]) {
        let text = fs::read_to_string(&path).unwrap();
        let found: Vec<_> = impure.iter().filter(|what| text.contains(**what)).collect();
        assert!(found.is_empty(), "{} uses {found:?}", path.display());
    }
}

/// Every error code has a page that says what to do.
#[test]
fn every_error_code_has_a_page() {
    let source = fs::read_to_string(root().join("runtime/core/src/error.rs")).unwrap();
    let mut codes = 0;
    for line in source.lines().map(str::trim).filter(|line| line.contains("= \"CF")) {
        let mut quoted = line.split('"').skip(1).step_by(2);
        let (code, title) = (quoted.next().unwrap(), quoted.next().unwrap());
        let page = fs::read_to_string(root().join(format!("docs/errors/{code}.md"))).unwrap_or_default();
        assert!(page.starts_with(&format!("# {code}: {title}\n")), "docs/errors/{code}.md");
        assert!(page.contains("## What to do"), "docs/errors/{code}.md");
        codes += 1;
    }
    assert!(codes > 20);
}
