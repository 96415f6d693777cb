//! Fetching over IMAP: each mail once, none lost, marked as seen only when it is kept, whatever the server does meanwhile.

use super::imap_server::{Folder, Instead, PASSWORD, Server, USER};
use deskline::{
    config::{MailServer, PasswordPlace, Security, SentFolder},
    email::{
        Fetched, Progress, Stop, Taker, Told, Trouble, TroubleKind,
        imap::{self, Mailbox, Patience, Way},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Who takes mails in these tests: it keeps what it is given, as a desk does that knows a mail by its place.
#[derive(Default)]
pub struct Bag {
    pub mails: Vec<Fetched>,
    pub places: BTreeSet<(String, u32, u32)>,
    pub cursors: BTreeMap<String, (u32, u32)>,
    pub committed: Arc<Mutex<BTreeSet<u32>>>,
    /// How often it takes nothing.
    pub refuses: usize,
    pub again: usize,
    pub tell: Option<mpsc::Sender<u32>>,
}

impl Taker for Bag {
    fn cursor(&mut self, folder: &str) -> Result<Option<(u32, u32)>, Trouble> {
        Ok(self.cursors.get(folder).copied())
    }

    fn take(&mut self, mails: Vec<Fetched>) -> Result<(), Trouble> {
        if self.refuses > 0 {
            self.refuses -= 1;
            return Err(Trouble::new(TroubleKind::Desk, "The disk is full."));
        }
        for mail in mails {
            let place = mail.place.clone().unwrap();
            if self.places.insert((place.folder, place.uid_validity, place.uid)) {
                self.mails.push(mail);
            } else {
                self.again += 1;
            }
            self.committed.lock().unwrap().insert(place.uid);
            if let Some(tell) = &self.tell {
                tell.send(place.uid).unwrap();
            }
        }
        Ok(())
    }

    fn advance(&mut self, folder: &str, uid_validity: u32, uid: u32) -> Result<(), Trouble> {
        self.cursors.insert(folder.to_owned(), (uid_validity, uid));
        Ok(())
    }
}

impl Bag {
    pub fn for_server(server: &Server) -> Self {
        Self { committed: Arc::clone(&server.state().committed), ..Self::default() }
    }

    pub fn uids(&self) -> Vec<u32> {
        self.mails.iter().map(|mail| mail.place.as_ref().unwrap().uid).collect()
    }
}

pub fn mail(number: usize) -> Vec<u8> {
    format!("From: a@example.com\r\nSubject: number {number}\r\n\r\nText {number}\r\n").into_bytes()
}

pub fn mails(count: usize) -> Vec<Vec<u8>> {
    (1..=count).map(mail).collect()
}

pub fn server(mails: &[Vec<u8>]) -> Server {
    Server::with(&mails.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// A password file, and how the server is reached with it.
pub fn mailbox(server: &Server) -> (TempDir, Mailbox) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let mailbox = Mailbox {
        server: MailServer {
            security: Security::None,
            host: "127.0.0.1".into(),
            port: server.address.port(),
            user: Some(USER.into()),
        },
        password: PasswordPlace::File(file),
        authority: None,
        sent: SentFolder::Unread,
    };
    (folder, mailbox)
}

pub fn way() -> Way {
    let patience =
        Patience { step: Duration::from_secs(20), poll: Duration::from_millis(30), idle: Duration::from_secs(20) };
    Way { patience, stop: Stop::default() }
}

fn hasty() -> Way {
    let mut way = way();
    way.patience.step = Duration::from_millis(100);
    way
}

pub fn sync(server: &Server, bag: &mut Bag) -> Result<Progress, Trouble> {
    let (_folder, mailbox) = mailbox(server);
    imap::sync(&mailbox, &way(), bag, &mut |_| {})
}

/// Watches until this holds, at most for a minute; what was told of troubles meanwhile.
pub fn watch_until(
    server: &Server,
    mailbox: &Mailbox,
    bag: &mut Bag,
    way: &Way,
    until: impl Fn(&Server) -> bool + Sync,
) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    std::thread::scope(|scope| {
        let stop = way.stop.clone();
        let until = &until;
        scope.spawn(move || {
            let end = Instant::now() + Duration::from_secs(60);
            while !until(server) && Instant::now() < end {
                std::thread::sleep(Duration::from_millis(5));
            }
            stop.ask();
        });
        imap::watch(mailbox, way, bag, &mut || 0, &mut |told| {
            if let Told::Trouble(trouble, _) = told {
                troubles.push(trouble.clone());
            }
        });
    });
    assert!(until(server), "it never came to that: {troubles:?}");
    troubles
}

fn seen(server: &Server) -> Vec<u32> {
    server.state().folders["INBOX"].seen.iter().copied().collect()
}

#[test]
fn every_mail_is_taken_once_in_order_and_the_next_run_costs_nothing() {
    let all = mails(450);
    let server = server(&all);
    let mut bag = Bag::for_server(&server);
    let (_folder, mailbox) = mailbox(&server);
    let mut told = Vec::new();
    let progress = imap::sync(&mailbox, &way(), &mut bag, &mut |progress| told.push(progress)).unwrap();
    assert_eq!(progress, Progress { done: 450, total: 450 });
    assert_eq!(bag.mails.iter().map(|mail| mail.raw.clone()).collect::<Vec<_>>(), all);
    assert_eq!(bag.uids(), (1..=450).collect::<Vec<_>>());
    assert!(told.windows(2).all(|two| two[0].done <= two[1].done) && told.len() >= 4, "{told:?}");
    assert_eq!(seen(&server), (1..=450).collect::<Vec<_>>());
    assert!(server.state().too_early.is_empty());

    server.commands();
    assert_eq!(sync(&server, &mut bag).unwrap(), Progress::default());
    let commands = server.commands();
    assert!(!commands.iter().any(|command| command.contains("FETCH") || command.contains("STORE")), "{commands:?}");

    server.deliver(&mail(451));
    assert_eq!(sync(&server, &mut bag).unwrap().done, 1);
    assert_eq!((bag.mails.len(), bag.again), (451, 0));
}

/// Not at eight steps: at every single byte that the server sends.
#[test]
fn a_connection_cut_at_any_byte_loses_nothing_and_takes_nothing_twice() {
    let all = mails(3);
    let whole = server(&all);
    sync(&whole, &mut Bag::for_server(&whole)).unwrap();
    let bytes = whole.state().sent;
    assert!(bytes > 500, "{bytes}");
    for cut in 0..bytes {
        let server = server(&all);
        server.state().cut_after = Some(cut);
        let mut bag = Bag::for_server(&server);
        let first = sync(&server, &mut bag);
        if let Err(trouble) = first {
            assert_eq!(trouble.kind, TroubleKind::Connection, "after {cut} bytes: {trouble}");
        }
        assert!(server.state().too_early.is_empty(), "after {cut} bytes");
        server.state().cut_after = None;
        sync(&server, &mut bag).unwrap();
        assert_eq!(bag.uids(), [1, 2, 3], "after {cut} bytes");
        assert_eq!(seen(&server), [1, 2, 3], "after {cut} bytes");
        assert!(server.state().too_early.is_empty(), "after {cut} bytes");
    }
}

/// The server's word for it: what the mail says itself was chosen by its sender.
#[test]
fn when_a_mail_arrived_is_what_the_server_says() {
    let dated = b"Date: Fri, 20 Nov 1998 10:00:00 +0000\r\nSubject: number 2\r\n\r\nText\r\n".to_vec();
    let server = server(&[mail(1), dated]);
    server.state().folders.get_mut("INBOX").unwrap().arrived.insert(1, "03-May");
    let mut bag = Bag::for_server(&server);
    sync(&server, &mut bag).unwrap();
    let arrived: Vec<Option<i64>> = bag.mails.iter().map(|mail| mail.arrived).collect();
    assert_eq!(arrived, [Some(1_588_500_000), None], "12:00 +0200; nobody says it of the second");
}

#[test]
fn nothing_counts_as_seen_that_the_desk_does_not_take() {
    let server = server(&mails(3));
    let mut bag = Bag { refuses: 1, ..Bag::for_server(&server) };
    let trouble = sync(&server, &mut bag).unwrap_err();
    assert_eq!((trouble.kind, trouble.sentence.as_str()), (TroubleKind::Desk, "The disk is full."));
    assert!(seen(&server).is_empty() && bag.cursors.is_empty());
    sync(&server, &mut bag).unwrap();
    assert_eq!((bag.uids(), seen(&server)), (vec![1, 2, 3], vec![1, 2, 3]));
}

#[test]
fn another_uidvalidity_means_other_mails() {
    let server = server(&mails(2));
    let mut bag = Bag::for_server(&server);
    sync(&server, &mut bag).unwrap();
    server.state().folders.get_mut("INBOX").unwrap().uid_validity = 8;
    sync(&server, &mut bag).unwrap();
    assert_eq!(bag.uids(), [1, 2, 1, 2], "the desk knows them by their bytes");
    assert_eq!(bag.cursors["INBOX"], (8, 2));
}

#[test]
fn what_vanishes_between_the_list_and_the_fetch_holds_nothing_up() {
    let server = server(&mails(4));
    let mut bag = Bag::for_server(&server);
    server.script(|command, _| {
        // Expunged by somebody else in this moment; the server says so in the middle of its answer.
        let answer = "* 2 EXPUNGE\r\n* 3 EXISTS\r\n* 1 FETCH (UID 1 BODY[] {1}\r\na)\r\n* 3 FETCH (BODY[] {1}\r\nd FLAGS (\\Recent) UID 4)\r\n{tag} OK some are gone\r\n";
        if command == "UID FETCH 1:4 (UID)" {
            return Some(Instead::Say(b"* 1 FETCH (UID 1)\r\n* 2 FETCH (UID 4)\r\n{tag} OK done\r\n".to_vec()));
        }
        command.contains("BODY.PEEK[]").then(|| Instead::Say(answer.into()))
    });
    assert_eq!(sync(&server, &mut bag).unwrap().done, 4);
    assert_eq!(bag.uids(), [1, 4]);
    assert_eq!(bag.cursors["INBOX"], (7, 4));
}

/// A server that does the same wrong thing each time one of the mails is asked for; the mails around it arrive at once, that
/// one at last as far as it can be had.
fn one_bad_mail(
    answers: impl Fn(&str) -> Option<Vec<u8>> + Send + 'static,
) -> (Vec<u32>, Option<Fetched>, Vec<Trouble>) {
    let server = server(&mails(3));
    server.script(move |command, _| answers(command).map(Instead::Say));
    let mut bag = Bag::for_server(&server);
    let (_folder, mailbox) = mailbox(&server);
    let committed = Arc::clone(&bag.committed);
    let troubles = watch_until(&server, &mailbox, &mut bag, &way(), |_| committed.lock().unwrap().len() == 3);
    assert_eq!(bag.uids(), [1, 2, 3]);
    let second = bag.mails.iter().find(|mail| mail.place.as_ref().unwrap().uid == 2).cloned();
    (bag.uids(), second, troubles)
}

/// Whether this command asks for the second mail.
fn asks_for_second(command: &str, section: &str) -> bool {
    command.contains(section) && (command.contains("FETCH 1:3 ") || command.contains("FETCH 2:"))
}

#[test]
fn a_mail_that_the_server_cannot_give_is_taken_as_far_as_it_can_be_had() {
    let refuses = b"{tag} NO [SERVERBUG] Internal error\r\n";
    let (_, second, troubles) =
        one_bad_mail(|command| asks_for_second(command, "BODY.PEEK[]").then(|| refuses.to_vec()));
    let second = second.unwrap();
    assert!(second.raw.starts_with(b"From: a@example.com") && !second.raw.ends_with(b"Text 2\r\n"), "the header");
    assert!(second.incomplete.unwrap().contains("no more than the header"));
    assert!(troubles.iter().all(|trouble| trouble.kind == TroubleKind::Refused), "{troubles:?}");
}

/// Called once a minute by a clock, too.
#[test]
fn one_run_gets_past_such_a_mail() {
    let server = server(&mails(3));
    server.script(|command, _| {
        asks_for_second(command, "BODY.PEEK[")
            .then(|| Instead::Say(b"{tag} NO [SERVERBUG] Internal error\r\n".to_vec()))
    });
    let mut bag = Bag::for_server(&server);
    sync(&server, &mut bag).unwrap();
    assert_eq!(bag.uids(), [1, 2, 3]);
    assert!(bag.mails[1].incomplete.is_some());
}

/// A server whose disk is away says no to every mail: none is given up for that.
#[test]
fn no_mail_is_given_up_because_the_server_cannot_give_any() {
    let server = server(&mails(3));
    server.script(|command, _| {
        command.contains("BODY.PEEK[").then(|| Instead::Say(b"{tag} NO [UNAVAILABLE] The disk is away.\r\n".to_vec()))
    });
    let mut bag = Bag::for_server(&server);
    for _ in 0..5 {
        assert!(sync(&server, &mut bag).unwrap_err().sentence.contains("The disk is away"));
    }
    let (_folder, mailbox) = mailbox(&server);
    watch_until(&server, &mailbox, &mut bag, &way(), |server| server.state().connections > 38);
    assert!(bag.mails.is_empty() && bag.cursors.is_empty());
    server.state().script = None;
    sync(&server, &mut bag).unwrap();
    assert_eq!(bag.mails.iter().map(|mail| mail.raw.clone()).collect::<Vec<_>>(), mails(3));
}

#[test]
fn a_mail_of_which_nothing_can_be_had_is_noted_and_left() {
    let (_, second, _) = one_bad_mail(|command| {
        asks_for_second(command, "BODY.PEEK[").then(|| b"* 2 FETCH (UID 2 BODY[] NIL)\r\n{tag} OK done\r\n".to_vec())
    });
    let second = second.unwrap();
    assert!(second.raw.is_empty());
    assert!(second.incomplete.unwrap().contains("as number 2"));
}

#[test]
fn what_is_no_imap_is_never_repeated_to_anybody() {
    let (_, _, troubles) = one_bad_mail(|command| {
        asks_for_second(command, "BODY.PEEK[")
            .then(|| b"* 2 FETCH (UID 2 BODY[] \"SECRET\x00 WORDS\r\n{tag} OK\r\n".to_vec())
    });
    assert!(!troubles.is_empty());
    for trouble in troubles {
        assert!(matches!(trouble.kind, TroubleKind::Gibberish | TroubleKind::Silence), "{trouble}");
        assert!(!trouble.sentence.contains("SECRET"), "{trouble}");
    }
}

#[test]
fn lies_do_no_harm() {
    let endless = format!("* 1 FETCH (UID 1 X {})\r\n", "x".repeat(300_000));
    let lies: Vec<(&str, Vec<u8>, &str)> = vec![
        ("BODY.PEEK[]", b"* 1 FETCH (UID 1 BODY[] {4000000000}\r\n".to_vec(), "larger than was asked for"),
        ("BODY.PEEK[]", endless.into_bytes(), "a line without end"),
        ("BODY.PEEK[]", format!("* 1 FETCH (BODYSTRUCTURE {}", "(".repeat(5000)).into_bytes(), "brackets"),
        ("BODY.PEEK[]", b"* 1 FETCH (BODY[] {1}\r\na)\r\n{tag} OK\r\n".to_vec(), "without their numbers"),
        ("BODY.PEEK[]", b"{tag} OK there is nothing\r\n".to_vec(), "does not give"),
        ("BODY.PEEK[]", b"* BYE going down\r\n{tag} NO\r\n".to_vec(), "refused"),
        ("RFC822.SIZE", b"{tag} NO not now\r\n".to_vec(), "not now"),
        ("SELECT", b"* 3 EXISTS\r\n{tag} OK done\r\n".to_vec(), "does not number"),
        ("SELECT", b"{tag} NO gone\r\n".to_vec(), "gone"),
        ("CAPABILITY", b"{tag} BAD what\r\n".to_vec(), "what"),
        ("LOGIN", b"A9999 OK in\r\n* BYE\r\n{tag} BAD LOGIN \"support\" \"hunter2\"\r\n".to_vec(), "…"),
        ("greeting", b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(), "no IMAP server"),
        ("greeting", b"* PREAUTH welcome\r\n".to_vec(), "no login"),
        ("greeting", b"* BYE too many\r\n".to_vec(), "too many"),
    ];
    for (at, answer, sentence) in lies {
        let server = server(&mails(3));
        let lie = answer.clone();
        server.script(move |command, _| {
            (command.starts_with(at) || command.contains(at)).then(|| Instead::Say(lie.clone()))
        });
        let mut bag = Bag::for_server(&server);
        let trouble = sync(&server, &mut bag).unwrap_err();
        assert!(trouble.sentence.contains(sentence), "{at}: {trouble}");
        assert!(!trouble.sentence.contains(PASSWORD), "{trouble}");
        assert!(bag.mails.is_empty() && seen(&server).is_empty() && bag.cursors.is_empty(), "{at}: {trouble}");
        // And once it behaves, all is there.
        server.state().script = None;
        sync(&server, &mut bag).unwrap();
        assert_eq!(bag.uids(), [1, 2, 3]);
    }
}

#[test]
fn mails_that_nobody_asked_for_and_wrong_sizes_are_no_matter() {
    let server = server(&mails(2));
    server.script(|command, _| {
        if command.contains("RFC822.SIZE") {
            // Sizes of nothing, mails twice, and one that was never there.
            let list = "* 1 FETCH (UID 1 RFC822.SIZE 0)\r\n* 2 FETCH (UID 2 RFC822.SIZE 1)\r\n* 2 FETCH (UID 2 RFC822.SIZE 9)\r\n{tag} OK\r\n";
            return Some(Instead::Say(list.into()));
        }
        let answer = "* 9 FETCH (UID 99 BODY[] {4}\r\nlost)\r\n* 1 FETCH (UID 1 BODY[] {5}\r\nfirst)\r\n* 1 FETCH (UID 1 BODY[] {5}\r\nagain)\r\n* 2 FETCH (FLAGS () UID 2 BODY[] \"second\")\r\n{tag} OK\r\n";
        command.contains("BODY.PEEK[]").then(|| Instead::Say(answer.into()))
    });
    let mut bag = Bag::for_server(&server);
    sync(&server, &mut bag).unwrap();
    assert_eq!(bag.mails.iter().map(|mail| mail.raw.as_slice()).collect::<Vec<_>>(), [&b"first"[..], b"second"]);
}

#[test]
fn a_mail_that_is_too_large_is_taken_by_its_header() {
    let mut large = mail(2);
    large.resize(26 * 1024 * 1024, b'x');
    let server = server(&[mail(1), large, mail(3)]);
    let mut bag = Bag::for_server(&server);
    sync(&server, &mut bag).unwrap();
    assert_eq!(bag.uids(), [1, 2, 3]);
    let header = &bag.mails[1];
    assert_eq!(header.raw, b"From: a@example.com\r\nSubject: number 2\r\n\r\n");
    assert!(header.incomplete.as_ref().unwrap().contains("26 MiB"), "{:?}", header.incomplete);
    assert!(server.state().sent < 1000, "it was never asked for");
}

#[test]
fn a_server_that_falls_silent_is_left_at_every_step() {
    for step in ["greeting", "LOGIN", "CAPABILITY", "SELECT", "RFC822.SIZE", "BODY.PEEK[]", "STORE"] {
        let server = server(&mails(2));
        server.script(move |command, _| (command.contains(step)).then_some(Instead::Silence));
        let mut bag = Bag::for_server(&server);
        let (_folder, mailbox) = mailbox(&server);
        let trouble = imap::sync(&mailbox, &hasty(), &mut bag, &mut |_| {}).unwrap_err();
        assert!(matches!(trouble.kind, TroubleKind::Connection | TroubleKind::Silence), "{step}: {trouble}");
        server.state().script = None;
        sync(&server, &mut bag).unwrap();
        assert_eq!((bag.uids(), seen(&server)), (vec![1, 2], vec![1, 2]), "{step}");
    }
}

/// It always says something, and never what it was asked for.
#[test]
fn a_server_that_never_comes_to_an_end_is_left() {
    for (step, drip) in [
        ("greeting", &b" "[..]),
        ("CAPABILITY", b"* OK still here\r\n"),
        ("CAPABILITY", b" "),
        ("SELECT", b"* OK still here\r\n"),
        ("RFC822.SIZE", b"* 2 EXISTS\r\n"),
        ("BODY.PEEK[]", b"* OK still here\r\n"),
    ] {
        let server = server(&mails(2));
        server.script(move |command, _| (command.contains(step)).then_some(Instead::Drip(drip)));
        let mut bag = Bag::for_server(&server);
        let (_folder, mailbox) = mailbox(&server);
        let patience = Patience { step: Duration::from_millis(20), ..hasty().patience };
        let impatient = Way { patience, ..hasty() };
        // On a thread of its own, so that a server that is never left fails the test.
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let outcome = imap::sync(&mailbox, &impatient, &mut bag, &mut |_| {});
            let _ = tell.send(outcome.map(drop));
        });
        let outcome = told.recv_timeout(Duration::from_secs(30));
        let trouble = outcome.unwrap_or_else(|_| panic!("{step}: it goes on for ever")).unwrap_err();
        assert!(
            matches!(trouble.kind, TroubleKind::Connection | TroubleKind::Silence | TroubleKind::Gibberish),
            "{step}: {trouble}"
        );
    }
}

