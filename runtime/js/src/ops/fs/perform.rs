//! One operation on the file system, with its permissions checked.

use super::paths::{Access, followed, unfollowed};
use cronflow_core::{error::Code, permissions::Permissions};
use std::{
    fs::{self, FileType, Metadata, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The largest file that is read at once.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Most entries that a recursive listing gives.
const MAX_ENTRIES: usize = 200_000;

/// A value from JavaScript.
#[derive(Debug)]
pub(super) enum Argument {
    Nothing,
    Flag(bool),
    Number(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// An entry of a folder; `parent` is relative to the folder that was listed.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) parent: String,
    pub(super) kind: &'static str,
}

/// What `stat` tells.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) kind: &'static str,
    pub(super) numbers: [(&'static str, f64); 14],
}

/// What an operation gives.
#[derive(Debug)]
pub(super) enum Answer {
    Nothing,
    Text(String),
    Bytes(Vec<u8>),
    Facts(Box<Facts>),
    Entries(Vec<Entry>),
}

/// Why it gives nothing.
#[derive(Debug)]
pub(super) enum Problem {
    Denied { path: String, access: Access },
    System { number: i32, reason: String, call: &'static str, path: String, target: Option<String> },
    TooLarge { path: String },
    Unknown(String),
}

impl Problem {
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Denied { .. } => "ERR_ACCESS_DENIED",
            Self::TooLarge { .. } => "ERR_FS_FILE_TOO_LARGE",
            Self::Unknown(_) => "ERR_INVALID_ARG_VALUE",
            Self::System { number, .. } => system_name(*number),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Denied { path, access } => {
                let (verb, flag) = match access {
                    Access::Read => ("read", "--allow-read"),
                    Access::Write => ("write", "--allow-write"),
                };
                let code = Code::PermissionDenied;
                write!(
                    f,
                    "{code}: not allowed to {verb} {path}, outside of the project: start cronflow-rt with {flag}={path}"
                )
            }
            Self::System { reason, call, path, target, .. } => {
                write!(f, "{}: {reason}, {call} '{path}'", self.code())?;
                target.as_ref().map_or(Ok(()), |target| write!(f, " -> '{target}'"))
            }
            Self::TooLarge { path } => write!(f, "the file {path} is larger than {} MiB", MAX_BYTES >> 20),
            Self::Unknown(what) => f.write_str(what),
        }
    }
}

/// The names that programs compare with.
fn system_name(number: i32) -> &'static str {
    match number {
        1 => "EPERM",
        2 => "ENOENT",
        9 => "EBADF",
        13 => "EACCES",
        17 => "EEXIST",
        18 => "EXDEV",
        20 => "ENOTDIR",
        21 => "EISDIR",
        22 => "EINVAL",
        24 => "EMFILE",
        26 => "ETXTBSY",
        28 => "ENOSPC",
        30 => "EROFS",
        36 => "ENAMETOOLONG",
        39 => "ENOTEMPTY",
        40 => "ELOOP",
        _ => "EIO",
    }
}

fn reason(number: i32, error: &io::Error) -> String {
    match number {
        1 => "operation not permitted".to_owned(),
        2 => "no such file or directory".to_owned(),
        13 => "permission denied".to_owned(),
        17 => "file already exists".to_owned(),
        20 => "not a directory".to_owned(),
        21 => "illegal operation on a directory".to_owned(),
        39 => "directory not empty".to_owned(),
        _ => error.to_string().to_lowercase(),
    }
}

/// The arguments of one operation.
struct Arguments<'a> {
    all: &'a [Argument],
    permissions: &'a Permissions,
}

impl Arguments<'_> {
    fn text(&self, index: usize) -> &str {
        match self.all.get(index) {
            Some(Argument::Text(text)) => text,
            _ => "",
        }
    }

    fn flag(&self, index: usize) -> bool {
        matches!(self.all.get(index), Some(Argument::Flag(true)))
    }

    fn number(&self, index: usize) -> Option<f64> {
        match self.all.get(index) {
            Some(Argument::Number(number)) => Some(*number),
            _ => None,
        }
    }

    fn bytes(&self, index: usize) -> &[u8] {
        match self.all.get(index) {
            Some(Argument::Bytes(bytes)) => bytes,
            _ => &[],
        }
    }

    fn problem(&self, error: &io::Error, call: &'static str, target: bool) -> Problem {
        let number = error.raw_os_error().unwrap_or(match error.kind() {
            io::ErrorKind::NotFound => 2,
            io::ErrorKind::AlreadyExists => 17,
            _ => 5,
        });
        let path = self.text(0).to_owned();
        let target = target.then(|| self.text(1).to_owned());
        Problem::System { number, reason: reason(number, error), call, path, target }
    }

    /// The place of the first path with links followed.
    fn place(&self, access: Access) -> Result<std::path::PathBuf, Problem> {
        followed(self.text(0), access, self.permissions)
    }

    fn entry(&self, index: usize, access: Access) -> Result<std::path::PathBuf, Problem> {
        unfollowed(self.text(index), access, self.permissions)
    }
}

