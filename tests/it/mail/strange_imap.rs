//! IMAP servers unlike Dovecot: Exchange, Gmail, Courier, Zarafa and others do what is allowed, or nearly, and mail arrives all
//! the same.

use super::{
    fetching::{Bag, mail, mailbox, mails, server, sync, watch_until, way},
    imap_server::{Folder, Instead, Server},
    letters::SUPPORT,
};
use crate::desks::TestDesk;
use deskline::{
    config::SentFolder,
    email::{
        Health, Stop, Told, Trouble, TroubleKind,
        imap::{self, Mailbox, Way},
    },
};
use std::{
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

/// A folder with one mail, numbered 50.
fn of_sent(attributes: &'static str) -> Folder {
    let mut folder = Folder { uid_validity: 3, attributes, ..Folder::default() };
    folder.mails.insert(50, mail(50));
    folder
}

fn said_to(server: &Server, word: &str) -> usize {
    server.state().commands.iter().filter(|command| command.starts_with(word)).count()
}

/// What was told: nothing wrong, wrong with what was sent, or wrong altogether.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Heard {
    Works,
    Partly(String),
    Trouble(String),
}

/// Watches until this holds; all that was told.
fn watched(mailbox: &Mailbox, bag: &mut Bag, way: &Way, until: impl Fn(&[Heard]) -> bool + Send + Sync) -> Vec<Heard> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let over = Instant::now() + Duration::from_secs(60);
    std::thread::scope(|scope| {
        let (stop, heard, until) = (way.stop.clone(), Arc::clone(&heard), &until);
        let hears = Arc::clone(&heard);
        scope.spawn(move || {
            while !until(&heard.lock().unwrap()) && Instant::now() < over {
                std::thread::sleep(Duration::from_millis(5));
            }
            stop.ask();
        });
        imap::watch(mailbox, way, bag, &mut || 0, &mut |told| {
            hears.lock().unwrap().push(match told {
                Told::Works => Heard::Works,
                Told::Partly(trouble, _) => Heard::Partly(trouble.sentence.clone()),
                Told::Trouble(trouble, _) => Heard::Trouble(trouble.sentence.clone()),
                Told::Progress(_) => return,
            });
        });
    });
    let heard = heard.lock().unwrap().clone();
    assert!(until(&heard), "it never came to that: {heard:?}");
    heard
}

/// Named wrongly, or named by the server and not to be opened: what arrives is read, and told of by the server, all the while.
#[test]
fn a_sent_folder_that_cannot_be_opened_holds_nothing_up() {
    for (sent, line) in [
        (
            SentFolder::Named("Snt".into()),
            "“Snt”: there is no such folder. Change the line sent = \"Snt\" of this mailbox; sent = \"\" reads no folder for what was sent from elsewhere.",
        ),
        (
            SentFolder::Found,
            "“Shared”: not for you. Name another folder with sent = \"…\"; sent = \"\" reads no folder for what was sent from elsewhere.",
        ),
    ] {
        let server = server(&mails(1));
        server.state().folders.insert("Shared".into(), of_sent("\\Sent"));
        server.script(|command, _| {
            (command == "EXAMINE \"Shared\"").then(|| Instead::Say(b"{tag} NO [NOPERM] not for you\r\n".to_vec()))
        });
        let (tell, told) = mpsc::channel();
        let mut bag = Bag { tell: Some(tell), ..Bag::for_server(&server) };
        let (_folder, mailbox) = mailbox(&server);
        let mailbox = Mailbox { sent: sent.clone(), ..mailbox };
        let way = way();
        let mended = Arc::new(Mutex::new(false));
        let heard = std::thread::scope(|scope| {
            let (server, set) = (&server, Arc::clone(&mended));
            scope.spawn(move || {
                // The inbox is watched: each mail is taken as it comes.
                for uid in 1..=4 {
                    assert_eq!(told.recv_timeout(Duration::from_secs(30)), Ok(uid));
                    server.deliver(&mail(uid as usize + 1));
                }
                // And once somebody mends it, it is read.
                server.state().script = None;
                server.state().folders.insert("Snt".into(), of_sent(""));
                for uid in [5, 50] {
                    assert_eq!(told.recv_timeout(Duration::from_secs(30)), Ok(uid));
                }
                *set.lock().unwrap() = true;
            });
            watched(&mailbox, &mut bag, &way, |heard| *mended.lock().unwrap() && heard.last() == Some(&Heard::Works))
        });
        assert!(!heard.iter().any(|heard| matches!(heard, Heard::Trouble(_))), "{heard:?}");
        let Some(Heard::Partly(sentence)) = heard.first() else { panic!("{heard:?}") };
        assert!(sentence.ends_with(line), "{sentence}");
        assert_eq!(server.state().connections, 1, "on one connection");
        assert_eq!(bag.mails.iter().filter(|mail| mail.sent).count(), 1);
        assert!(said_to(&server, "IDLE") > 0);
    }
}

