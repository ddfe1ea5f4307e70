//! Tests through the front door: the real binary, a folder of its own, a free port. Never reaches into the crate.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; clippy sees #[test] functions only, not what they call"
)]

mod both;
mod service;
mod registered;
mod login;
mod refresh;
mod logout;
mod account;
mod second_factor;
mod documents;
mod keys;
mod garbage;
mod restart;
mod users;
mod two_nodes;
mod encrypted;
mod backup;
mod clients;
mod feed;
mod introspect;
mod oauth;
mod browser;
mod authorize;
mod pages;
mod sign_out;
mod second_step;
mod operator;
mod openapi;
mod admin;
mod admin_clients;
mod admin_guard;
mod admin_audit;
mod admin_commands;
