//! The desk's settings.

use super::{conversation::Audience, words::words};

words! {
    /// What `setting list` and `setting set` name.
    SettingKey {
        /// Whether conversations can be made private (R6.1).
        PrivateConversations = "private-conversations",
        /// Whether new customer conversations start private; no effect while the first is off (R6.1).
        NewConversationsPrivate = "new-conversations-private",
        /// Whether customers of one organization see each other's public conversations (§9).
        OrganizationSharing = "organization-sharing",
        /// Which audience a new conversation on an item begins with (R4.7).
        ItemAudience = "item-audience",
        /// Which audience a new conversation on a project begins with (R4.7).
        ProjectAudience = "project-audience",
        /// After how many minutes without a key or a command of theirs agents become not ready (R8.2): `off`, or 1 to 1440.
        AwayAfter = "away-after",
        /// Whether what waits for an answer of somebody who went away goes back to their group (R8.1).
        HandBack = "hand-back",
        /// Whether agents may write by mail, each with a reply address made for them.
        AgentsByMail = "agents-by-mail",
        /// How many seconds a reply waits before it leaves by mail, so that it can be taken back: 0 to 120.
        UndoSeconds = "undo-seconds",
        /// The team's name.
        TeamName = "team-name",
    }
}

impl SettingKey {
    /// What it does, for lists.
    pub const fn does(self) -> &'static str {
        match self {
            Self::PrivateConversations => "conversations can be made private",
            Self::NewConversationsPrivate => "new customer conversations start private",
            Self::OrganizationSharing => "customers of one organization see each other's public conversations",
            Self::ItemAudience => "what a new conversation on an item begins as",
            Self::ProjectAudience => "what a new conversation on a project begins as",
            Self::AwayAfter => "minutes without a key or a command over SSH, after which an agent is not ready",
            Self::HandBack => "who is away, or left a minute ago, is not ready, and what waits for them goes back",
            Self::AgentsByMail => "agents may answer by mail what they were sent by mail",
            Self::UndoSeconds => "so long a reply can be taken back before it leaves by mail",
            Self::TeamName => "stands at the top of the screen",
        }
    }
}

/// The settings, as one value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct Settings {
    /// See [`SettingKey::PrivateConversations`].
    pub private_conversations: bool,
    /// See [`SettingKey::NewConversationsPrivate`].
    pub new_conversations_private: bool,
    /// See [`SettingKey::OrganizationSharing`].
    pub organization_sharing: bool,
    /// See [`SettingKey::ItemAudience`].
    pub item_audience: Audience,
    /// See [`SettingKey::ProjectAudience`].
    pub project_audience: Audience,
    /// See [`SettingKey::AwayAfter`]; in minutes, `None` for off. Only agents at work in a `deskline serve` are judged, and those
    /// who left it.
    pub away_after: Option<u32>,
    /// See [`SettingKey::HandBack`]. Who was away for that long, or left the last of their sessions more than a minute ago,
    /// is not ready any more, and those of their live conversations in which the customer spoke last are Unassigned in
    /// their group again and routed anew. What is private, or in no group, stays assigned: it would be open to more
    /// readers (R5.4), or to nobody's queue.
    pub hand_back: bool,
    /// See [`SettingKey::AgentsByMail`].
    pub agents_by_mail: bool,
    /// See [`SettingKey::UndoSeconds`].
    pub undo_seconds: u32,
    /// See [`SettingKey::TeamName`].
    pub team_name: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            private_conversations: false,
            new_conversations_private: false,
            organization_sharing: false,
            item_audience: Audience::Customer,
            project_audience: Audience::Internal,
            away_after: None,
            hand_back: false,
            agents_by_mail: false,
            undo_seconds: 10,
            team_name: String::new(),
        }
    }
}

