//! The manners of one HTTP/1.1 server connection, for the gateway and for the services: what hyper leaves to whoever
//! listens. A client that reads nothing ends, an answer reaches a client that still sends, a connection that will end says
//! so, and a listener hears the signals that stop it and serves who came in time.
//!
//! Never looks at what a request means: no path, no token, no route.

mod client_address;
mod alarm;
mod silence;
mod lingering;
mod upload;
mod farewell;
mod stop;

pub use alarm::Alarm;
pub use client_address::{NetworkFault, TrustedProxies};
pub use farewell::{FIRST_BYTES, last_in_queue};
pub use lingering::Lingering;
pub use silence::{BoundedSilence, SilenceDeadline};
pub use stop::StopSignals;
pub use upload::{Upload, UploadWatch};
