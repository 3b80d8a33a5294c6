//! The module graph: follows imports from the entry file and collects every error on the way.

use crate::{
    MAX_MODULES,
    cache::Cache,
    deferred,
    diagnostics::{Named, display_path},
    imports::{Import, Manner},
    inputs::Inputs,
    instrument::Instrument,
    links::{self, Passed},
    lower::Passes,
    missing::{self, Linked},
    packages::{Packages, Wish, project_root},
    parse::Goal,
    resolve::{Resolved, Unresolved, is_in_package, manual_mock, places, resolve},
    source::{self, Language},
    stack,
    transpile::{Options, Output, transpile},
};
use cronflow_core::{
    archive::{Archive, ModuleKind, ModuleSource, leads_to, mocks_key, require_key},
    error::{Code, Diagnostic, SourceLocation},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
    sync::Arc,
};

/// Compiles the graph of one entry file; notes in `inputs` what it looks at.
pub(crate) fn build(
    entry: &Path,
    cache: Option<&Cache>,
    instrument: Instrument,
    inputs: &mut Inputs,
) -> Result<Archive, Vec<Diagnostic>> {
    let entry = check_entry(entry).map_err(|error| vec![error])?;
    let root = entry.parent().unwrap_or(Path::new("/")).to_path_buf();
    let mut graph = Graph::new(root, project_root(&entry), instrument, inputs);
    let name = graph.want(&entry, None);
    while graph.has_work() {
        if graph.wanted.len() > MAX_MODULES {
            let message = format!("the program has more than {MAX_MODULES} modules");
            let help = "check what is imported; one import can pull in a whole directory";
            graph.errors.push(Diagnostic::new(Code::TooLarge, message).with_help(help));
            break;
        }
        graph.next_wave(cache);
    }
    let mut missing = graph.missing_at_start(&name);
    graph.errors.append(&mut missing);
    if !graph.errors.is_empty() {
        return Err(graph.errors);
    }
    graph.fail_late();
    links::settle_exports(&mut graph.modules, &graph.passed);
    Ok(Archive { entry: name, root: graph.root, modules: graph.modules })
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
            .with_help("give a .ts, .mts, .js, .mjs or .cjs file that defines a workflow"))
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
#[derive(Debug, Clone)]
struct Wanted {
    path: PathBuf,
    specifier: String,
    goal: Goal,
    /// See [`Options::defers`] and [`Options::left_out`].
    defers: bool,
    left_out: Vec<(String, String)>,
    importer: Option<(SourceLocation, Arc<str>)>,
}

/// What has become of a wanted file.
struct Read {
    /// What it holds, when it could be read.
    text: Option<Arc<str>>,
    content: Result<Content, Vec<Diagnostic>>,
}

enum Content {
    Json(ModuleSource),
    Script(Named, Output),
}

struct Graph<'a> {
    root: PathBuf,
    packages: Packages,
    wanted: BTreeSet<PathBuf>,
    queue: Vec<Wanted>,
    modules: BTreeMap<String, ModuleSource>,
    passed: BTreeMap<String, Passed>,
    errors: Vec<Diagnostic>,
    instrument: Instrument,
    /// Modules that load others when they are used, and which.
    deferred: Vec<(Wanted, Vec<String>)>,
    /// All modules but JSON, and how they were wanted.
    linked: BTreeMap<String, (Wanted, Linked)>,
    /// By module: names that it asks others for in vain.
    missing: BTreeMap<String, Vec<Diagnostic>>,
    inputs: &'a mut Inputs,
}

impl<'a> Graph<'a> {
    fn new(root: PathBuf, project: PathBuf, instrument: Instrument, inputs: &'a mut Inputs) -> Self {
        Self {
            root,
            instrument,
            inputs,
            packages: Packages::new(project),
            wanted: BTreeSet::new(),
            queue: Vec::new(),
            modules: BTreeMap::new(),
            passed: BTreeMap::new(),
            errors: Vec::new(),
            deferred: Vec::new(),
            linked: BTreeMap::new(),
            missing: BTreeMap::new(),
        }
    }

    /// Asks for a file once, and names it.
    fn want(&mut self, path: &Path, importer: Option<(SourceLocation, Arc<str>)>) -> String {
        let specifier = specifier(&self.root, path);
        if self.wanted.insert(path.to_path_buf()) {
            let path = path.to_path_buf();
            let goal = self.goal(&path);
            let defers = self.is_pure(&path);
            self.queue.push(Wanted {
                path,
                specifier: specifier.clone(),
                goal,
                defers,
                left_out: Vec::new(),
                importer,
            });
        }
        specifier
    }

