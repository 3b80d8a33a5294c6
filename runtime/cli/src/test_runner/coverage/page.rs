//! The page: each workflow as a graph, from top to bottom, with what became of each node.
//!
//! It needs nothing but itself. Whatever the author named is escaped.

use super::{
    Coverage, Share,
    workflows::{self, ASPECTS},
};
use crate::{
    test_runner::protocol::{BodyFigures, NodeFigures, WorkflowFigures},
    ui::markup::escaped,
};
use std::fmt::Write as _;

/// The whole page.
pub(super) fn render(coverage: &Coverage) -> String {
    let mut out =
        String::from("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Coverage</title>\n");
    let _ = write!(out, "<style>\n{}</style>\n<h1>Coverage</h1>\n", include_str!("page.css"));
    for file in &coverage.missing {
        let name = escaped(&file.display().to_string());
        let _ = writeln!(out, "<p class=\"no\">Without {name}: it did not run to its end.</p>");
    }
    overview(coverage, &mut out);
    files(coverage, &mut out);
    for (number, workflow) in coverage.workflows.iter().enumerate() {
        one(number, &coverage.workflows.title(workflow), workflow, &mut out);
    }
    out.push_str("</html>\n");
    out
}

fn row(out: &mut String, cell: &str, cells: impl IntoIterator<Item = String>) {
    let cells: String = cells.into_iter().map(|text| format!("<{cell}>{text}</{cell}>")).collect();
    let _ = writeln!(out, "<tr>{cells}</tr>");
}

/// A share in the colour of how good it is.
fn coloured(share: Share) -> String {
    let class = match share {
        Share { whole: 0, .. } => "note",
        Share { part: 0, .. } => "no",
        Share { part, whole } if part == whole => "ok",
        _ => "part",
    };
    format!("<span class=\"{class}\">{}</span>", share.cell())
}

fn overview(coverage: &Coverage, out: &mut String) {
    out.push_str("<table>\n");
    row(out, "th", ["workflow", "runs"].into_iter().chain(ASPECTS.map(|(name, _)| name)).map(str::to_owned));
    for (number, workflow) in coverage.workflows.iter().enumerate() {
        let title = escaped(&coverage.workflows.title(workflow));
        let named = [format!("<a href=\"#w{number}\">{title}</a>"), workflow.runs.to_string()];
        let mut shares = workflows::aspects(workflow).map(|aspect| coloured(workflows::share(&aspect)));
        if !workflows::unknown(workflow).is_empty() {
            shares[0].push_str(" + ?");
        }
        row(out, "td", named.into_iter().chain(shares));
    }
    out.push_str("</table>\n");
}

fn files(coverage: &Coverage, out: &mut String) {
    out.push_str("<table>\n");
    row(out, "th", ["file", "lines", "functions", "lines that did not run"].map(str::to_owned));
    for (name, file) in &coverage.files {
        let shares = [coloured(file.share_of_lines()), coloured(file.share_of_functions())];
        row(out, "td", [vec![escaped(name)], shares.to_vec(), vec![file.missing()]].concat());
    }
    out.push_str("</table>\n");
}

fn one(number: usize, title: &str, workflow: &WorkflowFigures, out: &mut String) {
    let place = escaped(&format!("{}:{}", workflow.file, workflow.line));
    let runs = if workflow.runs == 1 { "1 run".to_owned() } else { format!("{} runs", workflow.runs) };
    let _ = writeln!(out, "<h2 id=\"w{number}\">{} <small>{place}, {runs}</small></h2>", escaped(title));
    let missing: Vec<String> = ASPECTS
        .iter()
        .zip(workflows::aspects(workflow))
        .filter_map(|((name, _), aspect)| {
            let left: Vec<String> =
                aspect.into_iter().filter(|(_, is_in)| !is_in).map(|(it, _)| escaped(&it)).collect();
            (!left.is_empty()).then(|| format!("<li>{name}: {}</li>", left.join(", ")))
        })
        .collect();
    if !missing.is_empty() {
        let _ = writeln!(out, "<p>Not gone through:</p>\n<ul>{}</ul>", missing.concat());
    }
    let unknown = workflows::unknown(workflow);
    if !unknown.is_empty() {
        let _ = writeln!(out, "<p>Not known, as no run came there: {}</p>", escaped(&unknown.join(", ")));
    }
    out.push_str("<div class=\"scroll\">");
    let nodes: Vec<&NodeFigures> = workflow.nodes.iter().collect();
    flow(&pieces(&nodes), out);
    out.push_str("</div>\n");
}

/// A piece of a flow.
enum Piece<'a> {
    /// A node, with what each of its bodies holds.
    Node(&'a NodeFigures, Vec<Vec<Piece<'a>>>),
    /// Arms, each with what it begins with: `if`, `elseIf` or `else`.
    Choice(Vec<(&'a NodeFigures, Vec<Piece<'a>>)>),
}

fn is_within(node: &NodeFigures, outer: &NodeFigures) -> bool {
    node.path.strip_prefix(outer.path.as_str()).is_some_and(|rest| rest.starts_with('['))
}

