//! A body that is sent piece by piece. Its sender sees when nobody takes it any more.

use bytes::Bytes;
use hyper::body::{Body, Frame};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::sync::mpsc;

/// What a connection reads from.
#[derive(Debug)]
pub(crate) struct Piped {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    /// The end of a body that is broken off, which the connection has not been told yet.
    broken: Option<io::Error>,
}

/// What fills it. The body ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Pipe(mpsc::Sender<io::Result<Bytes>>);

/// The client has gone away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone;

/// A body, and the way into it; `waiting` pieces may wait for the connection.
pub(crate) fn piped(waiting: usize) -> (Pipe, Piped) {
    let (sender, receiver) = mpsc::channel(waiting);
    (Pipe(sender), Piped { pieces: receiver, broken: None })
}

impl Pipe {
    /// Sends a piece as soon as there is room.
    pub(crate) async fn send(&self, piece: Bytes) -> Result<(), Gone> {
        self.0.send(Ok(piece)).await.map_err(|_| Gone)
    }

    /// Resolves when the client has gone away.
    pub(crate) async fn closed(&self) {
        self.0.closed().await;
    }

    /// Ends the connection in the middle of the body, so that the client does not take it for whole.
    pub(crate) async fn break_off(self) {
        // A client that has gone needs no telling.
        let _ = self.0.send(Err(io::ErrorKind::BrokenPipe.into())).await;
    }
}

impl Body for Piped {
    type Data = Bytes;
    type Error = io::Error;

    /// A connection drops what it has not written yet when its body fails, but it writes while its body has
    /// nothing. So a failure comes only after a turn with nothing, and the pieces before it reach the client.
    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(error) = self.broken.take() {
            return Poll::Ready(Some(Err(error)));
        }
        match ready!(self.pieces.poll_recv(context)) {
            Some(Err(error)) => {
                self.broken = Some(error);
                context.waker().wake_by_ref();
                Poll::Pending
            }
            piece => Poll::Ready(piece.map(|piece| piece.map(Frame::data))),
        }
    }
}
