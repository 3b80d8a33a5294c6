//! Gzip files (RFC 1952) piece by piece: the frame around deflate data.

use super::{CodecError, Inflate};
use flate2::Crc;

/// Longest header: file name and comment have no limit of their own.
const MAX_HEADER: usize = 64 * 1024;
const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
const TRAILER: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Header,
    Data,
    Trailer,
    End,
}

/// See the module's text.
#[derive(Debug)]
pub(super) struct Gunzip {
    part: Part,
    /// The bytes of a header or trailer that is not complete.
    frame: Vec<u8>,
    inflate: Inflate,
    crc: Crc,
    /// Whether several files in a row are one, as in HTTP.
    many: bool,
}

impl Gunzip {
    pub(super) fn new(many: bool) -> Self {
        Self { part: Part::Header, frame: Vec::new(), inflate: Inflate::new(false), crc: Crc::new(), many }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.part == Part::End
    }

    pub(super) fn push(&mut self, input: &[u8]) -> Result<Vec<u8>, CodecError> {
        let (mut output, mut rest) = (Vec::new(), input);
        while !rest.is_empty() {
            match self.part {
                Part::Header => rest = self.header(rest)?,
                Part::Data => {
                    let (data, read) = self.inflate.push(rest)?;
                    self.crc.update(&data);
                    output.extend(data);
                    rest = rest.get(read..).unwrap_or_default();
                    if self.inflate.ended {
                        self.part = Part::Trailer;
                    }
                }
                Part::Trailer => rest = self.trailer(rest)?,
                Part::End if self.many => *self = Self::new(true),
                Part::End => return Err(CodecError::Trailing),
            }
        }
        Ok(output)
    }

    /// Reads of the header; returns what comes after it.
    fn header<'a>(&mut self, input: &'a [u8]) -> Result<&'a [u8], CodecError> {
        let before = self.frame.len();
        self.frame.extend_from_slice(input);
        let Some(length) = header_length(&self.frame)? else {
            let too_long = || CodecError::Invalid("the gzip header is too long".to_owned());
            return if self.frame.len() > MAX_HEADER { Err(too_long()) } else { Ok(&[]) };
        };
        self.frame.clear();
        self.part = Part::Data;
        Ok(input.get(length - before..).unwrap_or_default())
    }

    /// Reads of the trailer; returns what comes after it.
    fn trailer<'a>(&mut self, input: &'a [u8]) -> Result<&'a [u8], CodecError> {
        let (own, rest) = input.split_at(input.len().min(TRAILER - self.frame.len()));
        self.frame.extend_from_slice(own);
        if let Ok(trailer) = <[u8; TRAILER]>::try_from(self.frame.as_slice()) {
            let expected = [self.crc.sum().to_le_bytes(), self.crc.amount().to_le_bytes()].concat();
            if trailer.as_slice() != expected {
                return Err(CodecError::Invalid("the checksum of the gzip file is wrong".to_owned()));
            }
            self.part = Part::End;
        }
        Ok(rest)
    }
}

/// How long the header is; `None` while it is not complete.
fn header_length(bytes: &[u8]) -> Result<Option<usize>, CodecError> {
    let known = bytes.len().min(MAGIC.len());
    if bytes[..known] != MAGIC[..known] {
        return Err(CodecError::Invalid("it does not begin like a gzip file".to_owned()));
    }
    let Some(flags) = bytes.get(3).copied() else { return Ok(None) };
    if flags & 0xe0 != 0 {
        return Err(CodecError::Invalid("a reserved flag of the gzip header is set".to_owned()));
    }
    let mut length = 10;
    if flags & 4 != 0 {
        let (Some(low), Some(high)) = (bytes.get(length), bytes.get(length + 1)) else { return Ok(None) };
        length += 2 + usize::from(u16::from_le_bytes([*low, *high]));
    }
    // File name and comment end with a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            let rest = bytes.get(length..).unwrap_or_default();
            let Some(end) = rest.iter().position(|byte| *byte == 0) else { return Ok(None) };
            length += end + 1;
        }
    }
    if flags & 2 != 0 {
        length += 2;
    }
    Ok((bytes.len() >= length).then_some(length))
}
