//! Access, lists and numbers on generated desks: what the program gives equals what the rules say, worked out here once
//! more and without it.

use crate::{
    desks::TestDesk,
    histories::{History, World, count, others_direct},
};
use deskline::{
    desk::page::{ListStart, ListWants, Listed, Opened, Page, SearchWants, ThreadStart, ThreadWants, Viewer, Wants},
    domain::{
        conversation::{Audience, EntryKind, Facts, Member, Privacy, State},
        id::{AgentId, ConversationId, ItemId},
        item::{Item, ItemKind, ItemStatus},
        people::{Agent, FromCustomers, Role},
        section::Section,
    },
    policy::access::Access,
    store::{Store, predicate},
};
use std::collections::BTreeSet;

/// access(agent a, c) of §9, word by word.
pub fn may_read(a: &Agent, c: &Facts) -> bool {
    let named = c.members.iter().any(|member| member.agent == a.id && (member.starter || member.added));
    a.active
        && (matches!(a.role, Role::Owner | Role::Admin)
            || (c.audience == Audience::Customer
                && (c.privacy == Privacy::Public
                    || c.assignee == Some(a.id)
                    || (c.assignee.is_none() && c.group.is_some_and(|group| a.groups.contains(&group)))))
            || (c.audience == Audience::Internal && (named || (c.privacy == Privacy::Public && c.item.is_some()))))
}

/// What an agent may read without a deliberate, audited opening (R6.11).
pub fn may_read_openly(a: &Agent, c: &Facts) -> bool {
    may_read(a, c) && !others_direct(a.id, c)
}

/// Everything that is worked out for one viewer.
struct View<'a> {
    world: &'a World,
    me: &'a Agent,
    unread: &'a BTreeSet<(AgentId, ConversationId)>,
}

