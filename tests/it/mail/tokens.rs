//! Logging in with an access token instead of a password, as the servers of large houses ask for.

use super::{
    connections::{serves, usual},
    fetching::{Bag, mailbox, mails, server, way},
    handing_over::over,
    imap_server::Instead,
};
use deskline::{
    config::{MailAccount, MailSending, PasswordPlace},
    email::{
        TroubleKind, check,
        imap::{self, Way},
    },
};

/// Prints a token, and which one: there is a new one each time.
fn token() -> PasswordPlace {
    PasswordPlace::Token(["sh", "-c", "echo ya29.secret"].map(str::to_owned).to_vec())
}

#[test]
fn a_mailbox_is_opened_with_a_token() {
    let server = server(&mails(1));
    server.script(|command, _| match command {
        "AUTHENTICATE XOAUTH2" => Some(Instead::Say(b"+ \r\n".to_vec())),
        "" => Some(Instead::Say(b"A0001 OK in\r\n".to_vec())),
        _ => None,
    });
    let (_folder, mut mailbox) = mailbox(&server);
    mailbox.password = token();
    let mut bag = Bag::for_server(&server);
    imap::sync(&mailbox, &way(), &mut bag, &mut |_| {}).unwrap();
    assert_eq!(bag.uids(), [1]);
    assert!(server.commands().iter().all(|command| !command.contains("LOGIN")));
}

/// Such a server asks on, in words for programs, and says no to whatever answers that.
#[test]
fn a_mailbox_that_does_not_take_the_token_is_said_without_it() {
    let server = server(&mails(1));
    let mut answers = 0;
    server.script(move |command, _| match command {
        "AUTHENTICATE XOAUTH2" => Some(Instead::Say(b"+ \r\n".to_vec())),
        "" => {
            answers += 1;
            let asks_on = &b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n"[..];
            let refuses = &b"A0001 NO [AUTHENTICATIONFAILED] Invalid credentials ya29.secret\r\n"[..];
            Some(Instead::Say(if answers == 1 { asks_on } else { refuses }.to_vec()))
        }
        _ => None,
    });
    let (_folder, mut mailbox) = mailbox(&server);
    mailbox.password = token();
    let trouble = imap::sync(&mailbox, &way(), &mut Bag::default(), &mut |_| {}).unwrap_err();
    assert_eq!(trouble.kind, TroubleKind::Login);
    assert!(trouble.sentence.contains("does not let “support” in: Invalid credentials"), "{trouble}");
    assert!(trouble.sentence.ends_with("at the token: is it for this user, and for mail?"), "{trouble}");
    assert!(!trouble.sentence.contains("ya29.secret"), "{trouble}");
}

fn sends_over(port: u16) -> MailAccount {
    let mut account = over(port);
    if let Some(MailSending::Smtp(server)) = &mut account.sending {
        server.user = Some("kim".into());
    }
    account.password = Some(token());
    account
}

#[test]
fn mail_leaves_with_a_token_or_it_is_said_why_not() {
    // user=kim, auth=Bearer ya29.secret, with a byte 1 behind each and one more.
    let bearer = "AUTH XOAUTH2 dXNlcj1raW0BYXV0aD1CZWFyZXIgeWEyOS5zZWNyZXQBAQ==";
    for (offers, answer, works, words) in [
        ("AUTH PLAIN XOAUTH2", "235 2.7.0 in", true, "which takes the login"),
        (
            "AUTH XOAUTH2",
            "334 eyJzdGF0dXMiOiI0MDAifQ==",
            false,
            "does not let kim in: it does not take the token. Look at",
        ),
        ("AUTH XOAUTH2", "535 5.7.8 ya29.secret is old", false, "does not let kim in: "),
        ("AUTH PLAIN LOGIN", "235 2.7.0 in", false, "takes no login here"),
    ] {
        let (port, heard) = serves(move |_, line| match line.get(..4) {
            Some("EHLO") => Some(format!("250-mx.example\r\n250 {offers}")),
            Some("AUTH") => Some(answer.to_owned()),
            _ => usual(line),
        });
        let findings = check::check(&sends_over(port), None, &Way::default());
        let finding = findings.last().unwrap();
        assert_eq!(finding.works, works, "{offers}: {finding:?}");
        assert!(finding.sentence.contains(words) && !finding.sentence.contains("ya29.secret"), "{finding:?}");
        let heard = heard.lock().unwrap();
        let logins: Vec<&String> = heard.iter().flatten().filter(|line| line.starts_with("AUTH")).collect();
        assert!(logins.iter().all(|line| *line == bearer), "{logins:?}");
        assert_eq!(logins.is_empty(), offers == "AUTH PLAIN LOGIN", "no password is made of a token");
    }
}