#[test]
fn a_wrong_password_is_said_without_it() {
    let server = server(&mails(1));
    let (folder, mailbox) = mailbox(&server);
    std::fs::write(folder.path().join("password"), "swordfish\n").unwrap();
    let trouble = imap::sync(&mailbox, &way(), &mut Bag::default(), &mut |_| {}).unwrap_err();
    assert_eq!(trouble.kind, TroubleKind::Login);
    assert!(trouble.sentence.contains("does not let “support” in: Authentication failed."), "{trouble}");
    assert!(!trouble.sentence.contains("swordfish"), "{trouble}");
}

#[test]
fn a_password_may_have_any_letters() {
    let server = server(&mails(1));
    server.script(|command, _| match command {
        "AUTHENTICATE PLAIN" => Some(Instead::Say(b"+ \r\n".to_vec())),
        "" => Some(Instead::Say(b"A0001 OK in\r\n".to_vec())),
        _ => None,
    });
    let (folder, mailbox) = mailbox(&server);
    std::fs::write(folder.path().join("password"), "grüße\"\\\n").unwrap();
    let mut bag = Bag::for_server(&server);
    imap::sync(&mailbox, &way(), &mut bag, &mut |_| {}).unwrap();
    assert_eq!(bag.uids(), [1]);
    assert!(server.commands().iter().all(|command| !command.contains("LOGIN")));
}

