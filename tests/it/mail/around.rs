//! Mail that goes round for 500 hours: two desks that answer each other, a vacation responder that marks nothing, and a
//! server that bounces everything. No address gets more than one mail a day that no person wrote.

use super::letters::mailboxes;
use crate::desks::{TestDesk, reply};
use deskline::{
    desk::mail::OutMail,
    domain::{
        command::Command,
        mail::{InMail, Verdict},
        outgoing::MailboxInfo,
        section::Section,
        setting::SettingKey,
    },
    email::build::build,
    mail::Reader,
};
use std::collections::{BTreeMap, VecDeque};

const HOURS: i64 = 500;

/// One desk at one address.
struct House {
    desk: TestDesk,
    address: &'static str,
}

impl House {
    fn new(address: &'static str) -> Self {
        let desk = TestDesk::new();
        desk.set(SettingKey::UndoSeconds, "0");
        Self { desk, address }
    }

    fn mailbox(&self) -> Vec<MailboxInfo> {
        vec![MailboxInfo { address: self.address.into(), ..mailboxes().remove(0) }]
    }

    /// What is due leaves.
    fn leaves(&self) -> Vec<OutMail> {
        let mut all = Vec::new();
        while let Some(mail) = self.desk.desk.lease_mail("worker", &self.mailbox()).expect("a lease") {
            assert!(self.desk.desk.mail_sent("worker", &mail).expect("sent"));
            all.push(mail);
        }
        all
    }

    fn takes(&self, reader: &Reader, raw: Vec<u8>) -> Verdict {
        let mail = InMail {
            mailbox: "support".into(),
            addresses: vec![self.address.into()],
            group: Some("Support".into()),
            place: None,
            envelope_from: None,
            envelope_to: vec![],
            sent: false,
            history: None,
            letter: reader.letter(&raw),
            claims: None,
            raw,
        };
        self.desk.desk.receive_mail(&mail).expect("taken in").verdict
    }

    /// An agent does something in whatever is open.
    fn each(&self, commands: &[Command]) {
        let olga = self.desk.agent("olga");
        for id in self.desk.listed("olga", Section::Open) {
            for command in commands {
                self.desk.desk.run(&olga, id, command.clone()).expect("done");
            }
        }
    }
}

/// Everything that moves between the addresses.
struct World {
    houses: [House; 2],
    reader: Reader,
    /// Mails on their way: to whom, and the bytes.
    way: VecDeque<(String, Vec<u8>)>,
    /// When a desk wrote to an address without a person having done so, in minutes.
    automatic: BTreeMap<(usize, String), Vec<i64>>,
    verdicts: BTreeMap<String, usize>,
    /// Whether a relay takes every mark of an automatic mail away.
    strips: bool,
    /// The last mail that the person got.
    last: String,
    minute: i64,
    number: u64,
}

const VERA: &str = "vera@away.example";
const BOB: &str = "bob@bounce.example";
const POSTMASTER: &str = "postmaster@bounce.example";
const PERSON: &str = "mara@example.com";

impl World {
    fn new(strips: bool) -> Self {
        Self {
            houses: [House::new("support@one.example"), House::new("help@two.example")],
            reader: Reader::new(),
            way: VecDeque::new(),
            automatic: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            strips,
            last: String::new(),
            minute: 0,
            number: 0,
        }
    }

    fn write(&mut self, from: &str, to: &str, more: &str, text: &str) {
        self.number += 1;
        let id = format!("{}@{}", self.number, from.rsplit_once('@').unwrap().1);
        let raw =
            format!("From: {from}\nTo: {to}\nMessage-ID: <{id}>\nSubject: Hello\n{more}\n{text} {}\n", self.number);
        self.way.push_back((to.into(), raw.replace('\n', "\r\n").into_bytes()));
    }

    /// What leaves the desks goes on its way.
    fn post(&mut self) {
        for number in 0..self.houses.len() {
            for mail in self.houses[number].leaves() {
                if mail.automatic {
                    self.automatic.entry((number, mail.to.address.clone())).or_default().push(self.minute);
                }
                let built = build(&mail, self.houses[number].address).expect("built");
                let path = built.envelope.from().map(ToString::to_string).unwrap_or_default();
                let mut bytes = String::from_utf8(built.bytes).expect("text");
                if self.strips {
                    for mark in ["Auto-Submitted: ", "Precedence: ", "X-Auto-Response-Suppress: "] {
                        bytes = bytes.split_inclusive("\r\n").filter(|line| !line.starts_with(mark)).collect();
                    }
                } else {
                    bytes = format!("Return-Path: <{path}>\r\n{bytes}");
                }
                self.way.push_back((mail.to.address.clone(), bytes.into_bytes()));
            }
        }
    }

