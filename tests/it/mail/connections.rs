//! The connection to an SMTP server: nothing said before the encryption is believed, one connection serves several mails, and
//! whatever breaks in between, each mail is known to have left or not.

use super::handing_over::{account, over, worker};
use super::leaving::{WORKER, mailboxes};
use super::letters::{arrives, letter};
use crate::desks::{TestDesk, reply};
use deskline::{
    config::{MailSending, MailServer, MailSource, PasswordPlace, Security},
    domain::{command::Command, id::ConversationId, mail::DeliveryState, setting::SettingKey},
    email::{
        Stop, check,
        imap::{Patience, Way},
    },
};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

/// Replies to as many customers, each in a conversation of its own, in the order in which they leave.
pub fn replies(desk: &TestDesk, count: usize) -> Vec<ConversationId> {
    desk.set(SettingKey::UndoSeconds, "0");
    let reply_to = |number| {
        let from = format!("customer{number}@example.com");
        let id = arrives(desk, letter(&from, "Hello", "Help")).conversation.unwrap();
        desk.does("olga", id, reply(&format!("Answer {number}.")));
        id
    };
    (0..count).map(reply_to).collect()
}

pub fn state(desk: &TestDesk, id: ConversationId) -> DeliveryState {
    desk.thread("olga", id).entries.into_iter().flat_map(|entry| entry.delivery).next().unwrap().state
}

/// What a server made by hand heard: for each connection its lines, a mail's text as one line that begins with `.`.
pub type Heard = Arc<Mutex<Vec<Vec<String>>>>;

/// Answers the lines of all connections, one after the other, with what `answer` says to (connection from 0, line); `None`
/// hangs up. The greeting answers an empty line.
pub fn serves(answer: impl Fn(usize, &str) -> Option<String> + Send + 'static) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let hears = Arc::clone(&heard);
    std::thread::spawn(move || {
        for (connection, stream) in listener.incoming().map_while(Result::ok).enumerate() {
            hears.lock().unwrap().push(Vec::new());
            let _ = serve(stream, |line| {
                if !line.is_empty() {
                    hears.lock().unwrap()[connection].push(line.to_owned());
                }
                answer(connection, line)
            });
        }
    });
    (port, heard)
}

fn serve(mut stream: TcpStream, mut answer: impl FnMut(&str) -> Option<String>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let says = |stream: &mut TcpStream, words: String| stream.write_all(format!("{words}\r\n").as_bytes()).ok();
    says(&mut stream, answer("")?)?;
    let mut text = None::<String>;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(begun) = &mut text {
            if line != ".\r\n" {
                begun.push_str(&line);
                continue;
            }
            line = format!(".{}", text.take()?);
        }
        let words = answer(line.trim_end())?;
        text = (line.starts_with("DATA") && words.starts_with("354")).then(String::new);
        says(&mut stream, words)?;
    }
}

/// What a server says to whom it serves.
pub fn usual(line: &str) -> Option<String> {
    Some(
        match line.get(..4).unwrap_or(line) {
            "" => "220 mx.example ESMTP",
            "EHLO" => "250 mx.example",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        }
        .to_owned(),
    )
}

fn verbs(lines: &[String]) -> String {
    lines.iter().map(|line| if line.starts_with('.') { "." } else { &line[..4] }).collect::<Vec<_>>().join(" ")
}

#[test]
fn one_connection_serves_what_is_due_and_is_left_then() {
    let desk = TestDesk::new();
    let ids = replies(&desk, 3);
    let (port, heard) = serves(|_, line| usual(line));
    let (mut sender, _) = worker(&desk, &over(port));
    sender.send_due(&Stop::default()).unwrap();
    assert!(ids.iter().all(|id| state(&desk, *id) == DeliveryState::Sent));
    let heard = heard.lock().unwrap().clone();
    let one = "MAIL RCPT DATA .";
    let all: Vec<String> = heard.iter().map(|lines| verbs(lines)).collect();
    assert_eq!(all, [format!("EHLO {one} RSET {one} RSET {one} QUIT")]);
    for number in 0..3 {
        let with = |line: &&String| line.contains(&format!("Answer {number}."));
        assert_eq!(heard[0].iter().filter(with).count(), 1);
    }
}

