//! The upstreams: names checked, URLs turned into host and port.
//!
//! Never connects to one.

use super::{names, urls};
use crate::config::model::Upstream;
use crate::config::written::WrittenUpstream;
use witgate_settings::fault::Faults;

/// Every `[upstreams.NAME]` that can be meant.
pub(super) fn upstreams(written: &[WrittenUpstream], faults: &mut Faults) -> Vec<Upstream> {
    written.iter().filter_map(|upstream| one(upstream, faults)).collect()
}

fn one(written: &WrittenUpstream, faults: &mut Faults) -> Option<Upstream> {
    names::check(&written.name, faults);
    Some(Upstream {
        name: written.name.get_ref().as_str().into(),
        authority: urls::authority(written.url.as_ref()?, faults)?,
        connect_timeout: written.connect_timeout,
        response_timeout: written.response_timeout,
    })
}
