//! Compression and decompression that is fed piece by piece: for `CompressionStream` and for
//! encoded answers of servers.

mod gunzip;

use flate2::{
    Compression, Decompress, FlushDecompress, Status,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use gunzip::Gunzip;
use std::io::{self, Write};

/// Most that one piece of input may become: a few bytes can stand for gigabytes.
const MAX_PIECE: usize = 64 * 1024 * 1024;
/// Room that is made for output at once.
const STEP: usize = 16 * 1024;

/// Why a piece was refused.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The bytes are not of the format.
    #[error("the compressed data is not valid: {0}")]
    Invalid(String),
    /// The input ended too early.
    #[error("the compressed data ends too early")]
    Truncated,
    /// There is more input after the end.
    #[error("there is more data after the end of the compressed data")]
    Trailing,
    /// See [`MAX_PIECE`].
    #[error("a piece of compressed data becomes more than {} MiB", MAX_PIECE / 1024 / 1024)]
    TooLarge,
}

/// The formats of the Compression standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 1952.
    Gzip,
    /// RFC 1950: deflate with a zlib header.
    Deflate,
    /// RFC 1951.
    DeflateRaw,
}

impl Format {
    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "deflate-raw" => Some(Self::DeflateRaw),
            _ => None,
        }
    }
}

/// Compresses what it is fed.
#[derive(Debug)]
pub struct Encoder(Encoding);

#[derive(Debug)]
enum Encoding {
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(ZlibEncoder<Vec<u8>>),
    Raw(DeflateEncoder<Vec<u8>>),
}

impl Encoder {
    /// An encoder with the usual level.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self::with_level(format, None)
    }

    /// An encoder with a level from 0 (nothing is compressed) to 9 (smallest).
    #[must_use]
    pub fn with_level(format: Format, level: Option<u32>) -> Self {
        let level = level.map_or_else(Compression::default, |level| Compression::new(level.min(9)));
        let sink = Vec::new();
        Self(match format {
            Format::Gzip => Encoding::Gzip(GzEncoder::new(sink, level)),
            Format::Deflate => Encoding::Deflate(ZlibEncoder::new(sink, level)),
            Format::DeflateRaw => Encoding::Raw(DeflateEncoder::new(sink, level)),
        })
    }

    /// Takes input and returns the output that is ready.
    ///
    /// # Errors
    /// None in practice: the output goes to memory.
    pub fn push(&mut self, input: &[u8]) -> io::Result<Vec<u8>> {
        match &mut self.0 {
            Encoding::Gzip(writer) => writer.write_all(input).map(|()| std::mem::take(writer.get_mut())),
            Encoding::Deflate(writer) => writer.write_all(input).map(|()| std::mem::take(writer.get_mut())),
            Encoding::Raw(writer) => writer.write_all(input).map(|()| std::mem::take(writer.get_mut())),
        }
    }

    /// The rest of the output.
    ///
    /// # Errors
    /// None in practice: the output goes to memory.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        match self.0 {
            Encoding::Gzip(writer) => writer.finish(),
            Encoding::Deflate(writer) => writer.finish(),
            Encoding::Raw(writer) => writer.finish(),
        }
    }
}

/// A place for output that refuses to grow without end.
#[derive(Debug, Default)]
struct Sink(Vec<u8>);

impl Write for Sink {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.0.len() + data.len() > MAX_PIECE {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.0.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Decompresses what it is fed.
#[derive(Debug)]
pub struct Decoder(Decoding);

enum Decoding {
    Gzip(Gunzip),
    Deflate(Inflate),
    /// Of HTTP: with or without a zlib header, which the first byte tells.
    Guess,
    Brotli(Box<brotli_decompressor::DecompressorWriter<Sink>>),
}

impl std::fmt::Debug for Decoding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Gzip(_) => "Gzip",
            Self::Deflate(_) => "Deflate",
            Self::Guess => "Guess",
            Self::Brotli(_) => "Brotli",
        })
    }
}

impl Decoder {
    /// A decoder that is strict about the end of the data, as the Compression standard asks.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self(match format {
            Format::Gzip => Decoding::Gzip(Gunzip::new(false)),
            Format::Deflate => Decoding::Deflate(Inflate::new(true)),
            Format::DeflateRaw => Decoding::Deflate(Inflate::new(false)),
        })
    }

    /// The decoder for a content coding of HTTP; `None` when there is none for it.
    #[must_use]
    pub fn for_coding(coding: &str) -> Option<Self> {
        Some(Self(match coding.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Decoding::Gzip(Gunzip::new(true)),
            "deflate" => Decoding::Guess,
            "br" => {
                let writer = brotli_decompressor::DecompressorWriter::new(Sink::default(), 4096);
                Decoding::Brotli(Box::new(writer))
            }
            _ => return None,
        }))
    }

    /// Takes input and returns the output that is ready.
    ///
    /// # Errors
    /// When the input is not of the format, or becomes too much.
    pub fn push(&mut self, input: &[u8]) -> Result<Vec<u8>, CodecError> {
        if let (Decoding::Guess, Some(first)) = (&self.0, input.first()) {
            self.0 = Decoding::Deflate(Inflate::new(first & 0x0f == 8));
        }
        match &mut self.0 {
            Decoding::Gzip(gunzip) => gunzip.push(input),
            Decoding::Deflate(inflate) => {
                let (output, read) = inflate.push(input)?;
                if read < input.len() { Err(CodecError::Trailing) } else { Ok(output) }
            }
            Decoding::Guess => Ok(Vec::new()),
            Decoding::Brotli(writer) => {
                writer.write_all(input).map_err(refusal)?;
                Ok(std::mem::take(&mut writer.get_mut().0))
            }
        }
    }

    /// The rest of the output.
    ///
    /// # Errors
    /// When the input has ended too early.
    pub fn finish(mut self) -> Result<Vec<u8>, CodecError> {
        match &mut self.0 {
            Decoding::Gzip(gunzip) if !gunzip.has_ended() => Err(CodecError::Truncated),
            Decoding::Gzip(_) => Ok(Vec::new()),
            Decoding::Deflate(inflate) if !inflate.ended => Err(CodecError::Truncated),
            Decoding::Deflate(_) => Ok(Vec::new()),
            Decoding::Guess => Err(CodecError::Truncated),
            Decoding::Brotli(writer) => {
                writer.close().map_err(refusal)?;
                Ok(std::mem::take(&mut writer.get_mut().0))
            }
        }
    }
}

