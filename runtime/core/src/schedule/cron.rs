//! Cron expressions as Unix reads them: five fields or six with seconds, names, `L`, `#`, the `@` words.
//!
//! The `cron` crate reads the plain fields. It counts Sunday as 1, knows no `L` and no `#`, and wants
//! both day fields to match; so days of the week are read here, and so is what a day must match.

use super::calendar::{self, Day};
use std::{fmt, sync::Arc};

/// Why a text is not a cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronError {
    expression: String,
    /// Its number from 1, and its name.
    field: Option<(usize, &'static str)>,
    reason: String,
}

impl fmt::Display for CronError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invalid cron expression: {} (", self.expression)?;
        if let Some((number, name)) = self.field {
            write!(f, "field {number}, {name}: ")?;
        }
        write!(f, "{})", self.reason)
    }
}

impl std::error::Error for CronError {}

/// Longest expression that is read, in bytes.
const MAX_LENGTH: usize = 1_000;
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const WORDS: &[(&str, &str)] = &[
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
    ("@minutely", "* * * * *"),
];
/// Name, least and most of each plain field, in the order of six fields; the last is read here.
const FIELDS: [(&str, u32, u32); 6] = [
    ("second", 0, 59),
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of month", 1, 31),
    ("month", 1, 12),
    ("day of week", 0, 7),
];

/// A cron expression, checked. Values are bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    text: Arc<str>,
    seconds: u64,
    minutes: u64,
    hours: u64,
    days: u64,
    /// `L` among the days of the month.
    last_day: bool,
    months: u64,
    weekdays: Weekdays,
    /// Both day fields are restricted: then one of them is enough.
    either_day: bool,
    /// The hour begins with `*`.
    every_hour: bool,
}

/// Bit 0 is Sunday.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Weekdays {
    any: u8,
    /// `5L`: the last of the month.
    last: u8,
    /// `5#2`: the second of the month.
    nth: [u8; 5],
}

