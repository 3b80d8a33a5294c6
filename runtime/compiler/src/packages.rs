//! Packages: package.json, the way up through node_modules, and the maps `exports` and `imports`.
//!
//! The rules are those of Node.js (https://nodejs.org/api/esm.html#resolution-algorithm-specification).

use serde_json::Value;
use std::{
    cell::RefCell,
    collections::HashMap,
    path::{Component, Path, PathBuf},
    rc::Rc,
};

/// How a module is asked for; packages may answer differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Wish {
    /// `import`, also `import()`.
    Import,
    /// `require()`.
    Require,
}

impl Wish {
    /// Whether a key of a conditional target holds.
    fn allows(self, condition: &str) -> bool {
        match condition {
            "cronflow" | "node" | "module-sync" | "default" => true,
            "import" => self == Self::Import,
            "require" => self == Self::Require,
            _ => false,
        }
    }
}

/// A folder with a package.json.
#[derive(Debug)]
pub(crate) struct Package {
    /// The folder.
    pub(crate) folder: PathBuf,
    json: Value,
}

/// What a map of a package says about a name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A path below the package's folder.
    File(PathBuf),
    /// Another package or built-in module; in `imports` only.
    Other(String),
    /// The map does not have the name, or has it for other conditions only.
    Missing,
    /// The map is wrong: the text says how.
    Invalid(String),
}

impl Package {
    fn read(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join("package.json")).ok()?;
        // A package.json that is no JSON describes nothing; what is in the folder may still be imported.
        let json = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
        Some(Self { folder: folder.to_path_buf(), json })
    }

    fn text(&self, field: &str) -> Option<&str> {
        self.json.get(field)?.as_str()
    }

    /// The package's name.
    pub(crate) fn name(&self) -> Option<&str> {
        self.text("name")
    }

    /// Whether its `.js` files are ECMAScript modules.
    pub(crate) fn is_module(&self) -> bool {
        self.text("type") == Some("module")
    }

    /// Whether loading its files has no effects: whoever uses nothing of a file need not load it.
    pub(crate) fn is_pure(&self) -> bool {
        self.json.get("sideEffects") == Some(&Value::Bool(false))
    }

    /// Whether it groups packages.
    fn is_workspace(&self) -> bool {
        self.json.get("workspaces").is_some()
    }

    /// Files that stand for the package when it has no `exports`, best first.
    pub(crate) fn mains(&self) -> Vec<&str> {
        ["main", "module"].iter().filter_map(|field| self.text(field)).filter(|path| !path.is_empty()).collect()
    }

    /// Whether it says which files it offers.
    pub(crate) fn has_exports(&self) -> bool {
        self.json.get("exports").is_some_and(|exports| !exports.is_null())
    }

    /// The names that `exports` offers, as an importer writes them behind the package's name.
    pub(crate) fn offered(&self) -> Vec<String> {
        match self.json.get("exports") {
            Some(Value::Object(map)) if is_subpath_map(map) => map.keys().cloned().collect(),
            _ => vec![".".to_owned()],
        }
    }

    /// What `exports` says about a subpath: `.` or `./name`.
    pub(crate) fn exported(&self, subpath: &str, wish: Wish) -> Target {
        let Some(exports) = self.json.get("exports") else { return Target::Missing };
        match exports {
            Value::Object(map) if is_subpath_map(map) => self.mapped(map, subpath, wish, false),
            target if subpath == "." => self.target(target, None, wish, false).unwrap_or(Target::Missing),
            _ => Target::Missing,
        }
    }

    /// What `imports` says about a name that begins with `#`.
    pub(crate) fn imported(&self, name: &str, wish: Wish) -> Target {
        match self.json.get("imports") {
            Some(Value::Object(map)) => self.mapped(map, name, wish, true),
            _ => Target::Missing,
        }
    }

    /// The entry for `key`: the exact one, else the pattern with the longest part before its `*`.
    fn mapped(&self, map: &serde_json::Map<String, Value>, key: &str, wish: Wish, internal: bool) -> Target {
        if !key.contains('*')
            && let Some(target) = map.get(key)
        {
            return self.target(target, None, wish, internal).unwrap_or(Target::Missing);
        }
        let patterns = map.iter().filter_map(|(pattern, target)| {
            let (before, after) = pattern.split_once('*')?;
            let inner = key.strip_prefix(before)?.strip_suffix(after)?;
            (!inner.is_empty()).then_some((before.len(), pattern.len(), inner, target))
        });
        match patterns.max_by_key(|(before, length, ..)| (*before, *length)) {
            Some((.., inner, target)) => self.target(target, Some(inner), wish, internal).unwrap_or(Target::Missing),
            None => Target::Missing,
        }
    }

    /// One target; `None` when no condition holds, so that the next alternative is looked at.
    fn target(&self, target: &Value, star: Option<&str>, wish: Wish, internal: bool) -> Option<Target> {
        match target {
            Value::String(text) => Some(self.path(text, star, internal)),
            Value::Object(conditions) => conditions
                .iter()
                .filter(|(condition, _)| wish.allows(condition))
                .find_map(|(_, target)| self.target(target, star, wish, internal)),
            Value::Array(alternatives) => {
                let mut found = alternatives.iter().filter_map(|target| self.target(target, star, wish, internal));
                found.find(|target| !matches!(target, Target::Invalid(_)))
            }
            // `null` closes a path.
            Value::Null => Some(Target::Missing),
            other => Some(Target::Invalid(format!("{other} is not a path"))),
        }
    }

    fn path(&self, text: &str, star: Option<&str>, internal: bool) -> Target {
        let filled = star.map_or_else(|| text.to_owned(), |star| text.replace('*', star));
        let Some(relative) = filled.strip_prefix("./") else {
            let is_other = internal && !filled.starts_with("../") && !filled.starts_with('/');
            return if is_other {
                Target::Other(filled)
            } else {
                Target::Invalid(format!("'{text}' must begin with ./"))
            };
        };
        let mut parts = Path::new(relative).components();
        let is_inside = parts.all(|part| matches!(part, Component::Normal(name) if name != "node_modules"));
        if is_inside {
            Target::File(self.folder.join(relative))
        } else {
            Target::Invalid(format!("'{text}' leaves the package"))
        }
    }
}

