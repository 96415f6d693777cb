//! Made-up pages for the tests of the screen: what a desk could show, without a desk.

use chrono::{DateTime, Duration, TimeZone, Utc};
use deskline::{
    desk::page::{
        AgentRow, Attachment, ConversationRow, Cursor, Entry, Follower, FollowerKind, From, ItemPage, ItemRef, ItemRow,
        KeyRow, Last, ListPage, Listed, May, Opened, Page, Person, Readers, SectionRow, Thread, Verdict,
    },
    domain::{
        conversation::{Audience, EntryKind, Privacy, State},
        id::{AgentId, ConversationId, EntrySeq, ItemId, KeyId},
        item::{ItemKey, ItemKind, ItemStatus},
        people::{Agent, FromCustomers, Notify, Role},
        section::Section,
    },
    tui::{keymap::Keymap, model::Model, theme::Theme},
};
use std::sync::Arc;

/// The time at which every made-up page is looked at.
pub fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 5, 4, 10, 13, 0).unwrap()
}

/// So many minutes before [`now`].
pub fn ago(minutes: i64) -> DateTime<Utc> {
    now() - Duration::minutes(minutes)
}

/// Somebody.
pub fn person(name: &str, address: &str) -> Person {
    Person { name: name.to_owned(), address: address.to_owned() }
}

/// A member of the team.
pub fn agent(number: i64, handle: &str, name: &str, role: Role) -> Agent {
    Agent {
        id: AgentId(number),
        handle: handle.to_owned(),
        name: name.to_owned(),
        public_name: None,
        role,
        active: true,
        ready: true,
        reply_to_customers: true,
        from_customers: FromCustomers::All,
        notify_customers: Notify::Mine,
        notify_internal: Notify::All,
        bell: true,
        address: None,
        mail: deskline::domain::outgoing::MailPreference::Off,
        groups: Vec::new(),
    }
}

/// The team of the made-up desk.
pub fn team() -> Vec<AgentRow> {
    let row = |number, handle, name, role, groups: &[&str]| AgentRow {
        agent: agent(number, handle, name, role),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
    };
    vec![
        row(1, "olga", "Olga Petrova", Role::Owner, &[]),
        row(2, "adam", "Adam Novak", Role::Admin, &[]),
        row(3, "ana", "Ana Ruiz", Role::Agent, &["Support"]),
        row(4, "ben", "Ben Okafor", Role::Agent, &["Support"]),
        row(5, "cleo", "Cleo Martin", Role::Agent, &["Support"]),
        row(6, "dev", "Dev Patel", Role::Agent, &["Billing"]),
    ]
}

/// Keys of ana, ben and olga: one that is used, one that never was, one that was revoked; comments are foreign.
pub fn keys() -> Vec<KeyRow> {
    let key = |number: i64, handle: &str, letters: &str, comment: &str| KeyRow {
        id: KeyId(number),
        handle: handle.to_owned(),
        fingerprint: format!("SHA256:{letters}{}", "Zx9+".repeat(11)).chars().take(50).collect(),
        algorithm: "ssh-ed25519".to_owned(),
        comment: comment.to_owned(),
        added: ago(60 * 24 * 9),
        revoked: None,
        used: None,
    };
    vec![
        KeyRow { used: Some(ago(7)), ..key(1, "ana", "KyGkErHJfNNN", "ana@laptop") },
        KeyRow {
            algorithm: "sk-ssh-ed25519@openssh.com".to_owned(),
            ..key(2, "ana", "n5xlHuVXb3VM", "\u{1b}[31mred\u{202e}evil")
        },
        KeyRow {
            revoked: Some(ago(60 * 24 * 2)),
            used: Some(ago(60 * 24 * 3)),
            ..key(3, "ana", "GHsWfbCgu5Cy", "lost phone")
        },
        key(4, "ben", "DsMVnaCqhPNl", "ben@desk"),
    ]
}

/// A linked ticket.
pub fn ticket(number: i64, title: &str) -> ItemRef {
    ItemRef { key: ItemKey { kind: ItemKind::Ticket, id: ItemId(number) }, title: title.to_owned() }
}

/// A public open customer conversation, to be changed as a test wants it.
pub fn row(number: i64, name: &str, subject: &str, last: &str, minutes: i64) -> ConversationRow {
    ConversationRow {
        id: ConversationId(number),
        audience: Audience::Customer,
        privacy: Privacy::Public,
        state: State::Open,
        subject: subject.to_owned(),
        requester: Some(person(name, "somebody@example.org")),
        participants: Vec::new(),
        assignee: None,
        group: Some("Support".to_owned()),
        item: None,
        unread: false,
        follow_up_to: None,
        at: ago(minutes),
        last: Some(Last { at: ago(minutes), from: name.to_owned(), text: last.to_owned() }),
        channel: Some("email".to_owned()),
        locked: None,
        needs_reassignment: false,
        withheld: false,
        undelivered: None,
        mine: false,
        cursor: Cursor(format!("c{number}")),
    }
}

