//! Requests that no webhook takes, through the built binary: `export default { fetch }`, node:http, express.

pub(crate) mod express;
mod fetch;
mod servers;
