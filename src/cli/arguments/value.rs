//! How single values of the command line are read.

use crate::domain::{history::PastState, id::EntrySeq, setting::SettingKey};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Reads one of a closed list of words; help, errors and completions show the list.
pub fn word<T>(all: &'static [T], spelled: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.iter().map(|value| spelled(*value))).try_map(move |text| {
        all.iter().copied().find(|value| spelled(*value) == text).ok_or_else(|| format!("“{text}” is not in the list."))
    })
}

/// Reads a setting's name; the long help says what each does.
pub fn setting() -> impl TypedValueParser<Value = SettingKey> {
    PossibleValuesParser::new(SettingKey::ALL.iter().map(|key| PossibleValue::new(key.word()).help(key.does())))
        .try_map(|text| text.parse::<SettingKey>())
}

/// Reads `on` or `off`.
pub fn switch() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["on", "off"]).map(|text| text == "on")
}

/// Reads the state that an import brings conversations in with.
pub fn past_state() -> impl TypedValueParser<Value = PastState> {
    PossibleValuesParser::new(["open", "closed"])
        .map(|text| if text == "open" { PastState::Open } else { PastState::Closed })
}

/// Reads the place of a message, "7" or "#7".
pub fn entry(text: &str) -> Result<EntrySeq, String> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    match digits.parse::<i64>() {
        Ok(number) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(EntrySeq(number)),
        _ => Err("write the number of a message, as 7".into()),
    }
}
