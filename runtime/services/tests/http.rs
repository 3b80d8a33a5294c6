//! The HTTP client over real sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use bytes::Bytes;
use cronflow_core::permissions::Grant;
use cronflow_services::http::{Body, Error, HttpClient, Redirects, Request, Response};
use cronflow_testkit::web_server::{Received, WebServer, begin, piece, reply};
use rstest::rstest;
use std::{
    io::{self, Read},
    net::TcpStream,
    process::Command,
    sync::{Mutex, mpsc},
};

const LIMIT: usize = 1 << 20;

fn request(method: &str, url: String, body: Body) -> Request {
    Request {
        method: method.to_owned(),
        url,
        headers: Vec::new(),
        body,
        redirects: Redirects::Follow,
        hosts: Grant::All,
    }
}

async fn fetch(request: Request) -> Result<Response, Error> {
    HttpClient::new().unwrap().fetch(request).await
}

async fn text(mut response: Response) -> String {
    String::from_utf8(response.body.all(LIMIT).await.unwrap()).unwrap()
}

/// Answers `/<status>/<rest>` with a redirect of that status to `/<rest>`, and `/` with what came.
fn redirecting(received: &Received, socket: &mut TcpStream) -> io::Result<()> {
    let mut parts = received.path.splitn(3, '/').skip(1);
    match (parts.next().and_then(|status| status.parse().ok()), parts.next()) {
        (Some(status), Some(rest)) => reply(socket, status, &[("location", &format!("/{rest}"))], b""),
        _ => {
            let has_type = received.header("content-type").is_some();
            let body = String::from_utf8_lossy(&received.body);
            reply(socket, 200, &[], format!("{} {body} {has_type}", received.method).as_bytes())
        }
    }
}

#[rstest]
#[case("POST", 301, "GET  false")]
#[case("POST", 302, "GET  false")]
#[case("POST", 303, "GET  false")]
#[case("POST", 307, "POST data true")]
#[case("POST", 308, "POST data true")]
#[case("PUT", 301, "PUT data true")]
#[case("PUT", 302, "PUT data true")]
#[case("PUT", 303, "GET  false")]
#[tokio::test]
async fn redirects_keep_or_drop_the_body(#[case] method: &str, #[case] status: u16, #[case] expected: &str) {
    let server = WebServer::start(redirecting);
    let mut asked = request(method, server.url(&format!("/{status}/")), Body::Bytes(Bytes::from("data")));
    asked.headers.push(("Content-Type".to_owned(), "text/plain".to_owned()));
    let response = fetch(asked).await.unwrap();
    assert!(response.redirected);
    assert_eq!(response.url, server.url("/"));
    assert_eq!(text(response).await, expected);
}

#[rstest]
#[case(20, true)]
#[case(21, false)]
#[tokio::test]
async fn redirects_come_to_an_end(#[case] count: usize, #[case] arrives: bool) {
    let server = WebServer::start(redirecting);
    let result = fetch(request("GET", server.url(&format!("{}/", "/302".repeat(count))), Body::None)).await;
    assert_eq!(result.is_ok(), arrives, "{result:?}");
}

#[rstest]
#[case(Redirects::Error, None)]
#[case(Redirects::Manual, Some(302))]
#[case(Redirects::Follow, Some(200))]
#[tokio::test]
async fn redirects_as_asked(#[case] redirects: Redirects, #[case] status: Option<u16>) {
    let server = WebServer::start(redirecting);
    let mut asked = request("GET", server.url("/302/"), Body::None);
    asked.redirects = redirects;
    assert_eq!(fetch(asked).await.ok().map(|response| response.status), status);
}

#[tokio::test]
async fn secrets_stay_with_their_origin() {
    let other = WebServer::start(|_, socket| reply(socket, 200, &[], b""));
    let elsewhere = other.url("/");
    let server = WebServer::start(move |received, socket| {
        let target = if received.path == "/" { "/here" } else { &elsewhere };
        reply(socket, 302, &[("location", target)], b"")
    });
    let mut asked = request("GET", server.url("/"), Body::None);
    for name in ["Authorization", "Cookie", "X-Other"] {
        asked.headers.push((name.to_owned(), "v".to_owned()));
    }
    fetch(asked).await.unwrap();
    let own = server.seen();
    assert_eq!(own.len(), 2);
    assert!(own.iter().all(|seen| seen.header("authorization") == Some("v") && seen.header("cookie") == Some("v")));
    let foreign = &other.seen()[0];
    assert_eq!((foreign.header("authorization"), foreign.header("cookie")), (None, None));
    assert_eq!(foreign.header("x-other"), Some("v"));
}

