//! What can be done: the use cases. Every door talks to the desk and to nothing below it.

/// All that one viewer's screen shows, as plain data, already through access.
pub mod page;

/// One agent at work on one conversation, inside one write transaction.
mod act;
/// Administration and what agents set for themselves.
mod administer;
/// Assigning, releasing, forwarding, changing privacy.
mod assign;
/// Who waits for news.
mod bell;
/// What a customer can see.
mod customer_view;
/// Customers' records.
mod customers;
/// Direct conversations of others, opened deliberately.
mod direct;
/// Items, people and the rest, as rows.
mod directory;
/// Everything out.
mod export;
/// The desk in figures.
mod figures;
/// Files that go with what an agent writes.
mod files;
/// Searching.
mod find;
/// Groups.
mod groups;
/// Who is at work, and who went away.
mod idle;
/// Bringing in what happened elsewhere.
mod import;
/// Making and changing items.
mod items;
/// Keys that let agents in, and invites.
mod keys;
/// What a screen has on it already.
mod known;
/// Linking conversations to items.
mod link;
/// Mail: what comes in, what leaves, to whom, and what must not.
pub mod mail;
/// What is on offer, and to whom.
mod offer;
/// Following, adding and removing.
mod people;
/// Who is looking and who is writing.
mod presence;
/// Reading pages.
mod read;
/// A customer's message.
mod receive;
/// How a group's new conversations find an agent.
mod route;
/// Rows and entries as pages hold them.
mod rows;
/// An agent's command.
mod run;
/// Starting conversations.
mod start;
/// Who is told.
mod tell;
/// One opened conversation.
mod thread;
/// Reply tokens.
pub mod token;
/// Replies and notes.
mod write;

pub use crate::domain::people::AgentChange;
pub use administer::NewAgent;
pub use bell::{News, Touched};
pub use customer_view::{CustomerConversation, CustomerMessage, CustomerView};
pub use customers::CustomerChange;
pub use direct::Opening;
pub use figures::Figures;
pub use import::{ImportOptions, Imported};
pub use items::{ItemChange, NewItem};
pub use known::Known;
pub use presence::Attendance;

use crate::{
    domain::{
        event::EventKind,
        id::{AgentId, ConversationId, Seq},
        people::{Agent, FromCustomers, Notify, Role, check_handle, check_name},
        refusal::Refusal,
        setting::{SettingKey, Settings},
    },
    store::{Store, StoreError, Writing, events, keys as stored_keys, people as stored_people},
};
use chrono::{DateTime, Utc};
use page::{Denied, Viewer};
use std::{path::Path, sync::Arc};

/// Where the desk gets the time from.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// A desk. Cheap to clone; every clone is the same desk.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Clock,
    bell: bell::Bell,
    presence: presence::Presence,
    openings: direct::Openings,
    /// Who is at work in this process.
    activity: idle::Activity,
    /// What reads mails for its screens.
    mail_reader: std::sync::OnceLock<mail::MailReader>,
}

/// What a new desk begins with.
#[derive(Debug, Clone)]
pub struct NewDesk {
    /// The team's name.
    pub team: String,
    /// The owner's handle.
    pub owner: String,
    /// The owner's name; the handle where absent.
    pub owner_name: Option<String>,
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        if error.no_room() {
            return Self::Failed(
                "The disk is full: nothing was written, and what you typed is kept on the screen. Make room, then try again.".into(),
            );
        }
        if error.disk_refused() {
            return Self::Failed(format!(
                "The disk refused it ({error}): nothing was written, and what you typed is kept on the screen. Look at the disk and the limit on the size of files, then try again."
            ));
        }
        Self::Failed(error.to_string())
    }
}

/// What acts give.
type Outcome<T> = Result<T, Denied>;

impl Desk {
    /// Makes a new desk with its owner.
    ///
    /// # Errors
    /// There is a file already, or a name cannot be used; nothing is left behind then.
    pub fn create(file: &Path, new: &NewDesk, clock: Clock) -> Outcome<Self> {
        let team = check_name(&new.team).map_err(Denied::Invalid)?;
        let handle = check_handle(&new.owner).map_err(Denied::Invalid)?;
        let name = check_name(new.owner_name.as_deref().unwrap_or(&handle)).map_err(Denied::Invalid)?;
        let desk = Self::over(Store::create(file)?, clock);
        let begun = desk.write(|writing| {
            let now = desk.now().timestamp_millis();
            let settings = Settings { team_name: team, ..Settings::default() };
            for key in SettingKey::ALL {
                stored_people::save_setting(writing, *key, &settings.get(*key))?;
            }
            let owner = new_agent(handle, name, Role::Owner);
            let id = stored_people::save_agent(writing, &owner, now, Seq(0))?;
            let event = events::NewEvent {
                at: now,
                kind: EventKind::DeskCreated,
                agent: Some(id),
                customer: None,
                conversation: None,
                detail: "",
            };
            events::write(writing, &event)?;
            Ok(())
        });
        if let Err(denied) = begun {
            drop(desk);
            Store::discard(file);
            return Err(denied);
        }
        Ok(desk)
    }

    /// Opens a desk.
    ///
    /// # Errors
    /// No file, a foreign one or a newer desk; each left untouched.
    pub fn open(file: &Path, clock: Clock) -> Outcome<Self> {
        Ok(Self::over(Store::open(file)?, clock))
    }

    fn over(store: Store, clock: Clock) -> Self {
        let (bell, openings, activity) =
            (bell::Bell::default(), direct::Openings::default(), idle::Activity::default());
        let presence = presence::Presence::default();
        let mail_reader = std::sync::OnceLock::new();
        Self { inner: Arc::new(Inner { store, clock, bell, presence, openings, activity, mail_reader }) }
    }

