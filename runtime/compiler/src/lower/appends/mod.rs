//! Engine defect: `text += piece` copies all of the text, because the engine's strings have no ropes; a loop of
//! a million takes half a minute.
//!
//! A local variable that is always a text, and that a loop appends to, gets a second variable for its newest
//! part. What is appended goes there; when it is [`PART`] long it goes to a list of parts; and who reads the text
//! puts it together. Which variables these are is decided in [`survey`], how they are written in [`write`].
//!
//! Functions inside of the variable's own may use it too. Then what is appended could itself append (`text += next()`),
//! and a count of changes tells: the language wants the text as it was before, and gets it.

mod build;
mod survey;
mod write;

use swc_core::ecma::{
    ast::Program,
    visit::{VisitMutWith as _, VisitWith as _},
};

/// Code units after which the newest part is put aside.
const PART: f64 = 4096.0;

/// Rewrites a program that appends to texts in loops; leaves any other alone.
pub(super) fn lower(program: &mut Program) {
    let mut survey = survey::Survey::default();
    program.visit_with(&mut survey);
    let texts = survey.texts();
    if !texts.is_empty() {
        program.visit_mut_with(&mut write::Writer::new(texts));
    }
}
