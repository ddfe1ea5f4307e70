//! The front door of the crate: whole tokens against `verify`.
//!
//! Never uses fixed keys of its own: each test makes fresh ones. Vectors lie in `vectors/` with their licences.

mod mint;
mod forgeries;
mod secrets;
mod pem_files;
mod issuers;
mod kept;
mod properties;
mod rfc7520;
mod wycheproof;
