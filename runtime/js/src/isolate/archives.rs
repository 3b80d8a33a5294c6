//! The archives an isolate has, their modules, and the way from an engine position to the
//! author's source.

use super::{common_js, mocks::Mocks};
use crate::failure::Position;
use boa_engine::{Context, JsNativeError, JsResult, JsString, Module, Source};
use cronflow_compiler::source_map;
use cronflow_core::{
    archive::{self, Archive, ModuleKind, ModuleSource, require_key},
    error::SourceLocation,
};
use std::{
    cell::RefCell,
    collections::HashMap,
    path::{Component, Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

/// The archive of built-in modules is the first.
pub(crate) const BUILTINS: usize = 0;

struct Loaded {
    archive: Archive,
    /// By specifier, and by how the importer reads the default of CommonJS.
    modules: HashMap<(String, bool), Module>,
    /// Those that were set aside.
    aside: Option<HashMap<(String, bool), Module>>,
    maps: HashMap<String, Option<Rc<source_map::Map>>>,
}

/// All archives of an isolate. A module's path inside the engine is `<number>/<specifier>`, so
/// that two versions of the same file are two modules.
#[derive(Default)]
pub(crate) struct Archives {
    all: RefCell<Vec<Loaded>>,
    natives: RefCell<HashMap<&'static str, Module>>,
    pub(crate) mocks: Mocks,
}

impl Archives {
    /// Adds an archive and returns its number.
    pub(crate) fn add(&self, archive: Archive) -> usize {
        let mut all = self.all.borrow_mut();
        all.push(Loaded { archive, modules: HashMap::new(), aside: None, maps: HashMap::new() });
        all.len() - 1
    }

    /// Adds a module that is made of native functions.
    pub(crate) fn add_native(&self, specifier: &'static str, module: Module) {
        self.natives.borrow_mut().insert(specifier, module);
    }

    /// The entry module of an archive.
    pub(crate) fn entry(&self, number: usize, context: &mut Context) -> JsResult<Module> {
        let entry = self.all.borrow().get(number).map(|loaded| loaded.archive.entry.clone());
        self.module(number, &entry.unwrap_or_default(), false, context)
    }

    /// The module that `written` names in the module at `referrer`.
    pub(crate) fn resolve(&self, referrer: &Path, written: &str, context: &mut Context) -> JsResult<Module> {
        let Some((number, from)) = split(referrer) else {
            return Err(missing(written, "code made at run time cannot import"));
        };
        if number == BUILTINS
            && let Some(module) = self.natives.borrow().get(written)
        {
            return Ok(module.clone());
        }
        let (linked, unwraps) = self
            .look(number, from, |module| (module.imports.get(written).cloned(), module.unwraps_default))
            .unwrap_or_default();
        let specifier = linked.unwrap_or_else(|| written.to_owned());
        if number != BUILTINS
            && !self.mocks.is_empty()
            && let Some((archive, target)) = self.target(number, from, written)
            && let Some(mock) = self.mocks.module(archive, &target, context)?
        {
            return Ok(mock);
        }
        if number != BUILTINS && self.has(number, &specifier) {
            return self.module(number, &specifier, unwraps, context);
        }
        // What the compiler itself imports is not for authors, and linked nonetheless.
        let own = || (specifier == cronflow_compiler::DEFERRED).then_some(cronflow_compiler::DEFERRED);
        let public = cronflow_compiler::builtin_specifier(&specifier).or_else(own);
        let name = if number == BUILTINS { Some(specifier.as_str()) } else { public };
        match name {
            Some(name) => self.module(BUILTINS, name, false, context),
            None => Err(missing(written, "it is not part of the program")),
        }
    }

    /// A module of an archive, parsed at its first use. `unwraps`: see [`ModuleSource::unwraps_default`];
    /// of the importer.
    pub(crate) fn module(
        &self,
        number: usize,
        specifier: &str,
        unwraps: bool,
        context: &mut Context,
    ) -> JsResult<Module> {
        let source = self.look(number, specifier, ModuleSource::clone);
        let is_common_js = source.as_ref().is_some_and(|source| source.kind == ModuleKind::CommonJs);
        let key = (specifier.to_owned(), unwraps && is_common_js);
        if let Some(module) = self.all.borrow().get(number).and_then(|loaded| loaded.modules.get(&key)) {
            return Ok(module.clone());
        }
        let lazy = || (number == BUILTINS).then(|| lazy_builtin(specifier)).flatten();
        let source = source.or_else(lazy).ok_or_else(|| missing(specifier, "it is not part of the program"))?;
        let module = match source.kind {
            ModuleKind::CommonJs => common_js::facade(number, specifier, &source, unwraps, context),
            _ => parse(number, specifier, &source, context)?,
        };
        if let Some(loaded) = self.all.borrow_mut().get_mut(number) {
            loaded.modules.insert(key, module.clone());
        }
        Ok(module)
    }

    /// What `require(written)` means in a module: the number of an archive, a specifier in it, and what
    /// kind of module that is.
    pub(crate) fn required(&self, number: usize, from: &str, written: &str) -> Option<(usize, String, ModuleKind)> {
        let linked = self.look(number, from, |module| module.imports.get(&require_key(written)).cloned()).flatten();
        let specifier = linked.or_else(|| self.computed(number, from, written)).unwrap_or_else(|| written.to_owned());
        if let Some(kind) = self.look(number, &specifier, |module| module.kind) {
            return Some((number, specifier, kind));
        }
        let builtin = cronflow_compiler::builtin_specifier(&specifier)?;
        Some((BUILTINS, builtin.to_owned(), ModuleKind::JavaScript))
    }

    /// A path that was put together at run time, if it leads to a module of the program.
    fn computed(&self, number: usize, from: &str, written: &str) -> Option<String> {
        if !(written.starts_with("./") || written.starts_with("../")) {
            return None;
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = normal(&Path::new(folder).join(written)).to_string_lossy().into_owned();
        let endings = ["", ".js", ".cjs", ".json", ".ts", "/index.js"];
        endings.iter().map(|ending| format!("{path}{ending}")).find(|path| self.has(number, path))
    }

    /// Whether a module leads to another by static imports and `require()`s.
    pub(crate) fn leads_to(&self, number: usize, from: &str, to: &str) -> bool {
        let all = self.all.borrow();
        all.get(number).is_some_and(|loaded| archive::leads_to(&loaded.archive.modules, from, to))
    }

    /// Reads something of a module's source.
    pub(crate) fn look<T>(&self, number: usize, specifier: &str, read: impl FnOnce(&ModuleSource) -> T) -> Option<T> {
        self.all.borrow().get(number)?.archive.modules.get(specifier).map(read)
    }

    /// Forgets the modules of programs, which are parsed anew when they are asked for.
    pub(super) fn clear_modules(&self) {
        self.all.borrow_mut().iter_mut().skip(BUILTINS + 1).for_each(|loaded| loaded.modules.clear());
    }

    /// Forgets them until [`Self::bring_modules_back`].
    pub(super) fn set_modules_aside(&self) {
        for loaded in self.all.borrow_mut().iter_mut().skip(BUILTINS + 1) {
            loaded.aside = Some(std::mem::take(&mut loaded.modules));
        }
    }

    /// The modules that were set aside are those of the programs again.
    pub(super) fn bring_modules_back(&self) {
        for loaded in self.all.borrow_mut().iter_mut() {
            if let Some(modules) = loaded.aside.take() {
                loaded.modules = modules;
            }
        }
    }

    fn has(&self, number: usize, specifier: &str) -> bool {
        self.look(number, specifier, |_| ()).is_some()
    }

    /// The place in the author's source; `None` for built-in modules and unknown code.
    pub(crate) fn original(&self, position: &Position) -> Option<SourceLocation> {
        let (number, specifier) = split(Path::new(&position.path))?;
        if number == BUILTINS {
            return None;
        }
        let map = self.map(number, specifier);
        let (line, column) =
            map.and_then(|map| map.lookup(position.line, position.column)).unwrap_or((position.line, position.column));
        let file = self.all.borrow().get(number).map(|loaded| display(&loaded.archive.root, specifier))?;
        Some(SourceLocation { file, line, column })
    }

    /// The file of a user's module.
    pub(crate) fn file(&self, path: &Path) -> Option<PathBuf> {
        let (number, specifier) = split(path)?;
        let all = self.all.borrow();
        all.get(number).filter(|_| number != BUILTINS).map(|loaded| normal(&loaded.archive.root.join(specifier)))
    }

    /// The entry file of the first program.
    pub(crate) fn first_entry(&self) -> Option<PathBuf> {
        let all = self.all.borrow();
        all.get(BUILTINS + 1).map(|loaded| normal(&loaded.archive.root.join(&loaded.archive.entry)))
    }

    /// Whether a position is inside a built-in module.
    pub(crate) fn is_builtin(path: &str) -> bool {
        split(Path::new(path)).is_some_and(|(number, _)| number == BUILTINS)
    }

    /// The text of the author's file that is shown under this name.
    pub(crate) fn source_text(&self, file: &str) -> Option<Arc<str>> {
        let all = self.all.borrow();
        let mut user = all.iter().skip(BUILTINS + 1);
        user.find_map(|loaded| {
            let mut modules = loaded.archive.modules.iter();
            modules.find(|(specifier, _)| display(&loaded.archive.root, specifier) == file)
        })
        .map(|(_, module)| module.source.clone())
    }

    fn map(&self, number: usize, specifier: &str) -> Option<Rc<source_map::Map>> {
        let mut all = self.all.borrow_mut();
        let loaded = all.get_mut(number)?;
        if let Some(known) = loaded.maps.get(specifier) {
            return known.clone();
        }
        let text = loaded.archive.modules.get(specifier)?.source_map.clone();
        let map = text.and_then(|text| source_map::Map::parse(&text)).map(Rc::new);
        loaded.maps.insert(specifier.to_owned(), map.clone());
        map
    }
}

/// A built-in module that is compiled when it is first asked for. The tests rule out that it fails.
fn lazy_builtin(specifier: &str) -> Option<ModuleSource> {
    cronflow_compiler::lazy_builtin(specifier)?.ok()
}

fn parse(number: usize, specifier: &str, source: &ModuleSource, context: &mut Context) -> JsResult<Module> {
    match source.kind {
        ModuleKind::Json => {
            let value = crate::json::parse(&source.code, context)?;
            Ok(Module::from_value_as_default(value, context))
        }
        ModuleKind::JavaScript | ModuleKind::CommonJs => {
            let path = inner_path(number, specifier);
            Module::parse(Source::from_bytes(source.code.as_bytes()).with_path(&path), None, context)
        }
    }
}

/// What the engine knows a module by.
pub(super) fn inner_path(number: usize, specifier: &str) -> PathBuf {
    PathBuf::from(format!("{number}/{specifier}"))
}

/// A path without `.`, and without `..` where a name stands before it.
fn normal(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(clean.components().next_back(), Some(Component::Normal(_))) => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// `<number>/<specifier>` apart.
pub(crate) fn split(path: &Path) -> Option<(usize, &str)> {
    let (number, specifier) = path.to_str()?.split_once('/')?;
    Some((number.parse().ok()?, specifier))
}

/// The file as the user would name it: relative to the current folder when it is below it.
fn display(root: &Path, specifier: &str) -> String {
    let path = normal(&root.join(specifier));
    let relative = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).map(Path::to_path_buf).ok());
    relative.unwrap_or(path).to_string_lossy().into_owned()
}

fn missing(specifier: &str, why: &str) -> boa_engine::JsError {
    let message = format!("Cannot find module {}: {why}", JsString::from(specifier).to_std_string_escaped());
    JsNativeError::typ().with_message(message).into()
}
