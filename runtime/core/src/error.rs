//! What users are told: diagnostics with a code, a place in their source and a way out.

use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        /// Every error code a user can meet. Each has a page in `docs/errors`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code { $(#[doc = $title] $name,)* }

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as printed, for example `CF1001`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What kind of error it is, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    Syntax = "CF1001", "syntax error";
    UnresolvedImport = "CF1002", "import not found";
    UnreadableFile = "CF1003", "file cannot be read";
    UnsupportedSyntax = "CF1004", "syntax that is not supported";
    NotAModule = "CF1005", "not a workflow file";
    TooLarge = "CF1006", "program too large";
    PackageMissing = "CF1007", "package not installed";
    PackagePath = "CF1008", "the package does not offer this";
    NativeAddon = "CF1009", "native addon";
    OutsideProject = "CF1010", "file outside the project";
    BadArchive = "CF1011", "not a usable archive";
    NotExported = "CF1012", "name that is not exported";
    InvalidDefinition = "CF2001", "invalid workflow definition";
    TopLevelThrow = "CF2002", "the workflow file threw while it was loaded";
    NoWorkflows = "CF2003", "no workflow defined";
    LoadTimeout = "CF2005", "the workflow file took too long to load";
    TwoServers = "CF2006", "two files answer requests";
    StepFailed = "CF3001", "a step threw";
    StepTimeout = "CF3002", "a step took longer than its timeout";
    WorkerLost = "CF3003", "a step crashed its worker";
    InvalidOutput = "CF3004", "a step's result is not JSON";
    CodeMissing = "CF3005", "the code of a run is gone";
    WebhookFailed = "CF3006", "a function of a webhook threw";
    HandlerFailed = "CF3007", "the handler of requests threw";
    PermissionDenied = "CF3020", "not allowed";
    PortTaken = "CF4001", "the address cannot be listened on";
    InvalidPayload = "CF4002", "the payload is not valid JSON";
    UnknownWorkflow = "CF4003", "no such workflow";
    UnknownRun = "CF4004", "no such run";
    ServerUnreachable = "CF4005", "no server answers";
    BadRequest = "CF4006", "the request cannot be understood";
    Overloaded = "CF4007", "the server cannot accept more work now";
    Unauthorized = "CF4020", "a token is needed";
    Forbidden = "CF4021", "not allowed";
    OpenToOthers = "CF4022", "listening to others needs a token";
    UnknownObject = "CF4023", "no such object";
    Conflict = "CF4024", "not possible as things stand";
    BadSettings = "CF4025", "the settings file is not valid";
    DatabaseUnwritable = "CF5001", "the database cannot be written";
    DatabaseCorrupt = "CF5002", "the database is damaged";
    DatabaseNewer = "CF5003", "the database is from a newer version";
    DatabaseLocked = "CF5004", "the database is in use";
    Internal = "CF5999", "an error inside cronflow-rt";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place in a source file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceLocation {
    /// The file, as the user would name it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One error, ready to be shown to a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Diagnostic {
    /// Which error it is.
    pub code: Code,
    /// What went wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where in the user's source.
    pub location: Option<SourceLocation>,
    /// The text of that source file, for a code frame.
    pub source_text: Option<Arc<str>>,
}

impl Diagnostic {
    /// An error with no place and no hint yet.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, location: None, source_text: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the place, and the file's text when it is known.
    #[must_use]
    pub fn at(mut self, location: SourceLocation, source_text: Option<Arc<str>>) -> Self {
        self.location = Some(location);
        self.source_text = source_text;
        self
    }
}
