//! Letters for tests, written by hand, as a mailbox hands them in.

use crate::desks::TestDesk;
use deskline::{
    desk::{
        mail::OutMail,
        token::{self, Bearer},
    },
    domain::{
        id::{AgentId, ConversationId, CustomerId},
        letter::{Correspondent, Letter},
        mail::{InMail, MailTaken, Place},
        outgoing::MailboxInfo,
    },
};
use std::sync::atomic::{AtomicU64, Ordering};

/// The support addresses of the test desk.
pub const SUPPORT: &str = "support@acme.example";
pub const BILLING: &str = "billing@acme.example";

/// Every raw mail is another one unless a test says otherwise.
static RAW: AtomicU64 = AtomicU64::new(1);

pub fn person(name: &str, address: &str) -> Correspondent {
    Correspondent { name: name.into(), address: address.into() }
}

/// A letter of somebody to the support address, with an id of its own.
pub fn letter(from: &str, subject: &str, text: &str) -> Letter {
    let number = RAW.fetch_add(1, Ordering::Relaxed);
    Letter {
        message_id: Some(format!("{number}@mail.example")),
        from: vec![person("", from)],
        to: vec![person("", SUPPORT)],
        date: Some(1_777_800_000),
        subject: subject.into(),
        text: text.into(),
        answer_automatically: true,
        ..Letter::default()
    }
}

/// The letter as the support mailbox hands it in, under bytes of its own.
pub fn mail(letter: Letter) -> InMail {
    let number = RAW.fetch_add(1, Ordering::Relaxed);
    InMail {
        mailbox: "support".into(),
        addresses: vec![SUPPORT.into(), BILLING.into()],
        group: Some("Support".into()),
        place: None,
        envelope_from: None,
        envelope_to: Vec::new(),
        sent: false,
        history: None,
        raw: format!("raw {number}").into_bytes(),
        letter: Ok(letter),
        claims: None,
    }
}

pub fn place(uid: u32) -> Place {
    Place { folder: "INBOX".into(), uid_validity: 7, uid }
}

/// Hands a letter in; a minute passes first.
pub fn arrives(desk: &TestDesk, letter: Letter) -> MailTaken {
    taken(desk, &mail(letter))
}

/// Hands a mail in; a minute passes first.
pub fn taken(desk: &TestDesk, mail: &InMail) -> MailTaken {
    desk.later(1);
    desk.desk.receive_mail(mail).expect("taken in")
}

impl TestDesk {
    /// What stands behind the `+` of the reply address that is made for a customer (by address) or agent (by handle).
    pub fn token(&self, conversation: ConversationId, whom: &str) -> String {
        let file = rusqlite::Connection::open(self.file()).expect("the file");
        let number = |sql: &str| file.query_row(sql, [whom], |row| row.get::<_, i64>(0)).ok();
        let bearer = number("SELECT id FROM customer WHERE address = ?1").map(|id| Bearer::Customer(CustomerId(id)));
        let bearer = bearer
            .or_else(|| number("SELECT id FROM agent WHERE handle = ?1").map(|id| Bearer::Agent(AgentId(id))))
            .expect("somebody of that name");
        token::write(&self.key(), conversation, bearer)
    }

    /// The key of this desk's tokens, made by a mail with a tag where there is none yet.
    pub fn key(&self) -> [u8; 32] {
        let file = rusqlite::Connection::open(self.file()).expect("the file");
        let key = || file.query_row("SELECT bytes FROM secret", [], |row| row.get::<_, Vec<u8>>(0)).ok();
        if key().is_none() {
            file.execute("INSERT INTO secret (name, bytes) VALUES ('reply-token', ?1)", [[42_u8; 32]]).expect("a key");
        }
        key().expect("a key").try_into().expect("32 bytes")
    }

    /// The support address with a tag behind it.
    pub fn tagged(tag: &str) -> Correspondent {
        person("", &format!("support+{tag}@acme.example"))
    }

    /// An agent gives an address as its own.
    pub fn gives_address(&self, handle: &str, address: &str) {
        let file = rusqlite::Connection::open(self.file()).expect("the file");
        let sql = "INSERT INTO agent_address (agent_id, address) SELECT id, ?2 FROM agent WHERE handle = ?1";
        assert_eq!(file.execute(sql, [handle, address]).expect("an address"), 1);
    }

    /// Whatever is due leaves by mail, in order.
    pub fn leaves(&self) -> Vec<OutMail> {
        self.later(1);
        let mut all = Vec::new();
        while let Some(mail) = self.desk.lease_mail("worker", &mailboxes()).expect("a lease") {
            assert!(self.desk.mail_sent("worker", &mail).expect("sent"));
            all.push(mail);
        }
        all
    }

    /// A mailbox for sending is connected, and nothing is due.
    pub fn has_a_sender(&self) {
        assert_eq!(self.desk.lease_mail("worker", &mailboxes()).expect("a lease"), None);
    }

    /// A reply of an agent leaves by mail; gives its header id.
    pub fn left(&self, conversation: ConversationId) -> String {
        let left = self.leaves();
        let token = left.last().and_then(|mail| mail.reply_token.clone()).expect("something left");
        assert_eq!(token::read(&self.key(), &token).expect("ours").0, conversation);
        left.last().expect("something left").message_id.clone()
    }
}

/// The support mailbox, for what leaves.
pub fn mailboxes() -> Vec<MailboxInfo> {
    let group = Some("Support".to_owned());
    vec![MailboxInfo { name: "support".into(), address: SUPPORT.into(), group, usable: true }]
}