#[test]
fn fifty_mails_are_enough_for_one_connection() {
    let desk = TestDesk::new();
    let ids = replies(&desk, 120);
    let (port, heard) = serves(|_, line| usual(line));
    let (mut sender, _) = worker(&desk, &over(port));
    sender.send_due(&Stop::default()).unwrap();
    assert!(ids.iter().all(|id| state(&desk, *id) == DeliveryState::Sent));
    let mails = |lines: &Vec<String>| lines.iter().filter(|line| line.starts_with('.')).count();
    assert_eq!(heard.lock().unwrap().iter().map(mails).collect::<Vec<_>>(), [50, 50, 20]);
}

#[test]
fn a_no_to_one_recipient_concerns_no_other_mail() {
    let desk = TestDesk::new();
    let ids = replies(&desk, 4);
    let (port, heard) = serves(|_, line| match line {
        _ if line.contains("customer1@") => Some("550 5.1.1 no such user".into()),
        _ if line.contains("customer2@") => Some("450 4.2.0 later".into()),
        _ => usual(line),
    });
    let (mut sender, _) = worker(&desk, &over(port));
    sender.send_due(&Stop::default()).unwrap();
    let states: Vec<DeliveryState> = ids.iter().map(|id| state(&desk, *id)).collect();
    use DeliveryState::{Failed, Queued, Sent};
    // The text of a mail names its recipient too, but nobody says no to that here.
    assert_eq!(states, [Sent, Failed, Queued, Sent]);
    assert_eq!(heard.lock().unwrap().len(), 1, "the connection is as good as before");
}

#[test]
fn a_connection_that_went_away_in_between_is_made_anew_and_no_mail_is_in_doubt() {
    // Hung up, a farewell in time, one that came while nobody listened, and an answer too many.
    for end in [None, Some("421 closing"), Some("500 what"), Some("250 ok\r\n250 ok")] {
        let desk = TestDesk::new();
        let ids = replies(&desk, 3);
        let (port, heard) = serves(move |connection, line| match (connection, line) {
            (0, "RSET") => end.map(str::to_owned),
            _ => usual(line),
        });
        let (mut sender, _) = worker(&desk, &over(port));
        sender.send_due(&Stop::default()).unwrap();
        if end == Some("250 ok\r\n250 ok") {
            // From then on every answer is to the question before: it is noticed before a mail could count as sent.
            assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state = 'sent'"), 1);
            assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state = 'queued' AND doubts = 0"), 2);
            desk.later(2);
            let (mut sender, _) = worker(&desk, &over(port));
            sender.send_due(&Stop::default()).unwrap();
        }
        assert!(ids.iter().all(|id| state(&desk, *id) == DeliveryState::Sent), "{end:?}");
        assert_eq!(desk.count("SELECT max(doubts) FROM outbox"), 0, "{end:?}");
        let heard = heard.lock().unwrap();
        let texts = |lines: &Vec<String>| lines.iter().filter(|line| line.starts_with(".")).count();
        assert_eq!(heard.iter().map(texts).sum::<usize>(), 3, "{end:?}: each once");
    }
}

#[test]
fn a_server_that_is_about_to_go_is_left_alone_by_all() {
    let desk = TestDesk::new();
    let ids = replies(&desk, 20);
    let (port, heard) = serves(|_, line| match line.get(..4) {
        Some("RCPT") => Some("421 4.7.0 too many mails, come back later".into()),
        _ => usual(line),
    });
    let (mut sender, told) = worker(&desk, &over(port));
    sender.send_due(&Stop::default()).unwrap();
    assert_eq!(heard.lock().unwrap().len(), 1, "one connection, and not one for each mail");
    assert!(told.lock().unwrap()[0].as_ref().unwrap().contains("too many mails"));
    assert!(ids.iter().all(|id| state(&desk, *id) == DeliveryState::Queued));
    assert_eq!(desk.count("SELECT sum(attempts) FROM outbox"), 1);
}

