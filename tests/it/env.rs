//! A hermetic environment: a fresh folder, the binary with no inherited settings, a server that
//! ends with the test.

use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Longest wait for anything; only a broken program takes that long, also on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// The binary.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_cronflow-rt");

pub(crate) struct Env {
    folder: tempfile::TempDir,
}

impl Env {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// An environment with one workflow file, `workflow.ts`.
    pub(crate) fn with(source: &str) -> Self {
        let env = Self::new();
        env.write("workflow.ts", source);
        env
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_default()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.command_of(Path::new(PROGRAM), args)
    }

    /// The same with a copy of the binary.
    pub(crate) fn command_of(&self, program: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.path()).env_clear().env("NO_COLOR", "1").env("HOME", self.path());
        // Compiled modules are named by their content, so that tests may share them.
        command.env("CRONFLOW_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/modules"));
        // A debug build on a busy machine is slow. Tests of these limits set their own.
        command.env("CRONFLOW_LOAD_TIMEOUT", "5m").env("CRONFLOW_TEST_TIMEOUT", "60s");
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).stdin(Stdio::null()).output().unwrap()
    }

    /// Serves `workflow.ts` on a free port.
    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&["run", "workflow.ts", "--port", "0"])
    }

    pub(crate) fn serve_with(&self, args: &[&str]) -> Server {
        Server::start(self.command(args))
    }

    fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path().join(".cronflow/data.db")).unwrap()
    }

    /// Lets time pass for what a server has left behind: everything in the database moves into the past. Nobody wants
    /// to wait for long, and who waits for a moment misses it on a busy machine.
    pub(crate) fn let_minutes_pass(&self, minutes: i64) {
        let passed = minutes * 60_000;
        let change = format!(
            "UPDATE steps SET started_at = started_at - {passed}, completed_at = completed_at - {passed},
               wake_at = wake_at - {passed};
             UPDATE workflow_runs SET created_at = created_at - {passed}, started_at = started_at - {passed},
               completed_at = completed_at - {passed},
               settings = CASE WHEN settings ->> '$.startAt' IS NULL THEN settings
                 ELSE json_set(settings, '$.startAt', settings ->> '$.startAt' - {passed}) END;
             UPDATE schedules SET \"cursor\" = \"cursor\" - {passed};
             UPDATE state SET value = json_set(value, '$.opened_at', value ->> '$.opened_at' - {passed})
               WHERE scope = '$breaker' AND value ->> '$.opened_at' IS NOT NULL;"
        );
        self.database().execute_batch(&change).unwrap();
    }

    /// A read-only look at the database.
    pub(crate) fn query(&self, sql: &str) -> Vec<Vec<String>> {
        let connection = self.database();
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement
            .query_map([], |row| (0..columns).map(|column| row.get_ref(column).map(|value| show(&value))).collect());
        rows.unwrap().map(Result::unwrap).collect()
    }
}

fn show(value: &rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
    }
}

/// A running server. Killed when dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) port: u16,
    lines: mpsc::Receiver<String>,
    seen: Vec<String>,
    /// Seen lines that no wait has asked for yet: what comes in no fixed order is still found.
    unasked: Vec<String>,
}

impl Server {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = read_lines(child.stderr.take().unwrap());
        let mut server = Self { child, port: 0, lines, seen: Vec::new(), unasked: Vec::new() };
        let banner = server.wait_for("http://");
        let address = banner.split("http://").nth(1).unwrap();
        let port = address.split(':').nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect::<String>();
        server.port = port.parse().unwrap();
        server
    }

    /// Waits until a line of the server's log contains `text`, and returns it. Each line answers
    /// one wait.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        if let Some(index) = self.unasked.iter().position(|line| line.contains(text)) {
            return self.unasked.remove(index);
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                    self.unasked.push(line);
                }
                Err(_) => panic!("'{text}' never came; the server said:\n{}", self.seen.join("\n")),
            }
        }
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        request(self.port, "GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> (u16, Value) {
        request(self.port, "POST", path, Some(body))
    }

    /// Triggers a workflow without waiting for its end; returns the run's id.
    pub(crate) fn trigger(&self, workflow: &str, payload: &str) -> String {
        let body = format!("{{\"payload\":{payload}}}");
        let (status, answer) = self.post(&format!("/api/workflows/{workflow}/trigger"), &body);
        assert_eq!(status, 202, "{answer}");
        answer["run_id"].as_str().unwrap().to_owned()
    }

    /// Waits until a run has ended and returns it.
    pub(crate) fn ended(&self, run: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (status, view) = self.get(&format!("/api/runs/{run}"));
            assert_eq!(status, 200, "{view}");
            if !["running", "pending", "waiting"].contains(&view["status"].as_str().unwrap()) {
                return view;
            }
            assert!(Instant::now() < deadline, "the run never ends: {view:#}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn signal(&self, signal: nix::sys::signal::Signal) {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.child.id() as i32), signal).unwrap();
    }

    /// SIGKILL, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.signal(nix::sys::signal::Signal::SIGKILL);
        self.child.wait().unwrap();
    }

    /// The process ids of its workers.
    pub(crate) fn workers(&self) -> Vec<i32> {
        let path = format!("/proc/{0}/task", self.child.id());
        let tasks = fs::read_dir(path).unwrap().filter_map(Result::ok);
        let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let text: String = children.collect();
        text.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
    }

    /// Waits for the process to end and returns its exit code.
    pub(crate) fn exit_code(mut self) -> Option<i32> {
        let code = self.child.wait().unwrap().code();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.seen.push(line);
        }
        code
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_lines(stderr: ChildStderr) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// One request on a connection of its own.
pub(crate) fn request(port: u16, method: &str, path: &str, body: Option<&str>) -> (u16, Value) {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n");
    if let Some(body) = body {
        head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
    }
    let (status, text) = raw(port, format!("{head}\r\n{}", body.unwrap_or_default()).as_bytes());
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// One request with headers of its own, such as a token.
pub(crate) fn ask(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
    let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.push_str(&format!("host: 127.0.0.1:{port}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let (status, text) = raw(port, format!("{head}\r\n{body}").as_bytes());
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// Sends bytes and reads the answer: status and body.
pub(crate) fn raw(port: u16, bytes: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A server that refuses early may close before everything is written.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    (status, body)
}

/// Waits until `check` holds.
pub(crate) fn eventually(what: &str, mut check: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !check() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