impl View<'_> {
    fn administers(&self) -> bool {
        matches!(self.me.role, Role::Owner | Role::Admin)
    }

    fn place<'c>(&self, c: &'c Facts) -> Option<&'c Member> {
        c.members.iter().find(|member| member.agent == self.me.id)
    }

    /// R7.1, R7.2: sent what is written.
    fn follows_directly(&self, c: &Facts) -> bool {
        self.place(c).is_some_and(|m| !m.unfollowed && (m.starter || m.added || m.chosen || m.posted || m.assigned))
    }

    fn follows(&self, c: &Facts) -> bool {
        self.follows_directly(c) || self.place(c).is_some_and(|m| !m.unfollowed && (m.via_item || m.via_group))
    }

    /// Being named in an internal conversation is taking part in it (§9: a named participant).
    fn took_part(&self, c: &Facts) -> bool {
        let internal = c.audience == Audience::Internal;
        self.place(c).is_some_and(|m| m.starter || m.posted || (internal && m.added))
    }

    fn in_my_groups(&self, c: &Facts) -> bool {
        c.group.is_some_and(|group| self.me.groups.contains(&group))
    }

    fn in_followed_project(&self, c: &Facts) -> bool {
        c.project.is_some_and(|project| self.world.followed_projects.contains(&(project, self.me.id)))
    }

    /// R3.5.
    fn in_my_scope(&self, c: &Facts) -> bool {
        match self.me.from_customers {
            FromCustomers::Off => false,
            FromCustomers::All => true,
            FromCustomers::Projects => self.in_followed_project(c),
            FromCustomers::Followed => self.follows_directly(c),
        }
    }

    fn has(&self, section: Section) -> bool {
        match section {
            Section::NeedsReassignment | Section::All => self.administers(),
            Section::Open | Section::Unanswered | Section::Closed => self.me.from_customers != FromCustomers::Off,
            _ => true,
        }
    }

    /// R3.1 to R3.5: whether a section lists a conversation that its viewer may read.
    fn lists(&self, section: Section, c: &Facts) -> bool {
        let open = c.state == State::Open;
        let customer = c.audience == Audience::Customer;
        let mine = self.place(c);
        match section {
            Section::Unassigned => {
                customer && open && c.assignee.is_none() && (self.administers() || self.in_my_groups(c))
            }
            Section::Live => open && c.assignee == Some(self.me.id),
            Section::NeedsReassignment => open && c.needs_reassignment,
            Section::All => true,
            Section::Open => customer && open && self.in_my_scope(c),
            Section::Closed => customer && !open && self.in_my_scope(c),
            Section::CustomerReplies => customer && open && self.follows(c),
            Section::InternalSent => !customer && open && mine.is_some_and(|m| m.starter),
            Section::InternalInbox => {
                !customer && open && !mine.is_some_and(|m| m.starter) && (self.follows(c) || self.took_part(c))
            }
            Section::AllClosed => !open && (self.follows(c) || self.took_part(c)),
            Section::Unanswered => false,
        }
    }

    fn activity(&self, c: &Facts) -> i64 {
        let entries = self.world.entries[&c.id].iter().filter(|entry| entry.kind != EntryKind::System);
        entries.map(|entry| entry.at).max().unwrap_or(c.at.timestamp_millis())
    }

    /// A section as the rules have it, newest first. Direct ones of others stand in All conversations only (R6.11).
    fn section(&self, section: Section) -> Vec<&Facts> {
        let readable = self.world.conversations.iter().filter(|c| may_read(self.me, c));
        let openly = readable.filter(|c| section == Section::All || may_read_openly(self.me, c));
        let mut listed: Vec<&Facts> = openly.filter(|c| self.has(section) && self.lists(section, c)).collect();
        listed.sort_by_key(|c| std::cmp::Reverse((self.activity(c), c.id)));
        listed
    }

    fn is_unread(&self, c: &Facts) -> bool {
        self.unread.contains(&(self.me.id, c.id))
    }

    /// R3.6 without what is only listed without words (R6.11).
    fn numbers(&self, section: Section) -> (u32, u32) {
        let counted: Vec<&Facts> = self.section(section).into_iter().filter(|c| may_read_openly(self.me, c)).collect();
        let number = |count: usize| u32::try_from(count).expect("few");
        (number(counted.iter().filter(|c| self.is_unread(c)).count()), number(counted.len()))
    }

    fn badge(&self) -> u32 {
        let listed =
            Section::ALL.iter().filter(|section| self.has(**section)).flat_map(|section| self.section(*section));
        let unread: BTreeSet<ConversationId> =
            listed.filter(|c| may_read_openly(self.me, c) && self.is_unread(c)).map(|c| c.id).collect();
        u32::try_from(unread.len()).expect("few")
    }

    /// R3.3, R3.5.
    fn unanswered(&self) -> Vec<ItemId> {
        let answered = |item: &Item| {
            self.world.conversations.iter().any(|c| {
                c.item == Some(item.key.id)
                    && c.audience == Audience::Customer
                    && self.world.entries[&c.id].iter().any(|e| e.kind == EntryKind::Reply && e.agent.is_some())
            })
        };
        let in_scope = |item: &Item| match self.me.from_customers {
            FromCustomers::Off => false,
            FromCustomers::All => true,
            FromCustomers::Projects => {
                let project = if item.key.kind == ItemKind::Project { Some(item.key.id) } else { item.project };
                project.is_some_and(|project| self.world.followed_projects.contains(&(project, self.me.id)))
            }
            FromCustomers::Followed => self.world.item_agents.contains(&(item.key.id, self.me.id)),
        };
        let waits = |item: &&Item| {
            item.requester.is_some() && item.status == ItemStatus::Open && !answered(item) && in_scope(item)
        };
        let mut waiting: Vec<ItemId> = self.world.items.iter().filter(waits).map(|item| item.key.id).collect();
        waiting.sort_by_key(|id| std::cmp::Reverse(*id));
        waiting
    }

    /// R3.5 for the search: some section of this viewer's messenger lists it, or could once it is closed.
    fn findable(&self, c: &Facts) -> bool {
        let waiting = c.state == State::Open && c.assignee.is_none() && self.in_my_groups(c);
        let mine = self.follows(c) || self.took_part(c) || c.assignee == Some(self.me.id);
        let in_scope = match self.me.from_customers {
            FromCustomers::All => true,
            FromCustomers::Projects => self.in_followed_project(c),
            FromCustomers::Off | FromCustomers::Followed => false,
        };
        may_read_openly(self.me, c)
            && (c.audience == Audience::Internal || self.administers() || mine || waiting || in_scope)
    }
}

fn read(desk: &TestDesk, me: &Agent, wants: &Wants) -> Page {
    desk.desk.read(&Viewer::new(me.id, me.handle.clone()), wants).expect("a page")
}

fn ids(page: Page) -> Vec<i64> {
    match page.list.expect("a list").rows {
        Listed::Conversations(rows) => rows.into_iter().map(|row| row.id.0).collect(),
        Listed::Items(rows) => rows.into_iter().map(|row| row.item.key.id.0).collect(),
    }
}

