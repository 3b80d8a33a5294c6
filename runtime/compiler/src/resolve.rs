//! From an import specifier to a file: which files are tried, and what to say when none fits.

use crate::{
    builtins::{builtin_specifier, is_replaceable},
    packages::{Package, Packages, Target, Wish, split_name},
    source::Language,
};
use cronflow_core::error::Code;
use std::path::{Component, Path, PathBuf};

/// Extensions that may be left out, in the order they are tried.
const EXTENSIONS: [&str; 6] = ["ts", "mts", "js", "mjs", "cjs", "json"];
/// The same inside packages, which may hold their TypeScript beside what they offer.
const PACKAGE_EXTENSIONS: [&str; 6] = ["js", "json", "cjs", "mjs", "ts", "mts"];
/// Names of a package's `exports` that an error lists.
const MAX_LISTED: usize = 12;

/// What an import names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// A built-in module.
    Builtin(&'static str),
    /// A file, canonical.
    File(PathBuf),
}

/// Why an import names nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unresolved {
    /// Which error it is.
    pub(crate) code: Code,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: String,
}

impl Unresolved {
    fn new(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: help.into() }
    }

    fn not_found(written: &str, help: impl Into<String>) -> Self {
        Self::new(Code::UnresolvedImport, format!("cannot find '{written}'"), help)
    }
}

/// Resolves `written` as a file of directory `from` asks for it.
pub(crate) fn resolve(packages: &Packages, written: &str, from: &Path, wish: Wish) -> Result<Resolved, Unresolved> {
    if let Some(path) = written.strip_prefix("file://") {
        return resolve(packages, path, Path::new("/"), wish);
    }
    if let Some(name) = builtin_specifier(written) {
        // A real package of that name is what its author meant, if it is there.
        let package = is_replaceable(name).then(|| find_package(packages, written, from, wish)).flatten();
        return package.unwrap_or(Ok(Resolved::Builtin(name)));
    }
    if written.starts_with('#') {
        return of_own_imports(packages, written, from, wish);
    }
    if is_path(written) {
        let target = normalise(&from.join(written));
        // A trailing slash asks for the directory, also when a file of that name stands beside it.
        let wants_directory = matches!(written.rsplit('/').next(), Some("" | "." | ".."));
        let found = find(packages, &target, wants_directory);
        let found = found.ok_or_else(|| Unresolved::not_found(written, path_help(written, &target)))?;
        return inside(packages, written, &found);
    }
    find_package(packages, written, from, wish).unwrap_or_else(|| Err(missing_package(packages, written, from)))
}

/// What a folder `__mocks__` has for a module: for a file the folder beside it, for others one at the importing file
/// or above it.
pub(crate) fn manual_mock(packages: &Packages, written: &str, from: &Path) -> Option<PathBuf> {
    let beside = |path: &Path| Some(path.parent()?.join("__mocks__").join(path.file_stem()?));
    let found = match resolve(packages, written, from, Wish::Import) {
        Ok(Resolved::File(path)) if !is_in_package(&path) => find_file(&beside(&path)?, &EXTENSIONS),
        _ if is_path(written) => None,
        _ => {
            let name = written.strip_prefix("node:").unwrap_or(written);
            let places = packages.upwards(from).map(|folder| folder.join("__mocks__").join(name));
            let mut found = places.filter_map(|place| find(packages, &place, false));
            found.next()
        }
    };
    found.and_then(|path| path.canonicalize().ok()).filter(|path| path.starts_with(&packages.root))
}

/// A package's file; `None` when the package is not installed.
fn find_package(packages: &Packages, written: &str, from: &Path, wish: Wish) -> Option<Result<Resolved, Unresolved>> {
    let (name, subpath) = split_name(written)?;
    // A package may import itself by its name.
    let own = packages.around(from).filter(|own| own.name() == Some(name) && own.has_exports());
    if let Some(own) = own {
        return Some(of_exports(packages, &own, written, &subpath, wish));
    }
    let folder = packages.installed(name, from)?;
    let package = packages.at(&folder);
    Some(match package {
        Some(package) if package.has_exports() => of_exports(packages, &package, written, &subpath, wish),
        package => of_files(packages, &folder, package.as_deref(), written, &subpath),
    })
}

