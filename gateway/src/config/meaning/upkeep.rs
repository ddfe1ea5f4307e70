//! How a plugin is kept: its words `isolation` and `on-fault`.
//!
//! Never lets a policy that decides be skipped: only a filter may be.

use crate::config::plugin::World;
use crate::config::upkeep::{Isolation, OnFault};
use crate::config::written::WrittenPlugin;
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;
use witgate_settings::suggest;

/// What a call of it may find in memory; where nothing is written, what earlier calls left.
pub(super) fn isolation(plugin: &WrittenPlugin, faults: &mut Faults) -> Isolation {
    let known = Isolation::ALL.map(|isolation| (isolation.word(), isolation));
    chosen(plugin.isolation.as_ref(), "isolation", known, faults).unwrap_or(Isolation::Instance)
}

/// What its faults do to a request; `world` is its role, where that is known.
pub(super) fn on_fault(plugin: &WrittenPlugin, world: Option<World>, faults: &mut Faults) -> OnFault {
    let known = OnFault::ALL.map(|on_fault| (on_fault.word(), on_fault));
    let chosen = chosen(plugin.on_fault.as_ref(), "on-fault", known, faults).unwrap_or(OnFault::Close);
    if let (OnFault::Skip, Some(word), Some(world)) = (chosen, &plugin.on_fault, world)
        && world != World::Filter
    {
        faults.push(
            at(word),
            format!("the {world} {:?} cannot be skipped: its fault would let a request through", plugin.name.get_ref()),
            "leave `on-fault` out, or write \"close\"; only a filter may say \"skip\"",
        );
    }
    chosen
}

fn chosen<T: Copy>(
    word: Option<&Spanned<String>>,
    key: &str,
    known: [(&'static str, T); 2],
    faults: &mut Faults,
) -> Option<T> {
    let word = word?;
    let found = known.iter().find(|(name, _)| name == word.get_ref()).map(|(_, value)| *value);
    if found.is_none() {
        let hint = suggest::hint(word.get_ref(), known.map(|(name, _)| name), "known words");
        faults.push(at(word), format!("`{key}` cannot be {:?}", word.get_ref()), hint);
    }
    found
}
