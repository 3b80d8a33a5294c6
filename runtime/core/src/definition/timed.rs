//! Freezes triggers that fire by themselves: schedules, intervals and polls.

use super::{
    DraftSchedule, DraftSource, DraftTrigger, Millis, Site, Source,
    freeze::MAX_NAME,
    options::About,
    validate::{freeze_trigger, invalid, show},
};
use crate::{
    error::Diagnostic,
    json::JsonText,
    schedule::{CatchUp, Cron, Overlap, Poll, Schedule, Timing},
    time::Timestamp,
};
use chrono_tz::{TZ_VARIANTS, Tz};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// The shortest interval.
const MIN_EVERY: Duration = Duration::from_millis(100);
/// The shortest interval of a poll.
const MIN_POLL: Duration = Duration::from_secs(1);
/// How old missed times may be when nothing is said.
const DEFAULT_WINDOW: Duration = Duration::from_secs(24 * 3600);
/// How long one answer to a poll may take when nothing is said.
const DEFAULT_POLL_TIMEOUT: Duration = Duration::from_secs(60);

/// Gives schedules their ids: that of the workflow for the first, with a number for each that follows,
/// or with the name that the author chose.
pub(super) struct ScheduleNames {
    workflow: String,
    count: u32,
    taken: HashMap<Arc<str>, Site>,
}

impl ScheduleNames {
    pub(super) fn of(workflow: &str) -> Self {
        Self { workflow: workflow.to_owned(), count: 0, taken: HashMap::new() }
    }

    pub(super) fn next(&mut self, own: Option<&str>, site: &Site) -> Result<Arc<str>, Diagnostic> {
        self.count += 1;
        if own.is_some_and(|name| name.trim().is_empty() || name.len() > MAX_NAME || name.contains(char::is_whitespace))
        {
            let message = format!("the id of a schedule must be text without white space, of at most {MAX_NAME} bytes");
            return Err(invalid(site, message));
        }
        let id: Arc<str> = match (own, self.count) {
            (Some(name), _) => format!("{}:{name}", self.workflow).into(),
            (None, 1) => self.workflow.as_str().into(),
            (None, count) => format!("{}:{count}", self.workflow).into(),
        };
        match self.taken.insert(id.clone(), site.clone()) {
            Some(first) => Err(invalid(site, format!("schedule '{id}' is declared twice (first at {})", show(&first)))),
            None => Ok(id),
        }
    }
}

/// Checks one trigger by itself, before the workflow is complete.
///
/// # Errors
/// What is wrong with it.
pub fn check_source(source: DraftSource) -> Result<(), String> {
    let trigger = DraftTrigger { source, after: 0, site: Site::default() };
    freeze_trigger(&trigger, &mut ScheduleNames::of("")).map(drop).map_err(|problem| match problem.help {
        Some(help) => format!("{}; {help}", problem.message),
        None => problem.message,
    })
}

/// Reads a schedule back from [`schedule_json`] or [`poll_json`]; `None` when it is none.
#[must_use]
pub fn thaw(id: &Arc<str>, spec: &Value) -> Option<Source> {
    let mut source: DraftSource = serde_json::from_value(spec.clone()).ok()?;
    if let DraftSource::Schedule(schedule) | DraftSource::Interval(schedule) = &mut source {
        schedule.id = None;
    }
    match freeze_trigger(&DraftTrigger { source, after: 0, site: Site::default() }, &mut ScheduleNames::of(id)).ok()? {
        source @ (Source::Schedule(_) | Source::Poll(_)) => Some(source),
        _ => None,
    }
}

