//! How much one call may return: header operations or attributes, by number and by size.
//!
//! Never looks at what they say: `header_ops` and the chain do.

use super::limits::{Exceeded, Limit};
use crate::config::PluginLimits;

/// Checks the sizes of what a call returned, in bytes each.
///
/// # Errors
/// The limit that is passed.
pub(super) fn check(sizes: impl ExactSizeIterator<Item = usize>, limits: &PluginLimits) -> Result<(), Exceeded> {
    if sizes.len() > limits.returned_headers {
        return Err(Exceeded::new(Limit::ReturnedHeaders, limits.returned_headers));
    }
    if sizes.sum::<usize>() > limits.returned_bytes {
        return Err(Exceeded::new(Limit::ReturnedBytes, limits.returned_bytes));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_and_bytes_are_both_bounded() {
        let limits = PluginLimits { returned_headers: 2, returned_bytes: 10, ..PluginLimits::default() };
        assert_eq!(check([5, 5].into_iter(), &limits), Ok(()));
        assert_eq!(check([1, 1, 1].into_iter(), &limits), Err(Exceeded::new(Limit::ReturnedHeaders, 2_u64)));
        assert_eq!(check([5, 6].into_iter(), &limits), Err(Exceeded::new(Limit::ReturnedBytes, 10_u64)));
    }
}
