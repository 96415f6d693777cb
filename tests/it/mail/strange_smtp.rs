//! SMTP servers unlike Postfix: what they say in other words, at another step or with another number, and what becomes of a
//! mail then.

use super::{
    connections::{replies, serves, state, usual},
    handing_over::{account, over, worker},
};
use crate::desks::TestDesk;
use deskline::{
    config::{MailAccount, MailSending, MailServer, PasswordPlace, Security},
    domain::mail::DeliveryState,
    email::{Stop, check, imap::Way},
};

/// What became of a reply, what is said of it, and what is said of its mailbox, where the server answers so.
fn after(answer: impl Fn(&str) -> Option<String> + Send + 'static) -> (DeliveryState, String, Option<String>) {
    let desk = TestDesk::new();
    let ids = replies(&desk, 1);
    let (port, _) = serves(move |_, line| answer(line).or_else(|| usual(line)));
    let (mut sender, told) = worker(&desk, &over(port));
    sender.send_due(&Stop::default()).unwrap();
    let (_, said) = super::handing_over::state(&desk, ids[0]);
    let told = told.lock().unwrap().last().cloned().flatten();
    (state(&desk, ids[0]), said, told)
}

#[test]
fn an_answer_without_words_or_with_many_is_an_answer() {
    for answer in ["250", "250 ", "250-\r\n250", "250-one\r\n250-two\r\n250 2.0.0 Ok: queued as 4F1", "250 Grüße"] {
        let (state, said, _) = after(move |line| (line.starts_with('.')).then(|| answer.to_owned()));
        assert_eq!((state, said.as_str()), (DeliveryState::Sent, ""), "{answer}");
    }
    let (state, said, _) = after(|line| line.starts_with('.').then(|| "554-no\r\n554 5.7.1 spam".to_owned()));
    assert_eq!(state, DeliveryState::Failed);
    assert!(said.contains("spam"), "{said}");
}

/// Instead of hanging up in the middle of it, again and again.
#[test]
fn a_mail_larger_than_the_server_takes_is_not_begun() {
    let desk = TestDesk::new();
    let ids = replies(&desk, 2);
    let (port, heard) = serves(|_, line| match line.get(..4) {
        Some("EHLO") => Some("250-mx\r\n250-size 300\r\n250 HELP".into()),
        Some("MAIL") if line.contains("SIZE=") => Some("552 5.3.4 Message size exceeds fixed limit".into()),
        _ => usual(line),
    });
    let (mut sender, told) = worker(&desk, &over(port));
    sender.send_due(&Stop::default()).unwrap();
    for id in &ids {
        assert_eq!(state(&desk, *id), DeliveryState::Failed);
        let (_, said) = super::handing_over::state(&desk, *id);
        assert!(said.ends_with("5.3.4 Message size exceeds fixed limit. Send its files in parts."), "{said}");
    }
    assert!(!heard.lock().unwrap().iter().flatten().any(|line| line.starts_with("DATA")));
    assert!(told.lock().unwrap().iter().all(Option::is_none), "the mailbox is well");

    // Who does not ask is not told.
    let (state, said, _) = after(|line| line.contains("SIZE=").then(|| "501 what is that?".to_owned()));
    assert_eq!((state, said.as_str()), (DeliveryState::Sent, ""));
}

