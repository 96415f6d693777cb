//! The company profile: the settings, which take effect when they are saved and not before.

use crate::{
    domain::{
        conversation::Audience,
        setting::{SettingKey, Settings},
    },
    tui::{
        ask::Ask,
        dialog::{
            Field,
            form::{Choice, Control, Form},
        },
    },
};

const TEAM: usize = 0;
const PRIVATE: usize = 1;
const NEW_PRIVATE: usize = 2;
const SHARING: usize = 3;
const ITEMS: usize = 4;
const PROJECTS: usize = 5;
const AWAY: usize = 6;
const HAND_BACK: usize = 7;

const AUDIENCES: &[&str] = &["customer replies", "internal messages"];

/// The settings as they were read, and as they stand in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What holds on the desk; `None` until it was read.
    pub saved: Option<Settings>,
    /// The form.
    pub form: Form,
}

impl Profile {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self { saved: None, form: Form { asks: false, ..Form::new(Vec::new()) } }
    }

    /// Takes in what holds on the desk; what is being changed stays as it is.
    pub fn read(&mut self, settings: &Settings) {
        if self.saved.as_ref() == Some(settings) || self.form.changed {
            return;
        }
        self.saved = Some(settings.clone());
        self.form.controls = controls(settings);
        self.form.focus = self.form.focus.min(self.form.controls.len() - 1);
        self.note();
    }

    /// The second switch says where it has no effect (R6.1).
    pub fn note(&mut self) {
        let words = if self.form.is_on(PRIVATE) { "" } else { "no effect: above is off" };
        self.form.set_note(NEW_PRIVATE, words);
    }

    /// What to save: only what differs from what holds.
    pub fn asks(&self) -> Vec<Ask> {
        let Some(saved) = &self.saved else { return Vec::new() };
        let now = self.values();
        let changes: Vec<(SettingKey, String)> = SettingKey::ALL
            .iter()
            .map(|key| (*key, now(*key)))
            .filter(|(key, value)| saved.get(*key) != *value)
            .collect();
        if changes.is_empty() { Vec::new() } else { vec![Ask::SaveSettings(changes)] }
    }

    fn values(&self) -> impl Fn(SettingKey) -> String {
        let form = &self.form;
        let switch = |at| if form.is_on(at) { "on" } else { "off" }.to_owned();
        let audience = |at| Audience::ALL[form.value(at).min(1)].to_string();
        let saved = self.saved.clone().unwrap_or_default();
        move |key| match key {
            SettingKey::TeamName => form.line(TEAM).unwrap_or_default(),
            SettingKey::PrivateConversations => switch(PRIVATE),
            SettingKey::NewConversationsPrivate => switch(NEW_PRIVATE),
            SettingKey::OrganizationSharing => switch(SHARING),
            SettingKey::ItemAudience => audience(ITEMS),
            SettingKey::ProjectAudience => audience(PROJECTS),
            SettingKey::AwayAfter => form.line(AWAY).unwrap_or_default(),
            SettingKey::HandBack => switch(HAND_BACK),
            // Not in the form: as they were.
            SettingKey::AgentsByMail | SettingKey::UndoSeconds => saved.get(key),
        }
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::new()
    }
}

fn controls(settings: &Settings) -> Vec<Control> {
    let audience = |audience: Audience| usize::from(audience == Audience::Internal);
    let mut controls = vec![
        Control::Line(Field::with("Team name", &settings.team_name)),
        Choice::switch("Private conversations", settings.private_conversations),
        Choice::switch("All new ones private", settings.new_conversations_private),
        Choice::switch("Organization sharing", settings.organization_sharing),
        Choice::of("New on items", AUDIENCES, audience(settings.item_audience)),
        Choice::of("New on projects", AUDIENCES, audience(settings.project_audience)),
        Control::Line(Field::with("Away after minutes", &settings.get(SettingKey::AwayAfter))),
        Choice::switch("Hand back when away", settings.hand_back),
    ];
    controls.push(Control::Button("Save"));
    controls
}
