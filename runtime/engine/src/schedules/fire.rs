//! A schedule is due: which of its times start runs, and which were missed.
//!
//! A time was missed when the engine did not run, or when it is much too late because the clock was set.
//! The row of the schedule, the runs and what was missed are one unit.

use crate::{
    dispatcher::{Dispatcher, MAX_LIVE_RUNS},
    unit::Unit,
};
use cronflow_core::{
    definition::{Source, Workflow},
    id::RunId,
    json::JsonText,
    machine::Input,
    schedule::{CatchUp, Overlap, Schedule, Timing, run_of},
    storage::{MissRow, RunSettings, Write},
    time::Timestamp,
    view,
};
use serde_json::{Value, json};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// A time that is later than this was missed: a busy engine is not so late.
const LATE: Duration = Duration::from_secs(30);
/// Missed times that are made up for at once; older ones are only recorded.
const MAX_CATCH_UP: usize = 1_000;
/// Missed times that are counted one by one.
const MAX_WALK: u64 = 100_000;
/// When there are more, counting goes on this long before now.
const RESUME_WALK: Duration = Duration::from_secs(24 * 3600);
/// Runs of one schedule that wait for another one's end.
const MAX_LINE: usize = 1_000;

/// What is due of a schedule.
#[derive(Default)]
struct Due {
    /// Missed, and nothing makes up for it.
    lost: Option<(Timestamp, Timestamp, u64)>,
    /// Missed, and a run makes up for it.
    late: VecDeque<Timestamp>,
    on_time: Vec<Timestamp>,
    /// The last of all.
    last: Option<Timestamp>,
}

impl Due {
    fn lose(&mut self, time: Timestamp) {
        let (first, _, count) = self.lost.unwrap_or((time, time, 0));
        self.lost = Some((first, time, count + 1));
    }

    fn add_late(&mut self, schedule: &Schedule, time: Timestamp, now: Timestamp) {
        let keep = match schedule.catch_up {
            CatchUp::None => 0,
            CatchUp::Last => 1,
            CatchUp::All => MAX_CATCH_UP,
        };
        if keep == 0 || time.after(schedule.window) < now {
            return self.lose(time);
        }
        self.late.push_back(time);
        if self.late.len() > keep
            && let Some(oldest) = self.late.pop_front()
        {
            self.lose(oldest);
        }
    }

    /// Sorts out the times after `cursor` that are due.
    fn of(schedule: &Schedule, cursor: Timestamp, begun: Option<Timestamp>, now: Timestamp) -> Self {
        let mut due = Self::default();
        let (mut at, mut walked) = (cursor, 0);
        while let Some(time) = schedule.next_after(at) {
            let start = schedule.starts_at(time);
            if start > now {
                break;
            }
            if start.after(LATE) < now || begun.is_some_and(|begun| start < begun) {
                due.add_late(schedule, time, now);
            } else {
                due.on_time.push(time);
            }
            due.last = Some(time);
            walked += 1;
            let near = Timestamp(now.0.saturating_sub(RESUME_WALK.as_millis() as i64));
            at = if walked == MAX_WALK { time.max(near) } else { time };
        }
        due
    }
}

impl Dispatcher {
    pub(super) fn fire(&mut self, index: usize, now: Timestamp, unit: &mut Unit) {
        let armed = &self.schedules.all[index];
        let workflow = armed.workflow.clone();
        let Source::Schedule(schedule) = &workflow.triggers[armed.entry as usize].source else { return };
        let due = Due::of(schedule, armed.row.cursor, self.schedules.begun, now);
        let Some(last) = due.last else { return };
        if let Some((first, last, count)) = due.lost {
            self.miss(index, (first, last, count), "late", None, unit);
        }
        // What is made up for comes one after the other, and what is on time after that.
        let lines_up = !due.late.is_empty();
        for time in due.late {
            let run = self.start_time(index, schedule, time, (true, lines_up), unit);
            if run.is_some() {
                self.miss(index, (time, time, 1), "late", run, unit);
            }
        }
        for time in due.on_time {
            self.start_time(index, schedule, time, (false, lines_up), unit);
        }
        let armed = &mut self.schedules.all[index];
        armed.row.cursor = armed.row.cursor.max(last);
        unit.writes.push(armed.put());
    }