/// What a server would say of every mail is mended once, and no customer's answer fails for it meanwhile.
#[test]
fn a_no_to_the_sender_or_the_login_fails_no_mail_at_whichever_step_it_comes() {
    let sender = "Look whether it lets this login send from the mailbox's address.";
    let login = "It wants a login first: put the user into smtp, and give password-file.";
    let limit = "What waits is tried again by itself.";
    for (at, answer, help) in [
        ("RCPT", "553 5.7.1 <support@acme.example>: Sender address rejected: not owned by user kim", sender),
        (".", "554 5.2.252 SendAsDenied; support@acme.example not allowed to send as kim@acme.example", sender),
        (".", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", sender),
        (".", "554 Message rejected: Email address is not verified. The following identities failed the check", sender),
        ("DATA", "550 The from address does not match a verified Sender Identity.", sender),
        ("RCPT", "554 5.7.1 <customer0@example.com>: Relay access denied", login),
        ("RCPT", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", login),
        ("DATA", "530 5.7.57 Client not authenticated to send mail", login),
        ("RCPT", "550 5.4.5 Daily user sending limit exceeded.", limit),
        (".", "550 5.1.90 Your message can't be sent because you've reached your daily limit", limit),
    ] {
        let (state, said, told) = after(move |line| line.starts_with(at).then(|| answer.to_owned()));
        assert_eq!(state, DeliveryState::Queued, "{answer}: {said}");
        assert!(told.is_some_and(|told| told.ends_with(help)), "{answer}: {said}");
    }
    // What is said of the recipient, or of the mail, is about that one.
    for (at, answer) in [
        ("RCPT", "550 5.1.1 <customer0@example.com>: Recipient address rejected: User unknown"),
        ("RCPT", "552 5.2.2 The recipient's mailbox is over quota"),
        ("RCPT", "550-5.7.26 This mail has been blocked because the sender is unauthenticated"),
        (".", "552 5.3.4 Message size exceeds fixed limit"),
        (".", "554 5.7.1 Message rejected as spam"),
    ] {
        let answer = answer.replacen("550-5.7.26 ", "550-5.7.26 Gmail\r\n550 5.7.26 ", 1);
        let words = answer.clone();
        let (state, said, told) = after(move |line| line.starts_with(at).then(|| words.clone()));
        assert_eq!((state, told), (DeliveryState::Failed, None), "{answer}: {said}");
    }
}

#[test]
fn a_server_that_is_busy_or_lets_nobody_in_that_way_says_so_without_a_false_hint() {
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "hunter2").unwrap();
    let checked = |at: &'static str, answer: &'static str| {
        let (port, _) = serves(move |_, line| match line.get(..4) {
            _ if line.get(..4).unwrap_or(line) == at => Some(answer.to_owned()),
            Some("EHLO") => Some("250-mx\r\n250 AUTH LOGIN PLAIN".into()),
            _ => usual(line),
        });
        let server = MailServer { security: Security::None, host: "127.0.0.1".into(), port, user: Some("kim".into()) };
        let mut account = account(MailSending::Smtp(server));
        account.password = Some(PasswordPlace::File(password.clone()));
        let findings = check::check(&account, None, &Way::default());
        findings.last().map(|finding| finding.sentence.clone()).unwrap()
    };
    for (at, answer, end) in [
        ("", "421 4.3.2 The maximum number of concurrent connections has been exceeded", "has been exceeded."),
        ("AUTH", "454 4.7.0 Temporary authentication failure", "Temporary authentication failure."),
        (
            "AUTH",
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant",
            "where it takes no passwords at all, give token-command.",
        ),
        (
            "AUTH",
            "535 5.7.8 Username and Password not accepted",
            "Look at the user in the configuration, and at the password.",
        ),
    ] {
        let sentence = checked(at, answer);
        assert!(sentence.ends_with(end), "{answer}: {sentence}");
    }
}

/// Exchange on one's own machines delivers no address with a tag, and qmail other ones: an answer to one would come back to the
/// customer.
#[test]
fn where_addresses_with_a_tag_are_not_delivered_answers_come_to_the_plain_one() {
    for tags in [true, false] {
        let desk = TestDesk::new();
        replies(&desk, 1);
        let (port, heard) = serves(|_, line| usual(line));
        let (mut sender, _) = worker(&desk, &MailAccount { tags, ..over(port) });
        sender.send_due(&Stop::default()).unwrap();
        let text = heard.lock().unwrap()[0].iter().find(|line| line.starts_with('.')).cloned().unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        assert_eq!(head.contains("support+"), tags, "{head}");
        assert_eq!(head.contains("\r\nReply-To:"), tags, "{head}");
        assert!(head.contains("In-Reply-To:") && head.contains("<support@acme.example>"), "{head}");
    }
}