#[test]
fn nothing_that_is_said_before_the_encryption_is_an_answer_after_it() {
    for (at, injected) in [
        ("", "220 mx\r\n250 injected"),
        ("EHLO", "250 STARTTLS\r\n220 go\r\n250 x"),
        ("STAR", "220 go\r\n250 injected"),
    ] {
        let desk = TestDesk::new();
        let ids = replies(&desk, 1);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            loop {
                let verb = line.get(..4).unwrap_or("").to_owned();
                let words = match verb.as_str() {
                    verb if verb == at => injected,
                    "EHLO" => "250-mx\r\n250 STARTTLS",
                    "STAR" => "220 go",
                    _ => "220 mx",
                };
                stream.write_all(format!("{words}\r\n").as_bytes()).unwrap();
                if verb == at {
                    let mut rest = Vec::new();
                    let _ = reader.read_to_end(&mut rest);
                    return rest;
                }
                line.clear();
                reader.read_line(&mut line).unwrap();
            }
        });
        let server = MailServer { security: Security::StartTls, host: "127.0.0.1".into(), port, user: None };
        let (mut sender, told) = worker(&desk, &account(MailSending::Smtp(server)));
        sender.send_due(&Stop::default()).unwrap();
        assert_eq!(serving.join().unwrap(), b"", "{at}: nothing more is said, no hello in TLS either");
        let told = told.lock().unwrap()[0].clone().unwrap();
        assert!(told.contains("before the encryption began"), "{told}");
        assert_eq!(state(&desk, ids[0]), DeliveryState::Queued);
    }
}

#[test]
fn a_last_answer_that_is_no_answer_to_it_leaves_a_doubt() {
    let desk = TestDesk::new();
    let ids = replies(&desk, 1);
    let (port, _) = serves(|_, line| if line.starts_with('.') { Some("354 go on".into()) } else { usual(line) });
    let (mut sender, _) = worker(&desk, &over(port));
    sender.send_due(&Stop::default()).unwrap();
    assert_eq!(state(&desk, ids[0]), DeliveryState::Unknown);
}

#[test]
fn what_cannot_be_written_down_does_not_leave_and_what_left_is_not_sent_again_for_that() {
    let desk = TestDesk::new();
    let ids = replies(&desk, 1);
    let (port, heard) = serves(|_, line| usual(line));
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    let fails = |when: &str| {
        let sql = format!(
            "CREATE TRIGGER full BEFORE UPDATE ON outbox WHEN {when} BEGIN SELECT RAISE (ABORT, 'disk full'); END"
        );
        file.execute_batch(&sql).unwrap();
    };
    let texts = || heard.lock().unwrap().iter().flatten().filter(|line| line.starts_with(".")).count();
    let (mut sender, _) = worker(&desk, &over(port));
    // Right before the last step: the mail is never ended, so nobody has it.
    fails("NEW.begun <> OLD.begun");
    sender.send_due(&Stop::default()).unwrap();
    assert_eq!((texts(), state(&desk, ids[0])), (0, DeliveryState::Queued));
    file.execute_batch("DROP TRIGGER full").unwrap();
    desk.later(2);
    let (mut sender, _) = worker(&desk, &over(port));
    // Right after it: it is written down later, and the mail is not handed over a second time.
    fails("NEW.state = 'sent'");
    assert!(sender.send_due(&Stop::default()).is_err());
    assert_eq!((texts(), state(&desk, ids[0])), (1, DeliveryState::Sending));
    desk.later(60);
    assert!(sender.send_due(&Stop::default()).is_err());
    file.execute_batch("DROP TRIGGER full").unwrap();
    sender.send_due(&Stop::default()).unwrap();
    assert_eq!((texts(), state(&desk, ids[0])), (1, DeliveryState::Sent));
}

#[test]
fn who_was_stopped_for_too_long_does_not_end_the_mail_that_another_has() {
    let desk = Arc::new(TestDesk::new());
    let ids = replies(&desk, 1);
    let other = Arc::clone(&desk);
    let (port, heard) = serves(move |_, line| {
        if line.starts_with("DATA") {
            // As long as a laptop sleeps.
            other.later(11);
            let mail = other.desk.lease_mail(WORKER, &mailboxes()).unwrap().expect("the lease ran out");
            assert!(other.desk.mail_begins(WORKER, &mail).unwrap() && other.desk.mail_sent(WORKER, &mail).unwrap());
        }
        usual(line)
    });
    let (mut sender, _) = worker(&desk, &over(port));
    sender.send_due(&Stop::default()).unwrap();
    assert_eq!(state(&desk, ids[0]), DeliveryState::Sent, "by the other one");
    let ended = heard.lock().unwrap().iter().flatten().filter(|line| line.starts_with(".")).count();
    assert_eq!(ended, 0, "the mail was sent once");
}

