//! A small HTTP server for tests of clients: it tells what it was asked, and has paths with other ends.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

/// `{"z":1}` as gzip.
const PACKED: [u8; 27] = [
    0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xab, 0x56, 0xaa, 0x52, 0xb2, 0x32, 0xac, 0x05, 0, 0x3c, 0x0a, 0x2b,
    0x41, 0x07, 0, 0, 0,
];

/// Whether `/go` was asked for, which lets one `/held` go on.
type Gate = Arc<(Mutex<bool>, Condvar)>;

/// Serves until the process ends; gives the URL.
pub(crate) fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let gate = Gate::default();
        for stream in listener.incoming().flatten() {
            let gate = gate.clone();
            thread::spawn(move || answer(stream, &gate));
        }
    });
    url
}

/// One request: its first line, its headers, its body.
fn read(stream: &TcpStream) -> Option<(String, String, String)> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut headers) = (String::new(), String::new());
    reader.read_line(&mut first).ok()?;
    while reader.read_line(&mut headers).ok()? > 2 {}
    let lower = headers.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some((first, headers, String::from_utf8_lossy(&body).into_owned()))
}

fn answer(mut stream: TcpStream, gate: &Gate) {
    let Some((first, headers, body)) = read(&stream) else { return };
    let mut words = first.split(' ');
    let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let header = |wanted: &str| {
        let found = headers
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case(wanted)));
        found.map(|(_, value)| value)
    };
    let told = serde_json::json!({
        "method": method, "url": url, "body": body, "type": header("content-type"), "auth": header("authorization"),
    });
    let (head, bytes): (&str, Vec<u8>) = match url {
        "/redirect" => ("302 Found\r\nlocation: /json", Vec::new()),
        "/404" => ("404 Not Found\r\nx-a: b", b"nope".to_vec()),
        "/gzip" => ("200 OK\r\ncontent-encoding: gzip\r\ncontent-type: application/json", PACKED.to_vec()),
        "/slow" => {
            thread::sleep(Duration::from_secs(30));
            return;
        }
        "/held" => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\none");
            // A client that waits for everything waits for ever.
            let held = gate.1.wait_while(gate.0.lock().unwrap(), |may_go| !*may_go);
            *held.unwrap() = false;
            let _ = write!(stream, "two");
            return;
        }
        _ => {
            if url == "/go" {
                *gate.0.lock().unwrap() = true;
                gate.1.notify_one();
            }
            let head = "200 OK\r\ncontent-type: application/json\r\nset-cookie: a=1\r\nset-cookie: b=2";
            (head, told.to_string().into_bytes())
        }
    };
    let _ = write!(stream, "HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", bytes.len());
    let _ = stream.write_all(&bytes);
}
