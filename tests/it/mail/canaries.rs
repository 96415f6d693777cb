//! Words that are for agents only, searched in every byte that leaves for customers, in files too, on desks made up at random.

use super::leaving::{WORKER, mailboxes};
use super::letters::{SUPPORT, arrives, letter};
use crate::desks::{TestDesk, add_customer, make, note, starting, with_agents};
use deskline::{
    desk::{AgentChange, mail::Words},
    domain::{
        command::{Command, Start, Writing},
        conversation::{Audience, Privacy},
        id::ConversationId,
        letter::{Attached, Letter},
        outgoing::MailPreference,
        people::Party,
    },
    email::build::build,
};
use std::collections::BTreeMap;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// A desk on which everything said is a word of its own, and who may be sent which.
struct Said {
    desk: TestDesk,
    random: Random,
    words: u32,
    /// For agents only.
    secret: Vec<String>,
    /// For the customers of one conversation.
    open: BTreeMap<ConversationId, Vec<String>>,
    conversations: Vec<ConversationId>,
    internal: Vec<ConversationId>,
}

/// A file with a word of its own in its name and between bytes that are no text.
fn file(word: &str) -> Attached {
    let content = [&[0_u8, 255, 7][..], word.as_bytes(), &[13, 10, 200]].concat();
    Attached { name: format!("{word}.bin"), media_type: "application/octet-stream".into(), content, note: None }
}

fn carrying(word: &str) -> Writing {
    Writing { files: vec![file(word)], ..crate::desks::text(word) }
}

const CUSTOMERS: [&str; 4] = ["mara@example.com", "yves@example.com", "jo@example.com", "kim@example.com"];
const AGENTS: [&str; 4] = ["olga", "ana", "ben", "cleo"];

impl Said {
    fn new(seed: u64) -> Self {
        let desk = TestDesk::with_privacy();
        for handle in ["ana", "ben"] {
            let address = Some(format!("{handle}@acme.example"));
            desk.change(handle, &AgentChange { address, mail: Some(MailPreference::Missed), ..AgentChange::default() });
        }
        Self {
            desk,
            random: Random(seed),
            words: 0,
            secret: Vec::new(),
            open: BTreeMap::new(),
            conversations: Vec::new(),
            internal: Vec::new(),
        }
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.random.below(all.len() as u64)).unwrap()]
    }

    fn word(&mut self) -> String {
        self.words += 1;
        format!("canary{}x", self.words)
    }

    fn begin(&mut self) {
        let (subject, text, from) = (self.word(), self.word(), self.pick(&CUSTOMERS));
        let attachments = vec![file(&text)];
        let id = arrives(&self.desk, Letter { attachments, ..letter(from, &subject, &text) }).conversation.unwrap();
        self.open.insert(id, vec![subject, text]);
        self.conversations.push(id);
    }

    fn step(&mut self) {
        if self.conversations.is_empty() {
            return self.begin();
        }
        let conversations = self.conversations.clone();
        let (id, who, word) = (self.pick(&conversations), self.pick(&AGENTS), self.word());
        // Refusals are as good as anything: what was not written is not searched.
        match self.random.below(13) {
            0 => self.begin(),
            1..=3 => {
                if self.desk.run(who, id, Command::Reply(carrying(&word))).is_ok() {
                    self.open.get_mut(&id).unwrap().push(word);
                }
            }
            4 | 5 => {
                let _ = self.desk.run(who, id, Command::Note(carrying(&word)));
                self.secret.push(word);
            }
            6 => {
                let item = self.desk.ticket();
                let _ = self.desk.run(who, id, crate::desks::link(item));
                self.internal.push(self.desk.start_on("olga", item, Audience::Internal, &word));
                self.secret.push(word);
            }
            7 => {
                let start = Start { files: vec![file(&word)], ..starting(with_agents(&["adam"]), &word) };
                self.internal.push(self.desk.desk.start(&self.desk.agent(who), &start).unwrap().conversation);
                self.secret.push(word);
            }
            8 if !self.internal.is_empty() => {
                let internal = self.internal.clone();
                let id = self.pick(&internal);
                let _ = self.desk.run("olga", id, Command::Reply(carrying(&word)));
                self.secret.push(word);
            }
            8 | 9 => {
                let customer = self.pick(&CUSTOMERS);
                let _ = self.desk.run(who, id, add_customer(customer, true));
            }
            10 => {
                let customer = self.pick(&CUSTOMERS);
                let _ = self.desk.run(who, id, Command::Remove(Party::Customer(customer.into())));
            }
            11 => {
                let privacy = if self.random.below(2) == 0 { Privacy::Private } else { Privacy::Public };
                let _ = self.desk.run("olga", id, make(privacy, true));
            }
            _ => {
                let last = self.desk.thread("olga", id).last_seq;
                let taken = self.desk.desk.cancel_mail(&self.desk.agent("olga"), id, last);
                if taken.is_ok() {
                    let gone = self.open.get_mut(&id).unwrap().pop().unwrap();
                    self.secret.push(gone);
                }
            }
        }
        if self.random.below(3) == 0 {
            self.desk.later(i64::try_from(self.random.below(4)).unwrap());
        }
    }
}