/// A lock that comes while the server takes its time: the mail is never ended, nothing is wrong with the mailbox, and the reply
/// says why it was not sent.
#[test]
fn what_is_locked_while_it_is_handed_over_is_not_ended() {
    let desk = Arc::new(TestDesk::new());
    let id = replies(&desk, 1)[0];
    let other = Arc::clone(&desk);
    let (port, heard) = serves(move |_, line| {
        if line.starts_with("DATA") {
            other.does("ana", id, Command::Close);
            other.does("ana", id, Command::Lock);
        }
        usual(line)
    });
    let (mut sender, told) = worker(&desk, &over(port));
    sender.send_due(&Stop::default()).unwrap();
    assert_eq!(state(&desk, id), DeliveryState::Queued);
    desk.later(5);
    sender.send_due(&Stop::default()).unwrap();
    assert_eq!(state(&desk, id), DeliveryState::Cancelled);
    let ended = heard.lock().unwrap().iter().flatten().filter(|line| line.starts_with(".")).count();
    assert_eq!(ended, 0);
    assert!(told.lock().unwrap().iter().all(Option::is_none), "{told:?}");
}

/// A port where TLS comes first and no greeting: whoever tries it is told soon, and what it may be.
#[test]
fn silence_where_a_greeting_belongs_is_met_with_a_hint() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = MailServer { security: Security::StartTls, host: "127.0.0.1".into(), port, user: None };
    let mut account = account(MailSending::Smtp(server.clone()));
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "hunter2").unwrap();
    account.password = Some(PasswordPlace::File(password));
    account.source = MailSource::Imap(MailServer { user: Some("support".into()), ..server });
    let patience = Patience { step: Duration::from_millis(200), ..Patience::default() };
    let begun = std::time::Instant::now();
    let findings = check::check(&account, None, &Way { patience, ..Way::default() });
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let said: Vec<&str> = findings.iter().map(|finding| finding.sentence.as_str()).collect();
    for hint in ["Is this a port for imaps://?", "Is this a port for smtps://?"] {
        assert!(said.iter().any(|sentence| sentence.ends_with(hint)), "{hint}: {said:?}");
    }
}

/// What a server says no with has a hint: what to look at, or whom to ask.
#[test]
fn what_a_server_refuses_comes_with_what_would_help() {
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "hunter2").unwrap();
    let checked = |greeting: &'static str, user: Option<&str>| {
        let (port, _) = serves(move |_, line| if line.is_empty() { Some(greeting.to_owned()) } else { usual(line) });
        let user = user.map(str::to_owned);
        let server = MailServer { security: Security::None, host: "127.0.0.1".into(), port, user };
        let mut account = account(MailSending::Smtp(server));
        account.password = Some(PasswordPlace::File(password.clone()));
        let findings = check::check(&account, None, &Way::default());
        findings.last().map(|finding| (finding.works, finding.sentence.clone())).unwrap()
    };
    for (greeting, user, help) in [
        ("220 mx.example ESMTP", None, "Mail leaves through"),
        ("554 not you", None, "Ask whoever keeps that server to let this machine send by it."),
        ("+OK this is POP", None, "Is this the port of an SMTP server?"),
        ("220 mx.example ESMTP", Some("kim"), "or leave the user out where it wants none."),
    ] {
        let (works, sentence) = checked(greeting, user);
        assert!(sentence.contains(help) && works == help.starts_with("Mail leaves"), "{greeting}: {sentence}");
    }

    for (refusal, help) in [
        (
            "530 5.7.0 Authentication required",
            "It wants a login first: put the user into smtp, and give password-file.",
        ),
        ("550 5.7.1 Sender rejected", "Look whether it lets this login send from the mailbox's address."),
        ("451 4.3.0 Try again later", "4.3.0 Try again later."),
    ] {
        let desk = TestDesk::new();
        replies(&desk, 1);
        let (port, _) =
            serves(move |_, line| if line.starts_with("MAIL") { Some(refusal.to_owned()) } else { usual(line) });
        let (mut sender, told) = worker(&desk, &over(port));
        desk.later(1);
        sender.send_due(&Stop::default()).unwrap();
        let told = told.lock().unwrap().clone();
        assert!(told.iter().flatten().any(|sentence| sentence.ends_with(help)), "{refusal}: {told:?}");
    }
}