    /// Starts the run of a time, if the runs before it allow that.
    fn start_time(
        &mut self,
        index: usize,
        schedule: &Schedule,
        time: Timestamp,
        (is_late, lines_up): (bool, bool),
        unit: &mut Unit,
    ) -> Option<RunId> {
        let armed = &self.schedules.all[index];
        let is_busy = !armed.open.is_empty() || !armed.line.is_empty();
        let in_line = match schedule.overlap {
            Overlap::Allow => false,
            Overlap::Queue => is_busy,
            Overlap::Skip | Overlap::CancelRunning => is_busy && lines_up,
        };
        let refusal = if self.runs.len() >= MAX_LIVE_RUNS {
            Some("overload")
        } else if in_line && armed.line.len() >= MAX_LINE {
            Some("full")
        } else {
            (schedule.overlap == Overlap::Skip && is_busy && !lines_up).then_some("overlap")
        };
        if let Some(reason) = refusal {
            self.miss(index, (time, time, 1), reason, None, unit);
            return None;
        }
        if schedule.overlap == Overlap::CancelRunning && !lines_up {
            self.cancel_runs(index, time, unit);
        }
        let run = run_of(&schedule.id, time);
        if self.runs.contains_key(&run) {
            return None;
        }
        let armed = &mut self.schedules.all[index];
        armed.skipped = None;
        (armed.row.last_fire, armed.row.last_run) = (Some(time), Some(run));
        let (workflow, entry) = (armed.workflow.clone(), armed.entry);
        let (payload, trigger) = (payload(&workflow, schedule, time), about(schedule, time, is_late));
        let settings =
            RunSettings { entry: Some(entry), schedule: Some(schedule.id.clone()), in_line, ..RunSettings::default() };
        self.schedules.join(run, Some(&schedule.id), in_line);
        self.add_run(run, &workflow, payload, trigger, None, settings, unit);
        self.pass_gate(run, unit);
        Some(run)
    }

    fn cancel_runs(&mut self, index: usize, time: Timestamp, unit: &mut Unit) {
        let armed = &self.schedules.all[index];
        let runs: Vec<RunId> = armed.line.iter().chain(&armed.open).copied().collect();
        for run in runs {
            let reason = format!("schedule '{}': the run of {} took its place", armed_id(self, index), view::iso(time));
            self.apply(run, Input::Cancel { reason }, unit);
        }
    }

    /// Records times that were missed. One that was skipped right after another joins its row.
    fn miss(
        &mut self,
        index: usize,
        (first, last, count): (Timestamp, Timestamp, u64),
        reason: &str,
        run_id: Option<RunId>,
        unit: &mut Unit,
    ) {
        let at = self.clock.now();
        let armed = &mut self.schedules.all[index];
        armed.row.misses += count;
        let joined = armed.skipped.take().filter(|row| *row.reason == *reason && run_id.is_none());
        let row = match joined {
            Some(row) => MissRow { last, count: row.count + count, at, ..row },
            None => {
                MissRow { schedule_id: armed.row.id.clone(), first, last, count, reason: reason.into(), run_id, at }
            }
        };
        armed.skipped = run_id.is_none().then(|| row.clone());
        unit.writes.push(Write::PutMiss(row));
    }

    /// A run of a schedule has ended: the schedule shows why the last one failed.
    pub(crate) fn note_end(&mut self, schedule: Option<&Arc<str>>, error: Option<&JsonText>, unit: &mut Unit) {
        let Some((_, armed)) = self.schedules.of_run(schedule) else { return };
        if matches!(armed.source(), Source::Poll(_)) || armed.row.last_error.as_ref() == error {
            return;
        }
        armed.row.last_error = error.cloned();
        unit.writes.push(armed.put());
    }
}

fn armed_id(dispatcher: &Dispatcher, index: usize) -> Arc<str> {
    dispatcher.schedules.all[index].row.id.clone()
}

/// `ctx.payload` of a run: the facts of the schedule, and what the author gave.
pub(super) fn payload(workflow: &Workflow, schedule: &Schedule, time: Timestamp) -> JsonText {
    let mut facts = match &schedule.timing {
        Timing::Cron { cron, .. } => json!({"trigger_type": "schedule", "cron_expression": cron.text()}),
        Timing::Every(span) => json!({"trigger_type": "interval", "interval_ms": span.as_millis() as u64}),
    };
    facts["scheduled_at"] = json!(view::iso(time));
    facts["workflow_id"] = json!(&*workflow.id);
    match schedule.payload.as_ref().map(JsonText::to_value) {
        None => {}
        Some(Value::Object(given)) => {
            for (key, value) in given {
                facts[key] = value;
            }
        }
        Some(other) => return JsonText::of(&other),
    }
    JsonText::of(&facts)
}

/// `ctx.trigger` of a run.
fn about(schedule: &Schedule, time: Timestamp, is_late: bool) -> JsonText {
    let mut about = trigger_of(schedule, time);
    about["isCatchUp"] = json!(is_late);
    JsonText::of(&about)
}

pub(super) fn trigger_of(schedule: &Schedule, time: Timestamp) -> Value {
    let mut about = match &schedule.timing {
        Timing::Cron { cron, zone } => json!({"type": "schedule", "cron": cron.text(), "timezone": zone.name()}),
        Timing::Every(span) => json!({"type": "interval", "intervalMs": span.as_millis() as u64}),
    };
    about["schedule"] = json!(&*schedule.id);
    about["scheduledAt"] = json!(view::iso(time));
    about
}