pub(super) fn schedule(draft: &DraftSchedule, id: Arc<str>, site: &Site) -> Result<Source, Diagnostic> {
    let what = format!("schedule '{id}'");
    let about = About { what: &what, site };
    let timing = match (&draft.cron, &draft.every) {
        (Some(cron), None) => {
            let cron = Cron::parse(cron).map_err(|error| invalid(site, error.to_string()))?;
            Timing::Cron { cron, zone: zone(draft.timezone.as_deref(), about)? }
        }
        (None, Some(every)) => {
            let span = about.duration("interval", every)?;
            if span < MIN_EVERY {
                return Err(about.refuse("interval", format_args!("it must be at least {} ms", MIN_EVERY.as_millis())));
            }
            Timing::Every(span)
        }
        _ => return Err(about.refuse("cron", "it is missing")),
    };
    let moment = |option: &str, at: Option<f64>| {
        let whole = |at: f64| at.is_finite().then_some(Timestamp(at as i64));
        at.map(|at| whole(at).ok_or_else(|| about.refuse(option, "it is no date"))).transpose()
    };
    let (start, end) = (moment("start", draft.start)?, moment("end", draft.end)?);
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        return Err(about.refuse("end", "it is before the start"));
    }
    let jitter = draft.jitter.as_ref().map(|it| about.duration("jitter", it)).transpose()?;
    Ok(Source::Schedule(Box::new(Schedule {
        timing,
        overlap: choice(about, "overlap", draft.overlap.as_deref(), OVERLAPS)?,
        catch_up: choice(about, "catchUp", draft.catch_up.as_deref(), CATCH_UPS)?,
        window: about.maybe_span("catchUpWindow", draft.catch_up_window.as_ref())?.unwrap_or(DEFAULT_WINDOW),
        jitter: jitter.unwrap_or_default(),
        start,
        end,
        payload: draft.payload.as_ref().map(JsonText::of),
        id,
    })))
}

pub(super) fn poll(
    id: Arc<str>,
    interval: Option<&Millis>,
    timeout: Option<&Millis>,
    site: &Site,
) -> Result<Source, Diagnostic> {
    let what = format!("poll '{id}'");
    let about = About { what: &what, site };
    let Some(interval) = interval else { return Err(about.refuse("interval", "it is missing")) };
    let every = about.duration("interval", interval)?;
    if every < MIN_POLL {
        return Err(about.refuse("interval", format_args!("it must be at least {} s", MIN_POLL.as_secs())));
    }
    let timeout = about.maybe_span("timeout", timeout)?.unwrap_or(DEFAULT_POLL_TIMEOUT);
    Ok(Source::Poll(Poll { id, every, timeout }))
}

/// The first choice is what counts when nothing is said.
type Choices<T> = &'static [(&'static str, T)];

const OVERLAPS: Choices<Overlap> = &[
    ("skip", Overlap::Skip),
    ("queue", Overlap::Queue),
    ("allow", Overlap::Allow),
    ("cancel-running", Overlap::CancelRunning),
];
const CATCH_UPS: Choices<CatchUp> = &[("last", CatchUp::Last), ("none", CatchUp::None), ("all", CatchUp::All)];

fn choice<T: Copy>(about: About<'_>, option: &str, given: Option<&str>, choices: Choices<T>) -> Result<T, Diagnostic> {
    let Some(given) = given else { return Ok(choices[0].1) };
    let found = choices.iter().find(|(name, _)| *name == given);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("'{name}'")).collect();
        about.refuse(option, format_args!("'{given}' is not one of {}", names.join(", ")))
    })
}

fn name_of<T: Copy + PartialEq>(value: T, choices: Choices<T>) -> &'static str {
    choices.iter().find(|(_, other)| *other == value).map_or("", |(name, _)| *name)
}