/// Called once it says so too, after it took what arrived.
#[test]
fn one_run_says_which_line_names_no_folder() {
    let server = server(&mails(2));
    let (_folder, mailbox) = mailbox(&server);
    let mailbox = Mailbox { sent: SentFolder::Named("Snt".into()), ..mailbox };
    let mut bag = Bag::for_server(&server);
    let trouble = imap::sync(&mailbox, &way(), &mut bag, &mut |_| {}).unwrap_err();
    assert!(trouble.sentence.contains("Change the line sent = \"Snt\""), "{trouble}");
    assert_eq!(bag.uids(), [1, 2]);
}

/// A mail in the Sent folder that the server cannot give.
#[test]
fn what_is_wrong_with_one_sent_mail_holds_up_no_mail_that_arrives() {
    let server = server(&mails(1));
    server.state().folders.insert("Sent".into(), of_sent("\\Sent"));
    server.script(|command, _| {
        command.starts_with("UID FETCH 50:50 (UID INTERNALDATE").then(|| Instead::Say(b"* 1 FETCH (\r\n".to_vec()))
    });
    let (tell, told) = mpsc::channel();
    let mut bag = Bag { tell: Some(tell), ..Bag::for_server(&server) };
    let (_folder, mailbox) = mailbox(&server);
    let mailbox = Mailbox { sent: SentFolder::Found, ..mailbox };
    let all = Arc::new(Mutex::new(false));
    let heard = std::thread::scope(|scope| {
        let (server, set) = (&server, Arc::clone(&all));
        scope.spawn(move || {
            for uid in 1..=6 {
                server.deliver(&mail(uid as usize + 1));
                assert_eq!(told.recv_timeout(Duration::from_secs(30)), Ok(uid));
            }
            // The mail that was delivered last may still come.
            let _ = told.recv_timeout(Duration::from_secs(30));
            *set.lock().unwrap() = true;
        });
        watched(&mailbox, &mut bag, &way(), |_| *all.lock().unwrap())
    });
    assert!(heard.iter().any(|heard| matches!(heard, Heard::Partly(_))), "{heard:?}");
}

