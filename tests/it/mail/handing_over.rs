//! Handing over: a worker with a server made by hand that breaks at every step, a program like sendmail, and stopping.

use super::leaving::words;
use super::letters::{SUPPORT, arrives, letter};
use crate::desks::{TestDesk, reply};
use deskline::{
    config::{HistoryBefore, MailAccount, MailSending, MailServer, MailSource, Security, SentFolder},
    desk::mail::OutMail,
    domain::{id::ConversationId, mail::DeliveryState, setting::SettingKey},
    email::{
        Stop, Trouble, TroubleKind,
        send::Handed,
        worker::{HandOver, Worker},
    },
};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

pub fn account(sending: MailSending) -> MailAccount {
    MailAccount {
        name: "support".into(),
        address: SUPPORT.into(),
        group: Some("Support".into()),
        source: MailSource::Pipe,
        sending: Some(sending),
        password: None,
        sent: SentFolder::Unread,
        authority: None,
        history: HistoryBefore::Never,
        tags: true,
    }
}

pub fn over(port: u16) -> MailAccount {
    account(MailSending::Smtp(MailServer { security: Security::None, host: "127.0.0.1".into(), port, user: None }))
}

/// The troubles that a worker told of.
pub type Told = Arc<Mutex<Vec<Option<String>>>>;

pub fn worker(desk: &TestDesk, account: &MailAccount) -> (Worker, Told) {
    let told = Told::default();
    let tell = Arc::clone(&told);
    let tell = Box::new(move |name: &str, address: &str, trouble: Option<&Trouble>| {
        assert_eq!((name, address), ("support", SUPPORT));
        tell.lock().unwrap().push(trouble.map(|trouble| trouble.sentence.clone()));
    });
    (Worker::new(desk.desk.clone(), "worker".into(), std::slice::from_ref(account), tell), told)
}

pub fn answered(desk: &TestDesk) -> ConversationId {
    desk.set(SettingKey::UndoSeconds, "0");
    let id = arrives(desk, letter("mara@example.com", "Card declined", "Help")).conversation.unwrap();
    desk.does("ana", id, reply("Which bank is it?\n.\n..and which card?"));
    id
}

pub fn state(desk: &TestDesk, id: ConversationId) -> (DeliveryState, String) {
    let delivery = desk.thread("ana", id).entries.into_iter().flat_map(|entry| entry.delivery).next().unwrap();
    (delivery.state, delivery.words)
}

/// What the server made by hand does at one step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    /// Everything goes well.
    Nowhere,
    /// It hangs up instead of answering: 0 greeting, 1 EHLO, 2 MAIL, 3 RCPT, 4 DATA, 5 the mail itself.
    HangsUp(usize),
    /// It answers so.
    Says(usize, &'static str),
}

/// Takes one connection; gives what it took for a whole mail, if anything.
fn serve_one(listener: &TcpListener, at: At) -> Option<String> {
    let (stream, _) = listener.accept().ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    let mut taken = None;
    let mut answer = |step: usize, usual: &str| -> bool {
        let words = match at {
            At::HangsUp(here) if here == step => return false,
            At::Says(here, words) if here == step => words,
            _ => usual,
        };
        writer.write_all(format!("{words}\r\n").as_bytes()).is_ok()
    };
    if !answer(0, "220 mx.example ESMTP") {
        return None;
    }
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return taken;
        }
        let step = match line.get(..4).unwrap_or("") {
            "EHLO" => 1,
            "MAIL" => 2,
            "RCPT" => 3,
            "DATA" => 4,
            _ => {
                let _ = answer(99, "221 bye");
                return taken;
            }
        };
        let usual = if step == 4 { "354 go on" } else { "250 ok" };
        if !answer(step, usual) {
            return taken;
        }
        let goes_on = !matches!(at, At::Says(here, _) if here == step);
        if step == 4 && goes_on {
            let mut mail = String::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    return taken;
                }
                if line == ".\r\n" {
                    break;
                }
                mail.push_str(line.strip_prefix('.').unwrap_or(&line));
            }
            if !matches!(at, At::Says(5, _)) {
                taken = Some(mail);
            }
            if !answer(5, "250 taken") {
                return taken;
            }
        }
    }
}

