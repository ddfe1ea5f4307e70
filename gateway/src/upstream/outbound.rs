//! The body of a response: a problem document of ours, or an upstream's stream.
//!
//! Never buffers a stream, and never lets a silent upstream hold a client for ever.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use thiserror::Error;
use witgate_wire::SilenceDeadline;

use super::pool::Checkout;
use crate::body::inbound::Uploaded;
use crate::observe::aftermath::Aftermath;

/// Why a response body ended early; the client sees a cut connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OutboundFault {
    /// the upstream said nothing for its `response-timeout-ms`
    #[error("the upstream's body stalled")]
    Stalled,
    /// the upstream broke off
    #[error("the upstream's body could not be read")]
    Broken,
    /// the client did not bring its own body to the end, and the answer had begun
    #[error("the request's body failed, and the answer with it")]
    Upload,
}

impl OutboundFault {
    /// Its name in the metrics.
    fn kind(self) -> &'static str {
        match self {
            Self::Stalled => "stalled",
            Self::Broken => "broken",
            Self::Upload => "upload",
        }
    }
}

/// What the gateway answers with.
pub enum OutboundBody {
    /// a whole small document
    Document(Full<Bytes>),
    /// an upstream's stream
    Stream(Stream),
}

/// An upstream's body, with the time that it may be silent.
pub struct Stream {
    inner: Forwarded,
    silence: SilenceDeadline,
    /// who is told when it ends early
    aftermath: Option<Aftermath>,
}

/// An upstream's body as its connection brings it.
pub struct Forwarded {
    body: Incoming,
    /// The connection, while it has more to bring. It goes back to its pool with the end of the body.
    link: Option<Checkout>,
    /// The request's body, where it was not over when the answer began.
    upload: Option<Uploaded>,
}

impl Forwarded {
    /// All of it is here, or somebody else drives its connection.
    pub(super) fn whole(body: Incoming) -> Self {
        Self { body, link: None, upload: None }
    }

    /// Whoever asks for the body drives its connection.
    pub(super) fn driven(body: Incoming, link: Checkout) -> Self {
        Self { body, link: Some(link), upload: None }
    }

    /// Its connection goes on with the request's body.
    pub(super) fn beside(body: Incoming, upload: Uploaded) -> Self {
        Self { body, link: None, upload: Some(upload) }
    }

    fn fault(&mut self) -> OutboundFault {
        let is_the_clients = self.upload.as_mut().is_some_and(Uploaded::has_failed);
        if is_the_clients { OutboundFault::Upload } else { OutboundFault::Broken }
    }

    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let mut polled = Pin::new(&mut self.body).poll_frame(context);
        if let (Poll::Pending, Some(link)) = (&polled, &mut self.link) {
            link.drive(context);
            polled = Pin::new(&mut self.body).poll_frame(context);
        }
        polled
    }
}

impl Drop for Forwarded {
    /// The answer may end before the last bytes of the upload have left.
    fn drop(&mut self) {
        if let Some(link) = self.link.take()
            && self.body.is_end_stream()
            && !link.is_free()
            && !link.has_ended()
        {
            link.finish_alone();
        }
    }
}

impl OutboundBody {
    /// An upstream's body, which may be silent for so long.
    pub fn stream(inner: Forwarded, silence: Duration) -> Self {
        Self::Stream(Stream { inner, silence: SilenceDeadline::new(silence), aftermath: None })
    }

    /// Who is told should the body end early.
    pub fn tell(&mut self, aftermath: Aftermath) {
        if let Self::Stream(stream) = self {
            stream.aftermath = Some(aftermath);
        }
    }
}

impl Stream {
    /// Its connection ended too soon.
    fn cut_off(&mut self) -> OutboundFault {
        let fault = self.inner.fault();
        self.cut(fault)
    }

    fn cut(&mut self, fault: OutboundFault) -> OutboundFault {
        if let Some(aftermath) = self.aftermath.take() {
            aftermath.cut(fault.kind(), &fault);
        }
        fault
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
            Self::Stream(stream) => match stream.inner.poll_frame(context) {
                Poll::Ready(frame) => {
                    stream.silence.stop();
                    Poll::Ready(frame.map(|frame| frame.map_err(|_| stream.cut_off())))
                }
                Poll::Pending => {
                    stream.silence.poll_silence(context).map(|()| Some(Err(stream.cut(OutboundFault::Stalled))))
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Document(body) => body.is_end_stream(),
            Self::Stream(stream) => stream.inner.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Document(body) => body.size_hint(),
            Self::Stream(stream) => stream.inner.body.size_hint(),
        }
    }
}
