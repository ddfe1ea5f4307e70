//! A client's request body on its way to an upstream: bounded in size, and in silence.
//!
//! Never buffers: a frame is handed on as it comes.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use thiserror::Error;
use tokio::sync::oneshot;
use witgate_wire::{SilenceDeadline, Upload};

use super::progress::Uploading;

/// Why a request body ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InboundFault {
    /// more bytes than `limits.body-bytes`
    #[error("the request body is larger than allowed")]
    TooLarge,
    /// nothing came for `limits.idle-timeout-ms`
    #[error("the request body stalled")]
    Stalled,
    /// the client broke off, or its framing is wrong
    #[error("the request body could not be read")]
    Broken,
}

/// The body of an admitted request.
pub struct InboundBody {
    inner: Upload<Incoming>,
    left: u64,
    silence: SilenceDeadline,
    /// told when the body fails, and dropped with it when it is on its way whole
    told: Option<oneshot::Sender<InboundFault>>,
    _busy: Option<Uploading>,
}

/// What a client sends beside the head.
pub struct ClientBody {
    /// the body, and who watches over its end
    pub upload: Upload<Incoming>,
    /// says that more may come, where there is a body
    pub uploading: Option<Uploading>,
}

/// Tells when the body has been handed on; nothing where there is none, or once that is known.
pub struct Uploaded {
    told: Option<oneshot::Receiver<InboundFault>>,
    fault: Option<InboundFault>,
}

impl Uploaded {
    /// Whether the body has come to its end, however it ended. Wakes the task when it does.
    pub fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        if let Some(told) = &mut self.told
            && let Poll::Ready(said) = Pin::new(told).poll(context)
        {
            (self.told, self.fault) = (None, said.ok());
        }
        self.told.is_none()
    }

    /// The same, for whoever does not wait.
    pub fn is_over_already(&mut self) -> bool {
        self.is_over(&mut Context::from_waker(Waker::noop()))
    }

    /// Whether the body has failed by now.
    pub fn has_failed(&mut self) -> bool {
        self.is_over_already() && self.fault.is_some()
    }
}

impl InboundBody {
    /// Allows `most` bytes and this much silence.
    pub fn new(body: ClientBody, most: u64, silence: Duration) -> (Self, Uploaded) {
        let ClientBody { upload: inner, uploading } = body;
        let (sender, receiver) = (!inner.is_end_stream()).then(oneshot::channel).unzip();
        let silence = SilenceDeadline::new(silence);
        let body = Self { inner, left: most, silence, told: sender, _busy: uploading };
        (body, Uploaded { told: receiver, fault: None })
    }

    fn counted(&mut self, frame: Frame<Bytes>) -> Result<Frame<Bytes>, InboundFault> {
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        self.left = self.left.checked_sub(length).ok_or(InboundFault::TooLarge)?;
        Ok(frame)
    }
}

impl Body for InboundBody {
    type Data = Bytes;
    type Error = InboundFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, InboundFault>>> {
        let polled = match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(frame) => {
                self.silence.stop();
                Poll::Ready(frame.map(|frame| self.counted(frame.map_err(|_| InboundFault::Broken)?)))
            }
            Poll::Pending => self.silence.poll_silence(context).map(|()| Some(Err(InboundFault::Stalled))),
        };
        if let Poll::Ready(Some(Err(fault))) = &polled
            && let Some(told) = self.told.take()
        {
            let _ = told.send(*fault);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