fn is_subpath_map(map: &serde_json::Map<String, Value>) -> bool {
    map.keys().next().is_some_and(|key| key.starts_with('.'))
}

/// `name`, `@scope/name` and what follows, as `.` or `./rest`; `None` when it is no package's name.
pub(crate) fn split_name(written: &str) -> Option<(&str, String)> {
    let slashes = usize::from(written.starts_with('@'));
    let end = written.match_indices('/').nth(slashes).map_or(written.len(), |(at, _)| at);
    let (name, rest) = written.split_at(end);
    let is_name = !name.is_empty()
        && !name.starts_with('.')
        && !name.contains(['\\', '%', ':'])
        && (slashes == 0 || name.contains('/'))
        && !name.ends_with('/');
    is_name.then(|| (name, if rest.is_empty() { ".".to_owned() } else { format!(".{rest}") }))
}

/// The packages of one project, each read once.
#[derive(Debug)]
pub(crate) struct Packages {
    /// The project's folder, canonical: nothing outside of it is looked at.
    pub(crate) root: PathBuf,
    known: RefCell<HashMap<PathBuf, Option<Rc<Package>>>>,
}

impl Packages {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root, known: RefCell::default() }
    }

    /// The package.json of a folder.
    pub(crate) fn at(&self, folder: &Path) -> Option<Rc<Package>> {
        if let Some(known) = self.known.borrow().get(folder) {
            return known.clone();
        }
        let package = Package::read(folder).map(Rc::new);
        self.known.borrow_mut().insert(folder.to_path_buf(), package.clone());
        package
    }

    /// The package that a folder belongs to.
    pub(crate) fn around(&self, folder: &Path) -> Option<Rc<Package>> {
        let inside =
            self.upwards(folder).take_while(|folder| folder.file_name().is_none_or(|name| name != "node_modules"));
        inside.into_iter().find_map(|folder| self.at(folder))
    }

    /// The folder of an installed package, as seen from `folder`.
    pub(crate) fn installed(&self, name: &str, folder: &Path) -> Option<PathBuf> {
        let places = self.upwards(folder).filter(|folder| folder.file_name().is_none_or(|name| name != "node_modules"));
        places.map(|place| place.join("node_modules").join(name)).find(|place| place.is_dir())
    }

    /// Whether a package lies in a node_modules above the project, where it is not looked for.
    pub(crate) fn installed_above(&self, name: &str) -> Option<PathBuf> {
        let above = self.root.ancestors().skip(1);
        above.map(|place| place.join("node_modules").join(name)).find(|place| place.is_dir())
    }

    /// `folder` and what is above it, as far as it belongs to the project.
    pub(crate) fn upwards<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a Path> {
        folder.ancestors().take_while(|folder| folder.starts_with(&self.root))
    }
}

