//! Clients that others wrote, against the real auth service: npm `openid-client` and Python's Authlib. Never a library of ours in
//! their place: what they refuse, a stranger's client would refuse.

mod library;
mod provider;
mod flows;