/// Exchange names it without saying that it can; others can and take no question about it, or name one that is not there yet.
#[test]
fn the_sent_folder_is_found_however_the_server_says_which_it_is() {
    for (abilities, refuses) in [
        ("IMAP4rev1 IDLE NAMESPACE", ""),
        ("IMAP4rev1 IDLE SPECIAL-USE", ""),
        ("IMAP4rev1 IDLE SPECIAL-USE LIST-EXTENDED", ""),
        ("IMAP4rev1 IDLE SPECIAL-USE LIST-EXTENDED", "RETURN"),
        ("IMAP4rev1 IDLE SPECIAL-USE LIST-EXTENDED", "LIST"),
    ] {
        let server = server(&mails(1));
        server.state().abilities = abilities.into();
        for (name, attributes) in
            [("A", "\\NonExistent \\Sent"), ("B", "\\Noselect \\Sent"), ("Sent Items", "\\HasNoChildren \\Sent")]
        {
            server.state().folders.insert(name.into(), of_sent(attributes));
        }
        // A script sees no names with blanks, which this server would cut.
        server.script(move |command, _| match command {
            _ if !refuses.is_empty() && command.contains(refuses) => {
                Some(Instead::Say(b"{tag} BAD what?\r\n".to_vec()))
            }
            "EXAMINE \"Sent Items\"" => Some(Instead::Say(
                b"* 0 EXISTS\r\n* OK [UIDVALIDITY 3] valid\r\n{tag} OK [READ-ONLY] done\r\n".to_vec(),
            )),
            _ => None,
        });
        let mut bag = Bag::for_server(&server);
        let (_folder, mailbox) = mailbox(&server);
        let mailbox = Mailbox { sent: SentFolder::Found, ..mailbox };
        imap::sync(&mailbox, &way(), &mut bag, &mut |_| {}).unwrap();
        assert_eq!(bag.uids(), [1]);
        let looked = usize::from(refuses != "LIST");
        assert_eq!(said_to(&server, "EXAMINE \"Sent Items\""), looked, "{abilities} {refuses}");
        assert_eq!(said_to(&server, "EXAMINE"), looked, "those that are not there are left alone");
    }
}

#[test]
fn one_strange_name_among_the_folders_is_no_reason_to_read_nothing() {
    let server = server(&mails(2));
    let list = b"* LIST (\\HasNoChildren) \"/\" a(b)\r\n{tag} OK done\r\n";
    server.script(|command, _| command.starts_with("LIST").then(|| Instead::Say(list.to_vec())));
    let (_folder, mailbox) = mailbox(&server);
    let mailbox = Mailbox { sent: SentFolder::Found, ..mailbox };
    let mut bag = Bag::for_server(&server);
    let said = "list of folders cannot be read, so nothing that was sent from elsewhere is: name its folder with sent";
    let trouble = imap::sync(&mailbox, &way(), &mut bag, &mut |_| {}).unwrap_err();
    assert!(trouble.sentence.contains(said), "{trouble}");
    assert_eq!(bag.uids(), [1, 2]);
    let found = imap::look(&mailbox, None, &way()).unwrap();
    let none = "does not say which folder has sent mail, so none is read: name it with sent = \"Sent\".";
    assert!(found.iter().any(|finding| finding.sentence.contains(none)), "{found:?}");
    server.deliver(&mail(3));
    let committed = Arc::clone(&bag.committed);
    let heard = watched(&mailbox, &mut bag, &way(), |heard| {
        committed.lock().unwrap().contains(&3) && heard.iter().any(|heard| matches!(heard, Heard::Partly(_)))
    });
    assert!(heard.iter().all(|heard| matches!(heard, Heard::Partly(sentence) if sentence.contains(said))), "{heard:?}");
    // The next connection finds out whether it is as it was.
    server.state().script = None;
    server.state().folders.insert("Sent".into(), of_sent("\\Sent"));
    imap::sync(&mailbox, &way(), &mut bag, &mut |_| {}).unwrap();
    assert_eq!(bag.uids(), [1, 2, 3, 50]);
}

/// How many mails there are is no news where it is what was known.
#[test]
fn a_server_that_counts_its_mails_with_every_answer_is_not_asked_without_end() {
    let server = server(&mails(1));
    let mut listed = 0;
    server.script(move |command, _| {
        let asks = command == "UID FETCH 2:* (UID RFC822.SIZE)";
        listed += usize::from(asks);
        assert!(listed < 50, "it asks and asks");
        asks.then(|| Instead::Say(b"* 1 EXISTS\r\n* 0 RECENT\r\n* 1 FETCH (UID 1)\r\n{tag} OK done\r\n".to_vec()))
    });
    let mut bag = Bag::for_server(&server);
    let (_folder, mailbox) = mailbox(&server);
    let troubles = watch_until(&server, &mailbox, &mut bag, &way(), |server| said_to(server, "IDLE") > 0);
    assert!(troubles.is_empty(), "{troubles:?}");
}

