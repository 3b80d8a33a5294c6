//! Real packages from npm do their main job. Needs npm and its registry; says so and passes over where there is no npm.

use crate::{
    echo,
    env::{Env, PATIENCE},
};
use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

/// Packages that do not work yet, and exactly why.
const KNOWN_FAILURES: &[(&str, &str)] = &[];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packages")
}

/// The project with everything installed; `None` where there is no npm. It is kept for the next time.
fn project() -> Option<PathBuf> {
    let manifest = fs::read_to_string(source().join("package.json")).unwrap();
    let mut hasher = DefaultHasher::new();
    manifest.hash(&mut hasher);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("packages-{:016x}", hasher.finish()));
    let done = folder.join("installed");
    if !done.exists() {
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("package.json"), manifest).unwrap();
        let mut npm = Command::new("npm");
        npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
        let output = npm.stdin(Stdio::null()).output().ok()?;
        assert!(output.status.success(), "npm install failed: {}", String::from_utf8_lossy(&output.stderr));
        fs::write(done, "").unwrap();
    }
    Some(folder)
}

/// A job is a module that throws when the package does not work; a workflow makes it a program.
fn prepare(project: &Path) -> Vec<String> {
    let mut jobs = Vec::new();
    fs::write(project.join(".env"), format!("JOB_SERVER={}\n", echo::serve())).unwrap();
    for entry in fs::read_dir(source().join("jobs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let job = fs::read_to_string(&path).unwrap();
        let define =
            "\nimport { cronflow } from 'cronflow';\ncronflow.define({ id: 'job' }).step('done', () => null);\n";
        fs::write(project.join(format!("{name}.ts")), job + define).unwrap();
        jobs.push(name);
    }
    jobs.sort();
    jobs
}

#[test]
fn packages_do_their_main_job() {
    let Some(project) = project() else {
        println!("passed over: npm is not installed");
        return;
    };
    let started = Instant::now();
    let jobs = prepare(&project);
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(name) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let file = format!("{name}.ts");
                    let output = Env::new().command(&["check", &file]).current_dir(&project).output().unwrap();
                    if !output.status.success() {
                        let text = String::from_utf8_lossy(&output.stderr).into_owned();
                        failures.lock().unwrap().push((name.clone(), text));
                    }
                }
            });
        }
    });
    println!("{} packages in {:?}", jobs.len(), started.elapsed());
    let failures = failures.into_inner().unwrap();
    let is_known = |name: &str| KNOWN_FAILURES.iter().any(|(known, _)| *known == name);
    for (name, text) in &failures {
        assert!(is_known(name), "{name}:\n{text}");
    }
    for (name, why) in KNOWN_FAILURES {
        assert!(
            failures.iter().any(|(failed, _)| failed == name),
            "{name} works now, take it off the list; it did not: {why}"
        );
    }
    assert!(started.elapsed() < PATIENCE * 2);
}
