//! The WASI that a guest's language runtime links whether it uses it or not, made inert.
//!
//! The interfaces named in [`FURNITURE`] may be imported; an empty environment and a hash seed are answered, and every
//! other call traps. Never grants a file, a socket, a clock, randomness or output; other imports are refused at load.

use std::hash::{BuildHasher, RandomState};

use wasmtime::component::Linker;

use super::guest::GuestState;

/// What Rust's standard library for wasm32-wasip2 imports on its own account.
const FURNITURE: [&str; 5] = ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/"];

/// Whether an import may be linked as inert furniture.
pub(super) fn is_furniture(import: &str) -> bool {
    FURNITURE.iter().any(|prefix| import.starts_with(prefix))
}

/// Links the two answers a standard library wants before `main`-less code can run.
pub(super) fn add_to_linker(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut environment = linker.instance("wasi:cli/environment@0.2.0")?;
    environment.func_wrap("get-environment", |_, ()| Ok((Vec::<(String, String)>::new(),)))?;
    environment.func_wrap("get-arguments", |_, ()| Ok((Vec::<String>::new(),)))?;
    environment.func_wrap("initial-cwd", |_, ()| Ok((Option::<String>::None,)))?;
    let mut seed = linker.instance("wasi:random/insecure-seed@0.2.0")?;
    seed.func_wrap("insecure-seed", |_, ()| Ok(((hash_seed(), hash_seed()),)))?;
    Ok(())
}

/// A seed against hash flooding; no secret and no randomness grant.
fn hash_seed() -> u64 {
    RandomState::new().hash_one(0_u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_and_http_are_not_furniture() {
        assert!(is_furniture("wasi:io/streams@0.2.6"));
        assert!(!is_furniture("wasi:sockets/tcp@0.2.6"));
        assert!(!is_furniture("wasi:http/outgoing-handler@0.2.6"));
        assert!(!is_furniture("acme:kv/store@1.0.0"));
    }
}
