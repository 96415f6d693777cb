//! Answers that a colleague sent from their own mail program, mailboxes that are numbered anew, servers that go and come.

use super::{
    post_office::PostOffice,
    support::{Doors, MARA, SUPPORT, Support, header, letter},
};
use crate::{desks::reply, pty::until};
use deskline::domain::{command::Command, conversation::State, id::ConversationId};
use std::time::{Duration, Instant};

/// Mara has written, and it is here.
fn begun(office: &PostOffice, support: &Support) -> ConversationId {
    office.put(SUPPORT, &letter(MARA, SUPPORT, "Invoice", "one@customer.example", "", "zqbegin"));
    support.syncs().well();
    support.place("zqbegin")
}

/// A colleague answers Mara from a mail program; it lies in the Sent folder.
fn answers_outside(office: &PostOffice, id: &str, word: &str) {
    let head = "In-Reply-To: <one@customer.example>\r\nReferences: <one@customer.example>\r\n";
    let mail = letter("Acme Support <support@acme.example>", MARA, "Re: Invoice", id, head, word);
    office.imap(SUPPORT, "INBOX").appends("Sent", "\\Seen", &mail).expect("it is taken");
}

#[test]
fn an_answer_from_another_mail_program_is_in_the_thread_once() {
    let office = PostOffice::open();
    let mut support = Support::new(&office, &Doors::plain(&office));
    let conversation = begun(&office, &support);
    answers_outside(&office, "outside@acme.example", "zqoutside");
    for _ in 0..2 {
        support.syncs().well();
        assert_eq!(support.has("zqoutside"), 1);
    }
    assert_eq!(support.place("zqoutside"), conversation);
    assert!(support.desk.texts("ana", conversation).iter().any(|text| text.contains("zqoutside")));
    // Mara has it already.
    office.settled();
    assert_eq!(office.mails(MARA).len(), 0);
    // What deskline itself sent lies in the Sent folder of many servers, and is known there.
    support.desk.does("ana", conversation, reply("zqinside"));
    support.sends();
    office.settled();
    let copy = office.mails(MARA).remove(0);
    let begin = copy.find("From:").expect("a header");
    office.imap(SUPPORT, "INBOX").appends("Sent", "\\Seen", &copy[begin..].replace('\n', "\r\n")).expect("it is taken");
    support.syncs().well();
    assert_eq!(support.has("zqinside"), 1, "its own mail is nothing new");
}

/// A mailbox that was answered from another mail program for years.
#[test]
fn what_lay_in_the_mailbox_before_is_history() {
    let office = PostOffice::open();
    let mut support = Support::new(&office, &Doors::plain(&office));
    let mut imap = office.imap(SUPPORT, "INBOX");
    let re = |id: &str| format!("In-Reply-To: <{id}>\r\nReferences: <one@customer.example> <{id}>\r\n");
    let first = letter(MARA, SUPPORT, "Invoice", "one@customer.example", "", "zqfirst");
    let answer = letter(SUPPORT, MARA, "Re: Invoice", "two@acme.example", &re("one@customer.example"), "zqsecond");
    let third = letter(MARA, SUPPORT, "Re: Invoice", "three@customer.example", &re("two@acme.example"), "zqthird");
    for (folder, at, mail) in [
        ("INBOX", "03-May-2020 10:00:00 +0000", &first),
        ("INBOX", "03-May-2020 12:00:00 +0000", &third),
        ("Sent", "03-May-2020 13:00:00 +0200", &answer),
    ] {
        imap.appends_at(folder, at, mail).expect("it is taken");
    }
    office.put(SUPPORT, &letter(MARA, SUPPORT, "Delivery", "new@customer.example", "", "zqnew"));
    let checked = support.runs("olga", &["mail", "check"]);
    assert!(checked.out.contains("“INBOX”, 2 arrived before"), "{}", checked.out);
    assert_eq!(support.syncs().out.lines().next(), Some("support: 4 new mails, 3 of them as history"));
    let old = support.place("zqfirst");
    let texts = support.desk.texts("ana", old);
    assert!(texts.iter().zip(["zqfirst", "zqsecond", "zqthird"]).all(|(text, word)| text.contains(word)), "{texts:?}");
    let row = support.desk.row(old);
    assert_eq!((row.state, row.unread, row.at.timestamp()), (State::Closed, false, 1_588_507_200));
    assert_eq!(support.desk.row(support.place("zqnew")).state, State::Open);
    assert_eq!(support.desk.notices("ana").len(), 1, "of the new one");
    support.sends();
    office.settled();
    assert_eq!(office.mails(MARA).len(), 0);
    // What is new in it opens it.
    office.put(
        SUPPORT,
        &letter(MARA, SUPPORT, "Re: Invoice", "four@customer.example", &re("three@customer.example"), "zqfourth"),
    );
    support.syncs().well();
    assert_eq!((support.place("zqfourth"), support.desk.row(old).state), (old, State::Open));
}

