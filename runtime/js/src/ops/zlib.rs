//! Compression for `node:zlib`.

use super::{encoding::bytes_of, text};
use crate::{
    extensions::Op,
    isolate::{Settle, state::State},
};
use boa_engine::{Context, JsArgs, JsError, JsNativeError, JsResult, JsValue, js_string};
use cronflow_services::codec::{CodecError, Decoder};
use flate2::{Compression, read};
use std::io::{self, Read};

pub(crate) const OPS: &[Op] = &[("zlibSync", 3, sync), ("zlibAsync", 3, later)];

/// What may come out of one call; a small input can stand for very much.
const MAX_OUTPUT: u64 = 256 * 1024 * 1024;
/// Compressed bytes that are looked at together: a few may stand for many.
const PIECE: usize = 16 * 1024;

fn run(mode: &str, data: &[u8], level: i32) -> io::Result<Vec<u8>> {
    let level = u32::try_from(level).map_or_else(|_| Compression::default(), |level| Compression::new(level.min(9)));
    let mut out = Vec::new();
    let mut take = |reader: &mut dyn Read| reader.take(MAX_OUTPUT + 1).read_to_end(&mut out);
    match mode {
        "brotliDecompress" => take(&mut Unbrotli::new(data)),
        "gzip" => take(&mut read::GzEncoder::new(data, level)),
        "deflate" => take(&mut read::ZlibEncoder::new(data, level)),
        "deflateRaw" => take(&mut read::DeflateEncoder::new(data, level)),
        "inflate" => take(&mut read::ZlibDecoder::new(data)),
        "inflateRaw" => take(&mut read::DeflateDecoder::new(data)),
        "unzip" if !data.starts_with(&[0x1f, 0x8b]) => take(&mut read::ZlibDecoder::new(data)),
        _ => take(&mut read::MultiGzDecoder::new(data)),
    }?;
    if out.len() as u64 > MAX_OUTPUT {
        return Err(io::Error::other(format!("the result is larger than {} MiB", MAX_OUTPUT >> 20)));
    }
    Ok(out)
}

/// Brotli as a reader, so that no more is decompressed than is taken.
struct Unbrotli<'a> {
    decoder: Option<Decoder>,
    rest: std::slice::Chunks<'a, u8>,
    ready: io::Cursor<Vec<u8>>,
}

impl<'a> Unbrotli<'a> {
    fn new(data: &'a [u8]) -> Self {
        Self { decoder: Decoder::for_coding("br"), rest: data.chunks(PIECE), ready: io::Cursor::default() }
    }
}

impl Read for Unbrotli<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.ready.read(target)?;
            if count > 0 {
                return Ok(count);
            }
            let Some(mut decoder) = self.decoder.take() else { return Ok(0) };
            let more = match self.rest.next() {
                Some(piece) => {
                    let more = decoder.push(piece);
                    self.decoder = Some(decoder);
                    more
                }
                None => decoder.finish(),
            };
            self.ready = io::Cursor::new(more.map_err(|error| match error {
                CodecError::Truncated => io::Error::from(io::ErrorKind::UnexpectedEof),
                error => io::Error::other(error.to_string()),
            })?);
        }
    }
}

fn answer(result: io::Result<Vec<u8>>, context: &mut Context) -> JsResult<JsValue> {
    match result {
        Ok(bytes) => Ok(super::bytes::array_buffer(&bytes, context)?.into()),
        Err(error) => {
            let code = match error.kind() {
                io::ErrorKind::UnexpectedEof => js_string!("Z_BUF_ERROR"),
                _ => js_string!("Z_DATA_ERROR"),
            };
            let object = JsNativeError::error().with_message(error.to_string()).into_opaque(context);
            // Setting a property on the fresh error cannot fail.
            let _ = object.create_data_property(js_string!("code"), code, context);
            Err(JsError::from_opaque(object.into()))
        }
    }
}

fn arguments(args: &[JsValue], context: &mut Context) -> JsResult<(String, Vec<u8>, i32)> {
    let data = bytes_of(args.get_or_undefined(1), context)?;
    Ok((text(args, 0, context)?, data, args.get_or_undefined(2).to_i32(context)?))
}

/// `zlibSync(mode, bytes, level)`.
fn sync(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (mode, data, level) = arguments(args, context)?;
    answer(run(&mode, &data, level), context)
}

/// `zlibAsync(mode, bytes, level)`.
fn later(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (mode, data, level) = arguments(args, context)?;
    let state = State::of(context)?;
    let work = async move {
        let done = tokio::task::spawn_blocking(move || run(&mode, &data, level)).await;
        let result = done.unwrap_or_else(|_| Err(io::Error::other("the operation was given up")));
        let settle: Settle = Box::new(move |context| answer(result, context));
        settle
    };
    Ok(state.executor.promise(state.current(), context, work))
}