#[test]
fn a_server_that_breaks_at_any_step_gets_each_mail_once_or_leaves_it_known_as_unknown() {
    let cases = [
        (At::Nowhere, DeliveryState::Sent),
        (At::HangsUp(0), DeliveryState::Queued),
        (At::HangsUp(1), DeliveryState::Queued),
        (At::HangsUp(2), DeliveryState::Queued),
        (At::HangsUp(3), DeliveryState::Queued),
        (At::HangsUp(4), DeliveryState::Queued),
        (At::HangsUp(5), DeliveryState::Unknown),
        (At::Says(0, "554 go away"), DeliveryState::Queued),
        (At::Says(1, "421 too busy"), DeliveryState::Queued),
        (At::Says(2, "550 not from you"), DeliveryState::Queued),
        (At::Says(3, "450 later"), DeliveryState::Queued),
        (At::Says(3, "550 5.1.1 no such user"), DeliveryState::Failed),
        (At::Says(4, "451 later"), DeliveryState::Queued),
        // The answer to another question: the text would be taken for commands.
        (At::Says(4, "250 ok"), DeliveryState::Queued),
        (At::Says(5, "452 disk full"), DeliveryState::Queued),
        (At::Says(5, "554 looks like spam"), DeliveryState::Failed),
        (At::Says(3, "nonsense"), DeliveryState::Queued),
        (At::Says(3, "354 go on"), DeliveryState::Queued),
    ];
    for (at, expected) in cases {
        let desk = TestDesk::new();
        let id = answered(&desk);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let account = over(listener.local_addr().unwrap().port());
        let serving = std::thread::spawn(move || (serve_one(&listener, at), listener));
        let (mut sender, _) = worker(&desk, &account);
        assert!(sender.send_one().unwrap(), "{at:?}");
        drop(sender);
        let (mail, listener) = serving.join().unwrap();
        let (now, said) = state(&desk, id);
        assert_eq!(now, expected, "{at:?}: {said}");
        assert_eq!(mail.is_some(), matches!(expected, DeliveryState::Sent | DeliveryState::Unknown), "{at:?}");
        assert_eq!(said.is_empty(), expected == DeliveryState::Sent, "{at:?}: {said}");
        if let At::Says(_, words) = at {
            assert!(words == "nonsense" || said.contains(&words[4..]), "the server's own words: {said}");
        }
        if expected == DeliveryState::Sent {
            let mail = mail.as_ref().unwrap();
            assert!(mail.contains("Which bank is it?\r\n.\r\n..and which card?"), "{mail}");
        }
        if expected == DeliveryState::Unknown || expected == DeliveryState::Queued {
            // It works again a while later: once more, with the same Message-ID where it had one.
            desk.later(2);
            let serving = std::thread::spawn(move || serve_one(&listener, At::Nowhere));
            let (mut again, _) = worker(&desk, &account);
            assert!(again.send_one().unwrap(), "{at:?}");
            drop(again);
            let second = serving.join().unwrap().expect("taken now");
            let id_of = |mail: &str| mail.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
            assert!(mail.is_none_or(|first| first == second && id_of(&first) == id_of(&second)));
            assert_eq!(state(&desk, id).0, DeliveryState::Sent);
        }
    }
}

#[test]
fn a_server_that_is_not_there_rests_its_mailbox_and_is_told_of() {
    let desk = TestDesk::new();
    let first = answered(&desk);
    let second = answered(&desk);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (mut sender, told) = worker(&desk, &over(port));
    sender.send_due(&Stop::default()).unwrap();
    assert_eq!((state(&desk, first).0, state(&desk, second).0), (DeliveryState::Queued, DeliveryState::Queued));
    let told = told.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "one try for both: {told:?}");
    assert!(told[0].as_ref().unwrap().contains(&format!("127.0.0.1:{port}")), "{told:?}");
    assert_eq!(desk.count("SELECT max(attempts) FROM outbox"), 1);
    assert_eq!(desk.count("SELECT min(attempts) FROM outbox"), 0);
}

#[test]
fn mail_goes_to_other_machines_in_tls_only() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    let server = MailServer { security: Security::None, host: "mx.example".into(), port: 25, user: None };
    let (mut sender, _) = worker(&desk, &account(MailSending::Smtp(server)));
    sender.send_one().unwrap();
    assert!(state(&desk, id).1.contains("in TLS only"), "{}", state(&desk, id).1);
    // A server that offers no STARTTLS hears nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = std::thread::spawn(move || serve_one(&listener, At::Nowhere));
    let server = MailServer { security: Security::StartTls, host: "127.0.0.1".into(), port, user: None };
    desk.later(2);
    let (mut sender, _) = worker(&desk, &account(MailSending::Smtp(server)));
    sender.send_one().unwrap();
    drop(sender);
    assert_eq!(serving.join().unwrap(), None);
    assert!(state(&desk, id).1.contains("offers no STARTTLS"), "{}", state(&desk, id).1);
}

/// A program of a few lines of shell in the place of sendmail.
pub fn program(desk: &TestDesk, script: &str) -> PathBuf {
    let place = desk.folder.path().join("sendmail");
    std::fs::write(&place, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o700)).unwrap();
    place
}

