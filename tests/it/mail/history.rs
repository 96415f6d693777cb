//! What lay in a mailbox before it was connected: in its threads, in order, closed and read, and nobody hears of it (R1.7).

use super::letters::{SUPPORT, arrives, letter, mail, person, taken};
use crate::desks::{TestDesk, add_customer, assign, beginning, reply};
use chrono::{DateTime, Duration, Utc};
use deskline::{
    desk::{AgentChange, page::From},
    domain::{
        command::Command,
        conversation::{Privacy, State},
        id::ConversationId,
        letter::{Letter, Nature, Report, ReportKind},
        mail::{HeldWhy, InMail, MailTaken, Verdict},
        people::Routing,
        section::Section,
        setting::SettingKey,
    },
};

/// So many hours before the desk was made.
fn ago(hours: i64) -> DateTime<Utc> {
    beginning() - Duration::hours(hours)
}

fn arrived(desk: &TestDesk, hours: i64, letter: Letter) -> MailTaken {
    taken(desk, &InMail { history: Some(ago(hours)), ..mail(letter) })
}

fn sent(desk: &TestDesk, hours: i64, letter: Letter) -> MailTaken {
    taken(desk, &InMail { history: Some(ago(hours)), sent: true, ..mail(letter) })
}

fn answering(of: &Letter, letter: Letter) -> Letter {
    Letter { in_reply_to: of.message_id.iter().cloned().collect(), ..letter }
}

/// A colleague's answer to mara from a mail program.
fn answer(of: &Letter, text: &str) -> Letter {
    let to = vec![person("Mara", "mara@example.com")];
    answering(of, Letter { to, from: vec![person("Kim", SUPPORT)], ..letter(SUPPORT, "Re: Card", text) })
}

/// Everything by which anybody hears of something, in one line.
fn heard(desk: &TestDesk) -> String {
    let rows = ["notice", "outbox", "waiting", "event", "mail_refusal", "automatic_mail", "past_offer", "reading"];
    rows.map(|table| format!("{table} {}", desk.count(&format!("SELECT count(*) FROM {table}")))).join(", ")
}

#[test]
fn it_comes_in_closed_and_read_and_nobody_hears_of_it() {
    for routing in [Routing::Polite, Routing::Dictator, Routing::Democracy] {
        let desk = TestDesk::new();
        desk.desk.set_group(&desk.agent("olga"), "Support", routing).unwrap();
        desk.change("ana", &AgentChange { ready: Some(true), ..AgentChange::default() });
        let before = heard(&desk);
        let one = arrived(&desk, 500, letter("mara@example.com", "Card declined", "My card"));
        assert_eq!((one.verdict, one.again), (Verdict::Message, false));
        assert_eq!(heard(&desk), before, "{routing:?}");
        let one = one.conversation.unwrap();
        let thread = desk.thread("ana", one);
        assert_eq!((thread.row.state, thread.row.unread, thread.row.assignee), (State::Closed, false, None));
        assert_eq!((thread.row.group.as_deref(), thread.row.subject.as_str()), (Some("Support"), "Card declined"));
        assert_eq!((thread.entries.len(), thread.entries[0].text.as_str()), (1, "My card"));
        assert_eq!((thread.entries[0].at, thread.row.at), (ago(500), ago(500)), "when it arrived");
        for handle in ["ana", "dev", "olga"] {
            assert_eq!(desk.numbers(handle, Section::Closed), Some((0, 1)), "{handle}");
            assert_eq!(desk.numbers(handle, Section::Open), Some((0, 0)), "{handle}");
        }
        let why = desk.desk.why(&desk.agent("ana"), one, thread.entries[0].seq).unwrap();
        assert!(why.iter().any(|sentence| sentence.contains("as history")), "{why:?}");
        desk.agrees();
    }
}

