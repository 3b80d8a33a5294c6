//! Redirects as the Fetch standard has them (HTTP-redirect fetch).

use super::{Body, Error, Hop};
use reqwest::{
    Method, StatusCode,
    header::{
        AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, COOKIE, HOST, HeaderName,
        LOCATION, PROXY_AUTHORIZATION,
    },
};
use url::Url;

/// Most redirects that are followed.
const MAX_REDIRECTS: u32 = 20;

/// Headers about a body that is no longer sent.
const OF_BODY: [HeaderName; 4] = [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE];
/// Headers that are meant for one origin only.
const OF_ORIGIN: [HeaderName; 4] = [AUTHORIZATION, COOKIE, HOST, PROXY_AUTHORIZATION];

/// Where an answer redirects to; `None` when it is no redirect.
pub(super) fn target(answer: &reqwest::Response, from: &Url) -> Option<Result<Url, Error>> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = answer.headers().get(LOCATION)?;
    let text = String::from_utf8_lossy(location.as_bytes()).into_owned();
    let Ok(mut url) = from.join(&text) else {
        return Some(Err(Error::RedirectTarget(format!("'{text}' is not a URL"))));
    };
    if url.fragment().is_none() {
        url.set_fragment(from.fragment());
    }
    Some(Ok(url))
}

/// The redirects that have been followed.
#[derive(Default)]
pub(super) struct Redirected(u32);

impl Redirected {
    pub(super) fn any(&self) -> bool {
        self.0 > 0
    }

    /// Turns a request into the one that a redirect asks for.
    pub(super) fn next(&mut self, hop: &mut Hop, status: StatusCode, target: Url) -> Result<(), Error> {
        let refused = |why: &str| Err(Error::RedirectTarget(why.to_owned()));
        if !matches!(target.scheme(), "http" | "https") {
            return refused(&format!("'{}:' is not a scheme that can be fetched", target.scheme()));
        }
        if self.0 == MAX_REDIRECTS {
            return refused(&format!("there were more than {MAX_REDIRECTS}"));
        }
        self.0 += 1;
        let same_origin = target.origin() == hop.url.origin();
        if !same_origin && (!target.username().is_empty() || target.password().is_some()) {
            return refused("it leads to another origin with a user name or password");
        }
        if status != StatusCode::SEE_OTHER && matches!(hop.body, Body::Stream(_)) {
            return refused("the body was a stream and cannot be sent again");
        }
        let becomes_get = match status.as_u16() {
            301 | 302 => hop.method == Method::POST,
            303 => hop.method != Method::GET && hop.method != Method::HEAD,
            _ => false,
        };
        if becomes_get {
            hop.method = Method::GET;
            hop.body = Body::None;
            OF_BODY.iter().for_each(|name| drop(hop.headers.remove(name)));
        }
        if !same_origin {
            OF_ORIGIN.iter().for_each(|name| drop(hop.headers.remove(name)));
        }
        hop.url = target;
        Ok(())
    }
}
