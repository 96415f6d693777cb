//! Reading pages: access, then scope, then what the screen asked for; one snapshot a page.

use super::{
    Desk, Outcome, directory,
    known::Known,
    mail, offer,
    page::{
        ConversationRow, Cursor, CustomerRow, Denied, ItemPage, ItemRow, ListPage, ListStart, ListWants, Listed,
        NoticeKind, NoticeRow, Page, SectionRow, Viewer, Wants,
    },
    rows, thread,
};
use crate::{
    domain::{
        id::{ConversationId, ItemId, Seq},
        item::ItemKind,
        people::{Agent, FromCustomers},
        refusal::Refusal,
        section::{Part, Section},
    },
    policy::access::Access,
    store::{
        Connection,
        conversations::moment,
        items,
        lists::{self, Window},
        notices, numbers, people,
    },
};

/// How many rows a picker is given.
const PICK: usize = 50;

/// How many conversations an item's tab is given.
const TAB: usize = 100;

/// One viewer, with everything that its reads depend on, as they are in one snapshot.
pub(super) struct Reading<'a> {
    pub connection: &'a Connection,
    pub me: Agent,
    pub access: Access,
    pub baseline: Seq,
    pub projects: Vec<i64>,
}

impl Desk {
    /// Reads what a screen shows.
    ///
    /// # Errors
    /// Switched off, a section this viewer has not, or a file that cannot be read.
    pub fn read(&self, who: &Viewer, wants: &Wants) -> Outcome<Page> {
        self.read_on(who, wants, None)
    }

    /// Reads what a screen shows, the rows that still stand aside.
    ///
    /// # Errors
    /// As [`Desk::read`].
    pub fn read_on(&self, who: &Viewer, wants: &Wants, known: Option<Known<'_>>) -> Outcome<Page> {
        let reader = self.inner.store.reader()?;
        let snapshot = reader.snapshot()?;
        let reading = Reading::begin(&snapshot, who)?;
        let mut page = reading.frame(!wants.without_numbers, known)?;
        page.list = wants.list.as_ref().map(|list| reading.list(list, known)).transpose()?;
        page.opened = wants.thread.as_ref().map(|wants| thread::open(self, &reading, who, wants)).transpose()?;
        page.item = match wants.item {
            Some(item) => reading.item(item)?,
            None => None,
        };
        page.search = wants.search.as_ref().map(|search| reading.search(search)).transpose()?;
        page.notices = wants.notices.map(|limit| reading.notices(limit)).transpose()?;
        if wants.team {
            page.agents = Some(directory::agent_rows(&snapshot)?);
            page.groups = Some(directory::group_rows(&snapshot)?);
        }
        if wants.keys {
            page.keys = Some(super::keys::key_rows(&snapshot, &reading.me)?);
        }
        page.customers = wants.customers.as_ref().map(|text| reading.customers(text)).transpose()?;
        page.items = wants.items.as_ref().map(|text| reading.items(text)).transpose()?;
        if reading.access.everything() {
            if wants.settings {
                page.settings = Some(people::settings(&snapshot)?);
            }
            page.audit = wants.audit.map(|limit| directory::audit(&snapshot, None, limit)).transpose()?;
        }
        self.about_mails(&mut page, who, wants)?;
        page.draft = match &wants.draft {
            Some(place) => directory::drafts_at(&snapshot, who, place)?.into_iter().next(),
            None => None,
        };
        for id in &wants.about {
            if !thread::may_open(self, &reading, who, *id)? {
                page.lost.push(*id);
            }
        }
        Ok(page)
    }

    /// How many customers and items pickers are given is bounded; this lists on, older than an item.
    ///
    /// # Errors
    /// Switched off, or a file that cannot be read.
    pub fn list_items(&self, who: &Viewer, before: Option<ItemId>, limit: usize) -> Outcome<Vec<ItemRow>> {
        let reader = self.inner.store.reader()?;
        Desk::me(&reader, who)?;
        items::like(&reader, "", before, limit)?.iter().map(|item| directory::item_row(&reader, item)).collect()
    }