/// The Sent folder is read behind the inbox, so its answers come late.
#[test]
fn a_thread_stands_in_the_order_in_which_it_was_written() {
    let desk = TestDesk::new();
    let first = letter("mara@example.com", "Card", "one");
    let third = answering(&first, letter("mara@example.com", "Re: Card", "three"));
    let one = arrived(&desk, 50, first.clone()).conversation.unwrap();
    arrived(&desk, 30, third.clone());
    desk.does("ana", one, Command::MarkRead(None));
    let second = sent(&desk, 40, answer(&first, "two"));
    assert_eq!((second.verdict, second.conversation), (Verdict::SentOutside, Some(one)));
    assert_eq!(second.message.map(|seq| seq.0), Some(2));
    let fourth = sent(&desk, 20, answer(&third, "four"));
    assert_eq!(fourth.message.map(|seq| seq.0), Some(4));
    assert_eq!(desk.texts("ana", one), ["one", "two", "three", "four"]);
    let thread = desk.thread("ana", one);
    assert!(matches!(&thread.entries[1].from, From::Outside(person) if person.name == "Kim"));
    assert_eq!(
        (thread.row.unread, thread.read_up_to, thread.row.last.unwrap().text.as_str()),
        (false, thread.last_seq, "four")
    );
    assert_eq!(thread.row.state, State::Closed);
    let view = desk.desk.customer_view(&desk.agent("olga"), "mara@example.com", Some(one)).unwrap();
    let words: Vec<&str> = view.conversations[0].messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(words, ["one", "two", "three", "four"]);
    assert_eq!(
        desk.count("SELECT count(*) FROM message WHERE seq = customer_number"),
        4,
        "its customer counts as it is"
    );
    // The first of all comes last: an older mail of the same thread, found in another folder.
    let oldest = answering(&first, letter("mara@example.com", "Card", "none"));
    assert_eq!(arrived(&desk, 60, oldest).message.map(|seq| seq.0), Some(1));
    assert_eq!(desk.texts("ana", one), ["none", "one", "two", "three", "four"]);
    assert_eq!(desk.count("SELECT count(*) FROM outbox") + desk.count("SELECT count(*) FROM notice"), 0);
    desk.agrees();
}

#[test]
fn what_is_new_in_such_a_thread_opens_it_as_ever() {
    let desk = TestDesk::new();
    let first = letter("mara@example.com", "Card", "one");
    let one = arrived(&desk, 50, first.clone()).conversation.unwrap();
    let next = arrives(&desk, answering(&first, letter("mara@example.com", "Re: Card", "still")));
    assert_eq!(next.conversation, Some(one));
    let row = desk.row(one);
    assert_eq!((row.state, row.unread), (State::Open, true), "R2.3");
    assert_eq!(desk.count("SELECT count(*) FROM waiting"), 1, "and waits in its queue");
    desk.does("ana", one, reply("We look into it"));
    let left = desk.leaves();
    assert_eq!((left.len(), left[0].in_reply_to.is_some()), (1, true));
    desk.agrees();
}

/// A conversation that is worked on gets an older mail: nothing of what agents did or read is undone by it.
#[test]
fn an_older_mail_changes_nothing_for_those_who_work() {
    let desk = TestDesk::new();
    let first = letter("mara@example.com", "Card", "now");
    let one = arrives(&desk, first.clone()).conversation.unwrap();
    desk.does("ana", one, add_customer("jo@example.com", true));
    desk.does("ana", one, reply("We look into it"));
    desk.does("ben", one, Command::MarkRead(None));
    desk.does("ana", one, Command::Close);
    let unread = |handle| desk.thread(handle, one).row.unread;
    assert_eq!((unread("ana"), unread("ben")), (true, false));
    let (before, row) = (heard(&desk), desk.row(one));
    let old = arrived(&desk, 9, answering(&first, letter("mara@example.com", "Card", "before")));
    assert_eq!((old.conversation, old.message.map(|seq| seq.0)), (Some(one), Some(1)));
    assert_eq!(heard(&desk), before);
    let after = desk.row(one);
    assert_eq!((after.state, after.at, after.last, after.assignee), (row.state, row.at, row.last, row.assignee));
    assert_eq!((unread("ana"), unread("ben")), (true, false));
    let texts = desk.texts("ana", one);
    assert_eq!(&texts[..2], ["before", "now"]);
    // Who joined later reads no more than before.
    let view = desk.desk.customer_view(&desk.agent("olga"), "jo@example.com", Some(one)).unwrap();
    assert!(view.conversations[0].messages.iter().all(|message| message.text != "before"), "{view:?}");
    desk.agrees();
}

