//! What was written: the file's words with their places, types and ranges checked, names not yet resolved.
//!
//! Never looks at the disk, and never relates one table to another.

mod grants;
mod secret;
mod loading;
mod limits;
mod shadow;
mod recording;
mod policy;
mod route;
mod server;
mod service;
mod upkeep;

pub(super) use grants::{WrittenGrants, WrittenHttp, WrittenStore};
pub(super) use loading::WrittenLoading;
pub(super) use policy::WrittenPlugin;
pub(super) use recording::WrittenRecording;
pub(super) use route::{WrittenPair, WrittenRoute};
pub(super) use secret::WrittenSecret;
pub(super) use server::{WrittenAdmin, WrittenGateway};
pub(super) use service::{WrittenIssuer, WrittenUpstream};
pub(super) use shadow::WrittenShadow;

use super::model::Limits;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeTable;
use witgate_settings::document::TOP;
use witgate_settings::fault::{Faults, Source, Span};
use witgate_settings::outline::Outline;
use witgate_settings::reader::Table;

/// The words of a whole file.
pub(super) struct Written {
    pub(super) gateway: WrittenGateway,
    pub(super) listeners: Vec<Spanned<String>>,
    pub(super) admin: Option<WrittenAdmin>,
    pub(super) limits: Limits,
    pub(super) issuers: Vec<WrittenIssuer>,
    pub(super) upstreams: Vec<WrittenUpstream>,
    pub(super) secrets: Vec<WrittenSecret>,
    pub(super) plugins: Vec<WrittenPlugin>,
    pub(super) recording: Option<WrittenRecording>,
    pub(super) routes: Vec<WrittenRoute>,
}

impl Written {
    /// Reads the words of a file whose syntax is good.
    pub(super) fn read(document: &DeTable<'_>, faults: &mut Faults) -> Written {
        Self::of(Table::new("the file", Span::from(TOP), document), faults)
    }

    /// Every key that a file may have.
    pub(super) fn outline() -> Outline {
        let outline = Outline::default();
        let nothing = Source::new(String::new(), String::new());
        Self::of(Table::outlined(&DeTable::default(), outline.clone()), &mut Faults::new(&Arc::new(nothing)));
        outline
    }

    fn of(mut file: Table<'_>, faults: &mut Faults) -> Written {
        let written = Written {
            gateway: server::gateway(&mut file, faults),
            listeners: server::listeners(&mut file, faults),
            admin: server::admin(&mut file, faults),
            limits: server::limits(&mut file, faults),
            issuers: service::issuers(&mut file, faults),
            upstreams: service::upstreams(&mut file, faults),
            secrets: secret::secrets(&mut file, faults),
            plugins: policy::plugins(&mut file, faults),
            recording: recording::recording(&mut file, faults),
            routes: route::routes(&mut file, faults),
        };
        file.finish(faults);
        written
    }
}
