//! The draft: a workflow as `define()` and its chained calls declared it, before any check.

use crate::host::LogLevel;
use serde::{Deserialize, Serialize};

/// The place in the user's source that declared something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// File, as in the archive.
    pub file: String,
    /// Line, from 1; 0 when unknown.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// A duration as written: a number of milliseconds or text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Millis {
    /// Milliseconds.
    Number(f64),
    /// Such as `30s`.
    Text(String),
}

/// A workflow as declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DraftWorkflow {
    /// `define({id})`.
    pub id: String,
    /// `define({name})`.
    #[serde(default)]
    pub name: Option<String>,
    /// `define({description})`.
    #[serde(default)]
    pub description: Option<String>,
    /// `define({version})`: the author's own name for this state of the workflow.
    #[serde(default)]
    pub version: Option<String>,
    /// `define({tags})`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Where `define` was called.
    #[serde(default)]
    pub site: Site,
    /// In order of declaration.
    pub nodes: Vec<DraftNode>,
    /// In order of declaration.
    pub triggers: Vec<DraftTrigger>,
}

/// A node as declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DraftNode {
    /// `step`, `action` or `log`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// A longer name.
    #[serde(default)]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Options that act.
    #[serde(default)]
    pub options: DraftOptions,
    /// For `log`: severity.
    #[serde(default)]
    pub level: Option<LogLevel>,
    /// For `log`: the line, unless a function makes it.
    #[serde(default)]
    pub message: Option<String>,
    /// Where it was declared.
    #[serde(default)]
    pub site: Site,
}

/// A node's options.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DraftOptions {
    /// Longest time for one attempt.
    #[serde(default)]
    pub timeout: Option<Millis>,
}

/// A trigger as declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "type", deny_unknown_fields)]
pub enum DraftTrigger {
    /// `onWebhook(path, {method})`.
    #[serde(rename_all = "camelCase")]
    Webhook {
        /// As written.
        path: String,
        /// As written.
        methods: Vec<String>,
        /// Where it was declared.
        #[serde(default)]
        site: Site,
    },
    /// `manual()`.
    #[serde(rename_all = "camelCase")]
    Manual {
        /// Where it was declared.
        #[serde(default)]
        site: Site,
    },
}
