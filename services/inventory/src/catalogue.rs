//! What the shop sells: items, their keys and prices, and the set that a new database starts with.
//! Never touches the database or the wire.

use serde::{Deserialize, Serialize};

/// The one currency of the catalogue (ISO 4217). Every price is in its cents.
pub const CURRENCY: &str = "EUR";

/// Longest accepted SKU, in bytes.
pub const MAX_SKU_BYTES: usize = 64;

/// Largest stock that one item can have, in pieces.
pub const MAX_STOCK: u32 = 1_000_000;

/// One thing that the shop sells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The key of the item.
    pub sku: Sku,
    /// What a person reads.
    pub name: String,
    /// Price of one piece, in cents of [`CURRENCY`].
    pub price_cents: u32,
    /// Always [`CURRENCY`].
    pub currency: &'static str,
    /// Pieces that nobody has reserved.
    pub stock: u32,
}

/// The key of an item: 1 to 64 letters, digits or dashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sku(String);

impl Sku {
    /// The SKU as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is no SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sku is 1 to {MAX_SKU_BYTES} ASCII letters, digits or dashes")]
pub struct BadSku;

impl TryFrom<String> for Sku {
    type Error = BadSku;

    fn try_from(text: String) -> Result<Sku, BadSku> {
        let sized = (1..=MAX_SKU_BYTES).contains(&text.len());
        let spelled = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if sized && spelled { Ok(Sku(text)) } else { Err(BadSku) }
    }
}

impl From<Sku> for String {
    fn from(sku: Sku) -> String {
        sku.0
    }
}

/// The catalogue of a new database: SKU, name, price in cents, pieces.
pub const FIRST_STOCK: &[(&str, &str, u32, u32)] = &[
    ("ESP-BEANS-1KG", "Espresso beans, whole, 1 kg", 2_190, 120),
    ("FIL-PAPER-100", "Filter papers, size 4, 100 pieces", 450, 300),
    ("GRIND-HAND", "Hand grinder, ceramic burrs", 5_900, 25),
    ("KETTLE-GOOSE", "Gooseneck kettle, 1 l, 1200 W", 7_495, 18),
    ("SCALE-01G", "Coffee scale, 0.1 g, with timer", 3_990, 40),
    ("DRIP-V60-02", "Ceramic dripper, size 02", 2_450, 60),
    ("CARAFE-600", "Glass carafe, 600 ml", 1_990, 35),
    ("CUP-SET-4", "Espresso cups, set of four", 3_200, 50),
    ("MILK-JUG-350", "Milk jug, steel, 350 ml", 1_850, 45),
    ("MACHINE-DUAL", "Espresso machine, dual boiler", 124_900, 3),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sku_is_short_and_plain() {
        for good in ["A", "ESP-BEANS-1KG", &"x".repeat(64)] {
            assert!(Sku::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a/b", "ä", "a\0", &"x".repeat(65)] {
            assert_eq!(Sku::try_from(bad.to_owned()), Err(BadSku), "{bad:?}");
        }
    }

    #[test]
    fn the_first_stock_keeps_the_rules_of_the_catalogue() {
        let mut seen = std::collections::BTreeSet::new();
        for (sku, name, price, stock) in FIRST_STOCK {
            assert!(Sku::try_from((*sku).to_owned()).is_ok(), "{sku}");
            assert!(seen.insert(sku), "{sku} twice");
            assert!(!name.is_empty() && *price > 0 && *stock <= MAX_STOCK, "{sku}");
        }
    }
}
