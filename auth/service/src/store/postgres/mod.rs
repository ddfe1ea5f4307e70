//! The shared store: PostgreSQL, for several auth nodes. Row locks and unique keys keep the verbs in order; LISTEN and
//! NOTIFY only wake. Never sends a password or a query over an unencrypted line, unless the configuration says so.

mod connect;
mod migrate;
mod statements;
mod listen;

use std::sync::Arc;

use deadpool_postgres::{Object, Pool, PoolError};
use tokio::sync::Notify;
use tokio_postgres::IsolationLevel;

use super::error::StoreError;
use super::statements::{Answer, Tx};
use crate::config::PostgresConfig;
use listen::Listener;
use statements::PostgresTx;

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
        migrate::up_to_date(&mut *connection(&pool).await?).await?;
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
        let mut connection = connection(&self.pool).await?;
        let transaction = connection.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start().await?;
        let mut tx = PostgresTx(transaction);
        let done = verb(&mut tx).await?;
        tx.0.commit().await?;
        Ok(done)
    }

    /// Runs a verb that only reads, on one consistent state.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mut connection = connection(&self.pool).await?;
        let builder = connection.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let mut tx = PostgresTx(builder.start().await?);
        let answer = verb(&mut tx).await?;
        tx.0.commit().await?;
        Ok(answer)
    }

    /// Whether a connection can be had and answers.
    pub(super) async fn ready(&self) -> Result<(), StoreError> {
        connection(&self.pool).await?.simple_query("SELECT 1").await?;
        Ok(())
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
