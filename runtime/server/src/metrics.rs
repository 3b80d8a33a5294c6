//! Figures for Prometheus, in its text format.

use cronflow_core::machine::RunStatus;
use cronflow_engine::{Gauges, Totals};
use hyper::StatusCode;
use std::{
    fmt::{Display, Write as _},
    sync::atomic::{AtomicU64, Ordering},
};

/// What a request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Webhook,
    Api,
    App,
}

const KINDS: [(&str, Kind); 3] = [("webhook", Kind::Webhook), ("api", Kind::Api), ("app", Kind::App)];
const CLASSES: usize = 5;

/// What the server itself counts.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// By kind and by class of the status: 1xx to 5xx.
    requests: [[AtomicU64; CLASSES]; KINDS.len()],
    /// Listeners of the stream.
    pub(crate) listeners: AtomicU64,
    /// Listeners that took nothing of what was sent to them, and were dropped.
    pub(crate) dropped: AtomicU64,
}

impl Metrics {
    pub(crate) fn answered(&self, kind: Kind, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES) - 1;
        self.requests[kind as usize][class].fetch_add(1, Ordering::Relaxed);
    }
}

/// What the page shows besides.
pub(crate) struct Figures {
    pub(crate) uptime_seconds: f64,
    pub(crate) workflows: usize,
    pub(crate) gauges: Gauges,
    pub(crate) totals: Totals,
    pub(crate) lost_workers: u64,
    pub(crate) is_writable: bool,
}

/// The page.
pub(crate) fn page(metrics: &Metrics, figures: &Figures) -> String {
    let mut page = Page(String::new());
    let version = env!("CARGO_PKG_VERSION");
    page.one("cronflow_build_info", "gauge", "The version.", &[("version", version)], 1);
    page.one("cronflow_uptime_seconds", "gauge", "Time since the start.", &[], figures.uptime_seconds);
    page.one("cronflow_workflows", "gauge", "Workflows that are served.", &[], figures.workflows);
    runs(&mut page, figures);
    queues(&mut page, figures);
    page.head("cronflow_http_requests_total", "counter", "Answers by what was asked and the class of the status.");
    for (name, kind) in KINDS {
        for (class, count) in (1..).zip(&metrics.requests[kind as usize]) {
            let labels = [("kind", name), ("status", &*format!("{class}xx"))];
            page.line("cronflow_http_requests_total", &labels, count.load(Ordering::Relaxed));
        }
    }
    let (listeners, dropped) = (&metrics.listeners, &metrics.dropped);
    let help = "Listeners of the stream of changes.";
    page.one("cronflow_stream_listeners", "gauge", help, &[], listeners.load(Ordering::Relaxed));
    let help = "Listeners that took nothing and were dropped.";
    page.one("cronflow_stream_dropped_total", "counter", help, &[], dropped.load(Ordering::Relaxed));
    page.0
}

fn runs(page: &mut Page, figures: &Figures) {
    let (gauges, totals) = (&figures.gauges, &figures.totals);
    page.head("cronflow_runs", "gauge", "Runs that have not ended, by status.");
    let running = gauges.runs.saturating_sub(gauges.pending + gauges.waiting);
    for (status, count) in [("pending", gauges.pending), ("running", running), ("waiting", gauges.waiting)] {
        page.line("cronflow_runs", &[("status", status)], count);
    }
    let help = "Runs that were accepted since the start.";
    page.one("cronflow_runs_accepted_total", "counter", help, &[], totals.accepted);
    page.head("cronflow_runs_ended_total", "counter", "Runs that ended since the start, by status.");
    for status in RunStatus::ALL.iter().filter(|status| status.is_terminal()) {
        let count = totals.ended[*status as usize];
        page.line("cronflow_runs_ended_total", &[("status", status.as_str())], count);
    }
}

fn queues(page: &mut Page, figures: &Figures) {
    let gauges = &figures.gauges;
    page.one("cronflow_tasks", "gauge", "Calls that workers have.", &[], gauges.tasks);
    page.one("cronflow_timers", "gauge", "Runs that want to be woken at some time.", &[], gauges.timers);
    // A limit with keys has an entry for each key: only their sum has a bounded number of lines.
    let queued: u64 = gauges.slots.iter().map(|slot| slot.queued as u64).sum();
    let held: u64 = gauges.slots.iter().map(|slot| slot.running as u64).sum();
    page.one("cronflow_queue_depth", "gauge", "Runs that wait for a slot of a concurrency limit.", &[], queued);
    page.one("cronflow_slots_held", "gauge", "Slots of concurrency limits that runs hold.", &[], held);
    let help = "Workers that were lost and replaced.";
    page.one("cronflow_workers_lost_total", "counter", help, &[], figures.lost_workers);
    let help = "Whether the database can be written.";
    page.one("cronflow_database_writable", "gauge", help, &[], u8::from(figures.is_writable));
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, labels: &[(&str, &str)], value: impl Display) {
        self.head(name, kind, help);
        self.line(name, labels, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_kind_and_class() {
        let metrics = Metrics::default();
        for status in [200, 201, 404] {
            metrics.answered(Kind::Api, StatusCode::from_u16(status).unwrap());
        }
        let mut totals = Totals::default();
        totals.ended[RunStatus::TimedOut as usize] = 3;
        let gauges = Gauges { runs: 5, pending: 1, waiting: 2, ..Gauges::default() };
        let figures = Figures { uptime_seconds: 1.5, workflows: 2, gauges, totals, lost_workers: 4, is_writable: true };
        let page = page(&metrics, &figures);
        for line in [
            "cronflow_http_requests_total{kind=\"api\",status=\"2xx\"} 2\n",
            "cronflow_http_requests_total{kind=\"api\",status=\"4xx\"} 1\n",
            "cronflow_http_requests_total{kind=\"webhook\",status=\"2xx\"} 0\n",
            "cronflow_runs{status=\"running\"} 2\n",
            "cronflow_runs_ended_total{status=\"timed_out\"} 3\n",
            "# TYPE cronflow_workers_lost_total counter\ncronflow_workers_lost_total 4\n",
        ] {
            assert!(page.contains(line), "{line}{page}");
        }
    }
}
