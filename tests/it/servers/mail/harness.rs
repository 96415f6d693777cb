//! The tests' own tools are what they say: the post office carries mail, and the proxy breaks what it was told to break.

use super::{
    imap::Imap,
    post_office::{PASSWORD, PostOffice},
    proxy::{How, Moment, Proxy},
    smtp::Smtp,
    steps::{Protocol, Step},
};
use crate::servers::house::{program, run};
use std::process::Command;

const SUPPORT: &str = "support@acme.example";
const MARA: &str = "mara@customer.example";
const MAIL: &str = "From: Mara <mara@customer.example>\r\nTo: support@acme.example\r\nSubject: Hello\r\n\
                    Message-ID: <one@customer.example>\r\n\r\nA line.\r\n.\r\n..\r\nThe last line.\r\n";

#[test]
fn a_mail_that_is_sent_can_be_read() {
    let office = PostOffice::open();
    office.send(MARA, &["support+token@acme.example"], MAIL);
    let mails = office.mails(SUPPORT);
    assert_eq!(mails.len(), 1, "{mails:?}\n{}", office.logs());
    assert!(mails[0].contains("Delivered-To: support+token@acme.example"), "{}", mails[0]);
    assert!(mails[0].ends_with("\nA line.\n.\n..\nThe last line.\n"), "{}", mails[0]);
    let mut imap = office.imap(SUPPORT, "INBOX");
    let lines = imap.asks("UID FETCH 1:* (BODY.PEEK[])").unwrap();
    assert!(String::from_utf8_lossy(&lines[0]).contains("\r\nThe last line.\r\n"));
    assert_eq!(office.seen(SUPPORT), (0, 1));
    imap.asks("UID STORE 1 +FLAGS (\\Seen)").unwrap();
    assert_eq!(office.seen(SUPPORT), (1, 1));
}

#[test]
fn a_mail_that_comes_wakes_who_idles() {
    let office = PostOffice::open();
    let mut imap = office.imap(SUPPORT, "INBOX");
    std::thread::scope(|scope| {
        let idle = scope.spawn(|| imap.idles_until(1));
        office.send(MARA, &[SUPPORT], MAIL);
        idle.join().unwrap().unwrap();
    });
}

#[test]
fn only_who_knows_the_password_comes_in_and_sends_elsewhere() {
    let office = PostOffice::open();
    assert!(Imap::opened(office.ports.imap, SUPPORT, "wrong", "INBOX").is_err());
    assert!(Imap::opened(office.ports.imap, SUPPORT, PASSWORD, "Nowhere").is_err());
    let mut smtp = Smtp::connect(office.ports.smtp).unwrap();
    assert!(smtp.sends(SUPPORT, &["somebody@elsewhere.example"], MAIL).is_err(), "no relay");
    let mut smtp = Smtp::connect(office.ports.smtp).unwrap();
    assert!(smtp.logs_in(SUPPORT, "wrong").is_err());
    smtp.logs_in(SUPPORT, PASSWORD).unwrap();
    smtp.sends(SUPPORT, &[MARA], MAIL).unwrap();
    office.settled();
    assert_eq!(office.mails(MARA).len(), 1);
    assert!(Smtp::connect(office.ports.submission).unwrap().says("MAIL FROM:<a@customer.example>", '2').is_err());
}

#[test]
fn the_certificate_is_good_for_its_own_authority_only() {
    let office = PostOffice::open();
    let certificate = office.certificate();
    let doors = [(office.ports.imaps, None), (office.ports.smtps, None), (office.ports.submission, Some("smtp"))];
    for (port, starttls) in doors.into_iter().chain([(office.ports.imap, Some("imap"))]) {
        for (authority, is_good) in [(certificate.authority(), true), (certificate.stranger(), false)] {
            let mut command = Command::new(program("openssl"));
            command.args(["s_client", "-verify_return_error", "-no-CApath", "-no-CAstore", "-verify_hostname"]);
            command.args(["localhost", "-connect", &format!("127.0.0.1:{port}"), "-CAfile"]).arg(authority);
            command.args(starttls.map(|protocol| ["-starttls", protocol]).iter().flatten());
            let ran = run(&mut command, b"");
            assert_eq!(ran.code == Some(0), is_good, "{port}: {ran:?}");
        }
    }
}

#[test]
fn a_server_goes_and_comes_back_with_its_mail() {
    let mut office = PostOffice::open();
    office.send(MARA, &[SUPPORT], MAIL);
    let before = office.imap(SUPPORT, "INBOX").asks("STATUS INBOX (UIDVALIDITY)").unwrap();
    office.stop_imap();
    office.stop_smtp();
    assert!(Imap::connect(office.ports.imap).is_err());
    assert!(Smtp::connect(office.ports.smtp).is_err());
    assert!(office.start_imap() && office.start_smtp(), "{}", office.logs());
    assert_eq!(office.imap(SUPPORT, "INBOX").asks("STATUS INBOX (UIDVALIDITY)").unwrap(), before);
    assert_eq!(office.seen(SUPPORT), (0, 1));
}

/// One mail, from the greeting to the farewell.
fn sends(port: u16) -> std::io::Result<()> {
    let mut smtp = Smtp::connect(port)?;
    smtp.logs_in(SUPPORT, PASSWORD)?;
    smtp.sends(SUPPORT, &[MARA], MAIL)?;
    smtp.leaves()
}

