//! The rules of an order: what may be ordered, which states there are, what it costs.
//! Never touches the database or the wire.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most lines of one order.
pub const MAX_LINES: usize = 50;

/// Most pieces of one line.
pub const MAX_QUANTITY: u32 = 1_000;

/// Longest accepted SKU, in bytes.
pub const MAX_SKU_BYTES: usize = 64;

/// So many pieces of one item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Which item: 1 to [`MAX_SKU_BYTES`] letters, digits or dashes.
    pub sku: String,
    /// How many pieces, 1 to [`MAX_QUANTITY`].
    pub quantity: u32,
}

/// Lines that keep the rules: 1 to [`MAX_LINES`], every SKU once, sorted by SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines(Vec<Line>);

/// Which rule a list of lines breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinesFault {
    /// No lines, or too many.
    #[error("`lines` has {0} entries; between 1 and {MAX_LINES} are allowed")]
    Count(usize),
    /// A SKU of another shape. Its text is not repeated: it may be anything.
    #[error("line {0}: a sku is 1 to {MAX_SKU_BYTES} ASCII letters, digits or dashes")]
    Sku(usize),
    /// A quantity outside 1..=[`MAX_QUANTITY`].
    #[error("quantity of `{0}` is {1}; between 1 and {MAX_QUANTITY} are allowed")]
    Quantity(String, u32),
    /// One SKU in two lines.
    #[error("`{0}` is in two lines; put its whole quantity into one")]
    Repeated(String),
}

impl Lines {
    /// Checks and sorts. The order in which a caller wrote the lines means nothing.
    pub fn new(mut lines: Vec<Line>) -> Result<Lines, LinesFault> {
        if !(1..=MAX_LINES).contains(&lines.len()) {
            return Err(LinesFault::Count(lines.len()));
        }
        if let Some(bad) = lines.iter().position(|line| !is_sku(&line.sku)) {
            return Err(LinesFault::Sku(bad + 1));
        }
        if let Some(bad) = lines.iter().find(|line| !(1..=MAX_QUANTITY).contains(&line.quantity)) {
            return Err(LinesFault::Quantity(bad.sku.clone(), bad.quantity));
        }
        lines.sort();
        match lines.windows(2).find(|pair| pair[0].sku == pair[1].sku) {
            Some(pair) => Err(LinesFault::Repeated(pair[0].sku.clone())),
            None => Ok(Lines(lines)),
        }
    }

    /// The lines, sorted by SKU.
    pub fn as_slice(&self) -> &[Line] {
        &self.0
    }
}

fn is_sku(text: &str) -> bool {
    (1..=MAX_SKU_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Written down; its stock is being reserved.
    Pending,
    /// Its stock is held and its prices are fixed.
    Confirmed,
    /// It will never be delivered; `failure` says why.
    Failed,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 3] = [Status::Pending, Status::Confirmed, Status::Failed];

    /// The word in JSON and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Confirmed => "confirmed",
            Status::Failed => "failed",
        }
    }
}

/// A line with its price, once that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PricedLine {
    /// Which item.
    pub sku: String,
    /// How many pieces.
    pub quantity: u32,
    /// Price of one piece in cents; null until inventory has told it.
    pub price_cents: Option<u32>,
}

/// An order as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Order {
    /// UUID version 7: later orders sort later.
    pub id: Uuid,
    /// The `sub` of the token that placed it.
    pub user: String,
    /// Where it stands.
    pub status: Status,
    /// Sorted by SKU.
    pub lines: Vec<PricedLine>,
    /// The whole price in cents; null until every line has one.
    pub total_cents: Option<u64>,
    /// ISO 4217; null until inventory has told it.
    pub currency: Option<String>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// Why it failed, a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// The whole price in cents. None while a line has no price, or beyond what 64 bits hold.
pub fn total_cents(lines: &[PricedLine]) -> Option<u64> {
    lines.iter().try_fold(0_u64, |sum, line| {
        let price = u64::from(line.price_cents?);
        sum.checked_add(price.checked_mul(u64::from(line.quantity))?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sku: &str, quantity: u32) -> Line {
        Line { sku: sku.to_owned(), quantity }
    }

    #[test]
    fn lines_are_bounded_distinct_and_sorted() {
        let many = |count: usize| (0..count).map(|n| line(&format!("S{n}"), 1)).collect::<Vec<_>>();
        assert_eq!(Lines::new(vec![]), Err(LinesFault::Count(0)));
        assert!(Lines::new(many(50)).is_ok());
        assert_eq!(Lines::new(many(51)), Err(LinesFault::Count(51)));
        assert_eq!(Lines::new(vec![line("A", 0)]), Err(LinesFault::Quantity("A".into(), 0)));
        assert!(Lines::new(vec![line("A", 1000)]).is_ok());
        assert_eq!(Lines::new(vec![line("A", 1001)]), Err(LinesFault::Quantity("A".into(), 1001)));
        let repeated = Lines::new(vec![line("A", 1), line("B", 1), line("A", 2)]);
        assert_eq!(repeated, Err(LinesFault::Repeated("A".into())));
        assert_eq!(Lines::new(vec![line("B", 1), line("A", 2)]), Lines::new(vec![line("A", 2), line("B", 1)]));
    }

    #[test]
    fn a_sku_is_short_and_plain() {
        for bad in ["", "a b", "a/b", "ä", "a\0", &"x".repeat(65)] {
            assert_eq!(Lines::new(vec![line("A", 1), line(bad, 1)]), Err(LinesFault::Sku(2)), "{bad:?}");
        }
        assert!(Lines::new(vec![line(&"x".repeat(64), 1)]).is_ok());
    }

    #[test]
    fn a_total_needs_every_price() {
        let priced = |quantity, price_cents| PricedLine { sku: "A".to_owned(), quantity, price_cents };
        assert_eq!(total_cents(&[priced(2, Some(5_900)), priced(1, Some(450))]), Some(12_250));
        assert_eq!(total_cents(&[priced(2, Some(5_900)), priced(1, None)]), None);
        let most = vec![priced(MAX_QUANTITY, Some(u32::MAX)); MAX_LINES];
        assert_eq!(total_cents(&most), Some(50 * 1_000 * u64::from(u32::MAX)));
    }

    #[test]
    fn json_and_database_use_one_word() {
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.word());
        }
    }
}
