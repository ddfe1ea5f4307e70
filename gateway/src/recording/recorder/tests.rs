//! A disk that takes nothing, and one that takes it again. Never by waiting: the times are made up.

use std::path::Path;

use super::super::backoff::LONGEST;
use super::*;
use crate::recording::files::tests::recording;

fn to(folder: &Path) -> Recording {
    recording(folder, 100, 1000)
}

/// One line, if it may be written; whether the folder has a file afterwards.
fn put(writer: &mut Writer, recording: &Recording, now: Instant) -> bool {
    if writer.may_write(recording, now) {
        writer.append(recording, b"{}\n", now);
        writer.flush();
    }
    files::all(&recording.folder).is_ok_and(|files| !files.is_empty())
}

#[test]
fn a_folder_that_takes_nothing_is_left_alone_for_a_while() {
    let above = tempfile::tempdir().expect("a folder");
    let (recording, now) = (to(&above.path().join("recording")), Instant::now());
    let metrics = Arc::new(Metrics::default());
    let mut writer = Writer::new(&metrics, &recording);
    assert!(!put(&mut writer, &recording, now), "there is no folder");
    std::fs::create_dir(&recording.folder).expect("made");
    assert!(!put(&mut writer, &recording, now), "nothing is tried in a rest");
    assert!(put(&mut writer, &recording, now + LONGEST), "and then it is");
    assert_eq!(writer.backoff.recovered(), None, "it has recovered");
    let text = metrics.encode().expect("metrics");
    for counted in ["{outcome=\"failed\"} 2", "{outcome=\"written\"} 1"] {
        assert!(text.contains(&format!("witgate_recorded_total{counted}")), "{text}");
    }
}

#[test]
fn another_folder_is_tried_at_once() {
    let above = tempfile::tempdir().expect("a folder");
    let (absent, there, now) = (to(&above.path().join("absent")), to(above.path()), Instant::now());
    let mut writer = Writer::new(&Arc::new(Metrics::default()), &absent);
    assert!(!put(&mut writer, &absent, now));
    assert!(put(&mut writer, &there, now));
}
