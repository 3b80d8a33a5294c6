//! Limits on how deeply code may nest: swc and the engine recurse once per level, and a stack
//! overflow would end the process instead of giving an error.

use crate::diagnostics::Finding;
use cronflow_core::error::Code;
use swc_core::{
    common::Spanned,
    ecma::{
        ast::{Expr, Pat, Program, Stmt, TsType},
        visit::{Visit, VisitWith},
    },
};

/// Most brackets open at one place of the text. The engine's parser needs up to 250 KB of stack
/// a level in debug builds (measured: 64 MB end between 250 and 500 nested object literals).
const MAX_OPEN_BRACKETS: usize = 200;
/// Longest row of prefix operators (`!!!x`), before parsing.
const MAX_PREFIX_RUN: usize = 2_000;
/// Deepest syntax tree, counted in statements and expressions. Also bounds long chains such as
/// `a + b + c ...`, which nest to the left.
const MAX_TREE_DEPTH: usize = 2_000;

fn too_deep(limit: usize, offset: usize) -> Finding {
    Finding {
        code: Code::TooLarge,
        message: format!("the code is nested more than {limit} levels deep here"),
        help: Some("split the code into smaller pieces; put large data into a .json file".into()),
        range: offset..offset,
    }
}

/// A quick look at the text, so that neither parser can overflow. Strings are skipped up
/// to the end of their line; being exact is left to the check of the tree.
pub(crate) fn check_text(text: &str) -> Result<(), Finding> {
    let mut open = 0_usize;
    let mut prefixes = 0_usize;
    let mut quote: Option<u8> = None;
    let mut escaped = false;
    for (offset, byte) in text.bytes().enumerate() {
        if let Some(end) = quote {
            let closes = !escaped && byte == end;
            escaped = byte == b'\\' && !escaped;
            if closes || byte == b'\n' {
                quote = None;
            }
            continue;
        }
        match byte {
            b'"' | b'\'' => quote = Some(byte),
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'!' | b'~' | b'+' | b'-' => prefixes += 1,
            _ => {}
        }
        if !matches!(byte, b'!' | b'~' | b'+' | b'-' | b' ' | b'\t' | b'\n' | b'\r') {
            prefixes = 0;
        }
        if open > MAX_OPEN_BRACKETS {
            return Err(too_deep(MAX_OPEN_BRACKETS, offset));
        }
        if prefixes > MAX_PREFIX_RUN {
            return Err(too_deep(MAX_PREFIX_RUN, offset));
        }
    }
    Ok(())
}

/// The exact depth of the syntax tree. `base` is the position of the file's first byte.
pub(crate) fn check_tree(program: &Program, base: u32) -> Result<(), Finding> {
    let mut depth = Depth { now: 0, exceeded_at: None };
    program.visit_with(&mut depth);
    match depth.exceeded_at {
        Some(position) => Err(too_deep(MAX_TREE_DEPTH, position.saturating_sub(base) as usize)),
        None => Ok(()),
    }
}

struct Depth {
    now: usize,
    exceeded_at: Option<u32>,
}

impl Depth {
    fn enter<N: Spanned + VisitWith<Self>>(&mut self, node: &N) {
        if self.now >= MAX_TREE_DEPTH {
            self.exceeded_at.get_or_insert(node.span().lo.0);
            return;
        }
        self.now += 1;
        node.visit_children_with(self);
        self.now -= 1;
    }
}

impl Visit for Depth {
    fn visit_expr(&mut self, node: &Expr) {
        self.enter(node);
    }
    fn visit_stmt(&mut self, node: &Stmt) {
        self.enter(node);
    }
    fn visit_pat(&mut self, node: &Pat) {
        self.enter(node);
    }
    fn visit_ts_type(&mut self, node: &TsType) {
        self.enter(node);
    }
}
