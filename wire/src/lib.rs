//! The manners of one HTTP/1.1 server connection, for the gateway and for the services: what hyper leaves to whoever
//! listens. A client that reads nothing ends, an answer reaches a client that still sends, and a connection that will
//! end says so.
//!
//! Never looks at what a request means: no path, no token, no route.

mod silence;
mod lingering;
mod upload;

pub use lingering::Lingering;
pub use silence::{BoundedSilence, SilenceDeadline};
pub use upload::{Upload, UploadWatch};
