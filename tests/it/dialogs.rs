//! The dialogs over made-up pages: what they look like, and the screen before, keys, the screen after.

use crate::{
    pages::{self, agent, ago, person, ticket},
    screen::{Screen, lines},
};
use deskline::{
    desk::page::{
        AuditRow, Cursor, CustomerRow, Denied, Draft, DraftPlace, Follower, FollowerKind, GroupRow, Hit, ItemRow, Mode,
        NoticeKind, NoticeRow, Opened, Page, SearchPage, Thread,
    },
    domain::{
        command::{Command, Start, StartWith},
        conversation::{Audience, Privacy, State},
        id::{ConversationId, EntrySeq, ItemId, NoticeId},
        item::{ItemKey, ItemKind, ItemStatus},
        outgoing::MailPreference,
        people::{AgentChange, Notify, Party, Role, Routing},
        refusal::{Refusal, RefusalKind},
        setting::{SettingKey, Settings},
    },
    tui::{
        ask::{Ask, Effect, Msg},
        keymap::{KeyCode, KeyPress, Modifiers},
        model::Area,
        theme::Theme,
    },
};
use proptest::prelude::*;
use ratatui::{Terminal, backend::TestBackend};

/// Hostile text: escapes, an override, an invisible character.
const HOSTILE: &str = "\u{1b}[31mred\u{202e}evil\u{200b}";

fn project() -> ItemRow {
    let key = ItemKey { kind: ItemKind::Project, id: ItemId(1) };
    ItemRow {
        item: deskline::desk::page::ItemRef { key, title: "Checkout rewrite".to_owned() },
        ..pages::item_row(1, "", None)
    }
}

fn customer(name: &str, address: &str, organization: Option<&str>, blocked: bool) -> CustomerRow {
    CustomerRow { person: person(name, address), organization: organization.map(str::to_owned), blocked }
}

fn hits() -> SearchPage {
    let rows = pages::rows();
    let hit = |at: usize, words: &str| Hit {
        conversation: rows[at].clone(),
        entry: pages::entry(
            2,
            deskline::domain::conversation::EntryKind::Reply,
            deskline::desk::page::From::Customer(person("Mara Lindt", "mara@acme.example")),
            11,
            words,
        ),
        cursor: Cursor(format!("h{at}")),
    };
    let hits = vec![hit(0, "My card is declined\nat checkout."), hit(1, "the invoice for March"), hit(2, HOSTILE)];
    SearchPage { hits, older: Some(Cursor("older".to_owned())), problem: None }
}

fn notices() -> Vec<NoticeRow> {
    let notice = |id, kind, conversation, text: Option<&str>, read| NoticeRow {
        id: NoticeId(id),
        kind,
        conversation: Some(ConversationId(conversation)),
        seq: None,
        text: text.map(str::to_owned),
        at: text.map(|_| ago(id * 7)),
        read,
    };
    vec![
        notice(
            1,
            NoticeKind::CustomerMessage,
            4821,
            Some("Mara Lindt wrote: It is still failing with the new card."),
            false,
        ),
        notice(2, NoticeKind::Assigned, 4807, None, false),
        notice(3, NoticeKind::Mention, 4819, Some(HOSTILE), true),
    ]
}

/// The opened conversation, as a test wants it.
fn thread(change: impl FnOnce(&mut Thread)) -> Opened {
    let mut thread = pages::mara();
    let follower = |name: &str, address: &str, kind| Follower {
        person: person(name, address),
        kind,
        requester: false,
        added: false,
        via_item: false,
        dormant: false,
    };
    thread.followers = vec![
        Follower { requester: true, ..follower("Mara Lindt", "mara@acme.example", FollowerKind::Customer) },
        Follower { added: true, ..follower("Ana Ruiz", "ana", FollowerKind::Agent) },
        Follower { via_item: true, ..follower("Ben Okafor", "ben", FollowerKind::Agent) },
        Follower { dormant: true, ..follower("Dev Patel", "dev", FollowerKind::Agent) },
        follower("Support", "Support", FollowerKind::Group),
    ];
    change(&mut thread);
    Opened::Thread(Box::new(thread))
}

fn base(role: Role) -> Page {
    let mut items = vec![
        pages::item_row(102, "Card declined", Some("Mara Lindt")),
        pages::item_row(99, "Refund twice", None),
        project(),
    ];
    items[1].status = ItemStatus::Done;
    let mut team = pages::team();
    team[4].agent.ready = false;
    team[5].agent.reply_to_customers = false;
    Page {
        me: match role {
            Role::Owner => agent(1, "olga", "Olga Petrova", role),
            Role::Admin => agent(2, "adam", "Adam Novak", role),
            Role::Agent => agent(3, "ana", "Ana Ruiz", role),
        },
        agents: Some(team),
        groups: Some(vec![
            GroupRow {
                name: "Billing".to_owned(),
                routing: Routing::Polite,
                members: vec!["dev".to_owned()],
                signature: String::new(),
            },
            GroupRow {
                name: "Support".to_owned(),
                routing: Routing::Democracy,
                members: ["ana", "ben", "cleo"].map(str::to_owned).to_vec(),
                signature: String::new(),
            },
        ]),
        customers: Some(vec![
            customer("Mara Lindt", "mara@acme.example", Some("ACME"), false),
            customer("Jo Park", "jo@park.example", None, true),
            customer(HOSTILE, "evil@example.org", None, false),
        ]),
        items: Some(items),
        keys: Some(pages::keys()),
        notices: Some(notices()),
        search: Some(hits()),
        settings: Some(Settings { team_name: "Acme Support".to_owned(), ..Settings::default() }),
        audit: Some(vec![
            AuditRow {
                at: ago(3),
                agent: Some("olga".to_owned()),
                action: "direct-opened".to_owned(),
                conversation: Some(ConversationId(77)),
                detail: String::new(),
            },
            AuditRow {
                at: ago(60),
                agent: None,
                action: "setting-changed".to_owned(),
                conversation: None,
                detail: "private-conversations on".to_owned(),
            },
        ]),
        ..pages::picture()
    }
}