/// A package that says what it offers.
fn of_exports(
    packages: &Packages,
    package: &Package,
    written: &str,
    subpath: &str,
    wish: Wish,
) -> Result<Resolved, Unresolved> {
    let name = split_name(written).map_or(written, |(name, _)| name);
    match package.exported(subpath, wish) {
        Target::File(path) if path.is_file() => inside(packages, written, &path),
        Target::File(path) => Err(Unresolved::new(
            Code::PackagePath,
            format!("the package '{name}' names {} for '{written}', and there is no such file", path.display()),
            format!("install it again: npm install {name}"),
        )),
        Target::Invalid(why) => Err(Unresolved::new(
            Code::PackagePath,
            format!("the package.json of '{name}' has a wrong entry for '{written}': {why}"),
            "tell its author, or use another version of it",
        )),
        Target::Missing | Target::Other(_) => {
            let offered = package.offered();
            let listed =
                offered.iter().take(MAX_LISTED).map(|path| format!("'{name}{}'", path.trim_start_matches('.')));
            let listed = listed.collect::<Vec<_>>().join(", ");
            let more = if offered.len() > MAX_LISTED { " and more" } else { "" };
            let way = if wish == Wish::Import { "import" } else { "require()" };
            Err(Unresolved::new(
                Code::PackagePath,
                format!("the package '{name}' does not offer '{written}' to {way}"),
                format!("its package.json offers {listed}{more}"),
            ))
        }
    }
}

/// A package without `exports`: its main file, or the file that is named.
fn of_files(
    packages: &Packages,
    folder: &Path,
    package: Option<&Package>,
    written: &str,
    subpath: &str,
) -> Result<Resolved, Unresolved> {
    if subpath != "." {
        let target = normalise(&folder.join(subpath));
        let found = if target.starts_with(folder) { find(packages, &target, subpath.ends_with('/')) } else { None };
        let message = || format!("there is no '{written}' in the installed package");
        let help = || match target.starts_with(folder) {
            true => path_help(subpath, &target),
            false => "the path leads out of the package".to_owned(),
        };
        let found = found.ok_or_else(|| Unresolved::new(Code::PackagePath, message(), help()))?;
        return inside(packages, written, &found);
    }
    match main_of(folder, package, folder) {
        Some(found) => inside(packages, written, &found),
        None if folder.join("binding.gyp").exists() => Err(native_addon(written)),
        None => Err(Unresolved::new(
            Code::PackagePath,
            format!("the package '{written}' has no main file"),
            "it may only hold types; import a path inside of it, or use `import type`",
        )),
    }
}

/// `within`: what the main file must lie in. That of a folder of a package may lie beside the folder.
fn main_of(folder: &Path, package: Option<&Package>, within: &Path) -> Option<PathBuf> {
    let mains = package.map(Package::mains).unwrap_or_default();
    let named = mains.iter().find_map(|main| {
        let target = normalise(&folder.join(main));
        let is_inside = target.starts_with(within);
        is_inside
            .then(|| find_file(&target, &PACKAGE_EXTENSIONS).or_else(|| find_index(&target, &PACKAGE_EXTENSIONS)))?
    });
    named.or_else(|| find_index(folder, &PACKAGE_EXTENSIONS))
}

