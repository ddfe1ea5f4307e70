//! The words of `[recording]`.
//!
//! Never looks for the folder.

use std::time::Duration;

use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::{StringList, Table};

use super::shadow;
use crate::config::recording::{RecordingBounds, SHARE_MILLIONTHS};

/// Least and most of one file, in bytes: it must hold the longest line.
const FILE_BYTES: std::ops::RangeInclusive<u64> = (1 << 20)..=(1 << 30);
/// Least and most of all files together, in bytes.
const TOTAL_BYTES: std::ops::RangeInclusive<u64> = (1 << 20)..=(1 << 40);
/// Least and most age of a file: one minute, and one year, in seconds.
const AGE_SECONDS: std::ops::RangeInclusive<u64> = 60..=(366 * 24 * 3600);

/// `[recording]`.
pub(in crate::config) struct WrittenRecording {
    pub(in crate::config) folder: Option<Spanned<String>>,
    pub(in crate::config) share_millionths: u32,
    pub(in crate::config) claims: Option<StringList>,
    pub(in crate::config) headers: Option<StringList>,
    pub(in crate::config) bounds: RecordingBounds,
}

pub(super) fn recording(file: &mut Table<'_>, faults: &mut Faults) -> Option<WrittenRecording> {
    let mut table = file.table("recording", faults)?;
    let usual = RecordingBounds::default();
    let written = WrittenRecording {
        folder: table.required("folder", "a folder of its own, such as folder = \"recording\"", faults),
        share_millionths: shadow::millionths(table.decimal(
            "share",
            0.0..=1.0,
            f64::from(SHARE_MILLIONTHS) / 1e6,
            faults,
        )),
        claims: table.strings("claims", faults),
        headers: table.strings("headers", faults),
        bounds: RecordingBounds {
            file_bytes: table.number("file-bytes", FILE_BYTES, usual.file_bytes, faults),
            total_bytes: table.number("total-bytes", TOTAL_BYTES, usual.total_bytes, faults),
            age: Duration::from_secs(table.number("age-seconds", AGE_SECONDS, usual.age.as_secs(), faults)),
        },
    };
    table.finish(faults);
    Some(written)
}
