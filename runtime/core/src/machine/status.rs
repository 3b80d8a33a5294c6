//! The words for where runs and steps stand, as users see them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A word that is no status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a status")]
pub struct UnknownStatus(String);

macro_rules! statuses {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every status.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownStatus;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    other => Err(UnknownStatus(other.to_owned())),
                }
            }
        }
    };
}

statuses! {
    /// Where a run stands.
    RunStatus {
        /// Accepted, not begun.
        Pending = "pending",
        /// Executing.
        Running = "running",
        /// Waiting for time, a person or an event.
        Waiting = "waiting",
        /// Ended well.
        Completed = "completed",
        /// Ended by an error.
        Failed = "failed",
        /// Ended by request.
        Cancelled = "cancelled",
        /// Ended by its own time limit.
        TimedOut = "timed_out",
    }
}

statuses! {
    /// Where a step or an attempt at it stands.
    StepStatus {
        /// Not begun.
        Pending = "pending",
        /// Executing.
        Running = "running",
        /// Between two attempts.
        Retrying = "retrying",
        /// Waiting for time, a person or an event.
        Waiting = "waiting",
        /// Ended well.
        Completed = "completed",
        /// Ended by an error.
        Failed = "failed",
        /// Passed over.
        Skipped = "skipped",
        /// Ended by request.
        Cancelled = "cancelled",
    }
}

impl RunStatus {
    /// Whether nothing can happen to the run any more.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::TimedOut)
    }
}

impl StepStatus {
    /// Whether the step will not execute again.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Skipped | Self::Cancelled)
    }
}