#[test]
fn a_server_that_never_waits_is_asked_now_and_then() {
    let server = server(&mails(1));
    server.script(|command, _| {
        (command == "IDLE").then(|| Instead::Say(b"+ idling\r\n{tag} OK IDLE completed\r\n".to_vec()))
    });
    let mut bag = Bag::for_server(&server);
    let (_folder, mailbox) = mailbox(&server);
    let troubles = watch_until(&server, &mailbox, &mut bag, &way(), |server| said_to(server, "NOOP") >= 2);
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!(said_to(&server, "IDLE"), 1);
}

/// Zarafa and others have mails that arrived at no time; the parser would end the program there.
#[test]
fn a_mail_that_arrived_at_no_time_is_taken() {
    let server = server(&mails(2));
    server.script(|command, _| {
        let answer = "* 1 FETCH (UID 1 INTERNALDATE NIL BODY[] {16}\r\nINTERNALDATE NIL)\r\n* 2 FETCH (INTERNALDATE \"00-Jan-0000 00:00:00 +0000\" UID 2 BODY[] {1}\r\nb)\r\n{tag} OK done\r\n";
        command.contains("BODY.PEEK[]").then(|| Instead::Say(answer.into()))
    });
    let mut bag = Bag::for_server(&server);
    sync(&server, &mut bag).unwrap();
    let taken: Vec<_> = bag.mails.iter().map(|mail| (mail.raw.as_slice(), mail.arrived)).collect();
    assert_eq!(taken, [(&b"INTERNALDATE NIL"[..], None), (b"b", None)]);
}

#[test]
fn a_next_number_that_was_given_before_hides_no_mail() {
    let server = server(&mails(2));
    let mut bag = Bag::for_server(&server);
    sync(&server, &mut bag).unwrap();
    server.deliver(&mail(3));
    // The server made by hand does not know what is open then.
    server.script(|command, _| {
        let list = b"* 3 FETCH (UID 3 RFC822.SIZE 4)\r\n{tag} OK done\r\n";
        let whole = b"* 3 FETCH (UID 3 BODY[] {1}\r\nc)\r\n{tag} OK done\r\n";
        match command {
            "SELECT \"INBOX\"" => Some(Instead::Say(
                b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n* OK [UIDNEXT 1] next\r\n{tag} OK done\r\n".to_vec(),
            )),
            "UID FETCH 3:* (UID RFC822.SIZE)" => Some(Instead::Say(list.to_vec())),
            _ if command.contains("BODY.PEEK[]") => Some(Instead::Say(whole.to_vec())),
            _ if command.contains("STORE") => Some(Instead::Say(b"{tag} NO not here\r\n".to_vec())),
            _ => None,
        }
    });
    sync(&server, &mut bag).unwrap();
    assert_eq!(bag.uids(), [1, 2, 3]);
}

/// "No messages, so no maximum message number".
#[test]
fn an_empty_inbox_is_no_trouble_where_its_last_mail_cannot_be_named() {
    let server = server(&[]);
    server.state().abilities = "IMAP4rev1".into();
    let mut empty = 0;
    server.script(move |command, _| {
        let asks = command == "UID FETCH 1:* (UID RFC822.SIZE)";
        empty += usize::from(asks);
        (asks && empty < 4).then(|| Instead::Say(b"{tag} BAD No messages, so no maximum message number\r\n".to_vec()))
    });
    let mut bag = Bag::for_server(&server);
    let (_folder, mailbox) = mailbox(&server);
    let delivered = Mutex::new(false);
    let committed = Arc::clone(&bag.committed);
    let troubles = watch_until(&server, &mailbox, &mut bag, &way(), |server| {
        if said_to(server, "NOOP") >= 4 && !std::mem::replace(&mut *delivered.lock().unwrap(), true) {
            server.deliver(&mail(1));
        }
        committed.lock().unwrap().contains(&1)
    });
    assert!(troubles.is_empty(), "{troubles:?}");
}

