//! The rules of a reservation: what may be asked for, and when a second request is the same request.
//! Never touches the database or the wire.

use serde::{Deserialize, Serialize};

use crate::catalogue::Sku;

/// Most lines of one reservation.
pub const MAX_LINES: usize = 50;

/// Most pieces of one line.
pub const MAX_QUANTITY: u32 = 1_000;

/// Longest accepted order id, in bytes.
pub const MAX_ORDER_ID_BYTES: usize = 64;

/// So many pieces of one item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Which item.
    pub sku: Sku,
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
        if let Some(bad) = lines.iter().find(|line| !(1..=MAX_QUANTITY).contains(&line.quantity)) {
            return Err(LinesFault::Quantity(bad.sku.as_str().to_owned(), bad.quantity));
        }
        lines.sort();
        match lines.windows(2).find(|pair| pair[0].sku == pair[1].sku) {
            Some(pair) => Err(LinesFault::Repeated(pair[0].sku.as_str().to_owned())),
            None => Ok(Lines(lines)),
        }
    }

    /// The lines, sorted by SKU.
    pub fn as_slice(&self) -> &[Line] {
        &self.0
    }
}

/// The key under which stock is held: 1 to 64 letters, digits, dashes, dots or underscores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderId(String);

impl OrderId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is no order id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order id is 1 to {MAX_ORDER_ID_BYTES} ASCII letters, digits, '-', '.' or '_'")]
pub struct BadOrderId;

impl TryFrom<String> for OrderId {
    type Error = BadOrderId;

    fn try_from(text: String) -> Result<OrderId, BadOrderId> {
        let sized = (1..=MAX_ORDER_ID_BYTES).contains(&text.len());
        let spelled = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        if sized && spelled { Ok(OrderId(text)) } else { Err(BadOrderId) }
    }
}

impl From<OrderId> for String {
    fn from(id: OrderId) -> String {
        id.0
    }
}

/// A line with the price that held when it was reserved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PricedLine {
    /// Which item.
    pub sku: Sku,
    /// How many pieces.
    pub quantity: u32,
    /// Price of one piece, in cents.
    pub price_cents: u32,
}

/// What the store knows about one order id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// The `sub` of the token that reserved (or released first).
    pub subject: String,
    /// A released reservation holds no stock and never will again.
    pub released: bool,
    /// Sorted by SKU; empty when it was released before it was made.
    pub lines: Vec<PricedLine>,
}

/// Why stock is not reserved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReserveRefusal {
    /// Fewer pieces left than asked for.
    #[error("there are not enough pieces of `{}`", .0.as_str())]
    OutOfStock(Sku),
    /// The catalogue has no such item.
    #[error("the catalogue has no `{}`", .0.as_str())]
    UnknownSku(Sku),
    /// The order id belongs to another request.
    #[error("this order id was used for other lines or by another subject")]
    Conflict,
    /// The order id was released: a late or repeated request must not take stock again.
    #[error("this order id was released; reserve under a new one")]
    Released,
}

impl Reservation {
    /// The answer to a request under an id that is known: the first answer again, or a refusal.
    pub fn answer_again(self, subject: &str, lines: &Lines) -> Result<Vec<PricedLine>, ReserveRefusal> {
        // First: who released an id before its reservation came may be staff, not who reserves.
        if self.released {
            return Err(ReserveRefusal::Released);
        }
        if self.subject != subject {
            return Err(ReserveRefusal::Conflict);
        }
        if self.holds(lines) { Ok(self.lines) } else { Err(ReserveRefusal::Conflict) }
    }

    fn holds(&self, lines: &Lines) -> bool {
        let held = self.lines.iter().map(|line| (&line.sku, line.quantity));
        held.eq(lines.as_slice().iter().map(|line| (&line.sku, line.quantity)))
    }
}

/// Who asks to release a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Releaser {
    /// The `sub` of the caller's token.
    pub subject: String,
    /// Whether the token carries the role `staff`.
    pub staff: bool,
}

impl Releaser {
    /// Only who reserved, or staff.
    pub fn may_release(&self, reservation: &Reservation) -> bool {
        self.staff || self.subject == reservation.subject
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sku(text: &str) -> Sku {
        Sku::try_from(text.to_owned()).unwrap()
    }

    fn line(text: &str, quantity: u32) -> Line {
        Line { sku: sku(text), quantity }
    }

    fn held(subject: &str, released: bool) -> Reservation {
        let lines = vec![PricedLine { sku: sku("A"), quantity: 2, price_cents: 100 }];
        Reservation { subject: subject.to_owned(), released, lines }
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
    fn only_the_same_request_gets_the_same_answer() {
        let same = Lines::new(vec![line("A", 2)]).unwrap();
        let other = Lines::new(vec![line("A", 3)]).unwrap();
        assert_eq!(held("u", false).answer_again("u", &same).unwrap()[0].price_cents, 100);
        assert_eq!(held("u", false).answer_again("u", &other), Err(ReserveRefusal::Conflict));
        assert_eq!(held("u", false).answer_again("v", &same), Err(ReserveRefusal::Conflict));
        assert_eq!(held("u", true).answer_again("u", &same), Err(ReserveRefusal::Released));
        assert_eq!(
            held("staff", true).answer_again("u", &same),
            Err(ReserveRefusal::Released),
            "staff released it first"
        );
    }

    #[test]
    fn release_is_for_the_owner_and_staff() {
        let releaser = |subject: &str, staff| Releaser { subject: subject.to_owned(), staff };
        assert!(releaser("u", false).may_release(&held("u", false)));
        assert!(releaser("v", true).may_release(&held("u", false)));
        assert!(!releaser("v", false).may_release(&held("u", false)));
    }

    #[test]
    fn an_order_id_is_short_and_plain() {
        for good in ["1", "018f-a.b_c", &"x".repeat(64)] {
            assert!(OrderId::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a/b", "é", &"x".repeat(65)] {
            assert_eq!(OrderId::try_from(bad.to_owned()), Err(BadOrderId), "{bad:?}");
        }
    }
}
