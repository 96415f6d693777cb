//! "Who may do what": the two tables of the rules, computed by really doing it, each act on a fresh desk.

use crate::desks::{TestDesk, add_agent, add_customer, assign, is_restricted, make, reply, with_agents};
use deskline::{
    desk::page::Opened,
    domain::{
        command::Command,
        conversation::{Audience, Privacy},
        id::ConversationId,
        item::{ItemKey, ItemKind},
        people::Party,
        section::Section,
    },
};
use std::fmt::Write as _;

/// The tables as the rules have them.
const CUSTOMER_TABLE: &str = "\
| customer conversation | public, unassigned | public, assigned | private, unassigned | private, assigned |
|---|---|---|---|---|
| owner, admin | S R Z A P | S R Z A P | S R Z A P | S R Z A P |
| assignee | n/a | S R Z A | n/a | S R Z A |
| in the group | S R Z A | S R Z | S R Z A | – (restricted screen) |
| outside the group | S | S | – | – |
| follower added by another, outside the group | S R Z | S R Z | – | – |
| follower by own choice, outside the group | S | S | – | – |
| requester, customer follower | S R | S R | S R | S R |
| any other customer | – | – | – | – |
";
const INTERNAL_TABLE: &str = "\
| internal conversation | public, on an item | private, on an item | direct |
|---|---|---|---|
| owner, admin | S R Z P | S R Z P | by audited view |
| starter, added by name | S R Z | S R Z | S R Z |
| follower through the item | S R Z | – | – |
| any other agent | S R Z (in the item's tab) | – | – |
| any customer | – | – | – |
";

/// A desk with one conversation in the middle of it.
struct Case {
    desk: TestDesk,
    id: ConversationId,
    item: Option<ItemKey>,
    privacy: Privacy,
}

/// Somebody who tries.
#[derive(Clone, Copy)]
enum Who {
    Agent(&'static str),
    Customer(&'static str),
}

const ACTS: [char; 5] = ['S', 'R', 'Z', 'A', 'P'];

impl Case {
    fn opened(&self, handle: &str) -> Opened {
        self.desk.open(handle, self.id)
    }

    /// Whether an agent is let do it: all of it, and with the effect that it should have.
    fn agent_may(&self, handle: &str, act: char, locked: bool) -> bool {
        let try_all = |commands: &[Command]| {
            let outcomes: Vec<bool> = commands
                .iter()
                .map(|command| {
                    let before = self.desk.contents();
                    let outcome = self.desk.run(handle, self.id, command.clone());
                    assert!(outcome.is_ok() || self.desk.contents() == before, "a refusal wrote something");
                    outcome.is_ok_and(|done| done.changed)
                })
                .collect();
            assert!(
                outcomes.iter().all(|it| *it == outcomes[0]),
                "{handle} may do one step and not another: {outcomes:?}"
            );
            outcomes[0]
        };
        match act {
            'S' => matches!(self.opened(handle), Opened::Thread(_)),
            'R' => try_all(&[reply("Words")]),
            'Z' if locked => try_all(&[Command::Unlock]),
            'Z' => try_all(&[Command::Close, Command::Lock, Command::Unlock, Command::Reopen]),
            'A' => try_all(&[assign("cleo")]),
            _ => {
                let other = if self.privacy == Privacy::Public { Privacy::Private } else { Privacy::Public };
                try_all(&[make(other, true)])
            }
        }
    }

    fn customer_may(&self, address: &str, act: char) -> bool {
        match act {
            'S' => self.desk.desk.customer_view(&self.desk.agent("olga"), address, Some(self.id)).is_ok(),
            'R' => self.desk.write_in(address, Some(self.id), "Words").conversation == self.id,
            _ => false,
        }
    }

    /// What an agent without access is shown, and how one with access gets there.
    fn manner(&self, handle: &str, sees: bool) -> &'static str {
        if !sees {
            return match self.opened(handle) {
                Opened::Restricted(_) => {
                    assert!(is_restricted(&self.desk.run(handle, self.id, reply("Words"))));
                    " (restricted screen)"
                }
                Opened::Thread(_) | Opened::NotFound(_) => "",
            };
        }
        let in_tab = self.item.is_some_and(|item| self.desk.tab(handle, item).contains(&self.id));
        let listed = Section::ALL.iter().any(|section| self.desk.listed(handle, *section).contains(&self.id));
        if in_tab && !listed { " (in the item's tab)" } else { "" }
    }
}

/// One cell: every act on a desk of its own.
fn cell(case: &(dyn Fn() -> Case + Sync), who: &[Who], locked: bool) -> String {
    let cells: Vec<String> = who.iter().map(|who| one(case, *who, locked)).collect();
    assert!(cells.iter().all(|it| *it == cells[0]), "not the same for all in this row: {cells:?}");
    cells[0].clone()
}

fn one(case: &(dyn Fn() -> Case + Sync), who: Who, locked: bool) -> String {
    let fresh = || {
        let case = case();
        if locked {
            let by = if case.desk.run("olga", case.id, Command::Close).is_ok() { "olga" } else { "ana" };
            if by == "ana" {
                case.desk.does("ana", case.id, Command::Close);
            }
            case.desk.does(by, case.id, Command::Lock);
        }
        case
    };
    let may = &|act: char| match who {
        Who::Agent(handle) => fresh().agent_may(handle, act, locked),
        Who::Customer(address) => fresh().customer_may(address, act),
    };
    // Desks wait for the disk most of the time: the acts are tried side by side.
    let allowed: Vec<String> = std::thread::scope(|scope| {
        let tried = ACTS.map(|act| (act, scope.spawn(move || may(act))));
        let allowed = tried.into_iter().filter_map(|(act, tried)| tried.join().expect("an answer").then_some(act));
        allowed.map(String::from).collect()
    });
    let Who::Agent(handle) = who else { return or_nothing(&allowed) };
    let case = fresh();
    let sees = allowed.first().is_some_and(|act| act == "S");
    assert!(sees || allowed.is_empty(), "{handle} may do {allowed:?} without seeing it");
    if !sees && ["olga", "adam"].contains(&handle) {
        let _opening = case.desk.desk.open_direct(&case.desk.agent(handle), case.id).expect("an audited opening");
        assert!(matches!(case.opened(handle), Opened::Thread(_)));
        assert_eq!(case.desk.count("SELECT count(*) FROM event WHERE kind = 'opened-direct'"), 1);
        return "by audited view".to_owned();
    }
    or_nothing(&allowed) + case.manner(handle, sees)
}

fn or_nothing(allowed: &[String]) -> String {
    if allowed.is_empty() { "–".to_owned() } else { allowed.join(" ") }
}

/// A customer conversation of `mara@example.com` in Support, with `yves@example.com` following; `dev` of Billing got a place in
/// it while it was public.
fn customer_case(privacy: Privacy, assigned: bool, place: Option<&Command>) -> Case {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    desk.does("olga", id, add_customer("yves@example.com", true));
    if let Some(place) = place {
        let by = if *place == Command::Follow { "dev" } else { "ana" };
        desk.does(by, id, place.clone());
    }
    if privacy == Privacy::Private {
        desk.does("olga", id, make(privacy, true));
    }
    if assigned {
        desk.does("olga", id, assign("ben"));
    }
    Case { desk, id, item: None, privacy }
}

fn customer_table(locked: bool) -> String {
    let added = add_agent("dev", true);
    let rows: [(&str, &[Who], Option<&Command>); 8] = [
        ("owner, admin", &[Who::Agent("olga"), Who::Agent("adam")], None),
        ("assignee", &[Who::Agent("ben")], None),
        ("in the group", &[Who::Agent("ana")], None),
        ("outside the group", &[Who::Agent("dev")], None),
        ("follower added by another, outside the group", &[Who::Agent("dev")], Some(&added)),
        ("follower by own choice, outside the group", &[Who::Agent("dev")], Some(&Command::Follow)),
        ("requester, customer follower", &[Who::Customer("mara@example.com"), Who::Customer("yves@example.com")], None),
        ("any other customer", &[Who::Customer("eve@example.com")], None),
    ];
    let mut table = String::from(
        "| customer conversation | public, unassigned | public, assigned | private, unassigned | private, assigned |\n|---|---|---|---|---|\n",
    );
    for (name, who, place) in rows {
        let _ = write!(table, "| {name} |");
        for privacy in [Privacy::Public, Privacy::Private] {
            for assigned in [false, true] {
                let text = if name == "assignee" && !assigned {
                    "n/a".to_owned()
                } else {
                    cell(
                        &|| {
                            let case = customer_case(privacy, assigned, place);
                            case.desk.write_in("eve@example.com", None, "Something else");
                            case
                        },
                        who,
                        locked,
                    )
                };
                let _ = write!(table, " {text} |");
            }
        }
        table.push('\n');
    }
    table
}

#[derive(Clone, Copy)]
enum Internal {
    Public,
    Private,
    Direct,
}

/// Started by `ana`, `ben` added by name, on an item of `mara@example.com` that `dev` follows.
fn internal_case(kind: Internal) -> Case {
    let desk = TestDesk::with_privacy();
    let ticket = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    desk.desk.follow_item(&desk.agent("dev"), ticket, true).expect("followed");
    let party = Party::Customer("yves@example.com".into());
    desk.desk.add_item_follower(&desk.agent("ana"), ticket, &party).expect("a customer follows");
    let id = match kind {
        Internal::Direct => desk.start("ana", with_agents(&["ben"]), "Between us").conversation,
        Internal::Public | Internal::Private => {
            let id = desk.start_on("ana", ticket, Audience::Internal, "Between us");
            desk.does("ana", id, add_agent("ben", true));
            id
        }
    };
    let privacy = match kind {
        Internal::Private => {
            desk.does("olga", id, make(Privacy::Private, true));
            Privacy::Private
        }
        Internal::Public | Internal::Direct => Privacy::Public,
    };
    Case { desk, id, item: Some(ticket), privacy }
}

fn internal_table(locked: bool) -> String {
    let rows: [(&str, &[Who]); 5] = [
        ("owner, admin", &[Who::Agent("olga"), Who::Agent("adam")]),
        ("starter, added by name", &[Who::Agent("ana"), Who::Agent("ben")]),
        ("follower through the item", &[Who::Agent("dev")]),
        ("any other agent", &[Who::Agent("cleo")]),
        ("any customer", &[Who::Customer("mara@example.com"), Who::Customer("yves@example.com")]),
    ];
    let mut table = String::from(
        "| internal conversation | public, on an item | private, on an item | direct |\n|---|---|---|---|\n",
    );
    for (name, who) in rows {
        let _ = write!(table, "| {name} |");
        for kind in [Internal::Public, Internal::Private, Internal::Direct] {
            let _ = write!(table, " {} |", cell(&|| internal_case(kind), who, locked));
        }
        table.push('\n');
    }
    table
}

/// Who follows a public conversation and is told of it gets the restricted screen as well when it becomes private: the table
/// says it of the group alone, R6.6 of everybody who was told.
fn as_the_table_says(computed: &str) -> String {
    let told = |line: &str| line.starts_with("| follower") && line.contains("(restricted screen)");
    let lines =
        computed.lines().map(|line| if told(line) { line.replace(" (restricted screen)", "") } else { line.into() });
    lines.map(|line: String| line + "\n").collect()
}

/// "Locked, in every cell: nobody replies; unlock by whoever has Z; assignment and privacy by owner and admins."
fn locked(table: &str) -> String {
    let line = |line: &str| {
        let administers = line.starts_with("| owner, admin");
        let keep = |word: &&str| *word != "R" && (administers || *word != "A");
        line.split(' ').filter(keep).collect::<Vec<_>>().join(" ") + "\n"
    };
    table.lines().map(line).collect()
}

/// The tables of the rules, and the line about locked ones (R2.4, R5.1, R5.2, R5.4, R6.2, R6.4, R6.5, R6.9, R6.11).
#[test]
fn who_may_do_what() {
    let open = [customer_table(false), internal_table(false)];
    let shut = [customer_table(true), internal_table(true)];
    insta::assert_snapshot!(format!("{}\n{}\nLocked:\n\n{}\n{}", open[0], open[1], shut[0], shut[1]));
    assert_eq!(as_the_table_says(&open[0]), CUSTOMER_TABLE);
    assert_eq!(as_the_table_says(&open[1]), INTERNAL_TABLE);
    for (open, shut) in open.iter().zip(&shut) {
        assert_eq!(*shut, locked(open));
    }
}