    /// What a file is, as far as its name and its package say.
    fn goal(&self, path: &Path) -> Goal {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("cjs") => Goal::CommonJs,
            Some("js") if self.is_module_package(path) => Goal::Module,
            Some("js") if is_in_package(path) => Goal::EitherOfPackage,
            Some("js") => Goal::Either,
            _ => Goal::Module,
        }
    }

    fn is_module_package(&self, path: &Path) -> bool {
        let folder = path.parent().unwrap_or(Path::new("/"));
        self.packages.around(folder).is_some_and(|package| package.is_module())
    }

    /// Whether it belongs to a package whose files have no effects when they are loaded.
    fn is_pure(&self, path: &Path) -> bool {
        let folder = path.parent().unwrap_or(Path::new("/"));
        is_in_package(path) && self.packages.around(folder).is_some_and(|package| package.is_pure())
    }

    /// Whether something is left to compile. A module that would load a module when it is used which leads back to it is
    /// compiled again, with plain imports: it might be used while the circle is not complete.
    fn has_work(&mut self) -> bool {
        if self.queue.is_empty() {
            let (back, fine): (Vec<_>, Vec<_>) = std::mem::take(&mut self.deferred)
                .into_iter()
                .partition(|(wanted, names)| names.iter().any(|name| leads_to(&self.modules, name, &wanted.specifier)));
            self.deferred = fine;
            self.queue.extend(back.into_iter().map(|(wanted, _)| Wanted { defers: false, ..wanted }));
        }
        if self.queue.is_empty() && self.errors.is_empty() {
            self.look_up_names();
        }
        !self.queue.is_empty()
    }

    /// Looks up the names that modules ask one another for. Who asks for types is compiled again, without them.
    fn look_up_names(&mut self) {
        let linked = self.linked.iter().map(|(name, (_, linked))| (name.as_str(), linked)).collect();
        let found = missing::find(&self.modules, &linked);
        self.missing = found.missing;
        for (specifier, types) in found.types {
            let Some((wanted, _)) = self.linked.get(&specifier) else { continue };
            let mut wanted = wanted.clone();
            let before = wanted.left_out.len();
            let new: Vec<_> = types.into_iter().filter(|one| !wanted.left_out.contains(one)).collect();
            wanted.left_out.extend(new);
            if wanted.left_out.len() > before {
                self.queue.push(wanted);
            }
        }
    }

    /// What is missing in modules that are loaded before the entry runs. Where modules are mocked, names may come from
    /// the mocks.
    fn missing_at_start(&mut self, entry: &str) -> Vec<Diagnostic> {
        if self.linked.values().any(|(_, linked)| linked.mocks) {
            self.missing.clear();
        }
        let linked = self.linked.iter().map(|(name, (_, linked))| (name.as_str(), linked)).collect();
        let loaded = missing::loaded_at_start(entry, &linked);
        let (now, late): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut self.missing).into_iter().partition(|(specifier, _)| loaded.contains(specifier));
        self.missing = late;
        now.into_values().flatten().collect()
    }

    /// Modules that are imported while the program runs, and ask for what is missing, throw when they are.
    fn fail_late(&mut self) {
        for (specifier, errors) in std::mem::take(&mut self.missing) {
            let (Some(module), Some(error)) = (self.modules.get_mut(&specifier), errors.first()) else { continue };
            let names = self.linked.get(&specifier).map(|(_, linked)| linked.names.exported.keys());
            module.code = missing::throwing(error, names.into_iter().flatten()).into();
            module.source_map = None;
            module.imports.clear();
        }
    }

    /// Compiles all that is wanted, side by side, and links it.
    fn next_wave(&mut self, cache: Option<&Cache>) {
        let wave = std::mem::take(&mut self.queue);
        let read = stack::side_by_side(&wave, |wanted| read(wanted, cache, self.instrument));
        for (wanted, Read { text, content }) in wave.into_iter().zip(read) {
            match text {
                Some(text) => drop(self.inputs.read.insert(wanted.path.clone(), text)),
                None => drop(self.inputs.missing.insert(wanted.path.clone())),
            }
            let module = match content {
                Ok(Content::Json(module)) => Ok(module),
                Ok(Content::Script(file, output)) => self.link(&wanted, &file, output),
                Err(errors) => Err(errors),
            };
            match module {
                Ok(module) => {
                    self.modules.insert(wanted.specifier, module);
                }
                Err(mut errors) => self.errors.append(&mut errors),
            }
        }
    }

    /// Resolves what a module imports, and asks for it.
    fn link(&mut self, wanted: &Wanted, file: &Named, output: Output) -> Result<ModuleSource, Vec<Diagnostic>> {
        let mut imports = BTreeMap::new();
        let mut loads = Vec::new();
        let mut passed = Passed::default();
        let mut deferred = Vec::new();
        let mut errors = Vec::new();
        for import in &output.imports {
            let name = match self.resolve(wanted, file, import) {
                Ok(Some(name)) => name,
                Ok(None) => continue,
                Err(unresolved) => {
                    errors.push(
                        Diagnostic::new(unresolved.code, unresolved.message)
                            .with_help(unresolved.help)
                            .at(file.location(import.range.start), Some(file.text.clone())),
                    );
                    continue;
                }
            };
            let key = match import.manner {
                Manner::Static | Manner::Dynamic => import.written.clone(),
                Manner::Mocks => mocks_key(&import.written),
                Manner::Deferred => {
                    deferred.push(name.clone());
                    require_key(&import.written)
                }
                Manner::Require | Manner::GuardedRequire => {
                    let on = output.exports.as_ref().is_some_and(|exports| exports.passed_on.contains(&import.written));
                    passed.on.extend(on.then(|| name.clone()));
                    require_key(&import.written)
                }
            };
            if !matches!(import.manner, Manner::Dynamic | Manner::GuardedRequire | Manner::Mocks) {
                loads.push(name.clone());
            }
            passed.names.push((name.clone(), import.names.clone()));
            passed.looked_for.push((name.clone(), import.looked_for.clone()));
            imports.insert(key, name);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        self.passed.insert(wanted.specifier.clone(), passed);
        if !deferred.is_empty() {
            self.deferred.push((wanted.clone(), deferred));
        }
        let is_common_js = output.exports.is_some();
        let linked = Linked {
            names: output.names,
            file: file.clone(),
            is_typescript: Language::of(&wanted.path) == Some(Language::TypeScript),
            loads,
            mocks: output.mocks,
        };
        self.linked.insert(wanted.specifier.clone(), (wanted.clone(), linked));
        Ok(ModuleSource {
            kind: if is_common_js { ModuleKind::CommonJs } else { ModuleKind::JavaScript },
            code: output.code.into(),
            source_map: output.map.map(Into::into),
            source: file.text.clone(),
            imports,
            exports: output.exports.map(|exports| exports.names.into_iter().collect()).unwrap_or_default(),
            wanted: Vec::new(),
            unwraps_default: !is_common_js && self.unwraps_default(&wanted.path),
        })
    }

    /// The specifier that an import means; `None` when that it leads nowhere matters only at run time.
    fn resolve(&mut self, wanted: &Wanted, file: &Named, import: &Import) -> Result<Option<String>, Unresolved> {
        if wanted.defers && import.written == deferred::DEFERRED {
            return Ok(Some(import.written.clone()));
        }
        let from = wanted.path.parent().unwrap_or(Path::new("/"));
        if import.manner == Manner::Mocks {
            let found = manual_mock(&self.packages, &import.written, from);
            let location = file.location(import.range.start);
            return Ok(found.map(|path| self.want(&path, Some((location, file.text.clone())))));
        }
        let wish = match import.manner {
            Manner::Static | Manner::Dynamic | Manner::Deferred | Manner::Mocks => Wish::Import,
            Manner::Require | Manner::GuardedRequire => Wish::Require,
        };
        let resolved = resolve(&self.packages, &import.written, from, wish).and_then(|resolved| match resolved {
            // A package may require files that no engine could load, on paths that are never taken.
            Resolved::File(path) if wish == Wish::Require && Language::of(&path).is_none() => Err(Unresolved {
                code: Code::NotAModule,
                message: format!("'{}' is not a JavaScript or JSON file", import.written),
                help: "require() takes .js, .cjs, .mjs, .ts and .json files".to_owned(),
            }),
            other => Ok(other),
        });
        match resolved {
            Ok(Resolved::Builtin(name)) => Ok(Some(name.to_owned())),
            Ok(Resolved::File(path)) => {
                let location = file.location(import.range.start);
                Ok(Some(self.want(&path, Some((location, file.text.clone())))))
            }
            Err(unresolved) => {
                let is_ours = !is_in_package(&wanted.path);
                if is_ours {
                    self.looked_in_vain(&import.written, from, wish);
                }
                match import.manner {
                    Manner::Static | Manner::Deferred => Err(unresolved),
                    Manner::Require if is_ours => Err(unresolved),
                    Manner::Dynamic | Manner::GuardedRequire | Manner::Require | Manner::Mocks => Ok(None),
                }
            }
        }
    }

    /// Notes where an import was looked for in vain, and what has come to be there since then: whoever waits for a change
    /// must not take that for known.
    fn looked_in_vain(&mut self, written: &str, from: &Path, wish: Wish) {
        self.inputs.looked_for(places(&self.packages, written, from));
        let now = resolve(&Packages::new(self.packages.root.clone()), written, from, wish);
        if let Ok(Resolved::File(path)) = now
            && Language::of(&path).is_some()
        {
            self.inputs.overlooked(path);
        }
    }

    /// Node.js gives importers in a `"type": "module"` package and in .mjs files all of
    /// `module.exports` as the default; bundlers follow it there, and unwrap elsewhere.
    fn unwraps_default(&self, path: &Path) -> bool {
        let is_explicit = path.extension().is_some_and(|extension| extension == "mjs" || extension == "mts");
        !is_explicit && !self.is_module_package(path)
    }
}