    /// The time, by the desk's clock.
    pub fn now(&self) -> DateTime<Utc> {
        (self.inner.clock)()
    }

    /// The file that the desk is kept in.
    pub fn file(&self) -> &Path {
        self.inner.store.path()
    }

    /// Lets an agent in, by handle; without one the only active agent.
    ///
    /// # Errors
    /// Nobody of that name is active; or there are several and none was named: nobody is listed.
    pub fn admit(&self, handle: Option<&str>) -> Outcome<Viewer> {
        let reader = self.inner.store.reader()?;
        let found = if let Some(handle) = handle {
            stored_people::agent_by_handle(&reader, handle)?.filter(|agent| agent.active)
        } else {
            let mut active = stored_people::agents(&reader)?.into_iter().filter(|agent| agent.active);
            let first = active.next();
            if active.next().is_some() {
                return Err(Denied::Invalid(
                    "Several agents work at this desk. Say who you are with --as HANDLE.".into(),
                ));
            }
            first
        };
        match found {
            Some(agent) => Ok(Viewer::new(agent.id, agent.handle)),
            None => Err(Denied::Invalid(
                "No active agent has that handle at this desk. Say who you are with --as HANDLE.".into(),
            )),
        }
    }

    /// Calls `ring` once now and after every commit of this or another process, on any thread, until it returns false.
    /// Once now, since what was written after the listener's last read rang for nobody.
    pub fn listen(&self, ring: Box<dyn Fn(News) -> bool + Send>) {
        bell::Bell::listen(&self.inner, ring);
    }

    /// How many listen: what is not urgent is read again the more seldom the more there are.
    pub fn listeners(&self) -> usize {
        self.inner.bell.listeners()
    }

    /// Writes a backup.
    ///
    /// # Errors
    /// Not for this agent (R5.6), the target exists or cannot be written, or `progress` returned false.
    pub fn backup(&self, who: &Viewer, to: &Path, progress: &mut dyn FnMut(usize, usize) -> bool) -> Outcome<()> {
        let reader = self.inner.store.reader()?;
        crate::policy::rights::administer(&Self::me(&reader, who)?)?;
        drop(reader);
        self.inner.store.backup(to, progress)?;
        self.write(|writing| self.log(writing, EventKind::BackedUp, who, None, ""))
    }

    /// Runs work that makes a whole desk, much of it in little time: nothing inside waits for the disk, all of it is there
    /// when this returns. A power cut inside can damage the file, so this is for desks that can be made again.
    ///
    /// # Errors
    /// What `work` returns, or a failing disk.
    pub fn in_bulk<T>(&self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.inner.store.in_bulk(work)
    }

    /// From now on the desk grows to so many bytes only; beyond, writing is refused as on a full disk.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn limit_size(&self, bytes: u64) -> Outcome<()> {
        Ok(self.inner.store.limit_size(bytes)?)
    }

    /// Looks the file over: integrity, foreign keys, search index, counters. Gives what is wrong; nothing where all is well.
    ///
    /// # Errors
    /// The file cannot be read, or `progress` (steps done, steps in all) returned false.
    pub fn check(&self, progress: &mut dyn FnMut(usize, usize) -> bool) -> Outcome<Vec<String>> {
        Ok(crate::store::check::check(&self.inner.store, progress)?)
    }

    /// One write transaction; the bell rings after it.
    fn write<T>(&self, work: impl FnOnce(&Writing<'_>) -> Outcome<T>) -> Outcome<T> {
        let value = self.inner.store.write(work)?;
        self.inner.bell.ring(News::EVERYTHING);
        Ok(value)
    }

    /// One write transaction that can say what it touched.
    fn write_news<T>(&self, work: impl FnOnce(&Writing<'_>) -> Outcome<(T, News)>) -> Outcome<T> {
        let (value, news) = self.inner.store.write(work)?;
        self.inner.bell.ring(news);
        Ok(value)
    }

    /// The same for what is no loss if the power is cut in this moment: the disk is not waited for.
    fn write_lightly<T>(&self, work: impl FnOnce(&Writing<'_>) -> Outcome<(T, News)>) -> Outcome<T> {
        let (value, news) = self.inner.store.write_lightly(work)?;
        self.inner.bell.ring(news);
        Ok(value)
    }

    /// The record of who acts, as it is now; nobody whose key was revoked since.
    fn me(connection: &crate::store::Connection, who: &Viewer) -> Outcome<Agent> {
        match stored_people::agent_by_id(connection, who.id)? {
            Some(agent) if agent.active => match who.key {
                Some(key) if !stored_keys::is_live(connection, key, agent.id)? => Err(keys::revoked()),
                Some(_) | None => Ok(agent),
            },
            Some(_) | None => {
                Err(Refusal::denied("R5.6", "You are switched off at this desk. Ask an administrator.").into())
            }
        }
    }

    fn log(
        &self,
        writing: &Writing<'_>,
        kind: EventKind,
        who: &Viewer,
        conversation: Option<ConversationId>,
        detail: &str,
    ) -> Outcome<()> {
        let event = events::NewEvent {
            at: self.now().timestamp_millis(),
            kind,
            agent: Some(who.id),
            customer: None,
            conversation,
            detail,
        };
        events::write(writing, &event)?;
        Ok(())
    }
}

/// A record with the settings that everybody begins with.
fn new_agent(handle: String, name: String, role: Role) -> Agent {
    Agent {
        id: AgentId(0),
        handle,
        name,
        public_name: None,
        role,
        active: true,
        ready: true,
        reply_to_customers: true,
        from_customers: FromCustomers::All,
        notify_customers: Notify::Mine,
        notify_internal: Notify::Mine,
        bell: true,
        address: None,
        mail: crate::domain::outgoing::MailPreference::Off,
        groups: Vec::new(),
    }
}