#[rstest]
#[case("http://169.254.169.254/latest/meta-data/", "link-local or metadata")]
#[case("http://[fd00:ec2::254]/", "link-local or metadata")]
#[case("http://2852039166/", "link-local or metadata")]
#[case("ftp://example.com/", "'ftp:' is not a scheme")]
#[case("http://a:b@localhost:1/", "user name or password")]
#[tokio::test]
async fn redirects_that_are_refused(#[case] target: &'static str, #[case] message: &str) {
    let server = WebServer::start(move |_, socket| reply(socket, 302, &[("location", target)], b""));
    let refused = fetch(request("GET", server.url("/"), Body::None)).await.unwrap_err().to_string();
    assert!(refused.contains(message), "{refused}");
}

#[tokio::test]
async fn metadata_addresses_are_refused_at_once() {
    let refused = fetch(request("GET", "http://169.254.169.254/".to_owned(), Body::None)).await.unwrap_err();
    assert!(matches!(refused, Error::Forbidden(_)), "{refused}");
}

#[rstest]
#[case(307, false)]
#[case(303, true)]
#[tokio::test]
async fn a_streamed_body_is_sent_once(#[case] status: u16, #[case] arrives: bool) {
    let server = WebServer::start(redirecting);
    let (upload, body) = Body::stream();
    let sending = tokio::spawn(fetch(request("POST", server.url(&format!("/{status}/")), body)));
    assert!(upload.push(Bytes::from("one ")).await);
    assert!(upload.push(Bytes::from("two")).await);
    drop(upload);
    assert_eq!(sending.await.unwrap().is_ok(), arrives);
    assert_eq!(server.seen()[0].body, b"one two");
}

#[tokio::test]
async fn an_upload_that_fails_is_not_taken_for_complete() {
    let server = WebServer::start(|_, socket| reply(socket, 200, &[], b""));
    let (upload, body) = Body::stream();
    let sending = tokio::spawn(fetch(request("POST", server.url("/"), body)));
    assert!(upload.push(Bytes::from("half")).await);
    upload.fail().await;
    assert!(sending.await.unwrap().is_err());
    assert_eq!(server.seen().len(), 0);
}

const GZIP: &[u8] =
    &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0];
const BROTLI: &[u8] = &[0x0b, 2, 0x80, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 3];
const DEFLATE: &[u8] = &[0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 6, 0x2c, 2, 0x15];

#[rstest]
#[case("gzip", GZIP, Some("hello"))]
#[case("br", BROTLI, Some("hello"))]
#[case("deflate", DEFLATE, Some("hello"))]
#[case("deflate", &DEFLATE[2..9], Some("hello"))]
#[case("identity", b"hello", Some("hello"))]
#[case("unheard-of", b"hello", Some("hello"))]
#[case("gzip", b"", Some(""))]
#[case("gzip", b"hello", None)]
#[case("gzip", &GZIP[..20], None)]
#[tokio::test]
async fn encoded_answers(#[case] coding: &'static str, #[case] body: &'static [u8], #[case] expected: Option<&str>) {
    let server = WebServer::start(move |_, socket| reply(socket, 200, &[("content-encoding", coding)], body));
    let mut response = fetch(request("GET", server.url("/"), Body::None)).await.unwrap();
    assert!(response.headers.contains(&("content-encoding".to_owned(), coding.to_owned())));
    let read = response.body.all(LIMIT).await;
    assert_eq!(read.as_deref().ok(), expected.map(str::as_bytes), "{read:?}");
    assert_eq!(server.seen()[0].header("accept-encoding"), Some("gzip, deflate, br"));
}

