//! Waiting for a condition of another process, with a deadline. Never a bare sleep in a test.

use std::future::Future;
use std::time::{Duration, Instant};

/// The longest a test waits for something that is no promise about time: a busy machine may take long, and must not fail.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// Looks until `look` gives something; panics with `what` when `span` passed first. Gives the time it took as well.
pub async fn until<T, F: Future<Output = Option<T>>>(
    span: Duration,
    what: &str,
    mut look: impl FnMut() -> F,
) -> (T, Duration) {
    let start = Instant::now();
    let mut interval = tokio::time::interval(LOOK_INTERVAL);
    loop {
        interval.tick().await;
        if let Some(found) = look().await {
            return (found, start.elapsed());
        }
        assert!(start.elapsed() < span, "{what}: not within {span:?}");
    }
}