/// Nobody has to look at the password for it, and it is tried again sooner.
#[test]
fn a_login_that_fails_because_the_server_is_busy_is_no_wrong_password() {
    for (answer, kind) in [
        ("NO [UNAVAILABLE] Temporary authentication failure.", TroubleKind::Busy),
        ("NO [ALERT] Too many simultaneous connections. (Failure)", TroubleKind::Busy),
        ("NO [OVERQUOTA] Account exceeded command or bandwidth limits.", TroubleKind::Busy),
        ("NO Server Unavailable. 15", TroubleKind::Busy),
        (
            "NO [ALERT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
            TroubleKind::Busy,
        ),
        ("BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds", TroubleKind::Busy),
        ("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", TroubleKind::Login),
        ("NO LOGIN failed.", TroubleKind::Login),
        ("NO Account is locked: too many failed logins", TroubleKind::Login),
    ] {
        let server = server(&mails(1));
        server.script(move |command, _| {
            command.starts_with("LOGIN").then(|| Instead::Say(format!("{{tag}} {answer}\r\n").into_bytes()))
        });
        let Trouble { kind: found, sentence } = sync(&server, &mut Bag::default()).unwrap_err();
        assert_eq!(found, kind, "{answer}: {sentence}");
        assert_eq!(sentence.contains("password"), kind == TroubleKind::Login, "{sentence}");
    }
}

/// Microsoft's servers, whenever a token runs out, and all that are started anew: the next connection shows whether it works.
#[test]
fn a_connection_that_ends_after_it_worked_for_long_is_no_trouble() {
    let server = server(&mails(1));
    let mut waits = 0;
    server.script(move |command, _| {
        waits += usize::from(command == "NOOP");
        let bye = b"* BYE Session invalidated - AccessTokenExpired\r\n";
        (command == "NOOP" && waits % 4 == 0).then(|| Instead::SayAndCut(bye.to_vec()))
    });
    server.state().abilities = "IMAP4rev1".into();
    let mut bag = Bag::for_server(&server);
    let (_folder, mailbox) = mailbox(&server);
    let mut way = way();
    // Four times half a minute, as it were.
    way.patience.idle = way.patience.poll * 2;
    let troubles = watch_until(&server, &mailbox, &mut bag, &way, |server| server.state().connections >= 4);
    assert!(troubles.is_empty(), "{troubles:?}");
    // One that cannot be made again is.
    server.script(|command, _| {
        matches!(command, "NOOP" | "greeting").then(|| Instead::SayAndCut(b"* BYE going down\r\n".to_vec()))
    });
    way.stop = Stop::default();
    let troubles = watch_until(&server, &mailbox, &mut bag, &way, |server| server.state().connections >= 7);
    assert!(
        troubles.iter().all(|trouble| trouble.sentence.contains("going down")) && troubles.len() >= 2,
        "{troubles:?}"
    );
    assert_eq!((bag.uids(), bag.again), (vec![1], 0));
}

/// Gmail for hours, once too much was fetched: no mail is given up for it, however few there are to compare it with.
#[test]
fn a_mail_that_is_refused_for_now_is_asked_for_as_long_as_it_takes() {
    let server = server(&mails(1));
    server.script(|command, _| {
        let no = b"{tag} NO [OVERQUOTA] Account exceeded command or bandwidth limits.\r\n";
        command.contains("BODY.PEEK[").then(|| Instead::Say(no.to_vec()))
    });
    let mut bag = Bag::for_server(&server);
    for _ in 0..6 {
        let trouble = sync(&server, &mut bag).unwrap_err();
        assert_eq!(trouble.kind, TroubleKind::Busy, "{trouble}");
        assert!(trouble.sentence.contains("bandwidth limits"), "{trouble}");
    }
    assert!(bag.mails.is_empty() && bag.cursors.is_empty());
    server.state().script = None;
    sync(&server, &mut bag).unwrap();
    assert_eq!(bag.mails[0].raw, mail(1));
}

