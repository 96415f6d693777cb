//! `deskline mail check`: what is wrong with a mailbox, in a sentence, and never the password.

use super::{
    post_office::{PASSWORD, PostOffice, TOKEN},
    support::{Doors, MARA, SUPPORT, Support, letter},
};
use crate::servers::house::Ran;

/// Everything it said.
fn checked(support: &Support) -> (Option<i32>, String) {
    let Ran { code, out, errors, .. } = support.runs("olga", &["mail", "check"]);
    let said = format!("{out}{errors}");
    assert!(!said.contains(PASSWORD) && !said.contains("another-secret"), "the password is shown:\n{said}");
    assert!(!said.contains("panicked"), "{said}");
    (code, said)
}

#[track_caller]
fn is_wrong(support: &Support, words: &[&str]) {
    let (code, said) = checked(support);
    assert_ne!(code, Some(0), "{said}");
    for word in words {
        assert!(said.contains(word), "“{word}” is missing in:\n{said}");
    }
}

#[test]
fn a_mailbox_that_is_right_is_said_to_be_right() {
    let office = PostOffice::open();
    let authority = office.certificate().authority();
    for doors in [Doors::plain(&office), Doors::tls(&office, false, &authority), Doors::tls(&office, true, &authority)]
    {
        let (code, said) = checked(&Support::new(&office, &doors));
        assert_eq!(code, Some(0), "{doors:?}: {said}");
        assert!(said.contains("IDLE"), "{said}");
    }
    // Nothing was sent and nothing was touched.
    assert_eq!(office.seen("support@acme.example"), (0, 0));
}

#[test]
fn what_is_wrong_is_said_in_a_sentence() {
    let office = PostOffice::open();
    let right = Doors::plain(&office);
    let ports = office.ports;
    is_wrong(
        &Support::with_password(&office, &right, "another-secret"),
        &["127.0.0.1", "support@acme.example", "password"],
    );
    let missing = Doors { more: "sent = \"Nowhere\"\n".to_owned(), ..right.clone() };
    is_wrong(&Support::new(&office, &missing), &["Nowhere"]);
    let nobody = Doors { imap: "imap://support%40acme.example@127.0.0.1:9".to_owned(), ..right.clone() };
    is_wrong(&Support::new(&office, &nobody), &["127.0.0.1:9", "cannot be reached"]);
    let nobody = Doors { smtp: "smtp://support%40acme.example@127.0.0.1:9".to_owned(), ..right.clone() };
    is_wrong(&Support::new(&office, &nobody), &["127.0.0.1:9"]);
    let unknown = Doors { imap: "imaps://support@mail.nowhere.invalid".to_owned(), ..right.clone() };
    is_wrong(&Support::new(&office, &unknown), &["mail.nowhere.invalid", "not found"]);
    // The wrong port of the right server.
    let crossed = Doors { imap: format!("imap://support%40acme.example@127.0.0.1:{}", ports.smtp), ..right.clone() };
    is_wrong(&Support::new(&office, &crossed), &["no IMAP server"]);
    let untold = Doors { imap: format!("imaps://support%40acme.example@localhost:{}", ports.imap), ..right };
    is_wrong(&Support::new(&office, &untold), &["TLS"]);
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let office = PostOffice::open();
    let stranger = office.certificate().stranger();
    for starttls in [false, true] {
        is_wrong(&Support::new(&office, &Doors::tls(&office, starttls, &stranger)), &["certificate", "ca-file"]);
    }
    // An address that the certificate is not for.
    let doors = Doors::tls(&office, false, &office.certificate().authority());
    let doors = Doors { imap: doors.imap.replace("localhost", "127.0.0.2"), ..doors };
    is_wrong(&Support::new(&office, &doors), &["certificate", "127.0.0.2"]);
}

/// Dovecot takes a token that it can vouch for, and Postfix asks Dovecot.
#[test]
fn a_mailbox_that_takes_tokens_is_read_and_sends() {
    let office = PostOffice::open();
    let mut support = Support::new(&office, &Doors::tls(&office, false, &office.certificate().authority()));
    let config = std::fs::read_to_string(support.config()).unwrap();
    let with = |token: &str| {
        let login = |line: &str| line.starts_with("password-file");
        let lines = config
            .lines()
            .map(|line| if login(line) { format!("token-command = [\"echo\", \"{token}\"]") } else { line.into() });
        support.configure(&lines.collect::<Vec<_>>().join("\n"));
    };
    with(&TOKEN.replace("Y_Pv8", "another-secret"));
    is_wrong(&support, &["does not let “support@acme.example” in", "does not take the token", "is it for this user"]);
    with(TOKEN);
    let (code, said) = checked(&support);
    assert_eq!(code, Some(0), "{said}\n{}", office.logs());
    assert!(!said.contains(TOKEN), "{said}");

    office.send(MARA, &[SUPPORT], &letter(MARA, SUPPORT, "Help", "one@customer.example", "", "The lamp flickers."));
    support.serves();
    let conversation = support.gets("flickers");
    support.replies("olga", conversation, "Try another bulb.");
    crate::pty::until("the answer left", || support.outbox("sent") == 1);
    assert_eq!(support.stops(), Some(0), "{}", support.said());
    office.settled();
    assert!(office.mails(MARA).iter().any(|mail| mail.contains("another bulb")), "{}", office.logs());
    assert!(!support.said().contains(TOKEN), "{}", support.said());
}
