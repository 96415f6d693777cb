//! What lies over the screen: the stack's layers, each a pure state that takes keys and says what comes of them.

/// Settings, people and audit log.
pub mod administration;
/// Why an action cannot be done where the screen stands.
pub mod allowed;
/// Making an agent responsible.
pub mod assign;
/// What is attached to a message, to be saved.
pub mod attachments;
/// The notices, newest first.
pub mod bell;
/// People, groups and items that a typed text can mean.
pub mod candidates;
/// A control that chooses people or things by typing.
pub mod chooser;
/// A question that is answered yes or no.
pub mod confirm;
/// The record of the customer whom a conversation is about.
pub mod customer_details;
/// A field of one line.
pub mod field;
/// A control with the files that go with what a form sends.
pub mod file_list;
/// The files that go with what is being written.
pub mod files;
/// A list narrowed by a typed text.
pub mod filtered;
/// A form: controls one under another.
pub mod form;
/// Handing a conversation to another group.
pub mod forward;
/// A message that waits because something was added.
pub mod held;
/// All keys.
pub mod help;
/// A key as a dialog takes it.
pub mod key;
/// The keys that let an agent in, and an invite for one more.
pub mod keys;
/// Linking a conversation to an item.
pub mod link;
/// What can be added, and what can be done with a conversation.
pub mod menu;
/// A conversation that is not started yet.
pub mod new_conversation;
/// What is on offer, to be accepted or rejected.
pub mod offers;
/// Which layer an action opens.
pub mod open;
/// A mail as it came.
pub mod original;
/// Every action by its name.
pub mod palette;
/// Who takes part in a conversation or follows it.
pub mod people;
/// A list from which a row is picked.
pub mod pick_list;
/// What is quoted to an address outside.
pub mod quoting;
/// Searching everything the viewer may read.
pub mod search;
/// A form that asks the desk for something and goes away when it was done.
pub mod sheet;
/// What the mails of a conversation suggest, to choose from.
pub mod suggested;

pub use administration::Administration;
pub use assign::Assign;
pub use attachments::Attachments;
pub use bell::Bell;
pub use confirm::Confirm;
pub use customer_details::CustomerDetails;
pub use field::Field;
pub use files::{FileChange, Files};
pub use filtered::Filtered;
pub use forward::Forward;
pub use held::Held;
pub use help::Help;
pub use key::DialogKey;
pub use keys::Keys;
pub use link::Link;
pub use menu::Menu;
pub use new_conversation::NewConversation;
pub use offers::Offers;
pub use original::Original;
pub use palette::Palette;
pub use people::People;
pub use pick_list::PickList;
pub use search::Search;
pub use sheet::Sheet;
pub use suggested::Suggested;

use super::{
    ask::{Answer, Ask, Effect},
    keymap::{Action, Context},
    model::Model,
};
use crate::{
    desk::page::{Denied, Moment, Page, Wants},
    domain::id::ConversationId,
};

/// What every layer does with what reaches it.
pub trait Dialog {
    /// A key. The page and everything else on the screen is the model's, to be read only.
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome;

    /// The conversation that the layer is about or remembers something of: without access to it, the layer goes (R6.4).
    fn about(&self) -> Option<ConversationId>;

    /// Whether it is for owner and admins only: it goes with the role (R5.6).
    fn administers(&self) -> bool {
        false
    }

    /// A block of text put in at once.
    fn paste(&mut self, _text: &str) {}

    /// A page came, with what the layer wanted among it.
    fn arrived(&mut self, _page: &Page) {}

    /// The desk answered what this layer asked with [`Outcome::Do`].
    fn answered(&mut self, _ask: &Ask, _answer: &Result<Answer, Denied>) -> Outcome {
        Outcome::Stay
    }

    /// Adds what the layer needs from the desk.
    fn wants(&self, _wants: &mut Wants) {}

    /// Whether the desk's answer to this goes to the layer: it asked and waits.
    fn waits_for(&self, _ask: &Ask) -> bool {
        false
    }

    /// When something of the layer is to be kept, if anything.
    fn due(&self) -> Option<Moment> {
        None
    }

    /// Keeps what is due.
    fn keep(&mut self) -> Vec<Effect> {
        Vec::new()
    }

    /// Whose keys it has: a form's or a question's.
    fn context(&self) -> Context {
        Context::Dialog
    }

    /// The keymap's rows that the footer shows while the layer is on top.
    fn hints(&self) -> &'static [Action] {
        &[Action::NextChoice, Action::Choose, Action::Cancel]
    }

    /// The footer's word for an action, where the layer has one that says more than the keymap's.
    fn word(&self, _action: Action) -> Option<&'static str> {
        None
    }
}

/// One layer over the screen; the topmost takes the keys.
#[derive(Debug, Clone)]
pub enum Layer {
    /// A question with yes and no.
    Confirm(Confirm),
    /// A message that waits because something was added (R7.6).
    Held(Held),
    /// The Add menu or the conversation's.
    Menu(Menu),
    /// Making an agent responsible.
    Assign(Assign),
    /// Who takes part or follows.
    People(People),
    /// Linking to an item.
    Link(Link),
    /// Handing to another group.
    Forward(Forward),
    /// The record of a customer.
    CustomerDetails(CustomerDetails),
    /// A conversation that is not started yet.
    NewConversation(NewConversation),
    /// Settings, people and audit log; for owner and admins.
    Administration(Administration),
    /// The keys that let an agent in; for owner and admins.
    Keys(Keys),
    /// The notices.
    Bell(Bell),
    /// All keys.
    Help(Help),
    /// What is on offer (R8.1).
    Offers(Offers),
    /// A mail as it came.
    Original(Original),
    /// What is attached to a message.
    Attachments(Attachments),
    /// The files that go with what is being written.
    Files(Files),
    /// Every action by its name.
    Palette(Palette),
    /// Searching.
    Search(Search),
    /// A form for anything else.
    Sheet(Sheet),
    /// What mails suggest.
    Suggested(Suggested),
}

