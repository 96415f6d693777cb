//! Routing in random histories, against a model that is worked out afresh after every step; and two who accept at once.

use crate::{
    desks::{TestDesk, inbound, note, reply},
    histories::count,
};
use deskline::{
    demo::random::Random,
    desk::{
        AgentChange, Desk, NewAgent,
        page::{Denied, Viewer},
    },
    domain::{
        command::Command,
        envelope::Inbound,
        id::ConversationId,
        people::{Role, Routing},
        refusal::RefusalKind,
        section::Section,
        setting::SettingKey,
    },
};
use rusqlite::Connection;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Barrier},
};

const GROUPS: &[&str] = &["Support", "Billing"];
const CUSTOMERS: &[&str] = &["mara@example.com", "jo@example.com", "kim@acme.example"];

/// A conversation as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    open: bool,
    private: bool,
    group: Option<i64>,
    assignee: Option<i64>,
    needs_reassignment: bool,
}

impl Standing {
    /// The group in whose line it stands.
    fn line(&self) -> Option<i64> {
        self.group.filter(|_| self.open && self.assignee.is_none())
    }
}

/// An agent as the file has it.
#[derive(Debug, Clone)]
struct Person {
    id: i64,
    handle: String,
    active: bool,
    available: bool,
    groups: BTreeSet<i64>,
}

#[derive(Debug, Clone, Default)]
struct State {
    people: Vec<Person>,
    routing: BTreeMap<i64, String>,
    conversations: BTreeMap<i64, Standing>,
    /// Who got one when, by the log alone: handle to number of the event.
    assigned: BTreeMap<String, i64>,
    newest: i64,
}

impl State {
    fn of(file: &Connection) -> Self {
        let rows = |sql: &str| -> Vec<Vec<rusqlite::types::Value>> {
            let mut statement = file.prepare_cached(sql).unwrap();
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| (0..columns).map(|at| row.get(at)).collect()).unwrap();
            rows.map(Result::unwrap).collect()
        };
        let number = |value: &rusqlite::types::Value| match value {
            rusqlite::types::Value::Integer(number) => Some(*number),
            _ => None,
        };
        let word = |value: &rusqlite::types::Value| match value {
            rusqlite::types::Value::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        let on = |value: &rusqlite::types::Value| number(value) == Some(1);
        let members = rows("SELECT agent_id, group_id FROM group_member");
        let people = rows("SELECT id, handle, active, active AND ready AND reply_to_customers FROM agent ORDER BY id");
        Self {
            people: people
                .iter()
                .map(|row| Person {
                    id: number(&row[0]).unwrap(),
                    handle: word(&row[1]),
                    active: on(&row[2]),
                    available: on(&row[3]),
                    groups: members.iter().filter(|it| it[0] == row[0]).filter_map(|it| number(&it[1])).collect(),
                })
                .collect(),
            routing: rows("SELECT id, routing FROM team_group")
                .iter()
                .map(|row| (number(&row[0]).unwrap(), word(&row[1])))
                .collect(),
            conversations: rows(
                "SELECT id, state = 'open', privacy = 'private', group_id, assignee_id, needs_reassignment FROM conversation \
                 WHERE audience = 'customer'",
            )
            .iter()
            .map(|row| {
                let standing = Standing {
                    open: on(&row[1]),
                    private: on(&row[2]),
                    group: number(&row[3]),
                    assignee: number(&row[4]),
                    needs_reassignment: on(&row[5]),
                };
                (number(&row[0]).unwrap(), standing)
            })
            .collect(),
            assigned: rows("SELECT detail, max(seq) FROM event WHERE kind = 'assigned' GROUP BY detail")
                .iter()
                .map(|row| (word(&row[0]), number(&row[1]).unwrap()))
                .collect(),
            newest: rows("SELECT coalesce(max(seq), 0) FROM event").iter().find_map(|row| number(&row[0])).unwrap(),
        }
    }

    fn live(&self, agent: i64) -> usize {
        self.conversations.values().filter(|it| it.open && it.assignee == Some(agent)).count()
    }
}

/// A history, with the model's own memory of who rejected what.
struct Story {
    desk: TestDesk,
    file: Connection,
    random: Random,
    rejected: BTreeSet<(i64, i64)>,
    /// Who gave a conversation back in the step that is under way.
    gave_back: Vec<(i64, i64)>,
    state: State,
    log: Vec<String>,
}