/// One entry.
pub fn entry(seq: i64, kind: EntryKind, from: From, minutes: i64, text: &str) -> Entry {
    Entry {
        seq: EntrySeq(seq),
        kind,
        from,
        at: ago(minutes),
        text: text.to_owned(),
        channel: None,
        attachments: Vec::new(),
        delivery: Vec::new(),
        folds: Vec::new(),
        by_mail: false,
        addressed: None,
    }
}

/// Everything allowed.
pub fn may_all() -> May {
    let yes = Verdict::yes;
    May {
        reply: yes(),
        note: yes(),
        close: yes(),
        reopen: yes(),
        lock: yes(),
        unlock: yes(),
        assign: yes(),
        take: yes(),
        release: yes(),
        forward: yes(),
        set_privacy: yes(),
        link: yes(),
        create_item: yes(),
        people: yes(),
        follow: yes(),
    }
}

/// Refused, with a reason.
pub fn no(why: &str, rule: &'static str) -> Verdict {
    Verdict { allowed: false, why: Some(why.to_owned()), rule: Some(rule) }
}

/// A conversation with the given entries, all of them in the window.
pub fn thread(row: ConversationRow, entries: Vec<Entry>) -> Thread {
    let last_seq = entries.last().map_or(EntrySeq(0), |entry| entry.seq);
    let customer = row.requester.clone();
    let customers = customer.iter().map(|person| person.name.clone()).collect();
    let addresses = customer.iter().map(|person| person.address.clone()).collect();
    let reply_to = Readers { customers, addresses, agents: 2, by_mail: true };
    let followers = customer
        .into_iter()
        .map(|person| Follower {
            person,
            kind: FollowerKind::Customer,
            requester: true,
            added: false,
            via_item: false,
            dormant: false,
        })
        .collect();
    let count = |kind| u32::try_from(entries.iter().filter(|entry| entry.kind == kind).count()).unwrap();
    Thread {
        replies: count(EntryKind::Reply),
        notes: count(EntryKind::Note),
        row,
        entries,
        earlier: false,
        later: false,
        last_seq,
        read_up_to: last_seq,
        followers,
        may: may_all(),
        reply_to,
        note_to: Readers { agents: 3, ..Readers::default() },
        suggested: Vec::new(),
        likenesses: Vec::new(),
        drafts: Vec::new(),
        following: true,
        rings: None,
        present: Vec::new(),
    }
}

/// The rows that most tests list.
pub fn rows() -> Vec<ConversationRow> {
    let ana = person("Ana Ruiz", "ana");
    let mut mara = row(4821, "Mara Lindt", "Card declined at checkout", "still failing with the new card", 2);
    mara.unread = true;
    mara.assignee = Some(ana.clone());
    mara.item = Some(ticket(102, "Card declined"));
    let jo = row(4819, "Jo Park", "Invoice for March", "thanks!", 9);
    let mut locked = row(4770, "Tomás Alvarez", "Data request", "We have sent you the archive.", 3 * 1440);
    locked.state = State::Locked;
    let mut private = row(4812, "Ines Costa", "Complaint about a colleague", "please keep this between us", 47);
    private.privacy = Privacy::Private;
    private.assignee = Some(ana.clone());
    let mut chinese = row(4807, "王小明", "请问可以取消昨天的订单吗?", "谢谢你们的帮助,问题解决了", 65);
    chinese.unread = true;
    let emoji = row(4801, "Zoë 👩‍👩‍👧 Family", "It works 🎉🎉 but the flag 🇸🇪 is wrong", "❤️ thank you", 300);
    let arabic = row(4799, "ليلى حداد", "مشكلة في الدفع", "ما زالت المشكلة قائمة 123 منذ أمس", 700);
    let hostile = row(
        4790,
        "Eve\u{202e}lived\u{1b}[31m",
        "\u{1b}]0;owned\u{7}Look\u{200b} here\r\nsecond line",
        "a\u{9b}31mb\tc \u{e0041}\u{e0042}",
        900,
    );
    let mut closed = row(4785, "Pat Quinn", "", "ok", 10 * 1440);
    closed.state = State::Closed;
    closed.requester = Some(person("Pat Quinn with a very long name that does not fit anywhere", "pat@example.org"));
    vec![mara, jo, private, chinese, emoji, arabic, hostile, closed, locked]
}

