//! cronflow-compiler: from one entry file to an [`Archive`]. The only crate that knows swc.
//!
//! `compile` follows the imports of an entry file, turns every module into plain JavaScript that
//! the engine runs correctly (see `lower`), and collects all errors on the way.

mod builtins;
mod cache;
mod deferred;
mod diagnostics;
mod discover;
mod exports;
mod graph;
mod imports;
mod inputs;
mod instrument;
mod links;
mod lower;
mod missing;
mod names;
mod nesting;
mod packages;
mod packed;
mod parse;
mod resolve;
mod script;
mod source;
pub mod source_map;
mod stack;
mod transpile;
mod unsupported;

#[cfg(test)]
mod engine_tests;
#[cfg(test)]
mod graph_tests;
#[cfg(test)]
mod line_tests;
#[cfg(test)]
mod name_tests;

pub use builtins::{builtin_specifier, builtins, cache_builtins, lazy_builtin};
pub use cache::Cache;
pub use deferred::DEFERRED;
pub use discover::discover;
pub use inputs::{Inputs, digest, digest_of};
pub use instrument::Instrument;
pub use packages::project_root;
pub use packed::{pack, unpack};
pub use script::script;

use cronflow_core::{archive::Archive, error::Diagnostic};
use std::path::Path;

/// Largest source file, in bytes.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Most modules in one graph.
pub const MAX_MODULES: usize = 20_000;

/// Compiles the module graph of one entry file (absolute, or relative to the current directory).
///
/// # Errors
/// Every error found in the graph: syntax, unsupported syntax, imports that lead nowhere, names that are not exported.
pub fn compile(entry: &Path) -> Result<Archive, Vec<Diagnostic>> {
    compile_with(entry, None)
}

/// The same with a cache of compiled modules.
///
/// # Errors
/// As of [`compile`].
pub fn compile_with(entry: &Path, cache: Option<&Cache>) -> Result<Archive, Vec<Diagnostic>> {
    let archive = stack::with_large_stack(|| graph::build(entry, cache, Instrument::default(), &mut Inputs::default()));
    if let Some(cache) = cache {
        cache.tidy();
    }
    archive
}

/// The same for the test runner, which wants to know, also of what does not compile, what it was made of.
///
/// # Errors
/// As of [`compile`].
pub fn compile_for_tests(
    entry: &Path,
    instrument: Instrument,
    inputs: &mut Inputs,
) -> Result<Archive, Vec<Diagnostic>> {
    stack::with_large_stack(|| graph::build(entry, None, instrument, inputs))
}
