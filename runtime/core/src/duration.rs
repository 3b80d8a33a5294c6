//! Durations as workflow authors write them: milliseconds, or text such as `1h30m`.

use std::time::Duration;

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing was written.
    #[error("a duration cannot be empty; write for example '500ms', '30s', '5m', '1h30m', '2d' or '1w'")]
    Empty,
    /// A number was expected here.
    #[error("'{0}' is not a duration: a number is missing; write for example '500ms', '30s' or '1h30m'")]
    NumberMissing(String),
    /// The unit is unknown or absent.
    #[error("'{text}' is not a duration: '{unit}' is no unit; use ms, s, m, h, d or w")]
    Unit {
        /// The whole text.
        text: String,
        /// What stood where a unit belongs.
        unit: String,
    },
    /// More than a century.
    #[error("'{0}' is longer than 100 years")]
    TooLong(String),
}

/// The longest duration that is accepted.
pub const MAX: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Reads a text such as `500ms`, `1.5h` or `1h30m`.
///
/// # Errors
/// When the text is not made of number-unit pairs, or is longer than [`MAX`].
pub fn parse(text: &str) -> Result<Duration, Error> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(Error::Empty);
    }
    let mut total = 0f64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().map_err(|_| Error::NumberMissing(text.to_owned()))?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let millis = unit_millis(&rest[..letters])
            .ok_or_else(|| Error::Unit { text: text.to_owned(), unit: rest[..letters].to_owned() })?;
        total += number * millis;
        rest = rest[letters..].trim_start();
    }
    from_millis(total).ok_or_else(|| Error::TooLong(text.to_owned()))
}

/// A count of milliseconds as a duration, when it is finite, not negative and within [`MAX`].
#[must_use]
pub fn from_millis(millis: f64) -> Option<Duration> {
    let within = millis.is_finite() && millis >= 0.0 && millis <= MAX.as_millis() as f64;
    within.then(|| Duration::from_secs_f64(millis / 1000.0))
}

fn unit_millis(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" => 1.0,
        "s" | "sec" => 1e3,
        "m" | "min" => 60e3,
        "h" => 3600e3,
        "d" => 86_400e3,
        "w" => 604_800e3,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("500ms", 500)]
    #[case("30s", 30_000)]
    #[case("5m", 300_000)]
    #[case("1h30m", 5_400_000)]
    #[case("1.5h", 5_400_000)]
    #[case(" 2 d ", 172_800_000)]
    #[case("1w", 604_800_000)]
    #[case("0s", 0)]
    fn reads(#[case] text: &str, #[case] millis: u64) {
        assert_eq!(parse(text), Ok(Duration::from_millis(millis)));
    }

    #[rstest]
    #[case("")]
    #[case("10")]
    #[case("s")]
    #[case("-1s")]
    #[case("1y")]
    #[case("1..5s")]
    #[case("999999999w")]
    fn refuses(#[case] text: &str) {
        assert!(parse(text).is_err(), "{text}");
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = parse(&text);
        }
    }
}
