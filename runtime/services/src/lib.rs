//! Native back ends that workflow code reaches through the isolate. No JavaScript engine here.

pub mod codec;
pub mod http;
