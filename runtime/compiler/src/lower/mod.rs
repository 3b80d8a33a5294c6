//! Passes that rewrite correct JavaScript which the engine gets wrong (Boa 0.22).
//!
//! Each pass has regression tests on the real engine in `engine_tests`, which also assert that
//! the defect is still there without the pass, so that we learn when a pass can go.

mod appends;
mod contextual_names;
mod nested_this;
mod object_rest;
mod using;

use swc_core::ecma::ast::Program;

/// Which passes run. Production always uses [`Passes::ALL`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passes {
    /// `text += piece` in loops.
    pub(crate) appends: bool,
    /// `async`, `of` and `using` as names.
    pub(crate) contextual_names: bool,
    /// `this` in an arrow within an arrow.
    pub(crate) nested_this: bool,
    /// `...rest` in object patterns.
    pub(crate) object_rest: bool,
    /// `using` and `await using`.
    pub(crate) using: bool,
}

impl Passes {
    /// What every module gets.
    pub(crate) const ALL: Self =
        Self { appends: true, contextual_names: true, nested_this: true, object_rest: true, using: true };
    /// For tests that watch the engine's defects.
    #[cfg(test)]
    pub(crate) const NONE: Self =
        Self { appends: false, contextual_names: false, nested_this: false, object_rest: false, using: false };
}

/// Runs the passes. Arrows come last, because other passes may create functions.
pub(crate) fn apply(program: &mut Program, passes: Passes) {
    if passes.appends {
        appends::lower(program);
    }
    if passes.using {
        using::lower(program);
    }
    if passes.contextual_names {
        contextual_names::lower(program);
    }
    if passes.object_rest {
        object_rest::lower(program);
    }
    if passes.nested_this {
        nested_this::lower(program);
    }
}
