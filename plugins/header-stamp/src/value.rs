//! What may stand in a header, and how a claim becomes that.
//!
//! Never escapes, trims or cuts: a value is legal as it is, or it is not used.
use witgate_plugin::ClaimValue;

/// The longest value that a stamp sets, in bytes.
pub const MAX_BYTES: usize = 4096;

/// Whether text may be a field value (RFC 9110 section 5.5): no control characters but tab, no blank at either end.
pub fn is_legal(text: &str) -> bool {
    let legal = |byte: u8| byte == b'\t' || (byte >= b' ' && byte != 0x7f);
    let blank = [' ', '\t'];
    text.len() <= MAX_BYTES && text.bytes().all(legal) && !text.starts_with(blank) && !text.ends_with(blank)
}

/// A scalar as it is, a list of texts joined with `,`. `None` for objects, mixed lists, numbers whose digits are lost, and
/// lists whose items have a comma in them: the upstream could not tell where one ends.
pub fn of_claim(value: &ClaimValue) -> Option<String> {
    match value {
        ClaimValue::Texts(texts) if texts.iter().any(|text| text.contains(',')) => None,
        ClaimValue::Texts(texts) => Some(texts.join(",")),
        scalar => scalar.to_text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_outer_blanks_are_illegal() {
        for good in ["", "acme", "two words", "a\tb", "Zo\u{eb}", "\"quoted\""] {
            assert!(is_legal(good), "{good:?} must be legal");
        }
        for bad in ["a\r\nx-admin: 1", "a\nb", "a\rb", "a\0b", "\u{7f}", " a", "a ", "\ta", "a\u{1b}[0m"] {
            assert!(!is_legal(bad), "{bad:?} must be illegal");
        }
        assert!(is_legal(&"a".repeat(MAX_BYTES)) && !is_legal(&"a".repeat(MAX_BYTES + 1)));
    }

    #[test]
    fn claims_become_text_where_that_is_unambiguous() {
        let texts = |items: &[&str]| ClaimValue::Texts(items.iter().map(|item| (*item).to_owned()).collect());
        assert_eq!(of_claim(&ClaimValue::Text("a,b".into())).as_deref(), Some("a,b"));
        assert_eq!(of_claim(&ClaimValue::Integer(3)).as_deref(), Some("3"));
        assert_eq!(of_claim(&texts(&["a", "b"])).as_deref(), Some("a,b"));
        assert_eq!(of_claim(&texts(&[])).as_deref(), Some(""));
        assert_eq!(of_claim(&texts(&["a,b"])), None);
        assert_eq!(of_claim(&ClaimValue::Json("{}".into())), None);
        assert_eq!(of_claim(&ClaimValue::Json(u64::MAX.to_string())), Some(u64::MAX.to_string()));
        assert_eq!(of_claim(&ClaimValue::Json("1e300".into())), None);
    }
}