/// Somebody in between answers instead of the server.
#[test]
fn where_tls_is_asked_for_no_password_goes_without() {
    for answer in [
        "{tag} BAD what?\r\n",
        "{tag} NO not here\r\n",
        "{tag} OK begin\r\n* OK in\r\nA0001 OK in\r\nA0002 OK in\r\n",
        "* BYE\r\n",
    ] {
        let server = server(&mails(1));
        server.script(move |command, _| (command == "STARTTLS").then(|| Instead::SayAndCut(answer.into())));
        let (_folder, mut mailbox) = mailbox(&server);
        mailbox.server.security = Security::StartTls;
        let mut bag = Bag::for_server(&server);
        let trouble = imap::sync(&mailbox, &way(), &mut bag, &mut |_| {}).unwrap_err();
        assert!(bag.mails.is_empty(), "{trouble}");
        let said = server.commands();
        assert!(said.first().is_some_and(|command| command == "STARTTLS"), "{said:?}");
        assert!(!said.iter().any(|command| command.contains("LOGIN") || command.contains(PASSWORD)), "{said:?}");
    }
}

#[test]
fn a_server_that_is_not_there_is_said() {
    let server = server(&[]);
    let (_folder, mut mailbox) = mailbox(&server);
    mailbox.server.port = 1;
    let trouble = imap::sync(&mailbox, &way(), &mut Bag::default(), &mut |_| {}).unwrap_err();
    assert!(trouble.sentence.starts_with("The mail server 127.0.0.1:1 cannot be reached: "), "{trouble}");
    mailbox.server.security = Security::Tls;
    mailbox.server.port = server.address.port();
    let trouble = imap::sync(&mailbox, &way(), &mut Bag::default(), &mut |_| {}).unwrap_err();
    assert!(trouble.sentence.contains("cannot be talked to in TLS"), "{trouble}");
}