#[test]
fn thousands_of_one_sender_are_not_held_and_hold_nothing_up() {
    let desk = TestDesk::new();
    let mails: Vec<InMail> = (0..100)
        .map(|number| {
            let letter = letter("mara@example.com", &format!("Order {number}"), "Hello");
            InMail { history: Some(ago(2)), ..mail(letter) }
        })
        .collect();
    let taken = desk.desk.receive_mails(&mails).unwrap();
    assert!(taken.iter().all(|taken| taken.verdict == Verdict::Message), "{taken:?}");
    assert_eq!(arrives(&desk, letter("mara@example.com", "New", "Hello")).verdict, Verdict::Message);
}

#[test]
fn a_locked_conversation_takes_none_of_it() {
    let desk = TestDesk::new();
    let first = letter("mara@example.com", "Card", "one");
    let one = arrives(&desk, first.clone()).conversation.unwrap();
    desk.does("ana", one, Command::Close);
    desk.does("ana", one, Command::Lock);
    let (texts, before) = (desk.texts("ana", one), heard(&desk));
    let old = arrived(&desk, 9, answering(&first, letter("mara@example.com", "Card", "before")));
    let other = desk.row(old.conversation.unwrap());
    assert_eq!((other.follow_up_to, other.state, other.unread), (Some(one), State::Closed, false), "R2.7");
    assert_eq!((desk.texts("ana", one), heard(&desk)), (texts, before), "and the writer is not told of it");
}

/// What would wait for an administrator as new mail would wait by the thousand.
#[test]
fn copies_forms_and_bounces_of_the_past_wait_for_nobody() {
    let desk = TestDesk::new();
    let first = letter("mara@example.com", "Card", "one");
    let one = arrived(&desk, 50, first.clone()).conversation.unwrap();
    // Bcc'd to the support address, as many teams do.
    let copy = arrived(&desk, 40, answer(&first, "two"));
    assert_eq!((copy.verdict, copy.conversation), (Verdict::SentOutside, Some(one)));
    let lonely = arrived(&desk, 40, Letter { to: vec![], ..answer(&letter("x@y.example", "", ""), "of nothing here") });
    assert_eq!(lonely.verdict, Verdict::Ignored);
    let form = Letter { reply_to: vec![person("Vera", "vera@example.com")], ..letter(SUPPORT, "Form", "A visitor") };
    let form = desk.row(arrived(&desk, 30, form).conversation.unwrap());
    assert_eq!(form.requester.unwrap().address, "vera@example.com");
    let nature = Nature::Report(Report { kind: ReportKind::Bounce, about: Some("x@y".into()), recipients: vec![] });
    let bounce = arrived(&desk, 20, Letter { nature, ..letter("mailer-daemon@mx.example", "Undelivered", "Sorry") });
    assert_eq!((bounce.verdict, desk.row(bounce.conversation.unwrap()).state), (Verdict::Message, State::Closed));
    // What cannot be read or placed is kept all the same.
    let broken = taken(&desk, &InMail { history: Some(ago(9)), letter: Err("It is broken.".into()), ..mail(first) });
    assert_eq!(broken.verdict, Verdict::Quarantined(HeldWhy::Unreadable));
    assert_eq!(desk.desk.held(&desk.agent("olga")).unwrap().len(), 1);
    assert_eq!(desk.count("SELECT count(*) FROM notice") + desk.count("SELECT count(*) FROM outbox"), 0, "R1.7");
}

