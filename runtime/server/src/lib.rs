//! The HTTP front door: webhooks and the management API over hyper.

mod answer;
mod api;
mod auth;
mod body;
mod guard;
mod listener;
mod metrics;
mod openapi;
mod router;
mod service;
mod webhook;

pub use auth::new_secret;
pub use listener::{Options, Server};
