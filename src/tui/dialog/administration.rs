//! Administration: the desk's settings, its people and its audit log; for owner and admins.

/// The company profile.
pub mod profile;
/// What waits of the mail.
pub mod waiting;

pub use profile::Profile;
pub use waiting::{Waiting, Waits};

use super::{
    Dialog, DialogKey, Filtered, Keys, Layer, Outcome, PickList, Sheet,
    form::{self, Event, Settled},
    sheet::Purpose,
};
use crate::{
    desk::page::{AgentRow, CustomerRow, Denied, GroupRow, Page, Wants},
    domain::id::ConversationId,
    tui::{
        ask::{Answer, Ask, Effect},
        keymap::{Action, Context},
        model::Model,
    },
};

/// A page of administration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// The settings.
    Profile,
    /// The agents.
    Agents,
    /// The groups.
    Groups,
    /// The customers.
    Customers,
    /// What was done that is written down.
    Audit,
    /// What waits of the mail, and how the mailboxes do.
    Mail,
}

impl Leaf {
    /// Every page, in order.
    pub const ALL: [Self; 6] = [Self::Profile, Self::Agents, Self::Groups, Self::Customers, Self::Audit, Self::Mail];

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Profile => "Company profile",
            Self::Agents => "Agents",
            Self::Groups => "Groups",
            Self::Customers => "Customers",
            Self::Audit => "Audit log",
            Self::Mail => "Mail",
        }
    }
}

/// Where the viewer is in administration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administration {
    /// The page that is shown.
    pub leaf: Leaf,
    /// Whether the page has the keys, not the row of pages.
    pub inside: bool,
    /// The company profile, with what is not saved yet.
    pub profile: Profile,
    /// Whether it was saved, until something is changed again.
    pub saved: bool,
    /// The picked row of agents, groups or the audit log.
    pub list: PickList,
    /// What is typed to find a customer, and the picked one.
    pub customers: Filtered,
    /// Whether the field to find a customer has the keys, not the list.
    pub finding: bool,
    /// What is selected of what waits.
    pub waiting: Waiting,
}

/// Lines of the audit log that are read.
const AUDIT: usize = 300;

impl Administration {
    /// With the company profile first.
    pub fn new() -> Self {
        Self {
            leaf: Leaf::Profile,
            inside: false,
            profile: Profile::new(),
            saved: false,
            list: PickList::default(),
            customers: Filtered::new("Find"),
            finding: false,
            waiting: Waiting::default(),
        }
    }

    /// With held mail first.
    pub fn held() -> Self {
        Self { leaf: Leaf::Mail, inside: true, ..Self::new() }
    }

    /// The agents of the page.
    pub fn agents(page: &Page) -> &[AgentRow] {
        page.agents.as_deref().unwrap_or_default()
    }

    /// The groups of the page.
    pub fn groups(page: &Page) -> &[GroupRow] {
        page.groups.as_deref().unwrap_or_default()
    }

    /// The customers of the page.
    pub fn customers(page: &Page) -> &[CustomerRow] {
        page.customers.as_deref().unwrap_or_default()
    }

    /// Shows a page. A list has the keys at once; the profile begins with a text, which would take the digits.
    fn show(&mut self, leaf: Leaf) {
        self.inside = leaf != Leaf::Profile;
        if self.leaf != leaf {
            self.leaf = leaf;
            self.list = PickList::default();
            self.finding = false;
            self.waiting = Waiting::default();
        }
    }

    fn turn(&mut self, by: isize) {
        let count = Leaf::ALL.len();
        let at = Leaf::ALL.iter().position(|leaf| *leaf == self.leaf).unwrap_or(0);
        self.show(Leaf::ALL[(at + count).saturating_add_signed(by) % count]);
    }

    /// Leaves for good; changes that are not saved are asked about first.
    fn leave(&mut self) -> Outcome {
        if !self.profile.form.changed {
            return Outcome::Close;
        }
        self.show(Leaf::Profile);
        self.inside = true;
        self.profile.form.leaving = true;
        Outcome::Stay
    }

    fn press_pages(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let way = match key.letter() {
            Some('h') => Some(-1),
            Some('l') => Some(1),
            Some(_) | None => key.sideways(),
        };
        if let Some(by) = way {
            self.turn(by);
        } else if let Some(leaf) = numbered(key) {
            self.show(leaf);
        } else if key.letter() == Some('+') {
            return self.press_list(key, model);
        } else if key == DialogKey::Back {
            return self.leave();
        } else if matches!(key, DialogKey::Next | DialogKey::Down | DialogKey::Choose) || key.letter() == Some('j') {
            self.inside = true;
        } else if key == DialogKey::Previous {
            self.turn(-1);
        }
        Outcome::Stay
    }