#[test]
fn what_was_sent_from_elsewhere_is_read_and_left_as_it_is() {
    for (sent, name, attributes) in [
        (SentFolder::Found, "Gesendet", "\\HasNoChildren \\Sent"),
        (SentFolder::Named("Envoyés".into()), "Envoy&AOk-s", ""),
    ] {
        let server = server(&mails(1));
        let mut folder = Folder { uid_validity: 3, attributes, ..Folder::default() };
        folder.mails.insert(5, mail(5));
        server.state().folders.insert(name.to_owned(), folder);
        let mut bag = Bag::for_server(&server);
        let (_folder, mailbox) = mailbox(&server);
        let mailbox = Mailbox { sent, ..mailbox };
        imap::sync(&mailbox, &way(), &mut bag, &mut |_| {}).unwrap();
        assert_eq!(
            bag.mails.iter().map(|mail| (mail.sent, mail.raw.clone())).collect::<Vec<_>>(),
            [(false, mail(1)), (true, mail(5))]
        );
        assert!(server.state().folders[name].seen.is_empty());
        assert!(server.commands().contains(&format!("EXAMINE \"{name}\"")));
        let found = imap::look(&mailbox, None, &way()).unwrap();
        assert!(found.iter().any(|finding| finding.sentence.contains(name)), "{found:?}");

        // While the inbox is watched, too.
        let committed = Arc::clone(&bag.committed);
        server.state().folders.get_mut(name).unwrap().mails.insert(6, mail(6));
        watch_until(&server, &mailbox, &mut bag, &way(), |_| committed.lock().unwrap().contains(&6));
    }
}

