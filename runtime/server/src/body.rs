//! Reading a request's body: a size limit that holds while it streams, a minimum rate, and a budget
//! for all bodies together.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::{StatusCode, body::Body};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// Largest body of a request to the server's own paths.
pub(crate) const MAX_BODY: usize = 1024 * 1024;
/// Bytes a second that a body must bring once its grace time is over.
const MIN_RATE: usize = 4 * 1024;
/// Memory for all bodies that are being read.
const BUDGET: usize = 256 * 1024 * 1024;

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Error {
    /// More than the limit.
    TooLarge,
    /// It did not arrive fast enough.
    TooSlow,
    /// All bodies together are too much.
    Busy,
    /// The client went away or sent nonsense.
    Broken,
}

impl Error {
    /// What it is answered with.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }

    /// What the client is told. `most` is the limit that held.
    pub(crate) fn message(self, most: usize) -> String {
        match self {
            Self::TooLarge => {
                let fits = |unit: usize| most >= unit && most.is_multiple_of(unit);
                let units = [(1 << 20, "MiB"), (1 << 10, "KiB")];
                let (unit, name) = units.into_iter().find(|(unit, _)| fits(*unit)).unwrap_or((1, "bytes"));
                format!("the body is larger than {} {name}", most / unit)
            }
            Self::TooSlow => "the body did not arrive in time".to_owned(),
            Self::Busy => "the server is reading too many bodies at once".to_owned(),
            Self::Broken => "the body is incomplete".to_owned(),
        }
    }
}

/// What all bodies together may take.
#[derive(Debug, Clone, Default)]
pub(crate) struct Budget(Arc<AtomicUsize>);

/// A part of the budget, given back when dropped.
#[derive(Debug)]
struct Share {
    budget: Budget,
    bytes: usize,
}

impl Share {
    fn grow(&mut self, bytes: usize) -> Result<(), Error> {
        let before = self.budget.0.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
        if before + bytes > BUDGET { Err(Error::Busy) } else { Ok(()) }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A body that was read; it counts against the budget while it lives.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) bytes: Bytes,
    _share: Share,
}

/// Reads it all. `grace` is the time until the minimum rate counts.
pub(crate) async fn read<B: Body<Data = Bytes> + Unpin>(
    mut body: B,
    most: usize,
    grace: Duration,
    budget: &Budget,
) -> Result<Whole, Error> {
    if body.size_hint().lower() > most as u64 {
        return Err(Error::TooLarge);
    }
    let started = Instant::now();
    let mut share = Share { budget: budget.clone(), bytes: 0 };
    let mut first: Option<Bytes> = None;
    let mut whole = BytesMut::new();
    loop {
        let due = started + grace + Duration::from_millis((share.bytes * 1000 / MIN_RATE) as u64);
        let frame = tokio::time::timeout_at(due, body.frame()).await.map_err(|_| Error::TooSlow)?;
        let Some(frame) = frame else { break };
        let Ok(data) = frame.map_err(|_| Error::Broken)?.into_data() else { continue };
        if share.bytes + data.len() > most {
            return Err(Error::TooLarge);
        }
        share.grow(data.len())?;
        match first.take() {
            // Most bodies are one frame and need no copy.
            None if whole.is_empty() => first = Some(data),
            taken => {
                whole.extend_from_slice(&taken.unwrap_or_default());
                whole.extend_from_slice(&data);
            }
        }
    }
    let bytes = first.unwrap_or_else(|| whole.freeze());
    Ok(Whole { bytes, _share: share })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_told_as_they_are() {
        let told = [10 << 20, 64 << 10, 1500, 8, 0].map(|most| Error::TooLarge.message(most));
        let limits = told.map(|text| text.strip_prefix("the body is larger than ").unwrap().to_owned());
        assert_eq!(limits, ["10 MiB", "64 KiB", "1500 bytes", "8 bytes", "0 bytes"]);
    }

    #[test]
    fn a_share_is_given_back() {
        let budget = Budget::default();
        let mut share = Share { budget: budget.clone(), bytes: 0 };
        assert_eq!(share.grow(BUDGET), Ok(()));
        assert_eq!(Share { budget: budget.clone(), bytes: 0 }.grow(1), Err(Error::Busy));
        drop(share);
        assert_eq!(budget.0.load(Ordering::Relaxed), 0);
    }
}
