//! What lies in the database encrypted, of all tables: signing keys and second factors. Never opens a sealed text, and never
//! puts one in the place of another than the caller has seen.

use serde_json::json;

use super::Store;
use super::audit::{self, Event};
use super::error::StoreError;
use super::records::Origin;
use super::revocations::lock;
use super::statements::{Tx, number};
use super::value::{Row, values};

/// Whose sealed text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedKind {
    /// A signing key; its id is its `kid`.
    SigningKey,
    /// A second factor; its id is the user's.
    SecondFactor,
}

/// One sealed text. It has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What it is.
    pub kind: SealedKind,
    /// Whose it is.
    pub id: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl SealedKind {
    const ALL: [SealedKind; 2] = [SealedKind::SigningKey, SealedKind::SecondFactor];

    fn select(self) -> &'static str {
        match self {
            SealedKind::SigningKey => "SELECT kid, sealed_pkcs8 FROM signing_keys ORDER BY kid",
            SealedKind::SecondFactor => "SELECT user_id, sealed_secret FROM second_factors ORDER BY user_id",
        }
    }

    fn update(self) -> &'static str {
        match self {
            SealedKind::SigningKey => "UPDATE signing_keys SET sealed_pkcs8 = $3 WHERE kid = $1 AND sealed_pkcs8 = $2",
            SealedKind::SecondFactor => {
                "UPDATE second_factors SET sealed_secret = $3 WHERE user_id = $1 AND sealed_secret = $2"
            }
        }
    }
}

impl Store {
    /// Whether anything is there that only the key of the configuration opens.
    pub async fn holds_sealed(&self) -> Result<bool, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM signing_keys WHERE retired_at IS NULL) +
                          (SELECT count(*) FROM second_factors)";
        self.read(move |tx| Box::pin(async move { Ok(number(tx, sql, &[]).await? > 0) })).await
    }

    /// All sealed texts, those of retired keys too.
    pub async fn sealed(&self) -> Result<Vec<Sealed>, StoreError> {
        self.read(|tx| Box::pin(all(tx))).await
    }

    /// Puts texts, each with its new bytes, in the place of those that were seen, in one transaction. `false` when one was
    /// changed meanwhile: then all stay as they are.
    pub async fn reseal(&self, texts: Vec<(Sealed, Vec<u8>)>, origin: Origin) -> Result<bool, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                lock(tx).await?;
                let found = all(tx).await?;
                if !texts.iter().all(|(seen, _)| found.contains(seen)) {
                    return Ok(false);
                }
                for (seen, new) in &texts {
                    tx.execute(seen.kind.update(), values![&seen.id, seen.bytes.as_slice(), new.as_slice()]).await?;
                }
                let event = Event::named("keys_resealed").detail(json!({ "texts": texts.len() }));
                audit::note(tx, &origin, event).await?;
                Ok(true)
            })
        })
        .await
    }
}

async fn all(tx: &mut Tx<'_>) -> Result<Vec<Sealed>, StoreError> {
    let mut texts = Vec::new();
    for kind in SealedKind::ALL {
        for row in tx.query(kind.select(), &[]).await? {
            texts.push(sealed(kind, row)?);
        }
    }
    Ok(texts)
}

fn sealed(kind: SealedKind, mut row: Row) -> Result<Sealed, StoreError> {
    Ok(Sealed { kind, id: row.take(0)?, bytes: row.take(1)? })
}
