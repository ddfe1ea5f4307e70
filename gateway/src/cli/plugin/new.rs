//! `witgate plugin new`: arguments, and what to do next.
//!
//! Never asks a question: what is not given has a default, or is refused.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{EXIT_USAGE, failed, shown};
use crate::config::World;
use crate::workbench::new::{self, Name, NewFault, Order, Sdk};
use crate::workbench::package::Language;

const COMMAND: &str = "new";

#[derive(Debug, Args)]
pub(super) struct New {
    /// Its name: lower-case letters, digits and '-', such as order-gate
    name: String,
    /// Its role
    #[arg(long, value_parser = worlds(), value_name = "WORLD")]
    world: World,
    /// What it is written in
    #[arg(long, value_parser = languages(), value_name = "LANGUAGE", default_value = Language::Rust.word())]
    lang: Language,
    /// The folder to make; NAME in the current one where it is left out
    #[arg(long, value_name = "FOLDER")]
    path: Option<PathBuf>,
    /// Where a crate finds witgate-plugin: its folder, or a version
    #[arg(long, value_name = "FOLDER|VERSION")]
    sdk: Option<String>,
}

pub(super) fn run(arguments: New) -> ExitCode {
    let made = order(arguments).and_then(|order| new::make(&order).map(|_files| order));
    match made {
        Ok(order) => {
            let _ = std::io::stdout().write_all(text(&order).as_bytes());
            ExitCode::SUCCESS
        }
        Err(fault) => failed(COMMAND, fault, EXIT_USAGE),
    }
}

fn order(arguments: New) -> Result<Order, NewFault> {
    let name: Name = arguments.name.parse()?;
    let folder = arguments.path.unwrap_or_else(|| PathBuf::from(name.text()));
    let sdk = Sdk::named(arguments.sdk.as_deref())?;
    Ok(Order { name, world: arguments.world, language: arguments.lang, folder, sdk })
}

/// Takes the words of the worlds, and lists them in the help.
fn worlds() -> impl TypedValueParser<Value = World> {
    one_of(World::ALL, World::word)
}

fn languages() -> impl TypedValueParser<Value = Language> {
    one_of(Language::ALL, Language::word)
}

fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    word: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let given = PossibleValuesParser::new(all.map(word));
    given.try_map(move |text| all.into_iter().find(|one| word(*one) == text).ok_or("no such word"))
}

fn text(order: &Order) -> String {
    let folder = shown(&order.folder);
    let begin = match order.language {
        Language::Rust => "src/lib.rs",
        Language::JavaScript => "policy.js",
        Language::Python => "policy.py",
    };
    format!(
        "made {folder}: the {} is in {begin}, what it must answer in cases.toml\n\
         next: cd {folder} && witgate plugin build && witgate plugin test\n",
        order.world
    )
}
