//! The HTTP front door: webhooks and the management API over hyper.

mod answer;
mod api;
mod body;
mod guard;
mod listener;
mod router;
mod service;
mod webhook;

pub use listener::{Options, Server};
