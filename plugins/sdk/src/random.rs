//! Randomness fit for secrets, where the plugin's entry grants it: `grants.random = true`. Without the grant a call traps.
//!
//! Never random in a test: [`mock::Request::seed`](crate::mock::Request::seed) says where the numbers start.
//!
//! ```
//! use witgate_plugin::{Action, HeaderOp, mock, random};
//!
//! /// A number that the upstream may sign.
//! fn on_request() -> Action {
//!     Action::forward([HeaderOp::set("x-nonce", format!("{:016x}", random::number()))])
//! }
//!
//! let nonce = |seed| mock::request("GET", "/").seed(seed).run(on_request);
//! assert_eq!(nonce(7), nonce(7));
//! assert_ne!(nonce(7), nonce(8));
//! ```
use crate::host;

/// How many bytes one number gives.
const NUMBER_BYTES: usize = size_of::<u64>();

/// Any number, each as likely.
///
/// ```
/// use witgate_plugin::{mock, random};
///
/// /// One of a hundred requests.
/// fn is_sampled() -> bool {
///     random::number() % 100 == 0
/// }
///
/// let sampled = (0..1_000).filter(|seed| mock::request("GET", "/").seed(*seed).run(|| is_sampled())).count();
/// assert!((1..50).contains(&sampled));
/// ```
pub fn number() -> u64 {
    host::random_u64()
}

/// So many random bytes.
///
/// ```
/// use witgate_plugin::{mock, random};
///
/// let key: [u8; 32] = mock::request("GET", "/").run(|| random::bytes());
/// assert_ne!(key, [0; 32]);
/// ```
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    for chunk in bytes.chunks_mut(NUMBER_BYTES) {
        let number = number().to_le_bytes();
        chunk.copy_from_slice(&number[..chunk.len()]);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock;

    #[test]
    fn bytes_are_the_numbers_in_order_and_the_next_ask_goes_on() {
        let request = mock::request("GET", "/").seed(3);
        let (first, second) = request.run(|| (number(), number()));
        let (twelve, _) = request.run(|| (bytes::<12>(), ()));
        assert_eq!(twelve[..8], first.to_le_bytes());
        assert_eq!(twelve[8..], second.to_le_bytes()[..4]);
        assert_ne!(first, second);
    }
}
