//! The composition root of serving: compiler, workers, store, engine and server meet here.

use crate::{
    args, errors,
    failures::Reporter,
    program::{self, Program},
    signals::Signals,
    surroundings,
    ui::{
        self,
        banner::{self, Banner},
    },
};
use cronflow_core::{
    archive::Archive,
    error::{Code, Diagnostic},
    host::{HostAnswer, HostError, HostRequest, LogLevel, Started},
    id::TaskId,
    storage::{Reader, Store as _},
    time::{Clock, Timestamp},
    worker::{Outcome, OutcomeSink},
};
use cronflow_engine::{Engine, EngineHandle, EngineParts, EngineSink, Recovered};
use cronflow_js::{EarlyWorker, PoolConfig, Surroundings, THIS_PROGRAM, WorkerPool};
use cronflow_server::{App, Options, Server};
use cronflow_store::{Durability, SqliteStore};
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _},
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{runtime::Runtime, sync::watch, task::JoinHandle};

use crate::exit::Exit;

/// Longest wait for executing steps when the server is asked to stop.
const DRAIN_LIMIT: Duration = Duration::from_secs(30);
/// Longest wait for clients to take their answers after that.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);
/// The port when nothing else is said.
const DEFAULT_PORT: u16 = 3000;
/// Threads of the engine process besides the writer; JavaScript runs in other processes.
const MAX_ENGINE_THREADS: usize = 4;
/// How soon the engine sees that somebody has set the system's clock.
const CLOCK_CHECK: Duration = Duration::from_secs(5);
/// Memory of the worker that checks files.
const CHECK_MEMORY: u64 = 512 << 20;

type Problems = Vec<Diagnostic>;

/// Serves workflow files until a signal comes.
pub(crate) fn serve(args: &args::Run, files: &[PathBuf]) -> Result<Exit, Problems> {
    runtime()?.block_on(run(args, files))
}

/// Compiles, evaluates and checks files without serving them.
pub(crate) fn check(files: &[PathBuf], load: &args::Load, allow: &args::Allow) -> Result<Program, Problems> {
    let config = pool_config(1, CHECK_MEMORY, load, surroundings::of(files, allow)?);
    runtime()?.block_on(async {
        let early = early_worker(&config)?;
        let archives = program::compile(files)?;
        let current = archives.len();
        let started = WorkerPool::start(config, archives, Arc::new(Nobody), Some(early)).await;
        let (pool, reports) = started.map_err(pool_problem)?;
        pool.shut_down();
        program::check(reports, current)
    })
}

fn pool_config(workers: usize, memory_limit: u64, load: &args::Load, surroundings: Surroundings) -> PoolConfig {
    let cache = program::cache_folder();
    PoolConfig { program: THIS_PROGRAM.into(), workers, memory_limit, load_timeout: load.timeout, surroundings, cache }
}

/// The first worker gets ready while the files are compiled.
fn early_worker(config: &PoolConfig) -> Result<EarlyWorker, Problems> {
    EarlyWorker::start(config).map_err(|error| pool_problem(error.into()))
}

fn runtime() -> Result<Runtime, Problems> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_ENGINE_THREADS);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    runtime.map_err(|error| vec![errors::internal(&error)])
}

async fn run(args: &args::Run, files: &[PathBuf]) -> Result<Exit, Problems> {
    // Signals that come while everything starts are not lost.
    let mut signals = Signals::new().map_err(|error| vec![errors::internal(&error)])?;
    let config = pool_config(workers(args), args.memory_limit, &args.load, surroundings::of(files, &args.allow)?);
    let early = early_worker(&config)?;
    let archives = program::compile(files)?;
    let database = database_path(args);
    let durability = match args.durability {
        args::DurabilityArg::Full => Durability::Full,
        args::DurabilityArg::Normal => Durability::Normal,
    };
    let store = SqliteStore::open(&database, durability).map_err(|error| vec![errors::of_store(&error)])?;
    let running = start(args, archives, config, early, store).await?;
    let served = listen(args, &running.program, &running.engine).await;
    let (serving, address, stop) = match served {
        Ok(served) => served,
        Err(problem) => {
            running.pool.shut_down();
            return Err(vec![problem]);
        }
    };
    let answer = serde_json::to_string(&Started { address }).unwrap_or_default();
    running.pool.started(answer);
    announce(args, &running, &database, address);
    let signal = tokio::select! {
        signal = signals.next() => signal,
        () = running.engine.stop_wanted() => Exit::Ok,
    };
    Ok(stop_all(running, serving, &stop, signal, &mut signals).await)
}

/// Everything that serves runs, without the listener.
struct Running {
    engine: EngineHandle,
    pool: WorkerPool,
    program: Program,
    recovered: Recovered,
}

