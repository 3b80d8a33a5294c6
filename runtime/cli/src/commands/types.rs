//! `types`: writes the declarations for editors and `tsc` beside a project's workflows.

use crate::{exit::Exit, telemetry, ui};
use cronflow_core::error::{Code, Diagnostic};
use serde_json::{Value, json};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

macro_rules! declarations {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../../sdk-types/", $name))),)*]
    };
}

/// The declarations, in the folder that is ours.
const FILES: &[(&str, &str)] = declarations! {
    "context.d.ts" "engine.d.ts" "errors.d.ts" "express.d.ts" "flow.d.ts" "globals.d.ts" "helpers.d.ts" "index.d.ts" "options.d.ts" "schema.d.ts"
    "sdk.d.ts" "services.d.ts" "testing.d.ts" "webhook.d.ts" "workflow.d.ts" "zod.d.ts"
};
/// For projects without `@types/node`.
const NODE: (&str, &str) = ("node.d.ts", include_str!("../../../../sdk-types/node.d.ts"));
/// The folder, beside the workflows.
const FOLDER: &str = ".cronflow/types";

pub(crate) fn types(folder: &Path) -> Exit {
    telemetry::init(false);
    match write(folder) {
        Ok(lines) => {
            lines.iter().for_each(|line| ui::print(line));
            Exit::Ok
        }
        Err((path, error)) => super::fail(
            &Diagnostic::new(Code::UnreadableFile, format!("cannot write {}: {error}", path.display()))
                .with_help("name a folder that you may write: cronflow-rt types DIR"),
        ),
    }
}

fn write(folder: &Path) -> Result<Vec<String>, (PathBuf, io::Error)> {
    let own = folder.join(FOLDER);
    let put = |path: PathBuf, text: &str| fs::write(&path, text).map_err(|error| (path, error));
    if !folder.is_dir() {
        return Err((folder.to_path_buf(), io::Error::new(io::ErrorKind::NotFound, "there is no such folder")));
    }
    fs::create_dir_all(&own).map_err(|error| (own.clone(), error))?;
    for (name, text) in FILES {
        put(own.join(name), text)?;
    }
    let has_node = has_package(folder, "@types/node");
    if has_node {
        // One from before the package was installed would be in the way of it.
        let _ = fs::remove_file(own.join(NODE.0));
    } else {
        put(own.join(NODE.0), NODE.1)?;
    }
    put(own.join("tsconfig.json"), &pretty(&base(folder, has_node)))?;
    let mut lines = vec![format!("{}: {} declarations", own.display(), FILES.len() + usize::from(!has_node))];
    let config = folder.join("tsconfig.json");
    if !config.exists() {
        put(config.clone(), &pretty(&project()))?;
        lines.push(format!("{}: written", config.display()));
    } else if fs::read_to_string(&config).is_ok_and(|text| text.contains(FOLDER)) {
        lines.push(format!("{}: left as it is, it uses them", config.display()));
    } else {
        let [extends, include] = [format!("./{FOLDER}/tsconfig.json"), format!("{FOLDER}/*.d.ts")];
        lines.push(format!("{}: left as it is; to use the declarations, add", config.display()));
        lines.push(format!("  \"extends\": \"{extends}\",\n  \"include\": [\"**/*.ts\", \"{include}\"]"));
    }
    Ok(lines)
}

/// Whether a package is installed for this folder.
fn has_package(folder: &Path, name: &str) -> bool {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    folder.ancestors().any(|place| place.join("node_modules").join(name).is_dir())
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// What a project extends; paths are relative to this file.
fn base(folder: &Path, has_node: bool) -> Value {
    let mut paths = json!({
        "cronflow": ["./index.d.ts"],
        "cronflow/sdk": ["./sdk.d.ts"],
        "cronflow/testing": ["./testing.d.ts"],
        "bun:test": ["./testing.d.ts"],
    });
    // Installed packages come first, as they do at run time.
    for (package, file) in [("vitest", "testing"), ("@jest/globals", "testing"), ("express", "express"), ("zod", "zod")]
    {
        let is_testing = file == "testing";
        if is_testing || !has_package(folder, package) {
            paths[package] = json!([format!("./{file}.d.ts")]);
        }
    }
    json!({
        "compilerOptions": {
            "target": "ES2022",
            "module": "ESNext",
            "moduleResolution": "Bundler",
            "lib": ["ES2024", "DOM", "DOM.Iterable"],
            "types": if has_node { json!(["node"]) } else { json!([]) },
            "strict": true,
            "noEmit": true,
            "skipLibCheck": true,
            "resolveJsonModule": true,
            "allowImportingTsExtensions": true,
            "isolatedModules": true,
            "paths": paths,
        }
    })
}

fn project() -> Value {
    json!({
        "extends": format!("./{FOLDER}/tsconfig.json"),
        "include": ["**/*.ts", format!("{FOLDER}/*.d.ts")],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_declaration_is_written() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk-types");
        let names =
            fs::read_dir(folder).unwrap().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let there: BTreeSet<String> = names.filter(|name| name.ends_with(".d.ts")).collect();
        let written: BTreeSet<String> = FILES.iter().chain([&NODE]).map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(there, written);
    }
}
