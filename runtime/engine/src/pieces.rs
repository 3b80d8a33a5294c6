//! Answers to HTTP requests that workflow code sends piece by piece: each piece waits until the last one has been sent.

use crate::handle::EngineHandle;
use cronflow_core::json::JsonText;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use tokio::sync::{mpsc, oneshot};

/// A piece. Its sender waits until it is sent or dropped.
#[derive(Debug)]
pub struct Piece {
    /// In the form that the HTTP server reads.
    pub piece: JsonText,
    sent: oneshot::Sender<()>,
}

impl Piece {
    /// It has been sent, and the client takes more.
    pub fn sent(self) {
        // A sender that was stopped meanwhile does not listen.
        let _ = self.sent.send(());
    }
}

/// Answers that are open, by number.
#[derive(Default)]
pub(crate) struct Answers(Mutex<Open>);

#[derive(Default)]
struct Open {
    last: u64,
    receivers: HashMap<u64, mpsc::UnboundedSender<Piece>>,
}

impl Answers {
    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> (u64, mpsc::UnboundedReceiver<Piece>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut open = self.lock();
        open.last += 1;
        let exchange = open.last;
        open.receivers.insert(exchange, sender);
        (exchange, receiver)
    }

    /// Sends a piece; resolves when that is done, with whether anybody takes more.
    pub(crate) async fn send(&self, exchange: u64, piece: JsonText) -> bool {
        let Some(receiver) = self.lock().receivers.get(&exchange).cloned() else { return false };
        let (sent, done) = oneshot::channel();
        // One that cannot be handed over is dropped, which `done` hears.
        let _ = receiver.send(Piece { piece, sent });
        drop(receiver);
        done.await.is_ok()
    }
}

/// Where the pieces of one answer arrive. Dropping it ends the answer.
pub struct Pieces {
    handle: EngineHandle,
    exchange: u64,
    receiver: mpsc::UnboundedReceiver<Piece>,
}

impl Pieces {
    /// The number under which workflow code sends them.
    #[must_use]
    pub const fn exchange(&self) -> u64 {
        self.exchange
    }

    /// The next piece. Safe to drop.
    pub async fn next(&mut self) -> Option<Piece> {
        self.receiver.recv().await
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        self.handle.calls.answers.lock().receivers.remove(&self.exchange);
    }
}

impl EngineHandle {
    /// Opens an answer that workflow code may send piece by piece.
    #[must_use]
    pub fn open_pieces(&self) -> Pieces {
        let (exchange, receiver) = self.calls.answers.open();
        Pieces { handle: self.clone(), exchange, receiver }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sender_hears_when_its_piece_was_sent_or_never_will_be() {
        let answers = Answers::default();
        let (exchange, mut pieces) = answers.open();
        let piece = || JsonText::trusted("1");
        let (first, ()) = tokio::join!(answers.send(exchange, piece()), async {
            pieces.recv().await.unwrap().sent();
        });
        assert!(first);
        let (second, ()) = tokio::join!(answers.send(exchange, piece()), async { drop(pieces.recv().await) });
        assert!(!second);
        drop(pieces);
        assert!(!answers.send(exchange, piece()).await);
        assert!(!answers.send(exchange + 1, piece()).await);
    }
}