fn over(role: Role, columns: u16, rows: u16, change: impl FnOnce(&mut Thread)) -> Screen {
    let opened = std::collections::HashMap::from([(4821, thread(change))]);
    Screen::over(base(role), pages::rows(), opened, columns, rows)
}

fn screen(role: Role) -> Screen {
    over(role, 120, 40, |_| {})
}

fn run(command: Command) -> Ask {
    Ask::Run { conversation: ConversationId(4821), command }
}

/// What was asked that is no draft and no reading.
fn asked(screen: &Screen) -> Vec<Ask> {
    let quiet = |ask: &&Ask| {
        !matches!(ask, Ask::SaveDraft { .. } | Ask::OpenDirect(_) | Ask::Run { command: Command::MarkRead(_), .. })
    };
    screen.asked.iter().filter(quiet).cloned().collect()
}

/// Every dialog, with the keys that open it.
const DIALOGS: [(&str, Role, &str); 29] = [
    ("add_menu", Role::Agent, "+"),
    ("new_with_agents", Role::Agent, "+ u b e"),
    ("new_with_customers", Role::Agent, "+ c m a r a Enter Tab h i Tab o n e Enter t w o"),
    ("new_ticket", Role::Agent, "+ t"),
    ("new_project", Role::Agent, "+ p"),
    ("conversation_menu", Role::Agent, "m"),
    ("customer_details", Role::Agent, "m j j j j j j Enter"),
    ("question", Role::Agent, "f Enter"),
    ("assign_by_agent", Role::Agent, "a"),
    ("assign_by_owner", Role::Owner, "a"),
    ("people", Role::Agent, "p"),
    ("people_adding", Role::Agent, "p + e"),
    ("link", Role::Agent, "#"),
    ("forward", Role::Agent, "f"),
    ("create_kind", Role::Agent, "c"),
    ("create_ticket", Role::Agent, "c t"),
    ("search_empty", Role::Agent, "/"),
    ("search_hits", Role::Agent, "/ c a r d"),
    ("bell", Role::Agent, "b"),
    ("help", Role::Agent, "?"),
    ("palette", Role::Agent, ": c l o"),
    ("palette_number", Role::Agent, ": 4 8 1 9"),
    ("administration", Role::Owner, "A"),
    ("administration_changed", Role::Owner, "A Enter Down Space"),
    ("administration_agents", Role::Owner, "A 2"),
    ("keys", Role::Owner, "A 2 j j s"),
    ("keys_invited", Role::Owner, "A 2 j j s i"),
    ("keys_revoked", Role::Owner, "A 2 j j s j x"),
    ("my_notifications", Role::Agent, ","),
];

/// The layers alone, as text: what lies under them has tests of its own.
fn layers(screen: &Screen) -> String {
    let model = &screen.model;
    let mut terminal = Terminal::new(TestBackend::new(model.size.0, model.size.1)).unwrap();
    let drawn = |frame: &mut ratatui::Frame| {
        model.layers.iter().for_each(|layer| deskline::tui::draw::dialog::draw(layer, model, frame));
    };
    terminal.draw(drawn).unwrap();
    lines(terminal.backend().buffer())
}

/// What the desk answers where a dialog is a question of its own.
fn widening(name: &str) -> Option<Denied> {
    (name == "question").then(|| {
        let mut refusal =
            Refusal::new(RefusalKind::Confirm, "R5.4", "Forwarding it to Billing lets 2 more agents read it.");
        refusal.readers = vec!["dev".to_owned(), "eva".to_owned()];
        refusal.adds = vec![format!("{HOSTILE} of ACME")];
        Denied::Refused(refusal)
    })
}

#[test]
fn every_dialog_at_every_size() {
    for (name, role, keys) in DIALOGS {
        for (columns, rows) in [(80, 24), (120, 40)] {
            let mut screen = over(role, columns, rows, |thread| {
                thread.may.set_privacy =
                    pages::no("Only the owner and admins change privacy. Ask one of them.", "R6.5");
                thread.may.lock = pages::no("Only a closed conversation can be locked. Close it first.", "R2.2");
            });
            screen.answers.extend(widening(name));
            screen.keys(keys);
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), layers(&screen));
        }
    }
}