/// In the name of the team, from somewhere else: the mail server said so when it came.
#[test]
fn what_was_forged_under_our_own_address_long_ago_is_no_answer_of_ours() {
    let desk = TestDesk::new();
    let first = letter("mara@example.com", "Card", "one");
    let one = arrived(&desk, 50, first.clone()).conversation.unwrap();
    for (number, said) in
        ["dmarc=fail header.from=acme.example", "dmarc=pass header.from=acme.example"].iter().enumerate()
    {
        let authentication = vec![format!("mx.acme.example; {said}")];
        let copy = arrived(&desk, 40, Letter { authentication, ..answer(&first, &format!("Pay to {number}")) });
        let forged = number == 0;
        assert_eq!(copy.verdict == Verdict::Held(HeldWhy::OwnAddress), forged, "{said}");
        assert_eq!(desk.texts("ana", one).iter().any(|text| text.starts_with("Pay")), !forged, "{said}");
    }
    assert_eq!(desk.count("SELECT count(*) FROM notice"), 0, "R1.7");
}

/// An agent's own mail to a token would be sent on to the customer.
#[test]
fn what_an_agent_wrote_long_ago_is_not_sent_now() {
    let desk = TestDesk::new();
    desk.set(SettingKey::AgentsByMail, "on");
    desk.gives_address("ana", "ana@home.example");
    let one = arrives(&desk, letter("mara@example.com", "Card", "one")).conversation.unwrap();
    let to = vec![TestDesk::tagged(&desk.token(one, "ana"))];
    let before = (heard(&desk), desk.texts("ana", one));
    let old = arrived(&desk, 5, Letter { to, ..letter("ana@home.example", "Re: Card", "An answer") });
    assert_eq!(old.verdict, Verdict::Ignored);
    assert_eq!((heard(&desk), desk.texts("ana", one)), before);
}

#[test]
fn it_is_private_where_new_conversations_are() {
    let desk = TestDesk::with_privacy();
    desk.set(SettingKey::NewConversationsPrivate, "on");
    let one: ConversationId = arrived(&desk, 50, letter("mara@example.com", "Card", "one")).conversation.unwrap();
    assert_eq!(desk.thread("olga", one).row.privacy, Privacy::Private);
    desk.does("olga", one, Command::Reopen);
    desk.does("olga", one, assign("ana"));
    desk.agrees();
}

#[test]
fn a_stranger_on_an_internal_token_of_the_past_stays_with_the_administrators() {
    let desk = TestDesk::new();
    desk.gives_address("ben", "ben@home.example");
    let internal = desk.start("ana", crate::desks::with_agents(&["ben"]), "Between us").conversation;
    let to = vec![TestDesk::tagged(&desk.token(internal, "ben"))];
    let text = "What is this?\n> On 3 May, Ana wrote:\n> Between us: we drop this customer";
    let old = arrived(&desk, 5, Letter { to, ..letter("mara@example.com", "Re: Between us", text) });
    let shown = old.conversation.map(|id| (desk.thread("dev", id).row.privacy, desk.texts("dev", id)));
    assert_eq!((old.verdict, shown), (Verdict::Quarantined(HeldWhy::InternalToken), None));
}

#[test]
fn an_agents_doubtful_mail_of_the_past_is_no_customers() {
    let desk = TestDesk::with_privacy();
    desk.set(SettingKey::AgentsByMail, "on");
    desk.gives_address("ana", "ana@home.example");
    let one = arrives(&desk, letter("mara@example.com", "Card", "one")).conversation.unwrap();
    let to = vec![TestDesk::tagged(&desk.token(one, "ana"))];
    let fail = vec!["mx.acme.example; dmarc=fail header.from=home.example".to_owned()];
    let text = "An answer\n> On 3 May, Ben wrote (note, for agents only):\n> he never pays";
    let old = arrived(&desk, 5, Letter { to, authentication: fail, ..letter("ana@home.example", "Re: Card", text) });
    let shown = old.conversation.map(|id| (desk.row(id).requester.unwrap().address, desk.texts("dev", id)));
    assert_eq!(shown, None, "{:?}", old.verdict);
}