/// Courier and others keep all folders below the inbox and do not say which is for what.
#[test]
fn the_check_names_a_folder_that_may_be_meant() {
    let asked = |sent: SentFolder, names: &[(&str, &'static str)]| {
        let server = server(&mails(1));
        for (name, attributes) in names {
            server.state().folders.insert((*name).to_owned(), of_sent(attributes));
        }
        let (_folder, mailbox) = mailbox(&server);
        let found = imap::look(&Mailbox { sent, ..mailbox }, None, &way()).unwrap();
        let about = found.into_iter().find(|finding| finding.sentence.contains("sent = \""));
        about.map(|finding| (finding.works, finding.sentence)).unwrap()
    };
    let named = |name: &str| SentFolder::Named(name.into());
    for (sent, names, end) in [
        (SentFolder::Found, &[("INBOX.Sent", "")][..], "name it with sent = \"INBOX.Sent\"."),
        (SentFolder::Found, &[("INBOX.Envoy&AOk-s", "")], "name it with sent = \"INBOX.Envoyés\"."),
        (SentFolder::Found, &[("Presentations", ""), ("Sent", "\\Noselect")], "name it with sent = \"Sent\"."),
        (named("Sent"), &[("INBOX.Sent", "")], " There is a folder for sent = \"INBOX.Sent\"."),
        (named("Aus"), &[("INBOX.Aus", "")], " There is a folder for sent = \"INBOX.Aus\"."),
        (named("Aus"), &[("Ausgang", "")], "; sent = \"\" reads no folder for what was sent from elsewhere."),
    ] {
        let (works, sentence) = asked(sent.clone(), names);
        assert!(sentence.ends_with(end) && works == (sent == SentFolder::Found), "{names:?}: {sentence}");
    }
}

/// Every session reads anew what it shows whenever a mailbox has news.
#[test]
fn a_trouble_that_lasts_is_written_down_once_and_not_each_second() {
    let desk = TestDesk::new();
    let health = Health::new(desk.desk.clone());
    let trouble = Trouble::new(TroubleKind::Folder, "There is no such folder.");
    let told = |told: &Told<'_>| {
        health.arriving("support", SUPPORT, told);
        desk.later(1);
        desk.count("SELECT at FROM mailbox")
    };
    let first = told(&Told::Partly(&trouble, Duration::from_secs(1)));
    for _ in 0..3 {
        assert_eq!(told(&Told::Partly(&trouble, Duration::from_secs(1))), first);
    }
    let text = desk.desk.troubled_mailboxes().unwrap()[0].trouble.clone().unwrap();
    assert_eq!(text, "Mail arrives, but what was sent from elsewhere is not read. There is no such folder.");
    assert!(told(&Told::Trouble(&trouble, Duration::from_secs(1))) > first, "it is another");
    told(&Told::Works);
    assert!(desk.desk.troubled_mailboxes().unwrap().is_empty());
}

/// The login is right, so nobody has to look at that.
#[test]
fn a_mailbox_that_lets_nobody_in_by_imap_is_told_with_what_would_help() {
    let server = server(&mails(1));
    server.script(|command, _| match command {
        command if command.starts_with("LOGIN") => {
            let error = "{tag} OK [Error=\"WrongServerException:Cross Server access\" Proxy=X.PROD:1993:SSL Service=Imap4] LOGIN completed.\r\n";
            Some(Instead::Say(error.into()))
        }
        command if command.starts_with("SELECT") => Some(Instead::Say(b"{tag} BAD User is authenticated but not connected.\r\n".to_vec())),
        _ => None,
    });
    let trouble = sync(&server, &mut Bag::default()).unwrap_err();
    assert!(trouble.sentence.ends_with("Is IMAP switched on for this mailbox, and is it the user's own?"), "{trouble}");
}