#[test]
fn every_dialog_fits_a_small_screen_and_needs_no_colour() {
    for (name, role, keys) in DIALOGS {
        let mut screen = over(role, 60, 20, |_| {});
        screen.answers.extend(widening(name));
        screen.keys(keys);
        let coloured = screen.shown();
        assert!(!screen.model.layers.is_empty(), "{name} is open");
        screen.model.theme = Theme::new(false);
        assert_eq!(screen.shown(), coloured, "{name} says the same without colour");
        for character in coloured.chars() {
            assert!(!matches!(character, '\u{1b}' | '\u{202e}' | '\u{200b}'), "{name} lets hostile text through");
        }
        // Changes that are not saved are asked about, and only y loses them.
        for _ in 0..4 {
            screen.keys(if screen.shown().contains("Leave without saving?") { "y" } else { "Esc" });
        }
        assert!(screen.model.layers.is_empty(), "Esc leaves {name}");
    }
}

#[test]
fn the_rest_of_administration() {
    for (name, keys) in [
        ("groups", "A 3"),
        ("customers", "A 4"),
        ("audit", "A 5"),
        ("change_agent", "A 2 j j j Enter"),
        ("add_agent", "A 2 +"),
        ("change_group", "A 3 j Enter"),
        ("change_customer", "A 4 Enter"),
    ] {
        let mut screen = over(Role::Owner, 80, 24, |_| {});
        screen.keys(keys);
        insta::assert_snapshot!(format!("administration_{name}"), layers(&screen));
    }
}

#[test]
fn r5_6_a_key_is_revoked_only_by_a_yes_and_never_twice() {
    let mut screen = screen(Role::Owner);
    screen.keys("A 2 j j s j x n");
    assert_eq!(asked(&screen), [], "no is no");
    screen.keys("x y");
    let second = pages::keys()[1].fingerprint.clone();
    assert_eq!(asked(&screen), [Ask::RevokeKey(second)]);
    assert!(screen.shown().contains("Keys of @ana"), "the keys stay on the screen");
    screen.keys("j x");
    assert_eq!(asked(&screen).len(), 1, "what is revoked already is not asked about");
    screen.keys("Esc G s x Delete");
    assert!(screen.shown().contains("No key lets @dev in yet."), "{}", screen.shown());
    assert_eq!(asked(&screen).len(), 1);
}

#[test]
fn an_invites_code_is_on_the_screen_until_its_layer_goes() {
    let mut screen = screen(Role::Admin);
    screen.keys("A 2 j j s y");
    assert!(screen.effects.iter().all(|effect| !matches!(effect, Effect::Copy(_))), "nothing to copy yet");
    screen.keys("i");
    let code = "7K3QF-01AZ9-MMD2X-4H8TW";
    assert_eq!(asked(&screen), [Ask::Invite("ana".to_owned())]);
    assert!(screen.shown().contains(code), "{}", screen.shown());
    assert!(!format!("{:?}", screen.model).contains(code), "not where a log could take it from");
    screen.keys("y");
    assert!(screen.effects.contains(&Effect::Copy(code.to_owned())));
    screen.keys("Esc");
    assert!(!screen.shown().contains(code));
    screen.keys("s");
    assert!(!screen.shown().contains(code), "shown once");
    screen.answers.push_back(Denied::Invalid("@ana is switched off.".to_owned()));
    screen.keys("i");
    assert!(screen.shown().contains("! @ana is switched off."), "{}", screen.shown());
}

#[test]
fn r5_4_assigning_offers_the_group_first_and_everybody_to_administrators() {
    let mut agents = screen(Role::Agent);
    agents.keys("a");
    assert!(agents.shown().contains("@ben") && !agents.shown().contains("@dev"), "{}", agents.shown());
    agents.keys("b e n Enter");
    assert_eq!(asked(&agents), [run(Command::Assign("ben".to_owned()))]);
    assert!(agents.model.layers.is_empty());
    let mut owner = screen(Role::Owner);
    owner.keys("a d e v Enter");
    assert_eq!(asked(&owner), [run(Command::Assign("dev".to_owned()))]);
}

#[test]
fn r5_5_what_is_refused_is_greyed_with_the_same_reason() {
    let why = "Only the owner and admins change privacy. Ask one of them.";
    let mut screen = over(Role::Agent, 120, 40, |thread| {
        thread.may.set_privacy = pages::no(why, "R6.5");
        thread.may.assign = pages::no("Ask Ana.", "R5.4");
    });
    screen.keys("m P");
    assert!(screen.shown().contains(why), "{}", screen.shown());
    screen.keys("a");
    assert!(asked(&screen).is_empty() && screen.model.layers.len() == 1, "a greyed entry does nothing");
    screen.keys("Esc a");
    assert!(screen.model.layers.is_empty() && screen.foot().contains("Ask Ana."), "{}", screen.foot());
}

#[test]
fn r5_6_administration_is_refused_to_agents_in_a_line() {
    let mut screen = screen(Role::Agent);
    screen.keys("A");
    assert!(screen.model.layers.is_empty());
    assert!(screen.foot().contains("Administration is for the owner and admins."), "{}", screen.foot());
}

