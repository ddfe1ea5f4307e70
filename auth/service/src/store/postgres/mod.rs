//! The shared store: PostgreSQL, for several auth nodes. Row locks and unique keys keep the verbs in order; LISTEN and
//! NOTIFY only wake. Never sends a password or a query over an unencrypted line, unless the configuration says so.

mod connect;
mod migrate;
mod statements;
mod listen;

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Object, Pool, PoolError};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use tokio_postgres::IsolationLevel;

use super::error::StoreError;
use super::statements::{Answer, Tx};
use crate::config::PostgresConfig;
use listen::Listener;
use statements::PostgresTx;

/// How many migrations there are.
pub(super) const MIGRATIONS: usize = migrate::MIGRATIONS.len();
/// How long a caller waits for an answer, the wait for a connection included. A COMMIT may still happen after it.
const DEADLINE: Duration = Duration::from_secs(8);

/// A pool of connections, and the one that listens. Clones share them.
#[derive(Clone)]
pub(super) struct Postgres {
    pool: Pool,
    announced: Arc<Notify>,
    _listener: Arc<Listener>,
}

impl Postgres {
    /// Connects, and brings the schema up to date.
    pub(super) async fn open(config: &PostgresConfig) -> Result<Postgres, StoreError> {
        let target = connect::Target::of(config)?;
        let pool = target.pool(config.connections)?;
        let named = |cause: StoreError| StoreError::Open { place: config.url.clone(), cause: cause.to_string() };
        migrate::up_to_date(&mut *connection(&pool).await.map_err(named)?).await?;
        let announced = Arc::<Notify>::default();
        let listener = Arc::new(Listener::start(target, Arc::clone(&announced)));
        Ok(Postgres { pool, announced, _listener: listener })
    }

    /// Runs a verb in a transaction and answers after COMMIT. An `Err` undoes what it wrote. Statements see what others
    /// committed before them (READ COMMITTED); what must not change meanwhile, the verb locks.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_within(DEADLINE, verb).await
    }

    /// The same, for a verb that may take so long.
    pub(super) async fn write_within<T: Send + 'static>(
        &self,
        limit: Duration,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(limit, IsolationLevel::ReadCommitted, false, verb).await
    }

    /// Runs a verb that only reads, on one consistent state.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.read_within(DEADLINE, verb).await
    }

    /// The same, for a verb that may take so long.
    pub(super) async fn read_within<T: Send + 'static>(
        &self,
        limit: Duration,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(limit, IsolationLevel::RepeatableRead, true, verb).await
    }

    async fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        isolation: IsolationLevel,
        read_only: bool,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.in_time(limit, async |connection: &mut Object| {
            let builder = connection.build_transaction().isolation_level(isolation).read_only(read_only);
            let mut tx = PostgresTx(builder.start().await?);
            if limit > DEADLINE {
                // Until COMMIT or ROLLBACK; else the server ends one long statement sooner than the whole.
                tx.0.batch_execute(&format!("SET LOCAL statement_timeout = {}", limit.as_millis())).await?;
            }
            let done = verb(&mut tx).await?;
            tx.0.commit().await?;
            Ok(done)
        })
        .await
    }

    /// Gives up after the limit. A connection that did not answer until then is not used again.
    async fn in_time<T>(
        &self,
        limit: Duration,
        work: impl AsyncFnOnce(&mut Object) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let end = Instant::now() + limit;
        let mut connection = timeout_at(end, connection(&self.pool)).await.map_err(|_| StoreError::Busy)??;
        let done = timeout_at(end, work(&mut connection)).await;
        done.unwrap_or_else(|_| {
            drop(Object::take(connection));
            Err(StoreError::Busy)
        })
    }

    /// Whether a connection can be had and answers.
    pub(super) async fn ready(&self) -> Result<(), StoreError> {
        self.in_time(DEADLINE, async |connection: &mut Object| Ok(connection.batch_execute("SELECT 1").await?)).await
    }

    /// Waits until some node announced a change.
    pub(super) async fn announced(&self) {
        self.announced.notified().await;
    }
}

async fn connection(pool: &Pool) -> Result<Object, StoreError> {
    pool.get().await.map_err(|cause| match cause {
        PoolError::Timeout(_) => StoreError::Busy,
        PoolError::Backend(cause) => StoreError::from(cause),
        other => StoreError::Unusable(other.to_string()),
    })
}