impl Cron {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with which field.
    pub fn parse(expression: &str) -> Result<Self, CronError> {
        let wrong = |field, reason: String| CronError { expression: expression.to_owned(), field, reason };
        let text = expression.trim();
        if text.len() > MAX_LENGTH {
            return Err(CronError { expression: "…".to_owned(), field: None, reason: "it is too long".to_owned() });
        }
        let written = spelled_out(text).map_err(|reason| wrong(None, reason))?;
        let mut fields: Vec<&str> = written.split_whitespace().collect();
        let has_seconds = match fields.len() {
            5 => {
                fields.insert(0, "0");
                false
            }
            6 => true,
            count => {
                let reason = format!(
                    "it has {count} fields; write five: minute, hour, day of month, month, day of week; or six with seconds first"
                );
                return Err(wrong(None, reason));
            }
        };
        let at = |index: usize| Some((index + usize::from(has_seconds), FIELDS[index].0));
        let plain = |index: usize, text: &str| plain(index, text).map_err(|reason| wrong(at(index), reason));
        let (days, last_day) = split_last(fields[3]);
        let cron = Self {
            text: text.into(),
            seconds: plain(0, fields[0])?,
            minutes: plain(1, fields[1])?,
            hours: plain(2, fields[2])?,
            days: if days.is_empty() { 0 } else { plain(3, &days)? },
            last_day,
            months: plain(4, fields[4])?,
            weekdays: weekdays(fields[5]).map_err(|reason| wrong(at(5), reason))?,
            either_day: !is_star(fields[3]) && !is_star(fields[5]),
            every_hour: fields[2].starts_with('*'),
        };
        if cron.next_wall(0).is_none() {
            return Err(wrong(at(3), "there is no such day; it would never fire".to_owned()));
        }
        Ok(cron)
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it follows real time when clocks are changed: a time that comes twice fires twice.
    pub(super) const fn follows_hours(&self) -> bool {
        self.every_hour || self.has_all_hours()
    }

    /// Whether every hour of the day has a time, so that nothing needs to make up for a gap.
    pub(super) const fn has_all_hours(&self) -> bool {
        self.hours.count_ones() == 24
    }

    /// The first time from `wall` on that matches; both are seconds that a wall clock without any
    /// changes would show.
    pub(super) fn next_wall(&self, wall: i64) -> Option<i64> {
        let (mut day, mut second) = (wall.div_euclid(calendar::DAY), wall.rem_euclid(calendar::DAY));
        let last = day.saturating_add(calendar::HORIZON);
        while day <= last {
            let date = Day::of(day)?;
            if self.months >> date.month & 1 == 0 {
                day += i64::from(date.left_in_month()) + 1;
                second = 0;
                continue;
            }
            if self.is_on(date)
                && let Some(time) = self.time_from(second)
            {
                return Some(day * calendar::DAY + time);
            }
            day += 1;
            second = 0;
        }
        None
    }

    /// Whether a day matches, months left aside.
    fn is_on(&self, date: Day) -> bool {
        let by_day = self.days >> date.day & 1 == 1 || (self.last_day && date.left_in_month() == 0);
        let bit = 1 << date.weekday;
        let week = &self.weekdays;
        let by_weekday = week.any & bit != 0
            || week.nth[(date.day as usize - 1) / 7] & bit != 0
            || (week.last & bit != 0 && date.left_in_month() < 7);
        if self.either_day { by_day || by_weekday } else { by_day && by_weekday }
    }

    /// The first second of a day that matches, from `second` on.
    fn time_from(&self, second: i64) -> Option<i64> {
        let (hour, minute, second) = ((second / 3600) as u32, (second / 60 % 60) as u32, (second % 60) as u32);
        let first = |set: u64| set.trailing_zeros();
        let at = |hour: u32, minute: u32, second: u32| Some(i64::from(hour * 3600 + minute * 60 + second));
        if self.hours >> hour & 1 == 1 {
            if self.minutes >> minute & 1 == 1
                && let Some(second) = bit_from(self.seconds, second)
            {
                return at(hour, minute, second);
            }
            if let Some(minute) = bit_from(self.minutes, minute + 1) {
                return at(hour, minute, first(self.seconds));
            }
        }
        at(bit_from(self.hours, hour + 1)?, first(self.minutes), first(self.seconds))
    }
}

fn bit_from(set: u64, from: u32) -> Option<u32> {
    let left = set.checked_shr(from)?;
    (left != 0).then(|| from + left.trailing_zeros())
}

fn is_star(field: &str) -> bool {
    field.starts_with(['*', '?'])
}

/// The fields that an `@` word stands for.
fn spelled_out(text: &str) -> Result<&str, String> {
    if !text.starts_with('@') {
        return Ok(text);
    }
    let known = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
    known.map(|(_, fields)| *fields).ok_or_else(|| {
        let all: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
        format!("'{text}' is not one of {}", all.join(", "))
    })
}

/// Takes `L` out of the days of the month.
fn split_last(field: &str) -> (String, bool) {
    let items: Vec<&str> = field.split(',').collect();
    let days: Vec<&str> = items.iter().filter(|item| !item.eq_ignore_ascii_case("L")).copied().collect();
    (days.join(","), days.len() < items.len())
}

/// The values of a field that the `cron` crate reads.
fn plain(index: usize, text: &str) -> Result<u64, String> {
    // Each item alone, so that the error names the one that is wrong.
    text.split(',').try_fold(0, |set, item| Ok(set | read(index, item).ok_or_else(|| why_not(index, item))?))
}

fn read(index: usize, item: &str) -> Option<u64> {
    // With the year, so that no item can pass for two fields.
    let mut fields = ["*"; 7];
    fields[index] = Some(item).filter(|item| !item.is_empty())?;
    let schedule: cron::Schedule = fields.join(" ").parse().ok()?;
    Some(match index {
        0 => bits(schedule.seconds()),
        1 => bits(schedule.minutes()),
        2 => bits(schedule.hours()),
        3 => bits(schedule.days_of_month()),
        _ => bits(schedule.months()),
    })
}

fn bits(values: &impl cron::TimeUnitSpec) -> u64 {
    values.iter().fold(0, |set, value| set | 1 << value)
}

/// What is wrong with an item of a list.
fn why_not(index: usize, item: &str) -> String {
    let (name, least, most) = FIELDS[index];
    let (base, step) = item.split_once('/').map_or((item, None), |(base, step)| (base, Some(step)));
    let number = |text: &str| text.parse::<u32>().ok();
    if item.is_empty() {
        return "an entry of the list is missing".to_owned();
    }
    if let Some(step) = step.and_then(number)
        && (step == 0 || step > most)
    {
        return format!("the step of '{item}' is not from 1 to {most}");
    }
    if let Some((from, to)) = base.split_once('-')
        && let (Some(from), Some(to)) = (number(from), number(to))
        && from > to
    {
        return format!("the range '{base}' runs backwards");
    }
    let numbers: Vec<u32> = base.split('-').filter_map(number).collect();
    if let Some(outside) = numbers.iter().find(|number| !(least..=most).contains(*number)) {
        return format!("{outside} is not from {least} to {most}");
    }
    let more = match index {
        3 => ", L for the last day",
        4 => ", names (JAN)",
        5 => ", names (MON), 5L for the last Friday, 5#2 for the second",
        _ => "",
    };
    format!("'{item}' is no {name}; write numbers from {least} to {most}, ranges (2-5), steps (*/2), lists (1,3){more}")
}

fn weekdays(field: &str) -> Result<Weekdays, String> {
    let mut all = Weekdays::default();
    for item in field.split(',') {
        weekday_item(item, &mut all).ok_or_else(|| why_not(5, item))?;
    }
    Ok(all)
}

fn weekday_item(item: &str, all: &mut Weekdays) -> Option<()> {
    if let Some((day, nth)) = item.split_once('#') {
        let nth: usize = nth.parse().ok()?;
        *all.nth.get_mut(nth.checked_sub(1)?)? |= 1 << (weekday(day)? % 7);
        return Some(());
    }
    if let Some(day) = item.strip_suffix(['L', 'l'])
        && let Some(day) = weekday(day)
    {
        all.last |= 1 << (day % 7);
        return Some(());
    }
    let (base, step) = match item.split_once('/') {
        Some((base, step)) => (base, Some(step.parse::<u32>().ok().filter(|step| (1..=7).contains(step))?)),
        None => (item, None),
    };
    let (from, to) = match base.split_once('-') {
        _ if base == "*" || base == "?" => (0, 6),
        // `SAT-SUN`: a range that ends on Sunday ends the week.
        Some((from, to)) => (weekday(from)?, weekday(to).map(|day| if day == 0 && from != to { 7 } else { day })?),
        None => (weekday(base)?, if step.is_some() { 6 } else { weekday(base)? }),
    };
    if from > to {
        return None;
    }
    (from..=to).step_by(step.unwrap_or(1) as usize).for_each(|day| all.any |= 1 << (day % 7));
    Some(())
}

/// 0 or 7 for Sunday to 6 for Saturday.
fn weekday(text: &str) -> Option<u32> {
    let number = text.parse::<u32>().ok().filter(|day| *day <= 7);
    let name = || WEEKDAYS.iter().position(|name| name.eq_ignore_ascii_case(text)).map(|day| day as u32);
    number.or_else(name)
}