/// The conversation of interface.md's picture.
pub fn mara() -> Thread {
    let customer = || From::Customer(person("Mara Lindt", "mara@acme.example"));
    let mut first = entry(
        1,
        EntryKind::Reply,
        customer(),
        11,
        "Hello, my card is declined at checkout since this morning. I have tried it three times now.",
    );
    first.channel = Some("mail".to_owned());
    first.attachments =
        vec![Attachment { name: "screenshot.png".to_owned(), media_type: "image/png".to_owned(), size: 48_200 }];
    let note = entry(2, EntryKind::Note, From::Agent(person("Ben Okafor", "ben")), 8, "Same bank as last week.");
    let system = entry(3, EntryKind::System, From::System, 7, "Ben Okafor assigned this to Ana Ruiz.");
    let reply = entry(
        4,
        EntryKind::Reply,
        From::Agent(person("Ana Ruiz", "ana")),
        6,
        "Hello Mara,\n\ncould you try another card, please?\n\nAna",
    );
    let mut last = entry(
        5,
        EntryKind::Reply,
        customer(),
        2,
        "It is still failing with the new card.\n\n> Hello Mara,\n>\n> could you try another card, please?\n>\n> Ana",
    );
    last.channel = Some("mail".to_owned());
    let mut opened = thread(rows().remove(0), vec![first, note, system, reply, last]);
    opened.read_up_to = EntrySeq(4);
    opened
}

/// The ticket of the picture with its Conversations tab.
pub fn item() -> ItemPage {
    ItemPage {
        row: item_row(102, "Card declined", Some("Mara Lindt")),
        description: "Cards of one bank are declined since the last release of the payment form.".to_owned(),
        following: true,
        followers: vec!["Ben Okafor".to_owned(), "Support".to_owned()],
        conversations: rows().into_iter().take(3).collect(),
        total: 3,
        default_audience: Audience::Customer,
    }
}

/// One row of Unanswered items.
pub fn item_row(number: i64, title: &str, requester: Option<&str>) -> ItemRow {
    ItemRow {
        item: ticket(number, title),
        status: ItemStatus::Open,
        requester: requester.map(|name| person(name, "somebody@example.org")),
        assignee: Some(person("Ana Ruiz", "ana")),
        project: None,
        cursor: Cursor(format!("i{number}")),
    }
}

/// The sidebar's numbers.
pub fn sections() -> Vec<SectionRow> {
    let row = |section, unread, total| SectionRow { section, unread, total };
    vec![
        row(Section::Unassigned, 12, 30),
        row(Section::Live, 4, 9),
        row(Section::Open, 12, 128),
        row(Section::Unanswered, 3, 3),
        row(Section::Closed, 0, 1000),
        row(Section::CustomerReplies, 2, 20),
        row(Section::InternalInbox, 1, 4),
        row(Section::InternalSent, 0, 2),
        row(Section::AllClosed, 0, 60),
    ]
}

/// A page of Open conversations with nothing opened.
pub fn page() -> Page {
    let rows = rows();
    Page {
        offers: Vec::new(),
        offered: 0,
        held: 0,
        mailboxes: Vec::new(),
        mail_leaves: true,
        held_mails: None,
        held_replies: None,
        mergeable: None,
        original: None,
        me: agent(3, "ana", "Ana Ruiz", Role::Agent),
        my_groups: vec!["Support".to_owned()],
        team: "Acme Support".to_owned(),
        badge: 17,
        bell: 2,
        sections: sections(),
        list: Some(ListPage {
            section: Section::Open,
            total: 128,
            rows: Listed::Conversations(rows),
            newer: false,
            older: false,
        }),
        opened: None,
        item: None,
        search: None,
        notices: None,
        agents: None,
        groups: None,
        customers: None,
        items: None,
        keys: None,
        settings: None,
        audit: None,
        draft: None,
        lost: Vec::new(),
    }
}

/// The page of the picture: the first conversation opened.
pub fn picture() -> Page {
    Page { opened: Some(Opened::Thread(Box::new(mara()))), item: Some(item()), agents: Some(team()), ..page() }
}

/// A screen over a page, as it stands after the page has come.
pub fn model(page: Page, columns: u16, rows: u16) -> Model {
    let mut model =
        Model::new(page.clone(), Arc::new(Keymap::built_in()), now(), (columns, rows), Theme::new(true), "test");
    deskline::tui::update::update(&mut model, deskline::tui::ask::Msg::Page(Box::new(page)));
    model
}

/// A short talk for a row that has none of its own.
pub fn talk(row: &ConversationRow) -> Vec<Entry> {
    let words = row.last.as_ref().map_or("Hello.", |last| last.text.as_str());
    let minutes = (now() - row.at).num_minutes();
    let from = row.requester.clone().map_or(From::System, From::Customer);
    vec![entry(1, EntryKind::Reply, from, minutes, words)]
}
