//! The feed of revocations as many wait for it: one task follows the store, and all who wait are woken by it, so that a
//! hundred gateways cost one query. Never answers "nothing new" when the store was not asked a moment ago.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use crate::clock;
use crate::store::{FeedHead, FeedPage, Store, StoreError};

/// Shortest pause between two looks at the store, so that many writes cost few of them.
const REST: Duration = Duration::from_millis(10);
/// Pause after a failure of the store.
const PAUSE: Duration = Duration::from_millis(500);
/// How old a look may be for "nothing new" to follow from it.
const FRESH: Duration = Duration::from_secs(1);
/// How often what means nothing any more is removed.
const PRUNE_EVERY: Duration = Duration::from_secs(60);
/// Most callers that wait at once, polls and streams together.
const MAX_WAITING: usize = 1024;

/// Why there is no page.
#[derive(Debug, Error, Clone)]
pub enum FeedError {
    /// Too many wait already.
    #[error("too many callers are waiting")]
    Busy,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody follows the store any more.
    #[error("the feed has stopped")]
    Stopped,
}

/// What the follower saw last.
#[derive(Debug, Clone, Default)]
struct Seen {
    head: FeedHead,
    /// What led to this head, when it came in one piece.
    page: Option<Arc<FeedPage>>,
    /// When the store said so.
    looked: Option<Instant>,
}

/// The feed, for those who read it. Clones share everything.
#[derive(Debug, Clone)]
pub struct Feed {
    store: Store,
    seen: watch::Receiver<Seen>,
    stopping: watch::Sender<bool>,
    places: Arc<Semaphore>,
}

/// The right to wait. The place is free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    _place: OwnedSemaphorePermit,
}

/// Follows the store for a [`Feed`], and removes what is old. Whoever spawns it owns it.
#[derive(Debug)]
pub struct Follower {
    store: Store,
    seen: watch::Sender<Seen>,
}

impl Feed {
    /// The feed of a store and its follower, which must run for anybody to be woken.
    pub fn new(store: Store) -> (Feed, Follower) {
        let (sender, seen) = watch::channel(Seen::default());
        let feed = Feed {
            store: store.clone(),
            seen,
            stopping: watch::Sender::new(false),
            places: Arc::new(Semaphore::new(MAX_WAITING)),
        };
        (feed, Follower { store, seen: sender })
    }

    /// Lets all who wait go at once, now and from now on.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether [`Feed::stop`] was called.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// A place to wait at. [`FeedError::Busy`] when all are taken.
    pub fn place(&self) -> Result<Place, FeedError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| FeedError::Busy)?;
        Ok(Place { _place: place })
    }

    /// All that counts now.
    pub async fn snapshot(&self) -> Result<Arc<FeedPage>, FeedError> {
        Ok(Arc::new(self.store.feed_since(None, clock::now()).await?))
    }

    /// What came after the point, as soon as there is something; an empty page when the wait is over or the service
    /// stops; a snapshot when it cannot be told.
    pub async fn after(&self, point: &FeedHead, wait: Duration) -> Result<Arc<FeedPage>, FeedError> {
        let over = tokio::time::sleep(wait);
        tokio::pin!(over);
        let (mut seen, mut stopping) = (self.seen.clone(), self.stopping.subscribe());
        loop {
            let latest = seen.borrow_and_update().clone();
            if !latest.is_fresh() || latest.head != *point || wait.is_zero() {
                let page = self.page(&latest, point).await?;
                if page.after.is_none() || !page.entries.is_empty() || wait.is_zero() {
                    return Ok(page);
                }
            }
            tokio::select! {
                _ = stopping.wait_for(|stopping| *stopping) => break,
                () = &mut over => break,
                changed = seen.changed() => changed.map_err(|_| FeedError::Stopped)?,
            }
        }
        let latest = seen.borrow().clone();
        if latest.is_fresh() && latest.head == *point {
            Ok(nothing_after(point))
        } else {
            self.page(&latest, point).await
        }
    }

    /// From memory where that has it, else from the store.
    async fn page(&self, latest: &Seen, point: &FeedHead) -> Result<Arc<FeedPage>, FeedError> {
        let same = |page: &&Arc<FeedPage>| page.epoch == point.epoch && page.after == Some(point.seq);
        match latest.page.as_ref().filter(same) {
            Some(page) => Ok(Arc::clone(page)),
            None => Ok(Arc::new(self.store.feed_since(Some(point.clone()), clock::now()).await?)),
        }
    }
}

impl Seen {
    fn is_fresh(&self) -> bool {
        self.looked.is_some_and(|looked| looked.elapsed() < FRESH)
    }
}

fn nothing_after(point: &FeedHead) -> Arc<FeedPage> {
    let (epoch, seq) = (point.epoch.clone(), point.seq);
    Arc::new(FeedPage { epoch, after: Some(seq), cursor: seq, entries: Vec::new() })
}

impl Follower {
    /// Follows the store, and removes what is old, until it is dropped. Removing may take long; following does not wait.
    pub async fn run(self) {
        tokio::join!(self.follow(), self.tidy());
    }

    async fn tidy(&self) {
        loop {
            tokio::time::sleep(PRUNE_EVERY).await;
            self.prune().await;
        }
    }

    async fn follow(&self) {
        loop {
            if let Err(cause) = self.look().await {
                tracing::error!(%cause, "the feed of revocations cannot be followed");
                tokio::time::sleep(PAUSE).await;
            }
            self.store.stirred().await;
            tokio::time::sleep(REST).await;
        }
    }

