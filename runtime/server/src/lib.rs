//! The HTTP front door: webhooks and the management API over hyper.

mod answer;
mod api;
mod app;
mod auth;
mod body;
mod guard;
mod listener;
mod made;
mod metrics;
mod openapi;
mod piped;
mod router;
mod service;
mod webhook;

pub use app::App;
pub use auth::new_secret;
pub use listener::{Options, Server};
pub use webhook::{Pending, Rehearsal, RehearsalError, Rehearsed, Reply, Sent, Signing};
