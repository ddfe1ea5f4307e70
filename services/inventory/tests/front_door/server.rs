//! The real binary in a temporary folder.
//! Never reached but through HTTP.

use chassis::testing::{Program, Running};

/// The binary under test.
pub const INVENTORY: Program = Program { name: "inventory", binary: env!("CARGO_BIN_EXE_inventory") };

/// Starts it with fresh keys and a fresh database.
pub async fn start() -> Running {
    INVENTORY.start_with(&[]).await
}