#[test]
fn a_menu_does_what_its_keys_say() {
    let mut screen = screen(Role::Agent);
    screen.keys("m e");
    assert_eq!(asked(&screen), [run(Command::Close)]);
    assert!(screen.model.layers.is_empty());
    screen.keys("m #");
    assert!(screen.shown().contains("Link #4821"));
}

#[test]
fn r4_5_linking_says_whom_it_adds_and_does_it_only_on_yes() {
    let mut screen = screen(Role::Agent);
    let mut refusal = Refusal::new(RefusalKind::Confirm, "R4.5", "Linking adds 1 customer.");
    refusal.adds = vec!["Y of ACME".to_owned()];
    screen.answers.push_back(Denied::Refused(refusal));
    screen.keys("# Enter");
    let link = |confirmed| run(Command::Link { item: ticket(99, "").key, confirmed });
    assert_eq!(asked(&screen), [link(false)]);
    assert!(screen.shown().contains("Joins: Y of ACME"), "{}", screen.shown());
    screen.keys("y");
    assert_eq!(asked(&screen), [link(false), link(true)]);
}

#[test]
fn typing_the_linked_item_says_that_it_is_linked_already() {
    let desk = crate::desks::TestDesk::new();
    let id = desk.arrival();
    let create = Command::CreateItem { kind: ItemKind::Ticket, title: Some("Card declined".to_owned()) };
    desk.does("olga", id, create);
    for typed in ["TK", "1", "declined"] {
        let mut olga = crate::seat::Seat::new(&desk, "olga");
        olga.keys("g o #").text(typed);
        let shown = olga.shown();
        assert!(shown.contains("It is linked to TK-1 already."), "{typed}\n{shown}");
    }
}

#[test]
fn a_menu_says_the_whole_reason_of_the_picked_entry() {
    for size in [(80, 24), (60, 20)] {
        let mut screen = over(Role::Agent, size.0, size.1, |thread| {
            thread.may.lock =
                pages::no("Only a closed conversation can be locked. Close it first, then lock it.", "R2.2");
        });
        screen.keys("m j j j j j j j j j j j j j j j");
        let shown = screen.shown();
        assert!(shown.contains("› Lock "), "{shown}");
        assert!(shown.contains("│ Only a closed conversation can be locked. Close it"), "{shown}");
        assert!(shown.contains("│ it.   ") || shown.contains("│ first, then lock it. "), "{shown}");
    }
}

#[test]
fn help_puts_what_has_no_key_behind_what_has_one() {
    let mut screen = screen(Role::Agent);
    screen.keys("?");
    let shown = screen.shown();
    let line = |words: &str| shown.lines().position(|line| line.contains(words)).expect(&shown);
    assert!(line("Adds a ticket") > line("Shows your notices"), "{shown}");
    assert!(line("Adds a ticket") < line(" Lists"), "{shown}");
}

#[test]
fn r4_3_projects_are_not_linked_to() {
    let mut screen = screen(Role::Agent);
    screen.keys("#");
    assert!(!screen.shown().contains("Checkout rewrite"), "{}", screen.shown());
}

#[test]
fn r5_4_adding_asks_over_the_people_and_comes_back_to_them() {
    let mut screen = screen(Role::Agent);
    let mut refusal = Refusal::new(RefusalKind::Confirm, "R5.4", "Dev can read it then.");
    refusal.readers = vec!["dev".to_owned()];
    screen.answers.push_back(Denied::Refused(refusal));
    screen.keys("p + d e v Enter");
    assert!(screen.shown().contains("Can read it then: @dev"), "{}", screen.shown());
    screen.keys("y");
    let add = |confirmed| run(Command::Add { party: Party::Agent("dev".to_owned()), confirmed });
    assert_eq!(asked(&screen), [add(false), add(true)]);
    assert_eq!(screen.model.layers.len(), 1, "the people are there again");
    screen.answers.push_back(Denied::Invalid("There is nobody called that.".to_owned()));
    screen.keys("b i l l Enter");
    assert!(screen.shown().contains("There is nobody called that."), "{}", screen.shown());
    assert!(screen.shown().contains("bill"), "what was typed is kept");
}

#[test]
fn r5_2_the_requester_is_never_removed_others_are() {
    let mut screen = screen(Role::Agent);
    screen.keys("p x");
    assert!(
        asked(&screen).is_empty() && screen.shown().contains("The requester is always sent replies"),
        "{}",
        screen.shown()
    );
    screen.keys("j x");
    assert_eq!(asked(&screen), [run(Command::Remove(Party::Agent("ana".to_owned())))]);
    assert!(screen.shown().contains("cannot see it, is sent nothing"), "dormant ones are marked (R6.3)");
}

#[test]
fn r1_6_no_customer_is_offered_for_an_internal_conversation() {
    let mut screen = over(Role::Agent, 120, 40, |thread| thread.row.audience = Audience::Internal);
    screen.rows[0].audience = Audience::Internal;
    screen.read();
    screen.keys("p +").text("x@example.org");
    assert!(!screen.shown().contains("(new)"), "{}", screen.shown());
    screen.keys("Enter");
    assert!(asked(&screen).is_empty());
}

