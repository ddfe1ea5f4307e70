//! How PostgreSQL is reached: address, password, TLS, pool, and a deadline for all of it. Never prints the password.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;
use zeroize::Zeroizing;

use super::super::error::StoreError;
use crate::config::PostgresConfig;

/// How long a new connection may take.
pub(super) const CONNECT_DEADLINE: Duration = Duration::from_secs(4);
/// How long a caller waits for a free connection.
const POOL_PATIENCE: Duration = Duration::from_secs(5);
/// A connection that is silent for so long is asked whether it still lives: the one that listens is silent by nature.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
/// A connection whose bytes nobody confirms for so long is given up.
const UNANSWERED: Duration = Duration::from_secs(10);
/// What the server itself ends: a statement, a wait for a lock, a transaction that its client forgot. In milliseconds.
const SERVER_DEADLINES: &str =
    "-c statement_timeout=7000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=15000";
/// Largest password file, in bytes.
const MAX_PASSWORD_BYTES: u64 = 1024;

/// One database, with all that is needed to reach it.
#[derive(Clone)]
pub(super) struct Target {
    config: tokio_postgres::Config,
    tls: Option<MakeRustlsConnect>,
}

impl Target {
    /// What the configuration means. Reads the password file.
    pub(super) fn of(config: &PostgresConfig) -> Result<Target, StoreError> {
        let failed = |cause: String| StoreError::Open { place: config.url.clone(), cause };
        let mut target: tokio_postgres::Config =
            config.url.parse().map_err(|cause: tokio_postgres::Error| failed(cause.to_string()))?;
        if let Some(path) = &config.password_file {
            let password = password(path).map_err(|cause| failed(format!("{}: {cause}", path.display())))?;
            target.password(password.trim_end_matches(['\r', '\n']));
        }
        target.connect_timeout(CONNECT_DEADLINE).keepalives_idle(KEEPALIVE_IDLE).tcp_user_timeout(UNANSWERED);
        target.options(SERVER_DEADLINES).application_name("witgate-auth");
        let tls = if config.tls { Some(rustls_connect().map_err(failed)?) } else { None };
        target.ssl_mode(if config.tls {
            tokio_postgres::config::SslMode::Require
        } else {
            tokio_postgres::config::SslMode::Disable
        });
        Ok(Target { config: target, tls })
    }

    /// A pool of so many connections at most.
    pub(super) fn pool(&self, connections: usize) -> Result<Pool, StoreError> {
        let rules = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match &self.tls {
            Some(tls) => Manager::from_config(self.config.clone(), tls.clone(), rules),
            None => Manager::from_config(self.config.clone(), NoTls, rules),
        };
        let patience =
            Timeouts { wait: Some(POOL_PATIENCE), create: Some(CONNECT_DEADLINE), recycle: Some(CONNECT_DEADLINE) };
        let pool = Pool::builder(manager).max_size(connections).timeouts(patience).runtime(Runtime::Tokio1).build();
        pool.map_err(|cause| StoreError::Unusable(cause.to_string()))
    }

    /// The bare parts, for the connection that listens.
    pub(super) fn parts(&self) -> (&tokio_postgres::Config, Option<MakeRustlsConnect>) {
        (&self.config, self.tls.clone())
    }
}

fn password(path: &std::path::Path) -> std::io::Result<Zeroizing<String>> {
    use std::io::Read as _;
    let mut text = Zeroizing::new(String::new());
    std::fs::File::open(path)?.take(MAX_PASSWORD_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// The system's own trust (`SSL_CERT_FILE` names another set of authorities).
fn rustls_connect() -> Result<MakeRustlsConnect, String> {
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|cause| cause.to_string())?
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