    /// Customers whose records this viewer may see (R4.8), at most `limit`.
    ///
    /// # Errors
    /// Switched off, or a file that cannot be read.
    pub fn list_customers(&self, who: &Viewer, text: &str, limit: usize) -> Outcome<Vec<CustomerRow>> {
        let reader = self.inner.store.reader()?;
        Reading::begin(&reader, who)?.customers_up_to(text, limit)
    }
}

impl<'a> Reading<'a> {
    pub fn begin(connection: &'a Connection, who: &Viewer) -> Outcome<Self> {
        let me = Desk::me(connection, who)?;
        let projects = match me.from_customers {
            FromCustomers::Projects => lists::followed_projects(connection, &me)?,
            FromCustomers::Off | FromCustomers::All | FromCustomers::Followed => Vec::new(),
        };
        let access = Access::of(&me);
        Ok(Self { baseline: people::baseline(connection, me.id)?, connection, me, access, projects })
    }

    fn reader(&self) -> lists::Reader<'_> {
        lists::Reader { agent: &self.me, access: &self.access, projects: &self.projects }
    }

    /// The sections of this viewer's sidebar (R3.1, R3.4, R3.5).
    fn has(&self, section: Section) -> bool {
        match section {
            Section::NeedsReassignment | Section::All => self.access.everything(),
            Section::Open | Section::Unanswered | Section::Closed => self.me.from_customers != FromCustomers::Off,
            Section::Unassigned
            | Section::Live
            | Section::CustomerReplies
            | Section::InternalInbox
            | Section::InternalSent
            | Section::AllClosed => true,
        }
    }

    fn frame(&self, with_numbers: bool, known: Option<Known<'_>>) -> Outcome<Page> {
        let reader = self.reader();
        let mut sections = Vec::new();
        for section in Section::ALL.iter().copied().filter(|section| self.has(*section)) {
            let sum = if with_numbers {
                numbers::section(self.connection, &reader, section)?
            } else {
                crate::store::tally::Sum::default()
            };
            sections.push(SectionRow { section, unread: capped(sum.unread), total: capped(sum.total) });
        }
        let groups = people::groups(self.connection)?;
        let (offers, offered) = offer::shown(self, &groups, known)?;
        let (held, mailboxes) = mail::for_administrators(self.connection, &self.access)?;
        let rings =
            with_numbers.then(|| mail::notice_of_held(self.connection, &self.access, held)).transpose()?.flatten();
        let rung = rings.is_some_and(|notice| !notice.read);
        Ok(Page {
            held,
            mailboxes,
            my_groups: groups
                .into_iter()
                .filter(|group| self.me.groups.contains(&group.id))
                .map(|group| group.name)
                .collect(),
            team: people::settings(self.connection)?.team_name,
            badge: if with_numbers { capped(numbers::badge(self.connection, &reader)?) } else { 0 },
            bell: if with_numbers { capped(notices::count(self.connection, &reader)? + i64::from(rung)) } else { 0 },
            offers,
            offered,
            sections,
            ..Page::bare(self.me.clone())
        })
    }

    fn list(&self, wants: &ListWants, known: Option<Known<'_>>) -> Outcome<ListPage> {
        if !self.has(wants.section) {
            let (rule, text) = match wants.section.part() {
                Part::FromCustomers => ("R3.5", "From Customers is switched off for you. Ask an administrator."),
                Part::Queue | Part::MyConversations => {
                    ("R3.4", "This list is for the owner and admins. Ask one of them.")
                }
            };
            return Err(Refusal::denied(rule, text).into());
        }
        let total = capped(numbers::section(self.connection, &self.reader(), wants.section)?.total);
        if wants.section == Section::Unanswered {
            return self.unanswered(wants, total);
        }
        let place = |cursor: &Cursor| rows::key(cursor).ok_or_else(bad_cursor);
        let window = match &wants.start {
            ListStart::Top => Window::Older(None),
            ListStart::After(cursor) => Window::Older(Some(place(cursor)?)),
            ListStart::Before(cursor) => Window::Newer(Some(place(cursor)?)),
            ListStart::Bottom => Window::Newer(None),
        };
        let mut keys =
            lists::page(self.connection, &self.reader(), wants.section, window, wants.rows.saturating_add(1))?;
        let more = keys.len() > wants.rows;
        let (newer, older) = match window {
            Window::Older(from) => {
                keys.truncate(wants.rows);
                (from.is_some(), more)
            }
            Window::Newer(from) => {
                keys.drain(..usize::from(more));
                (more, from.is_some())
            }
        };
        let row = |id| known.and_then(|known| known.row(id)).map_or_else(|| self.row(id), |row| Ok(Some(row)));
        let rows = keys.iter().filter_map(|key| row(key.id).transpose()).collect::<Outcome<Vec<_>>>()?;
        Ok(ListPage { section: wants.section, rows: Listed::Conversations(rows), total, newer, older })
    }

    /// Items are few and have one order: the window is cut out of the newest.
    fn unanswered(&self, wants: &ListWants, total: u32) -> Outcome<ListPage> {
        let place = |cursor: &Cursor| cursor.0.parse().map(ItemId).map_err(|_| bad_cursor());
        let before = match &wants.start {
            ListStart::After(cursor) => Some(place(cursor)?),
            ListStart::Top | ListStart::Before(_) | ListStart::Bottom => None,
        };
        let all = match &wants.start {
            ListStart::Before(_) | ListStart::Bottom => usize::MAX,
            ListStart::Top | ListStart::After(_) => wants.rows.saturating_add(1),
        };
        let mut ids = lists::unanswered(self.connection, &self.reader(), before, all)?;
        let (newer, older) = match &wants.start {
            ListStart::Top | ListStart::After(_) => {
                let more = ids.len() > wants.rows;
                ids.truncate(wants.rows);
                (before.is_some(), more)
            }
            ListStart::Before(_) | ListStart::Bottom => {
                let mut below = false;
                if let ListStart::Before(cursor) = &wants.start {
                    let edge = place(cursor)?;
                    ids.retain(|id| *id > edge);
                    below = true;
                }
                let cut = ids.len().saturating_sub(wants.rows);
                ids.drain(..cut);
                (cut > 0, below)
            }
        };
        let mut listed = Vec::new();
        for id in ids {
            if let Some(item) = items::by_id(self.connection, id)? {
                listed.push(directory::item_row(self.connection, &item)?);
            }
        }
        Ok(ListPage { section: wants.section, rows: Listed::Items(listed), total, newer, older })
    }

    /// A row of a list this viewer was found to have.
    pub fn row(&self, id: ConversationId) -> Outcome<Option<ConversationRow>> {
        rows::row(self.connection, &self.access, id)
    }

    fn item(&self, id: ItemId) -> Outcome<Option<ItemPage>> {
        let Some(item) = items::by_id(self.connection, id)? else { return Ok(None) };
        let settings = people::settings(self.connection)?;
        let (conversations, total) = self.tab(id)?;
        let following_agents = items::following_agents(self.connection, id)?;
        Ok(Some(ItemPage {
            row: directory::item_row(self.connection, &item)?,
            following: following_agents.contains(&self.me.id),
            followers: self.item_followers(id)?,
            description: item.description,
            conversations,
            total,
            default_audience: match item.key.kind {
                ItemKind::Project => settings.project_audience,
                ItemKind::Ticket | ItemKind::Task | ItemKind::Article => settings.item_audience,
            },
        }))
    }

    /// An item's conversations that the viewer may access, and how many those are (R4.4).
    fn tab(&self, id: ItemId) -> Outcome<(Vec<ConversationRow>, u32)> {
        let readable = lists::of_item(self.connection, &self.access, id)?;
        let total = u32::try_from(readable.len()).unwrap_or(u32::MAX).min(super::page::EXACT + 1);
        let rows = readable.into_iter().take(TAB).filter_map(|id| self.row(id).transpose()).collect::<Outcome<_>>()?;
        Ok((rows, total))
    }

    fn item_followers(&self, id: ItemId) -> Outcome<Vec<String>> {
        let mut names = Vec::new();
        for agent in items::following_agents(self.connection, id)? {
            names.extend(people::agent_by_id(self.connection, agent)?.map(|agent| agent.name));
        }
        let groups = people::groups(self.connection)?;
        for group in items::following_groups(self.connection, id)? {
            names.extend(groups.iter().find(|it| it.id == group).map(|it| it.name.clone()));
        }
        for customer in items::following_customers(self.connection, id)? {
            if let Some(customer) = people::customer_by_id(self.connection, customer)?
                && directory::may_see_customer(self.connection, &self.me, &customer)?
            {
                names.push(directory::customer_row(customer).person.name);
            }
        }
        Ok(names)
    }

    /// The bell: the words are made now, through access (R6.7).
    fn notices(&self, limit: usize) -> Outcome<Vec<NoticeRow>> {
        let mut listed = Vec::new();
        for stored in notices::list(self.connection, &self.reader(), limit)? {
            let Ok(kind) = stored.kind.parse::<NoticeKind>() else { continue };
            let row = match stored.conversation.filter(|_| stored.readable) {
                Some(conversation) => self.row(conversation)?,
                None => None,
            };
            listed.push(NoticeRow {
                id: stored.id,
                kind,
                conversation: stored.conversation,
                text: row.as_ref().map(|row| notice_text(kind, row)),
                // A restricted notice says nothing of when (R6.6).
                at: row.as_ref().map(|_| moment(stored.at)),
                read: stored.cleared,
            });
        }
        let waiting = if self.access.everything() { mail::waiting(self.connection)? } else { 0 };
        if let Some(held) = mail::notice_of_held(self.connection, &self.access, waiting)? {
            listed.push(held);
            listed.sort_by_key(|notice| std::cmp::Reverse(notice.id));
            listed.truncate(limit);
        }
        Ok(listed)
    }

    fn customers(&self, text: &str) -> Outcome<Vec<CustomerRow>> {
        self.customers_up_to(text, PICK)
    }

    fn customers_up_to(&self, text: &str, limit: usize) -> Outcome<Vec<CustomerRow>> {
        let mut listed = Vec::new();
        people::customers_like(self.connection, text, &mut |customer| {
            let seen = self.access.everything()
                || customer.by_hand
                || lists::has_readable_conversation(self.connection, &self.access, customer.id)?;
            if seen && listed.len() < limit {
                listed.push(directory::customer_row(customer));
            }
            Ok(listed.len() < limit)
        })?;
        Ok(listed)
    }

    fn items(&self, text: &str) -> Outcome<Vec<ItemRow>> {
        let found = items::like(self.connection, text, None, PICK)?;
        found.iter().map(|item| directory::item_row(self.connection, item)).collect()
    }
}

fn capped(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX).min(super::page::EXACT + 1)
}

pub(super) fn bad_cursor() -> Denied {
    Denied::Invalid("That cursor is not one of this list. Take it from a row of the list.".into())
}

/// "New conversation from Mara Lindt: Card declined".
fn notice_text(kind: NoticeKind, row: &ConversationRow) -> String {
    let subject = if row.withheld { String::new() } else { row.subject.clone() };
    let from = row.last.as_ref().map_or_else(String::new, |last| last.from.clone());
    let requester = row.requester.as_ref().map_or_else(String::new, |person| person.name.clone());
    match kind {
        NoticeKind::NewConversation => format!("New conversation with {requester}: {subject}"),
        NoticeKind::CustomerMessage => format!("{requester} wrote: {subject}"),
        NoticeKind::AgentReply => format!("{from} replied: {subject}"),
        NoticeKind::Note => format!("New note: {subject}"),
        NoticeKind::InternalMessage => format!("Internal message: {subject}"),
        NoticeKind::Mention => format!("You were mentioned: {subject}"),
        NoticeKind::Assigned => format!("Assigned to you: {subject}"),
        NoticeKind::Added => format!("You were added: {subject}"),
        NoticeKind::Held => String::new(),
    }
}