/// Does it.
pub(super) fn perform(name: &str, all: &[Argument], permissions: &Permissions) -> Result<Answer, Problem> {
    let args = Arguments { all, permissions };
    let nothing = |done: io::Result<()>, call: &'static str| {
        done.map(|()| Answer::Nothing).map_err(|error| args.problem(&error, call, false))
    };
    match name {
        "readFile" => read_file(&args),
        "readPart" => read_part(&args),
        "writeFile" => write_file(&args),
        "stat" => stat(&args),
        "readdir" => read_dir(&args),
        "mkdir" => make_dir(&args),
        "rm" => remove(&args),
        "rmdir" => {
            let place = args.entry(0, Access::Write)?;
            nothing(if args.flag(1) { fs::remove_dir_all(place) } else { fs::remove_dir(place) }, "rmdir")
        }
        "unlink" => nothing(fs::remove_file(args.entry(0, Access::Write)?), "unlink"),
        "access" => access(&args),
        "realpath" => Ok(Answer::Text(existing(&args, "realpath")?.to_string_lossy().into_owned())),
        "readlink" => {
            let target = fs::read_link(args.entry(0, Access::Read)?);
            let target = target.map_err(|error| args.problem(&error, "readlink", false))?;
            Ok(Answer::Text(target.to_string_lossy().into_owned()))
        }
        "rename" | "copyFile" | "link" | "symlink" | "cp" => between(name, &args),
        "truncate" => {
            let file = OpenOptions::new().write(true).open(args.place(Access::Write)?);
            nothing(file.and_then(|file| file.set_len(args.number(1).unwrap_or_default() as u64)), "open")
        }
        "chmod" => {
            let mode = fs::Permissions::from_mode(args.number(1).unwrap_or_default() as u32);
            nothing(fs::set_permissions(args.place(Access::Write)?, mode), "chmod")
        }
        "utimes" => {
            let time = |index| {
                let seconds = args.number(index).filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
                UNIX_EPOCH + Duration::from_secs_f64(seconds.unwrap_or_default().min(1e12))
            };
            let times = fs::FileTimes::new().set_accessed(time(1)).set_modified(time(2));
            let file = fs::File::open(args.place(Access::Write)?);
            nothing(file.and_then(|file| file.set_times(times)), "utime")
        }
        "mkdtemp" => make_temporary(&args),
        _ => Err(Problem::Unknown(format!("there is no operation {name}"))),
    }
}

fn existing(args: &Arguments<'_>, call: &'static str) -> Result<std::path::PathBuf, Problem> {
    let place = args.place(Access::Read)?;
    place.canonicalize().map_err(|error| args.problem(&error, call, false))
}

fn read_file(args: &Arguments<'_>) -> Result<Answer, Problem> {
    let place = args.place(Access::Read)?;
    let mut bytes = Vec::new();
    let read = fs::File::open(place).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| args.problem(&error, "open", false))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Problem::TooLarge { path: args.text(0).to_owned() });
    }
    Ok(Answer::Bytes(bytes))
}

/// `readPart(path, offset, length)`: less at the end of the file.
fn read_part(args: &Arguments<'_>) -> Result<Answer, Problem> {
    let place = args.place(Access::Read)?;
    let (offset, length) = (args.number(1).unwrap_or_default() as u64, args.number(2).unwrap_or_default() as u64);
    let mut bytes = Vec::new();
    let read = fs::File::open(place).and_then(|mut file| {
        file.seek(SeekFrom::Start(offset))?;
        file.take(length.min(MAX_BYTES)).read_to_end(&mut bytes)
    });
    read.map(|_| Answer::Bytes(bytes)).map_err(|error| args.problem(&error, "read", false))
}