#[tokio::test]
async fn an_answer_is_read_piece_by_piece() {
    let (go_on, told) = mpsc::channel::<()>();
    let told = Mutex::new(told);
    let server = WebServer::start(move |_, socket| {
        begin(socket)?;
        for part in ["one", "two", ""] {
            piece(socket, part.as_bytes())?;
            // The next piece does not exist before this one was read.
            let _ = told.lock().unwrap().recv();
        }
        Ok(())
    });
    let mut body = fetch(request("GET", server.url("/"), Body::None)).await.unwrap().body;
    for part in ["one", "two"] {
        assert_eq!(body.piece().await.unwrap().unwrap(), part);
        go_on.send(()).unwrap();
    }
    assert!(body.piece().await.unwrap().is_none());
}

#[tokio::test]
async fn more_than_the_limit_is_refused() {
    let server = WebServer::start(|_, socket| reply(socket, 200, &[], &[7; 1000]));
    let mut response = fetch(request("GET", server.url("/"), Body::None)).await.unwrap();
    assert!(matches!(response.body.all(999).await, Err(Error::TooLarge(999))));
}

/// A server that tells when the client closes its connection.
fn noticing_the_end(answer: &'static [u8]) -> (WebServer, mpsc::Receiver<()>) {
    let (tell, ended) = mpsc::channel();
    let server = WebServer::start(move |_, socket| {
        io::Write::write_all(socket, answer)?;
        if socket.read(&mut [0])? == 0 {
            let _ = tell.send(());
        }
        Ok(())
    });
    (server, ended)
}

#[tokio::test]
async fn dropping_a_body_closes_the_connection() {
    let (server, ended) = noticing_the_end(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
    let response = fetch(request("GET", server.url("/"), Body::None)).await.unwrap();
    drop(response);
    ended.recv().unwrap();
}

#[tokio::test]
async fn dropping_a_request_closes_the_connection() {
    let (server, ended) = noticing_the_end(b"");
    let asking = tokio::spawn(fetch(request("GET", server.url("/"), Body::None)));
    while server.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    ended.recv().unwrap();
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = WebServer::start(|_, socket| reply(socket, 200, &[], b"hello"));
    let client = HttpClient::new().unwrap();
    for _ in 0..5 {
        let response = client.fetch(request("GET", server.url("/"), Body::None)).await.unwrap();
        assert_eq!(text(response).await, "hello");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn headers_of_the_connection_are_the_clients() {
    let server = WebServer::start(|_, socket| reply(socket, 200, &[("x-latin", "caf\u{e9}")], b""));
    let mut asked = request("POST", server.url("/"), Body::None);
    for (name, value) in [("Content-Length", "5"), ("Transfer-Encoding", "chunked"), ("X-Latin", "caf\u{e9}")] {
        asked.headers.push((name.to_owned(), value.to_owned()));
    }
    fetch(asked).await.unwrap();
    let seen = &server.seen()[0];
    assert_eq!((seen.header("content-length"), seen.header("transfer-encoding")), (Some("0"), None));
    assert_eq!(seen.header("accept"), Some("*/*"));
    assert!(seen.header("user-agent").unwrap().starts_with("cronflow-rt/"));
    assert_eq!(seen.header("cookie"), None);
}

/// Runs [`through_a_proxy`] with other environment variables.
fn in_process(variables: &[(&str, &str)], url: &str) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "through_a_proxy", "--ignored"]).env("TEST_URL", url);
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"] {
        child.env_remove(name);
    }
    child.envs(variables.iter().copied()).output().unwrap().status.success()
}

#[tokio::test]
#[ignore = "a part of proxies_come_from_the_environment"]
async fn through_a_proxy() {
    let url = std::env::var("TEST_URL").unwrap();
    assert_eq!(fetch(request("GET", url, Body::None)).await.unwrap().status, 203);
}

#[test]
fn proxies_come_from_the_environment() {
    let proxy = WebServer::start(|_, socket| reply(socket, 203, &[], b""));
    let (address, far) = (proxy.url(""), "http://far.example/path");
    assert!(in_process(&[("HTTP_PROXY", &address)], far));
    assert_eq!(proxy.seen()[0].path, far);
    assert!(in_process(&[("http_proxy", &address)], far));
    assert!(!in_process(&[("http_proxy", &address), ("no_proxy", "far.example")], far));
    assert!(!in_process(&[("http_proxy", &address)], "http://169.254.169.254/"));
    assert_eq!(proxy.connections(), 2);
}