/// (a) The predicate three times: the rule, the policy, the SQL; and every surface that goes by it.
fn prove_access(history: &History, world: &World) {
    let store = Store::open(&history.desk.file()).expect("the desk's file");
    let connection = store.reader().expect("a reader");
    for me in &world.agents {
        let access = Access::of(me);
        let by_sql = |condition: String| -> BTreeSet<i64> {
            let mut statement =
                connection.prepare(&format!("SELECT c.id FROM conversation c WHERE {condition}")).expect("SQL");
            statement.query_map([], |row| row.get(0)).expect("rows").map(|id| id.expect("a number")).collect()
        };
        let set = |keep: &dyn Fn(&Facts) -> bool| -> BTreeSet<i64> {
            world.conversations.iter().filter(|c| keep(c)).map(|c| c.id.0).collect()
        };
        let rule = set(&|c| may_read(me, c));
        assert_eq!(rule, set(&|c| access.holds(c)), "policy for {}, {}", me.handle, history.story());
        assert_eq!(rule, by_sql(predicate::readable(&access)), "SQL for {}, {}", me.handle, history.story());
        let openly = set(&|c| may_read_openly(me, c));
        assert_eq!(
            openly,
            by_sql(predicate::openly_readable(&access)),
            "open SQL for {}, {}",
            me.handle,
            history.story()
        );
        let viewer = Viewer::new(me.id, me.handle.clone());
        if !me.active {
            assert!(history.desk.desk.read(&viewer, &Wants::default()).is_err(), "{} is switched off", me.handle);
            assert!(history.desk.desk.export(&viewer, &mut |_, _, _| true).is_err());
            continue;
        }
        prove_surfaces(history, world, me, &openly);
    }
}

fn prove_surfaces(history: &History, world: &World, me: &Agent, openly: &BTreeSet<i64>) {
    let desk = &history.desk;
    let opened = |c: &&Facts| {
        let wants = ThreadWants { conversation: c.id, start: ThreadStart::End, entries: 1 };
        let page = read(desk, me, &Wants { thread: Some(wants), without_numbers: true, ..Wants::default() });
        matches!(page.opened, Some(Opened::Thread(_)))
    };
    let seen: BTreeSet<i64> = world.conversations.iter().filter(opened).map(|c| c.id.0).collect();
    assert_eq!(&seen, openly, "opening as {}, {}", me.handle, history.story());

    for item in &world.items {
        let page = read(desk, me, &Wants { item: Some(item.key.id), without_numbers: true, ..Wants::default() });
        let tab = page.item.expect("every agent sees every item (R4.8)");
        let shown: BTreeSet<i64> = tab.conversations.iter().map(|row| row.id.0).collect();
        let linked: BTreeSet<i64> =
            world.conversations.iter().filter(|c| c.item == Some(item.key.id)).map(|c| c.id.0).collect();
        let expected: BTreeSet<i64> = linked.intersection(openly).copied().collect();
        assert_eq!(shown, expected, "the tab of {} as {}, {}", item.key, me.handle, history.story());
        assert_eq!(tab.total, u32::try_from(expected.len()).expect("few"));
    }

    let mut exported = 0;
    let viewer = Viewer::new(me.id, me.handle.clone());
    let count = desk.desk.export(&viewer, &mut |_, _, total| {
        exported += 1;
        total == openly.len()
    });
    assert_eq!((count.expect("exported"), exported), (openly.len(), openly.len()), "export as {}", me.handle);

    let page = read(desk, me, &Wants { notices: Some(10_000), ..Wants::default() });
    let notices = page.notices.expect("notices");
    for notice in &notices {
        let facts = world.conversations.iter().find(|c| Some(c.id) == notice.conversation).expect("a conversation");
        assert_eq!(notice.text.is_some(), may_read_openly(me, facts), "a notice of {}, {}", me.handle, history.story());
        assert_eq!(notice.at.is_some(), notice.text.is_some(), "no time without access (R6.6)");
    }
    let standing = notices.iter().filter(|notice| !notice.read && notice.text.is_some()).count();
    assert_eq!(page.bell, u32::try_from(standing).expect("few"), "the bell of {}", me.handle);

    prove_customers(history, world, me);
}

/// R4.8.
fn prove_customers(history: &History, world: &World, me: &Agent) {
    let viewer = Viewer::new(me.id, me.handle.clone());
    let shown = history.desk.desk.list_customers(&viewer, "", 10_000).expect("customers");
    let shown: BTreeSet<String> = shown.into_iter().map(|row| row.person.address).collect();
    let known = |customer: &&deskline::domain::people::Customer| {
        matches!(me.role, Role::Owner | Role::Admin)
            || customer.by_hand
            || world.items.iter().any(|item| item.requester == Some(customer.id))
            || world
                .conversations
                .iter()
                .any(|c| may_read(me, c) && c.customers.iter().any(|place| place.customer == customer.id))
    };
    let expected: BTreeSet<String> =
        world.customers.iter().filter(known).map(|customer| customer.address.clone()).collect();
    assert_eq!(shown, expected, "customers as {}, {}", me.handle, history.story());
}

