//! A body that keeps something alive until it ends.
//!
//! Never changes a frame.

use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};

/// `body`, and what lives as long as it does.
pub struct Held<B, T> {
    body: B,
    _kept: T,
}

impl<B, T> Held<B, T> {
    /// Ties `kept` to the life of `body`.
    pub fn new(body: B, kept: T) -> Self {
        Self { body, _kept: kept }
    }

    /// The body itself.
    pub fn body_mut(&mut self) -> &mut B {
        &mut self.body
    }
}

impl<B: Body + Unpin, T: Unpin> Body for Held<B, T> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
