//! Logs on standard error: for people, or as one JSON object a line.

use std::io::IsTerminal as _;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    EnvFilter,
    fmt::{
        FmtContext,
        format::{FormatEvent, FormatFields, Writer},
    },
    registry::LookupSpan,
};

/// What code of users prints.
const USER_TARGET: &str = "cronflow::user";

/// Sets up logging for the process. `CRONFLOW_LOG` chooses levels, as in `debug` or
/// `info,cronflow_server=debug`.
pub(crate) fn init(json: bool) {
    let filter =
        EnvFilter::try_from_env("CRONFLOW_LOG").unwrap_or_else(|_| EnvFilter::new("info,cronflow::user=debug"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second set-up in the same process (tests) changes nothing.
    let _ = if json {
        builder.json().flatten_event(true).try_init()
    } else {
        let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        builder.with_ansi(colour).event_format(ForPeople).try_init()
    };
}

/// What users print is shown as they wrote it; our own lines have their level in front.
struct ForPeople;

impl<S, N> FormatEvent<S, N> for ForPeople
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> std::fmt::Result {
        if event.metadata().target() == USER_TARGET {
            let mut message = Message(String::new());
            event.record(&mut message);
            return writeln!(out, "{}", message.0);
        }
        write!(out, "{}: ", event.metadata().level().as_str().to_lowercase())?;
        context.field_format().format_fields(out.by_ref(), event)?;
        writeln!(out)
    }
}

struct Message(String);

impl tracing::field::Visit for Message {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}
