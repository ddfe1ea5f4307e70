//! Who came before this process, and who may come after it.
//!
//! Never leads the path of the socket away from a process that serves on.

use std::io;

use tokio::net::UnixListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::ServerError;
use crate::config::Config;
use crate::takeover::Handed;
use crate::takeover::message::Before;
use crate::takeover::offer::{self, Offer, Place};
use crate::takeover::take::{self, Taken};

/// Who came before this process, and who may come after it.
pub(super) struct Succession {
    before: Option<Taken>,
    place: Option<Place>,
}

impl Succession {
    /// Asks the process that runs for its sockets, where that is wanted, and prepares the place where the next one asks.
    pub(super) fn begin(config: &Config, take_over: bool) -> Result<Self, ServerError> {
        let Some(path) = &config.takeover_socket else {
            return if take_over { Err(ServerError::NoTakeoverSocket) } else { Ok(Self { before: None, place: None }) };
        };
        let failed = |source| ServerError::Takeover { path: path.clone(), source };
        let before = if take_over { take::from(path).map_err(failed)? } else { None };
        Ok(Self { before, place: Some(Place::bind(path).map_err(failed)?) })
    }

    pub(super) fn handed(&self) -> Option<&Handed> {
        self.before.as_ref().map(|taken| &taken.handed)
    }

    /// This process serves: the one before may go, and the next one may ask. What is given back turns true when it serves.
    pub(super) fn offer(self, runtime: &Runtime, offer: &Offer) -> Result<watch::Receiver<bool>, ServerError> {
        if self.before.as_ref().map(Taken::serving).transpose()? == Some(Before::Gone) {
            tracing::warn!("the process before this one is gone already");
        }
        let (taken, told) = watch::channel(false);
        match self.place.and_then(occupied) {
            Some(listener) => drop(runtime.spawn(offer::run(listener, offer.clone(), taken))),
            // Nobody will ever say so; a closed channel would look like an end.
            None => drop(runtime.spawn(async move { taken.closed().await })),
        }
        Ok(told)
    }
}

/// Not before the one before drains: should that one serve on, the path must still lead to it. By then nobody else
/// serves, so a place that cannot be had must not end this process.
fn occupied(place: Place) -> Option<UnixListener> {
    let lost = |error: &io::Error| tracing::error!(%error, "no process can take over from this one, which serves on");
    place.occupy().inspect_err(lost).ok()
}

#[cfg(test)]
mod tests;