fn refusal(error: io::Error) -> CodecError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => CodecError::Truncated,
        io::ErrorKind::WriteZero => CodecError::Trailing,
        io::ErrorKind::FileTooLarge => CodecError::TooLarge,
        _ => CodecError::Invalid(error.to_string()),
    }
}

/// Deflate data with or without a zlib header.
#[derive(Debug)]
struct Inflate {
    raw: Decompress,
    ended: bool,
}

impl Inflate {
    fn new(zlib_header: bool) -> Self {
        Self { raw: Decompress::new(zlib_header), ended: false }
    }

    /// The output, and how much of the input was read: less than all of it after the end.
    fn push(&mut self, input: &[u8]) -> Result<(Vec<u8>, usize), CodecError> {
        let (mut output, mut at) = (Vec::new(), 0);
        while !self.ended {
            output.reserve(STEP);
            let before = (self.raw.total_in(), self.raw.total_out());
            let rest = input.get(at..).unwrap_or_default();
            let status = self.raw.decompress_vec(rest, &mut output, FlushDecompress::None);
            let status = status.map_err(|error| CodecError::Invalid(error.to_string()))?;
            at += usize::try_from(self.raw.total_in() - before.0).unwrap_or_default();
            if output.len() > MAX_PIECE {
                return Err(CodecError::TooLarge);
            }
            self.ended = status == Status::StreamEnd;
            if before == (self.raw.total_in(), self.raw.total_out()) {
                break;
            }
        }
        Ok((output, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const TEXT: &[u8] = b"the quick brown fox jumps over the lazy dog, the lazy dog and the fox";

    fn packed(format: Format) -> Vec<u8> {
        let mut encoder = Encoder::new(format);
        let mut bytes = encoder.push(TEXT).unwrap();
        bytes.extend(encoder.finish().unwrap());
        bytes
    }

    fn unpacked(mut decoder: Decoder, bytes: &[u8], piece: usize) -> Result<Vec<u8>, CodecError> {
        let mut out = Vec::new();
        for part in bytes.chunks(piece) {
            out.extend(decoder.push(part)?);
        }
        out.extend(decoder.finish()?);
        Ok(out)
    }

    #[rstest]
    fn what_was_packed_comes_back(
        #[values(Format::Gzip, Format::Deflate, Format::DeflateRaw)] format: Format,
        #[values(1, 3, 1000)] piece: usize,
    ) {
        assert_eq!(unpacked(Decoder::new(format), &packed(format), piece).unwrap(), TEXT);
    }

    #[rstest]
    #[case(Format::Gzip)]
    #[case(Format::Deflate)]
    #[case(Format::DeflateRaw)]
    fn ends_are_strict(#[case] format: Format) {
        let bytes = packed(format);
        let short = unpacked(Decoder::new(format), &bytes[..bytes.len() - 1], 1000);
        assert!(matches!(short, Err(CodecError::Truncated)), "{short:?}");
        let long = unpacked(Decoder::new(format), &[&bytes[..], b"x"].concat(), 1000);
        assert!(matches!(long, Err(CodecError::Trailing)), "{long:?}");
        let long = unpacked(Decoder::new(format), &[&bytes[..], b"x"].concat(), 1);
        assert!(matches!(long, Err(CodecError::Trailing)), "{long:?}");
        assert!(unpacked(Decoder::new(format), b"", 1).is_err());
    }

    #[rstest]
    #[case("gzip", packed(Format::Gzip), TEXT.to_vec())]
    #[case("X-GZIP", [packed(Format::Gzip), packed(Format::Gzip)].concat(), [TEXT, TEXT].concat())]
    #[case("deflate", packed(Format::Deflate), TEXT.to_vec())]
    #[case("deflate", packed(Format::DeflateRaw), TEXT.to_vec())]
    #[case("br", vec![0x0b, 0x02, 0x80, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x03], b"hello".to_vec())]
    fn codings_of_http(#[case] coding: &str, #[case] bytes: Vec<u8>, #[case] expected: Vec<u8>) {
        for piece in [1, 1000] {
            let decoder = Decoder::for_coding(coding).unwrap();
            assert_eq!(unpacked(decoder, &bytes, piece).unwrap(), expected);
        }
        assert!(Decoder::for_coding("zstd").is_none());
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut encoder = Encoder::new(Format::Gzip);
        let mut bomb = Vec::new();
        for _ in 0..80 {
            bomb.extend(encoder.push(&vec![0; 1024 * 1024]).unwrap());
        }
        bomb.extend(encoder.finish().unwrap());
        let refused = Decoder::new(Format::Gzip).push(&bomb);
        assert!(matches!(refused, Err(CodecError::TooLarge)), "{refused:?}");
    }
}
