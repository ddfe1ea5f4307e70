//! docs/contract.md: every interface, type and function of wit/ with its own comment, and the worlds that have it. Never
//! says a thing that wit/ does not say, but for the first lines.

use std::fmt::Write;

use wit_parser::{Docs, IndexMap, Interface, InterfaceId, Resolve, TypeDef, TypeDefKind, World, WorldItem, WorldKey};
use witgate_tests::programs;

use crate::page;
use crate::signature::{of_function, of_kind, of_type};

/// The world that only bindings use: what it imports is granted by gateway.toml.
const GRANTS: &str = "grants";

const OPENING: &str = "\
# The contract

<!-- Made from wit/ by `cargo xtask contract`. Change the comments there. -->

What a policy may call and what it must export, in the words of [WIT](https://component-model.bytecodealliance.org/design/wit.html).
The same names are in the SDKs: `claims.has-scope` is `claims::has_scope` in Rust, `claims.hasScope` in JavaScript and `has_scope` in Python.
[versioning.md](versioning.md) says what may change, [plugins.md](plugins.md) what the gateway makes of an answer.
";

#[test]
fn the_contract_is_written_down() {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(programs::root().join("wit")).expect("a readable wit/");
    let package = &resolve.packages[package];
    let mut text = OPENING.to_owned();
    let _ = write!(text, "\nPackage `{}`.\n", package.name);
    text += &docs("\n", &package.docs);
    text += &worlds(&resolve, package.worlds.values().map(|id| &resolve.worlds[*id]));
    let (granted, of_worlds): (Vec<InterfaceId>, Vec<InterfaceId>) =
        package.interfaces.values().copied().partition(|id| is_granted(&resolve, *id));
    for id in of_worlds.into_iter().chain(granted) {
        text += &interface(&resolve, id);
    }
    page::is_current("contract.md", "contract", &text);
}

fn worlds<'r>(resolve: &'r Resolve, worlds: impl Iterator<Item = &'r World>) -> String {
    let mut text = "\n## Worlds\n\nThe import list is the permission list.\n\n".to_owned();
    text += "| World | Imports | Exports |\n|---|---|---|\n";
    for world in worlds.filter(|world| world.name != GRANTS) {
        let names = |items: Vec<InterfaceId>| {
            let links = items.into_iter().map(|id| link(name(&resolve.interfaces[id])));
            links.collect::<Vec<_>>().join(", ")
        };
        let (imports, exports) = (names(interfaces(&world.imports)), names(interfaces(&world.exports)));
        let _ = writeln!(text, "| `{}` | {imports} | {exports} |", world.name);
    }
    text
}

fn interfaces<'i>(items: impl IntoIterator<Item = (&'i WorldKey, &'i WorldItem)>) -> Vec<InterfaceId> {
    items
        .into_iter()
        .filter_map(|(_, item)| if let WorldItem::Interface { id, .. } = item { Some(*id) } else { None })
        .collect()
}

fn interface(resolve: &Resolve, id: InterfaceId) -> String {
    let interface = &resolve.interfaces[id];
    let mut text = format!("\n## `{}`\n\n{}\n", name(interface), place(resolve, id));
    text += &docs("\n", &interface.docs);
    for ty in interface.types.values() {
        text += &definition(resolve, &resolve.types[*ty]);
    }
    for function in interface.functions.values() {
        let _ = write!(text, "\n### `{}`\n\n```wit\n{};\n```\n", function.name, of_function(resolve, function));
        text += &docs("\n", &function.docs);
    }
    text
}

/// Who has it: the worlds, or a grant.
fn place(resolve: &Resolve, id: InterfaceId) -> String {
    if is_granted(resolve, id) {
        return "Only where the entry in gateway.toml grants it: a component that imports it without is refused."
            .to_owned();
    }
    match having(resolve, id, |world| &world.exports) {
        exporting if exporting.is_empty() => {
            format!("Imported by {}.", quoted(&having(resolve, id, |world| &world.imports)))
        }
        exporting => format!("Exported by {}.", quoted(&exporting)),
    }
}

fn is_granted(resolve: &Resolve, id: InterfaceId) -> bool {
    having(resolve, id, |world| &world.imports) == [GRANTS]
}

/// What a world imports or exports.
type Items = IndexMap<WorldKey, WorldItem>;

/// The worlds that have an interface among their imports, or their exports.
fn having(resolve: &Resolve, id: InterfaceId, items: impl Fn(&World) -> &Items) -> Vec<&str> {
    let worlds = resolve.worlds.iter().map(|(_, world)| world);
    worlds.filter(|world| interfaces(items(world)).contains(&id)).map(|world| world.name.as_str()).collect()
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn definition(resolve: &Resolve, ty: &TypeDef) -> String {
    let name = ty.name.as_deref().expect("a type of an interface has a name");
    if let TypeDefKind::Type(_) = ty.kind {
        return String::new(); // `use`: it stands where it is defined
    }
    let mut text = format!("\n### {} `{name}`\n", ty.kind.as_str());
    text += &docs("\n", &ty.docs);
    text.push('\n');
    text += &match &ty.kind {
        TypeDefKind::Record(record) => record
            .fields
            .iter()
            .map(|field| item(&field.name, Some(of_type(resolve, &field.ty)), &field.docs))
            .collect::<String>(),
        TypeDefKind::Variant(variant) => variant
            .cases
            .iter()
            .map(|case| item(&case.name, case.ty.as_ref().map(|ty| of_type(resolve, ty)), &case.docs))
            .collect(),
        TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| item(&case.name, None, &case.docs)).collect(),
        kind => format!("`{}`\n", of_kind(resolve, kind)),
    };
    text
}

fn item(name: &str, ty: Option<String>, docs: &Docs) -> String {
    let ty = ty.map(|ty| format!(": `{ty}`")).unwrap_or_default();
    let words = docs.contents.as_deref().map(|words| format!(". {}", sentence(words))).unwrap_or_default();
    format!("- `{name}`{ty}{words}\n")
}

fn docs(before: &str, docs: &Docs) -> String {
    docs.contents.as_deref().map(|words| format!("{before}{}\n", words.trim())).unwrap_or_default()
}

fn sentence(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn name(interface: &Interface) -> &str {
    interface.name.as_deref().expect("an interface of the package has a name")
}

fn link(name: &str) -> String {
    format!("[`{name}`](#{name})")
}
