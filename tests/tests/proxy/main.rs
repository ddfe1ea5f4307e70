//! The gateway as a proxy: what crosses it byte by byte, and what does not. The upstream is a socket that the test holds,
//! so that each side's next move is the test's own. Never a policy here: every route is public.

mod wire;

mod drain;
mod framing;
mod headers;
mod limits;
mod log;
mod streaming;