#[test]
fn new_mail_is_taken_as_it_comes_whether_the_server_tells_or_is_asked() {
    for abilities in ["IMAP4rev1 IDLE", "IMAP4rev1"] {
        let server = server(&mails(1));
        server.state().abilities = abilities.to_owned();
        let (tell, told) = mpsc::channel();
        let mut bag = Bag { tell: Some(tell), ..Bag::for_server(&server) };
        let (_folder, mailbox) = mailbox(&server);
        let way = way();
        std::thread::scope(|scope| {
            let (server, way) = (&server, &way);
            scope.spawn(move || {
                for uid in 1..=4 {
                    let next = told.recv_timeout(Duration::from_secs(30));
                    assert_eq!(next, Ok(uid), "{abilities}");
                    server.deliver(&mail(uid as usize + 1));
                }
                way.stop.ask();
            });
            let began = Instant::now();
            imap::watch(&mailbox, way, &mut bag, &mut || 0, &mut |told| {
                assert!(!matches!(told, Told::Trouble(..)), "{told:?}");
            });
            assert!(began.elapsed() < Duration::from_secs(15), "told, not waited for: {:?}", began.elapsed());
        });
        assert_eq!(bag.uids()[..4], [1, 2, 3, 4]);
        assert!(server.state().too_early.is_empty());
        assert_eq!(server.state().connections, 1);
    }
}

