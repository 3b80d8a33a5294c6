//! The module graph: follows imports from the entry file and collects every error on the way.

use crate::{
    MAX_MODULES,
    diagnostics::{Named, display_path},
    lower::Passes,
    resolve::{Resolved, resolve},
    source::{self, Language},
    transpile::{Options, transpile},
};
use cronflow_core::{
    archive::{Archive, ModuleKind, ModuleSource},
    error::{Code, Diagnostic, SourceLocation},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::{Component, Path, PathBuf},
    sync::Arc,
};

/// Compiles the graph of one entry file.
pub(crate) fn build(entry: &Path) -> Result<Archive, Vec<Diagnostic>> {
    let entry = check_entry(entry).map_err(|error| vec![error])?;
    let root = entry.parent().unwrap_or(Path::new("/")).to_path_buf();
    let mut graph = Graph { root, ..Graph::default() };
    let name = graph.want(&entry, None);
    while let Some(wanted) = graph.queue.pop_front() {
        if graph.wanted.len() > MAX_MODULES {
            let message = format!("the program has more than {MAX_MODULES} modules");
            let help = "check what is imported; one import can pull in a whole directory";
            graph.errors.push(Diagnostic::new(Code::TooLarge, message).with_help(help));
            break;
        }
        graph.load(wanted);
    }
    if graph.errors.is_empty() {
        Ok(Archive { entry: name, root: graph.root, modules: graph.modules })
    } else {
        Err(graph.errors)
    }
}

/// The canonical path of the entry file, if it can be a workflow file at all.
fn check_entry(entry: &Path) -> Result<PathBuf, Diagnostic> {
    let path = entry.canonicalize().map_err(|error| {
        let help = "check the path; it is relative to the current directory";
        let message = format!("cannot read {}: {error}", entry.display());
        Diagnostic::new(Code::UnreadableFile, message).with_help(help)
    })?;
    let shown = entry.display();
    if path.is_dir() {
        return Err(Diagnostic::new(Code::NotAModule, format!("{shown} is a directory"))
            .with_help("give the path of a file, for example workflow.ts"));
    }
    let refuse = |what: &str| {
        Err(Diagnostic::new(Code::NotAModule, format!("{shown} is {what}, not a workflow file"))
            .with_help("give a .ts, .mts, .js or .mjs file that defines a workflow"))
    };
    match source::language(&path)? {
        Language::Json => refuse("a JSON file"),
        _ if is_declaration(&path) => refuse("a declaration file"),
        _ => Ok(path),
    }
}

fn is_declaration(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".d.ts") || name.ends_with(".d.mts")
}

/// A file to load, and the import that asked for it first.
struct Wanted {
    path: PathBuf,
    specifier: String,
    importer: Option<(SourceLocation, Arc<str>)>,
}

#[derive(Default)]
struct Graph {
    root: PathBuf,
    wanted: BTreeSet<PathBuf>,
    queue: VecDeque<Wanted>,
    modules: BTreeMap<String, ModuleSource>,
    errors: Vec<Diagnostic>,
}

impl Graph {
    /// Asks for a file once, and names it.
    fn want(&mut self, path: &Path, importer: Option<(SourceLocation, Arc<str>)>) -> String {
        let specifier = specifier(&self.root, path);
        if self.wanted.insert(path.to_path_buf()) {
            let path = path.to_path_buf();
            self.queue.push_back(Wanted { path, specifier: specifier.clone(), importer });
        }
        specifier
    }

    fn load(&mut self, wanted: Wanted) {
        let read = source::language(&wanted.path).and_then(|language| Ok((language, source::read(&wanted.path)?)));
        let (language, text) = match read {
            Ok(read) => read,
            Err(error) => {
                // The file cannot be shown, so point at the import that led to it.
                self.errors.push(match wanted.importer {
                    Some((location, text)) => error.at(location, Some(text)),
                    None => error,
                });
                return;
            }
        };
        let file = Named { name: display_path(&wanted.path), text: text.into() };
        let module = match language {
            Language::Json => load_json(&file).map_err(|error| vec![error]),
            _ => self.load_script(&wanted, language, &file),
        };
        match module {
            Ok(module) => {
                self.modules.insert(wanted.specifier, module);
            }
            Err(mut errors) => self.errors.append(&mut errors),
        }
    }

    fn load_script(
        &mut self,
        wanted: &Wanted,
        language: Language,
        file: &Named,
    ) -> Result<ModuleSource, Vec<Diagnostic>> {
        let options =
            Options { language, is_declaration: is_declaration(&wanted.path), source_map: true, passes: Passes::ALL };
        let output = transpile(&file.text, &wanted.specifier, options).map_err(|findings| {
            findings.into_iter().map(|finding| finding.into_diagnostic(file)).collect::<Vec<_>>()
        })?;
        let from = wanted.path.parent().unwrap_or(Path::new("/"));
        let mut imports = BTreeMap::new();
        for import in output.imports {
            let location = file.location(import.range.start);
            match resolve(&import.written, from) {
                Ok(Resolved::Builtin(name)) => {
                    imports.insert(import.written, name.to_owned());
                }
                Ok(Resolved::File(path)) => {
                    let name = self.want(&path, Some((location, file.text.clone())));
                    imports.insert(import.written, name);
                }
                // `import()` of something missing fails when that line runs, as the author may expect.
                Err(_) if import.dynamic => {}
                Err(unresolved) => self.errors.push(
                    Diagnostic::new(Code::UnresolvedImport, format!("cannot find '{}'", import.written))
                        .with_help(unresolved.help)
                        .at(location, Some(file.text.clone())),
                ),
            }
        }
        Ok(ModuleSource {
            kind: ModuleKind::JavaScript,
            code: output.code.into(),
            source_map: output.map.map(Into::into),
            source: file.text.clone(),
            imports,
        })
    }
}

/// Checks that a file is JSON and keeps its text.
fn load_json(file: &Named) -> Result<ModuleSource, Diagnostic> {
    // Into a value, not just past it: that also bounds how deeply the data may nest.
    if let Err(error) = serde_json::from_str::<serde_json::Value>(&file.text) {
        let before = |line: &usize| *line + 1 < error.line();
        let lines = file.text.split_inclusive('\n').enumerate();
        let start: usize = lines.take_while(|(line, _)| before(line)).map(|(_, text)| text.len()).sum();
        let offset = start + error.column().saturating_sub(1);
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or(&text);
        let message = format!("not valid JSON: {reason}");
        return Err(file
            .diagnostic(Code::Syntax, message, offset)
            .with_help("JSON has no comments, no trailing commas, and needs double quotes"));
    }
    Ok(ModuleSource {
        kind: ModuleKind::Json,
        code: file.text.clone(),
        source_map: None,
        source: file.text.clone(),
        imports: BTreeMap::new(),
    })
}

/// A file's name in the archive: its path relative to the root, with `/`.
fn specifier(root: &Path, path: &Path) -> String {
    let shared = root.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let ups = root.components().skip(shared).map(|_| "..".to_owned());
    let names = path.components().skip(shared).filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    ups.chain(names).collect::<Vec<_>>().join("/")
}