    /// What is on its way arrives, and whoever answers by itself answers.
    fn deliver(&mut self) {
        for _ in 0..200 {
            let Some((to, bytes)) = self.way.pop_front() else { return };
            let bare = to
                .split_once('+')
                .map_or(to.clone(), |(local, rest)| format!("{local}@{}", rest.rsplit_once('@').unwrap().1));
            if let Some(house) = self.houses.iter().find(|house| house.address == bare) {
                let verdict = house.takes(&self.reader, bytes);
                *self.verdicts.entry(format!("{verdict:?}")).or_default() += 1;
                continue;
            }
            let letter = self.reader.letter(&bytes).expect("readable");
            let back = letter.reply_to.first().or(letter.from.first()).unwrap().address.clone();
            let id = letter.message_id.clone().unwrap_or_default();
            let answers = format!("In-Reply-To: <{id}>\nReferences: <{id}>\n");
            match to.as_str() {
                // Whatever she gets, her program answers, and marks nothing.
                VERA => self.write(VERA, &back, &answers, "I read my mail again on Monday."),
                // Half of the bounces keep to the standard, half look like a person's words.
                BOB if self.number.is_multiple_of(2) => {
                    let report = "Auto-Submitted: auto-replied\nReturn-Path: <>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n";
                    let parts = format!(
                        "--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; {BOB}\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <{id}>\nSubject: x\n\nx\n--b--"
                    );
                    self.write("mailer-daemon@bounce.example", &back, report, &parts);
                }
                BOB => self.write(POSTMASTER, &back, &answers, "Your mail could not be delivered."),
                POSTMASTER => self.write(POSTMASTER, &back, &answers, "Your mail could not be delivered either."),
                PERSON => self.last = id,
                other => panic!("somebody wrote to {other}"),
            }
        }
    }

    fn run(&mut self) {
        let [one, two] = [self.houses[0].address, self.houses[1].address];
        for (from, to) in [(VERA, one), (BOB, one), (PERSON, one), (two, one), (one, two), (VERA, two)] {
            self.write(from, to, "", "A first word.");
        }
        for quarter in 0..HOURS * 4 {
            self.minute = quarter * 15;
            for house in &self.houses {
                house.desk.later(15);
            }
            // Somebody who asks again and again.
            if quarter % 16 == 0 {
                let answers = format!("In-Reply-To: <{}>\n", self.last);
                self.write(PERSON, one, &answers, "Is anybody there?");
            }
            if quarter % 96 == 0 {
                self.write(BOB, one, "", "Where nothing can be delivered to.");
            }
            if quarter % 48 == 0 {
                self.houses.iter().for_each(|house| house.each(&[reply("We look into it")]));
                self.post();
                // Whatever comes next has to start anew (R2.7).
                self.houses.iter().for_each(|house| house.each(&[Command::Close, Command::Lock]));
            }
            self.post();
            self.deliver();
        }
    }
}

fn goes_round(strips: bool) {
    let mut world = World::new(strips);
    world.run();
    let mut automatic = 0;
    for ((house, address), minutes) in &world.automatic {
        automatic += minutes.len();
        for pair in minutes.windows(2) {
            assert!(pair[1] - pair[0] >= 24 * 60, "desk {house} wrote to {address} at {pair:?}");
        }
        assert!(minutes.len() <= 21, "{address}: {}", minutes.len());
    }
    // The proof reaches what it speaks of: there was plenty to answer, and every day one mail to who asked every hour.
    let to_person = &world.automatic[&(0, PERSON.to_owned())];
    assert!(to_person.len() >= 20, "{to_person:?}");
    assert!(automatic >= 40, "{:?}", world.automatic);
    let messages = world.verdicts["Message"];
    assert!((200..2_000).contains(&messages), "{:?}", world.verdicts);
    assert!(world.verdicts["Report"] >= 5, "{:?}", world.verdicts);
    assert!(world.way.len() < 50, "{} mails are still on their way", world.way.len());
}

#[test]
fn five_hundred_hours_of_answers_and_at_most_one_automatic_mail_a_day() {
    goes_round(false);
}

#[test]
fn the_same_with_a_relay_that_takes_every_mark_of_an_automatic_mail_away() {
    goes_round(true);
}
