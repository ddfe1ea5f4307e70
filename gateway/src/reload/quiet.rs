//! When a change is over: how long nothing must have happened before the disk is looked at.
//!
//! Never puts a look off for longer than [`PATIENCE`], and never takes a late event for silence: the files are asked, too.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep_until, timeout_at};

/// Silence before the disk is looked at: a write is rarely one event, and a file that was emptied gets its new text a moment
/// later.
const QUIET: Duration = Duration::from_millis(75);
/// The silence that is wanted of changes that go on: who writes many files, or one many times, pauses now and then.
const LONG_QUIET: Duration = Duration::from_millis(300);
/// The longest that changes without an end may put the look off.
const PATIENCE: Duration = Duration::from_secs(5);

/// Waits until it is quiet: neither an event nor, by `age`, a change of a file within the silence that is wanted. That is
/// [`QUIET`] after a single write; changes that went on for some time must rest for as long, [`LONG_QUIET`] at most.
pub(super) async fn settle(events: &mut Receiver<()>, age: impl Fn() -> Option<Duration>) {
    let began = Instant::now();
    let latest = began + PATIENCE;
    let mut last = began;
    loop {
        let wanted = (last - began).clamp(QUIET, LONG_QUIET);
        let until = (last + wanted).min(latest);
        match timeout_at(until, events.recv()).await {
            Ok(Some(())) if Instant::now() < latest => {
                last = Instant::now();
                continue;
            }
            Ok(Some(())) => return,
            // No file watcher: only the files tell.
            Ok(None) => sleep_until(until).await,
            Err(_) => {}
        }
        let now = Instant::now();
        match age().filter(|age| *age < wanted) {
            Some(age) if now < latest => last = now - age,
            _ => return,
        }
    }
}

/// How long ago the youngest of these files changed, was renamed into its place or made. A clock that is far ahead, on
/// another machine, tells nothing.
pub(super) fn age_of(files: &[PathBuf]) -> Option<Duration> {
    let facts = files.iter().filter_map(|file| std::fs::metadata(file).ok());
    youngest(facts.map(|facts| (facts.ctime(), facts.ctime_nsec())))
}

/// The same of files that were asked already: seconds and nanoseconds of their times of change, since 1970-01-01 UTC.
pub(super) fn youngest(changes: impl Iterator<Item = (i64, i64)>) -> Option<Duration> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let age =
        |(seconds, nanos): (i64, i64)| age_at(now, Duration::new(seconds.try_into().ok()?, nanos.try_into().ok()?));
    changes.filter_map(age).min()
}

fn age_at(now: Duration, changed: Duration) -> Option<Duration> {
    (changed < now + PATIENCE).then(|| now.saturating_sub(changed))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::sync::mpsc::channel;
    use tokio::time::{interval, sleep};

    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    /// How long settling takes while an event comes each `pause`, `events` times.
    async fn takes(pause: Duration, count: u32) -> Duration {
        let (sender, mut events) = channel(1);
        let storm = async move {
            let mut pace = interval(pause);
            pace.tick().await;
            for _ in 0..count {
                pace.tick().await;
                let _ = sender.try_send(());
            }
            sleep(PATIENCE).await;
            drop(sender);
        };
        let began = Instant::now();
        tokio::select! { () = storm => panic!("it does not end"), () = settle(&mut events, || None) => began.elapsed() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_single_write_is_over_soon_and_a_storm_must_rest_for_longer() {
        assert_eq!(takes(MILLI, 3).await, QUIET + 3 * MILLI);
        assert_eq!(takes(MILLI * 10, 100).await, LONG_QUIET + MILLI * 1000);
        assert_eq!(takes(MILLI * 200, 2).await, QUIET, "the first pause was too long to be one storm");
    }

    #[tokio::test(start_paused = true)]
    async fn changes_without_an_end_do_not_put_the_look_off_for_ever() {
        assert_eq!(takes(MILLI * 10, 1_000).await, PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_just_changed_is_no_silence_though_no_event_came() {
        let (_sender, mut events) = channel(1);
        let (began, looks) = (Instant::now(), Cell::new(0));
        let age = || {
            looks.set(looks.get() + 1);
            (looks.get() < 3).then_some(MILLI * 20)
        };
        settle(&mut events, age).await;
        assert_eq!(looks.get(), 3);
        assert!(began.elapsed() > 2 * QUIET, "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_watcher_the_files_alone_tell() {
        let (sender, mut events) = channel(1);
        drop(sender);
        let began = Instant::now();
        settle(&mut events, || None).await;
        assert_eq!(began.elapsed(), QUIET);
    }

    #[test]
    fn an_age_is_of_the_youngest_file_and_a_foreign_clock_tells_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("gateway.toml");
        std::fs::write(&file, "").expect("written");
        let age = age_of(&[folder.path().join("none"), file]).expect("an age");
        assert!(age < PATIENCE, "{age:?}");
        let now = Duration::from_secs(1_000);
        assert_eq!(age_at(now, now + MILLI), Some(Duration::ZERO));
        assert_eq!(age_at(now, now + PATIENCE), None);
        assert_eq!(age_at(now, now - MILLI), Some(MILLI));
    }
}
