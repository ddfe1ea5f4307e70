//! The orders service: places orders whose stock is reserved at inventory, and shows them to who may see them.
//! Never trusts the network it runs in: every request but `/healthz` carries a token that is verified here.

pub mod order;

pub mod store;

pub mod stock;

pub mod placement;

pub mod http;

pub mod cli;

pub mod serve;
