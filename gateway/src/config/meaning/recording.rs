//! What is recorded, and what of it may be kept.
//!
//! Never lets a name through that hides credentials: such a header is not recorded, whoever asks.

use std::path::Path;

use http::HeaderName;
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::{StringList, at};

use crate::config::recording::{Recording, RecordingBounds};
use crate::config::written::WrittenRecording;

/// Most names of one list.
const MOST_NAMES: usize = 64;
/// The longest name of a claim, in bytes.
const CLAIM_BYTES: usize = 256;

/// `[recording]`.
pub(super) fn recording(folder: &Path, written: &WrittenRecording, faults: &mut Faults) -> Option<Recording> {
    let place = written.folder.as_ref()?;
    if place.get_ref().is_empty() {
        faults.push(at(place), "`folder` names no folder", "a folder of its own, such as folder = \"recording\"");
    }
    if written.bounds.total_bytes < written.bounds.file_bytes {
        let RecordingBounds { file_bytes, total_bytes, .. } = written.bounds;
        let message = format!("`total-bytes` = {total_bytes} is less than `file-bytes` = {file_bytes}");
        faults.push(at(place), message, "the files together must hold one file");
    }
    Some(Recording {
        folder: folder.join(place.get_ref()),
        share_millionths: written.share_millionths,
        claims: names(written.claims.as_ref(), claim, faults),
        headers: names(written.headers.as_ref(), header, faults),
        bounds: written.bounds,
        span: Some(at(place)),
    })
}

/// The good names of a list.
fn names(
    list: Option<&StringList>,
    good: impl Fn(&str) -> Result<String, &'static str>,
    faults: &mut Faults,
) -> Vec<String> {
    let Some(list) = list else { return Vec::new() };
    if list.get_ref().len() > MOST_NAMES {
        faults.push(at(list), format!("more than {MOST_NAMES} names"), "record what a policy needs, and no more");
    }
    let mut names = Vec::new();
    for name in list.get_ref() {
        names.extend(checked(name, &good, faults));
    }
    names
}

fn checked(
    name: &Spanned<String>,
    good: impl Fn(&str) -> Result<String, &'static str>,
    faults: &mut Faults,
) -> Option<String> {
    let noted = |hint: &&'static str| faults.push(at(name), format!("{:?} cannot be recorded", name.get_ref()), *hint);
    good(name.get_ref()).inspect_err(noted).ok()
}

fn claim(name: &str) -> Result<String, &'static str> {
    if (1..=CLAIM_BYTES).contains(&name.len()) && name != "/" {
        Ok(name.to_owned())
    } else {
        Err("a claim's name of 1 to 256 bytes, such as \"roles\", or a pointer, such as \"/org/plan\"")
    }
}

fn header(name: &str) -> Result<String, &'static str> {
    match HeaderName::from_bytes(name.as_bytes()) {
        Ok(name) => Ok(name.as_str().to_owned()),
        Err(_) => Err("the name of a request header, such as \"x-tenant\""),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config;

    fn parsed(recording: &str) -> Result<config::Config, String> {
        let text = format!("[[listeners]]\naddress = \"127.0.0.1:0\"\n[recording]\n{recording}");
        config::parse(Path::new("/etc/witgate/gateway.toml"), text).map_err(|faults| faults.render())
    }

    #[test]
    fn what_is_not_written_is_as_usual() {
        let recording = parsed("folder = \"rec\"\nclaims = [\"roles\", \"/org/plan\"]\nheaders = [\"X-Tenant\"]")
            .expect("no fault")
            .recording
            .expect("a recording");
        assert_eq!(recording.folder, Path::new("/etc/witgate/rec"));
        assert_eq!((recording.share_millionths, recording.headers), (10_000, vec!["x-tenant".to_owned()]));
        assert_eq!(recording.claims, ["roles", "/org/plan"]);
    }

    #[test]
    fn each_fault_names_its_remedy() {
        for (text, words) in [
            ("share = 0.5", "has no `folder`"),
            ("folder = \"\"", "names no folder"),
            ("folder = \"r\"\nshare = 2", "must be a number from 0 to 1"),
            ("folder = \"r\"\nfile-bytes = 33554432\ntotal-bytes = 16777216", "is less than `file-bytes`"),
            ("folder = \"r\"\nclaims = [\"\"]", "a claim's name of 1 to 256 bytes"),
            ("folder = \"r\"\nheaders = [\"a b\"]", "the name of a request header"),
            ("folder = \"r\"\nmax-age = 1", "max-age"),
        ] {
            let said = parsed(text).expect_err(text);
            assert!(said.contains(words), "{words} is missing from\n{said}");
        }
    }
}
