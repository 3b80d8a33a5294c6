//! Bodies on their way: uploads that are fed piece by piece, and answers that are read so.

use super::{AbortOnDrop, Error, root_cause};
use crate::codec::Decoder;
use bytes::Bytes;
use reqwest::header::CONTENT_ENCODING;
use std::io;
use tokio::sync::mpsc;

/// Pieces that wait to be sent.
const UPLOAD_AHEAD: usize = 4;
/// Pieces of an answer that are read before anybody asks, so that small answers free their
/// connection at once.
const READ_AHEAD: usize = 16;
/// Encoded bytes that are decoded at once: bounds what they may become.
const DECODED_AT_ONCE: usize = 4 * 1024;
/// Most codings on top of each other.
const MAX_CODINGS: usize = 4;

type Pieces = mpsc::Receiver<io::Result<Bytes>>;

/// A request's body.
#[derive(Debug)]
pub enum Body {
    /// None.
    None,
    /// In memory: it can be sent again after a redirect.
    Bytes(Bytes),
    /// Piece by piece, once; `None` after it was sent.
    Stream(Option<Pieces>),
}

impl Body {
    /// A body that is fed through the other half.
    #[must_use]
    pub fn stream() -> (Upload, Self) {
        let (sender, pieces) = mpsc::channel(UPLOAD_AHEAD);
        (Upload(sender), Self::Stream(Some(pieces)))
    }
}

/// Feeds a body. Dropping it ends the body.
#[derive(Debug, Clone)]
pub struct Upload(mpsc::Sender<io::Result<Bytes>>);

impl Upload {
    /// Hands a piece over; waits while too much is under way. `false` when nobody reads any more.
    pub async fn push(&self, piece: Bytes) -> bool {
        self.0.send(Ok(piece)).await.is_ok()
    }

    /// Ends the request with a failure: the server must not take it for complete.
    pub async fn fail(&self) {
        // Nobody is there to fail when nobody reads any more.
        let _ = self.0.send(Err(io::Error::other("the body of the request failed"))).await;
    }
}

pub(super) fn streamed(pieces: Pieces) -> reqwest::Body {
    let stream = futures_util::stream::unfold(pieces, |mut pieces: Pieces| async move {
        let piece = pieces.recv().await?;
        Some((piece, pieces))
    });
    reqwest::Body::wrap_stream(stream)
}

/// An answer's body, decoded. Dropping it closes the connection, unless it was read to its end.
#[derive(Debug)]
pub struct ResponseBody {
    pieces: mpsc::Receiver<Result<Bytes, Error>>,
    _reader: AbortOnDrop<()>,
}

impl ResponseBody {
    /// Starts to read.
    pub(super) fn of(answer: reqwest::Response, has_body: bool) -> Self {
        let (sender, pieces) = mpsc::channel(READ_AHEAD);
        let decoders = if has_body { decoders_of(&answer) } else { Vec::new() };
        let reader = AbortOnDrop(tokio::spawn(async move {
            if let Err(error) = read(answer, decoders, &sender).await {
                // Nobody reads any more when this fails.
                let _ = sender.send(Err(error)).await;
            }
        }));
        Self { pieces, _reader: reader }
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// When the connection breaks or the encoding is wrong.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        self.pieces.recv().await.transpose()
    }

    /// Everything that is left.
    ///
    /// # Errors
    /// As [`Self::piece`], and when it is more than `limit` bytes.
    pub async fn all(&mut self, limit: usize) -> Result<Vec<u8>, Error> {
        let mut all = Vec::new();
        while let Some(piece) = self.piece().await? {
            if all.len() + piece.len() > limit {
                return Err(Error::TooLarge(limit));
            }
            all.extend_from_slice(&piece);
        }
        Ok(all)
    }
}

/// The decoders in the order in which they are needed; none when a coding is unknown.
fn decoders_of(answer: &reqwest::Response) -> Vec<Decoder> {
    let values = answer.headers().get_all(CONTENT_ENCODING).iter();
    let text: Vec<_> = values.filter_map(|value| value.to_str().ok()).collect();
    let text = text.join(",");
    let codings: Vec<_> = text.split(',').map(str::trim).filter(|coding| !coding.is_empty()).collect();
    let known = codings.iter().rev().filter(|coding| !coding.eq_ignore_ascii_case("identity"));
    let decoders: Option<Vec<_>> = known.map(|coding| Decoder::for_coding(coding)).collect();
    decoders.filter(|decoders| decoders.len() <= MAX_CODINGS).unwrap_or_default()
}

type Answers = mpsc::Sender<Result<Bytes, Error>>;

async fn read(mut answer: reqwest::Response, mut decoders: Vec<Decoder>, to: &Answers) -> Result<(), Error> {
    let mut any = false;
    while let Some(chunk) = answer.chunk().await.map_err(|error| Error::Network(root_cause(&error)))? {
        any |= !chunk.is_empty();
        if decoders.is_empty() {
            if to.send(Ok(chunk)).await.is_err() {
                return Ok(());
            }
            continue;
        }
        for part in chunk.chunks(DECODED_AT_ONCE) {
            let decoded = decode(&mut decoders, part)?;
            if !decoded.is_empty() && to.send(Ok(decoded.into())).await.is_err() {
                return Ok(());
            }
        }
    }
    // A server may promise an encoding and then have nothing to send.
    if any && !decoders.is_empty() {
        let rest = finish(decoders)?;
        if !rest.is_empty() {
            let _ = to.send(Ok(rest.into())).await;
        }
    }
    Ok(())
}

fn decode(decoders: &mut [Decoder], part: &[u8]) -> Result<Vec<u8>, Error> {
    let mut data = part.to_vec();
    for decoder in decoders {
        data = decoder.push(&data)?;
    }
    Ok(data)
}

fn finish(decoders: Vec<Decoder>) -> Result<Vec<u8>, Error> {
    let mut data = Vec::new();
    for mut decoder in decoders {
        data = decoder.push(&data)?;
        data.extend(decoder.finish()?);
    }
    Ok(data)
}
