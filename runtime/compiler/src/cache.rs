//! The cache of compiled modules: keyed by content, so it is never stale; shared by all projects of a user.

use crate::{
    source::Language,
    transpile::{Options, Output},
};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::SystemTime,
};

/// Grows with every change of the compiler's output that a version number does not show.
const FORMAT: u32 = 6;
/// The cache is cut back when it is larger than this, in bytes.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// What is left of it then.
const KEPT_BYTES: u64 = 192 * 1024 * 1024;
/// Bytes of the check sum in front of each entry.
const SUM_BYTES: usize = 32;

/// A folder of compiled modules. Any number of processes may use it at once: entries are written beside
/// their place and then moved there, and one that is damaged is the same as none.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    max_bytes: u64,
    has_written: AtomicBool,
}

impl Cache {
    /// A cache in this folder, which need not exist.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, max_bytes: MAX_BYTES, has_written: AtomicBool::new(false) }
    }

    /// Where the key of a module's text is kept.
    fn place(&self, text: &str, name: &str, options: Options<'_>) -> PathBuf {
        let mut hasher = Sha256::new();
        let head = format!(
            "{FORMAT} {} {name} {:?} {} {} {:?} {} {:?}\0",
            env!("CARGO_PKG_VERSION"),
            options.language == Language::TypeScript,
            options.is_declaration,
            options.source_map,
            options.goal,
            options.defers,
            (options.instrument, options.counted_as, options.left_out)
        );
        hasher.update(head.as_bytes());
        hasher.update(text.as_bytes());
        let key: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(&key[..2]).join(&key[2..])
    }

    /// The compiled module, if it is known.
    pub(crate) fn get(&self, text: &str, name: &str, options: Options<'_>) -> Option<Output> {
        let bytes = fs::read(self.place(text, name, options)).ok()?;
        let (sum, content) = bytes.split_at_checked(SUM_BYTES)?;
        if Sha256::digest(content).as_slice() != sum {
            return None;
        }
        postcard::from_bytes(content).ok()
    }

    /// Keeps a compiled module. A full or read-only disk is no reason to fail.
    pub(crate) fn put(&self, text: &str, name: &str, options: Options<'_>, output: &Output) {
        let Ok(content) = postcard::to_allocvec(output) else { return };
        let place = self.place(text, name, options);
        if write(&place, &content).is_ok() {
            self.has_written.store(true, Ordering::Relaxed);
        }
    }

    /// Removes the oldest entries of a cache that has grown too large. Cheap when nothing was added.
    pub(crate) fn tidy(&self) {
        if !self.has_written.swap(false, Ordering::Relaxed) {
            return;
        }
        let folders = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let files = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = files
            .filter_map(|file| {
                let metadata = file.metadata().ok()?;
                Some((metadata.modified().ok()?, metadata.len(), file.path()))
            })
            .collect();
        let mut total: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        if total <= self.max_bytes {
            return;
        }
        entries.sort();
        let kept = self.max_bytes / (MAX_BYTES / 1024) * (KEPT_BYTES / 1024);
        for (_, bytes, path) in entries {
            if total <= kept {
                break;
            }
            // Another process may have removed it.
            let _ = fs::remove_file(path);
            total -= bytes;
        }
    }
}

fn write(place: &Path, content: &[u8]) -> std::io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let unique = format!(".{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let aside = folder.join(unique);
    let written = fs::File::create(&aside).and_then(|mut file| {
        file.write_all(&Sha256::digest(content))?;
        file.write_all(content)
    });
    let moved = written.and_then(|()| fs::rename(&aside, place));
    if moved.is_err() {
        let _ = fs::remove_file(&aside);
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile_with;

    fn project() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.ts"), "import { b } from './b.cjs'; export const a: number = b;").unwrap();
        fs::write(dir.path().join("b.cjs"), "exports.b = 1;").unwrap();
        dir
    }

    fn entries(folder: &Path) -> Vec<PathBuf> {
        let folders = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: Vec<_> =
            folders.flat_map(|one| fs::read_dir(one.path()).unwrap().flatten().map(|file| file.path())).collect();
        files.sort();
        files
    }

    #[test]
    fn a_warm_cache_gives_the_same_program() {
        let (project, folder) = (project(), tempfile::tempdir().unwrap());
        let cache = Cache::new(folder.path().join("c"));
        let cold = compile_with(&project.path().join("a.ts"), Some(&cache)).unwrap();
        let files = entries(&folder.path().join("c"));
        assert_eq!(files.len(), 2);
        let before: Vec<_> = files.iter().map(|file| file.metadata().unwrap().modified().unwrap()).collect();
        let warm = compile_with(&project.path().join("a.ts"), Some(&cache)).unwrap();
        assert_eq!(warm, cold);
        let after: Vec<_> = files.iter().map(|file| file.metadata().unwrap().modified().unwrap()).collect();
        assert_eq!(before, after, "nothing was compiled again");
        assert_eq!(compile_with(&project.path().join("a.ts"), None).unwrap(), cold);
    }

    #[test]
    fn damaged_entries_are_compiled_again() {
        let (project, folder) = (project(), tempfile::tempdir().unwrap());
        let cache = Cache::new(folder.path().to_path_buf());
        let cold = compile_with(&project.path().join("a.ts"), Some(&cache)).unwrap();
        for file in entries(folder.path()) {
            let mut bytes = fs::read(&file).unwrap();
            let last = bytes.len() - 3;
            bytes[last] ^= 1;
            fs::write(file, bytes).unwrap();
        }
        assert_eq!(compile_with(&project.path().join("a.ts"), Some(&cache)).unwrap(), cold);
    }

    #[test]
    fn a_cache_that_is_too_large_is_cut_back() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache { max_bytes: 1 << 20, ..Cache::new(folder.path().to_path_buf()) };
        for name in 0..8 {
            let place = folder.path().join("aa").join(name.to_string());
            write(&place, &[0; 200 << 10]).unwrap();
        }
        cache.has_written.store(true, Ordering::Relaxed);
        cache.tidy();
        let left: u64 = entries(folder.path()).iter().map(|file| file.metadata().unwrap().len()).sum();
        assert!(left <= 768 << 10 && left > 0, "{left}");
    }

    #[test]
    fn a_folder_that_cannot_be_written_does_no_harm() {
        let project = project();
        let cache = Cache::new("/dev/null/cache".into());
        assert!(compile_with(&project.path().join("a.ts"), Some(&cache)).is_ok());
    }
}
