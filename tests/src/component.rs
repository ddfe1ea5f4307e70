//! Changing a compiled component on disk, as a deployment would: another revision of a rule, a truncated file, an
//! atomic rename. Never compiles anything: the ten digits behind a marker in the guest's data are patched.

use std::fs;
use std::path::Path;

/// What precedes the ten digits in the bytes of `tests/guests/revision`.
const MARKER: &[u8] = b"WITGATE-RULE-REVISION=";

/// How many digits follow the marker.
const DIGITS: usize = 10;

/// How a new version reaches its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Written beside it, then renamed over it.
    Rename,
    /// Truncated and written in place.
    InPlace,
}

/// The component's bytes with another rule revision.
pub fn with_revision(component: &[u8], revision: u64) -> Vec<u8> {
    let mut bytes = component.to_vec();
    let start = marker_position(&bytes) + MARKER.len();
    let digits = format!("{revision:0DIGITS$}");
    bytes[start..start + DIGITS].copy_from_slice(digits.as_bytes());
    bytes
}

/// Puts a file in its place.
pub fn deliver(file: &Path, bytes: &[u8], delivery: Delivery) {
    match delivery {
        Delivery::InPlace => fs::write(file, bytes).expect("a written file"),
        Delivery::Rename => {
            let beside = file.with_extension("new");
            fs::write(&beside, bytes).expect("a written file");
            fs::rename(&beside, file).expect("a renamed file");
        }
    }
}

fn marker_position(bytes: &[u8]) -> usize {
    let mut found = bytes.windows(MARKER.len()).enumerate().filter(|(_, window)| *window == MARKER);
    let (position, _) = found.next().expect("the marker of the revision guest");
    assert!(found.next().is_none(), "the marker must be unique in the component");
    position
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_ten_digits_after_the_marker() {
        let bytes = b"\0asm WITGATE-RULE-REVISION=0000000000 rest".to_vec();
        assert_eq!(with_revision(&bytes, 42), b"\0asm WITGATE-RULE-REVISION=0000000042 rest");
    }
}