    /// One look. A look that finds nothing wakes nobody.
    async fn look(&self) -> Result<(), StoreError> {
        let looked = Instant::now();
        let head = self.store.feed_head().await?;
        let known = self.seen.borrow().head.clone();
        let (head, page) = if head == known { (head, None) } else { self.way_to(head, known).await? };
        self.seen.send_if_modified(|seen| {
            seen.looked = Some(looked);
            let moved = seen.head != head;
            if moved {
                (seen.head, seen.page) = (head, page);
            }
            moved
        });
        Ok(())
    }

    /// The head, and the page that leads there from the known one; another epoch, as at the start, has no way.
    async fn way_to(&self, head: FeedHead, known: FeedHead) -> Result<(FeedHead, Option<Arc<FeedPage>>), StoreError> {
        if head.epoch != known.epoch {
            return Ok((head, None));
        }
        let page = self.store.feed_since(Some(known), clock::now()).await?;
        let reached = FeedHead { epoch: page.epoch.clone(), seq: page.cursor };
        let page = page.after.is_some().then(|| Arc::new(page));
        Ok((reached, page))
    }

    async fn prune(&self) {
        let now = clock::now();
        let pruned = async {
            self.store.prune_revocations(now).await?;
            self.store.prune_failures(now).await?;
            self.store.remove_old(now).await
        };
        if let Err(cause) = pruned.await {
            tracing::error!(%cause, "old entries cannot be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DatabaseConfig, SessionLimits};
    use crate::store::{Event, IssuedToken, Origin};

    const LONG: Duration = Duration::from_secs(60);

    async fn store() -> (tempfile::TempDir, Store) {
        let temp = tempfile::tempdir().unwrap();
        let database = DatabaseConfig::Sqlite(temp.path().join("s.sqlite"));
        let store = Store::open(&database, SessionLimits { idle: 100, absolute: 100 }).await.unwrap();
        (temp, store)
    }

    async fn revoke(store: &Store, jti: &str) {
        revoke_at(store, jti, clock::now()).await;
    }

    async fn revoke_at(store: &Store, jti: &str, now: i64) {
        let (jti, subject) = (jti.to_owned(), "u".to_owned());
        let token = IssuedToken { jti, subject, issued_at: now, expires_at: now + 60 };
        store.revoke_token(token, Event::named("token_revoked"), Origin::local("test", now)).await.unwrap();
    }

    #[tokio::test]
    async fn many_wait_and_get_one_and_the_same_page() {
        let (_temp, store) = store().await;
        let (feed, follower) = Feed::new(store.clone());
        follower.look().await.unwrap();
        let point = store.feed_head().await.unwrap();
        let waiting: Vec<_> = (0..10).map(|_| feed.after(&point, LONG)).collect();
        let act = async {
            revoke(&store, "j").await;
            follower.look().await.unwrap();
        };
        let (pages, ()) = tokio::join!(futures_util::future::join_all(waiting), act);
        let pages: Vec<Arc<FeedPage>> = pages.into_iter().map(|page| page.unwrap()).collect();
        assert_eq!((pages[0].after, pages[0].cursor, pages[0].entries.len()), (Some(0), 1, 1));
        assert!(pages.iter().all(|page| Arc::ptr_eq(page, &pages[0])), "one query for all");
    }

    #[tokio::test]
    async fn a_stop_and_the_loss_of_the_follower_end_every_wait() {
        let (_temp, store) = store().await;
        let (feed, follower) = Feed::new(store.clone());
        follower.look().await.unwrap();
        let point = store.feed_head().await.unwrap();
        let (page, ()) = tokio::join!(feed.after(&point, LONG), async { feed.stop() });
        assert_eq!(*page.unwrap(), *nothing_after(&point));

        let (feed, follower) = Feed::new(store);
        follower.look().await.unwrap();
        let (page, ()) = tokio::join!(feed.after(&point, LONG), async { drop(follower) });
        assert!(matches!(page, Err(FeedError::Stopped)));
    }

    /// An old look must not vouch for "nothing new": without a follower, the store itself is asked at the end.
    #[tokio::test]
    async fn what_nobody_looked_at_is_asked_again() {
        let (_temp, store) = store().await;
        let (feed, _follower) = Feed::new(store.clone());
        let point = store.feed_head().await.unwrap();
        let late = async {
            tokio::task::yield_now().await;
            revoke(&store, "j").await;
        };
        let (page, ()) = tokio::join!(feed.after(&point, Duration::from_millis(300)), late);
        assert_eq!(page.unwrap().entries.len(), 1);
    }

    #[tokio::test]
    async fn what_means_nothing_any_more_is_removed_and_its_readers_get_a_snapshot() {
        let (_temp, store) = store().await;
        let (feed, follower) = Feed::new(store.clone());
        let point = store.feed_head().await.unwrap();
        revoke_at(&store, "old", 1_000_000_000).await;
        revoke(&store, "new").await;
        assert_eq!(feed.after(&point, Duration::ZERO).await.unwrap().entries.len(), 2);
        follower.prune().await;
        let page = feed.after(&point, LONG).await.unwrap();
        assert_eq!((page.after, page.cursor, page.entries.len()), (None, 2, 1));
    }

    #[tokio::test]
    async fn places_are_bounded_and_come_back() {
        let (_temp, store) = store().await;
        let (feed, _follower) = Feed::new(store);
        let mut places: Vec<Place> = (0..MAX_WAITING).map(|_| feed.place().unwrap()).collect();
        assert!(matches!(feed.place(), Err(FeedError::Busy)));
        places.pop();
        feed.place().expect("one is free again");
    }
}