async fn start(
    args: &args::Run,
    archives: Vec<Archive>,
    config: PoolConfig,
    early: EarlyWorker,
    store: SqliteStore,
) -> Result<Running, Problems> {
    let store_problem = |error| vec![errors::of_store(&error)];
    let current = archives.len();
    let stored: Vec<(Arc<str>, Arc<[u8]>)> = archives.iter().map(encode).collect::<Result<_, _>>()?;
    let reader = store.reader().map_err(store_problem)?;
    let mut all = archives;
    all.extend(older_archives(&*reader, &stored).map_err(store_problem)?);
    drop(reader);
    let observer = Reporter::start(&all, args.json).map_err(|error| vec![errors::internal(&error)])?;
    let (sink, inbox) = EngineSink::new();
    let started = WorkerPool::start(config, all, Arc::new(sink.clone()), Some(early)).await;
    let (pool, reports) = started.map_err(pool_problem)?;
    let mut program = program::check(reports, current)?;
    let parts = EngineParts {
        store: Box::new(store),
        clock: Arc::new(SystemClock),
        observer: Arc::new(observer),
        workflows: program.workflows.clone(),
        older: std::mem::take(&mut program.older),
        archives: stored,
        retention: args.retention.0,
        always_replay: args.always_replay,
    };
    let started = Engine::start(parts, Arc::new(pool.clone()), &sink, inbox);
    let (engine, recovered) = started.map_err(|error| vec![errors::of_engine(&error)])?;
    report_stranded(&recovered);
    let noted = engine.note_zone(&cronflow_js::time_zone()).await;
    noted.map_err(|error| vec![errors::of_store(&error)])?;
    Ok(Running { engine, pool, program, recovered })
}

/// Archives that runs in flight are pinned to and that are not among the current ones.
fn older_archives(
    reader: &dyn Reader,
    current: &[(Arc<str>, Arc<[u8]>)],
) -> Result<Vec<Archive>, cronflow_core::storage::Error> {
    let open = reader.open_runs()?;
    let needed: BTreeSet<&str> = open.iter().map(|stored| &*stored.run.version).collect();
    let mut archives = Vec::new();
    for version in needed {
        if current.iter().any(|(digest, _)| &**digest == version) {
            continue;
        }
        // One that is gone or cannot be read leaves its runs stranded, which is reported.
        let bytes = reader.archive(version)?;
        archives.extend(bytes.and_then(|bytes| postcard::from_bytes(&bytes).ok()));
    }
    Ok(archives)
}

fn encode(archive: &Archive) -> Result<(Arc<str>, Arc<[u8]>), Problems> {
    let bytes = postcard::to_allocvec(archive).map_err(|error| vec![errors::internal(&error)])?;
    Ok((archive.digest().to_string().into(), bytes.into()))
}

type Listening = (Option<JoinHandle<()>>, Option<SocketAddr>, watch::Sender<bool>);

/// Listens where the command line, the environment, `cronflow.start()` or the defaults say.
async fn listen(args: &args::Run, program: &Program, engine: &EngineHandle) -> Result<Listening, Diagnostic> {
    let asked = &program.start;
    let (stop, stopping) = watch::channel(false);
    if asked.http == Some(false) {
        return match &program.serving {
            None => Ok((None, None, stop)),
            Some(serving) => Err(Diagnostic::new(
                Code::PortTaken,
                format!(
                    "the file answers requests by {}, and cronflow.start({{ http: false }}) forbids to listen",
                    serving.by
                ),
            )
            .with_help("leave out one of them")),
        };
    }
    let address = listen_address(args, program)?;
    if !address.ip().is_loopback() {
        check_tokens(engine, address).await?;
    }
    let server = Server::bind(address).await?;
    let address = server.local_addr();
    let mut options = Options { require_token: args.require_token, ..Options::default() };
    if let Some(most) = asked.max_connections {
        options.max_connections = usize::try_from(most).unwrap_or(usize::MAX);
    }
    let app = program.serving.as_ref().map(|serving| App { version: serving.version.clone() });
    let serving = tokio::spawn(server.serve(engine.clone(), options, app, stopping));
    Ok((Some(serving), Some(address), stop))
}

/// Others than this machine reach the address: the management API must have a token before that.
async fn check_tokens(engine: &EngineHandle, address: SocketAddr) -> Result<(), Diagnostic> {
    let tokens = engine.tokens().await.map_err(|error| errors::of_store(&error))?;
    if tokens.iter().any(|token| token.revoked_at.is_none()) {
        return Ok(());
    }
    let message = format!("others can reach {}, and there is no token for the management API", address.ip());
    Err(Diagnostic::new(Code::OpenToOthers, message)
        .with_help("make one first: cronflow-rt token create NAME --scope write --db FILE; or listen on 127.0.0.1"))
}