#[test]
fn a_dialog_is_about_the_selected_conversation_whatever_was_read_before() {
    let mut screen = over(Role::Agent, 60, 20, |_| {});
    screen.keys("Enter Esc j p");
    assert!(screen.shown().contains("People in #4819") && screen.shown().contains("Jo Park"), "{}", screen.shown());
    screen.keys("Esc");
    assert_eq!(screen.model.area, Area::List);
}

#[test]
fn several_chosen_conversations_are_assigned_together() {
    let mut screen = screen(Role::Owner);
    screen.keys("x x a");
    assert!(screen.shown().contains("Assign 2 conversations"), "{}", screen.shown());
    screen.text("dev").keys("Enter");
    let assign = |id| Ask::Run { conversation: ConversationId(id), command: Command::Assign("dev".to_owned()) };
    assert_eq!(asked(&screen), [assign(4821), assign(4819)]);
}

#[test]
fn what_went_wrong_is_seen_on_the_smallest_screen() {
    let mut screen = over(Role::Agent, 40, 10, |_| {});
    screen.keys("+ u Ctrl-S");
    assert!(screen.shown().contains("Nobody is named."), "{}", screen.shown());
}

#[test]
fn r7_3_starting_tells_who_was_not_notified() {
    let mut screen = screen(Role::Agent);
    screen.keys("+ u b e n Tab Tab").text("Hi").keys("Ctrl-S");
    assert!(screen.foot().contains("Started #5000."), "{}", screen.foot());
}

#[test]
fn forwarding_is_asked_for_unconfirmed_first() {
    let mut screen = screen(Role::Agent);
    screen.keys("f Enter");
    assert_eq!(asked(&screen), [run(Command::Forward { group: "Billing".to_owned(), confirmed: false })]);
}

#[test]
fn r4_6_an_item_made_from_a_private_conversation_copies_no_word() {
    let mut public = screen(Role::Agent);
    public.keys("c t Enter");
    let create =
        |title: Option<&str>| run(Command::CreateItem { kind: ItemKind::Ticket, title: title.map(str::to_owned) });
    assert_eq!(asked(&public), [create(Some("Card declined at checkout"))]);
    let mut private = over(Role::Agent, 120, 40, |thread| thread.row.privacy = Privacy::Private);
    private.keys("c t");
    assert!(private.shown().contains("nothing of it is copied"), "{}", private.shown());
    private.text("Payments").keys("Enter");
    assert_eq!(asked(&private), [create(Some("Payments"))]);
}

#[test]
fn r6_11_a_direct_conversation_says_who_can_read_it_and_is_started() {
    let mut screen = screen(Role::Agent);
    screen.keys("+ u");
    let shown = screen.shown().replace('\n', " ");
    assert!(shown.contains("Only you and those named can read this"), "{shown}");
    screen
        .keys("b e n Enter c l e o Tab")
        .text("Lunch")
        .keys("Tab")
        .text("At one?")
        .keys("Enter")
        .text("Ana")
        .keys("Ctrl-S");
    let Some(Ask::Start(start)) = asked(&screen).pop() else { panic!("a conversation is started") };
    let with = StartWith::Agents(vec!["ben".to_owned(), "cleo".to_owned()]);
    let expected = Start {
        with,
        subject: "Lunch".to_owned(),
        group: None,
        text: "At one?\nAna".to_owned(),
        client_id: start.client_id.clone(),
        confirmed: false,
        files: Vec::new(),
    };
    assert_eq!(start, expected);
    assert!(start.client_id.is_some());
    assert!(screen.model.layers.is_empty());
    assert_eq!(screen.model.thread.as_ref().unwrap().conversation, ConversationId(5000), "the new one is opened");
}

#[test]
fn a_free_address_is_taken_and_nobody_named_is_refused_in_the_form() {
    let mut screen = screen(Role::Agent);
    screen.keys("+ c Ctrl-S");
    assert!(screen.shown().contains("Nobody is named."), "{}", screen.shown());
    assert!(screen.shown().contains("sends a mail to every address under To"), "{}", screen.shown());
    screen.text("New@Example.ORG").keys("Tab Tab").text("Hello");
    assert!(screen.shown().contains("Sending it sends a mail to new@example.org."), "{}", screen.shown());
    screen.base.mail_leaves = false;
    screen.read();
    assert!(screen.shown().contains("The mail waits:"), "{}", screen.shown());
    screen.keys("Tab Tab Enter");
    let Some(Ask::Start(start)) = asked(&screen).pop() else { panic!("a conversation is started") };
    assert_eq!(start.with, StartWith::Customers(vec!["new@example.org".to_owned()]));
}