impl Settings {
    /// The value of a key, as people write it.
    pub fn get(&self, key: SettingKey) -> String {
        let switch = |on: bool| if on { "on" } else { "off" }.to_owned();
        match key {
            SettingKey::PrivateConversations => switch(self.private_conversations),
            SettingKey::NewConversationsPrivate => switch(self.new_conversations_private),
            SettingKey::OrganizationSharing => switch(self.organization_sharing),
            SettingKey::ItemAudience => self.item_audience.to_string(),
            SettingKey::ProjectAudience => self.project_audience.to_string(),
            SettingKey::AwayAfter => self.away_after.map_or_else(|| "off".to_owned(), |minutes| minutes.to_string()),
            SettingKey::HandBack => switch(self.hand_back),
            SettingKey::AgentsByMail => switch(self.agents_by_mail),
            SettingKey::UndoSeconds => self.undo_seconds.to_string(),
            SettingKey::TeamName => self.team_name.clone(),
        }
    }

    /// Takes a value as people write it.
    ///
    /// # Errors
    /// A sentence that says which values there are; nothing is changed then.
    pub fn set(&mut self, key: SettingKey, value: &str) -> Result<(), String> {
        let switch = || match value {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err(format!("“{value}” is none of: on, off.")),
        };
        match key {
            SettingKey::PrivateConversations => self.private_conversations = switch()?,
            SettingKey::NewConversationsPrivate => self.new_conversations_private = switch()?,
            SettingKey::OrganizationSharing => self.organization_sharing = switch()?,
            SettingKey::ItemAudience => self.item_audience = value.parse()?,
            SettingKey::ProjectAudience => self.project_audience = value.parse()?,
            SettingKey::AwayAfter => self.away_after = minutes(value)?,
            SettingKey::HandBack => self.hand_back = switch()?,
            SettingKey::AgentsByMail => self.agents_by_mail = switch()?,
            SettingKey::UndoSeconds => self.undo_seconds = seconds(value)?,
            SettingKey::TeamName => self.team_name = super::people::check_name(value)?,
        }
        Ok(())
    }

    /// Whether a customer conversation created now starts private (R6.1).
    pub const fn starts_private(&self) -> bool {
        self.private_conversations && self.new_conversations_private
    }
}

/// The longest time after which somebody counts as away: a day, in minutes.
const DAY: u32 = 1_440;

fn minutes(value: &str) -> Result<Option<u32>, String> {
    if value == "off" {
        return Ok(None);
    }
    match value.parse() {
        Ok(minutes) if (1..=DAY).contains(&minutes) => Ok(Some(minutes)),
        Ok(_) | Err(_) => Err(format!("“{value}” is neither off nor a number of minutes from 1 to {DAY}.")),
    }
}

/// The longest time in which a reply can be taken back, in seconds.
const LONGEST_UNDO: u32 = 120;

fn seconds(value: &str) -> Result<u32, String> {
    match value.parse() {
        Ok(seconds) if seconds <= LONGEST_UNDO => Ok(seconds),
        Ok(_) | Err(_) => Err(format!("“{value}” is no number of seconds from 0 to {LONGEST_UNDO}.")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_value_is_read_back_as_it_is_written() {
        let mut settings = Settings { team_name: "Acme".into(), ..Settings::default() };
        for (key, values) in [
            (SettingKey::AwayAfter, &["1", "30", "1440", "off"][..]),
            (SettingKey::HandBack, &["on", "off"]),
            (SettingKey::AgentsByMail, &["on", "off"]),
            (SettingKey::UndoSeconds, &["0", "120", "10"]),
            (SettingKey::ItemAudience, &["internal", "customer"]),
        ] {
            for value in values {
                settings.set(key, value).unwrap();
                assert_eq!(settings.get(key), *value);
            }
        }
        let before = settings.clone();
        for value in ["", "0", "1441", "-5", "soon", "on"] {
            assert!(settings.set(SettingKey::AwayAfter, value).unwrap_err().contains("1 to 1440"), "{value}");
        }
        for value in ["", "121", "-1", "off"] {
            assert!(settings.set(SettingKey::UndoSeconds, value).unwrap_err().contains("0 to 120"), "{value}");
        }
        assert_eq!(settings, before);
    }
}
