//! Mails changed at random, and bytes that are no mails: nothing panics, and what comes out keeps its promises.

use super::{
    promises::{check, check_folds},
    reading::seeds,
};
use deskline::mail::{Known, Reader, folds, text_of_html};
use proptest::prelude::*;
use std::{
    env, panic,
    sync::{
        Mutex, Once,
        atomic::{AtomicUsize, Ordering},
    },
};

/// The number of changed mails; DESKLINE_CHANGED_MAILS changes it.
fn rounds() -> u64 {
    let usual = if cfg!(feature = "corpora") { 100_000 } else { 3_000 };
    env::var("DESKLINE_CHANGED_MAILS").map_or(usual, |it| it.parse().unwrap())
}

/// Panics in the reader's own code, which its fence would hide, and where the last one was.
static OWN: AtomicUsize = AtomicUsize::new(0);
static LAST: Mutex<String> = Mutex::new(String::new());

/// Counts panics in the reader's own code. Those in the parser are what the fence is for, and are not even printed.
fn watch_for_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let file = info.location().map(|it| it.file().replace('\\', "/")).unwrap_or_default();
            if file.contains("src/mail/") && !file.contains("/registry/") {
                OWN.fetch_add(1, Ordering::SeqCst);
                *LAST.lock().unwrap() = info.to_string();
            }
            if !file.contains("/mail-parser") {
                before(info);
            }
        }));
    });
}

/// Numbers that look random and are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below.max(1) as u64).unwrap()
    }
}

/// What mails are made of, and what readers stumble over.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "\0",
    "\u{202e}",
    "=?utf-8?B?",
    "=?gb2312?Q?",
    "?=",
    "\"",
    "<",
    ">",
    "(",
    ")",
    ":",
    ";",
    ",",
    "@",
    "--",
    "=",
    "=\n",
    "=3D",
    "&amp",
    "&#",
    "&#xffffffff;",
    "<blockquote>",
    "<a href=",
    "<!--",
    "</",
    "<body",
    "> ",
    ">>>>",
    "On 3 May 2021 wrote:",
    "\nFrom: ",
    "\nTo: ",
    "\nSubject: ",
    "\nMessage-ID: <",
    "\nReferences: <",
    "\nDate: ",
    "\nReturn-Path: <>",
    "\nContent-Type: ",
    "multipart/mixed; boundary=",
    "multipart/report; ",
    "message/rfc822",
    "message/delivery-status",
    "text/html",
    "text/calendar",
    "charset=",
    "utf-16",
    "iso-2022-jp",
    "utf-7",
    "format=flowed; delsp=yes",
    "\nContent-Transfer-Encoding: base64",
    "\nContent-Transfer-Encoding: quoted-printable",
    "\nContent-Disposition: attachment; filename=",
    "name*0*=",
    "name*1=",
    "\n--b\n",
    "\n--b--\n",
    "\nFinal-Recipient: rfc822;",
    "\nStatus: 5.",
    "\nAuto-Submitted: ",
    "x-failed-recipients:",
    "/global",
    "/digest",
    "\u{fffd}",
    "日本",
    "ÿþ",
    "-- \n",
    "{\"notificationType\":",
    "}",
    "\u{feff}",
    "65535",
    "-1",
    "18446744073709551616",
];

/// A seed, changed in one to eight places.
fn changed(seeds: &[(String, Vec<u8>)], dice: &mut Dice) -> Vec<u8> {
    let mut mail = seeds[dice.throw(seeds.len())].1.clone();
    for _ in 0..=dice.throw(8) {
        let at = dice.throw(mail.len() + 1);
        let end = (at + dice.throw(200)).min(mail.len());
        match dice.throw(8) {
            0 | 1 => {
                let piece = PIECES[dice.throw(PIECES.len())].as_bytes();
                mail.splice(at..at, piece.iter().copied());
            }
            2 => {
                if let Some(byte) = mail.get_mut(at) {
                    *byte = u8::try_from(dice.throw(256)).unwrap();
                }
            }
            3 => {
                mail.drain(at..end);
            }
            4 => {
                let copy = mail[at..end].repeat(dice.throw(20) + 1);
                mail.splice(at..at, copy);
            }
            5 => {
                let other = &seeds[dice.throw(seeds.len())].1;
                let from = dice.throw(other.len() + 1);
                mail.splice(at..end, other[from..].iter().copied());
            }
            6 => mail.truncate(at),
            _ => {
                let piece = PIECES[dice.throw(PIECES.len())].as_bytes();
                mail.splice(at..at, piece.repeat(dice.throw(300)));
            }
        }
    }
    mail
}

#[test]
fn changed_mails_are_read_or_refused() {
    watch_for_panics();
    let reader = Reader::new();
    let seeds = seeds();
    let (mut read, mut refused, mut fenced) = (0u64, 0u64, 0u64);
    for round in 0..rounds() {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (round + 1).wrapping_mul(0x2545_f491_4f6c_dd1d));
        let mail = changed(&seeds, &mut dice);
        match panic::catch_unwind(|| reader.letter(&mail)) {
            Ok(Ok(letter)) => {
                read += 1;
                if let Err(broken) = panic::catch_unwind(|| check(&letter)) {
                    eprintln!("round {round}: {}", String::from_utf8_lossy(&mail));
                    panic::resume_unwind(broken);
                }
            }
            Ok(Err(reason)) => {
                refused += 1;
                fenced += u64::from(reason.contains("cannot read"));
                assert!(!reason.is_empty() && !reason.contains('\n'), "{reason}");
            }
            Err(_) => panic!("round {round} panicked"),
        }
        assert_eq!(OWN.load(Ordering::SeqCst), 0, "round {round}: {}", LAST.lock().unwrap());
    }
    eprintln!("{read} changed mails are read, {refused} refused, {fenced} of them because the parser panicked");
    assert!(read > refused, "most of them are mails still: {read} read, {refused} refused");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        watch_for_panics();
        if let Ok(letter) = Reader::new().letter(&bytes) {
            check(&letter);
        }
        let mut mail = b"From: a@example.org\nContent-Type: text/html\n\n".to_vec();
        mail.extend(bytes);
        check(&Reader::new().letter(&mail).unwrap());
        prop_assert_eq!(OWN.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn any_text_has_folds_that_keep_their_promises(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60), any in any::<String>()) {
        let text = pieces.concat() + &any;
        check_folds(&text, &folds(&text, Known { writer: "Mara", passed_on: false, quoted_from: &[0, 7, text.len()] }));
        let _ = text_of_html(&text);
    }
}