#[test]
fn what_an_administrator_threw_away_does_not_come_back_under_another_mailbox_name() {
    let desk = TestDesk::new();
    desk.gives_address("ben", "ben@home.example");
    let internal = desk.start("ana", crate::desks::with_agents(&["ben"]), "Between us").conversation;
    let to = vec![TestDesk::tagged(&desk.token(internal, "ben"))];
    let strange = Letter { to, ..letter("mara@example.com", "Re: Between us", "> Between us: we drop this customer") };
    let live = arrives(&desk, strange.clone());
    assert_eq!(live.verdict, Verdict::Quarantined(HeldWhy::InternalToken));
    desk.desk.discard_held(&desk.agent("olga"), live.mail).unwrap();
    let renamed = InMail { mailbox: "helpdesk".into(), history: Some(ago(500)), ..mail(strange) };
    let again = taken(&desk, &renamed);
    assert_eq!(again.conversation, None);
}

/// A mailbox that is called otherwise in the configuration is read anew, and all that lies in it is history.
#[test]
fn under_another_name_nothing_comes_in_again_that_was_taken_in_thrown_away_or_waits() {
    let desk = TestDesk::new();
    let known = mail(letter("mara@example.com", "Card", "one"));
    taken(&desk, &known);
    let nobodys = |subject: &str| {
        let raw = format!("Subject: {subject}\r\n\r\nHello").into_bytes();
        InMail { raw, ..mail(Letter { from: vec![], ..letter("x@example.com", subject, "Hello") }) }
    };
    // Those of one who writes too much would be let in as history.
    let flood: Vec<InMail> =
        (0..22).map(|number| mail(letter("robot@example.com", "Ping", &format!("Ping {number}")))).collect();
    let held = desk.desk.receive_mails(&flood).unwrap();
    let [.., (waits, waiting), (thrown, discarded)] = flood.iter().zip(&held).collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!((waiting.verdict, discarded.verdict), (Verdict::Held(HeldWhy::ManyFromSender), waiting.verdict));
    desk.desk.discard_held(&desk.agent("olga"), discarded.mail).unwrap();
    let nameless = nobodys("Nobody's");
    assert_eq!(taken(&desk, &nameless).verdict, Verdict::Quarantined(HeldWhy::NoSender));

    let list = || desk.desk.held(&desk.agent("olga")).unwrap().into_iter().map(|mail| mail.mail).collect::<Vec<_>>();
    let (before, conversations, texts) =
        (list(), desk.count("SELECT count(*) FROM conversation"), desk.count("SELECT count(*) FROM message"));
    let again = |mail: &InMail, name: &str| {
        let renamed = InMail { mailbox: name.into(), history: Some(ago(9)), ..mail.clone() };
        let taken = taken(&desk, &renamed);
        assert_eq!(self::taken(&desk, &renamed), MailTaken { again: true, ..taken });
        taken.verdict
    };
    for name in ["help", "helpdesk"] {
        assert_eq!(again(&known, name), Verdict::Message);
        assert_eq!(again(thrown, name), Verdict::Discarded);
        assert_eq!(again(waits, name), Verdict::Ignored);
        assert_eq!(again(&nameless, name), Verdict::Ignored);
        let unreadable = InMail { letter: Err("By an older program.".into()), ..nameless.clone() };
        assert_eq!(again(&unreadable, &format!("{name} 2")), Verdict::Ignored);
    }
    assert_eq!(list(), before, "each waits once");
    assert_eq!(desk.count("SELECT count(*) FROM conversation"), conversations);
    assert_eq!(desk.count("SELECT count(*) FROM message"), texts);
    // What comes in now is decided about by itself, whatever became of the same bytes elsewhere.
    desk.later(120);
    let elsewhere = InMail { mailbox: "billing".into(), ..thrown.clone() };
    assert_eq!(taken(&desk, &elsewhere).verdict, Verdict::Message);
}
