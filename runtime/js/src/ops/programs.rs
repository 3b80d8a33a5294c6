//! Starting other programs, for `node:child_process`. Who may be started is decided here.

use super::{bytes::uint8_array, encoding::bytes_of, process::denied, text};
use crate::{
    extensions::Op,
    isolate::{
        Settle,
        program::{End, Launch, Program, end_group, find, pid_of, wait_for},
        state::State,
    },
};
use boa_engine::{
    Context, Finalize, JsArgs, JsData, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, Trace, js_string,
    object::builtins::JsArray,
};
use cronflow_core::permissions::Grant;
use nix::sys::signal::{Signal, killpg};
use std::{
    ffi::OsString,
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    process::Child,
    rc::Rc,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

pub(crate) const OPS: &[Op] = &[
    ("programStart", 1, start),
    ("programPid", 1, pid),
    ("programRead", 2, read),
    ("programWrite", 2, write),
    ("programWait", 1, wait),
    ("programKill", 2, kill),
    ("programRun", 5, run),
];

/// Programs that may be running at the same time in one worker.
const MAX_PROGRAMS: usize = 64;
/// What every program sees of the environment, besides what workflow code sees.
const BASE_VARIABLES: [&str; 6] = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR"];
/// Where programs are when `PATH` does not say.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

#[derive(Trace, Finalize, JsData)]
struct Held(#[unsafe_ignore_trace] Rc<Program>);

/// An error with a code, and the call that failed, as Node.js has them.
fn failure(code: &str, command: &str, context: &mut Context) -> JsError {
    let object = JsNativeError::error().with_message(format!("spawn {command} {code}")).into_opaque(context);
    for (name, value) in [("code", code), ("syscall", &format!("spawn {command}")), ("path", command)] {
        // Setting a property on the fresh error cannot fail.
        let _ = object.create_data_property(JsString::from(name), JsString::from(value), context);
    }
    JsError::from_opaque(object.into())
}

fn list(value: &JsValue, context: &mut Context) -> JsResult<Vec<String>> {
    let list = JsArray::from_object(value.to_object(context)?)?;
    let mut items = Vec::new();
    for index in 0..list.length(context)? {
        let item = list.at(i64::try_from(index).unwrap_or_default(), context)?;
        items.push(text(&[item], 0, context)?);
    }
    Ok(items)
}

/// Whether a program is one of those that may be started. Names are looked up where the worker
/// itself would find them: a changed `PATH` does not widen what is allowed.
fn may_run(grant: &Grant<String>, program: &Path, folder: &Path) -> bool {
    let search = std::env::var("PATH").unwrap_or_else(|_| DEFAULT_PATH.to_owned());
    match grant {
        Grant::All => true,
        Grant::Only(names) => {
            names.iter().any(|name| find(Path::new(name), &search, folder).is_some_and(|found| found == program))
        }
    }
}

/// `{command, name, args, env: [name, value, ...], cwd?}` as something that may be started.
fn launch_of(value: &JsValue, context: &mut Context) -> JsResult<Launch> {
    let object = value.to_object(context)?;
    let command = text(&[object.get(js_string!("command"), context)?], 0, context)?;
    let name = text(&[object.get(js_string!("name"), context)?], 0, context)?;
    let arguments = list(&object.get(js_string!("args"), context)?, context)?;
    let mut variables = list(&object.get(js_string!("env"), context)?, context)?;
    let cwd = object.get(js_string!("cwd"), context)?;
    let folder = if cwd.is_undefined() { None } else { Some(PathBuf::from(text(&[cwd], 0, context)?)) };
    for base in BASE_VARIABLES {
        if let Ok(value) = std::env::var(base)
            && !variables.iter().step_by(2).any(|name| name == base)
        {
            variables.extend([base.to_owned(), value]);
        }
    }
    let has_nul = |text: &String| text.contains('\0');
    if has_nul(&command) || has_nul(&name) || arguments.iter().chain(&variables).any(has_nul) {
        return Err(JsNativeError::typ().with_message("a program's arguments and variables have no null bytes").into());
    }
    let search = variables.chunks(2).find(|pair| pair[0] == "PATH").map_or(DEFAULT_PATH, |pair| &pair[1]);
    let state = State::of(context)?;
    let own = std::env::current_dir().unwrap_or_default();
    let place = folder.as_ref().map_or_else(|| own.clone(), |folder| own.join(folder));
    let found = find(Path::new(&command), search, &place);
    let is_shell = command == "/bin/sh" && arguments.first().is_some_and(|first| first == "-c");
    let hint = if is_shell { ", which exec(), execSync() and shell: true use" } else { "" };
    let grant = &state.surroundings.permissions.run;
    let program = match found {
        Some(program) if may_run(grant, &program, &own) => program,
        None if *grant == Grant::All => return Err(failure("ENOENT", &command, context)),
        // Whether a program is there is nobody's business who may not start it.
        _ => {
            return Err(denied(
                &format!("not allowed to start the program {command}{hint}"),
                "--allow-run",
                &command,
                context,
            ));
        }
    };
    if !place.is_dir() {
        return Err(failure("ENOENT", &command, context));
    }
    let mut pairs = variables.into_iter().map(OsString::from);
    let mut environment = Vec::new();
    while let (Some(name), Some(value)) = (pairs.next(), pairs.next()) {
        environment.push((name, value));
    }
    Ok(Launch {
        program,
        name: name.into(),
        arguments: arguments.into_iter().map(OsString::from).collect(),
        variables: environment,
        folder,
    })
}

fn code_of(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "ENOENT",
        io::ErrorKind::PermissionDenied => "EACCES",
        io::ErrorKind::ArgumentListTooLong => "E2BIG",
        _ => "EAGAIN",
    }
}

/// `programStart(launch)`: a running program. It ends with the task.
fn start(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let launch = launch_of(args.get_or_undefined(0), context)?;
    let state = State::of(context)?;
    if state.programs.running() >= MAX_PROGRAMS {
        let message = format!("{MAX_PROGRAMS} programs are running in this worker already: wait for one to end");
        return Err(JsNativeError::error().with_message(message).into());
    }
    match Program::start(&launch) {
        Ok(program) => {
            state.programs.note(state.current(), &program);
            Ok(JsObject::from_proto_and_data(None, Held(program)).into())
        }
        Err(error) => Err(failure(code_of(&error), &launch.name.to_string_lossy(), context)),
    }
}

fn program_of(args: &[JsValue]) -> JsResult<Rc<Program>> {
    let object = args.get_or_undefined(0).as_object();
    let held = object.as_ref().and_then(JsObject::downcast_ref::<Held>);
    held.map(|held| held.0.clone()).ok_or_else(|| JsNativeError::typ().with_message("a program is needed here").into())
}

/// `programPid(program)`.
fn pid(_: &JsValue, args: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    Ok(program_of(args)?.pid().into())
}

/// `programRead(program, 1 | 2)`: a promise of the next piece of output, `null` at its end.
fn read(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let program = program_of(args)?;
    let is_error = args.get_or_undefined(1).to_u32(context)? == 2;
    let state = State::of(context)?;
    let work = async move {
        let piece = program.read(is_error).await;
        // A pipe that breaks has ended.
        let settle: Settle = Box::new(move |context| match piece.unwrap_or_default() {
            Some(bytes) => uint8_array(&bytes, context),
            None => Ok(JsValue::null()),
        });
        settle
    };
    Ok(state.executor.promise(state.current(), context, work))
}

/// `programWrite(program, bytes | null)`: feeds its input, `null` ends it; a promise of whether it still reads.
fn write(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let program = program_of(args)?;
    let piece = args.get_or_undefined(1);
    let bytes = if piece.is_null() { None } else { Some(bytes_of(piece, context)?) };
    let state = State::of(context)?;
    let work = async move {
        let goes_on = match bytes {
            Some(bytes) => program.write(&bytes).await.is_ok(),
            None => {
                program.close_input();
                true
            }
        };
        let settle: Settle = Box::new(move |_| Ok(goes_on.into()));
        settle
    };
    Ok(state.executor.promise(state.current(), context, work))
}

fn end_object(end: End, context: &mut Context) -> JsValue {
    let code = end.code.map_or_else(JsValue::null, JsValue::from);
    let signal = end.signal.map_or_else(JsValue::null, |name| JsString::from(name).into());
    JsArray::from_iter([code, signal], context).into()
}

/// `programWait(program)`: a promise of `[code, signal]`.
fn wait(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let program = program_of(args)?;
    let state = State::of(context)?;
    let work = async move {
        let end = program.ended().await;
        let settle: Settle = Box::new(move |context| Ok(end_object(end, context)));
        settle
    };
    Ok(state.executor.promise(state.current(), context, work))
}

/// `programKill(program, signal)`: whether it was there to hear it.
fn kill(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let program = program_of(args)?;
    Ok(program.signal(args.get_or_undefined(1).to_i32(context)?).into())
}

/// What a program that is waited for reports.
enum News {
    Ended(End),
    /// It has printed more than is taken.
    TooMuch,
}

/// `programRun(launch, input, timeoutMs, maxBuffer, signal)`: waits for the end, here and now. Gives
/// `[code, signal, stdout, stderr, pid, error]`, the error `ETIMEDOUT`, `ENOBUFS` or undefined.
fn run(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let launch = launch_of(args.get_or_undefined(0), context)?;
    let input = bytes_of(args.get_or_undefined(1), context)?;
    let timeout = args.get_or_undefined(2).to_number(context)?;
    let limit = args.get_or_undefined(3).to_number(context)?;
    let signal = Signal::try_from(args.get_or_undefined(4).to_i32(context)?).unwrap_or(Signal::SIGTERM);
    let timeout = (timeout > 0.0).then(|| Duration::try_from_secs_f64(timeout / 1000.0).ok()).flatten();
    let child = launch.spawn();
    let child = child.map_err(|error| failure(code_of(&error), &launch.name.to_string_lossy(), context))?;
    let finished = finish(child, input, timeout, limit, signal);
    let end = end_object(finished.end, context).to_object(context)?;
    let values = [
        end.get(0, context)?,
        end.get(1, context)?,
        uint8_array(&finished.output, context)?,
        uint8_array(&finished.errors, context)?,
        finished.pid.into(),
        finished.error.map_or_else(JsValue::undefined, |code| JsString::from(code).into()),
    ];
    Ok(JsArray::from_iter(values, context).into())
}

struct Finished {
    end: End,
    output: Vec<u8>,
    errors: Vec<u8>,
    pid: i32,
    error: Option<&'static str>,
}

/// Feeds a program, collects what it prints, and waits. The group is ended after `timeout`, or once
/// there is more than `limit` of output.
fn finish(mut child: Child, input: Vec<u8>, timeout: Option<Duration>, limit: f64, signal: Signal) -> Finished {
    let pid = pid_of(&child);
    let (news, heard) = channel();
    let stdin = child.stdin.take();
    // Its end of the pipe may close early: it need not read.
    thread::spawn(move || stdin.map(|mut pipe| pipe.write_all(&input)));
    let output = collected(child.stdout.take(), limit, news.clone());
    let errors = collected(child.stderr.take(), limit, news.clone());
    let waiting = thread::spawn(move || {
        let _ = news.send(News::Ended(End::of(wait_for(&mut child))));
    });
    let (end, error) = watch(&heard, pid, timeout, signal);
    let _ = waiting.join();
    let taken = |reader: thread::JoinHandle<Vec<u8>>| reader.join().unwrap_or_default();
    Finished { end, output: taken(output), errors: taken(errors), pid: pid.as_raw(), error }
}

fn watch(
    heard: &Receiver<News>,
    pid: nix::unistd::Pid,
    timeout: Option<Duration>,
    signal: Signal,
) -> (End, Option<&'static str>) {
    let started = Instant::now();
    let mut error = None;
    loop {
        let left = timeout.filter(|_| error.is_none()).map(|limit| limit.saturating_sub(started.elapsed()));
        match heard.recv_timeout(left.unwrap_or(Duration::MAX / 4)) {
            Ok(News::Ended(end)) => return (end, error),
            Ok(News::TooMuch) => {
                error.get_or_insert("ENOBUFS");
                end_group(pid);
            }
            Err(RecvTimeoutError::Timeout) => {
                error.get_or_insert("ETIMEDOUT");
                let _ = killpg(pid, signal);
            }
            Err(RecvTimeoutError::Disconnected) => return (End { code: None, signal: None }, error),
        }
    }
}

fn collected(pipe: Option<impl Read + Send + 'static>, limit: f64, news: Sender<News>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let (mut all, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
        let Some(mut pipe) = pipe else { return all };
        while let Ok(count) = pipe.read(&mut piece)
            && count > 0
        {
            let room = (limit - all.len() as f64).max(0.0);
            if (count as f64) > room {
                all.extend_from_slice(&piece[..room as usize]);
                let _ = news.send(News::TooMuch);
                break;
            }
            all.extend_from_slice(&piece[..count]);
        }
        all
    })
}