    fn press_profile(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let form = &mut self.profile.form;
        if key == DialogKey::Back && !form.leaving {
            self.inside = false;
            return Outcome::Stay;
        }
        if let Some(leaf) = numbered(key).filter(|_| !form.leaving && !form.takes_text()) {
            self.show(leaf);
            return Outcome::Stay;
        }
        match form.press(key, &model.page, form::text_columns(model.size.0)) {
            Event::Nothing => Outcome::Stay,
            Event::Changed => {
                self.saved = false;
                self.profile.note();
                Outcome::Stay
            }
            Event::Submit => {
                let asks = self.profile.asks();
                self.saved = asks.is_empty();
                self.profile.form.changed &= !asks.is_empty();
                if asks.is_empty() { Outcome::Stay } else { Outcome::Do(self.profile.form.ask(asks)) }
            }
            Event::Leave => Outcome::Close,
        }
    }

    /// Agents, groups and the audit log: a list with `+` for more.
    fn press_list(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let page = &model.page;
        let rows = match self.leaf {
            Leaf::Agents => Self::agents(page).len(),
            Leaf::Groups => Self::groups(page).len(),
            Leaf::Audit => page.audit.as_deref().unwrap_or_default().len(),
            Leaf::Customers => Self::customers(page).len(),
            Leaf::Mail => Waiting::all(page).count(),
            Leaf::Profile => 0,
        };
        if self.leaf == Leaf::Mail
            && let Some(outcome) = self.waiting.press(key, page, &mut self.list)
        {
            return outcome;
        }
        let top = self.list.picked(rows).unwrap_or(0) == 0;
        let up = key == DialogKey::Up || key.letter() == Some('k');
        if key == DialogKey::Back {
            // Nobody went into it: a list has the keys as soon as it is shown.
            return self.leave();
        }
        if key == DialogKey::Previous || (up && top && self.leaf != Leaf::Customers) {
            self.inside = false;
            return Outcome::Stay;
        }
        if self.leaf == Leaf::Customers && ((up && top) || key == DialogKey::Next || key.letter() == Some('/')) {
            self.finding = true;
            return Outcome::Stay;
        }
        if self.list.key_or_letter(key, rows) {
            return Outcome::Stay;
        }
        if let Some(by) = key.sideways() {
            self.turn(by);
            return Outcome::Stay;
        }
        if let Some(leaf) = numbered(key) {
            self.show(leaf);
            return Outcome::Stay;
        }
        if let (Leaf::Agents, Some('s')) = (self.leaf, key.letter()) {
            return match Self::agents(page).get(self.list.picked(rows).unwrap_or(0)) {
                Some(row) => Outcome::Open(Box::new(Layer::Keys(Keys::new(&row.agent.handle)))),
                None => Outcome::Stay,
            };
        }
        if self.leaf == Leaf::Mail {
            let picked = self.list.picked(rows).filter(|_| key == DialogKey::Choose);
            let original = picked.and_then(|at| Waiting::looked_at(model, at));
            return original.map_or(Outcome::Stay, |it| Outcome::Open(Box::new(Layer::Original(it))));
        }
        let adds = key.letter() == Some('+');
        let picked = self.list.picked(rows).filter(|_| key == DialogKey::Choose);
        match self.purpose(page, adds, picked) {
            Some(purpose) => Outcome::Open(Box::new(Layer::Sheet(Sheet::new(purpose)))),
            None => Outcome::Stay,
        }
    }

    /// The form that a key opens from a list.
    fn purpose(&self, page: &Page, adds: bool, picked: Option<usize>) -> Option<Purpose> {
        match self.leaf {
            Leaf::Agents if adds => Some(Purpose::AddAgent),
            Leaf::Agents => Some(Purpose::ChangeAgent(Box::new(Self::agents(page).get(picked?)?.clone()))),
            Leaf::Groups if adds => Some(Purpose::AddGroup),
            Leaf::Groups => Some(Purpose::ChangeGroup(Self::groups(page).get(picked?)?.clone())),
            Leaf::Customers if adds => Some(Purpose::AddCustomer),
            Leaf::Customers => Some(Purpose::ChangeCustomer(Self::customers(page).get(picked?)?.clone())),
            Leaf::Profile | Leaf::Audit | Leaf::Mail => None,
        }
    }