/// `#name`: what the importing package's own `imports` say.
fn of_own_imports(packages: &Packages, written: &str, from: &Path, wish: Wish) -> Result<Resolved, Unresolved> {
    let help = "names that begin with # are declared under \"imports\" in package.json";
    let Some(package) = packages.around(from) else {
        return Err(Unresolved::not_found(written, help));
    };
    match package.imported(written, wish) {
        Target::File(path) => match find_file(&path, &EXTENSIONS) {
            Some(found) => inside(packages, written, &found),
            None => Err(Unresolved::not_found(
                written,
                format!("package.json names {}, and there is no such file", path.display()),
            )),
        },
        Target::Other(name) => resolve(packages, &name, &package.folder, wish),
        Target::Invalid(why) => {
            Err(Unresolved::not_found(written, format!("its entry in package.json is wrong: {why}")))
        }
        Target::Missing => Err(Unresolved::not_found(written, help)),
    }
}

/// The canonical path of a file, if it belongs to the project.
fn inside(packages: &Packages, written: &str, found: &Path) -> Result<Resolved, Unresolved> {
    if found.extension().is_some_and(|extension| extension == "node") {
        return Err(native_addon(written));
    }
    let path = found.canonicalize().map_err(|error| Unresolved::not_found(written, error.to_string()))?;
    if path.starts_with(&packages.root) {
        return Ok(Resolved::File(path));
    }
    Err(Unresolved::new(
        Code::OutsideProject,
        format!("'{written}' leads to {}, outside of the project {}", path.display(), packages.root.display()),
        "put a package.json (it may hold just {}) into the folder that holds both, or install or copy the files into the project",
    ))
}

fn native_addon(written: &str) -> Unresolved {
    Unresolved::new(
        Code::NativeAddon,
        format!("'{written}' is a native addon, which only Node.js can load"),
        "use a package that is written in JavaScript",
    )
}

fn is_path(written: &str) -> bool {
    matches!(written, "." | "..") || ["./", "../", "/"].iter().any(|start| written.starts_with(start))
}

/// Removes `.` and `..` by name, so that `./a/../b` works even when `a` does not exist.
fn normalise(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Whether a file lies in a package that somebody else wrote.
pub(crate) fn is_in_package(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "node_modules")
}

/// A file, or what a folder stands for.
fn find(packages: &Packages, target: &Path, wants_directory: bool) -> Option<PathBuf> {
    let extensions = if is_in_package(target) { &PACKAGE_EXTENSIONS } else { &EXTENSIONS };
    let file = if wants_directory { None } else { find_file(target, extensions) };
    file.or_else(|| {
        let package = packages.at(target).filter(|_| target.is_dir());
        package.and_then(|package| main_of(target, Some(&package), &packages.root))
    })
    .or_else(|| find_index(target, extensions))
}

fn find_file(target: &Path, extensions: &[&str]) -> Option<PathBuf> {
    names_of_file(target, extensions).into_iter().find(|path| path.is_file())
}

/// The files that a path may mean, the best first.
fn names_of_file(target: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut candidates = vec![target.to_path_buf()];
    // TypeScript's convention: code says `./x.js` and means the file x.ts.
    match target.extension().and_then(|extension| extension.to_str()) {
        Some("js") => candidates.push(target.with_extension("ts")),
        Some("mjs") => candidates.push(target.with_extension("mts")),
        _ => {}
    }
    candidates.extend(extensions.iter().map(|extension| with_suffix(target, &format!(".{extension}"))));
    candidates.push(with_suffix(target, ".node"));
    candidates
}

fn find_index(target: &Path, extensions: &[&str]) -> Option<PathBuf> {
    names_of_index(target, extensions).find(|path| path.is_file())
}

/// The files that a folder may stand for.
fn names_of_index(target: &Path, extensions: &[&str]) -> impl Iterator<Item = PathBuf> {
    extensions.iter().map(|extension| target.join(format!("index.{extension}")))
}

