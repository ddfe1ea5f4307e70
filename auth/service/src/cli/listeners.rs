//! The addresses of the service: the public one and, if there is one, that of the administrators. Never serves one of them
//! longer than the other: both stop together, and both let running requests finish.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use chassis::listen;
use chassis::serve::serve;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::failure::Failure;
use crate::config::AdminConfig;

/// How long running requests may take after a stop. As long as any request may.
const STOP_DEADLINE: Duration = Duration::from_secs(10);

/// The bound addresses.
pub(super) struct Listeners {
    pub(super) main: TcpListener,
    pub(super) admin: Option<TcpListener>,
}

/// What is served on them.
pub(super) struct Routers {
    pub(super) main: Router,
    pub(super) admin: Option<Router>,
}

impl Listeners {
    /// Takes the addresses.
    pub(super) async fn bind(main: SocketAddr, admin: Option<&AdminConfig>) -> Result<Listeners, Failure> {
        let main = listen::bind(main).await.map_err(|cause| Failure::wrong_use(format!("the auth service {cause}")))?;
        let admin = match admin {
            Some(admin) => Some(bind_admin(admin.listen).await?),
            None => None,
        };
        Ok(Listeners { main, admin })
    }

    /// A line on stdout for each.
    pub(super) fn announce(&self) -> Result<(), Failure> {
        listen::announce(&self.main).map_err(Failure::failed)?;
        if let Some(admin) = &self.admin {
            // Who has read the first line may have closed the pipe.
            let _ = listen::announce_as("admin", admin);
        }
        Ok(())
    }

    /// Serves until `stop` is over, and then until the requests in flight are.
    pub(super) async fn serve(self, routers: Routers, stop: impl Future<Output = ()>) {
        let (stopping, mut stopped) = watch::channel(false);
        let main_stop = async {
            stop.await;
            stopping.send_replace(true);
        };
        let admin = async {
            if let (Some(listener), Some(router)) = (self.admin, routers.admin) {
                // The sender lives as long as this future.
                let stop = async { drop(stopped.wait_for(|stopping| *stopping).await) };
                serve(listener, router, stop, STOP_DEADLINE).await;
            }
        };
        tokio::join!(serve(self.main, routers.main, main_stop, STOP_DEADLINE), admin);
    }
}

async fn bind_admin(address: SocketAddr) -> Result<TcpListener, Failure> {
    listen::bind(address).await.map_err(|error| {
        let cause = error.cause();
        Failure::wrong_use(format!("cannot listen on {address}: {cause}; choose another address in [admin]"))
    })
}
