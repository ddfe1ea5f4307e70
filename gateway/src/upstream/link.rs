//! One connection to an upstream. It has no task of its own: the request that uses it drives it, in the task of the client's
//! connection, so that no answer has to wake anybody to be passed on.
//!
//! Never carries two requests at once, and is never used again once it has ended.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{Connection, SendRequest, handshake};
use tokio::task::coop::unconstrained;

use super::connector::UpstreamStream;
use crate::body::inbound::InboundBody;

/// An answer, or the request itself where it was never taken.
pub type Answered = Result<Response<Incoming>, TrySendError<Request<InboundBody>>>;

/// A connection, and hyper's two ends of it.
pub struct Link {
    sender: SendRequest<InboundBody>,
    /// gone once the connection has ended
    driver: Option<Connection<UpstreamStream, InboundBody>>,
}

impl Link {
    /// Of a stream that is connected.
    ///
    /// # Errors
    /// hyper's, which has none to speak of at this point.
    pub async fn open(stream: UpstreamStream) -> hyper::Result<Self> {
        let (sender, driver) = handshake(stream).await?;
        Ok(Self { sender, driver: Some(driver) })
    }

    /// Takes the request. The answer comes only while the link is driven.
    pub fn send(&mut self, request: Request<InboundBody>) -> impl Future<Output = Answered> + use<> {
        // Without the budget of the task: it is asked after each drive, and only then, so an answer must not be put off.
        unconstrained(self.sender.try_send_request(request))
    }

    /// Writes what is to be written and reads what is there. A failure shows in the answer or in its body.
    pub fn drive(&mut self, context: &mut Context<'_>) {
        if let Some(driver) = &mut self.driver
            && Pin::new(driver).poll(context).is_ready()
        {
            // A request that was not taken comes back with this.
            self.driver = None;
        }
    }

    /// Drives it until it is free or has ended, for what goes on after its answer has been passed on.
    pub async fn finish(&mut self) {
        poll_fn(|context| {
            self.drive(context);
            // What was written in the first pass may have made room for the second.
            self.drive(context);
            if self.is_free() || self.has_ended() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Whether it will carry nothing more.
    pub fn has_ended(&self) -> bool {
        self.driver.is_none()
    }

    /// Whether the last request and its answer are over and the connection may serve another.
    pub fn is_free(&self) -> bool {
        self.driver.is_some() && self.sender.is_ready()
    }

    /// Looks whether the upstream has ended the connection meanwhile, as far as the runtime knows. Also forgets whoever
    /// used it before: they are not to be woken by the next request.
    pub(super) fn is_still_good(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.is_free()
    }
}

/// Asks for the answer after a drive; nobody is woken for it.
pub fn look(answer: Pin<&mut impl Future<Output = Answered>>) -> Poll<Answered> {
    answer.poll(&mut Context::from_waker(Waker::noop()))
}
