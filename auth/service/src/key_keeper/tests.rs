//! Keepers of one store, with a chosen time: nodes whose configurations differ, and a store with too many keys.

use super::*;
use crate::config::{Config, SessionLimits};
use crate::key_ring::OVERLAP_SECONDS;
use crate::store::MAX_KEYS_IN_USE;

const DAY_SECONDS: UnixSeconds = 86_400;
/// As many as bricked the service: one more than a key set may list.
const TOO_MANY: usize = witgate_token::MAX_KEYS + 1;

struct Place {
    temp: tempfile::TempDir,
    config: Config,
    store: Store,
    master: MasterKey,
}

impl Place {
    async fn new() -> Place {
        let temp = tempfile::tempdir().unwrap();
        let toml = "issuer = \"http://127.0.0.1:9000\"\naudience = \"witgate\"";
        let config = Config::parse(&temp.path().join("auth.toml"), toml).unwrap();
        let lives = SessionLimits { idle: DAY_SECONDS, absolute: DAY_SECONDS };
        let store = Store::open(&config.database, lives).await.unwrap();
        let master = master_key(&config.keys.encryption_key, &store).await.unwrap();
        Place { temp, config, store, master }
    }

    /// One more node.
    async fn node(&self, algorithm: SigningAlgorithm, publish_ahead_seconds: u32) -> Result<KeyKeeper, KeyError> {
        let config = KeysConfig { algorithm, publish_ahead_seconds, ..self.config.keys.clone() };
        KeyKeeper::open(self.store.clone(), &self.master, config).await
    }

    /// Puts a key into use as no verb does: regardless of how many there are.
    fn insert(&self, key: &StoredKey) {
        let connection = rusqlite::Connection::open(self.temp.path().join("state/auth.sqlite")).unwrap();
        connection.busy_timeout(Duration::from_secs(20)).unwrap();
        let sql = "INSERT INTO signing_keys (kid, alg, public_jwk, sealed_pkcs8, created_at, signs_from)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let row = (&key.kid, &key.alg, &key.public_jwk, &key.sealed_pkcs8, key.created_at, key.signs_from);
        connection.execute(sql, row).unwrap();
    }

    async fn in_use(&self) -> usize {
        self.store.keys_in_use().await.unwrap().len()
    }
}

/// Once each answered the other's key with a key of its own, until there were too many to start.
#[tokio::test]
async fn nodes_that_disagree_about_the_algorithm_make_few_keys() {
    for ahead in [0, 600] {
        let place = Place::new().await;
        let begin = clock::now();
        let one = place.node(SigningAlgorithm::Es256, ahead).await.unwrap();
        let two = place.node(SigningAlgorithm::EdDsa, ahead).await.unwrap();
        for now in (begin..begin + DAY_SECONDS).step_by(300) {
            for node in [&one, &two, &one, &two] {
                node.keep(now).await.unwrap();
            }
            assert!(place.in_use().await <= 3, "{ahead}: {:?}", one.ring());
        }
        let made = i64::try_from(place.store.all_keys().await.unwrap().len()).unwrap();
        assert!(made <= 2 + DAY_SECONDS / OVERLAP_SECONDS, "{ahead}: {made} in a day");
        // The last node got the new configuration, too.
        let agreed = begin + 2 * DAY_SECONDS;
        for now in [agreed, agreed + 600, agreed + 2 * (600 + OVERLAP_SECONDS)] {
            two.keep(now).await.unwrap();
        }
        let signer = two.ring().signer(agreed + DAY_SECONDS).map(SigningKey::algorithm);
        assert_eq!((place.in_use().await, signer), (1, Some(SigningAlgorithm::EdDsa)), "{ahead}");
    }
}

#[tokio::test]
async fn a_store_with_too_many_keys_opens_and_shrinks() {
    for waiting in [false, true] {
        let place = Place::new().await;
        let keeper = place.node(SigningAlgorithm::Es256, 600).await.unwrap();
        let (first, now) = (keeper.ring().kids().remove(0), clock::now());
        for n in 1..i64::try_from(TOO_MANY).unwrap() {
            let signs_from = if waiting { now + 300 + n } else { now - OVERLAP_SECONDS + 60 + n };
            place.insert(&keeper.new_key(now + n, signs_from).await.unwrap());
        }
        let opened = place.node(SigningAlgorithm::Es256, 600).await.expect("a start");
        assert_eq!(opened.ring().kids().len(), TOO_MANY);
        assert_eq!(opened.ring().published().len(), witgate_token::MAX_KEYS, "more would be taken by nobody");
        let origin = Origin::local("test", now);
        let refused = opened.rotate(false, &origin).await.unwrap_err();
        assert!(matches!(refused, KeyError::Store(StoreError::TooManyKeys { found: TOO_MANY })), "{refused}");
        let signer = opened.ring().signer(now).unwrap().kid().to_owned();
        assert_eq!(signer, first);
        opened.retire(&signer, &origin).await.unwrap();
        assert_ne!(opened.ring().signer(now).unwrap().kid(), signer);
        opened.keep(now + 2 * OVERLAP_SECONDS).await.unwrap();
        assert_eq!(place.in_use().await, 1, "all that were succeeded have left");
        opened.rotate(false, &origin).await.expect("there is room again");
        assert!(place.in_use().await < MAX_KEYS_IN_USE);
    }
}
