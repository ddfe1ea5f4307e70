//! The mark of RSA keys made by a broken library (CVE-2017-15361, "ROCA").
//!
//! Never factors anything: such a modulus is a power of 65537 modulo every small prime, which chance gives no other key.

/// The small primes that the mark shows on.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];
/// What the broken library takes powers of.
const GENERATOR: u32 = 65_537;

/// Whether a modulus, big-endian, has the mark.
pub(crate) fn is_marked(modulus: &[u8]) -> bool {
    PRIMES.into_iter().all(|prime| is_power_of_generator(remainder(modulus, prime), prime))
}

fn remainder(modulus: &[u8], prime: u32) -> u32 {
    modulus.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % prime)
}

/// The powers repeat after at most `prime - 1` steps.
fn is_power_of_generator(residue: u32, prime: u32) -> bool {
    let powers = std::iter::successors(Some(1), |power| Some(power * (GENERATOR % prime) % prime));
    powers.take(prime as usize).any(|power| power == residue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_marked_and_others_are_not() {
        assert!(is_marked(&[1]));
        assert!(is_marked(&GENERATOR.to_be_bytes()));
        assert!(is_marked(&u64::from(GENERATOR).pow(2).to_be_bytes()));
        for other in [&[2][..], &[3], &[0xab; 256], &[0xff; 256]] {
            assert!(!is_marked(other));
        }
    }
}
