//! Compiled code becomes a component: the one place of the workspace with `unsafe`.
//!
//! Never given bytes from a plugin folder: only what this gateway's own compiler wrote, out of a file without a name or
//! a private cache whose digest was checked.
#![allow(unsafe_code)]

use std::fs::File;
use std::os::fd::AsRawFd as _;

use wasmtime::component::Component;
use wasmtime::{Engine, Result};

/// The component of an entry of the cache, mapped into memory: of the very file that was judged, whatever its name leads to.
pub(super) fn from_entry(engine: &Engine, judged: &File) -> Result<Component> {
    let path = format!("/proc/self/fd/{}", judged.as_raw_fd());
    // SAFETY: the file belongs to this user, who alone can write it, carries the digest of what our compiler wrote, and is
    // never changed once it has its name: it is renamed into place, and only ever unlinked.
    unsafe { Component::deserialize_file(engine, path) }
}

/// The component of code that was just compiled.
pub(super) fn from_code(engine: &Engine, code: &[u8]) -> Result<Component> {
    // SAFETY: the bytes come from our own compiler, through a file that nobody else can open.
    unsafe { Component::deserialize(engine, code) }
}
