//! The archive file: a program with its packages and source maps, to be run where nothing else is.
//!
//! `CFAR`, the version of the format, the digest of what follows, the program.

use crate::diagnostics::display_path;
use cronflow_core::{
    archive::Archive,
    error::{Code, Diagnostic},
};
use sha2::{Digest as _, Sha256};
use std::path::Path;

const MAGIC: &[u8; 4] = b"CFAR";
/// Changes when an archive of before can no longer be read.
const VERSION: u16 = 1;
const HEAD: usize = MAGIC.len() + size_of::<u16>();
const SUM: usize = 32;

/// The bytes of an archive file.
///
/// # Errors
/// Only when memory is short.
pub fn pack(archive: &Archive) -> Result<Vec<u8>, Diagnostic> {
    // Where the program was built is nobody's business.
    let portable = Archive { root: ".".into(), ..archive.clone() };
    let content = postcard::to_allocvec(&portable)
        .map_err(|error| Diagnostic::new(Code::Internal, format!("the archive cannot be written: {error}")))?;
    let mut bytes = Vec::with_capacity(HEAD + SUM + content.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&Sha256::digest(&content));
    bytes.extend_from_slice(&content);
    Ok(bytes)
}

/// The program of an archive file; its files are taken to lie beside it.
///
/// # Errors
/// When the file cannot be read, is no archive, is damaged, or of another version.
pub fn unpack(path: &Path) -> Result<Archive, Diagnostic> {
    let shown = display_path(path);
    let bytes = std::fs::read(path).map_err(|error| {
        Diagnostic::new(Code::UnreadableFile, format!("cannot read {shown}: {error}"))
            .with_help("check the path; it is relative to the current directory")
    })?;
    let bad = |what: &str| {
        Diagnostic::new(Code::BadArchive, format!("{shown} {what}"))
            .with_help("build it again: cronflow-rt build workflow.ts -o app.cfar")
    };
    let rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(|| bad("is not an archive"))?;
    let (version, rest) = rest.split_at_checked(size_of::<u16>()).ok_or_else(|| bad("is cut off"))?;
    if version != VERSION.to_le_bytes() {
        return Err(bad("was built by a version of cronflow-rt with another format"));
    }
    let (sum, content) = rest.split_at_checked(SUM).ok_or_else(|| bad("is cut off"))?;
    if Sha256::digest(content).as_slice() != sum {
        return Err(bad("is damaged: its content does not have the digest that it says"));
    }
    let archive: Archive = postcard::from_bytes(content).map_err(|_| bad("cannot be understood"))?;
    let folder = path.canonicalize().ok().and_then(|path| path.parent().map(Path::to_path_buf));
    Ok(Archive { root: folder.unwrap_or_else(|| ".".into()), ..archive })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn built() -> (tempfile::TempDir, Archive) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.ts"), "import './b.json'; export const a: number = 1;").unwrap();
        std::fs::write(dir.path().join("b.json"), "{}").unwrap();
        let archive = crate::compile(&dir.path().join("a.ts")).unwrap();
        (dir, archive)
    }

    #[test]
    fn comes_back_the_same() {
        let (dir, archive) = built();
        let file = dir.path().join("app.cfar");
        std::fs::write(&file, pack(&archive).unwrap()).unwrap();
        let unpacked = unpack(&file).unwrap();
        assert_eq!(unpacked.digest(), archive.digest());
        assert_eq!(unpacked, archive, "it lies in the same folder");
    }

    #[rstest]
    #[case::nothing(|_: &mut Vec<u8>| Vec::new(), "not an archive")]
    #[case::text(|_: &mut Vec<u8>| b"import x".to_vec(), "not an archive")]
    #[case::version(|bytes: &mut Vec<u8>| { bytes[4] = 9; bytes.clone() }, "another format")]
    #[case::bit(|bytes: &mut Vec<u8>| { let last = bytes.len() - 1; bytes[last] ^= 1; bytes.clone() }, "damaged")]
    #[case::cut(|bytes: &mut Vec<u8>| bytes[..bytes.len() / 2].to_vec(), "damaged")]
    #[case::head(|bytes: &mut Vec<u8>| bytes[..5].to_vec(), "cut off")]
    fn refuses_what_is_no_archive(#[case] change: fn(&mut Vec<u8>) -> Vec<u8>, #[case] message: &str) {
        let (dir, archive) = built();
        let file = dir.path().join("app.cfar");
        std::fs::write(&file, change(&mut pack(&archive).unwrap())).unwrap();
        let error = unpack(&file).unwrap_err();
        assert_eq!(error.code, Code::BadArchive);
        assert!(error.message.contains(message), "{}", error.message);
    }
}