#[test]
fn a_connection_lost_while_waiting_is_made_again() {
    let server = server(&mails(1));
    server.script(|command, connection| {
        (command == "IDLE" && connection == 1).then(|| Instead::SayAndCut(b"+ idling\r\n* BYE restarting\r\n".to_vec()))
    });
    let mut bag = Bag::for_server(&server);
    let (_folder, mailbox) = mailbox(&server);
    let troubles = watch_until(&server, &mailbox, &mut bag, &way(), |server| {
        server.state().connections == 2
            && server.state().commands.iter().filter(|command| *command == "IDLE").count() == 2
    });
    assert!(troubles.len() == 1 && troubles[0].sentence.contains("restarting"), "{troubles:?}");
    assert_eq!((bag.uids(), bag.again), (vec![1], 0));
}

#[test]
fn a_server_that_only_claims_to_tell_is_asked() {
    let server = server(&mails(1));
    server.script(|command, _| (command == "IDLE").then(|| Instead::Say(b"{tag} BAD what?\r\n".to_vec())));
    let mut bag = Bag::for_server(&server);
    let (_folder, mailbox) = mailbox(&server);
    let troubles = watch_until(&server, &mailbox, &mut bag, &way(), |server| {
        server.state().commands.iter().filter(|command| *command == "NOOP").count() >= 2
    });
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!(server.state().commands.iter().filter(|command| *command == "IDLE").count(), 1);
}

#[test]
fn asked_to_stop_it_stops_soon_wherever_it_is() {
    for step in ["greeting", "LOGIN", "SELECT", "BODY.PEEK[]", "STORE", "IDLE"] {
        let server = server(&mails(1));
        let way = way();
        let stop = way.stop.clone();
        let asked = Arc::new(Mutex::new(None));
        let when = Arc::clone(&asked);
        server.script(move |command, _| {
            command.contains(step).then(|| {
                *when.lock().unwrap() = Some(Instant::now());
                stop.ask();
                Instead::Silence
            })
        });
        let (_folder, mailbox) = mailbox(&server);
        imap::watch(&mailbox, &way, &mut Bag::for_server(&server), &mut || 0, &mut |_| {});
        let asked = asked.lock().unwrap().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(2), "{step}: {:?}", asked.elapsed());
    }
}
