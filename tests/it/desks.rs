//! Desks for tests: a file of their own, a clock that stands still until it is moved, the same people every time.

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use deskline::{
    desk::{
        AgentChange, Desk, NewAgent, NewDesk,
        page::{
            ConversationRow, Denied, Done, ListStart, ListWants, Listed, Opened, Page, Thread, ThreadStart,
            ThreadWants, Viewer, Wants,
        },
    },
    domain::{
        command::{Command, Start, StartWith, Writing},
        conversation::Privacy,
        envelope::{Channel, Inbound, Received},
        id::{ConversationId, EntrySeq},
        people::{Party, Role, Routing},
        refusal::{Refusal, RefusalKind},
        section::Section,
        setting::SettingKey,
    },
};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

/// A desk with owner `olga`, admin `adam`, agents `ana`, `ben`, `cleo` in Support and `dev` in Billing.
pub struct TestDesk {
    pub desk: Desk,
    pub folder: tempfile::TempDir,
    time: Arc<Mutex<DateTime<Utc>>>,
}

/// When every test desk begins.
pub fn beginning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 5, 3, 9, 0, 0).single().expect("a real time")
}

impl TestDesk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the desk");
        let time = Arc::new(Mutex::new(beginning()));
        let clock = Arc::clone(&time);
        let new = NewDesk { team: "Acme Support".into(), owner: "olga".into(), owner_name: Some("Olga Berg".into()) };
        let desk =
            Desk::create(&folder.path().join("desk.db"), &new, Arc::new(move || *clock.lock().expect("the clock")))
                .expect("a new desk");
        let this = Self { desk, folder, time };
        let olga = this.agent("olga");
        for group in ["Support", "Billing"] {
            this.desk.add_group(&olga, group, Routing::Democracy).expect("a group");
        }
        let people = [
            ("adam", "Adam Stone", Role::Admin, None),
            ("ana", "Ana Ruiz", Role::Agent, Some("Support")),
            ("ben", "Ben Okafor", Role::Agent, Some("Support")),
            ("cleo", "Cleo Marsh", Role::Agent, Some("Support")),
            ("dev", "Dev Patel", Role::Agent, Some("Billing")),
        ];
        for (handle, name, role, group) in people {
            let groups = group.into_iter().map(str::to_owned).collect();
            let new = NewAgent { handle: handle.into(), name: name.into(), role, groups };
            this.desk.add_agent(&olga, &new).expect("an agent");
        }
        this
    }

    /// The same with private conversations switched on.
    pub fn with_privacy() -> Self {
        let this = Self::new();
        this.set(SettingKey::PrivateConversations, "on");
        this
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("desk.db")
    }

    /// Moves the clock on by so many minutes.
    pub fn later(&self, minutes: i64) {
        *self.time.lock().expect("the clock") += Duration::minutes(minutes);
    }

    pub fn set(&self, key: SettingKey, value: &str) {
        self.desk.save_settings(&self.agent("olga"), &[(key, value.to_owned())]).expect("a setting");
    }

    pub fn change(&self, handle: &str, change: &AgentChange) {
        self.desk.set_agent(&self.agent("olga"), handle, change).expect("a changed agent");
    }

    pub fn agent(&self, handle: &str) -> Viewer {
        self.desk.admit(Some(handle)).expect("an active agent")
    }

    /// A customer writes; a minute passes first.
    pub fn write_in(&self, from: &str, conversation: Option<ConversationId>, text: &str) -> Received {
        self.later(1);
        self.desk.receive(&inbound(from, conversation, text)).expect("received")
    }

    /// A new conversation of `mara@example.com` in Support.
    pub fn arrival(&self) -> ConversationId {
        self.write_in("mara@example.com", None, "My card is declined").conversation
    }

    /// Does something as an agent; a minute passes first.
    pub fn run(&self, handle: &str, conversation: ConversationId, command: Command) -> Result<Done, Denied> {
        self.later(1);
        self.desk.run(&self.agent(handle), conversation, command)
    }

    /// The same, which has to succeed.
    pub fn does(&self, handle: &str, conversation: ConversationId, command: Command) -> Done {
        self.run(handle, conversation, command).unwrap_or_else(|denied| panic!("{handle} was refused: {denied}"))
    }

    /// The same, which has to be refused; gives the refusal.
    pub fn refused(&self, handle: &str, conversation: ConversationId, command: Command) -> Refusal {
        match self.run(handle, conversation, command) {
            Err(Denied::Refused(refusal)) => refusal,
            other => panic!("{handle} should have been refused, but: {other:?}"),
        }
    }

    pub fn start(&self, handle: &str, with: StartWith, text: &str) -> Done {
        self.later(1);
        self.desk.start(&self.agent(handle), &starting(with, text)).expect("a started conversation")
    }

    pub fn page(&self, handle: &str, wants: &Wants) -> Page {
        self.desk.read(&self.agent(handle), wants).expect("a page")
    }

    /// What a section lists, newest first.
    pub fn rows(&self, handle: &str, section: Section) -> Vec<ConversationRow> {
        let list = ListWants { section, start: ListStart::Top, rows: 1_000 };
        let page = self.desk.read(&self.agent(handle), &Wants { list: Some(list), ..Wants::default() });
        match page.map(|page| page.list.map(|list| list.rows)) {
            Ok(Some(Listed::Conversations(rows))) => rows,
            _ => Vec::new(),
        }
    }

    pub fn listed(&self, handle: &str, section: Section) -> Vec<ConversationId> {
        self.rows(handle, section).into_iter().map(|row| row.id).collect()
    }

    /// A section's numbers, as (unread, total); `None` where the agent has no such section.
    pub fn numbers(&self, handle: &str, section: Section) -> Option<(u32, u32)> {
        let page = self.page(handle, &Wants::default());
        page.sections.iter().find(|row| row.section == section).map(|row| (row.unread, row.total))
    }

    pub fn open(&self, handle: &str, conversation: ConversationId) -> Opened {
        let thread = ThreadWants { conversation, start: ThreadStart::End, entries: 1_000 };
        self.page(handle, &Wants { thread: Some(thread), ..Wants::default() }).opened.expect("an answer")
    }

    pub fn thread(&self, handle: &str, conversation: ConversationId) -> Thread {
        match self.open(handle, conversation) {
            Opened::Thread(thread) => *thread,
            other => panic!("{handle} should see it, but: {other:?}"),
        }
    }
}

