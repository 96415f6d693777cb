//! A mailbox that is taken in whole, as after connecting one: a Maildir of made-up mails, a third of them answers, through the
//! door's own code to the disk; then the same mailbox again, where nothing is new, and once more with one new mail in it. All of
//! it as new mail, then as history, on a desk of its own.
//!
//! `DESKLINE_MAIL_BENCH=100000` says how many mails. Beside it, in the same run, what a mail server does for the same
//! mails: a file of each, synchronised and moved into place. Absolute times drift with the machine; compare the two.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::pedantic,
    reason = "a bench prints its figures, and panics where it cannot"
)]

use deskline::{
    config::{HistoryBefore, MailAccount, MailSource, SentFolder},
    desk::{Desk, NewDesk},
    email::{Intake, Progress, Stop, Taken, maildir},
};
use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let mails: usize = std::env::var("DESKLINE_MAIL_BENCH").map_or(20_000, |number| number.parse().expect("a number"));
    let folder = tempfile::Builder::new().prefix("bench-mail").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let place = folder.path().join("mailbox");
    let delivered = deliver(&place, mails);
    println!("{mails} mails, a mail server delivers them: {:.0} /s", rate(mails, delivered));
    connect(folder.path(), &place, mails, HistoryBefore::Never);
    let old = SystemTime::now() - Duration::from_secs(30 * 24 * 60 * 60);
    for entry in fs::read_dir(place.join("cur")).unwrap() {
        File::open(entry.unwrap().path()).unwrap().set_modified(old).unwrap();
    }
    connect(folder.path(), &place, mails + 1, HistoryBefore::Connected);
}

fn rate(mails: usize, time: Duration) -> f64 {
    mails as f64 / time.as_secs_f64()
}

/// A new desk takes a mailbox in.
fn connect(folder: &Path, place: &Path, mails: usize, history: HistoryBefore) {
    let file = folder.join(format!("desk-{mails}.db"));
    let owner = NewDesk { team: "Acme".into(), owner: "olga".into(), owner_name: None };
    let desk = Desk::create(&file, &owner, Arc::new(chrono::Utc::now)).unwrap();
    let account = MailAccount {
        name: "support".into(),
        address: "support@acme.example".into(),
        group: None,
        source: MailSource::Maildir(place.to_owned()),
        sending: None,
        password: None,
        sent: SentFolder::Unread,
        authority: None,
        history,
        tags: true,
    };
    let before = most_memory();
    let (first, taken) = take(&desk, &account);
    let after = most_memory();
    let as_history = if history == HistoryBefore::Never { 0 } else { mails as u64 };
    assert_eq!((taken.new as usize, taken.history), (mails, as_history), "every mail is taken");
    let (second, again) = take(&desk, &account);
    assert_eq!(again, Taken::default(), "and only once");
    fs::write(place.join(format!("cur/late-{mails}.bench:2,S")), mail(mails)).unwrap();
    let (third, one) = take(&desk, &account);
    assert_eq!((one.new, one.again), (1, 0), "the new one");

    let what = if as_history == 0 { "new mail" } else { "history" };
    let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
    println!("as {what}, deskline takes them in:   {:.0} /s ({:.1} s)", rate(mails, first), first.as_secs_f64());
    println!("the same mailbox again, nothing new:    {:.0} ms", milliseconds(second));
    println!("and with one new mail among them:       {:.0} ms", milliseconds(third));
    println!("most memory: {} MiB before, {} MiB after", before >> 10, after >> 10);
}

/// Takes what is new; how long that took, and what became of it.
fn take(desk: &Desk, account: &MailAccount) -> (Duration, Taken) {
    let mut intake = Intake::new(desk.clone(), account, std::slice::from_ref(account));
    let maildir = maildir::Maildir::of(account).unwrap();
    let began = Instant::now();
    maildir::sync(&maildir, &Stop::default(), &mut intake, &mut |_: Progress| {}).unwrap();
    (began.elapsed(), intake.taken())
}

/// Delivers mails as a mail server does; how long the writing took.
fn deliver(mailbox: &Path, mails: usize) -> Duration {
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(mailbox.join(part)).unwrap();
    }
    let mut time = Duration::ZERO;
    for number in 0..mails {
        let bytes = mail(number);
        let began = Instant::now();
        let place = mailbox.join("tmp").join(format!("{number}"));
        let mut file = File::create(&place).unwrap();
        file.write_all(&bytes).unwrap();
        file.sync_all().unwrap();
        fs::rename(place, mailbox.join("new").join(format!("{number:08}.bench"))).unwrap();
        time += began.elapsed();
    }
    time
}

/// Three mails of each customer, the last of which answers the first; about two kilobytes, as half of all mail has less.
fn mail(number: usize) -> Vec<u8> {
    let (customer, turn) = (number / 3, number % 3);
    let answers = match turn {
        2 => format!("In-Reply-To: <{customer}.0@customer.example>\r\n"),
        _ => String::new(),
    };
    let mut text = format!(
        "Return-Path: <c{customer}@customer.example>\r\nDelivered-To: support@acme.example\r\n\
         From: \"Customer {customer}\" <c{customer}@customer.example>\r\nTo: support@acme.example\r\n\
         Subject: Question {number}\r\nMessage-ID: <{customer}.{turn}@customer.example>\r\n{answers}\
         Date: Fri, 20 Nov 2026 10:{:02}:{:02} +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
        number / 60 % 60,
        number % 60
    );
    for line in 0..24 {
        text +=
            &format!("Line {line} of what customer {customer} has to say about order {number}, caf=C3=A9 and all.\r\n");
    }
    text.into_bytes()
}

/// The most memory that this process ever had, in KiB.
fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
