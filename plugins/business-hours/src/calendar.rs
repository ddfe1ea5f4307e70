//! Hours in a time zone, with holidays.
//!
//! Never the machine's zone or its files: the zones are in the component, and the operator names one.
use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};

use crate::config::WrittenHours;
use crate::hours::Hours;

/// How many holidays there may be.
const MAX_HOLIDAYS: usize = 1000;
/// The length of `2026-12-25`, in bytes.
const DATE_BYTES: usize = 10;

/// When it is open, checked.
#[derive(Debug)]
pub struct Calendar {
    zone: TimeZone,
    open: Vec<Hours>,
    holidays: BTreeSet<Date>,
}

impl Calendar {
    /// Checks the keys `zone`, `open` and `holidays`.
    pub fn compile(zone: &str, open: Vec<WrittenHours>, holidays: &[String]) -> Result<Self, String> {
        if open.is_empty() {
            return Err("open: must say when it is open".into());
        }
        let hours = |(index, written)| Hours::compile(written).map_err(|why| format!("open[{index}].{why}"));
        let open = open.into_iter().enumerate().map(hours).collect::<Result<_, _>>()?;
        if holidays.len() > MAX_HOLIDAYS {
            return Err(format!("holidays: {} of them; {MAX_HOLIDAYS} are allowed", holidays.len()));
        }
        let dates = holidays.iter().enumerate().map(|(index, text)| {
            date(text).ok_or_else(|| format!("holidays[{index}]: `{text}` is no day such as 2026-12-25"))
        });
        Ok(Self { zone: named(zone)?, open, holidays: dates.collect::<Result<_, _>>()? })
    }

    /// The time on the wall there; `None` for a time that no calendar has.
    pub fn at(&self, unix_seconds: u64) -> Option<Zoned> {
        let instant = Timestamp::from_second(i64::try_from(unix_seconds).ok()?).ok()?;
        Some(instant.to_zoned(self.zone.clone()))
    }

    /// Whether it is open then. Hours belong to the day on which they begin, and so does a holiday.
    pub fn is_open(&self, now: &Zoned) -> bool {
        let (today, minute) = (now.date(), minute_of_day(now));
        let works = |day: Date| !self.holidays.contains(&day);
        let of_today = || self.open.iter().any(|hours| hours.of_today(today.weekday(), minute));
        let of_yesterday = |day: Date| self.open.iter().any(|hours| hours.of_yesterday(day.weekday(), minute));
        (works(today) && of_today()) || today.yesterday().is_ok_and(|day| works(day) && of_yesterday(day))
    }
}

fn minute_of_day(now: &Zoned) -> u16 {
    let part = |number: i8| u16::try_from(number).unwrap_or_default();
    part(now.hour()) * 60 + part(now.minute())
}

fn named(zone: &str) -> Result<TimeZone, String> {
    DateTimeParser::new()
        .parse_time_zone_with(&TimeZoneDatabase::bundled(), zone)
        .map_err(|_| format!("zone: `{zone}` is no IANA time zone such as Europe/Zurich, and no offset such as +02:00"))
}

fn date(text: &str) -> Option<Date> {
    (text.len() == DATE_BYTES).then(|| text.parse().ok()).flatten()
}
