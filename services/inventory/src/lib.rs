//! The inventory service: a catalogue, its stock, and reservations that hold stock for an order.
//! Never trusts the network it runs in: every request but `/healthz` carries a token that is verified here.

pub mod catalogue;

pub mod reservation;

pub mod store;

pub mod http;

pub mod cli;

pub mod serve;
