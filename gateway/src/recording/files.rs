//! The files of a recording: one is written, and the oldest go.
//!
//! Never more bytes than the bounds say, and never a file that others may read. What else lies in the folder is not
//! touched.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

use crate::config::{Recording, RecordingBounds};

/// How a file's name begins.
const BEGINNING: &str = "recording-";
/// How it ends.
pub(super) const ENDING: &str = ".ndjson";
/// The mode of a file.
const OWNER_ALONE: u32 = 0o600;
/// A file is written for so long at most: then its last line is not much older than its first, and both go in time.
const LONGEST: Duration = Duration::from_secs(3600);

/// The file that is written, if one is.
#[derive(Default)]
pub(super) struct Files(Option<Open>);

struct Open {
    folder: PathBuf,
    path: PathBuf,
    file: BufWriter<File>,
    bytes: u64,
    since: Instant,
}

impl Files {
    /// Writes one line, which has its end. A file that is full, old or elsewhere is followed by another.
    ///
    /// # Errors
    /// The system's: the file is given up, and the next line begins another.
    pub(super) fn append(&mut self, recording: &Recording, line: &[u8]) -> io::Result<()> {
        let bytes = line.len() as u64;
        let serves = |open: &Open| {
            let room = open.bytes + bytes <= recording.bounds.file_bytes;
            room && open.folder == recording.folder && open.since.elapsed() < LONGEST.min(recording.bounds.age)
        };
        let mut open = match self.0.take() {
            Some(open) if serves(&open) => open,
            before => {
                before.map(|mut open| open.file.flush()).transpose()?;
                Open::new(recording)?
            }
        };
        open.file.write_all(line).inspect_err(|_| open.leave())?;
        open.bytes += bytes;
        self.0 = Some(open);
        Ok(())
    }

    /// Hands everything over to the system: what kills the process does not take it along. Whether there was a file.
    ///
    /// # Errors
    /// The system's: the file is given up.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        let Some(mut open) = self.0.take() else { return Ok(false) };
        open.file.flush().inspect_err(|_| open.leave())?;
        self.0 = Some(open);
        Ok(true)
    }
}

impl Open {
    /// Where nothing came into the file, it goes: a full disk would leave one for each line.
    fn leave(&self) {
        if fs::metadata(&self.path).is_ok_and(|facts| facts.len() == 0) {
            let _ = fs::remove_file(&self.path);
        }
    }

    fn new(recording: &Recording) -> io::Result<Self> {
        let RecordingBounds { file_bytes, total_bytes, age } = recording.bounds;
        // The new file may grow to its full size.
        prune(&recording.folder, total_bytes.saturating_sub(file_bytes), age);
        let name =
            format!("{BEGINNING}{}-{}{ENDING}", Timestamp::now().strftime("%Y%m%dT%H%M%S%.6fZ"), std::process::id());
        let path = recording.folder.join(name);
        let file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ALONE).open(&path)?;
        let folder = recording.folder.clone();
        Ok(Self { folder, path, file: BufWriter::new(file), bytes: 0, since: Instant::now() })
    }
}

/// Removes what is too old, and the oldest of what is too much. A file that cannot be removed is tried again later.
pub(super) fn prune(folder: &Path, most_bytes: u64, age: Duration) {
    let Ok(mut files) = all(folder) else { return };
    files.reverse();
    let mut sum = 0_u64;
    for path in files {
        let Ok(facts) = fs::metadata(&path) else { continue };
        let is_old = facts.modified().is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|old| old > age));
        sum = sum.saturating_add(facts.len());
        if is_old || sum > most_bytes {
            let _ = fs::remove_file(path);
        }
    }
}

/// The files of a recording, the oldest first: their names begin with the time.
///
/// # Errors
/// The system's.
pub(super) fn all(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(BEGINNING) && name.ends_with(ENDING)
    };
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<fs::DirEntry>>>()?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(ours).collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
pub(super) mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    /// One that records everything, with these bounds.
    pub(in crate::recording) fn recording(folder: &Path, file_bytes: u64, total_bytes: u64) -> Recording {
        Recording {
            folder: folder.to_owned(),
            share_millionths: 1_000_000,
            claims: Vec::new(),
            headers: Vec::new(),
            bounds: RecordingBounds { file_bytes, total_bytes, ..RecordingBounds::default() },
            span: None,
        }
    }

    fn sizes(folder: &Path) -> Vec<u64> {
        all(folder).expect("files").iter().map(|path| fs::metadata(path).expect("there").len()).collect()
    }

    #[test]
    fn a_full_file_is_followed_by_another_and_the_oldest_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("notes.txt"), [b'x'; 1000]).expect("a file of somebody's");
        let (mut files, recording) = (Files::default(), recording(folder.path(), 100, 350));
        for number in 0..100_u32 {
            files.append(&recording, format!("{number:029}\n").as_bytes()).expect("written");
            files.flush().expect("flushed");
            let sizes = sizes(folder.path());
            assert!(sizes.iter().sum::<u64>() <= 350 && sizes.iter().all(|bytes| *bytes <= 100), "{sizes:?}");
        }
        assert_eq!(sizes(folder.path()).len(), 3, "two whole ones, and room for the one that is written");
        let last = all(folder.path()).expect("files").pop().expect("a file");
        assert_eq!(fs::metadata(&last).expect("there").mode() & 0o777, OWNER_ALONE);
        assert!(fs::read_to_string(last).expect("text").ends_with("99\n"));
        assert!(folder.path().join("notes.txt").exists(), "what is not ours stays");
    }

    #[test]
    fn an_old_file_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut files = Files::default();
        files.append(&recording(folder.path(), 100, 350), b"{}\n").expect("written");
        files.flush().expect("flushed");
        prune(folder.path(), 350, Duration::from_secs(60));
        assert_eq!(sizes(folder.path()), [3]);
        let path = all(folder.path()).expect("files").pop().expect("a file");
        let file = File::options().write(true).open(path).expect("a file");
        file.set_modified(SystemTime::now() - Duration::from_secs(61)).expect("a time");
        prune(folder.path(), 350, Duration::from_secs(60));
        assert!(sizes(folder.path()).is_empty());
    }

    #[test]
    fn another_folder_gets_a_file_of_its_own() {
        let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let mut files = Files::default();
        for folder in [one.path(), other.path()] {
            files.append(&recording(folder, 100, 350), b"{}\n").expect("written");
        }
        files.flush().expect("flushed");
        assert_eq!((sizes(one.path()), sizes(other.path())), (vec![3], vec![3]));
    }
}
