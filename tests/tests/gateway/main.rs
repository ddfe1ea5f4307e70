//! What the gateway lets through and what it refuses, through the front door. Never past a mock: every program is real.

mod tokens;
mod permission;
mod identity;
mod paths;
mod faults;
mod bypass;
mod revocation;
mod sensitive_route;
mod sensitive;
mod signed_out;
mod soft_lock;
mod kept_answers;