#[test]
fn the_proxy_cuts_imap_at_every_step() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Imap, office.ports.imap);
    let idling = |port| {
        let mut imap = Imap::opened(port, SUPPORT, PASSWORD, "INBOX")?;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                proxy.until_answered(Step::Idle, 1);
                office.put(SUPPORT, MAIL);
            });
            imap.idles_until(1)
        })
    };
    idling(proxy.port).unwrap();
    reads_without_idle(proxy.port).unwrap();
    assert_eq!(office.seen(SUPPORT), (1, 1));
    let steps =
        [Step::Greeting, Step::Login, Step::Select, Step::Search, Step::Fetch, Step::Store, Step::Idle, Step::Logout];
    for step in steps {
        for moment in [Moment::Asked, Moment::Half, Moment::Unanswered] {
            if (step, moment) == (Step::Greeting, Moment::Asked) {
                continue;
            }
            proxy.plan(step, moment, How::Cut);
            // Whoever idles gets no mail here: the step is over with its first answer.
            let ended = if step == Step::Idle { idles(proxy.port) } else { reads_without_idle(proxy.port) };
            assert!(ended.is_err(), "{step:?} {moment:?}");
            proxy.until_happened();
        }
    }
    proxy.plan(Step::Connect, Moment::Asked, How::Cut);
    assert!(Imap::connect(proxy.port).is_err());
    // A store that was answered and not heard of was done all the same; one that was not asked for was not.
    let mut imap = office.imap(SUPPORT, "INBOX");
    for (moment, seen) in [(Moment::Asked, 0), (Moment::Unanswered, 1)] {
        imap.asks("UID STORE 1 -FLAGS (\\Seen)").unwrap();
        proxy.plan(Step::Store, moment, How::Cut);
        assert!(reads_without_idle(proxy.port).is_err());
        assert_eq!(office.seen(SUPPORT), (seen, 1), "{moment:?}");
    }
    proxy.slow(true);
    reads_without_idle(proxy.port).unwrap();
}

fn reads_without_idle(port: u16) -> std::io::Result<()> {
    let mut imap = Imap::opened(port, SUPPORT, PASSWORD, "INBOX")?;
    for command in ["UID SEARCH ALL", "UID FETCH 1:* (BODY.PEEK[])", "UID STORE 1 +FLAGS (\\Seen)", "LOGOUT"] {
        imap.asks(command)?;
    }
    Ok(())
}

fn idles(port: u16) -> std::io::Result<()> {
    Imap::opened(port, SUPPORT, PASSWORD, "INBOX")?.idles_until(1000)
}

#[test]
fn the_proxy_cuts_smtp_at_every_step() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Smtp, office.ports.smtp);
    sends(proxy.port).unwrap();
    office.settled();
    assert_eq!(office.mails(MARA).len(), 1);
    let heard = String::from_utf8(proxy.heard()).unwrap();
    assert!(heard.contains("\r\nThe last line.\r\n.\r\nQUIT\r\n"), "{heard}");
    let steps =
        [Step::Hello, Step::Login, Step::Mail, Step::Rcpt, Step::Data, Step::Content, Step::Greeting, Step::Quit];
    let mut expected = 1;
    for step in steps {
        for moment in [Moment::Asked, Moment::Half, Moment::Unanswered] {
            if (step, moment) == (Step::Greeting, Moment::Asked) {
                continue;
            }
            proxy.plan(step, moment, How::Cut);
            assert!(sends(proxy.port).is_err(), "{step:?} {moment:?}");
            proxy.until_happened();
            office.settled();
            // Once the server took the mail, it is taken, whether or not the client knows.
            let taken = step == Step::Quit || (step == Step::Content && moment != Moment::Asked);
            expected += usize::from(taken);
            assert_eq!(office.mails(MARA).len(), expected, "{step:?} {moment:?}");
        }
    }
    proxy.slow(true);
    sends(proxy.port).unwrap();
    proxy.shut(true);
    assert!(sends(proxy.port).is_err());
}

#[test]
fn the_proxy_lets_a_connection_hang() {
    let office = PostOffice::open();
    office.put(SUPPORT, MAIL);
    let proxy = Proxy::new(Protocol::Imap, office.ports.imap);
    proxy.plan(Step::Store, Moment::Asked, How::Stall);
    std::thread::scope(|scope| {
        let read = scope.spawn(|| reads_without_idle(proxy.port));
        proxy.until_happened();
        assert!(!read.is_finished());
        assert_eq!(office.seen(SUPPORT), (0, 1));
        proxy.go_on();
        read.join().unwrap().unwrap();
    });
    assert_eq!(office.seen(SUPPORT), (1, 1));
    proxy.plan(Step::Fetch, Moment::Asked, How::HalfOpen);
    std::thread::scope(|scope| {
        let read = scope.spawn(|| reads_without_idle(proxy.port));
        proxy.until_happened();
        assert!(!read.is_finished());
        proxy.cut();
        assert!(read.join().unwrap().is_err());
    });
}

#[test]
fn nothing_of_a_post_office_stays() {
    let office = PostOffice::open();
    let ports = office.ports;
    drop(office);
    for port in [ports.imap, ports.imaps, ports.smtp, ports.submission, ports.smtps] {
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "{port} is still there");
    }
}
