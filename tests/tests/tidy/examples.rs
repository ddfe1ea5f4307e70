//! What a plugin author can name in the SDK has an example, which the documentation's tests compile and run. Never asks one of
//! constants, fields and variants: there the sentence is enough, as rustdoc's own lint says.

use crate::source;
use crate::workspace::Workspace;

/// The room whose users are authors of plugins.
const SDK: &str = "plugins/sdk";

/// Files of modules that nobody outside can name.
const INNER: [&str; 12] = [
    "component/",
    "host.rs",
    "config.rs",
    "instance.rs",
    "roles.rs",
    "mock/algorithm.rs",
    "mock/token.rs",
    "mock/host.rs",
    "mock/granted.rs",
    "mock/surroundings.rs",
    "mock/checked.rs",
    "mock/answer.rs",
];

const ITEMS: [&str; 6] = ["pub fn ", "pub const fn ", "pub struct ", "pub enum ", "pub trait ", "macro_rules! "];

/// Every public item of the SDK without an example.
pub fn faults(workspace: &Workspace) -> Vec<String> {
    let sdk = workspace.crates.iter().filter(|member| member.folder == SDK);
    let files = sdk.flat_map(|member| workspace.sources(member));
    let shown = files.map(|file| (workspace.shown(&file), source::read(&file)));
    let public = shown.filter(|(file, _)| !INNER.iter().any(|inner| file.contains(&format!("/src/{inner}"))));
    public.flat_map(|(file, text)| without_example(&file, &text)).collect()
}

fn without_example(file: &str, text: &str) -> Vec<String> {
    let shipped = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let (mut above, mut faults) = (Vec::new(), Vec::new());
    for line in shipped.lines().map(str::trim) {
        if line.starts_with("///") || line.starts_with("#[") {
            above.push(line);
            continue;
        }
        if ITEMS.iter().any(|item| line.starts_with(item)) && lacks_example(line, &above) {
            faults.push(format!("{file}: `{line}` has no example. Add one with ``` that compiles."));
        }
        above.clear();
    }
    faults
}

fn lacks_example(line: &str, above: &[&str]) -> bool {
    let is_hidden = above.contains(&"#[doc(hidden)]");
    let is_inner = line.starts_with("macro_rules!") && !above.contains(&"#[macro_export]");
    !is_hidden && !is_inner && !above.iter().any(|line| line.starts_with("/// ```"))
}
