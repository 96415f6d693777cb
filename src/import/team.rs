//! Who of the people in a source is on the team.

use super::ImportError;
use std::collections::HashMap;

/// The team as `--team` names it: handles, or mail addresses whose local part is the handle.
///
/// A bare handle is met by any address with that local part, because a handle names no domain. Where customers could
/// share it (`info`, `support`), the address has to be given.
#[derive(Debug, Clone, Default)]
pub struct Team {
    handles: HashMap<String, String>,
    addresses: HashMap<String, String>,
    nicks: HashMap<String, String>,
}

impl Team {
    /// Reads the entries of `--team`.
    ///
    /// # Errors
    /// [`ImportError::TeamEntry`] for an entry without a handle, or with spaces in it.
    pub fn new(entries: &[String]) -> Result<Self, ImportError> {
        let mut team = Self::default();
        for entry in entries {
            let wrong = || ImportError::TeamEntry { entry: entry.clone() };
            let name = entry.trim();
            // "@ana" is how one writes to Ana; "@example.com" would be a whole domain, which is nobody's handle.
            let name = name.strip_prefix('@').filter(|rest| !rest.contains('.')).unwrap_or(name);
            if name.is_empty() || name.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
                return Err(wrong());
            }
            let handle = match name.split_once('@') {
                Some(("", _) | (_, "")) => return Err(wrong()),
                Some((local, _)) => {
                    let handle = local.to_lowercase();
                    team.addresses.insert(name.to_lowercase(), handle.clone());
                    handle
                }
                None => {
                    team.handles.insert(name.to_lowercase(), name.to_owned());
                    name.to_owned()
                }
            };
            team.nicks.insert(fold_nick(&handle), handle);
        }
        Ok(team)
    }

    /// The handle of the member with this mail address.
    pub fn by_address(&self, address: &str) -> Option<&str> {
        let address = address.to_lowercase();
        let local = address.split_once('@').map_or(address.as_str(), |(local, _)| local);
        self.addresses.get(&address).or_else(|| self.handles.get(local)).map(String::as_str)
    }

    /// The handle of the member with this chat nick, in any case, with or without a tail such as `_` or `|away`.
    pub fn by_nick(&self, nick: &str) -> Option<&str> {
        self.nicks.get(&fold_nick(nick)).map(String::as_str)
    }

    /// Whether nobody was named.
    pub fn is_empty(&self) -> bool {
        self.nicks.is_empty()
    }
}

/// One form for all the ways a chat client changes a nick: small letters, no trailing `_` or `` ` ``, no `|away`.
///
/// Two people who differ only in that are taken for one. A client adds such a tail when the nick is still in use by
/// the same person's lost connection, which is far more common.
pub(super) fn fold_nick(nick: &str) -> String {
    let whole = nick.to_lowercase();
    let head = match whole.find('|') {
        Some(bar) if bar > 0 => &whole[..bar],
        Some(_) | None => &whole,
    };
    let folded = head.trim_end_matches(['_', '`', '^', '|']);
    if folded.is_empty() { whole } else { folded.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn team(entries: &[&str]) -> Team {
        Team::new(&entries.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_handle_meets_every_domain_and_an_address_only_itself() {
        let team = team(&["ana", "Support@Example.com"]);
        assert_eq!(team.by_address("Ana@desk.example"), Some("ana"));
        assert_eq!(team.by_address("support@example.com"), Some("support"));
        assert_eq!(team.by_address("support@customer.example"), None);
        assert_eq!(team.by_address("anabel@desk.example"), None);
    }

    #[test]
    fn nicks_are_met_with_their_tails() {
        let team = team(&["Quillan", "mo_rell@example.com"]);
        for nick in ["quillan", "QUILLAN", "quillan_", "Quillan__", "quillan|lunch", "quillan`"] {
            assert_eq!(team.by_nick(nick), Some("Quillan"), "{nick}");
        }
        assert_eq!(team.by_nick("mo_rell"), Some("mo_rell"));
        assert_eq!(team.by_nick("quillan2"), None);
        assert_eq!(fold_nick("|tray|"), "|tray");
        assert_eq!(fold_nick("___"), "___");
    }

    #[test]
    fn an_entry_that_names_nobody_is_refused() {
        for entry in ["", "  ", "@", "@example.com", "ana@", "two words"] {
            assert!(matches!(Team::new(&[entry.to_owned()]), Err(ImportError::TeamEntry { .. })), "{entry:?}");
        }
        assert_eq!(team(&["@ana"]).by_nick("ana"), Some("ana"));
    }
}