fn zone(name: Option<&str>, about: About<'_>) -> Result<Tz, Diagnostic> {
    let Some(name) = name else { return Ok(Tz::UTC) };
    name.parse().map_err(|_| {
        let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase().replace(' ', "_");
        let near = TZ_VARIANTS.iter().find(|zone| last(zone.name()) == last(name));
        let problem = about.refuse("timezone", format_args!("'{name}' is no time zone"));
        problem.with_help(match near {
            Some(near) => format!("did you mean '{near}'?"),
            None => "write the name of an IANA zone, such as 'Europe/Berlin'".to_owned(),
        })
    })
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// A schedule as its row and the API show it; [`thaw`] reads it back.
pub(super) fn schedule_json(schedule: &Schedule) -> Value {
    let mut json = match &schedule.timing {
        Timing::Cron { cron, zone } => json!({"type": "schedule", "cron": cron.text(), "timezone": zone.name()}),
        Timing::Every(span) => json!({"type": "interval", "every": millis(*span)}),
    };
    json["schedule"] = json!(&*schedule.id);
    json["overlap"] = json!(name_of(schedule.overlap, OVERLAPS));
    json["catchUp"] = json!(name_of(schedule.catch_up, CATCH_UPS));
    json["catchUpWindow"] = json!(millis(schedule.window));
    if !schedule.jitter.is_zero() {
        json["jitter"] = json!(millis(schedule.jitter));
    }
    for (name, at) in [("start", schedule.start), ("end", schedule.end)] {
        if let Some(at) = at {
            json[name] = json!(at.0);
        }
    }
    if let Some(payload) = &schedule.payload {
        json["payload"] = payload.to_value();
    }
    json
}

/// As [`schedule_json`].
pub(super) fn poll_json(poll: &Poll) -> Value {
    json!({
        "type": "poll", "schedule": &*poll.id, "interval": millis(poll.every), "timeout": millis(poll.timeout),
    })
}

impl Source {
    /// What rests of a schedule, interval or poll; [`thaw`] reads it back.
    #[must_use]
    pub fn schedule_spec(&self) -> Option<Value> {
        match self {
            Self::Schedule(schedule) => Some(schedule_json(schedule)),
            Self::Poll(poll) => Some(poll_json(poll)),
            _ => None,
        }
    }

    /// The first time after `after` at which it fires by itself.
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Schedule(schedule) => schedule.next_after(after),
            Self::Poll(poll) => crate::schedule::next_multiple(poll.every, after),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn frozen(source: Value) -> Result<Source, String> {
        let source = serde_json::from_value(source).unwrap();
        let trigger = DraftTrigger { source, after: 0, site: Site::default() };
        freeze_trigger(&trigger, &mut ScheduleNames::of("w")).map_err(|problem| problem.message)
    }

    #[rstest]
    #[case(json!({"type": "schedule", "cron": "0 9 * * MON", "timezone": "Europe/Berlin", "overlap": "queue",
        "catchUp": "all", "catchUpWindow": "2h", "jitter": "30s", "start": 1000.0, "end": 2000.0, "payload": {"a": 1}}))]
    #[case(json!({"type": "interval", "every": "36h"}))]
    #[case(json!({"type": "poll", "interval": "5m", "timeout": "10s"}))]
    fn what_rests_is_read_back(#[case] source: Value) {
        let source = frozen(source).unwrap();
        let id = source.schedule_id().unwrap();
        assert_eq!(thaw(id, &source.schedule_spec().unwrap()), Some(source.clone()));
    }

    #[rstest]
    #[case(json!({"type": "schedule", "cron": "61 * * * *"}), "Invalid cron expression: 61 * * * * (field 1, minute")]
    #[case(json!({"type": "schedule"}), "cron of schedule 'w': it is missing")]
    #[case(json!({"type": "schedule", "cron": "@daily", "timezone": "berlin"}), "'berlin' is no time zone")]
    #[case(json!({"type": "schedule", "cron": "@daily", "overlap": "wait"}), "'wait' is not one of 'skip', 'queue'")]
    #[case(json!({"type": "schedule", "cron": "@daily", "catchUp": "some"}), "'some' is not one of")]
    #[case(json!({"type": "schedule", "cron": "@daily", "catchUpWindow": 0}), "longer than zero")]
    #[case(json!({"type": "schedule", "cron": "@daily", "jitter": "x"}), "jitter of schedule 'w'")]
    #[case(json!({"type": "schedule", "cron": "@daily", "start": 2.0, "end": 1.0}), "before the start")]
    #[case(json!({"type": "schedule", "cron": "@daily", "id": "a b"}), "without white space")]
    #[case(json!({"type": "interval", "every": 99}), "at least 100 ms")]
    #[case(json!({"type": "interval", "every": "soon"}), "a number is missing")]
    #[case(json!({"type": "poll"}), "interval of poll 'w': it is missing")]
    #[case(json!({"type": "poll", "interval": 10}), "at least 1 s")]
    fn a_bad_schedule_is_refused(#[case] source: Value, #[case] message: &str) {
        let error = frozen(source).unwrap_err();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn ids_come_from_the_workflow() {
        let mut names = ScheduleNames::of("w");
        let mut next = |own| names.next(own, &Site::default()).map(|id| id.to_string()).map_err(|it| it.message);
        assert_eq!(next(None).as_deref(), Ok("w"));
        assert_eq!(next(Some("night")).as_deref(), Ok("w:night"));
        assert_eq!(next(None).as_deref(), Ok("w:3"));
        assert!(next(Some("night")).unwrap_err().contains("schedule 'w:night' is declared twice"));
    }

    #[test]
    fn a_zone_that_is_nearly_right_is_named() {
        let source =
            serde_json::from_value(json!({"type": "schedule", "cron": "@daily", "timezone": "new york"})).unwrap();
        let error = check_source(source).unwrap_err();
        assert!(error.contains("did you mean 'America/New_York'?"), "{error}");
    }
}