/// What a key came to in a layer.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Nothing outside of the layer.
    Stay,
    /// The layer goes.
    Close,
    /// The layer stays, and something happens outside; its answer reaches [`Layer::answered`].
    Do(Vec<Effect>),
    /// The layer goes, and something happens outside.
    CloseAnd(Vec<Effect>),
    /// Another layer over this one.
    Open(Box<Layer>),
    /// Another layer over this one, and something happens outside.
    OpenAnd(Box<Layer>, Vec<Effect>),
    /// Another layer instead of this one.
    Replace(Box<Layer>),
    /// All layers go, and the action is done as if its key had been pressed on the screen.
    Act(Action),
    /// All layers go, and the screen goes somewhere.
    Go(Place),
    /// The layer stays, and this is said on the message line.
    Say(String),
    /// The layer stays, and other files go with what is being written.
    Files(FileChange),
    /// All layers go, and these attachments of an entry are saved, by number and name.
    SaveAttached(ConversationId, crate::domain::id::EntrySeq, Vec<(usize, String)>),
    /// All layers go, and the held message is sent although this was added (R7.6).
    SendAnyway(crate::domain::id::EntrySeq),
}

/// A place on the screen that a layer can send the viewer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A conversation, opened; at this entry where one is given.
    Conversation(ConversationId, Option<crate::domain::id::EntrySeq>),
    /// An item's panel.
    Item(crate::domain::item::ItemKey),
    /// A section's list.
    Section(crate::domain::section::Section),
}

impl Layer {
    fn dialog(&self) -> &dyn Dialog {
        match self {
            Self::Confirm(confirm) => confirm,
            Self::Held(held) => held,
            Self::Menu(menu) => menu,
            Self::Assign(assign) => assign,
            Self::People(people) => people,
            Self::Link(link) => link,
            Self::Forward(forward) => forward,
            Self::CustomerDetails(details) => details,
            Self::NewConversation(new) => new,
            Self::Administration(administration) => administration,
            Self::Keys(keys) => keys,
            Self::Bell(bell) => bell,
            Self::Help(help) => help,
            Self::Offers(offers) => offers,
            Self::Original(original) => original,
            Self::Attachments(attachments) => attachments,
            Self::Files(files) => files,
            Self::Palette(palette) => palette,
            Self::Search(search) => search,
            Self::Sheet(sheet) => sheet,
            Self::Suggested(suggested) => suggested,
        }
    }

    fn dialog_mut(&mut self) -> &mut dyn Dialog {
        match self {
            Self::Confirm(confirm) => confirm,
            Self::Held(held) => held,
            Self::Menu(menu) => menu,
            Self::Assign(assign) => assign,
            Self::People(people) => people,
            Self::Link(link) => link,
            Self::Forward(forward) => forward,
            Self::CustomerDetails(details) => details,
            Self::NewConversation(new) => new,
            Self::Administration(administration) => administration,
            Self::Keys(keys) => keys,
            Self::Bell(bell) => bell,
            Self::Help(help) => help,
            Self::Offers(offers) => offers,
            Self::Original(original) => original,
            Self::Attachments(attachments) => attachments,
            Self::Files(files) => files,
            Self::Palette(palette) => palette,
            Self::Search(search) => search,
            Self::Sheet(sheet) => sheet,
            Self::Suggested(suggested) => suggested,
        }
    }

    /// See [`Dialog::press`].
    pub fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        self.dialog_mut().press(key, model)
    }

    /// See [`Dialog::about`].
    pub fn about(&self) -> Option<ConversationId> {
        self.dialog().about()
    }

    /// See [`Dialog::administers`].
    pub fn administers(&self) -> bool {
        self.dialog().administers()
    }

    /// See [`Dialog::paste`].
    pub fn paste(&mut self, text: &str) {
        self.dialog_mut().paste(text);
    }

    /// See [`Dialog::arrived`].
    pub fn arrived(&mut self, page: &Page) {
        self.dialog_mut().arrived(page);
    }

    /// See [`Dialog::answered`].
    pub fn answered(&mut self, ask: &Ask, answer: &Result<Answer, Denied>) -> Outcome {
        self.dialog_mut().answered(ask, answer)
    }

    /// See [`Dialog::wants`].
    pub fn wants(&self, wants: &mut Wants) {
        self.dialog().wants(wants);
    }

    /// See [`Dialog::waits_for`].
    pub fn waits_for(&self, ask: &Ask) -> bool {
        self.dialog().waits_for(ask)
    }

    /// See [`Dialog::due`].
    pub fn due(&self) -> Option<Moment> {
        self.dialog().due()
    }

    /// See [`Dialog::keep`].
    pub fn keep(&mut self) -> Vec<Effect> {
        self.dialog_mut().keep()
    }

    /// See [`Dialog::context`].
    pub fn context(&self) -> Context {
        self.dialog().context()
    }

    /// See [`Dialog::hints`].
    pub fn hints(&self) -> &'static [Action] {
        self.dialog().hints()
    }

    /// See [`Dialog::word`].
    pub fn word(&self, action: Action) -> Option<&'static str> {
        self.dialog().word(action)
    }
}
