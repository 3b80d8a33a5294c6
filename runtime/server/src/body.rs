//! Reading a request's body: a size limit that holds while it streams, and a deadline.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use std::time::Duration;

/// Largest body of a request.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Error {
    /// More than [`MAX_BODY`].
    TooLarge,
    /// It did not arrive within the deadline.
    TooSlow,
    /// The client went away or sent nonsense.
    Broken,
}

/// Reads it all.
pub(crate) async fn read(mut body: Incoming, deadline: Duration) -> Result<Bytes, Error> {
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(Error::TooLarge);
    }
    tokio::time::timeout(deadline, collect(&mut body)).await.unwrap_or(Err(Error::TooSlow))
}

async fn collect(body: &mut Incoming) -> Result<Bytes, Error> {
    let mut whole = BytesMut::new();
    let mut first: Option<Bytes> = None;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Error::Broken)?.into_data() else { continue };
        if whole.len() + first.as_ref().map_or(0, Bytes::len) + data.len() > MAX_BODY {
            return Err(Error::TooLarge);
        }
        match first.take() {
            // Most bodies are one frame and need no copy.
            None if whole.is_empty() => first = Some(data),
            taken => {
                whole.extend_from_slice(&taken.unwrap_or_default());
                whole.extend_from_slice(&data);
            }
        }
    }
    Ok(first.unwrap_or_else(|| whole.freeze()))
}