impl Story {
    fn new(seed: u64) -> Self {
        let desk = TestDesk::with_privacy();
        let olga = desk.agent("olga");
        let mut random = Random::of(seed, 8, 0);
        for (handle, groups) in [("eve", vec!["Support".to_owned(), "Billing".to_owned()]), ("finn", vec![])] {
            let new = NewAgent { handle: handle.into(), name: handle.into(), role: Role::Agent, groups };
            desk.desk.add_agent(&olga, &new).unwrap();
        }
        for group in GROUPS {
            let routing = random.pick(&[Routing::Polite, Routing::Polite, Routing::Dictator, Routing::Democracy]);
            desk.desk.set_group(&olga, group, routing).unwrap();
        }
        // In half of them hardly anybody is ready at first.
        let few = random.percent(50);
        for handle in ["ana", "ben", "cleo", "dev", "eve"] {
            if few && random.percent(80) {
                desk.change(handle, &AgentChange { ready: Some(false), ..AgentChange::default() });
            }
        }
        let file = Connection::open_with_flags(desk.file(), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let state = State::of(&file);
        Self { desk, file, random, rejected: BTreeSet::new(), gave_back: Vec::new(), state, log: Vec::new() }
    }

    fn viewer(&self, handle: &str) -> Option<Viewer> {
        self.desk.desk.admit(Some(handle)).ok()
    }

    fn anybody(&mut self) -> Viewer {
        let active: Vec<&Person> = self.state.people.iter().filter(|person| person.active).collect();
        let handle = active[self.random.index(active.len())].handle.clone();
        self.viewer(&handle).unwrap()
    }

    fn conversation(&mut self) -> Option<i64> {
        let ids: Vec<i64> = self.state.conversations.keys().copied().collect();
        let span = ids.len().min(5);
        (span > 0).then(|| ids[ids.len() - 1 - self.random.index(span)])
    }

    fn step(&mut self) {
        self.desk.later(i64::try_from(self.random.below(2)).unwrap());
        match self.random.below(100) {
            0..=19 => self.customer_writes(),
            20..=44 => self.offer(),
            45..=69 => self.acts(),
            70..=94 => self.administers(),
            _ => self.goes_away(),
        }
        self.settle();
    }

    fn customer_writes(&mut self) {
        let group = self.random.percent(85).then(|| self.random.pick(GROUPS).to_owned());
        let conversation = if self.random.percent(40) { self.conversation() } else { None };
        let from = match conversation {
            Some(id) => self
                .file
                .query_row(
                    "SELECT address FROM conversation JOIN customer ON customer.id = requester_id WHERE conversation.id = ?1",
                    [id],
                    |row| row.get(0),
                )
                .unwrap(),
            None => self.random.pick(CUSTOMERS).to_owned(),
        };
        let inbound = Inbound { group, ..inbound(&from, conversation.map(ConversationId), "Hello") };
        let outcome = self.desk.desk.receive(&inbound);
        self.log.push(format!("{from} writes to {conversation:?}: {outcome:?}"));
    }

    fn offer(&mut self) {
        // Mostly what is on offer, and now and then what is not.
        let mut offers = Vec::new();
        for person in self.state.people.iter().filter(|person| person.active) {
            let expected = self.state.conversations.keys().filter(|id| self.expected(person.id, **id));
            offers.extend(expected.map(|id| (person.handle.clone(), *id)));
        }
        let (who, id) = if offers.is_empty() || self.random.percent(25) {
            let Some(id) = self.conversation() else { return };
            (self.anybody(), id)
        } else {
            let (handle, id) = offers.swap_remove(self.random.index(offers.len()));
            (self.viewer(&handle).unwrap(), id)
        };
        let accepts = self.random.percent(50);
        let conversation = ConversationId(id);
        let outcome =
            if accepts { self.desk.desk.accept(&who, conversation) } else { self.desk.desk.reject(&who, conversation) };
        self.log.push(format!(
            "{} {} {id}: {:?}",
            who.handle,
            if accepts { "accepts" } else { "rejects" },
            outcome.as_ref().map(|_| ())
        ));
        let was = self.expected(who.id.0, id);
        match outcome {
            Ok(done) if accepts => {
                let had = self.state.conversations[&id].assignee == Some(who.id.0);
                assert!(was || had, "accepted what was not on offer\n{}", self.story());
                assert_eq!(done.row.unwrap().assignee.unwrap().address, who.handle);
            }
            Ok(done) => {
                assert!(was || !done.changed, "rejected what was not on offer\n{}", self.story());
                self.rejected.insert((id, who.id.0));
            }
            Err(Denied::Refused(_) | Denied::NotFound(_)) => {
                assert!(!was, "refused what is on offer\n{}", self.story())
            }
            Err(other) => panic!("{other}\n{}", self.story()),
        }
    }

    fn acts(&mut self) {
        let Some(id) = self.conversation() else { return };
        let standing = self.state.conversations[&id].clone();
        let insider =
            standing.assignee.and_then(|agent| self.state.people.iter().find(|it| it.id == agent && it.active));
        let who = match insider.map(|it| it.handle.clone()) {
            Some(handle) if self.random.percent(60) => self.viewer(&handle).unwrap(),
            _ => self.anybody(),
        };
        let group = self.random.pick(GROUPS).to_owned();
        let command = match self.random.below(14) {
            0..=2 => reply("An answer"),
            3 => note("A note"),
            4..=5 => Command::Close,
            6 => Command::Reopen,
            7 => Command::Lock,
            8 => Command::Unlock,
            9..=10 => Command::Release { confirmed: true },
            11 => Command::Forward { group, confirmed: true },
            12 => {
                let people = &self.state.people;
                let handle = people[self.random.index(people.len())].handle.clone();
                Command::Assign(handle)
            }
            _ => Command::SetPrivacy {
                privacy: if self.random.percent(60) {
                    deskline::domain::conversation::Privacy::Private
                } else {
                    deskline::domain::conversation::Privacy::Public
                },
                confirmed: true,
            },
        };
        let outcome = self.desk.desk.run(&who, ConversationId(id), command.clone());
        self.log.push(format!("{} {id} {command:?}: {:?}", who.handle, outcome.as_ref().map(|_| ())));
        let gives_back = matches!(command, Command::Release { .. } | Command::Forward { .. });
        if outcome.is_ok_and(|done| done.changed) && gives_back {
            self.gave_back = standing.assignee.into_iter().chain([who.id.0]).map(|agent| (id, agent)).collect();
        }
    }

    fn administers(&mut self) {
        let olga = self.desk.agent("olga");
        let people: Vec<String> =
            self.state.people.iter().map(|it| it.handle.clone()).filter(|handle| handle != "olga").collect();
        let handle = people[self.random.index(people.len())].clone();
        let (on, group) = (self.random.percent(65), self.random.pick(GROUPS));
        let set = |change: AgentChange| self.desk.desk.set_agent(&olga, &handle, &change).map(drop);
        let what = self.random.below(12);
        let outcome = match what {
            0..=5 => set(AgentChange { ready: Some(on), ..AgentChange::default() }),
            6 => set(AgentChange { reply_to_customers: Some(on), ..AgentChange::default() }),
            7 => set(AgentChange { active: Some(on), ..AgentChange::default() }),
            8 => self.desk.desk.join_group(&olga, group, &handle).map(drop),
            9 => self.desk.desk.leave_group(&olga, group, &handle).map(drop),
            10 => {
                let routing = self.random.pick(Routing::ALL);
                self.log.push(format!("{group} becomes {routing}"));
                self.desk.desk.set_group(&olga, group, routing).map(drop)
            }
            _ => {
                let key = self.random.pick(&[SettingKey::NewConversationsPrivate, SettingKey::HandBack]);
                let value = if on { "on" } else { "off" };
                self.desk.desk.save_settings(&olga, &[(key, value.to_owned())]).map(drop)
            }
        };
        self.log.push(format!("administration {what} {handle} {on} {group}: {outcome:?}"));
    }

    fn goes_away(&mut self) {
        let who = self.anybody();
        self.desk.desk.agent_acted(&who);
        self.desk.desk.left(&who);
        self.desk.later(2);
        let outcome = self.desk.desk.retire_idle(self.desk.desk.now());
        self.log.push(format!("{} is away: {outcome:?}", who.handle));
    }

    /// Whether, by the rules, a conversation is on offer to an agent (R8.1–R8.3).
    fn expected(&self, agent: i64, conversation: i64) -> bool {
        let person = self.state.people.iter().find(|it| it.id == agent).unwrap();
        let line = self.state.conversations[&conversation].line();
        line.is_some_and(|group| {
            person.available
                && person.groups.contains(&group)
                && self.state.routing[&group] == "polite"
                && !self.rejected.contains(&(conversation, agent))
        })
    }

    /// Takes in what the step made of the desk, and looks at all of it.
    fn settle(&mut self) {
        let before = std::mem::replace(&mut self.state, State::of(&self.file));
        // Whoever gave it back did so before anybody was chosen.
        self.rejected.extend(self.gave_back.iter().copied());
        let handed = std::mem::take(&mut self.gave_back);
        self.choices(&before);
        for (id, standing) in &self.state.conversations {
            if before.conversations.get(id).map(Standing::line) != Some(standing.line()) {
                self.rejected.retain(|it| it.0 != *id || handed.contains(it));
            }
            if standing.line().is_none() {
                self.rejected.retain(|it| it.0 != *id);
            }
        }
        self.offers();
        self.nothing_lost();
    }

    /// Every choice of routing in this step: of somebody who may be chosen, and the one whom the rules name.
    fn choices(&self, before: &State) {
        let mut events = self
            .file
            .prepare_cached(
                "SELECT conversation_id, detail FROM event WHERE seq > ?1 AND kind = 'assigned' AND agent_id IS NULL ORDER BY seq",
            )
            .unwrap();
        let events: Vec<(i64, String)> = events
            .query_map([before.newest], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let (mut live, mut last) = (BTreeMap::new(), before.assigned.clone());
        for (order, (id, handle)) in events.into_iter().enumerate() {
            let group = self.state.conversations[&id].group.unwrap();
            assert_eq!(self.state.routing[&group], "dictator", "{}", self.story());
            let candidate =
                |it: &&Person| it.available && it.groups.contains(&group) && !self.rejected.contains(&(id, it.id));
            let load = |it: &&Person| {
                let live: usize = live.get(&it.id).copied().unwrap_or_else(|| before.live(it.id));
                (live, last.get(&it.handle).copied().unwrap_or(0), it.id)
            };
            let chosen = self.state.people.iter().filter(candidate).min_by_key(load);
            let chosen = chosen.unwrap_or_else(|| panic!("{handle} may not be chosen for {id}\n{}", self.story()));
            assert_eq!(chosen.handle, handle, "for {id}\n{}", self.story());
            live.insert(chosen.id, load(&chosen).0 + 1);
            last.insert(handle, i64::MAX / 2 + i64::try_from(order).unwrap());
        }
    }

    /// What everybody is offered is exactly what the rules say, oldest first, and no dictator leaves anything lying.
    fn offers(&self) {
        let lines: Vec<i64> =
            self.state.conversations.iter().filter(|it| it.1.line().is_some()).map(|it| *it.0).collect();
        for person in self.state.people.iter().filter(|person| person.active) {
            let viewer = self.viewer(&person.handle).unwrap();
            let offers = self.desk.desk.offers(&viewer).unwrap();
            let shown: BTreeSet<i64> = offers.iter().map(|it| it.conversation.id.0).collect();
            let expected: BTreeSet<i64> = lines.iter().copied().filter(|id| self.expected(person.id, *id)).collect();
            assert_eq!(shown, expected, "what is on offer to {}\n{}", person.handle, self.story());
            assert!(offers.is_sorted_by_key(|it| (it.since, it.conversation.id)), "{}", self.story());
            for row in offers.iter().map(|it| &it.conversation) {
                assert!(row.assignee.is_none() && !row.withheld && row.requester.is_some(), "{row:?}");
            }
        }
        for id in lines {
            let group = self.state.conversations[&id].group.unwrap();
            let free =
                |it: &&Person| it.available && it.groups.contains(&group) && !self.rejected.contains(&(id, it.id));
            let left = self.state.routing[&group] == "dictator" && self.state.people.iter().any(|it| free(&it));
            assert!(!left, "{id} waits although somebody may be chosen\n{}", self.story());
        }
    }

    /// One assignee at most, and every open conversation is somebody's to find.
    fn nothing_lost(&self) {
        let doubly = "SELECT count(*) FROM conversation c WHERE c.audience = 'customer' AND \
                      (SELECT count(*) FROM member m WHERE m.conversation_id = c.id AND m.assigned) <> (c.assignee_id IS NOT NULL)";
        assert_eq!(self.file.query_row(doubly, [], |row| row.get::<_, i64>(0)).unwrap(), 0, "{}", self.story());
        for (id, standing) in self.state.conversations.iter().filter(|it| it.1.open) {
            let found = match standing.assignee {
                None => true,
                Some(agent) => {
                    let active = self.state.people.iter().any(|it| it.id == agent && it.active);
                    active || (standing.private && standing.needs_reassignment)
                }
            };
            assert!(found, "{id} is lost: {standing:?}\n{}", self.story());
        }
    }

    /// Where the screens list what is open.
    fn reachable(&self) {
        let listed: BTreeSet<i64> = [Section::Unassigned, Section::NeedsReassignment]
            .into_iter()
            .flat_map(|section| self.desk.listed("olga", section))
            .map(|id| id.0)
            .collect();
        for (id, standing) in self.state.conversations.iter().filter(|it| it.1.open) {
            let live =
                standing.assignee.and_then(|agent| self.state.people.iter().find(|it| it.id == agent && it.active));
            let found = match live {
                Some(person) => self.desk.listed(&person.handle, Section::Live).contains(&ConversationId(*id)),
                None => listed.contains(id),
            };
            assert!(found, "{id} stands in no queue: {standing:?}\n{}", self.story());
        }
    }

    fn story(&self) -> String {
        self.log.iter().rev().take(25).rev().cloned().collect::<Vec<_>>().join("\n")
    }
}

/// R8.1: of two who accept in the same moment exactly one has it, on one handle of the desk as on two.
#[test]
fn two_who_accept_at_once() {
    for (round, private) in (0..40).map(|round| (round, round % 2 == 1)) {
        let desk = TestDesk::with_privacy();
        desk.desk.set_group(&desk.agent("olga"), "Support", Routing::Polite).unwrap();
        let id = desk.arrival();
        if private {
            desk.does("olga", id, crate::desks::make(deskline::domain::conversation::Privacy::Private, true));
        }
        let now = desk.desk.now();
        let other = Desk::open(&desk.file(), Arc::new(move || now)).unwrap();
        let handles = if round % 4 < 2 { [desk.desk.clone(), other] } else { [desk.desk.clone(), desk.desk.clone()] };
        let start = Arc::new(Barrier::new(2));
        let racing = handles.into_iter().zip(["ana", "ben"]).map(|(handle, who)| {
            let (start, viewer) = (Arc::clone(&start), desk.agent(who));
            std::thread::spawn(move || {
                start.wait();
                handle.accept(&viewer, id)
            })
        });
        let racing: Vec<_> = racing.collect();
        let [ana, ben]: [_; 2] =
            racing.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>().try_into().unwrap();
        let (winner, loser, name) = if ana.is_ok() { ("ana", ben, "Ana Ruiz") } else { ("ben", ana, "Ben Okafor") };
        assert_eq!(desk.row(id).assignee.unwrap().address, winner);
        let refusal = crate::desks::refusal(loser);
        assert_eq!((refusal.kind == RefusalKind::Restricted, refusal.text.contains(name)), (private, !private));
        let lines = desk.texts("olga", id).into_iter().filter(|text| text.contains("accepted")).count();
        assert_eq!(lines, 1);
    }
}

fn histories(part: u64) {
    let all = count("DESKLINE_ROUTING", 1_000);
    for seed in (0..all).filter(|seed| seed % 4 == part) {
        let mut story = Story::new(seed);
        story.log.push(format!("seed {seed}"));
        for _ in 0..24 {
            story.step();
        }
        story.reachable();
    }
}

#[test]
fn random_histories_keep_the_rules_of_routing_1() {
    histories(0);
}

#[test]
fn random_histories_keep_the_rules_of_routing_2() {
    histories(1);
}

#[test]
fn random_histories_keep_the_rules_of_routing_3() {
    histories(2);
}

#[test]
fn random_histories_keep_the_rules_of_routing_4() {
    histories(3);
}