fn write_file(args: &Arguments<'_>) -> Result<Answer, Problem> {
    let place = args.place(Access::Write)?;
    let flag = args.text(2);
    let mut options = OpenOptions::new();
    match flag.trim_end_matches(['+', 's']) {
        "w" => options.write(true).create(true).truncate(true),
        "wx" | "xw" => options.write(true).create_new(true),
        "a" => options.append(true).create(true),
        "ax" | "xa" => options.append(true).create_new(true),
        "r" if flag.contains('+') => options.write(true),
        _ => return Err(Problem::Unknown(format!("the flag '{flag}' is not known"))),
    };
    if let Some(mode) = args.number(3) {
        options.mode(mode as u32);
    }
    let written = options.open(place).and_then(|mut file| file.write_all(args.bytes(1)));
    written.map(|()| Answer::Nothing).map_err(|error| args.problem(&error, "open", false))
}

fn kind(file_type: FileType) -> &'static str {
    match file_type {
        kind if kind.is_file() => "file",
        kind if kind.is_dir() => "dir",
        kind if kind.is_symlink() => "link",
        _ => "other",
    }
}

fn stat(args: &Arguments<'_>) -> Result<Answer, Problem> {
    let follows = args.flag(1);
    let found = if follows {
        fs::metadata(args.place(Access::Read)?)
    } else {
        fs::symlink_metadata(args.entry(0, Access::Read)?)
    };
    let metadata = found.map_err(|error| args.problem(&error, if follows { "stat" } else { "lstat" }, false))?;
    Ok(Answer::Facts(Box::new(facts(&metadata))))
}

fn facts(metadata: &Metadata) -> Facts {
    let millis = |time: io::Result<SystemTime>| {
        let since = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        since.unwrap_or_default().as_secs_f64() * 1000.0
    };
    let changed = metadata.ctime() as f64 * 1000.0 + metadata.ctime_nsec() as f64 / 1e6;
    let numbers = [
        ("dev", metadata.dev() as f64),
        ("mode", f64::from(metadata.mode())),
        ("nlink", metadata.nlink() as f64),
        ("uid", f64::from(metadata.uid())),
        ("gid", f64::from(metadata.gid())),
        ("rdev", metadata.rdev() as f64),
        ("blksize", metadata.blksize() as f64),
        ("ino", metadata.ino() as f64),
        ("size", metadata.len() as f64),
        ("blocks", metadata.blocks() as f64),
        ("atimeMs", millis(metadata.accessed())),
        ("mtimeMs", millis(metadata.modified())),
        ("ctimeMs", changed),
        ("birthtimeMs", millis(metadata.created().or_else(|_| metadata.modified()))),
    ];
    Facts { kind: kind(metadata.file_type()), numbers }
}

fn read_dir(args: &Arguments<'_>) -> Result<Answer, Problem> {
    let root = args.place(Access::Read)?;
    let mut entries = Vec::new();
    let mut open = vec![String::new()];
    while let Some(parent) = open.pop() {
        let found = fs::read_dir(root.join(&parent)).map_err(|error| args.problem(&error, "scandir", false))?;
        for entry in found.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_or("other", kind);
            if kind == "dir" && args.flag(1) {
                open.push(if parent.is_empty() { name.clone() } else { format!("{parent}/{name}") });
            }
            entries.push(Entry { name, parent: parent.clone(), kind });
            if entries.len() > MAX_ENTRIES {
                return Err(Problem::Unknown(format!("the folder holds more than {MAX_ENTRIES} files")));
            }
        }
    }
    entries.sort_by(|a, b| (&a.parent, &a.name).cmp(&(&b.parent, &b.name)));
    Ok(Answer::Entries(entries))
}

fn make_dir(args: &Arguments<'_>) -> Result<Answer, Problem> {
    let place = args.place(Access::Write)?;
    if !args.flag(1) {
        let made = fs::create_dir(place);
        return made.map(|()| Answer::Nothing).map_err(|error| args.problem(&error, "mkdir", false));
    }
    // The answer is the first folder that had to be made.
    let first = place.ancestors().take_while(|folder| !folder.exists()).last().map(Path::to_path_buf);
    fs::create_dir_all(&place).map_err(|error| args.problem(&error, "mkdir", false))?;
    Ok(first.map_or(Answer::Nothing, |first| Answer::Text(first.to_string_lossy().into_owned())))
}

