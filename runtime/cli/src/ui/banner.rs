//! The banner: what is served, where, and from which database.

use cronflow_core::{
    definition::{Source, Workflow},
    schedule::Timing,
};
use std::{fmt::Write as _, net::SocketAddr, path::Path};

/// What the banner shows.
pub(crate) struct Banner<'a> {
    pub(crate) workflows: &'a [Workflow],
    /// What answers the requests that no webhook takes.
    pub(crate) serving: Option<&'a str>,
    pub(crate) address: Option<SocketAddr>,
    pub(crate) database: &'a Path,
    pub(crate) workers: usize,
    pub(crate) resumed: usize,
}

/// The text, for standard error.
pub(crate) fn render(banner: &Banner<'_>) -> String {
    let mut out = format!("cronflow-rt {}\n", env!("CARGO_PKG_VERSION"));
    let base = banner.address.map(|address| format!("http://{address}"));
    let width = banner.workflows.iter().map(|workflow| workflow.id.chars().count()).max().unwrap_or_default();
    for workflow in banner.workflows {
        let mut routes = routes(workflow, base.as_deref());
        if routes.is_empty() {
            routes.push("started by the API or 'cronflow-rt trigger'".to_owned());
        }
        for (index, route) in routes.iter().enumerate() {
            let name = if index == 0 { &*workflow.id } else { "" };
            let gap = " ".repeat(width - name.chars().count());
            // Writing to a String cannot fail.
            let _ = writeln!(out, "  {name}{gap}  {route}");
        }
    }
    if let (Some(by), Some(base)) = (banner.serving, &base) {
        let _ = writeln!(out, "  requests   {base}/* by {by}");
    }
    let _ = writeln!(out, "  database   {}", banner.database.display());
    let _ = writeln!(out, "  workers    {}", banner.workers);
    if banner.resumed > 0 {
        let _ = writeln!(out, "  resumed    {} runs that were in flight", banner.resumed);
    }
    match base {
        Some(base) => out.push_str(&format!("  listening  {base}")),
        None => out.push_str("  listening  no (http: false)"),
    }
    out
}

fn routes(workflow: &Workflow, base: Option<&str>) -> Vec<String> {
    let ways = workflow.triggers.iter().filter_map(|trigger| match &trigger.source {
        Source::Webhook { path, methods, .. } => base.map(|base| format!("{} {base}{path}", methods.join("|"))),
        Source::Event { event, .. } => Some(format!("event {event}")),
        Source::Schedule(schedule) => Some(match &schedule.timing {
            Timing::Cron { cron, zone } => format!("schedule {} ({zone})", cron.text()),
            Timing::Every(span) => format!("every {span:?}"),
        }),
        Source::Poll(poll) => Some(format!("poll every {:?}", poll.every)),
        Source::Manual => None,
    });
    ways.collect()
}
