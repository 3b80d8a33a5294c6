//! The listener: accepts connections within limits, turns away what is too much, and lets connections
//! finish when it is told to stop.

use crate::{
    app::{self, App},
    auth::Auth,
    body::Budget,
    metrics::Metrics,
    router::Router,
    service::Shared,
};
use cronflow_core::error::{Code, Diagnostic};
use cronflow_engine::EngineHandle;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{Notify, OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

/// Pause after an accept that failed for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Largest head of a request.
const MAX_HEAD: usize = 32 * 1024;
/// Most headers of a request.
const MAX_HEADERS: usize = 100;
/// Connections at once that are told to come again later; more are closed without a word.
const MAX_TURNED_AWAY: usize = 500;
/// How long one of them may take to listen.
const TURNED_AWAY_TIME: Duration = Duration::from_secs(1);
/// How long a client may take nothing of an answer.
const STALLED_TIME: Duration = Duration::from_secs(30);
/// Calls into functions of webhooks at once.
pub(crate) const MAX_CHECKS: usize = 1_000;
/// What a client hears when there are too many connections.
const TOO_MANY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\
    content-type: application/json\r\ncontent-length: 32\r\n\r\n{\"error\":\"too many connections\"}";

/// Limits of a server.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections at once; further ones are answered 503.
    pub max_connections: usize,
    /// Longest time for the head of a request.
    pub header_timeout: Duration,
    /// Time for its body until the minimum rate counts.
    pub body_timeout: Duration,
    /// Longest wait of a webhook for the end of its run.
    pub response_timeout: Duration,
    /// Whether the management API wants a token also on a loopback address.
    pub require_token: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(30),
            require_token: false,
        }
    }
}

/// A server that listens and does not accept yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Listens on an address; port 0 picks a free one.
    ///
    /// # Errors
    /// When the address is taken, not ours, or not allowed.
    pub async fn bind(address: SocketAddr) -> Result<Self, Diagnostic> {
        let listener = TcpListener::bind(address).await.map_err(|error| refused(address, &error))?;
        let address = listener.local_addr().map_err(|error| refused(address, &error))?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` becomes true; requests that no webhook takes are for `app`. Then accepts no more, and returns when the requests that
    /// are being handled have been answered.
    pub async fn serve(
        self,
        engine: EngineHandle,
        options: Options,
        app: Option<App>,
        mut stop: watch::Receiver<bool>,
    ) {
        let workflows = engine.workflows();
        let needs_token = options.require_token || !self.address.ip().is_loopback();
        let slots = Arc::new(Semaphore::new(options.max_connections));
        let turned_away = Arc::new(Semaphore::new(MAX_TURNED_AWAY));
        let shared = Arc::new(Shared {
            router: Router::new(&workflows),
            workflows,
            options,
            auth: Auth::new(needs_token, engine.tokens().await.unwrap_or_default()),
            metrics: Arc::new(Metrics::default()),
            epoch: engine.now().0,
            engine,
            stop: stop.clone(),
            address: self.address,
            started: Instant::now(),
            bodies: Budget::default(),
            checks: Semaphore::new(MAX_CHECKS),
            app,
            app_calls: Arc::new(Semaphore::new(app::MAX_CALLS)),
            app_bodies: Arc::new(Semaphore::new(app::MAX_BODIES)),
        });
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = stopped(&mut stop) => break,
                accepted = accept(&self.listener) => accepted,
            };
            match accepted {
                Ok((stream, client)) => match slots.clone().try_acquire_owned() {
                    Ok(slot) => drop(connections.spawn(connection(shared.clone(), stream, client, slot, stop.clone()))),
                    Err(_) => {
                        if let Ok(place) = turned_away.clone().try_acquire_owned() {
                            tokio::spawn(turn_away(stream, place));
                        }
                    }
                },
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
            while connections.try_join_next().is_some() {}
        }
        drop(self.listener);
        while connections.join_next().await.is_some() {}
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone means stop as well.
    drop(stop.wait_for(|stop| *stop).await);
}

async fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    let (stream, client) = listener.accept().await?;
    // The peer may have gone already; then the connection ends at its first read.
    // Answers are small and whole; waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(STALLED_TIME));
    Ok((stream, client))
}

/// Tells a client to come again, and waits a moment for it to listen: closing at once would drop the
/// answer with the request that nobody has read.
async fn turn_away(mut stream: TcpStream, _place: OwnedSemaphorePermit) {
    let told = async {
        stream.write_all(TOO_MANY).await?;
        stream.shutdown().await?;
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await? > 0 {}
        io::Result::Ok(())
    };
    let _ = tokio::time::timeout(TURNED_AWAY_TIME, told).await;
}

async fn connection(
    shared: Arc<Shared>,
    stream: TcpStream,
    client: SocketAddr,
    _slot: OwnedSemaphorePermit,
    mut stop: watch::Receiver<bool>,
) {
    let header_timeout = shared.options.header_timeout;
    let kill = Kill::default();
    let killed = kill.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        let shared = shared.clone();
        request.extensions_mut().insert(kill.clone());
        async move { Ok::<_, Infallible>(shared.handle(request, client).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = killed.0.notified() => return,
            }
        }
        () = killed.0.notified() => return,
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

/// Ends a connection at once: for a client that takes nothing of what is sent to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kill(pub(crate) Arc<Notify>);

fn refused(address: SocketAddr, error: &io::Error) -> Diagnostic {
    let (message, help) = match error.kind() {
        io::ErrorKind::AddrInUse => (
            format!("{address} is in use by another program"),
            "choose another port with --port N, or --port 0 for any free one",
        ),
        io::ErrorKind::PermissionDenied => (
            format!("listening on {address} is not permitted"),
            "ports below 1024 need privileges; choose another with --port N",
        ),
        io::ErrorKind::AddrNotAvailable => {
            (format!("{address} is not an address of this machine"), "choose another with --host ADDRESS")
        }
        _ => (format!("{address} cannot be listened on: {error}"), "check --host and --port"),
    };
    Diagnostic::new(Code::PortTaken, message).with_help(help)
}
