//! `mail check`, `mail sync` and `serve` with mailboxes: the built binary and an IMAP server on loopback.

use super::{Place, Ran, piped_mail::configure};
use crate::{
    mail::imap_server::{Instead, PASSWORD, Server, USER},
    pty::{signal, until},
};
use chrono::Utc;
use deskline::desk::Desk;
use std::{
    fs,
    io::BufRead as _,
    os::unix::fs::PermissionsExt as _,
    process::{Child, Stdio},
    slice,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

fn mail(number: usize) -> Vec<u8> {
    format!("From: c{number}@example.com\r\nTo: support@acme.example\r\nMessage-ID: <{number}@example.com>\r\nSubject: SUBJECT{number}\r\n\r\nText {number}\r\n").into_bytes()
}

fn server(count: usize) -> Server {
    let mails: Vec<Vec<u8>> = (1..=count).map(mail).collect();
    Server::with(&mails.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn account(name: &str, port: u16) -> String {
    format!(
        "[mail.{name}]\naddress = \"{name}@acme.example\"\ngroup = \"Support\"\nimap = \"imap://{USER}@127.0.0.1:{port}\"\npassword-file = \"password\"\n"
    )
}

/// The small desk with a mailbox on this server.
fn desk(server: &Server) -> Place {
    let place = Place::staffed();
    configure(&place, &account("support", server.address.port()));
    password(&place, PASSWORD, 0o600);
    place
}

fn password(place: &Place, password: &str, mode: u32) {
    let file = place.path().join(".config/deskline/password");
    fs::write(&file, format!("{password}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
}

fn subjects(place: &Place) -> Vec<String> {
    let rows = place.json("--as olga conversation list --section all --limit 10000");
    let mut subjects: Vec<String> =
        rows.iter().map(|row| row["subject"].as_str().unwrap_or_default().to_owned()).collect();
    subjects.sort();
    subjects
}

fn start(place: &Place, line: &str) -> Child {
    let mut command = place.command(&super::words(line));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts")
}

#[test]
fn sync_takes_everything_once() {
    let server = server(3);
    let place = desk(&server);
    assert_eq!(place.does("mail sync"), "support: 3 new mails\n");
    assert_eq!(place.does("mail sync support"), "support: 0 new mails\n");
    server.deliver(b"\x00 this is no mail");
    let synced = &place.json("mail sync")[0];
    assert_eq!((synced["new"].as_u64(), synced["held"].as_u64()), (Some(1), Some(1)), "{synced}");
    assert_eq!(subjects(&place), ["SUBJECT1", "SUBJECT2", "SUBJECT3"]);
    server.state().folders.get_mut("INBOX").unwrap().uid_validity = 8;
    assert_eq!(place.does("mail sync"), "support: 0 new mails, 4 were there already\n");
}

/// Each run is a process of its own: what is not read again is remembered on the desk.
#[test]
fn a_folder_is_read_once() {
    let place = Place::staffed();
    let folder = place.path().join("maildir");
    for part in ["new", "cur", "tmp", ".Sent/new", ".Sent/cur"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
    configure(&place, "[mail.support]\naddress = \"support@acme.example\"\nmaildir = \"~/maildir\"\n");
    for (number, name) in (1..).zip(["new/1.a", "new/2.b", "cur/3.c:2,S", ".Sent/cur/4.d:2,S", ".Sent/new/5.e"]) {
        fs::write(folder.join(name), mail(number)).unwrap();
    }
    assert_eq!(place.does("mail sync"), "support: 3 new mails\n", "what was sent and answers nothing is no news");
    assert_eq!(place.does("mail sync"), "support: 0 new mails\n");
    fs::rename(folder.join("cur/1.a:2,S"), folder.join("cur/1.a:2,RS")).unwrap();
    fs::write(folder.join("cur/6.f:2,"), mail(6)).unwrap();
    assert_eq!(place.does("mail sync"), "support: 1 new mail\n", "and none was there already");
    fs::write(folder.join("new/7.g"), mail(6)).unwrap();
    assert_eq!(place.does("mail sync"), "support: 0 new mails, 1 were there already\n", "known by its bytes");
    assert_eq!(place.does("mail sync"), "support: 0 new mails\n");
}

fn states(place: &Place) -> Vec<(String, String, bool)> {
    let rows = place.json("--as olga conversation list --section all --limit 10000");
    let word = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let mut rows: Vec<_> = rows
        .iter()
        .map(|row| (word(row, "subject"), word(row, "state"), row["unread"].as_bool().unwrap_or_default()))
        .collect();
    rows.sort();
    rows
}

fn row(number: usize, state: &str, unread: bool) -> (String, String, bool) {
    (format!("SUBJECT{number}"), state.to_owned(), unread)
}

/// In the status line of administrators, whether or not the desk is served.
#[test]
fn sync_tells_the_desk_how_each_mailbox_does() {
    let server = server(1);
    let place = desk(&server);
    let troubles = || {
        let desk = Desk::open(&place.desk(), Arc::new(Utc::now)).unwrap();
        let mailboxes = desk.mailboxes(&desk.admit(Some("olga")).unwrap()).unwrap();
        mailboxes.into_iter().map(|it| (it.name, it.trouble.unwrap_or_default())).collect::<Vec<_>>()
    };
    let works = ("support".to_owned(), String::new());
    assert_eq!(troubles(), []);
    place.does("mail sync");
    assert_eq!(troubles(), slice::from_ref(&works));
    let broken = account("support", 1) + &account("another", server.address.port());
    configure(&place, &(broken + "[mail.piped]\naddress = \"piped@acme.example\"\n"));
    assert_eq!(place.run("mail sync").code, 1);
    let told = troubles();
    assert_eq!((told.len(), &told[0].1), (2, &String::new()), "nobody fetches what is piped in");
    assert!(told[1].0 == "support" && told[1].1.contains("cannot be reached"), "{told:?}");
    configure(&place, &account("support", server.address.port()));
    place.does("mail sync");
    assert_eq!(troubles(), [works], "and the other is in the configuration no more");

    // The same for what leaves.
    let smtp = |port: u16| format!("smtp = \"smtp://127.0.0.1:{port}\"\n");
    configure(&place, &(account("support", server.address.port()) + &smtp(1)));
    place.does("--as olga setting set undo-seconds 0");
    place.does("--as ana conversation reply 1 --body Hello");
    assert_eq!(place.run("mail sync").code, 1);
    assert!(
        troubles().iter().any(|(name, words)| name == "support" && words.contains("127.0.0.1:1")),
        "{:?}",
        troubles()
    );
}

/// What waits after a failure leaves now, whenever it would have been tried again; not what can still be taken back.
#[test]
fn sync_sends_what_waits_to_be_tried_again() {
    let server = server(1);
    let place = desk(&server);
    place.does("mail sync");
    place.does("--as olga setting set undo-seconds 0");
    let own = account("support", server.address.port());
    configure(&place, &(own.clone() + "sendmail = \"/nowhere/sendmail\"\n"));
    place.does("--as ana conversation reply 1 --body Hello");
    assert_eq!(place.run("mail sync").code, 1);
    let program = place.path().join("sendmail");
    fs::write(&program, "#!/bin/sh\ncat > /dev/null\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    configure(&place, &(own + &format!("sendmail = \"{}\"\n", program.display())));
    place.does("--as olga setting set undo-seconds 120");
    place.does("--as ana conversation reply 1 --body Later");
    let synced = place.does("mail sync");
    assert!(synced.contains("1 mail sent"), "{synced}");
    assert_eq!(place.does("mail sync"), "support: 0 new mails\n", "the other one can still be taken back");
}

/// The pause after a refused login is half a minute at least.
#[test]
fn a_serving_process_looks_again_as_soon_as_somebody_syncs() {
    let server = server(1);
    let place = desk(&server);
    password(&place, "swordfish", 0o600);
    let health = || {
        let desk = Desk::open(&place.desk(), Arc::new(Utc::now)).unwrap();
        desk.mailboxes(&desk.admit(Some("olga")).unwrap()).unwrap().pop()
    };
    let child = start(&place, "serve --mail");
    until("the trouble is told", || health().is_some_and(|it| it.trouble.is_some()));
    let told = health().unwrap();
    assert!(told.next.is_some_and(|next| next > Utc::now()), "and when it is tried next: {told:?}");
    password(&place, PASSWORD, 0o600);
    let mended = Instant::now();
    assert_eq!(place.does("mail sync"), "support: 1 new mail\n");
    let before = server.state().connections;
    until("the serving process logs in", || server.state().connections > before);
    server.deliver(&mail(2));
    until("it takes what comes", || subjects(&place) == ["SUBJECT1", "SUBJECT2"]);
    assert!(mended.elapsed() < Duration::from_secs(25), "{:?}", mended.elapsed());
    assert_eq!(health().map(|it| (it.trouble, it.next)), Some((None, None)));
    signal(child.id(), "TERM");
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.errors);
}

/// A mailbox that had been in use for long: the team begins with what is new.
#[test]
fn what_lay_on_the_server_before_comes_in_as_history() {
    let server = server(3);
    server.state().folders.get_mut("INBOX").unwrap().arrived = [(1, "02-May"), (2, "03-May")].into_iter().collect();
    let place = desk(&server);
    let account = account("support", server.address.port());
    configure(&place, &(account.clone() + "history-before = \"2020-05-03\"\n"));
    let checked = place.does("mail check");
    assert!(
        checked.contains("Of the mails in “INBOX”, 1 arrived before 2020-05-03: they will come in as history"),
        "{checked}"
    );
    assert_eq!(place.does("mail sync"), "support: 3 new mails, 1 of them as history\n");
    assert_eq!(states(&place), [row(1, "closed", false), row(2, "open", true), row(3, "open", true)]);
    assert!(place.json("--as ana notice list").len() == 2, "one for each that is new");
    assert!(!place.does("mail check").contains("history"), "it is in");

    // A week before now, where nothing is said; the first look says it for good.
    let place = desk(&server);
    assert!(place.does("mail check").contains("2 arrived before"));
    assert_eq!(place.does("mail sync"), "support: 3 new mails, 2 of them as history\n");
    server.state().folders.get_mut("INBOX").unwrap().arrived.insert(4, "04-May");
    server.deliver(&mail(4));
    assert_eq!(place.json("mail sync")[0]["history"], 1);
    configure(&place, &(account.clone() + "history-before = \"never\"\n"));
    server.state().folders.get_mut("INBOX").unwrap().arrived.insert(5, "04-May");
    server.deliver(&mail(5));
    assert_eq!(place.does("mail sync"), "support: 1 new mail\n");
    assert_eq!(states(&place)[4], row(5, "open", true));

    // A day that has not begun would keep what arrives from everybody.
    configure(&place, &(account + "history-before = \"2999-01-01\"\n"));
    server.deliver(&mail(6));
    for line in ["mail check", "mail sync"] {
        let ran = place.run(line);
        assert_eq!(ran.code, 1, "{}", ran.out);
        assert!((ran.out + &ran.errors).contains("lies in the future"), "{}", ran.errors);
    }
    assert_eq!(states(&place).len(), 5);
}

#[test]
fn what_lay_in_a_folder_before_comes_in_as_history() {
    let place = Place::staffed();
    let folder = place.path().join("maildir");
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
    configure(&place, "[mail.support]\naddress = \"support@acme.example\"\nmaildir = \"~/maildir\"\n");
    let put = |name: &str, number: usize, days: u64| {
        let file = folder.join(name);
        fs::write(&file, mail(number)).unwrap();
        let written = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
        fs::File::open(&file).unwrap().set_modified(written).unwrap();
    };
    put("cur/1.a:2,S", 1, 100);
    put("new/2.b", 2, 9);
    put("cur/3.c:2,S", 3, 5);
    put("new/4.d", 4, 0);
    let checked = place.does("mail check");
    assert!(checked.contains("2 arrived before"), "{checked}");
    assert_eq!(place.does("mail sync"), "support: 4 new mails, 2 of them as history\n");
    let expected = [row(1, "closed", false), row(2, "closed", false), row(3, "open", true), row(4, "open", true)];
    assert_eq!(states(&place), expected);
    put("new/5.e", 5, 9);
    assert_eq!(place.does("mail sync"), "support: 1 new mail, 1 of them as history\n");
    // What is piped in is there now, whatever it says.
    let old = String::from_utf8(mail(6)).unwrap();
    let ran = place.run_with("receive --mail", format!("Date: Mon, 5 Jan 1998 10:00:00 +0000\r\n{old}").as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.errors);
    assert_eq!(states(&place)[5], row(6, "open", true));
}

#[test]
fn one_mailbox_that_does_not_work_holds_no_other_up() {
    let server = server(2);
    let place = desk(&server);
    configure(&place, &(account("another", 1) + &account("support", server.address.port())));
    let ran = place.run("mail sync");
    assert_eq!(ran.code, 1);
    assert_eq!(ran.out, "support: 2 new mails\n");
    assert!(ran.errors.contains("another: The mail server 127.0.0.1:1 cannot be reached"), "{}", ran.errors);
    assert!(ran.errors.contains("goes on"), "{}", ran.errors);
    assert_eq!(place.run("mail sync sales").code, 3);
}

/// The program is killed when the desk has the mails and the server does not know yet, and before and after that.
#[test]
fn killed_at_any_command_it_takes_each_mail_once() {
    let whole = server(3);
    desk(&whole).does("mail sync");
    let commands = whole.commands().len();
    assert!(commands >= 6, "{commands}");
    for killed_at in 0..commands {
        let server = server(3);
        let place = desk(&server);
        let mut at = 0;
        server.script(move |command, connection| {
            at += usize::from(command != "greeting");
            (connection == 1 && command != "greeting" && at > killed_at).then_some(Instead::Silence)
        });
        let mut child = start(&place, "mail sync");
        until("the server was asked", || server.state().commands.len() > killed_at);
        child.kill().unwrap();
        child.wait().unwrap();
        server.state().script = None;
        place.does("mail sync");
        assert_eq!(subjects(&place), ["SUBJECT1", "SUBJECT2", "SUBJECT3"], "killed at command {killed_at}");
        assert_eq!(server.state().folders["INBOX"].seen.len(), 3, "killed at command {killed_at}");
        assert!(place.does("mail sync").starts_with("support: 0 new mails"));
    }
}

#[test]
fn interrupted_it_says_how_to_go_on_and_goes_on() {
    let server = server(3);
    let place = desk(&server);
    server
        .script(|command, connection| (connection == 1 && command.contains("BODY.PEEK[]")).then_some(Instead::Silence));
    let child = start(&place, "mail sync");
    until("the mails were asked for", || server.state().commands.iter().any(|command| command.contains("BODY.PEEK")));
    let asked = Instant::now();
    signal(child.id(), "INT");
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert_eq!(ran.code, 1);
    assert!(ran.errors.contains("Interrupted") && ran.errors.contains("nothing is taken twice"), "{}", ran.errors);
    assert_eq!(place.does("mail sync"), "support: 3 new mails\n");
}

#[test]
fn check_says_what_is_wrong_in_a_sentence() {
    let server = server(3);
    let place = desk(&server);
    let printed = place.does("mail check");
    for sentence in ["“support” is let in", "The folder “INBOX” is read for what arrives; it has 3 mails now.", "IDLE"]
    {
        assert!(printed.contains(sentence), "{printed}");
    }
    assert!(!printed.contains("WRONG") && subjects(&place).is_empty(), "{printed}");
    assert!(!server.commands().iter().any(|command| command.contains("FETCH") || command.contains("STORE")));

    let wrong = |sentence: &str| {
        let ran = place.run("mail check support");
        assert_eq!(ran.code, 1, "{}", ran.out);
        let said = ran.out.lines().find(|line| line.contains("WRONG")).unwrap_or_default();
        assert!(said.contains(sentence), "{}", ran.out);
        assert!(!(ran.out.clone() + &ran.errors).contains("swordfish"), "{}{}", ran.out, ran.errors);
    };
    password(&place, PASSWORD, 0o644);
    wrong("chmod 600");
    password(&place, "swordfish", 0o600);
    wrong("does not let “support” in");
    fs::remove_file(place.path().join(".config/deskline/password")).unwrap();
    wrong("cannot be read");
    password(&place, PASSWORD, 0o600);
    configure(&place, &account("support", server.address.port()).replace("\"Support\"", "\"Sales\""));
    wrong("deskline group add Sales");
    configure(&place, &(account("support", server.address.port()) + "sent = \"Gesendet\"\n"));
    wrong("“Gesendet”: there is no such folder");
    wrong("Change the line sent = \"Gesendet\" of this mailbox");
    let rest = place.run("mail check").out;
    for sentence in ["is let in", "The folder “INBOX” is read for what arrives; it has 3 mails now.", "IDLE"] {
        assert!(rest.contains(sentence), "the others are looked at all the same: {rest}");
    }
    assert_eq!(rest.matches("WRONG").count(), 1, "{rest}");
    configure(&place, &(account("support", server.address.port()) + "smtp = \"smtp://127.0.0.1:1\"\n"));
    wrong("127.0.0.1:1 cannot be used");
    configure(&place, &(account("support", server.address.port()) + "sendmail = \"/nowhere/sendmail\"\n"));
    wrong("no program /nowhere/sendmail");
    configure(&place, &account("support", 1));
    wrong("cannot be reached");
    configure(&place, "[mail.support]\naddress = \"a@acme.example\"\nmaildir = \"nowhere\"\n");
    wrong("this is no Maildir");
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(place.path().join(".config/deskline/post").join(part)).unwrap();
    }
    configure(&place, "[mail.support]\naddress = \"a@acme.example\"\nmaildir = \"post\"\nsent = \"Gesendet\"\n");
    wrong("Change the line sent = \"Gesendet\" of this mailbox");
    let rest = place.run("mail check").out;
    assert!(rest.contains("is read for what arrives; it has 0 mails now."), "{rest}");
    configure(&place, "");
    assert_eq!(place.run("mail check").code, 2);
}

#[test]
fn check_says_where_answers_come_to_and_that_it_waits() {
    let server = server(1);
    let place = desk(&server);
    configure(&place, &(account("support", server.address.port()) + "sendmail = \"/bin/true\"\n"));
    let ran = place.run("mail check");
    assert!(ran.out.contains("come to support+…@acme.example"), "{}", ran.out);
    assert_eq!(ran.errors, "", "nobody waited");
    let two = ["support", "billing"].map(|name| account(name, server.address.port()) + "sendmail = \"/bin/true\"\n");
    configure(&place, &two.concat());
    let both = place.run("mail check").out;
    assert_eq!(both.matches("only a mail to one shows").count(), 1, "it is said once: {both}");
    assert!(
        both.contains("billing+…@acme.example, support+…@acme.example")
            || both.contains("support+…@acme.example, billing+…@acme.example"),
        "{both}"
    );
    configure(&place, &account("support", server.address.port()));
    assert!(!place.run("mail check").out.contains("+…@"), "nothing leaves");
    server.script(|command, _| (command == "greeting").then_some(Instead::Silence));
    let mut child = start(&place, "mail check");
    let mut said = String::new();
    std::io::BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said.contains("support: still waiting for its server; each step of it may take 15 seconds."), "{said}");
}

#[test]
fn serve_takes_mail_as_it_comes_and_ends_soon() {
    let (server, silent) = (server(1), server(1));
    silent.script(|command, _| (command == "greeting").then_some(Instead::Silence));
    let place = desk(&server);
    fs::create_dir_all(place.path().join("maildir/new")).unwrap();
    fs::create_dir_all(place.path().join("maildir/cur")).unwrap();
    let folder = place.path().join("maildir");
    configure(
        &place,
        &(account("support", server.address.port())
            + &account("broken", 1)
            + &account("silent", silent.address.port())
            + &format!("[mail.folder]\naddress = \"folder@acme.example\"\nmaildir = \"{}\"\n", folder.display())),
    );
    let child = start(&place, "serve --mail");
    until("the first mail is there", || subjects(&place) == ["SUBJECT1"]);
    server.deliver(b"\x00 this is no mail");
    server.deliver(&mail(2));
    fs::write(folder.join("new/3.host"), mail(3)).unwrap();
    until("the others are there", || subjects(&place) == ["SUBJECT1", "SUBJECT2", "SUBJECT3"]);
    until("it is moved on", || folder.join("cur/3.host:2,S").exists());
    until("silence is met", || silent.state().connections == 1);
    // Nothing of the command line or the environment tells the password.
    let arguments = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    let environment = fs::read(format!("/proc/{}/environ", child.id())).unwrap();
    assert!(![arguments, environment].concat().windows(PASSWORD.len()).any(|part| part == PASSWORD.as_bytes()));
    let asked = Instant::now();
    signal(child.id(), "TERM");
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert_eq!(ran.code, 0, "{}", ran.errors);
    for line in [
        "deskline: mailbox support",
        "\"mailbox\":\"support\"",
        "\"trouble\":\"connection\"",
        "mail does not arrive",
        "\"why\":\"unreadable\"",
        "a mail waits for an administrator",
    ] {
        assert!(ran.errors.contains(line), "{line}: {}", ran.errors);
    }
    for word in [PASSWORD, "@acme.example", "@example.com", "SUBJECT", "cannot be reached"] {
        assert!(!ran.errors.contains(word), "{word}: {}", ran.errors);
    }
}

#[test]
fn serve_without_anything_to_serve_says_so() {
    let place = Place::staffed();
    for (line, word) in [("serve", "nothing to serve"), ("serve --mail", "no mailbox to serve")] {
        let ran = place.run(line);
        assert_eq!(ran.code, 2, "{}", ran.errors);
        assert!(ran.errors.contains(word), "{}", ran.errors);
    }
}

/// So many mails that all of them in memory would be far more than is allowed.
#[test]
fn a_large_mailbox_is_taken_in_little_memory() {
    let attached = format!("{}\r\n", "QUJD".repeat(19)).repeat(5000);
    let large = |number| {
        format!(
            "From: c{number}@example.com\r\nMessage-ID: <{number}@example.com>\r\nSubject: Large\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=\"a{number}.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{attached}"
        )
    };
    taken_in_little_memory((1..=300).map(|number| large(number).into_bytes()).collect());
}

/// Many small ones; DESKLINE_MAILBOX says how many.
#[test]
fn a_mailbox_of_many_mails_is_taken_in_little_memory_and_costs_nothing_the_next_time() {
    let count = std::env::var("DESKLINE_MAILBOX").map_or(3000, |count| count.parse().unwrap());
    taken_in_little_memory((1..=count).map(mail).collect());
}

fn taken_in_little_memory(mails: Vec<Vec<u8>>) {
    let bytes: usize = mails.iter().map(Vec::len).sum();
    let server = Server::with(&mails.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let place = desk(&server);
    let began = Instant::now();
    let mut child = start(&place, "mail sync");
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0);
        most = most.max(peak);
        std::thread::park_timeout(Duration::from_millis(5));
    }
    let ran = Ran::from(child.wait_with_output().unwrap());
    let took = began.elapsed();
    assert_eq!(ran.out, format!("support: {} new mails\n", mails.len()), "{}", ran.errors);
    assert!((1..100 * 1024).contains(&most), "{most} kB for {} MB of mail", bytes / 1_000_000);
    let began = Instant::now();
    assert_eq!(place.does("mail sync"), "support: 0 new mails\n");
    eprintln!(
        "{} mails of {} kB in {took:?}, {most} kB of memory; once more in {:?}",
        mails.len(),
        bytes / 1000,
        began.elapsed()
    );
}
