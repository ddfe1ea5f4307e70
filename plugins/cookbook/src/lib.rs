//! The rules of docs/cookbook.md, one folder each: an entry of gateway.toml, what it must answer, and where no ready
//! policy does it, `policy.rs`, which Cargo.toml lists as an example. Never code that a rule needs: each can be copied
//! as it stands.