/// The folder of the project that an entry file belongs to: the workspace or repository around it, else the
/// nearest folder with a package.json or node_modules, else the current folder when the file is below it,
/// else the file's own folder. `entry` is canonical.
#[must_use]
pub fn project_root(entry: &Path) -> PathBuf {
    let own = entry.parent().unwrap_or(Path::new("/"));
    let is_workspace = |folder: &&Path| {
        [".git", "pnpm-workspace.yaml"].iter().any(|mark| folder.join(mark).exists())
            || Package::read(folder).is_some_and(|package| package.is_workspace())
    };
    let is_package = |folder: &&Path| ["package.json", "node_modules"].iter().any(|mark| folder.join(mark).exists());
    let marked = own.ancestors().find(is_workspace).or_else(|| own.ancestors().find(is_package));
    let here =
        || std::env::current_dir().and_then(|here| here.canonicalize()).ok().filter(|here| own.starts_with(here));
    // The root of the file system is nobody's project.
    let found = marked.map(Path::to_path_buf).or_else(here).filter(|found| found.parent().is_some());
    found.unwrap_or_else(|| own.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn package(json: Value) -> Package {
        Package { folder: "/p".into(), json }
    }

    fn file(path: &str) -> Target {
        Target::File(Path::new("/p").join(path))
    }

    #[rstest]
    #[case("zod", Some(("zod", ".")))]
    #[case("zod/v4/core", Some(("zod", "./v4/core")))]
    #[case("@a/b", Some(("@a/b", ".")))]
    #[case("@a/b/c.js", Some(("@a/b", "./c.js")))]
    #[case("@a", None)]
    #[case("./x", None)]
    #[case("", None)]
    #[case("a%2fb", None)]
    fn names(#[case] written: &str, #[case] expected: Option<(&str, &str)>) {
        assert_eq!(split_name(written), expected.map(|(name, rest)| (name, rest.to_owned())));
    }

    #[test]
    fn exports_are_read_as_node_does() {
        let package = package(json!({"exports": {
            ".": {"types": "./t.d.ts", "import": "./i.mjs", "require": "./r.cjs"},
            "./nested": {"node": {"import": "./ni.mjs"}, "default": "./d.js"},
            "./features/*.js": "./src/*.js",
            "./features/private/*": null,
            "./features/*": "./src/*.js",
            "./list": ["nonsense", "./second.js"],
            "./out": "./../../etc/passwd",
            "./deep": "./node_modules/x.js",
            "./bare": "x.js",
            "./browser": {"browser": "./b.js"},
        }}));
        let import = |subpath| package.exported(subpath, Wish::Import);
        assert_eq!(import("."), file("i.mjs"));
        assert_eq!(package.exported(".", Wish::Require), file("r.cjs"));
        assert_eq!(import("./nested"), file("ni.mjs"));
        assert_eq!(package.exported("./nested", Wish::Require), file("d.js"));
        assert_eq!(import("./features/a.js"), file("src/a.js"));
        assert_eq!(import("./features/a/b"), file("src/a/b.js"));
        assert_eq!(import("./features/private/a"), Target::Missing);
        assert_eq!(import("./list"), file("second.js"));
        assert_eq!(import("./none"), Target::Missing);
        assert_eq!(import("./browser"), Target::Missing);
        for wrong in ["./out", "./deep", "./bare"] {
            assert!(matches!(import(wrong), Target::Invalid(_)), "{wrong}");
        }
        assert!(matches!(import("./features/../../x"), Target::Invalid(_)));
    }

    #[test]
    fn exports_may_be_one_target() {
        assert_eq!(package(json!({"exports": "./a.js"})).exported(".", Wish::Import), file("a.js"));
        assert_eq!(package(json!({"exports": "./a.js"})).exported("./b", Wish::Import), Target::Missing);
        let conditions = package(json!({"exports": {"require": "./r.js", "default": "./d.js"}}));
        assert_eq!(conditions.exported(".", Wish::Import), file("d.js"));
        assert_eq!(conditions.exported(".", Wish::Require), file("r.js"));
    }

    #[test]
    fn imports_may_name_other_packages() {
        let package = package(json!({"imports": {"#a": "./a.js", "#dep": {"node": "dep/x"}, "#u/*": "./u/*.js"}}));
        assert_eq!(package.imported("#a", Wish::Import), file("a.js"));
        assert_eq!(package.imported("#dep", Wish::Import), Target::Other("dep/x".into()));
        assert_eq!(package.imported("#u/b", Wish::Import), file("u/b.js"));
        assert_eq!(package.imported("#none", Wish::Import), Target::Missing);
    }

    #[test]
    fn the_project_is_the_workspace_or_the_package() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("packages/app/src")).unwrap();
        let entry = root.join("packages/app/src/w.ts");
        assert_eq!(project_root(&entry), root.join("packages/app/src"));
        std::fs::write(root.join("packages/app/package.json"), "{}").unwrap();
        assert_eq!(project_root(&entry), root.join("packages/app"));
        std::fs::write(root.join("package.json"), r#"{"workspaces": ["packages/*"]}"#).unwrap();
        assert_eq!(project_root(&entry), root);
    }
}