fn listen_address(args: &args::Run, program: &Program) -> Result<SocketAddr, Diagnostic> {
    let (asked, serving) = (&program.start, program.serving.as_ref());
    let from_env = || std::env::var("PORT").ok().and_then(|port| port.parse().ok());
    let of_app = || serving.and_then(|serving| serving.port);
    let port = args.port.or_else(from_env).or(asked.port).or_else(of_app).unwrap_or(DEFAULT_PORT);
    let of_app = || serving.and_then(|serving| serving.host.as_ref());
    let Some(host) = args.host.as_ref().or(asked.host.as_ref()).or_else(of_app) else {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    };
    let found = (host.trim_matches(['[', ']']), port).to_socket_addrs().ok().and_then(|mut all| all.next());
    found.ok_or_else(|| {
        Diagnostic::new(Code::PortTaken, format!("'{host}' is not an address or a known host name"))
            .with_help("use for example --host 127.0.0.1, or --host 0.0.0.0 for every address of this machine")
    })
}

fn announce(args: &args::Run, running: &Running, database: &Path, address: Option<SocketAddr>) {
    let resumed = running.recovered.resumed.len();
    if args.json {
        let url = address.map(|address| format!("http://{address}")).unwrap_or_default();
        let workflows = running.program.workflows.len();
        tracing::info!(url, workflows, database = %database.display(), workers = workers(args), resumed, "listening");
        return;
    }
    let Program { workflows, serving, .. } = &running.program;
    let serving = serving.as_ref().map(|serving| &*serving.by);
    let banner = Banner { workflows, serving, address, database, workers: workers(args), resumed };
    ui::tell(&banner::render(&banner));
}

fn report_stranded(recovered: &Recovered) {
    for (run, workflow, version) in &recovered.stranded {
        let code = Code::CodeMissing.as_str();
        tracing::warn!(%run, workflow = &**workflow, version = &**version, code, "the code of a run in flight is gone; the run is left as it is");
    }
}

/// Stops accepting, lets executing steps finish, commits, and says with which code to exit.
async fn stop_all(
    running: Running,
    serving: Option<JoinHandle<()>>,
    stop: &watch::Sender<bool>,
    signal: Exit,
    signals: &mut Signals,
) -> Exit {
    // Before it is said: from then on nothing new begins.
    let stopped = running.engine.stop();
    tracing::info!(
        "stopping: executing steps may finish, up to {} s; a second signal stops at once",
        DRAIN_LIMIT.as_secs()
    );
    // Without receivers nobody needs to be told.
    let _ = stop.send(true);
    let drained = tokio::time::timeout(DRAIN_LIMIT, stopped);
    let exit = tokio::select! {
        drained = drained => {
            if drained.is_err() {
                tracing::warn!("some steps are still executing; their runs go on at the next start");
            }
            Exit::Ok
        }
        _ = signals.next() => signal,
    };
    if let (Some(serving), Exit::Ok) = (serving, exit) {
        let _ = tokio::time::timeout(ANSWER_LIMIT, serving).await;
    }
    running.pool.shut_down();
    exit
}

/// `--db`, else `.cronflow/data.db` beside the first workflow file or in the folder that is served.
fn database_path(args: &args::Run) -> PathBuf {
    if let Some(path) = &args.db {
        return path.clone();
    }
    let first = args.files.first().map_or(Path::new("."), PathBuf::as_path);
    let folder = if first.is_dir() { first } else { first.parent().unwrap_or(Path::new("")) };
    folder.join(".cronflow").join("data.db")
}

fn workers(args: &args::Run) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    args.workers.map_or_else(cores, usize::from)
}

fn pool_problem(error: cronflow_js::PoolError) -> Problems {
    vec![errors::of_pool(error)]
}

/// The system's wall clock.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            loop {
                let left = at.millis_since(self.now());
                if left == 0 {
                    return;
                }
                // Somebody may set the clock meanwhile.
                let left = Duration::from_millis(u64::try_from(left).unwrap_or_default());
                tokio::time::sleep(left.min(CLOCK_CHECK)).await;
            }
        })
    }
}

/// Files are only checked: no task is ever handed out.
struct Nobody;

impl OutcomeSink for Nobody {
    fn finished(&self, _: TaskId, _: Outcome) {}
    fn logged(&self, _: TaskId, _: LogLevel, _: String) {}
    fn asked(&self, _: HostRequest, answer: HostAnswer) {
        answer(Err(HostError::new("files are only checked; nothing is started")));
    }
}