/// Where `written` is looked for: it may lead somewhere when one of these files comes to be or changes.
pub(crate) fn places(packages: &Packages, written: &str, from: &Path) -> Vec<PathBuf> {
    let of_target = |target: &Path| {
        let mut places = names_of_file(target, &EXTENSIONS);
        places.extend(names_of_index(target, &EXTENSIONS));
        places.push(target.join("package.json"));
        places
    };
    if is_path(written) {
        return of_target(&normalise(&from.join(written)));
    }
    let Some((name, subpath)) = split_name(written) else { return Vec::new() };
    let of_package = |folder: &Path| {
        let package = folder.join("node_modules").join(name);
        let mut places = of_target(&normalise(&package.join(&subpath)));
        places.push(package.join("package.json"));
        places
    };
    packages.upwards(from).flat_map(of_package).collect()
}

fn missing_package(packages: &Packages, written: &str, from: &Path) -> Unresolved {
    if written.starts_with("node:") {
        return Unresolved::not_found(written, "Node.js has no module of that name");
    }
    if written == "cronflow" || written.starts_with("cronflow/") {
        return Unresolved::not_found(written, "did you mean 'cronflow'?");
    }
    if written.contains("://") {
        return Unresolved::not_found(written, "modules cannot be imported from a URL; save the file beside yours");
    }
    let Some((name, _)) = split_name(written) else {
        return Unresolved::not_found(written, "write './' before the name of a file, or the name of an npm package");
    };
    let message = format!("the package '{name}' is not installed");
    if let Some(found) = find_file(&from.join(written), &EXTENSIONS) {
        let file = found.file_name().unwrap_or_default().to_string_lossy();
        return Unresolved::new(
            Code::PackageMissing,
            message,
            format!("if you mean the file {file}, write './{written}'"),
        );
    }
    if let Some(above) = packages.installed_above(name) {
        let help = format!(
            "there is one in {}, above the project {}; install it in the project: npm install {name}",
            above.display(),
            packages.root.display()
        );
        return Unresolved::new(Code::PackageMissing, message, help);
    }
    if name == "zod" {
        let help = "built in are only 'zod' and 'zod/v4'; for the rest of the package: npm install zod";
        return Unresolved::new(Code::PackageMissing, message, help);
    }
    Unresolved::new(
        Code::PackageMissing,
        message,
        format!("install it in {}: npm install {name}", packages.root.display()),
    )
}

/// Looks for a file beside the missing one that differs only in extension, case or a typo.
fn path_help(written: &str, target: &Path) -> String {
    let stem = |name: &str| name.split('.').next().unwrap_or(name).to_lowercase();
    let wanted = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut names: Vec<String> = target
        .parent()
        .and_then(|parent| std::fs::read_dir(parent).ok())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| is_near(&stem(name), &stem(&wanted)))
        .collect();
    names.sort_by_key(|name| {
        let unusable = Language::of(Path::new(name)).is_none();
        (distance(&stem(name), &stem(&wanted)), unusable, name.clone())
    });
    let prefix = written.rfind('/').map_or("./", |slash| &written[..=slash]);
    match names.first() {
        Some(name) if Language::of(Path::new(name)).is_some() || !name.contains('.') => {
            format!("did you mean '{prefix}{name}'?")
        }
        Some(name) => {
            format!("there is a file '{prefix}{name}', but only .ts, .mts, .js, .mjs, .cjs and .json can be imported")
        }
        None => "check the path; it is relative to the file that contains the import".into(),
    }
}

/// Whether somebody may have meant a name by what was written: a typo in a longer one.
pub(crate) fn is_near(name: &str, written: &str) -> bool {
    distance(name, written) <= usize::from(written.len() > 3) * 2
}

