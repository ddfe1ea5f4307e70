//! The body of a response: a problem document of ours, or an upstream's stream.
//!
//! Never buffers a stream, and never lets a silent upstream hold a client for ever.

use std::any::Any;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use thiserror::Error;
use witgate_wire::SilenceDeadline;

/// Why a response body ended early; the client sees a cut connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OutboundFault {
    /// the upstream said nothing for its `response-timeout-ms`
    #[error("the upstream's body stalled")]
    Stalled,
    /// the upstream broke off
    #[error("the upstream's body could not be read")]
    Broken,
}

/// What the gateway answers with.
pub enum OutboundBody {
    /// a whole small document
    Document(Full<Bytes>),
    /// an upstream's stream
    Stream(Stream),
}

/// An upstream's body, and the generation that it keeps alive until it ends.
pub struct Stream {
    inner: Incoming,
    silence: SilenceDeadline,
    _keeps: Box<dyn Any + Send + Sync>,
}

impl OutboundBody {
    /// Streams an upstream's body; `keeps` lives as long as the stream does.
    pub fn stream(inner: Incoming, silence: Duration, keeps: Box<dyn Any + Send + Sync>) -> Self {
        Self::Stream(Stream { inner, silence: SilenceDeadline::new(silence), _keeps: keeps })
    }
}

impl Body for OutboundBody {
    type Data = Bytes;
    type Error = OutboundFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, OutboundFault>>> {
        match &mut *self {
            Self::Document(body) => Pin::new(body).poll_frame(context).map_err(|never| match never {}),
            Self::Stream(stream) => match Pin::new(&mut stream.inner).poll_frame(context) {
                Poll::Ready(frame) => {
                    stream.silence.stop();
                    Poll::Ready(frame.map(|frame| frame.map_err(|_| OutboundFault::Broken)))
                }
                Poll::Pending => stream.silence.poll_silence(context).map(|()| Some(Err(OutboundFault::Stalled))),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Document(body) => body.is_end_stream(),
            Self::Stream(stream) => stream.inner.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Document(body) => body.size_hint(),
            Self::Stream(stream) => stream.inner.size_hint(),
        }
    }
}