/// What the search finds without words: the conversations, through all its pages.
fn searched(desk: &TestDesk, me: &Agent, query: &str, hits: usize) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let search = SearchWants { query: query.into(), after, hits };
        let page = read(desk, me, &Wants { search: Some(search), without_numbers: true, ..Wants::default() });
        let page = page.search.expect("a search");
        assert_eq!(page.problem, None);
        found.extend(page.hits.iter().map(|hit| (hit.conversation.id.0, hit.entry.seq.0)));
        match page.older {
            Some(older) => after = Some(older),
            None => return found,
        }
    }
}

fn prove_search(history: &History, view: &View<'_>) {
    let world = view.world;
    let findable = |keep: &dyn Fn(&Facts) -> bool| -> BTreeSet<(i64, i64)> {
        let found = world.conversations.iter().filter(|c| view.findable(c) && keep(c));
        found
            .flat_map(|c| world.entries[&c.id].iter().map(move |entry| (c, entry)))
            .filter(|(_, entry)| entry.kind != EntryKind::System)
            .map(|(c, entry)| (c.id.0, entry.seq.0))
            .collect()
    };
    let who = format!("search as {}, {}", view.me.handle, history.story());
    for hits in [3, 1_000] {
        let found = searched(&history.desk, view.me, "before:2100-01-01", hits);
        assert_eq!(found.len(), found.iter().collect::<BTreeSet<_>>().len(), "nothing twice: {who}");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), findable(&|_| true), "{who}");
    }
    let unread = searched(&history.desk, view.me, "is:unread", 1_000).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(unread, findable(&|c| view.is_unread(c)), "{who}");
    let private = searched(&history.desk, view.me, "is:private", 1_000).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(private, findable(&|c| c.privacy == Privacy::Private), "{who}");
    let common = searched(&history.desk, view.me, "common", 4);
    let all = findable(&|_| true);
    assert!(common.iter().all(|hit| all.contains(hit)), "{who}");
}

/// (b) Lists newest first, whole and in windows; (c) numbers and badge.
fn prove_lists(history: &History, view: &View<'_>) {
    let desk = &history.desk;
    let page = read(desk, view.me, &Wants::default());
    assert_eq!(page.badge, view.badge(), "the badge of {}, {}", view.me.handle, history.story());
    for section in Section::ALL.iter().copied() {
        let expected: Vec<i64> = match section {
            Section::Unanswered => view.unanswered().into_iter().map(|id| id.0).collect(),
            _ => view.section(section).into_iter().map(|c| c.id.0).collect(),
        };
        let row = page.sections.iter().find(|row| row.section == section);
        assert_eq!(row.is_some(), view.has(section), "{section} for {}", view.me.handle);
        let window = |start: ListStart, rows: usize| {
            let list = Some(ListWants { section, start, rows });
            Wants { list, without_numbers: true, ..Wants::default() }
        };
        let Some(row) = row else {
            let viewer = Viewer::new(view.me.id, view.me.handle.clone());
            assert!(desk.desk.read(&viewer, &window(ListStart::Top, 1)).is_err());
            continue;
        };
        let about = || format!("{section} of {} ({:?}), {}", view.me.handle, view.me.from_customers, history.story());
        assert_eq!(ids(read(desk, view.me, &window(ListStart::Top, 1_000))), expected, "{}", about());
        let numbers = match section {
            Section::Unanswered => {
                (u32::try_from(expected.len()).expect("few"), u32::try_from(expected.len()).expect("few"))
            }
            _ => view.numbers(section),
        };
        assert_eq!((row.unread, row.total), numbers, "{}", about());
        for rows in [1, 2, 3] {
            assert_eq!(tiles(desk, view.me, section, rows), (expected.clone(), expected.clone()), "{}", about());
        }
        prove_marks(desk, view, section);
    }
}

/// Every row's unread mark, so that numbers and rows cannot differ.
fn prove_marks(desk: &TestDesk, view: &View<'_>, section: Section) {
    let list = Some(ListWants { section, start: ListStart::Top, rows: 1_000 });
    let Listed::Conversations(rows) =
        read(desk, view.me, &Wants { list, ..Wants::default() }).list.expect("a list").rows
    else {
        return;
    };
    for row in rows {
        let facts = view.world.conversations.iter().find(|c| c.id == row.id).expect("listed");
        assert_eq!(row.withheld, others_direct(view.me.id, facts));
        assert_eq!(row.unread, view.is_unread(facts) && !row.withheld, "{section} #{} of {}", row.id, view.me.handle);
    }
}