    fn press_finding(&mut self, key: DialogKey) -> Outcome {
        match key {
            DialogKey::Next | DialogKey::Down | DialogKey::Choose => self.finding = false,
            DialogKey::Back | DialogKey::Previous | DialogKey::Up => {
                self.finding = false;
                self.inside = key == DialogKey::Back;
            }
            DialogKey::Other(_) => {
                if self.customers.field.key(key) {
                    self.list = PickList::default();
                }
            }
            DialogKey::PageUp | DialogKey::PageDown | DialogKey::Save | DialogKey::Yes => {}
        }
        Outcome::Stay
    }
}

/// The page that a digit names.
fn numbered(key: DialogKey) -> Option<Leaf> {
    let digit = key.letter()?.to_digit(10)?;
    Leaf::ALL.get(usize::try_from(digit).ok()?.checked_sub(1)?).copied()
}

impl Default for Administration {
    fn default() -> Self {
        Self::new()
    }
}

impl Dialog for Administration {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let before = self.leaf;
        let outcome = match (self.inside, self.leaf) {
            (false, _) => self.press_pages(key, model),
            (true, Leaf::Profile) => self.press_profile(key, model),
            (true, Leaf::Customers) if self.finding => self.press_finding(key),
            (true, Leaf::Agents | Leaf::Groups | Leaf::Customers | Leaf::Audit | Leaf::Mail) => {
                self.press_list(key, model)
            }
        };
        let sees_held = self.leaf == Leaf::Mail && before != Leaf::Mail && model.page.bell > 0;
        if sees_held && matches!(outcome, Outcome::Stay) {
            Outcome::Do(vec![Effect::Ask(Ask::SeeHeld)])
        } else {
            outcome
        }
    }

    fn about(&self) -> Option<ConversationId> {
        None
    }

    fn administers(&self) -> bool {
        true
    }

    fn paste(&mut self, text: &str) {
        match (self.inside, self.leaf) {
            (true, Leaf::Profile) => self.profile.form.paste(text),
            (true, Leaf::Customers) if self.finding => self.customers.paste(text),
            (_, Leaf::Profile | Leaf::Agents | Leaf::Groups | Leaf::Customers | Leaf::Audit | Leaf::Mail) => {}
        }
    }

    fn arrived(&mut self, page: &Page) {
        if let Some(settings) = &page.settings {
            self.profile.read(settings);
        }
        self.waiting.arrived(page);
    }

    fn answered(&mut self, ask: &Ask, answer: &Result<Answer, Denied>) -> Outcome {
        if self.waiting.waits_for(ask) {
            return self.waiting.answered(ask, answer);
        }
        self.saved = self.profile.form.answered(ask, answer) == Settled::Well;
        Outcome::Stay
    }

    fn wants(&self, wants: &mut Wants) {
        wants.settings = true;
        match self.leaf {
            Leaf::Profile => {}
            Leaf::Agents | Leaf::Groups => wants.team = true,
            Leaf::Customers => wants.customers = Some(self.customers.field.text().trim().to_owned()),
            Leaf::Audit => wants.audit = Some(AUDIT),
            Leaf::Mail => wants.held = true,
        }
    }

    fn waits_for(&self, ask: &Ask) -> bool {
        self.profile.form.waits_for(ask) || self.waiting.waits_for(ask)
    }

    fn hints(&self) -> &'static [Action] {
        match (self.inside, self.leaf) {
            (true, Leaf::Profile) => self.profile.form.hints(),
            (true, Leaf::Audit) => &[Action::NextChoice, Action::Cancel],
            (_, Leaf::Profile | Leaf::Agents | Leaf::Groups | Leaf::Customers | Leaf::Audit | Leaf::Mail) => {
                &[Action::NextChoice, Action::Choose, Action::Cancel]
            }
        }
    }

    fn context(&self) -> Context {
        if self.inside && self.leaf == Leaf::Profile { self.profile.form.context() } else { Context::Dialog }
    }

    fn word(&self, action: Action) -> Option<&'static str> {
        let choose = match (self.inside && !self.finding, self.leaf) {
            (true, Leaf::Agents | Leaf::Groups | Leaf::Customers) => "edit",
            (true, Leaf::Mail) => "look at it",
            (_, Leaf::Profile | Leaf::Agents | Leaf::Groups | Leaf::Customers | Leaf::Audit | Leaf::Mail) => "go there",
        };
        let words = [(Action::Choose, choose), (Action::Cancel, "back")];
        let own = words.iter().find(|(known, _)| *known == action).map(|(_, word)| *word);
        own.or_else(|| self.profile.form.word(action))
    }
}
