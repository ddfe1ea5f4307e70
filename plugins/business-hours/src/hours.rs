//! Hours of some weekdays, also past midnight.
//!
//! Never about dates: `calendar` knows which day it is, and whether it is a holiday.
use jiff::civil::Weekday;

use crate::config::WrittenHours;

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;
const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// One entry of `open`, checked.
#[derive(Debug)]
pub struct Hours {
    /// by `Weekday::to_monday_zero_offset`
    days: [bool; 7],
    /// minutes since midnight
    from: u16,
    /// minutes since the midnight of the first day; past `DAY_MINUTES` they are of the next
    to: u16,
}

impl Hours {
    /// Checks one entry of `open`.
    pub fn compile(written: WrittenHours) -> Result<Self, String> {
        let (from, to) = (minute(&written.from, "from")?, minute(&written.to, "to")?);
        if from == DAY_MINUTES {
            return Err("from: 24:00 is the next day's 00:00".into());
        }
        if from == to {
            return Err("to: is `from`; the whole day is from 00:00 to 24:00".into());
        }
        let to = if to < from { to + DAY_MINUTES } else { to };
        Ok(Self { days: days(written.days)?, from, to })
    }

    /// Whether this minute is in the hours that began on this weekday.
    pub fn of_today(&self, weekday: Weekday, minute: u16) -> bool {
        self.begins_on(weekday) && (self.from..self.to).contains(&minute)
    }

    /// Whether this minute is in the hours that began the day before, which was this weekday.
    pub fn of_yesterday(&self, yesterday: Weekday, minute: u16) -> bool {
        self.begins_on(yesterday) && minute + DAY_MINUTES < self.to
    }

    fn begins_on(&self, weekday: Weekday) -> bool {
        usize::try_from(weekday.to_monday_zero_offset()).is_ok_and(|index| self.days[index])
    }
}

/// `HH:MM` in minutes since midnight, up to 24:00.
fn minute(text: &str, key: &str) -> Result<u16, String> {
    let wrong = || format!("{key}: `{text}` is no time such as 08:30");
    let two = |digits: &str| match digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => digits.parse::<u16>().map_err(|_| wrong()),
        false => Err(wrong()),
    };
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    match (two(hours)?, two(minutes)?) {
        (hours @ 0..=23, minutes @ 0..=59) => Ok(hours * 60 + minutes),
        (24, 0) => Ok(DAY_MINUTES),
        _ => Err(wrong()),
    }
}

fn days(written: Option<Vec<String>>) -> Result<[bool; 7], String> {
    let Some(written) = written else { return Ok([true; 7]) };
    if written.is_empty() {
        return Err("days: an empty list never opens; leave the key out for every day".into());
    }
    let mut days = [false; 7];
    for (index, text) in written.iter().enumerate() {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let of = |name: &str| NAMES.iter().position(|known| *known == name);
        let (Some(first), Some(last)) = (of(first), of(last)) else {
            return Err(format!("days[{index}]: `{text}` is none of {}, and no range of them", NAMES.join(", ")));
        };
        // `fri-mon` goes over the end of the week.
        (0..7).filter(|day| (day + 7 - first) % 7 <= (last + 7 - first) % 7).for_each(|day| days[day] = true);
    }
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(written: &[&str]) -> String {
        let days = days(Some(written.iter().map(|text| (*text).to_owned()).collect())).unwrap();
        days.iter().zip(NAMES).filter(|(is, _)| **is).map(|(_, name)| name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn days_are_names_and_ranges() {
        assert_eq!(set(&["mon-fri"]), "mon tue wed thu fri");
        assert_eq!(set(&["fri-mon"]), "mon fri sat sun");
        assert_eq!(set(&["wed-wed", "sun"]), "wed sun");
        assert_eq!(set(&["mon-sun"]), "mon tue wed thu fri sat sun");
        assert_eq!(set(&["sun-sat"]), "mon tue wed thu fri sat sun");
        assert_eq!(days(None), Ok([true; 7]));
        for bad in ["Mon", "monday", "mon-", "-fri", "mon-tue-wed", "", "mon fri"] {
            assert!(days(Some(vec![bad.to_owned()])).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_are_minutes_of_a_day() {
        assert_eq!((minute("00:00", "to"), minute("08:30", "to"), minute("24:00", "to")), (Ok(0), Ok(510), Ok(1440)));
        for bad in ["8:30", "08:3", "08.30", "0830", "24:01", "25:00", "08:60", "+8:30", "08:30:00", "", ":"] {
            assert!(minute(bad, "from").is_err(), "{bad}");
        }
    }
}
