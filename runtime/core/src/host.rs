//! What workflow code may ask of the engine.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// Severity of a log line or console call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For developers.
    Debug,
    /// Ordinary.
    Info,
    /// Unusual.
    Warn,
    /// Wrong.
    Error,
}

impl LogLevel {
    /// The level as stored and printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// Reads a stored level; unknown text is `info`.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "debug" => Self::Debug,
            "warn" => Self::Warn,
            "error" => Self::Error,
            _ => Self::Info,
        }
    }
}

/// What `cronflow.start(options)` asked for. The command line and environment go first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct StartOptions {
    /// Address to listen on.
    pub host: Option<String>,
    /// Port to listen on; 0 picks a free one.
    pub port: Option<u16>,
    /// Most connections at once.
    pub max_connections: Option<u32>,
    /// `false` serves no HTTP at all.
    pub http: Option<bool>,
}

/// What `cronflow.start()` resolves with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Where the server listens; absent when HTTP is off.
    pub address: Option<SocketAddr>,
}
