//! A timer that costs next to nothing to move: it is armed anew only when it goes off before it is due. Nearly every wait
//! of a server ends long before its deadline, so the timer wheel hears of one in thousands.
//!
//! Never goes off before it is due.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is made on the first wait and kept for the next ones, also those of another task of the same runtime.
#[derive(Default)]
pub struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Wakes the task again and again, the first time within `span`: for whoever learns only by looking that a wait has
    /// begun.
    pub fn keep_waking(&mut self, span: Duration, context: &mut Context<'_>) {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + span)));
        while sleep.as_mut().poll(context).is_ready() {
            sleep.as_mut().reset(Instant::now() + span);
        }
    }

    /// Ready from `due` on. Whoever waits may say another time at each call.
    pub fn poll_at(&mut self, due: Instant, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if sleep.deadline() > due {
            sleep.as_mut().reset(due);
        }
        loop {
            ready!(sleep.as_mut().poll(context));
            if sleep.deadline() >= due || Instant::now() >= due {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(due);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn it_goes_off_when_it_is_due_whatever_it_was_set_to_before() {
        let mut alarm = Alarm::default();
        let began = Instant::now();
        for due in [3, 10, 12, 11, 12, 60] {
            // The wait before it ended early: the timer is still set to its time, sooner or later than this one.
            let _given_up = poll_fn(|context| Poll::Ready(alarm.poll_at(began + SECOND * due, context))).await;
        }
        for (due, over) in [(2, 2), (5, 5), (4, 5), (30, 30)] {
            poll_fn(|context| alarm.poll_at(began + SECOND * due, context)).await;
            assert_eq!(began.elapsed().as_secs(), over, "due after {due} s");
        }
    }
}