#[test]
fn an_answer_to_a_locked_conversation_is_a_line_and_its_text_is_held() {
    let office = PostOffice::open();
    let support = Support::new(&office, &Doors::plain(&office));
    let conversation = begun(&office, &support);
    for command in [Command::Close, Command::Lock] {
        support.desk.does("ana", conversation, command);
    }
    answers_outside(&office, "outside@acme.example", "zqoutside");
    support.syncs().well();
    let texts = support.desk.texts("ana", conversation);
    assert!(texts.iter().all(|text| !text.contains("zqoutside")), "{texts:?}");
    assert_eq!(support.has("zqoutside"), 0, "it is held");
    let held = support.desk.count("SELECT count(*) FROM mail WHERE verdict = 'held' AND sent = 1");
    assert_eq!(held, 1, "{texts:?}");
    support.syncs().well();
    assert_eq!(support.desk.texts("ana", conversation), texts, "told once");
}

#[test]
fn a_mailbox_that_is_numbered_anew_brings_nothing_twice() {
    let mut office = PostOffice::open();
    let support = Support::new(&office, &Doors::plain(&office));
    for number in 0..20 {
        let word = format!("zqagain{number}e");
        office.put(
            SUPPORT,
            &letter(
                &format!("{word}@customer.example"),
                SUPPORT,
                "Again",
                &format!("{word}.id@customer.example"),
                "",
                &word,
            ),
        );
    }
    support.syncs().well();
    let validity = |office: &PostOffice| {
        let lines = office.imap(SUPPORT, "INBOX").asks("STATUS INBOX (UIDVALIDITY)").expect("an answer");
        String::from_utf8_lossy(&lines[0]).into_owned()
    };
    let before = validity(&office);
    office.stop_imap();
    office.forget_numbers(SUPPORT);
    assert!(office.start_imap());
    assert_ne!(validity(&office), before, "the server numbered anew");
    office.put(SUPPORT, &letter(MARA, SUPPORT, "Again", "new@customer.example", "", "zqnew"));
    for _ in 0..2 {
        support.syncs().well();
        assert_eq!(support.desk.count("SELECT count(*) FROM mail"), 21);
        assert_eq!(support.has("zqnew"), 1);
    }
}

#[test]
fn servers_that_were_down_are_found_again() {
    let mut office = PostOffice::open();
    let mut support = Support::new(&office, &Doors::plain(&office));
    let conversation = begun(&office, &support);
    office.stop_imap();
    office.stop_smtp();
    // Started without them; written meanwhile.
    support.serves();
    support.desk.does("ana", conversation, reply("zqmeanwhile"));
    office.put(SUPPORT, &letter(MARA, SUPPORT, "Down", "down@customer.example", "", "zqdown"));
    until("the desk tried to send it", || support.desk.count("SELECT coalesce(max(attempts), 0) FROM outbox") > 0);
    assert!(office.start_imap() && office.start_smtp(), "{}", office.logs());
    support.gets("zqdown");
    // A mailbox by which nothing could leave is left alone for a minute.
    let since = Instant::now();
    while office.mails(MARA).is_empty() {
        assert!(since.elapsed() < Duration::from_secs(90), "it never left: {}", support.said());
        support.time_passes();
        std::thread::park_timeout(Duration::from_millis(100));
    }
    // And once more, while it runs.
    office.stop_imap();
    office.put(SUPPORT, &letter(MARA, SUPPORT, "Down", "again@customer.example", "", "zqagain"));
    assert!(office.start_imap());
    support.gets("zqagain");
    until("all is marked", || office.seen(SUPPORT) == (3, 3));
    assert_eq!((support.has("zqdown"), support.has("zqagain")), (1, 1));
    assert_eq!(support.stops(), Some(0), "{}", support.said());
    office.settled();
    let mails = office.mails(MARA);
    assert_eq!(mails.len(), 1);
    assert!(header(&mails[0], "Message-ID").starts_with('<'), "{}", mails[0]);
}

/// A line of the configuration that names no folder: what arrives is read, told of by the server, and the line is named to whoever
/// can change it.
#[test]
fn a_sent_folder_that_is_not_there_stops_nothing_that_arrives() {
    let office = PostOffice::open();
    let doors = Doors { more: "sent = \"Nowhere\"\n".to_owned(), ..Doors::plain(&office) };
    let mut support = Support::new(&office, &doors);
    support.serves();
    for word in ["zqone", "zqtwo", "zqthree"] {
        let id = format!("{word}@customer.example");
        office.put(SUPPORT, &letter(MARA, SUPPORT, "Invoice", &id, "", word));
        support.gets(word);
    }
    let troubled = || support.desk.desk.troubled_mailboxes().expect("the desk is there");
    until("the line is told", || !troubled().is_empty());
    let trouble = troubled()[0].trouble.clone().unwrap_or_default();
    for words in ["Mail arrives, but", "“Nowhere”", "Change the line sent = \"Nowhere\""] {
        assert!(trouble.contains(words), "{words}: {trouble}");
    }
    assert_eq!(support.stops(), Some(0), "{}", support.said());
}
