//! The running process's side: who connects to its Unix socket gets the listeners.
//!
//! Never ends the process by itself: it says that another one serves, and the server drains.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::sync::watch;

use super::{Handed, message};

/// How long a new process may take from the sockets to its word that it serves.
const SERVING_WITHIN: Duration = Duration::from_secs(30);
/// How long to wait before accepting again when that failed.
const BACKOFF: Duration = Duration::from_millis(100);
/// Only the owner may connect; `message::begin` asks the kernel once more.
const OWNER_ALONE: u32 = 0o600;

/// A bound Unix socket that is not yet where others look for it.
pub struct Place {
    listener: UnixListener,
    bound: PathBuf,
    path: PathBuf,
}

impl Place {
    /// Binds beside `path`. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the folder is not there or not ours.
    pub fn bind(path: &Path) -> io::Result<Self> {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}", std::process::id()));
        let bound = PathBuf::from(name);
        let _left_by_a_namesake = fs::remove_file(&bound);
        let listener = UnixListener::bind(&bound)?;
        fs::set_permissions(&bound, Permissions::from_mode(OWNER_ALONE))?;
        Ok(Self { listener, bound, path: path.to_owned() })
    }

    /// Takes the place, also from a process that was there before: it has no use for it any more.
    ///
    /// # Errors
    /// When the folder refuses.
    pub fn occupy(self) -> io::Result<UnixListener> {
        fs::rename(&self.bound, &self.path).inspect_err(|_| drop(fs::remove_file(&self.bound)))?;
        Ok(self.listener)
    }
}

/// The sockets on offer. They are copies: as long as they are here, the kernel goes on queueing connections.
#[derive(Clone, Default)]
pub struct Offer(Arc<Mutex<Option<Handed>>>);

impl Offer {
    /// Offers these.
    pub fn of(handed: Handed) -> Self {
        Self(Arc::new(Mutex::new(Some(handed))))
    }

    /// Nothing is offered any more; our copies of the sockets close.
    pub fn withdraw(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn send(&self, stream: &UnixStream) -> io::Result<()> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(handed) => message::send(stream, handed),
            None => Err(io::Error::other("this process is stopping")),
        }
    }

    pub(super) fn hand_over(&self, stream: &UnixStream, within: Duration) -> io::Result<()> {
        message::begin(stream)?;
        self.send(stream)?;
        let heard = message::hear_serving(stream, within);
        // A process that stops meanwhile says nothing: the new one had better serve.
        if heard.is_err() && self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            message::say_serves_on(stream);
        }
        heard
    }
}

/// Offers until a new process serves; then `taken` turns true. One at a time.
pub async fn run(listener: UnixListener, offer: Offer, taken: watch::Sender<bool>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(BACKOFF).await;
            continue;
        };
        let Ok(stream) = stream.into_std() else { continue };
        let offered = offer.clone();
        match tokio::task::spawn_blocking(move || offered.hand_over(&stream, SERVING_WITHIN)).await {
            Ok(Ok(())) => {
                let _ = taken.send(true);
                return;
            }
            Ok(Err(error)) => tracing::warn!(%error, "a takeover came to nothing; this process serves on"),
            Err(error) => tracing::error!(%error, "a takeover broke off; this process serves on"),
        }
    }
}
