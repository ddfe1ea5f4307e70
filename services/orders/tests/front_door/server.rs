//! The real binary in a temporary folder, with a stub of inventory.
//! Never waits without a deadline, and never leaves a process behind.

use std::ops::{Deref, DerefMut};
use std::path::Path;

use chassis::testing::{Answer, Program, Running};
use serde_json::json;

use crate::inventory_stub::InventoryStub;

/// The binary under test.
pub const ORDERS: Program = Program { name: "orders", binary: env!("CARGO_BIN_EXE_orders") };

/// The running service, and the inventory that it asks.
pub struct Server {
    pub inventory: InventoryStub,
    running: Running,
}

impl Server {
    pub async fn start() -> Server {
        let inventory = InventoryStub::start().await;
        let url = format!("http://{}", inventory.address);
        Server { running: ORDERS.start_with(&["--inventory-url", &url]).await, inventory }
    }

    /// With nothing at the address of inventory.
    pub async fn start_alone() -> Server {
        let inventory = InventoryStub::start().await;
        // Port 1 needs root to listen on and nothing in a test does.
        Server { running: ORDERS.start_with(&["--inventory-url", "http://127.0.0.1:1"]).await, inventory }
    }

    /// Kills it; `change` may do something to the folder; starts it again with the same keys and database.
    pub async fn restart(self, change: impl FnOnce(&Path)) -> Server {
        let Server { inventory, running } = self;
        Server { inventory, running: running.restart(change).await }
    }

    /// Orders some pieces of one item.
    pub async fn order(&self, token: &str, sku: &str, quantity: u32) -> Answer {
        self.post("/orders", token, json!({"lines": [{"sku": sku, "quantity": quantity}]})).await
    }
}

impl Deref for Server {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.running
    }
}

impl DerefMut for Server {
    fn deref_mut(&mut self) -> &mut Running {
        &mut self.running
    }
}
