//! Numbers and lists as one reads them.
//!
//! Never rounds a number into another one.

use std::time::Duration;

/// Bytes in the largest unit that holds them whole.
pub(crate) fn bytes(bytes: u64) -> String {
    match bytes {
        0 => "0 bytes".to_owned(),
        _ if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}

/// A time in whole seconds where it is that, else in milliseconds.
pub(crate) fn time(time: Duration) -> String {
    let millis = time.as_millis();
    if millis >= 1000 && millis.is_multiple_of(1000) { format!("{} s", millis / 1000) } else { format!("{millis} ms") }
}

/// "a", "a or b", "a, b or c".
pub(crate) fn list(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., end] => format!("{} {last} {end}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_the_largest_that_hold_whole() {
        assert_eq!([bytes(64 << 20), bytes(1536), bytes(1000)], ["64 MiB", "1536 bytes", "1000 bytes"]);
        assert_eq!([bytes(0), bytes(3 << 10)], ["0 bytes", "3 KiB"]);
        let times = [5000, 1500, 5].map(|millis| time(Duration::from_millis(millis)));
        assert_eq!(times, ["5 s", "1500 ms", "5 ms"]);
    }

    #[test]
    fn a_list_reads_as_one_says_it() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(
            [list(&items[..1], "or"), list(&items[..2], "or"), list(&items, "or")],
            ["a", "a or b", "a, b or c"]
        );
    }
}
