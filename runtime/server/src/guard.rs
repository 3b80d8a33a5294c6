//! Keeps web pages away from the management API: a page that a browser shows must not be able to
//! drive a server on the loopback address, neither by a form nor by DNS rebinding.

use hyper::{
    HeaderMap,
    header::{HOST, ORIGIN},
};
use std::net::IpAddr;

/// Whether a request to the management API may pass. `bound` is the address that we listen on.
pub(crate) fn allows(headers: &HeaderMap, bound: IpAddr) -> bool {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !host.is_empty() && !is_ours(host_name(host), bound) {
        return false;
    }
    // Browsers say so where they send no origin: an image or a link of another site.
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return false;
    }
    match headers.get(ORIGIN) {
        None => true,
        Some(origin) => origin.to_str().is_ok_and(|origin| same_host(origin, host)),
    }
}

/// Names that cannot be rebound: addresses and localhost. A server on a public address is
/// reached by a name that we cannot know.
fn is_ours(name: &str, bound: IpAddr) -> bool {
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok() || !bound.is_loopback()
}

fn same_host(origin: &str, host: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host))
}

/// The host without its port; IPv6 without brackets.
fn host_name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("127.0.0.1:3000", None, true)]
    #[case("localhost:3000", None, true)]
    #[case("[::1]:3000", None, true)]
    #[case("localhost:3000", Some("http://localhost:3000"), true)]
    #[case("localhost:3000", Some("http://localhost:4000"), false)]
    #[case("localhost:3000", Some("https://evil.example"), false)]
    #[case("localhost:3000", Some("null"), false)]
    #[case("evil.example:3000", None, false)]
    fn on_loopback(#[case] host: &str, #[case] origin: Option<&str>, #[case] allowed: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        assert_eq!(allows(&headers, [127, 0, 0, 1].into()), allowed);
    }
}
