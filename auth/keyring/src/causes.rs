//! An error as the operator reads it, and foreign text cut to a length that a log can bear. Never for a caller.

/// Most bytes of a text from elsewhere that are logged or kept.
pub(crate) const MAX_FOREIGN_BYTES: usize = 256;

/// An error and all its causes in one line.
pub(crate) fn with_causes(fault: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(fault), |one| one.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The first [`MAX_FOREIGN_BYTES`] of a text, or a little less where a character would be cut.
pub(crate) fn clipped(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_FOREIGN_BYTES)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!((clipped(""), clipped("short")), (String::new(), "short".to_owned()));
        for (text, kept) in
            [("x".repeat(256), 256), ("x".repeat(257), 256), ("é".repeat(200), 256), ("€".repeat(100), 255)]
        {
            assert_eq!(clipped(&text).len(), kept, "{text}");
        }
    }
}