#[test]
fn a_program_like_sendmail_takes_it_or_says_why_not() {
    for (script, expected, says) in [
        ("echo \"$@\" > $0.arguments; cat > $0.mail", DeliveryState::Sent, ""),
        ("cat > /dev/null; echo 'unknown user' >&2; exit 67", DeliveryState::Failed, "unknown user"),
        ("cat > /dev/null; echo 'try later' >&2; exit 75", DeliveryState::Queued, "try later"),
        ("exit 78", DeliveryState::Queued, "failed (78)"),
        ("exit 0", DeliveryState::Queued, "did not read the whole mail"),
        // Not a pipe, which would end in the middle with whoever writes it.
        ("test -f /dev/stdin && cat > /dev/null || exit 75", DeliveryState::Sent, ""),
    ] {
        let desk = TestDesk::new();
        let id = answered(&desk);
        let place = program(&desk, script);
        let (mut sender, _) = worker(&desk, &account(MailSending::Sendmail(place.clone())));
        sender.send_one().unwrap();
        let (now, said) = state(&desk, id);
        assert_eq!(now, expected, "{script}: {said}");
        assert!(said.contains(says), "{said}");
        if script.contains("arguments") {
            let read = |end: &str| std::fs::read_to_string(format!("{}.{end}", place.display())).unwrap();
            assert_eq!(read("arguments"), format!("-i -f {SUPPORT} -- mara@example.com\n"));
            assert!(read("mail").contains("Subject: Re: Card declined\n") && !read("mail").contains('\r'));
        }
    }
    let desk = TestDesk::new();
    let id = answered(&desk);
    let (mut sender, _) = worker(&desk, &account(MailSending::Sendmail("/nowhere/sendmail".into())));
    sender.send_one().unwrap();
    assert!(state(&desk, id).1.contains("cannot be started"));
}

/// Takes everything, and says so.
struct Tells(mpsc::Sender<String>);

impl HandOver for Tells {
    fn hand_over(&mut self, _: &MailAccount, mail: &OutMail, begins: &mut dyn FnMut() -> bool) -> Handed {
        assert!(begins());
        self.0.send(words(mail).to_owned()).unwrap();
        Handed::Over
    }

    fn try_out(&mut self, _: &MailAccount) -> Result<(), Trouble> {
        Ok(())
    }
}

#[test]
fn the_thread_wakes_by_itself_and_stops_at_once() {
    let desk = TestDesk::in_real_time();
    desk.set(SettingKey::UndoSeconds, "1");
    let (sent, gone) = mpsc::channel();
    let hand_over = Box::new(Tells(sent));
    let sender = Worker::with(desk.desk.clone(), "w".into(), &[over(1)], hand_over, Box::new(|_, _, _| {}));
    let stop = Stop::default();
    let asked = stop.clone();
    let thread = std::thread::spawn(move || sender.run(&asked));
    let id = desk.desk.receive_mail(&super::letters::mail(letter("mara@example.com", "Hello", "Help"))).unwrap();
    let begun = Instant::now();
    desk.desk.run(&desk.agent("ana"), id.conversation.unwrap(), reply("By itself")).unwrap();
    assert_eq!(gone.recv_timeout(Duration::from_secs(20)).as_deref(), Ok("By itself"));
    assert!(begun.elapsed() >= Duration::from_millis(900), "not before it could be taken back");
    let begun = Instant::now();
    stop.ask();
    thread.join().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
}

/// Takes nothing until it is mended.
struct Mended(Arc<AtomicBool>);

impl HandOver for Mended {
    fn hand_over(&mut self, account: &MailAccount, _: &OutMail, begins: &mut dyn FnMut() -> bool) -> Handed {
        match self.try_out(account) {
            Ok(()) if begins() => Handed::Over,
            Ok(()) | Err(_) => Handed::NotNow { words: "It is broken.".into(), mailbox: Some(TroubleKind::Setup) },
        }
    }

    fn try_out(&mut self, _: &MailAccount) -> Result<(), Trouble> {
        if self.0.load(Ordering::Acquire) { Ok(()) } else { Err(Trouble::new(TroubleKind::Setup, "It is broken.")) }
    }
}

/// Without a mail to send: whoever asked for it sent what waited.
#[test]
fn who_is_nudged_tries_what_was_broken_and_says_that_it_works() {
    let desk = TestDesk::in_real_time();
    desk.set(SettingKey::UndoSeconds, "0");
    let mended = Arc::new(AtomicBool::new(false));
    let (says, told) = mpsc::channel();
    let tell = Box::new(move |_: &str, _: &str, trouble: Option<&Trouble>| {
        says.send(trouble.map(Trouble::to_string)).unwrap()
    });
    let hand_over = Box::new(Mended(Arc::clone(&mended)));
    let sender = Worker::with(desk.desk.clone(), "w".into(), &[over(1)], hand_over, tell);
    let stop = Stop::default();
    let asked = stop.clone();
    let id = desk.desk.receive_mail(&super::letters::mail(letter("mara@example.com", "Hello", "Help"))).unwrap();
    desk.desk.run(&desk.agent("ana"), id.conversation.unwrap(), reply("Soon")).unwrap();
    let thread = std::thread::spawn(move || sender.run(&asked));
    let patience = Duration::from_secs(20);
    assert_eq!(told.recv_timeout(patience), Ok(Some("It is broken.".to_owned())));
    desk.desk.mailbox_health("support", SUPPORT, Some("It is broken."), None).unwrap();
    desk.desk.nudge_mailboxes(&["support"]).unwrap();
    assert_eq!(told.recv_timeout(patience), Ok(Some("It is broken.".to_owned())), "it was tried again");
    mended.store(true, Ordering::Release);
    desk.desk.nudge_mailboxes(&["support"]).unwrap();
    assert_eq!(told.recv_timeout(patience), Ok(None));
    stop.ask();
    thread.join().unwrap();
}
