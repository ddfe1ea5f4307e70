//! Policies that attack their host, one another and the callers. Never a mock of a guest: each is a component, and each
//! attack runs in the real gateway beside clients that must not notice.

mod raw;
mod attack;
mod attacks;
mod requests;
mod starts;
mod slow_starts;
mod breaker;
mod memory;
mod log_rate;
mod disconnects;
