//! The stores of the process, by name and bounds.
//!
//! Never keeps a store that no generation uses: it lives as long as one that was granted it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::store::Store;
use crate::config::StoreGrant;

/// See the module.
#[derive(Default)]
pub(super) struct Stores(Mutex<HashMap<StoreGrant, Weak<Store>>>);

impl Stores {
    /// The store of this name and these bounds: the one that is in use, or an empty one.
    pub(super) fn granted(&self, grant: &StoreGrant) -> Arc<Store> {
        let mut stores = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stores.retain(|_, store| store.strong_count() > 0);
        if let Some(store) = stores.get(grant).and_then(Weak::upgrade) {
            return store;
        }
        let store = Arc::new(Store::new(grant));
        stores.insert(grant.clone(), Arc::downgrade(&store));
        store
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn a_store_is_found_again_while_it_is_used() {
        let stores = Stores::default();
        let grant = |entries| StoreGrant { name: "s".into(), entries, bytes: 4096, ttl: Duration::from_secs(60) };
        let now = Instant::now();
        let first = stores.granted(&grant(5));
        first.set("k", b"v".to_vec(), None, now).expect("set");
        assert!(stores.granted(&grant(5)).get("k", now).is_some(), "the same one");
        assert!(stores.granted(&grant(6)).get("k", now).is_none(), "other bounds are another store");
        assert!(stores.granted(&grant(5)).get("k", now).is_some(), "and it does not replace the first");
        drop(first);
        assert!(stores.granted(&grant(5)).get("k", now).is_none(), "nobody used it any more");
    }
}
