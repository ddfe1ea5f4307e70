//! Opens some requests at certain hours only.
//!
//! Never open by mistake: without a clock the call traps, and a trap is a refusal.

mod config;
mod hours;
mod calendar;

use jiff::Zoned;
use witgate_plugin::guard::Pass;
use witgate_plugin::reach::{Methods, Reach};
use witgate_plugin::{Authorizer, Decision, Plugin, Refusal, clock, contract, info};

use calendar::Calendar;
pub use config::Config;

const CLOSED: &str = "outside_hours";
const MESSAGE: &str = "This is closed at this hour.";

/// The policy, configured. See the README for its config.
#[derive(Debug)]
pub struct BusinessHours {
    calendar: Calendar,
    reach: Reach,
    pass: Pass,
    message: String,
}

impl Plugin for BusinessHours {
    type Config = Config;
    const CODES: &'static [&'static str] = &[CLOSED];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        let message = config.message.unwrap_or_else(|| MESSAGE.to_owned());
        contract::message(&message).map_err(|why| format!("message: {why}"))?;
        Ok(Self {
            calendar: Calendar::compile(&config.zone, config.open, &config.holidays)?,
            reach: Reach::of(config.methods, config.paths, Methods::GetCoversHead)?,
            pass: config.pass,
            message,
        })
    }
}

impl Authorizer for BusinessHours {
    fn authorize(&self) -> Decision {
        let closed = self.reach.covers().then(|| self.closed()).flatten();
        self.pass.decide(closed)
    }
}

impl BusinessHours {
    fn closed(&self) -> Option<Refusal> {
        let now = self.calendar.at(clock::unix_seconds());
        if now.as_ref().is_some_and(|now| self.calendar.is_open(now)) {
            return None;
        }
        let there = now.as_ref().map_or_else(|| "no time".to_owned(), on_the_wall);
        info!("outside of the hours", there = there);
        Some(Refusal::forbidden(CLOSED, self.message.as_str()))
    }
}

/// Such as `Friday 18:00`.
fn on_the_wall(now: &Zoned) -> String {
    format!("{:?} {:02}:{:02}", now.weekday(), now.hour(), now.minute())
}

witgate_plugin::export!(authorizer: BusinessHours);

#[cfg(test)]
mod tests;