/// Nodes in order, those of bodies inside their node.
fn pieces<'a>(nodes: &[&'a NodeFigures]) -> Vec<Piece<'a>> {
    let is_outer = |node: &&&NodeFigures| !nodes.iter().any(|other| is_within(node, other));
    let outer: Vec<&NodeFigures> = nodes.iter().filter(is_outer).copied().collect();
    let mut pieces = Vec::new();
    let mut rest = outer.as_slice();
    while !rest.is_empty() {
        pieces.extend(sequence(&mut rest, nodes));
        // What ends an `if` that nobody saw begin, as in a body that was not declared to its end.
        rest = rest.get(1..).unwrap_or_default();
    }
    pieces
}

/// Takes nodes up to the end of an arm.
fn sequence<'a>(rest: &mut &[&'a NodeFigures], all: &[&'a NodeFigures]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    while let Some((node, after)) = rest.split_first() {
        match node.kind.as_str() {
            "elseIf" | "else" | "endIf" => break,
            "if" if after.iter().any(|node| node.kind == "endIf") => pieces.push(choice(rest, all)),
            _ => {
                let inner: Vec<&NodeFigures> = all.iter().copied().filter(|other| is_within(other, node)).collect();
                pieces.push(Piece::Node(node, bodies(node, &inner)));
                *rest = after;
            }
        }
    }
    pieces
}

/// What is in each body: branches stand beside each other, the rounds of a loop are one.
fn bodies<'a>(node: &NodeFigures, inner: &[&'a NodeFigures]) -> Vec<Vec<Piece<'a>>> {
    if node.bodies.len() < 2 {
        return if inner.is_empty() { Vec::new() } else { vec![pieces(inner)] };
    }
    let of = |body: &BodyFigures| {
        let is_in = |one: &&&NodeFigures| one.path.strip_prefix(&body.path).is_some_and(|rest| rest.starts_with('/'));
        pieces(&inner.iter().filter(is_in).copied().collect::<Vec<_>>())
    };
    node.bodies.iter().map(of).collect()
}