/// A list read in windows from its top downwards and from its bottom upwards.
fn tiles(desk: &TestDesk, me: &Agent, section: Section, rows: usize) -> (Vec<i64>, Vec<i64>) {
    let window = |start: ListStart| {
        let list = Some(ListWants { section, start, rows });
        let page = read(desk, me, &Wants { list, without_numbers: true, ..Wants::default() });
        let list = page.list.clone().expect("a list");
        let cursors: Vec<_> = match &list.rows {
            Listed::Conversations(rows) => rows.iter().map(|row| row.cursor.clone()).collect(),
            Listed::Items(rows) => rows.iter().map(|row| row.cursor.clone()).collect(),
        };
        (ids(page), cursors, list)
    };
    let (mut down, mut start) = (Vec::new(), ListStart::Top);
    loop {
        let (ids, cursors, list) = window(start);
        down.extend(ids);
        match cursors.last() {
            Some(last) if list.older => start = ListStart::After(last.clone()),
            _ => break,
        }
    }
    let (mut up, mut start) = (Vec::new(), ListStart::Bottom);
    loop {
        let (mut ids, cursors, list) = window(start);
        ids.append(&mut up);
        up = ids;
        match cursors.first() {
            Some(first) if list.newer => start = ListStart::Before(first.clone()),
            _ => break,
        }
    }
    (down, up)
}

fn prove(history: &History) {
    let world = World::of(&history.desk);
    let findings = history.desk.desk.check(&mut |_, _| true).expect("checked");
    assert!(findings.is_empty(), "{findings:#?}, {}", history.story());
    for c in &world.conversations {
        let orphaned = c.privacy == Privacy::Private
            && c.assignee.is_some_and(|id| world.agents.iter().any(|agent| agent.id == id && !agent.active));
        assert!(!orphaned || c.needs_reassignment, "R6.8 for #{}, {}", c.id, history.story());
        assert!(!c.needs_reassignment || c.privacy == Privacy::Private, "R6.8 for #{}, {}", c.id, history.story());
    }
    prove_access(history, &world);
    for me in world.agents.iter().filter(|agent| agent.active) {
        let view = View { world: &world, me, unread: &history.unread };
        prove_lists(history, &view);
        prove_search(history, &view);
    }
}

/// §9, R3.1 to R3.6, R4.4, R4.8, R6.2 to R6.11 on desks with random pasts. `DESKLINE_CASES`: how many; `DESKLINE_SEED`: from which.
#[test]
fn what_the_desk_gives_is_what_the_rules_say_on_generated_desks() {
    let (cases, first) = (count("DESKLINE_CASES", 5), count("DESKLINE_SEED", 1));
    for seed in first..first + cases {
        let mut history = History::new(seed);
        for _ in 0..3 {
            for _ in 0..70 {
                history.step();
            }
            prove(&history);
        }
    }
}

/// A proof that cannot fail proves nothing: histories reach what the rules speak of.
#[test]
fn generated_desks_hold_what_the_rules_speak_of() {
    let pasts: Vec<History> = (1..=3).map(|seed| History::of(seed, 200)).collect();
    let worlds: Vec<World> = pasts.iter().map(|history| World::of(&history.desk)).collect();
    let has = |what: &str, keep: &dyn Fn(&Facts) -> bool| {
        assert!(worlds.iter().flat_map(|world| &world.conversations).any(keep), "no {what}");
    };
    has("private one", &|c| c.privacy == Privacy::Private && c.audience == Audience::Customer && c.assignee.is_some());
    has("private unassigned one", &|c| c.privacy == Privacy::Private && c.assignee.is_none() && c.group.is_some());
    has("private internal one on an item", &|c| {
        c.privacy == Privacy::Private && c.audience == Audience::Internal && c.item.is_some()
    });
    has("direct one", &|c| c.audience == Audience::Internal && c.item.is_none());
    has("closed one", &|c| c.state == State::Closed);
    has("locked one", &|c| c.state == State::Locked);
    has("one in a project", &|c| c.project.is_some());
    has("follow-up", &|c| c.follow_up_to.is_some());
    has("imported one", &|c| c.news.0 == 0);
    for history in &pasts {
        assert!(!history.unread.is_empty());
        let refused = history.log.iter().filter(|line| line.contains("refused")).count();
        let all = history.log.len();
        assert!(refused > all / 10 && refused < all * 3 / 4, "{refused} of {all} were refused");
    }
    assert!(worlds.iter().flat_map(|world| &world.agents).any(|agent| !agent.active));
}