#[test]
fn what_is_not_started_is_kept_and_comes_back() {
    let mut screen = screen(Role::Agent);
    screen.keys("+ c m a r a Enter Tab").text("Hi").keys("Tab").text("One\nTwo".replace('\n', " ").as_str());
    screen.asked.clear();
    screen.wait(1000);
    let kept = |text: &str| Ask::SaveDraft {
        place: DraftPlace::NewWithCustomer,
        mode: Mode::Reply,
        text: text.to_owned(),
        files: Vec::new(),
    };
    let draft = "To: mara@acme.example\nSubject: Hi\nGroup: \n\nOne Two";
    assert_eq!(screen.asked, [kept(draft)], "within a second");
    screen.keys("Esc");
    assert!(screen.model.layers.is_empty());
    assert_eq!(screen.asked.last(), Some(&kept(draft)));
    screen.base.draft = Some(Draft {
        place: DraftPlace::NewWithCustomer,
        mode: Mode::Reply,
        text: draft.to_owned(),
        files: Vec::new(),
    });
    screen.keys("+ c");
    let shown = screen.shown();
    assert!(shown.contains("mara@acme.example") && shown.contains("Hi") && shown.contains("One Two"), "{shown}");
    screen.answers.push_back(Denied::Failed("The disk is full.".to_owned()));
    screen.asked.clear();
    screen.keys("Ctrl-S");
    assert!(screen.shown().contains("The disk is full.") && screen.shown().contains("One Two"), "{}", screen.shown());
    assert_eq!(screen.asked.last(), Some(&kept(draft)), "a message that was not sent is kept");
}

#[test]
fn what_is_not_started_is_kept_when_the_terminal_goes_away() {
    let mut screen = screen(Role::Agent);
    screen.keys("+ u Tab").text("Hi");
    screen.asked.clear();
    screen.take(Msg::Leave);
    let text = "To: \nSubject: Hi\nGroup: \n\n".to_owned();
    assert_eq!(
        screen.asked,
        [Ask::SaveDraft { place: DraftPlace::NewWithAgents, mode: Mode::Internal, text, files: Vec::new() }]
    );
}

#[test]
fn an_item_is_added_with_what_was_filled_in() {
    let mut screen = screen(Role::Agent);
    screen
        .keys("+ t")
        .text("Broken")
        .keys("Tab m a r a Enter Tab")
        .text("It is")
        .keys("Tab")
        .text("PR-1")
        .keys("Tab Enter");
    let expected = Ask::AddItem {
        kind: ItemKind::Ticket,
        title: "Broken".to_owned(),
        requester: Some("mara@acme.example".to_owned()),
        project: Some(project().item.key),
        description: "It is".to_owned(),
    };
    assert_eq!(asked(&screen), [expected]);
}

#[test]
fn a_form_with_changes_asks_before_it_is_left_and_no_is_first() {
    let mut screen = screen(Role::Agent);
    screen.keys("+ t").text("Broken").keys("Esc");
    assert!(screen.shown().contains("Leave without saving?"), "{}", screen.shown());
    screen.keys("Enter");
    assert!(screen.shown().contains("Broken") && !screen.shown().contains("Leave without"), "{}", screen.shown());
    screen.keys("Esc y");
    assert!(screen.model.layers.is_empty());
}

#[test]
fn the_last_line_says_what_the_keys_do_in_administration() {
    for page in ["2", "3", "4", "5"] {
        let mut screen = screen(Role::Owner);
        screen.keys("A").keys(page);
        let edits = page != "5";
        let foot = screen.foot();
        assert!(foot.contains("Esc back") && foot.contains("Enter edit") == edits, "{page}: {foot}");
        assert!(!foot.contains("cancel") && !foot.contains("choose"), "{page}: {foot}");
        screen.keys("Esc");
        assert!(screen.model.layers.is_empty(), "one Esc leaves {page}");
    }
    let mut screen = screen(Role::Owner);
    screen.keys("A Enter Down Space");
    assert!(screen.foot().contains("Ctrl-S save"), "{}", screen.foot());
    screen.keys("Esc Esc");
    assert_eq!(screen.foot(), " y leave  n stay", "{}", screen.shown());
    screen.keys("n");
    assert!(screen.foot().contains("Ctrl-S save"), "{}", screen.foot());
}

#[test]
fn r6_1_nothing_of_the_profile_takes_effect_before_save() {
    let mut screen = screen(Role::Owner);
    screen.keys("A Enter");
    assert!(screen.shown().contains("no effect: above is off"), "{}", screen.shown());
    screen.keys("Down Space Down Space");
    assert!(asked(&screen).is_empty());
    assert!(!screen.shown().contains("no effect:"), "{}", screen.shown());
    assert!(screen.shown().contains("Not saved yet"), "{}", screen.shown());
    screen.keys("Esc Esc");
    assert!(screen.shown().contains("Leave without saving?"), "leaving asks");
    screen.keys("n Ctrl-S");
    let changes = vec![
        (SettingKey::PrivateConversations, "on".to_owned()),
        (SettingKey::NewConversationsPrivate, "on".to_owned()),
    ];
    assert_eq!(asked(&screen), [Ask::SaveSettings(changes)]);
    assert!(screen.shown().contains("Saved."), "{}", screen.shown());
    screen.keys("Esc Esc");
    assert!(screen.model.layers.is_empty());
}

#[test]
fn r5_6_a_refused_save_is_said_in_the_form_which_keeps_what_was_typed() {
    let mut screen = screen(Role::Admin);
    screen.keys("A 2 + ").text("zoe").keys("Tab").text("Zoe").keys("Tab Left Left");
    screen.answers.push_back(Denied::Refused(Refusal::denied("R5.6", "Only owners make owners. Ask one of them.")));
    screen.keys("Ctrl-S");
    let shown = screen.shown();
    assert!(shown.contains("Only owners make owners.") && shown.contains("zoe") && shown.contains("Zoe"), "{shown}");
}