/// Edit distance, for "did you mean". Names are short, so the simple way is fast enough.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, a) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn tree(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let root = dir.path().canonicalize().unwrap();
        (dir, root)
    }

    fn look_up(written: &str, root: &Path, from: &Path) -> Result<Resolved, Unresolved> {
        resolve(&Packages::new(root.to_path_buf()), written, from, Wish::Import)
    }

    const FILES: &[&str] = &[
        "a.ts",
        "b.mts",
        "c.js",
        "d.mjs",
        "e.json",
        "both.js",
        "both.ts",
        "dir/index.ts",
        "same.ts",
        "same/index.ts",
        "dots.config.ts",
        "view.tsx",
        "Client.ts",
        "sub/up.ts",
    ];

    #[rstest]
    #[case("./a.ts", "a.ts")]
    #[case("./a", "a.ts")]
    #[case("./a.js", "a.ts")]
    #[case("./b", "b.mts")]
    #[case("./b.mjs", "b.mts")]
    #[case("./c", "c.js")]
    #[case("./d", "d.mjs")]
    #[case("./e", "e.json")]
    #[case("./e.json", "e.json")]
    #[case("./both", "both.ts")]
    #[case("./both.js", "both.js")]
    #[case("./dir", "dir/index.ts")]
    #[case("./dir/", "dir/index.ts")]
    #[case("./dir/.", "dir/index.ts")]
    #[case("./same", "same.ts")]
    #[case("./same/", "same/index.ts")]
    #[case("./dots.config", "dots.config.ts")]
    #[case("./missing/../a", "a.ts")]
    fn finds_files(#[case] written: &str, #[case] expected: &str) {
        let (_dir, root) = tree(FILES);
        assert_eq!(look_up(written, &root, &root), Ok(Resolved::File(root.join(expected))));
    }

    #[test]
    fn goes_up_and_takes_absolute_paths() {
        let (_dir, root) = tree(FILES);
        assert_eq!(look_up("../a", &root, &root.join("sub")), Ok(Resolved::File(root.join("a.ts"))));
        let absolute = root.join("a.ts").display().to_string();
        assert_eq!(look_up(&absolute, &root, &root), Ok(Resolved::File(root.join("a.ts"))));
        assert_eq!(look_up("cronflow/sdk", &root, &root), Ok(Resolved::Builtin("cronflow/sdk")));
    }

    #[rstest]
    #[case("./client", "did you mean './Client.ts'?")]
    #[case("./a.mjs", "did you mean './a.ts'?")]
    #[case("./cleint", "did you mean './Client.ts'?")]
    #[case("./view", "'./view.tsx'")]
    #[case("./nothing-like-it", "check the path")]
    #[case("left-pad", "npm install left-pad")]
    #[case("@scope/pack/sub", "npm install @scope/pack")]
    #[case("both", "write './both'")]
    #[case("node:nope", "Node.js has no module")]
    #[case("#inner", "package.json")]
    #[case("https://x.y/z.ts", "URL")]
    #[case("cronflow/nope", "'cronflow'")]
    fn helps_when_nothing_is_found(#[case] written: &str, #[case] help: &str) {
        let (_dir, root) = tree(FILES);
        let error = look_up(written, &root, &root).unwrap_err();
        assert!(error.help.contains(help), "{}", error.help);
    }

    /// A project with packages: path and content.
    fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let root = dir.path().canonicalize().unwrap();
        (dir, root)
    }

    #[rstest]
    #[case("main", "node_modules/main/lib/m.js")]
    #[case("main/lib/m", "node_modules/main/lib/m.js")]
    #[case("main/dir", "node_modules/main/dir/index.js")]
    #[case("only-module", "node_modules/only-module/esm.mjs")]
    #[case("index", "node_modules/index/index.js")]
    #[case("mapped", "node_modules/mapped/i.mjs")]
    #[case("mapped/deep/x", "node_modules/mapped/src/x.js")]
    #[case("@s/p", "node_modules/@s/p/index.js")]
    #[case("self/inner", "src/inner.ts")]
    #[case("#local", "src/inner.ts")]
    #[case("#dep", "node_modules/main/lib/m.js")]
    #[case("zod", "node_modules/zod/index.js")]
    #[case("zod/v4", "node_modules/zod/v4/index.js")]
    fn finds_packages(#[case] written: &str, #[case] expected: &str) {
        let (_dir, root) = project(PACKAGES);
        assert_eq!(look_up(written, &root, &root.join("src")), Ok(Resolved::File(root.join(expected))));
    }

    const PACKAGES: &[(&str, &str)] = &[
        (
            "package.json",
            r##"{"name": "self", "exports": {"./inner": "./src/inner.ts"}, "imports": {"#local": "./src/inner.ts", "#dep": "main"}}"##,
        ),
        ("src/inner.ts", ""),
        ("node_modules/main/package.json", r#"{"main": "./lib/m"}"#),
        ("node_modules/main/lib/m.js", ""),
        ("node_modules/main/lib/m.ts", ""),
        ("node_modules/main/dir/index.js", ""),
        ("node_modules/only-module/package.json", r#"{"main": "gone.js", "module": "esm.mjs"}"#),
        ("node_modules/only-module/esm.mjs", ""),
        ("node_modules/index/index.js", ""),
        (
            "node_modules/mapped/package.json",
            r#"{"exports": {".": {"import": "./i.mjs", "require": "./r.cjs"}, "./deep/*": "./src/*.js", "./gone": "./gone.js"}}"#,
        ),
        ("node_modules/mapped/i.mjs", ""),
        ("node_modules/mapped/hidden.js", ""),
        ("node_modules/mapped/src/x.js", ""),
        ("node_modules/@s/p/index.js", ""),
        ("node_modules/zod/index.js", ""),
        ("node_modules/zod/v4/index.js", ""),
        ("node_modules/addon/package.json", r#"{"main": "./build/a.node"}"#),
        ("node_modules/addon/build/a.node", ""),
        ("node_modules/types/package.json", r#"{"types": "index.d.ts"}"#),
    ];

    #[rstest]
    #[case("mapped/hidden.js", Code::PackagePath, "'mapped/deep/*'")]
    #[case("mapped/gone", Code::PackagePath, "npm install mapped")]
    #[case("main/nope", Code::PackagePath, "check the path")]
    #[case("main/../index/index.js", Code::PackagePath, "path")]
    #[case("addon", Code::NativeAddon, "JavaScript")]
    #[case("types", Code::PackagePath, "import type")]
    fn explains_what_packages_do_not_offer(#[case] written: &str, #[case] code: Code, #[case] help: &str) {
        let (_dir, root) = project(PACKAGES);
        let error = look_up(written, &root, &root.join("src")).unwrap_err();
        assert_eq!(error.code, code, "{error:?}");
        assert!(error.help.contains(help), "{}", error.help);
    }

    #[test]
    fn of_zod_one_version_is_built_in() {
        let (_dir, root) = project(&[("a.ts", "")]);
        for written in ["zod", "zod/v4"] {
            assert_eq!(look_up(written, &root, &root), Ok(Resolved::Builtin("zod")));
        }
        for written in ["zod/v3", "zod/mini", "zod/v4/core"] {
            let error = look_up(written, &root, &root).unwrap_err();
            assert_eq!(error.code, Code::PackageMissing);
            assert!(error.help.contains("'zod/v4'") && error.help.contains("npm install zod"), "{}", error.help);
        }
    }

    #[test]
    fn links_stay_inside_the_project() {
        let (_dir, root) = project(&[("app/a.ts", ""), ("store/inside/index.js", ""), ("outside/index.js", "")]);
        let packages = root.join("app/node_modules");
        std::fs::create_dir_all(&packages).unwrap();
        std::fs::rename(root.join("store"), root.join("app/store")).unwrap();
        std::os::unix::fs::symlink(root.join("app/store/inside"), packages.join("inside")).unwrap();
        std::os::unix::fs::symlink(root.join("outside"), packages.join("outside")).unwrap();
        let app = root.join("app");
        assert_eq!(look_up("inside", &app, &app), Ok(Resolved::File(app.join("store/inside/index.js"))));
        assert_eq!(look_up("outside", &app, &app).unwrap_err().code, Code::OutsideProject);
        assert_eq!(look_up("../outside/index.js", &app, &app).unwrap_err().code, Code::OutsideProject);
    }
}
