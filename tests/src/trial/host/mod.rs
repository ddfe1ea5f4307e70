//! Trials of the policy host: an upstream, clients that keep asking, and what they make of it. Never judges a time.

pub mod home;
pub mod clients;
pub mod ground;
pub mod bystanders;
pub mod cost;
