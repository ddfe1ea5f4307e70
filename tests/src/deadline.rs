//! Waiting for a condition of another process, with a deadline. Never a bare sleep in a test.

use std::future::Future;
use std::time::{Duration, Instant};

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