#[test]
fn a_digit_shows_a_page_of_administration_whose_list_has_the_keys() {
    let mut screen = screen(Role::Owner);
    screen.keys("A 2 +");
    assert_eq!(screen.model.layers.len(), 2, "a form to add an agent: {}", screen.shown());
    screen.keys("Esc Down Enter");
    assert!(screen.shown().contains("adam"), "{}", screen.shown());
    screen.keys("Esc 1 Down Down Space Ctrl-S 3 +");
    assert_eq!(screen.model.layers.len(), 2, "after saving a digit still shows a page: {}", screen.shown());
    screen.keys("Esc");
    assert_eq!(screen.model.layers.len(), 1, "one level back");
    screen.keys("Shift-Tab + Esc Esc");
    assert!(screen.model.layers.is_empty());
    screen.keys("A Enter 2");
    assert!(screen.shown().contains("Acme Support2"), "in a text a digit is text: {}", screen.shown());
}

#[test]
fn r3_5_an_agent_is_changed_by_what_differs_alone() {
    let mut screen = screen(Role::Owner);
    screen.keys("A 2 j j j Enter Tab Tab Tab Tab Tab Tab Left Tab b i l l Enter Ctrl-S");
    let change =
        AgentChange { from_customers: Some(deskline::domain::people::FromCustomers::Off), ..AgentChange::default() };
    let joined = Ask::JoinGroup("Billing".to_owned(), "ben".to_owned());
    assert_eq!(asked(&screen), [Ask::SetAgent("ben".to_owned(), change), joined]);
    assert_eq!(screen.model.layers.len(), 1, "back in administration");
}

#[test]
fn groups_and_customers_are_changed_too() {
    let mut screen = screen(Role::Owner);
    screen.keys("A 3 j Enter Right Tab Backspace Ctrl-S");
    let left = Ask::LeaveGroup("Support".to_owned(), "cleo".to_owned());
    assert_eq!(asked(&screen), [Ask::SetGroup("Support".to_owned(), Routing::Dictator), left]);
    screen.asked.clear();
    screen.keys("4 Enter Tab Tab Space Ctrl-S");
    let block = Ask::SetCustomer {
        address: "mara@acme.example".to_owned(),
        name: None,
        organization: None,
        blocked: Some(true),
    };
    assert_eq!(asked(&screen), [block]);
}

#[test]
fn r7_1_my_notifications_are_my_own() {
    let mut screen = screen(Role::Agent);
    screen.keys(", Left Tab Tab Space Ctrl-S");
    let change = AgentChange { notify_customers: Some(Notify::All), bell: Some(false), ..AgentChange::default() };
    assert_eq!(asked(&screen), [Ask::SetAgent("ana".to_owned(), change)]);
    assert!(screen.model.layers.is_empty());
}

#[test]
fn r7_1_what_i_missed_comes_by_mail_where_i_want_it_and_administrators_enter_the_address() {
    let mut screen = screen(Role::Agent);
    screen.keys(",");
    assert!(screen.shown().contains("ask an administrator to enter it"), "{}", screen.shown());
    screen.keys("Tab Tab Tab Tab Tab Right Ctrl-S");
    let wanted = AgentChange { mail: Some(MailPreference::Missed), ..AgentChange::default() };
    assert_eq!(asked(&screen), [Ask::SetAgent("ana".to_owned(), wanted)]);

    let mut screen = self::screen(Role::Owner);
    screen.keys("A 2 j j j Enter Tab Tab Tab Tab Tab Tab Tab Tab").text("ben@acme.example").keys("Ctrl-S");
    let given = AgentChange { address: Some("ben@acme.example".to_owned()), ..AgentChange::default() };
    assert_eq!(asked(&screen), [Ask::SetAgent("ben".to_owned(), given)]);
    screen.asked.clear();
    screen.keys("Esc , Tab Tab Tab Tab Tab Tab").text("me@acme.example").keys("Ctrl-S");
    let own = asked(&screen);
    let [Ask::SetAgent(_, AgentChange { address: Some(address), .. })] = &own[..] else { panic!("{own:?}") };
    assert_eq!(address, "me@acme.example");
}

#[test]
fn a_hit_opens_the_conversation_at_its_entry() {
    let mut screen = screen(Role::Agent);
    screen.keys("/ c a r d Down Enter");
    let view = screen.model.thread.as_ref().unwrap();
    assert_eq!((view.conversation, view.sought.or(view.cursor)), (ConversationId(4819), Some(EntrySeq(2))));
    assert!(screen.model.layers.is_empty());
}

#[test]
fn a_search_goes_on_with_older_hits_and_back() {
    let mut screen = screen(Role::Agent);
    let after = |screen: &Screen| deskline::tui::wants::wants(&screen.model).search.unwrap().after;
    screen.keys("/ c a r d Down Down Down");
    assert!(screen.shown().contains("› older"), "{}", screen.shown());
    assert_eq!(after(&screen), None);
    screen.keys("Enter");
    assert_eq!(after(&screen), Some(Cursor("older".to_owned())));
    screen.keys("Up");
    assert_eq!(after(&screen), None);
    screen.keys("Enter s");
    assert_eq!(after(&screen), None, "another query begins with the newest");
}