fn remove(args: &Arguments<'_>) -> Result<Answer, Problem> {
    let (recursive, force) = (args.flag(1), args.flag(2));
    let place = args.entry(0, Access::Write)?;
    let removed = fs::symlink_metadata(&place).and_then(|metadata| {
        if !metadata.is_dir() {
            fs::remove_file(&place)
        } else if recursive {
            fs::remove_dir_all(&place)
        } else {
            Err(io::Error::from_raw_os_error(21))
        }
    });
    match removed {
        Err(error) if force && error.kind() == io::ErrorKind::NotFound => Ok(Answer::Nothing),
        Err(error) => Err(args.problem(&error, "rm", false)),
        Ok(()) => Ok(Answer::Nothing),
    }
}

fn access(args: &Arguments<'_>) -> Result<Answer, Problem> {
    let place = args.place(Access::Read)?;
    let wanted = args.number(1).unwrap_or_default() as u32;
    let found = fs::metadata(place).and_then(|metadata| {
        let mode = metadata.mode();
        let is_closed = (wanted & 2 != 0 && mode & 0o222 == 0) || (wanted & 1 != 0 && mode & 0o111 == 0);
        if is_closed { Err(io::Error::from_raw_os_error(13)) } else { Ok(()) }
    });
    found.map(|()| Answer::Nothing).map_err(|error| args.problem(&error, "access", false))
}

/// Operations from one path to another.
fn between(name: &str, args: &Arguments<'_>) -> Result<Answer, Problem> {
    let failed = |error: &io::Error, call: &'static str| args.problem(error, call, true);
    let to = args.entry(1, Access::Write)?;
    match name {
        "rename" => fs::rename(args.entry(0, Access::Write)?, to).map_err(|error| failed(&error, "rename"))?,
        "symlink" => std::os::unix::fs::symlink(args.text(0), to).map_err(|error| failed(&error, "symlink"))?,
        "link" => {
            // A second name would make the file writable through it.
            let from = args.entry(0, Access::Write)?;
            fs::hard_link(from, to).map_err(|error| failed(&error, "link"))?;
        }
        "copyFile" => {
            let to = followed(args.text(1), Access::Write, args.permissions)?;
            copy(&args.place(Access::Read)?, &to, args.flag(2)).map_err(|error| failed(&error, "copyfile"))?;
        }
        _ => {
            let from = args.place(Access::Read)?;
            let (recursive, force, strict) = (args.flag(2), args.flag(3), args.flag(4));
            copy_tree(&from, &to, recursive, force, strict).map_err(|error| failed(&error, "cp"))?;
        }
    }
    Ok(Answer::Nothing)
}

fn copy(from: &Path, to: &Path, exclusive: bool) -> io::Result<()> {
    if exclusive && to.exists() {
        return Err(io::Error::from_raw_os_error(17));
    }
    fs::copy(from, to).map(drop)
}

/// Links inside are copied as links.
fn copy_tree(from: &Path, to: &Path, recursive: bool, force: bool, strict: bool) -> io::Result<()> {
    let metadata = fs::symlink_metadata(from)?;
    if metadata.is_dir() {
        if !recursive {
            return Err(io::Error::from_raw_os_error(21));
        }
        if to.starts_with(from) {
            return Err(io::Error::from_raw_os_error(22));
        }
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy_tree(&entry.path(), &to.join(entry.file_name()), recursive, force, strict)?;
        }
        return Ok(());
    }
    if to.exists() && !force {
        return if strict { Err(io::Error::from_raw_os_error(17)) } else { Ok(()) };
    }
    if metadata.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(from)?, to);
    }
    fs::copy(from, to).map(drop)
}

/// A new folder with six letters or digits behind the prefix. Inside `/tmp` it needs its permission like any other.
fn make_temporary(args: &Arguments<'_>) -> Result<Answer, Problem> {
    let prefix = args.text(0);
    for attempt in 0..100_u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        let mut number = now.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ attempt ^ u64::from(std::process::id());
        let letters: String = (0..6)
            .map(|_| {
                let digit = number % 36;
                number /= 36;
                char::from_digit(digit as u32, 36).unwrap_or('x')
            })
            .collect();
        let written = format!("{prefix}{letters}");
        let place = followed(&written, Access::Write, args.permissions)?;
        match fs::create_dir(place) {
            Ok(()) => return Ok(Answer::Text(written)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(args.problem(&error, "mkdtemp", false)),
        }
    }
    Err(Problem::Unknown("no free name was found".to_owned()))
}
