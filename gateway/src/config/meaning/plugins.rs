//! The plugins: worlds known, files there.
//!
//! Never opens a component: the policy host does, and adds its faults to the same list.

use super::{grants, loading, names, secrets, upkeep};
use crate::config::cases::PluginCases;
use crate::config::loading::Pin;
use crate::config::plugin::{Plugin, PluginSpans, World};
use crate::config::secret::Secret;
use crate::config::shadow::Shadow;
use crate::config::written::{Written, WrittenPlugin, WrittenSecret, WrittenShadow};
use std::path::{Path, PathBuf};
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;
use witgate_settings::suggest;

/// Every `[plugins.NAME]` that can be meant.
pub(super) fn plugins(folder: &Path, written: &Written, secrets: &[Secret], faults: &mut Faults) -> Vec<Plugin> {
    grants::refuse_unequal_stores(&written.plugins, faults);
    let known = (secrets, written.secrets.as_slice());
    written.plugins.iter().filter_map(|plugin| one(folder, plugin, known, faults)).collect()
}

/// The world that a word of the file names, if any.
pub(super) fn world_named(word: &str) -> Option<World> {
    World::ALL.into_iter().find(|world| world.word() == word)
}

fn one(
    folder: &Path,
    written: &WrittenPlugin,
    known: (&[Secret], &[WrittenSecret]),
    faults: &mut Faults,
) -> Option<Plugin> {
    names::check(&written.name, faults);
    let grants = grants::grants(&written.grants, faults);
    let secrets = secrets::named(&written.secrets, known, faults);
    let shadow = written.shadow.as_ref().and_then(|shadow| candidate(folder, shadow, written, known, faults));
    let world = written.world.as_ref().and_then(|word| world(word, faults));
    let file = written.file.as_ref().and_then(|file| component(folder, file, faults));
    let pin = written.pin.as_ref().and_then(|pin| loading::pin(pin, faults));
    let isolation = upkeep::isolation(written, faults);
    let on_fault = upkeep::on_fault(written, world, faults);
    let spans = PluginSpans {
        name: at(&written.name),
        world: at(written.world.as_ref()?),
        file: at(written.file.as_ref()?),
        pin: written.pin.as_ref().map_or_else(|| at(&written.name), at),
        config: written.config_span,
    };
    Some(Plugin {
        name: written.name.get_ref().clone(),
        world: world?,
        file: file?,
        pin,
        config_json: written.config_json.clone(),
        limits: written.limits,
        cases: written.cases.as_ref().and_then(|file| cases(folder, file, faults)),
        isolation,
        on_fault,
        breaker: written.breaker,
        recycle: written.recycle,
        grants,
        secrets,
        shadow,
        spans,
    })
}

/// The candidate, with the live plugin's file or config where it has none of its own.
fn candidate(
    folder: &Path,
    shadow: &WrittenShadow,
    live: &WrittenPlugin,
    known: (&[Secret], &[WrittenSecret]),
    faults: &mut Faults,
) -> Option<Shadow> {
    let file = match &shadow.file {
        Some(file) => component(folder, file, faults)?,
        None => folder.join(live.file.as_ref()?.get_ref()),
    };
    let (config_json, config_span) = match &shadow.config {
        Some((json, span)) => (json.clone(), *span),
        None => (live.config_json.clone(), shadow.span),
    };
    // The live plugin's pin is about its own file.
    let pin = match (&shadow.pin, &live.pin) {
        (Some(pin), _) => loading::pin(pin, faults),
        (None, Some(pin)) if shadow.file.is_none() => Pin::parse(pin.get_ref()),
        _ => None,
    };
    let named = if shadow.config.is_some() { &shadow.secrets } else { &live.secrets };
    Some(Shadow {
        file,
        config_json,
        pin,
        pin_span: shadow.pin.as_ref().map_or(shadow.span, at),
        secrets: secrets::named(named, known, faults),
        share_millionths: shadow.share_millionths,
        file_span: shadow.file.as_ref().map_or(shadow.span, at),
        config_span,
    })
}

fn world(word: &Spanned<String>, faults: &mut Faults) -> Option<World> {
    let world = world_named(word.get_ref());
    if world.is_none() {
        let hint = suggest::hint(word.get_ref(), World::ALL.map(World::word), "known worlds");
        faults.push(at(word), format!("no world is named {:?}", word.get_ref()), hint);
    }
    world
}

fn cases(folder: &Path, file: &Spanned<String>, faults: &mut Faults) -> Option<PluginCases> {
    let path = folder.join(file.get_ref());
    if !path.is_file() {
        let hint = "a path relative to this file, such as \"plugins/jwt-policy/cases.toml\"; or leave `cases` out";
        faults.push(at(file), format!("there is no file {:?}", file.get_ref()), hint);
        return None;
    }
    Some(PluginCases { file: path, span: at(file) })
}

fn component(folder: &Path, file: &Spanned<String>, faults: &mut Faults) -> Option<PathBuf> {
    let path = folder.join(file.get_ref());
    let hint = "a path relative to this file; build the plugins first: cargo build -p NAME --target wasm32-wasip2 --profile plugin";
    if path.is_dir() {
        faults.push(at(file), format!("{:?} is a folder, not a component", file.get_ref()), hint);
        return None;
    }
    if !path.is_file() {
        faults.push(at(file), format!("there is no file {:?}", file.get_ref()), hint);
        return None;
    }
    Some(path)
}
