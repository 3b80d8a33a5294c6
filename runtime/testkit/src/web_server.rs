//! A small HTTP/1.1 server whose answers a test writes byte by byte. It runs on plain threads, so
//! that it is independent of the code under test.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A request that came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case and values, in order.
    pub headers: Vec<(String, String)>,
    /// Body, without its transfer coding.
    pub body: Vec<u8>,
    /// The number of its connection, from 0 on.
    pub connection: usize,
}

impl Received {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// See the module's text. It lives until the process ends.
#[derive(Debug)]
pub struct WebServer {
    port: u16,
    seen: Arc<Mutex<Vec<Received>>>,
    connections: Arc<AtomicUsize>,
}

impl WebServer {
    /// Starts a server on the loopback. `answer` writes the whole answer to each request.
    ///
    /// # Panics
    /// When there is no port to listen on.
    #[must_use]
    pub fn start(answer: impl Fn(&Received, &mut TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let Ok(listener) = TcpListener::bind("127.0.0.1:0") else { panic!("no port to listen on") };
        let Ok(address) = listener.local_addr() else { panic!("the listener has no address") };
        let server = Self { port: address.port(), seen: Arc::default(), connections: Arc::default() };
        let (seen, connections, answer) = (server.seen.clone(), server.connections.clone(), Arc::new(answer));
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let number = connections.fetch_add(1, Ordering::SeqCst);
                let (seen, answer) = (seen.clone(), answer.clone());
                // A connection that breaks is the client's business.
                thread::spawn(move || drop(serve(socket, number, &seen, &*answer)));
            }
        });
        server
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The requests so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Received> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many connections were made.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// An answer with a body of known length.
///
/// # Errors
/// When the client is gone.
pub fn reply(socket: &mut TcpStream, status: u16, headers: &[(&str, &str)], body: &[u8]) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    socket.write_all(&[head.as_bytes(), body].concat())
}

/// Begins an answer whose body comes in pieces.
///
/// # Errors
/// When the client is gone.
pub fn begin(socket: &mut TcpStream) -> io::Result<()> {
    socket.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
}

/// A piece of such an answer; an empty one ends it.
///
/// # Errors
/// When the client is gone.
pub fn piece(socket: &mut TcpStream, data: &[u8]) -> io::Result<()> {
    let head = format!("{:x}\r\n", data.len());
    socket.write_all(&[head.as_bytes(), data, b"\r\n"].concat())
}

fn serve(
    socket: TcpStream,
    connection: usize,
    seen: &Mutex<Vec<Received>>,
    answer: &dyn Fn(&Received, &mut TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    let mut reader = BufReader::new(socket.try_clone()?);
    let mut socket = socket;
    while let Some(received) = receive(&mut reader, connection)? {
        seen.lock().unwrap_or_else(PoisonError::into_inner).push(received.clone());
        answer(&received, &mut socket)?;
    }
    Ok(())
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    // Each byte is a character, as a client may send any.
    let text: String = line.into_iter().map(char::from).collect();
    Ok(text.trim_end().to_owned())
}

fn receive(reader: &mut impl BufRead, connection: usize) -> io::Result<Option<Received>> {
    let first = line(reader)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let mut received = Received { method, path, headers: Vec::new(), body: Vec::new(), connection };
    loop {
        let header = line(reader)?;
        let Some((name, value)) = header.split_once(':') else { break };
        received.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    if received.header("transfer-encoding").is_some() {
        received.body = chunks(reader)?;
    } else if let Some(length) = received.header("content-length").and_then(|text| text.parse().ok()) {
        received.body = vec![0; length];
        reader.read_exact(&mut received.body)?;
    }
    Ok(Some(received))
}

fn chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let length = usize::from_str_radix(&line(reader)?, 16).map_err(io::Error::other)?;
        let mut chunk = vec![0; length];
        reader.read_exact(&mut chunk)?;
        line(reader)?;
        if length == 0 {
            return Ok(body);
        }
        body.extend(chunk);
    }
}
