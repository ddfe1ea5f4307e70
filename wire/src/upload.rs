//! Whether a request's body was read to its end before its answer leaves. If nobody reads it any more, hyper closes the
//! connection after the answer without a word, and a client may already have sent its next request there (RFC 9112
//! section 9.6).
//!
//! Never reads more than [`MOST`] bytes for a request that was refused, and never waits longer than [`PATIENCE`].

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::{CONNECTION, EXPECT};
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::timeout;

/// The largest body that is read for the connection's sake, in bytes.
const MOST: u64 = 64 * 1024;
/// How long such a body may take. It was sent with its head, as a rule, so it is there already.
const PATIENCE: Duration = Duration::from_secs(1);

/// A request's body, and what became of it.
pub struct Upload<B> {
    /// gone once it is given back
    body: Option<B>,
    /// none for a request without a body: there is nothing to become of it
    state: Option<Shared<B>>,
}

/// The same body, seen by whoever sends the answer.
pub struct UploadWatch<B> {
    state: Option<Shared<B>>,
    /// The client waits for a word before it sends the body (RFC 9110 section 10.1.1): nobody should ask for it in vain.
    expects: bool,
}

type Shared<B> = Arc<Mutex<State<B>>>;

enum State<B> {
    /// somebody has the body and has not seen its end
    Open,
    /// read to the end
    Whole,
    /// let go before its end
    Left(B),
}

impl<B: Body + Unpin> Upload<B> {
    /// The body of a request with these headers, and its watch.
    pub fn new(body: B, headers: &HeaderMap) -> (Self, UploadWatch<B>) {
        let state: Option<Shared<B>> = (!body.is_end_stream()).then(|| Arc::new(Mutex::new(State::Open)));
        let watch = UploadWatch { state: state.clone(), expects: headers.contains_key(EXPECT) };
        (Self { body: Some(body), state }, watch)
    }

    fn become_whole(&self) {
        if let Some(state) = &self.state {
            *locked(state) = State::Whole;
        }
    }
}

impl<B> Drop for Upload<B> {
    fn drop(&mut self) {
        let (Some(body), Some(state)) = (self.body.take(), &self.state) else { return };
        let mut state = locked(state);
        if let State::Open = *state {
            *state = State::Left(body);
        }
    }
}

impl<B: Body + Unpin> UploadWatch<B> {
    /// Call this before the answer leaves. A small body that nobody read is read now; where the body's end is not
    /// reached the answer gets `Connection: close`.
    pub async fn settle(self, answer: &mut HeaderMap) {
        if !answer.contains_key(CONNECTION) && !self.ended().await {
            answer.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }

    async fn ended(self) -> bool {
        let Some(state) = &self.state else { return true };
        let state = std::mem::replace(&mut *locked(state), State::Whole);
        match state {
            State::Whole => true,
            State::Open => false,
            State::Left(body) => body.is_end_stream() || (!self.expects && throw_away(body).await),
        }
    }
}

fn locked<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the body came to its end.
async fn throw_away<B: Body + Unpin>(mut body: B) -> bool {
    if body.size_hint().upper().is_none_or(|most| most > MOST) {
        return false;
    }
    let rest = async {
        while let Some(frame) = body.frame().await {
            if frame.is_err() {
                return false;
            }
        }
        true
    };
    timeout(PATIENCE, rest).await.unwrap_or(false)
}

impl<B: Body + Unpin> Body for Upload<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(context);
        // Nothing follows trailers, and hyper's client does not ask again after them.
        let is_last = match &polled {
            Poll::Ready(None) => true,
            Poll::Ready(Some(Ok(frame))) => frame.is_trailers(),
            _ => false,
        };
        if is_last {
            self.become_whole();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;

    use bytes::Bytes;
    use http_body_util::{Empty, Full};

    use super::*;

    /// Frames that come one by one, with no length known; it stalls instead of ending where it is not `complete`.
    struct Frames {
        left: VecDeque<Bytes>,
        complete: bool,
        length: SizeHint,
    }

    impl Body for Frames {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match self.left.pop_front() {
                Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
                None if self.complete => Poll::Ready(None),
                None => Poll::Pending,
            }
        }

        fn size_hint(&self) -> SizeHint {
            self.length
        }
    }

    fn frames(complete: bool, length: SizeHint) -> Frames {
        Frames { left: VecDeque::from([Bytes::from_static(b"a"), Bytes::from_static(b"b")]), complete, length }
    }

    fn known() -> SizeHint {
        SizeHint::with_exact(2)
    }

    fn expecting() -> HeaderMap {
        HeaderMap::from_iter([(EXPECT, HeaderValue::from_static("100-continue"))])
    }

    /// Whether the answer says that the connection closes, after `use_up` has done what it does with the body.
    async fn closes<B: Body + Unpin>(body: B, headers: HeaderMap, use_up: impl AsyncFnOnce(Upload<B>)) -> bool {
        let (upload, watch) = Upload::new(body, &headers);
        use_up(upload).await;
        let mut answer = HeaderMap::new();
        watch.settle(&mut answer).await;
        answer.contains_key(CONNECTION)
    }

    async fn read<B: Body + Unpin>(mut upload: Upload<B>) {
        while upload.frame().await.is_some() {}
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_read_keeps_the_connection() {
        assert!(!closes(frames(true, SizeHint::default()), HeaderMap::new(), read).await);
        assert!(!closes(Full::<Bytes>::from("ab"), expecting(), read).await);
        assert!(!closes(Empty::<Bytes>::new(), expecting(), async |_| {}).await, "there is nothing to read");
    }

    #[tokio::test(start_paused = true)]
    async fn a_small_rest_is_read_for_the_connections_sake() {
        assert!(!closes(frames(true, known()), HeaderMap::new(), async |_| {}).await);
        let half = async |mut upload: Upload<Frames>| drop(upload.frame().await);
        assert!(!closes(frames(true, known()), HeaderMap::new(), half).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_that_is_large_slow_unknown_or_not_sent_yet_ends_the_connection() {
        assert!(closes(frames(true, SizeHint::with_exact(MOST + 1)), HeaderMap::new(), async |_| {}).await);
        assert!(closes(frames(false, known()), HeaderMap::new(), async |_| {}).await);
        assert!(closes(frames(true, SizeHint::default()), HeaderMap::new(), async |_| {}).await);
        assert!(closes(frames(true, known()), expecting(), async |_| {}).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_somebody_still_reads_ends_the_connection() {
        let (_still_read, watch) = Upload::new(frames(true, known()), &HeaderMap::new());
        let mut answer = HeaderMap::new();
        watch.settle(&mut answer).await;
        assert_eq!(answer[CONNECTION], "close");
    }
}
