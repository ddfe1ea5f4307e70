//! The words about operating the process.
//!
//! Never binds a socket.

use crate::config::operations::{ShowGeneration, TakeoverSocket};
use crate::config::written::WrittenGateway;
use std::path::Path;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;
use witgate_settings::suggest;

/// The longest path of a Unix socket, in bytes (`sun_path` of unix(7), less its final zero).
const MOST_SOCKET_BYTES: usize = 107;

/// When an answer names its generation.
pub(super) fn show_generation(written: &WrittenGateway, faults: &mut Faults) -> ShowGeneration {
    let Some(word) = &written.show_generation else { return ShowGeneration::default() };
    let found = ShowGeneration::WORDS.into_iter().find(|(known, _)| known == word.get_ref());
    if found.is_none() {
        let hint = suggest::hint(word.get_ref(), ShowGeneration::WORDS.map(|(known, _)| known), "known words");
        faults.push(at(word), format!("`show-generation` cannot be {:?}", word.get_ref()), hint);
    }
    found.map(|(_, meant)| meant).unwrap_or_default()
}

/// Where a new process can take over.
pub(super) fn takeover_socket(folder: &Path, written: &WrittenGateway, faults: &mut Faults) -> Option<TakeoverSocket> {
    let word = written.takeover_socket.as_ref()?;
    let path = folder.join(word.get_ref());
    if word.get_ref().is_empty() || path.as_os_str().len() > MOST_SOCKET_BYTES {
        let hint = format!("a path of 1 to {MOST_SOCKET_BYTES} bytes, such as \"/run/witgate/takeover.sock\"");
        faults.push(at(word), format!("{:?} is no place for a Unix socket", word.get_ref()), hint);
        return None;
    }
    Some(path)
}
