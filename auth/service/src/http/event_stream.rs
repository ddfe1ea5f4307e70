//! The feed as server-sent events: `snapshot`, `delta` and, when nothing happens, `beat`. Never goes on for a client that
//! was disabled, and never outlives a stop.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::CACHE_CONTROL;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::feed_document::{beat, document};
use crate::feed::{Feed, FeedError, Place};
use crate::store::{FeedHead, FeedPage, RevokedKind};

/// How long nothing may be said.
const BEAT: Duration = Duration::from_secs(4);
const _: () = assert!(BEAT.as_secs() < 5, "five seconds are promised");

/// Where a stream begins, and for whom.
pub(super) struct Resume {
    /// What the client knows already; nothing: a snapshot comes first.
    pub(super) point: Option<FeedHead>,
    /// Whose stream it is.
    pub(super) client_id: String,
}

struct Streaming {
    _place: Place,
    feed: Feed,
    resume: Resume,
    ended: bool,
}

/// The stream. It holds the place until its end.
pub(super) fn respond(place: Place, feed: Feed, resume: Resume) -> Response {
    let streaming = Streaming { _place: place, feed, resume, ended: false };
    let events = stream::unfold(streaming, |mut streaming| async move {
        let event = streaming.next().await?;
        Some((Ok::<Event, Infallible>(event), streaming))
    });
    ([(CACHE_CONTROL, "no-store")], Sse::new(events)).into_response()
}

impl Streaming {
    /// The next event; nothing at the end.
    async fn next(&mut self) -> Option<Event> {
        if self.ended || self.feed.is_stopping() {
            return None;
        }
        match self.page().await {
            Ok(page) => Some(self.event(&page)),
            Err(cause) => {
                tracing::error!(%cause, "a stream of the feed ends");
                None
            }
        }
    }

    async fn page(&self) -> Result<Arc<FeedPage>, FeedError> {
        match &self.resume.point {
            None => self.feed.snapshot().await,
            Some(point) => self.feed.after(point, BEAT).await,
        }
    }

    fn event(&mut self, page: &Arc<FeedPage>) -> Event {
        self.ended = page.after.is_some() && disables(page, &self.resume.client_id);
        self.resume.point = Some(FeedHead { epoch: page.epoch.clone(), seq: page.cursor });
        let (name, document) = match page.after {
            None => ("snapshot", document(page)),
            Some(_) if page.entries.is_empty() => ("beat", beat(page)),
            Some(_) => ("delta", document(page)),
        };
        // The epoch is the store's own: it has no line break.
        Event::default().event(name).id(format!("{}:{}", page.epoch, page.cursor)).data(document.to_string())
    }
}

/// Whether the page says that this very client was disabled.
fn disables(page: &FeedPage, client_id: &str) -> bool {
    page.entries.iter().any(|entry| entry.kind == RevokedKind::Client && entry.name == client_id)
}
