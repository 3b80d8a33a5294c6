//! Frames on a socket: a length in four bytes, then the message in postcard's encoding.

use bytes::{Buf, BytesMut};
use serde::{Serialize, de::DeserializeOwned};
use std::io;
use tokio::net::UnixStream;

/// Largest message. A payload is limited long before that.
const MAX_FRAME: usize = 512 * 1024 * 1024;
/// How much is read at once.
const READ_SIZE: usize = 64 * 1024;

/// One end of the socket with its buffers.
pub(super) struct Link {
    stream: UnixStream,
    incoming: BytesMut,
    outgoing: BytesMut,
}

impl Link {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self { stream, incoming: BytesMut::new(), outgoing: BytesMut::new() }
    }

    /// Appends a message to the outgoing buffer.
    pub(super) fn push<T: Serialize>(&mut self, message: &T) -> io::Result<()> {
        let start = self.outgoing.len();
        self.outgoing.extend_from_slice(&[0; 4]);
        let writer = BytesWriter(&mut self.outgoing);
        postcard::to_io(message, writer).map_err(io::Error::other)?;
        let length = u32::try_from(self.outgoing.len() - start - 4).map_err(io::Error::other)?;
        self.outgoing[start..start + 4].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }

    /// Whether messages wait to be written.
    pub(super) fn has_outgoing(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Writes what the socket takes now.
    pub(super) fn write_some(&mut self) -> io::Result<()> {
        while !self.outgoing.is_empty() {
            match self.stream.try_write(&self.outgoing) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => self.outgoing.advance(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Resolves when the socket can be read, or when it can be written and there is something to
    /// write. Safe to drop.
    pub(super) async fn ready(&self) -> io::Result<()> {
        let mut interest = tokio::io::Interest::READABLE;
        if self.has_outgoing() {
            interest = interest.add(tokio::io::Interest::WRITABLE);
        }
        self.stream.ready(interest).await.map(drop)
    }

    /// Reads what is there and decodes every whole message. `false` at the end of the stream.
    pub(super) fn read_some<T: DeserializeOwned>(&mut self, messages: &mut Vec<T>) -> io::Result<bool> {
        loop {
            self.incoming.reserve(READ_SIZE);
            match self.stream.try_read_buf(&mut self.incoming) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    self.decode(messages)?;
                    if count < READ_SIZE {
                        return Ok(true);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
                Err(error) => return Err(error),
            }
        }
    }

    fn decode<T: DeserializeOwned>(&mut self, messages: &mut Vec<T>) -> io::Result<()> {
        while let Some(head) = self.incoming.first_chunk::<4>() {
            let length = u32::from_le_bytes(*head) as usize;
            if length > MAX_FRAME {
                return Err(io::Error::other("a frame is longer than the limit"));
            }
            let Some(body) = self.incoming.get(4..4 + length) else {
                self.incoming.reserve(4 + length - self.incoming.len());
                break;
            };
            messages.push(postcard::from_bytes(body).map_err(io::Error::other)?);
            self.incoming.advance(4 + length);
        }
        Ok(())
    }
}

struct BytesWriter<'a>(&'a mut BytesMut);

impl io::Write for BytesWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