#[test]
fn a_bad_query_says_so_and_shows_the_syntax() {
    let mut screen = screen(Role::Agent);
    screen.base.search =
        Some(SearchPage { problem: Some("There is no is:purple.".to_owned()), ..SearchPage::default() });
    screen.keys("/").text("is:purple");
    let shown = screen.shown();
    assert!(shown.contains("! There is no is:purple.") && shown.contains("has:attachment"), "{shown}");
}

#[test]
fn r6_7_a_restricted_notice_has_no_words_and_opens_the_restricted_screen() {
    let mut screen = screen(Role::Agent);
    screen.opened.insert(4807, Opened::Restricted(ConversationId(4807)));
    screen.keys("b");
    assert!(screen.shown().contains("Restricted"), "{}", screen.shown());
    screen.keys("j Enter");
    assert!(screen.shown().contains("This conversation is private."), "{}", screen.shown());
}

#[test]
fn the_bell_is_cleared_by_a_key() {
    let mut screen = screen(Role::Agent);
    screen.keys("b c");
    assert_eq!(asked(&screen), [Ask::ClearNotices]);
    screen.base.notices = Some(Vec::new());
    screen.read();
    assert!(screen.shown().contains("No notices."), "{}", screen.shown());
}

#[test]
fn help_does_what_is_picked() {
    let mut screen = screen(Role::Agent);
    screen.keys("?").text("closes the conversation");
    assert!(screen.shown().contains("close"), "{}", screen.shown());
    screen.keys("Enter");
    assert_eq!(asked(&screen), [run(Command::Close)]);
    screen.keys("?").text("new line").keys("Enter");
    assert!(screen.foot().contains("That key works elsewhere"), "{}", screen.foot());
}

#[test]
fn the_palette_does_goes_and_jumps() {
    let mut screen = screen(Role::Agent);
    screen.keys(":").text("close").keys("Enter");
    assert_eq!(asked(&screen), [run(Command::Close)]);
    screen.keys("Ctrl-K").text("#4819").keys("Enter");
    assert_eq!(screen.model.thread.as_ref().unwrap().conversation, ConversationId(4819));
    screen.keys(":").text("go to live").keys("Enter");
    assert_eq!(screen.model.section, deskline::domain::section::Section::Live);
}

#[test]
fn r3_5_the_palette_offers_no_section_that_the_viewer_has_not() {
    let mut screen = screen(Role::Agent);
    screen.base.sections.retain(|row| row.section.part() != deskline::domain::section::Part::FromCustomers);
    screen.read();
    screen.keys(":").text("go to");
    assert!(!screen.shown().contains("go to Open conversations"), "{}", screen.shown());
    assert!(!screen.shown().contains("Needs reassignment"), "{}", screen.shown());
}

#[test]
fn a_closed_conversation_is_called_re_open_in_its_menu() {
    let mut screen = over(Role::Agent, 120, 40, |thread| thread.row.state = State::Locked);
    screen.rows[0].state = State::Locked;
    screen.read();
    screen.keys("m");
    assert!(screen.shown().contains("Re-open") && screen.shown().contains("Unlock"), "{}", screen.shown());
}

/// A key that a terminal can send.
fn any_key() -> impl Strategy<Value = KeyPress> {
    let codes = vec![
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Char(' '),
    ];
    let code = prop_oneof![
        4 => prop::sample::select(codes),
        3 => prop::sample::select("abcehjklnopstuxyz+#/:?,bmA@G4821ä語👩".chars().map(KeyCode::Char).collect::<Vec<_>>()),
    ];
    let modifiers = prop_oneof![
        12 => Just(Modifiers::default()),
        1 => Just(Modifiers { control: true, ..Modifiers::default() }),
        1 => Just(Modifiers { shift: true, ..Modifiers::default() }),
        1 => Just(Modifiers { alt: true, ..Modifiers::default() }),
    ];
    (code, modifiers).prop_map(|(code, modifiers)| KeyPress { code, modifiers })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_panic_in_any_dialog(
        start in 0..DIALOGS.len(),
        keys in prop::collection::vec(any_key(), 0..60),
        (columns, rows) in (20_u16..140, 5_u16..45),
        bare in any::<bool>(),
        refused in any::<bool>(),
    ) {
        let (_, role, opening) = DIALOGS[start];
        let mut screen = over(role, columns, rows, |_| {});
        if bare {
            screen.base = Page { agents: None, groups: None, customers: None, items: None, notices: None, search: None, settings: None, audit: None, item: None, keys: None, ..screen.base };
            screen.read();
        }
        if refused {
            screen.answers.extend((0..5).map(|_| Denied::Invalid(HOSTILE.to_owned())));
        }
        screen.keys(opening);
        for key in keys {
            if screen.model.area == Area::Composer {
                screen.keys("Esc");
            }
            screen.press(key);
            screen.shown();
        }
        screen.take(Msg::Paste(HOSTILE.to_owned()));
        screen.shown();
        prop_assert!(!screen.effects.contains(&Effect::Suspend));
    }
}
