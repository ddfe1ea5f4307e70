//! What the system says of files, to see without reading them that nothing is new: the slow poll would otherwise read and
//! digest every component again and again, and files of keys and secrets are not read for that at all.
//!
//! Never the last word where contents may be read: there it says when nothing is new, and else the contents decide.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::Duration;

use super::quiet;

/// A file that changed so lately could change once more within one step of the file system's clock, unseen.
const SETTLED: Duration = Duration::from_secs(2);

/// Files, and for each what stands for its contents; nothing for one that is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

/// Nobody sets the time of change (ctime) back, as one can the time of modification.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamps {
    /// Of these files, now.
    pub(super) fn of(files: Vec<PathBuf>) -> Self {
        let stamped = |file| {
            let stamp = stamp(&file);
            (file, stamp)
        };
        Self(files.into_iter().map(stamped).collect())
    }

    /// Whether all of them have been as they are for a while, so that they count as long as they stay the same.
    pub(super) fn are_settled(&self) -> bool {
        let changes = self.0.iter().filter_map(|(_, stamp)| Some(stamp.as_ref()?.changed));
        quiet::youngest(changes).is_some_and(|age| age > SETTLED)
    }
}

fn stamp(file: &PathBuf) -> Option<Stamp> {
    let facts = std::fs::metadata(file).ok()?;
    Some(Stamp {
        device: facts.dev(),
        inode: facts.ino(),
        length: facts.len(),
        modified: (facts.mtime(), facts.mtime_nsec()),
        changed: (facts.ctime(), facts.ctime_nsec()),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_way_to_change_a_file_shows() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("gateway.toml");
        let stamps = || Stamps::of(vec![file.clone()]);
        let mut seen = stamps();
        let mut shows = |what: &str| {
            let now = stamps();
            assert_ne!(now, seen, "{what}");
            assert_eq!(now, stamps(), "{what}: nothing happened since");
            assert!(!now.are_settled(), "{what}: it may go on");
            seen = now;
        };
        fs::write(&file, "one").expect("written");
        shows("made");
        fs::write(&file, "longer").expect("written");
        shows("written");
        let modified = fs::metadata(&file).and_then(|facts| facts.modified()).expect("a time");
        let other = folder.path().join("other");
        fs::write(&other, "LONGER").expect("written");
        fs::File::options().write(true).open(&other).and_then(|file| file.set_modified(modified)).expect("set back");
        fs::rename(&other, &file).expect("renamed");
        shows("replaced by a file of the same length and time");
        fs::remove_file(&file).expect("removed");
        shows("gone");
    }
}