fn choice<'a>(rest: &mut &[&'a NodeFigures], all: &[&'a NodeFigures]) -> Piece<'a> {
    let mut arms = Vec::new();
    while let Some((node, after)) = rest.split_first() {
        *rest = after;
        if node.kind == "endIf" {
            break;
        }
        let arm = sequence(rest, all);
        arms.push((*node, arm));
    }
    Piece::Choice(arms)
}

/// Pieces below each other.
fn flow(pieces: &[Piece<'_>], out: &mut String) {
    out.push_str("<div class=\"flow\">");
    for piece in pieces {
        match piece {
            Piece::Node(node, inner) => boxed(node, inner, out),
            Piece::Choice(arms) => choose(arms, out),
        }
    }
    out.push_str("</div>");
}

fn choose(arms: &[(&NodeFigures, Vec<Piece<'_>>)], out: &mut String) {
    let Some((first, _)) = arms.first() else { return };
    boxed(first, &[], out);
    out.push_str("<div><div class=\"arms\">");
    // How often none of the conditions so far held.
    let mut otherwise = 0;
    for (node, pieces) in arms {
        let (label, count) = match node.kind.as_str() {
            "if" => ("true".to_owned(), node.yes),
            "elseIf" => (format!("{}: true", escaped(&node.path)), node.yes),
            _ => ("otherwise".to_owned(), otherwise),
        };
        otherwise = node.no;
        arm(&label, count, pieces, out);
    }
    if arms.last().is_some_and(|(node, _)| workflows::is_condition(node)) {
        arm("otherwise", otherwise, &[], out);
    }
    out.push_str("</div></div>");
}

fn arm(label: &str, count: u64, pieces: &[Piece<'_>], out: &mut String) {
    let class = if count > 0 { "ok" } else { "no" };
    let _ = write!(out, "<div class=\"arm\"><div class=\"label {class}\">{label} {count}×</div>");
    flow(pieces, out);
    out.push_str("</div>");
}

fn boxed(node: &NodeFigures, inner: &[Vec<Piece<'_>>], out: &mut String) {
    let is_condition = workflows::is_condition(node);
    let asks = is_condition || node.kind == "while";
    // What could become of it, and how often it did.
    let possible = [
        (asks, "held", node.yes),
        (asks, "did not hold", node.no),
        (node.failed > 0, "failed", node.failed),
        (node.may_retry || node.retried > 0, "tried again", node.retried),
        (node.handles_errors || node.handled > 0, "onError", node.handled),
        (node.may_time_out, "timed out", node.timed_out),
    ];
    let is_whole = possible.iter().all(|(is_possible, _, count)| !is_possible || *count > 0)
        && workflows::ways(node).iter().all(|(_, count)| *count > 0);
    let class = if node.ran == 0 {
        "no"
    } else if is_whole {
        "ok"
    } else {
        "part"
    };
    let shape = if is_condition { " if" } else { "" };
    let title = node.title.as_deref().map(|title| format!(" title=\"{}\"", escaped(title))).unwrap_or_default();
    let line = node.line.map(|line| format!(", line {line}")).unwrap_or_default();
    let _ = write!(out, "<div><div class=\"box {class}{shape}\"{title}><b>{}</b>", escaped(&node.path));
    let _ = write!(out, "<span>{}{line}: {}×</span>", escaped(&node.kind), node.ran);
    for (_, what, count) in possible.iter().filter(|(is_possible, ..)| *is_possible) {
        let class = if *count > 0 { "ok" } else { "no" };
        let _ = write!(out, "<span class=\"{class}\">{what} {count}×</span>");
    }
    if let [body] = node.bodies.as_slice() {
        let _ = write!(out, "<span class=\"{}\">{}</span>", class_of(node, body), told(node, body));
    }
    match inner {
        [] => {}
        [only] => {
            out.push_str("<div class=\"body\">");
            flow(only, out);
            out.push_str("</div>");
        }
        several => {
            out.push_str("<div class=\"body arms\">");
            for (body, pieces) in node.bodies.iter().zip(several) {
                let (class, told) = (class_of(node, body), told(node, body));
                let _ = write!(out, "<div class=\"arm\"><div class=\"label {class}\">{told}</div>");
                flow(pieces, out);
                out.push_str("</div>");
            }
            out.push_str("</div>");
        }
    }
    out.push_str("</div></div>");
}

fn class_of(node: &NodeFigures, body: &BodyFigures) -> &'static str {
    match (node.kind.as_str(), body) {
        (_, BodyFigures { entered: 0, .. }) => "no",
        ("race", BodyFigures { first: 0, .. }) => "part",
        _ => "ok",
    }
}

fn told(node: &NodeFigures, body: &BodyFigures) -> String {
    let first = if node.kind == "race" { format!(", first {}×", body.first) } else { String::new() };
    let known = if body.known == 0 { ", not known" } else { "" };
    format!("{} {}×{first}{known}", escaped(&body.path), body.entered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(path: &str, kind: &str) -> NodeFigures {
        NodeFigures { path: path.to_owned(), kind: kind.to_owned(), ran: 1, ..NodeFigures::default() }
    }

    /// The pieces as a line of text.
    fn text(pieces: &[Piece<'_>]) -> String {
        let texts = pieces.iter().map(|piece| match piece {
            Piece::Node(node, inner) if inner.is_empty() => node.path.clone(),
            Piece::Node(node, inner) => {
                let bodies: Vec<String> = inner.iter().map(|body| text(body)).collect();
                format!("{}({})", node.path, bodies.join(" | "))
            }
            Piece::Choice(arms) => {
                let arms = arms.iter().map(|(node, pieces)| format!("{}: {}", node.path, text(pieces)));
                format!("<{}>", arms.collect::<Vec<_>>().join(" | "))
            }
        });
        texts.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn arms_and_bodies_nest() {
        let nodes = [
            node("a", "step"),
            node("x", "if"),
            node("b", "step"),
            node("y", "if"),
            node("c", "forEach"),
            node("y end", "endIf"),
            node("z", "elseIf"),
            node("else", "else"),
            node("d", "step"),
            node("x end", "endIf"),
            node("e", "step"),
            node("c[]f", "step"),
            node("c[]g", "if"),
            node("c[]h", "while"),
            node("c[]h[]i", "step"),
        ];
        let nodes: Vec<&NodeFigures> = nodes.iter().collect();
        assert_eq!(text(&pieces(&nodes)), "a <x: b <y: c(c[]f c[]g c[]h(c[]h[]i))> | z:  | else: d> e");
    }

    #[test]
    fn branches_are_apart() {
        let body = |path: &str| BodyFigures { path: path.to_owned(), ..BodyFigures::default() };
        let fan =
            NodeFigures { bodies: vec![body("fan[a]"), body("fan[ab]"), body("fan[c]")], ..node("fan", "parallel") };
        let nodes = [fan, node("fan[ab]/x", "step"), node("fan[a]/y", "step"), node("fan[a]/z", "step")];
        let nodes: Vec<&NodeFigures> = nodes.iter().collect();
        assert_eq!(text(&pieces(&nodes)), "fan(fan[a]/y fan[a]/z | fan[ab]/x | )");
    }

    #[test]
    fn what_nobody_saw_begin_does_no_harm() {
        let nodes = [node("x end", "endIf"), node("a", "step"), node("y", "elseIf"), node("b", "step")];
        let nodes: Vec<&NodeFigures> = nodes.iter().collect();
        assert_eq!(text(&pieces(&nodes)), "a b");
    }

    #[test]
    fn names_are_escaped() {
        let mut out = String::new();
        let named = NodeFigures { title: Some("\"><b>".to_owned()), ..node("<script>'&", "step") };
        flow(&pieces(&[&named]), &mut out);
        assert!(out.contains("&lt;script&gt;&#39;&amp;") && out.contains("title=\"&quot;&gt;&lt;b&gt;\""), "{out}");
    }
}
