//! The desk's settings.

use super::{conversation::Audience, people::words};

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
        /// The team's name.
        TeamName = "team-name",
    }
}

/// The settings, as one value.
#[derive(Debug, Clone, PartialEq, Eq)]
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
            SettingKey::TeamName => self.team_name = super::people::check_name(value)?,
        }
        Ok(())
    }

    /// Whether a customer conversation created now starts private (R6.1).
    pub const fn starts_private(&self) -> bool {
        self.private_conversations && self.new_conversations_private
    }
}
