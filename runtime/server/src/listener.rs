//! The listener: accepts connections within limits, and lets them finish when it is told to stop.

use crate::{router::Router, service::Shared};
use cronflow_core::error::{Code, Diagnostic};
use cronflow_engine::EngineHandle;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

/// Pause after an accept that failed for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Largest head of a request.
const MAX_HEAD: usize = 64 * 1024;
/// Most headers of a request.
const MAX_HEADERS: usize = 100;

/// Limits of a server.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections at once; further ones wait to be accepted.
    pub max_connections: usize,
    /// Longest time for the head of a request.
    pub header_timeout: Duration,
    /// Longest time for its body.
    pub body_timeout: Duration,
    /// Longest wait of a webhook for the end of its run.
    pub response_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            response_timeout: Duration::from_secs(30),
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

    /// Serves until `stop` becomes true; then accepts no more, and returns when the requests that
    /// are being handled have been answered.
    pub async fn serve(self, engine: EngineHandle, options: Options, mut stop: watch::Receiver<bool>) {
        let workflows = engine.workflows();
        let slots = Arc::new(Semaphore::new(options.max_connections));
        let shared = Arc::new(Shared {
            router: Router::new(&workflows),
            workflows,
            engine,
            options,
            address: self.address,
            started: Instant::now(),
        });
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = stopped(&mut stop) => break,
                accepted = accept(&self.listener, &slots) => accepted,
            };
            match accepted {
                Ok((stream, client, slot)) => {
                    connections.spawn(connection(shared.clone(), stream, client, slot, stop.clone()));
                }
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

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = slots.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, client) = listener.accept().await?;
    // Answers are small and whole; waiting for more would only delay them.
    stream.set_nodelay(true)?;
    Ok((stream, client, slot))
}

async fn connection(
    shared: Arc<Shared>,
    stream: TcpStream,
    client: SocketAddr,
    _slot: OwnedSemaphorePermit,
    mut stop: watch::Receiver<bool>,
) {
    let header_timeout = shared.options.header_timeout;
    let service = service_fn(move |request| {
        let shared = shared.clone();
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
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

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
