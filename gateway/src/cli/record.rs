//! The arguments of `witgate run` about recording.
//!
//! Never opens the folder: the first generation does, so that it is told as any other fault.

use std::path::PathBuf;

use clap::Args;

use crate::config::RecordTo;

/// How many millionths are a whole.
const WHOLE: f64 = 1e6;

#[derive(Debug, Args)]
pub(super) struct Record {
    /// Write sampled requests to this folder, instead of the one in [recording]: what each policy read and decided
    #[arg(long = "record", value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// The recorded share of requests, such as 1% or 0.01
    #[arg(long = "record-share", value_name = "SHARE", requires = "folder", value_parser = millionths)]
    share_millionths: Option<u32>,
}

impl Record {
    /// What it means for the server, if anything.
    pub(super) fn to(&self) -> Option<RecordTo> {
        let folder = self.folder.clone()?;
        Some(RecordTo { folder, share_millionths: self.share_millionths })
    }
}

fn millionths(text: &str) -> Result<u32, String> {
    let (number, whole) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    let share = number.trim().parse::<f64>().map(|number| number / whole);
    match share {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 1,000,000
        Ok(share) if (0.0..=1.0).contains(&share) => Ok((share * WHOLE).round() as u32),
        _ => Err("a share from 0% to 100%, such as 1% or 0.01".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage_or_a_fraction() {
        for (text, expected) in [("1%", 10_000), ("0.5 %", 5_000), ("100%", 1_000_000), ("0.25", 250_000), ("0", 0)] {
            assert_eq!(millionths(text), Ok(expected), "{text}");
        }
        for wrong in ["", "101%", "-1", "2", "nan", "all"] {
            assert!(millionths(wrong).is_err(), "{wrong}");
        }
    }
}