/// Reads and compiles one file.
fn read(wanted: &Wanted, cache: Option<&Cache>, instrument: Instrument) -> Read {
    let read = source::language(&wanted.path).and_then(|language| Ok((language, source::read(&wanted.path)?)));
    match read {
        Ok((language, text)) => {
            let file = Named { name: display_path(&wanted.path), text: text.into() };
            Read { text: Some(file.text.clone()), content: compile(wanted, language, file, cache, instrument) }
        }
        // The file cannot be shown, so point at the import that led to it.
        Err(error) => {
            let error = match &wanted.importer {
                Some((location, text)) => error.at(location.clone(), Some(text.clone())),
                None => error,
            };
            Read { text: None, content: Err(vec![error]) }
        }
    }
}

fn compile(
    wanted: &Wanted,
    language: Language,
    file: Named,
    cache: Option<&Cache>,
    instrument: Instrument,
) -> Result<Content, Vec<Diagnostic>> {
    if language == Language::Json {
        return load_json(&file).map(Content::Json).map_err(|error| vec![error]);
    }
    // Packages are not what is tested.
    let is_test = instrument.mocks && wanted.importer.is_none();
    let instrument = match is_in_package(&wanted.path) {
        true => Instrument::default(),
        false => Instrument { is_test, ..instrument },
    };
    let options = Options {
        language,
        is_declaration: is_declaration(&wanted.path),
        source_map: true,
        passes: Passes::ALL,
        goal: wanted.goal,
        instrument,
        defers: wanted.defers,
        counted_as: (instrument.lines && wanted.importer.is_some()).then_some(file.name.as_str()),
        left_out: &wanted.left_out,
    };
    let name = wanted.path.file_name().unwrap_or_default().to_string_lossy();
    if let Some(output) = cache.and_then(|cache| cache.get(&file.text, &name, options)) {
        return Ok(Content::Script(file, output));
    }
    let output = transpile(&file.text, &name, options)
        .map_err(|findings| findings.into_iter().map(|finding| finding.into_diagnostic(&file)).collect::<Vec<_>>())?;
    if let Some(cache) = cache {
        cache.put(&file.text, &name, options, &output);
    }
    Ok(Content::Script(file, output))
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
        exports: Vec::new(),
        wanted: Vec::new(),
        unwraps_default: false,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_to_be_after_it_was_looked_for_is_a_change() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for file in ["late.ts", "style.css"] {
            std::fs::write(root.join(file), "").unwrap();
        }
        let mut inputs = Inputs::default();
        let mut graph = Graph::new(root.clone(), root.clone(), Instrument::default(), &mut inputs);
        graph.looked_in_vain("./late", &root, Wish::Import);
        graph.looked_in_vain("./style.css", &root, Wish::Require);
        let digests = inputs.digests();
        assert_eq!(digests[&root.join("late.ts")], None);
        // That is there, and of no use: no reason to look again and again.
        assert!(digests[&root.join("style.css")].is_some());
    }
}
