//! Sets and removes request and response headers from claims, attributes and fixed values.
//!
//! Never lets the client's own header through where a claim or an attribute is missing: the header is removed then.
//! Never injects a value that is not a legal header value: the header is removed and the log says so.

mod name;
mod value;
mod config;
mod stamp;

use witgate_plugin::{Action, Filter, HeaderOp, Plugin};

pub use config::Config;
use stamp::Stamps;

/// The policy, configured. See the README for its config.
#[derive(Debug)]
pub struct HeaderStamp {
    request: Stamps,
    response: Stamps,
}

impl Plugin for HeaderStamp {
    type Config = Config;
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        let request = Stamps::compile(config.request).map_err(|why| format!("request.{why}"))?;
        let response = Stamps::compile(config.response).map_err(|why| format!("response.{why}"))?;
        Ok(Self { request, response })
    }
}

impl Filter for HeaderStamp {
    fn on_request(&self) -> Action {
        Action::Forward(self.request.ops())
    }

    fn on_response(&self, _status: u16) -> Vec<HeaderOp> {
        self.response.ops()
    }
}

witgate_plugin::export!(filter: HeaderStamp);

#[cfg(test)]
mod tests;
