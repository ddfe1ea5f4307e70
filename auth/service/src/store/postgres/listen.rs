//! The connection that hears other nodes' wake-ups. Never carries anything but a wake-up, and is not needed for
//! correctness: whoever follows something also asks by itself.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, NoTls, Socket};

use super::super::error::StoreError;
use super::connect::{CONNECT_DEADLINE, Target};

/// The channel that `announce` notifies.
const LISTEN: &str = "LISTEN witgate_auth";
/// Pause before a lost connection is made anew.
const PAUSE: Duration = Duration::from_secs(1);

/// The task that listens; ends with it.
pub(super) struct Listener(AbortHandle);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listener {
    /// Starts to listen.
    pub(super) fn start(target: Target, announced: Arc<Notify>) -> Listener {
        Listener(tokio::spawn(listen_again(target, announced)).abort_handle())
    }
}

async fn listen_again(target: Target, announced: Arc<Notify>) {
    loop {
        let (config, tls) = target.parts();
        let ended = match tls {
            Some(tls) => listen(config, tls, &announced).await,
            None => listen(config, NoTls, &announced).await,
        };
        if let Err(cause) = ended {
            tracing::warn!(%cause, "the database cannot wake this node; it asks by itself meanwhile");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen<T>(config: &tokio_postgres::Config, tls: T, announced: &Notify) -> Result<(), StoreError>
where
    T: MakeTlsConnect<Socket>,
{
    let connected = tokio::time::timeout(CONNECT_DEADLINE, config.connect(tls)).await;
    let (client, mut connection) = connected.map_err(|_| StoreError::Busy)??;
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
    let begin = client.batch_execute(LISTEN);
    tokio::pin!(begin);
    let mut begun = false;
    loop {
        tokio::select! {
            done = &mut begin, if !begun => {
                done?;
                begun = true;
                // What was announced before this moment was not heard.
                announced.notify_waiters();
            }
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(_))) => announced.notify_waiters(),
                Some(Ok(_)) => {}
                Some(Err(cause)) => return Err(cause.into()),
                None => return Ok(()),
            },
        }
    }
}
