//! What inventory's answers mean: prices for exactly what was asked, or a refusal that names what was asked.
//! Never takes a SKU, a quantity or a code from an answer on trust.

use reqwest::StatusCode;
use serde::Deserialize;

use crate::order::Line;
use crate::store::Prices;

/// Length of a currency code, in bytes (ISO 4217).
const CURRENCY_BYTES: usize = 3;

/// Why there is no stock for an order.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    /// Fewer pieces left than asked for.
    #[error("there are not enough pieces of `{0}`")]
    OutOfStock(String),
    /// The catalogue has no such item.
    #[error("the catalogue has no `{0}`")]
    UnknownSku(String),
    /// Inventory does not accept the caller's token (401), or not for this (403).
    #[error("inventory refuses the caller: {0}")]
    Refused(StatusCode),
    /// No connection: nothing was reserved.
    #[error("inventory cannot be reached: {0}")]
    Unreachable(#[source] reqwest::Error),
    /// No answer in time, or a connection that broke: the stock may be reserved.
    #[error("inventory gave no answer: {0}")]
    Unanswered(#[source] reqwest::Error),
    /// An answer that makes no sense: the stock may be reserved.
    #[error("inventory gave a wrong answer: {0}")]
    WrongAnswer(String),
}

impl StockError {
    /// Whether stock may be held in spite of this error.
    pub fn may_hold_stock(&self) -> bool {
        matches!(self, StockError::Unanswered(_) | StockError::WrongAnswer(_))
    }
}

#[derive(Deserialize)]
struct Held {
    currency: String,
    lines: Vec<HeldLine>,
}

#[derive(Deserialize)]
struct HeldLine {
    sku: String,
    quantity: u32,
    price_cents: u32,
}

/// The prices of exactly the lines that were asked for; anything else is a wrong answer.
pub fn prices(answer: &[u8], asked: &[Line]) -> Result<Prices, StockError> {
    let wrong = |what: String| StockError::WrongAnswer(what);
    let mut held: Held = serde_json::from_slice(answer).map_err(|cause| wrong(cause.to_string()))?;
    if held.currency.len() != CURRENCY_BYTES || !held.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(wrong("no ISO 4217 currency".to_owned()));
    }
    held.lines.sort_by(|one, other| one.sku.cmp(&other.sku));
    let same = held.lines.iter().map(|line| (&line.sku, line.quantity));
    if !same.eq(asked.iter().map(|line| (&line.sku, line.quantity))) {
        return Err(wrong("other lines than asked for".to_owned()));
    }
    let cents = held.lines.into_iter().map(|line| (line.sku, line.price_cents)).collect();
    Ok(Prices { currency: held.currency, cents })
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    sku: Option<String>,
}

/// What a refusal means. It counts only if it names a SKU that was asked for.
pub fn refusal(status: StatusCode, answer: &[u8], asked: &[Line]) -> StockError {
    let problem: Option<Refusal> = serde_json::from_slice(answer).ok();
    let (code, sku) = problem.map_or((String::new(), None), |problem| (problem.code, problem.sku));
    let named = sku.filter(|sku| asked.iter().any(|line| line.sku == *sku));
    match (status, code.as_str(), named) {
        (StatusCode::CONFLICT, "out_of_stock", Some(sku)) => StockError::OutOfStock(sku),
        (StatusCode::UNPROCESSABLE_ENTITY, "unknown_sku", Some(sku)) => StockError::UnknownSku(sku),
        _ => StockError::WrongAnswer(format!("status {status}, code {code:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Vec<Line> {
        vec![Line { sku: "A".to_owned(), quantity: 1 }, Line { sku: "B".to_owned(), quantity: 2 }]
    }

    #[test]
    fn prices_are_for_exactly_what_was_asked() {
        let check = |answer: &str| prices(answer.as_bytes(), &asked());
        let line = |sku: &str, quantity: u32| format!(r#"{{"sku":"{sku}","quantity":{quantity},"price_cents":5}}"#);
        let answer = |currency: &str, lines: &[String]| {
            format!(r#"{{"order_id":"o","currency":"{currency}","lines":[{}]}}"#, lines.join(","))
        };
        let good = check(&answer("EUR", &[line("B", 2), line("A", 1)])).unwrap();
        assert_eq!(good.cents, [("A".to_owned(), 5), ("B".to_owned(), 5)]);
        for wrong in [
            answer("EUR", &[line("A", 1)]),
            answer("EUR", &[line("A", 1), line("B", 3)]),
            answer("EUR", &[line("A", 1), line("B", 2), line("C", 1)]),
            answer("euro", &[line("A", 1), line("B", 2)]),
            "{}".to_owned(),
            "<html>".to_owned(),
        ] {
            assert!(matches!(check(&wrong), Err(StockError::WrongAnswer(_))), "{wrong}");
        }
    }

    #[test]
    fn a_refusal_must_name_what_was_asked() {
        let check = |status, answer: &str| refusal(status, answer.as_bytes(), &asked());
        let out = check(StatusCode::CONFLICT, r#"{"code":"out_of_stock","sku":"A"}"#);
        assert!(matches!(out, StockError::OutOfStock(sku) if sku == "A"));
        let unknown = check(StatusCode::UNPROCESSABLE_ENTITY, r#"{"code":"unknown_sku","sku":"B"}"#);
        assert!(matches!(unknown, StockError::UnknownSku(sku) if sku == "B"));
        for (status, answer) in [
            (StatusCode::CONFLICT, r#"{"code":"out_of_stock","sku":"<script>"}"#),
            (StatusCode::CONFLICT, r#"{"code":"reservation_conflict"}"#),
            (StatusCode::INTERNAL_SERVER_ERROR, r#"{"code":"out_of_stock","sku":"A"}"#),
            (StatusCode::NOT_FOUND, "nothing"),
        ] {
            assert!(matches!(check(status, answer), StockError::WrongAnswer(_)), "{status} {answer}");
        }
    }
}