#[test]
fn nothing_internal_and_nothing_of_other_conversations_is_in_any_byte_to_a_customer() {
    let (mut to_customers, mut to_agents, mut canaries, mut carried) = (0, 0, 0, 0);
    for seed in 0..12 {
        let mut said = Said::new(seed * 7_919 + 1);
        let mut mails = Vec::new();
        for _ in 0..60 {
            said.step();
            while let Some(mail) = said.desk.desk.lease_mail(WORKER, &mailboxes()).unwrap() {
                said.desk.desk.mail_sent(WORKER, &mail).unwrap();
                mails.push(mail);
            }
        }
        said.desk.later(60);
        while let Some(mail) = said.desk.desk.lease_mail(WORKER, &mailboxes()).unwrap() {
            said.desk.desk.mail_sent(WORKER, &mail).unwrap();
            mails.push(mail);
        }
        canaries += said.secret.len();
        for mail in mails {
            let mut bytes = String::from_utf8(build(&mail, SUPPORT).unwrap().bytes).unwrap();
            // What is encoded is searched as its reader has it.
            let read = deskline::mail::Reader::default().letter(bytes.as_bytes()).unwrap();
            for file in &read.attachments {
                bytes.push_str(&format!("\n{}\n{}", file.name, String::from_utf8_lossy(&file.content)));
            }
            carried += read.attachments.len();
            if matches!(mail.words, Words::Team(_)) {
                assert!(mail.to.address.ends_with("@acme.example"), "{mail:?}");
                assert!(read.attachments.is_empty(), "{mail:?}");
                to_agents += 1;
                continue;
            }
            assert!(CUSTOMERS.contains(&mail.to.address.as_str()), "{mail:?}");
            to_customers += 1;
            for secret in &said.secret {
                assert!(!bytes.contains(secret), "{secret} left for {}:\n{bytes}", mail.to.address);
            }
            let of = said.open.iter().filter(|(_, words)| words.iter().any(|word| bytes.contains(word.as_str())));
            assert_eq!(of.count(), 1, "words of one conversation each:\n{bytes}");
            // Whole words: a Message-ID is made of any letters.
            for word in bytes.split(|letter: char| !letter.is_alphanumeric() && letter != '@') {
                let own = word.starts_with("ana@") || word.starts_with("ben@") || ["@ana", "cleo"].contains(&word);
                assert!(!own, "an agent's own address or handle, {word}:\n{bytes}");
            }
        }
    }
    let counts = (to_customers, to_agents, canaries, carried);
    assert!(to_customers > 100 && to_agents > 20 && canaries > 100 && carried > 100, "{counts:?}");
}

/// The schema holds it too, whatever the program thinks.
#[test]
fn no_row_of_the_outbox_can_carry_a_note_or_an_internal_message_to_a_customer() {
    let desk = TestDesk::new();
    let id = arrives(&desk, letter("mara@example.com", "Card declined", "Help")).conversation.unwrap();
    desk.does("ana", id, note("Between us"));
    let with = deskline::domain::command::StartWith::Agents(vec!["ben".into()]);
    desk.start("ana", with, "Hello Ben");
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    for text in ["Between us", "Hello Ben"] {
        let refused = file.execute(
            "INSERT INTO outbox (kind, conversation_id, message_id, customer_id, state, at, door, since) \
             SELECT 'reply', 1, id, 1, 'queued', 0, 'mail', 0 FROM message WHERE text = ?1",
            [text],
        );
        assert!(refused.unwrap_err().to_string().contains("customer conversations only"), "{text}");
    }
    let confirmed = Writing { confirmed: true, ..crate::desks::text("x") };
    desk.does("ana", id, Command::Reply(confirmed));
}