pub fn inbound(from: &str, conversation: Option<ConversationId>, text: &str) -> Inbound {
    Inbound {
        from: from.into(),
        name: Some(from.split('@').next().unwrap_or("").to_owned()),
        group: Some("Support".into()),
        conversation,
        channel: Channel::Chat,
        message_id: None,
        subject: None,
        text: text.into(),
    }
}

pub fn starting(with: StartWith, text: &str) -> Start {
    Start { with, subject: String::new(), group: None, text: text.into(), client_id: None }
}

pub fn text(text: &str) -> Writing {
    Writing { text: text.into(), ..Writing::default() }
}

pub fn reply(words: &str) -> Command {
    Command::Reply(text(words))
}

pub fn note(words: &str) -> Command {
    Command::Note(text(words))
}

pub fn seen(words: &str, seen: EntrySeq) -> Command {
    Command::Reply(Writing { seen: Some(seen), ..text(words) })
}

pub fn assign(handle: &str) -> Command {
    Command::Assign(handle.into())
}

pub fn make(privacy: Privacy, confirmed: bool) -> Command {
    Command::SetPrivacy { privacy, confirmed }
}

pub fn add_agent(handle: &str, confirmed: bool) -> Command {
    Command::Add { party: Party::Agent(handle.into()), confirmed }
}

pub fn add_customer(address: &str, confirmed: bool) -> Command {
    Command::Add { party: Party::Customer(address.into()), confirmed }
}

/// The refusal behind an outcome, which has to be one.
pub fn refusal<T: std::fmt::Debug>(outcome: Result<T, Denied>) -> Refusal {
    match outcome {
        Err(Denied::Refused(refusal)) => refusal,
        other => panic!("a refusal was due, but: {other:?}"),
    }
}

pub fn is_restricted(outcome: &Result<Done, Denied>) -> bool {
    matches!(outcome, Err(Denied::Refused(refusal)) if refusal.kind == RefusalKind::Restricted)
}

pub fn is_not_found(outcome: &Result<Done, Denied>) -> bool {
    matches!(outcome, Err(Denied::NotFound(_)))
}
