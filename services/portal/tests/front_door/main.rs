//! The portal through its front door: the real binary on a free port, against an auth service inside the test.
//! Never looks into the portal: what it does is what a browser would see.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, also in what its tests share")]

mod issuer;
mod stub_auth;
mod running;

mod pages;
mod process;
mod same_origin;
mod session;
mod sign_in;
mod forwarded;
mod token;
