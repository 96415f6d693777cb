//! Letters for tests, written by hand, as a mailbox hands them in.

use crate::desks::TestDesk;
use deskline::{
    desk::token::{self, Bearer},
    domain::{
        id::{AgentId, ConversationId, CustomerId},
        letter::{Correspondent, Letter},
        mail::{InMail, MailTaken, Place},
    },
    store::threads,
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
        raw: format!("raw {number}").into_bytes(),
        letter: Ok(letter),
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

    /// A reply of an agent left for a customer by mail, under a header id of its own, which it gives.
    pub fn left(&self, conversation: ConversationId) -> String {
        let file = rusqlite::Connection::open(self.file()).expect("the file");
        let row: (i64, Option<i64>) = file
            .query_row(
                "SELECT id, message_id FROM outbox WHERE conversation_id = ?1 ORDER BY id DESC LIMIT 1",
                [conversation.0],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .expect("something on its way");
        let id = format!("out-{}@acme.example", row.0);
        file.execute("UPDATE outbox SET state = 'sent' WHERE id = ?1", [row.0]).expect("sent");
        threads::note_header_id(&file, &id, conversation, row.1, Some(row.0)).expect("remembered");
        id
    }
}
