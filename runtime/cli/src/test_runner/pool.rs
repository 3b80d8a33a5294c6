//! The processes that run test files: each takes the next file when it is done with one, and is
//! replaced when a test keeps it busy for too long or brings it down.

use super::{
    protocol::{Event, Failure, Job, Status},
    results::FileResult,
};
use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// How long a file may take to compile and load.
const LOAD_LIMIT: Duration = Duration::from_secs(60);
/// What a busy test is given beyond its limit.
const GRACE: Duration = Duration::from_secs(1);
/// On a busy machine a test is given so many times its limit, as long as its process has not had that much time to run.
const MAX_WAIT: u32 = 10;
/// What `/proc` counts the time of processes in (`USER_HZ`, proc(5)).
const TICK: Duration = Duration::from_millis(10);

/// Runs all files; results come in the order in which the files end. Ends early after `bail` failures.
pub(super) fn run(jobs: Vec<Job>, processes: usize, program: &Path, bail: u32, results: &mpsc::Sender<FileResult>) {
    let queue = Arc::new(Mutex::new(jobs.into_iter().collect::<VecDeque<Job>>()));
    let failures = Arc::new(AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..processes {
            let (queue, failures, results) = (queue.clone(), failures.clone(), results.clone());
            scope.spawn(move || {
                let mut process = None;
                while bail == 0 || failures.load(Ordering::Relaxed) < bail {
                    let Some(job) = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front() else { break };
                    let result = run_file(&mut process, &job, program);
                    failures.fetch_add(result.failed(), Ordering::Relaxed);
                    // The receiver is there until all results have come.
                    let _ = results.send(result);
                }
                if let Some(process) = process {
                    Process::end(process);
                }
            });
        }
    });
}

struct Process {
    child: Child,
    input: ChildStdin,
    lines: mpsc::Receiver<String>,
    /// The time zone that it has instead of that of the machine.
    zone: Option<String>,
}

impl Process {
    fn start(program: &Path, zone: Option<&str>) -> std::io::Result<Self> {
        let mut child = Command::new(program)
            .arg("__test")
            .envs(zone.map(|zone| ("TZ", zone)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        let gone = || std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        let input = child.stdin.take().ok_or_else(gone)?;
        let output = child.stdout.take().ok_or_else(gone)?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, input, lines, zone: zone.map(str::to_owned) })
    }

    /// For how long it has been running on a processor; `None` when that cannot be told.
    fn ran(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // The name of the program, in brackets, may have spaces; 12 and 13 fields behind it are utime and stime.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = fields.get(11)?.parse::<u32>().ok()?.checked_add(fields.get(12)?.parse().ok()?)?;
        Some(TICK * ticks)
    }

    fn end(mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run_file(process: &mut Option<Process>, job: &Job, program: &Path) -> FileResult {
    let began = Instant::now();
    let mut result = FileResult::new(&job.file);
    let started = match process.take() {
        Some(process) if process.zone == job.zone => Ok(process),
        other => {
            other.into_iter().for_each(Process::end);
            Process::start(program, job.zone.as_deref())
        }
    };
    let mut running = match started {
        Ok(running) => running,
        Err(error) => {
            result.broken(format!("no process can be started for it: {error}"));
            return result;
        }
    };
    let line = serde_json::to_string(job).unwrap_or_default();
    let sent = running.input.write_all(format!("{line}\n").as_bytes()).and_then(|()| running.input.flush());
    if sent.is_err() {
        result.broken("the process for it has ended".to_owned());
        running.end();
        return result;
    }
    let mut limit = LOAD_LIMIT;
    let mut deadline = Instant::now() + limit;
    // When the test began that runs now, and for how long its process had run by then.
    let mut test_began = None;
    loop {
        let line = match running.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => line,
            Err(reason) => {
                let more = more_time(limit, test_began, &running);
                if let (mpsc::RecvTimeoutError::Timeout, Some(more)) = (&reason, more) {
                    deadline = Instant::now() + more;
                    continue;
                }
                let why = lost(&reason, limit, &mut running);
                running.end();
                result.lost(&why);
                break;
            }
        };
        let Ok(event) = serde_json::from_str::<Event>(&line) else {
            result.broken(format!("the process for it says nonsense: {line}"));
            running.end();
            break;
        };
        // Who prints may still be busy.
        if !matches!(event, Event::Print { .. } | Event::Note { .. }) {
            limit = match &event {
                Event::Begin { limit, .. } => Duration::from_millis(*limit) + GRACE,
                // The test around it, or beside it, goes on.
                Event::End { .. } if result.running.len() > 1 => limit,
                _ => Duration::from_millis(job.options.timeout.saturating_mul(4)).max(LOAD_LIMIT),
            };
            deadline = Instant::now() + limit;
            test_began = matches!(event, Event::Begin { .. }).then(|| Some((Instant::now(), running.ran()?))).flatten();
        }
        let is_last = matches!(event, Event::Done { .. } | Event::Broken { .. } | Event::Invalid { .. });
        result.take(event);
        if is_last {
            *process = Some(running);
            break;
        }
    }
    result.took = began.elapsed();
    result
}

/// What a test is given beyond its limit because its process has hardly run: the machine is busy with other things.
fn more_time(limit: Duration, test_began: Option<(Instant, Duration)>, process: &Process) -> Option<Duration> {
    let (began, ran_before) = test_began?;
    let left = limit.checked_sub(process.ran()?.saturating_sub(ran_before))?;
    (left > TICK && began.elapsed() < limit * MAX_WAIT).then_some(left)
}

/// Why nothing more comes.
fn lost(reason: &mpsc::RecvTimeoutError, limit: Duration, process: &mut Process) -> String {
    match reason {
        mpsc::RecvTimeoutError::Timeout => {
            format!("it kept its process busy for {:.1} s without a pause, and was ended", limit.as_secs_f64())
        }
        mpsc::RecvTimeoutError::Disconnected => {
            let status = process.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
            format!("it brought its process down ({status}): too much memory, or nested too deeply")
        }
    }
}

impl FileResult {
    /// The process is gone: the test that was running is to blame, and the others did not run.
    fn lost(&mut self, why: &str) {
        let error = |message: String| Failure { name: "TestProcessError".to_owned(), message, ..Failure::default() };
        // A test within another one is not planned: the one around it is told.
        let is_planned = |test: &&usize| self.planned.iter().any(|planned| planned.test == **test);
        let Some(culprit) = self.running.iter().rev().find(is_planned).copied() else {
            return self.broken(why.to_owned());
        };
        for planned in std::mem::take(&mut self.planned) {
            let is_culprit = planned.test == culprit;
            if self.tests.iter().any(|test| test.index == planned.test) {
                continue;
            }
            let message = if is_culprit {
                why.to_owned()
            } else {
                "it did not run: a test before it ended the process".to_owned()
            };
            self.take(Event::End {
                test: planned.test,
                path: planned.path,
                status: Status::Failed,
                errors: vec![error(message)],
                retries: 0,
                line: 0,
                ms: 0.0,
            });
        }
    }
}
