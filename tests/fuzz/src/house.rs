//! The desk that mails come to: the same people, conversations and reply addresses before every input.

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use deskline::{
    desk::{
        Desk, NewAgent, NewDesk,
        page::Viewer,
        token::{self, Bearer},
    },
    domain::{
        command::{Command, Start, StartWith, Writing},
        conversation::Privacy,
        id::{AgentId, ConversationId, CustomerId},
        mail::InMail,
        outgoing::MailboxInfo,
        people::{Party, Role, Routing},
        setting::SettingKey,
    },
    mail::Reader,
};
use rusqlite::{Connection, backup::Backup};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// The desk's own addresses.
pub const OWN: [&str; 2] = ["support@acme.example", "billing@acme.example"];

/// The key of every token, so that seeds stay what they are.
const KEY: [u8; 32] = [42; 32];

/// Customers of the desk, in the order of their numbers; the last one is blocked.
const CUSTOMERS: [&str; 5] =
    ["mara@example.com", "jo@example.org", "vic@example.net", "lou@example.com", "spam@example.net"];

/// Agents who gave an address.
const AGENTS: [(&str, &str); 3] =
    [("ana", "ana@acme-team.example"), ("ben", "ben@acme-team.example"), ("olga", "olga@acme-team.example")];

pub struct House {
    pub desk: Desk,
    pub reader: Reader,
    /// The desk's file, read beside the desk.
    pub file: Connection,
    /// The desk as it is before every input, and what writes it over the desk's file.
    before: Connection,
    writer: Connection,
    /// The number of the schema.
    schema: i64,
    minutes: Arc<AtomicI64>,
    minute: i64,
    /// Every reply token there is, with what it was made for.
    pub tokens: Vec<(String, ConversationId, Bearer)>,
    /// Message-IDs out of the conversations.
    ids: Vec<String>,
    _folder: tempfile::TempDir,
}

impl House {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the desk");
        let path: PathBuf = folder.path().join("desk.db");
        let minutes = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&minutes);
        let new = NewDesk { team: "Acme Support".into(), owner: "olga".into(), owner_name: Some("Olga Berg".into()) };
        let desk = Desk::create(&path, &new, Arc::new(move || time(clock.load(Ordering::Relaxed)))).expect("a desk");
        let file = Connection::open(&path).expect("the file");
        let before = Connection::open_in_memory().expect("memory");
        let mut this = Self {
            desk,
            reader: Reader::new(),
            file,
            before,
            writer: Connection::open(&path).expect("the file"),
            schema: 0,
            minutes,
            minute: 0,
            tokens: Vec::new(),
            ids: Vec::new(),
            _folder: folder,
        };
        this.staff();
        this.conversations();
        this.minute = this.minutes.load(Ordering::Relaxed);
        copy(&this.file, &mut this.before);
        this.schema = this.number("PRAGMA schema_version");
        this
    }

    /// The desk as it was before the first mail.
    pub fn again(&mut self) {
        copy(&self.before, &mut self.writer);
        // A copy counts as another schema, and every statement would be prepared anew; but it is the same.
        self.writer.pragma_update(None, "schema_version", self.schema).expect("the same schema");
        self.minutes.store(self.minute, Ordering::Relaxed);
    }

    pub fn later(&self) {
        self.minutes.fetch_add(1, Ordering::Relaxed);
    }

    pub fn ago(&self, minutes: u16) -> DateTime<Utc> {
        time(self.minutes.load(Ordering::Relaxed) - i64::from(minutes))
    }

    pub fn viewer(&self, handle: &str) -> Viewer {
        self.desk.admit(Some(handle)).expect("an active agent")
    }

    /// The input with its marks filled in: `{T4}` is a token, `{I2}` a Message-ID, `{A1}` an address (digits in hexadecimal).
    pub fn filled(&self, bytes: &[u8]) -> Vec<u8> {
        let mut all = Vec::with_capacity(bytes.len() * 2);
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| *byte == b'{') {
            all.extend_from_slice(&rest[..at]);
            rest = &rest[at..];
            let (filled, read) = match rest.get(..4).and_then(|mark| self.mark(mark)) {
                Some(word) => (word, 4),
                None => ("{", 1),
            };
            all.extend_from_slice(filled.as_bytes());
            rest = &rest[read..];
        }
        all.extend_from_slice(rest);
        all
    }

    fn mark(&self, mark: &[u8]) -> Option<&str> {
        let [b'{', kind, digit, b'}'] = mark else { return None };
        let number = char::from(*digit).to_digit(16)? as usize;
        match kind {
            b'T' => Some(self.tokens[number % self.tokens.len()].0.as_str()),
            b'I' => Some(self.ids[number % self.ids.len()].as_str()),
            b'A' => {
                let agents = AGENTS.map(|(_, address)| address);
                let people = CUSTOMERS.iter().chain(&agents).chain(&OWN).chain(&["eve@evil.example"]);
                people.cycle().nth(number).copied()
            }
            _ => None,
        }
    }

    /// A mail as the mailbox hands it in.
    pub fn mail(&self, raw: Vec<u8>) -> InMail {
        InMail {
            mailbox: "support".into(),
            addresses: OWN.map(str::to_owned).into(),
            group: Some("Support".into()),
            place: None,
            envelope_from: None,
            envelope_to: Vec::new(),
            sent: false,
            history: None,
            letter: self.reader.letter(&raw),
            claims: None,
            raw,
        }
    }

    fn staff(&self) {
        let olga = self.viewer("olga");
        self.desk.add_group(&olga, "Support", Routing::Democracy).expect("a group");
        for handle in ["ana", "ben"] {
            let groups = vec!["Support".to_owned()];
            let new = NewAgent { handle: handle.into(), name: handle.to_uppercase(), role: Role::Agent, groups };
            self.desk.add_agent(&olga, &new).expect("an agent");
        }
        for (handle, address) in AGENTS {
            let sql = "INSERT INTO agent_address (agent_id, address) SELECT id, ?2 FROM agent WHERE handle = ?1";
            assert_eq!(self.file.execute(sql, [handle, address]).expect("an address"), 1);
        }
        let settings = [(SettingKey::PrivateConversations, "on"), (SettingKey::AgentsByMail, "on")];
        let settings = settings.into_iter().chain([(SettingKey::UndoSeconds, "0")]);
        let settings: Vec<_> = settings.map(|(key, value)| (key, value.to_owned())).collect();
        self.desk.save_settings(&olga, &settings).expect("settings");
        self.file.execute("INSERT INTO secret (name, bytes) VALUES ('reply-token', ?1)", [KEY]).expect("a key");
    }

    fn conversations(&mut self) {
        // Of mara: public, answered.
        let one = self.begun("mara@example.com", "Card declined");
        self.answered(one);
        // Of jo: closed.
        let closed = self.begun("jo@example.org", "Invoice for March");
        self.answered(closed);
        self.does("ana", closed, Command::Close);
        // Of vic: private, ana's alone.
        let private = self.begun("vic@example.net", "Data request");
        self.does("olga", private, Command::SetPrivacy { privacy: Privacy::Private, confirmed: true });
        self.does("olga", private, Command::Assign("ana".into()));
        self.answered(private);
        // Of lou: locked.
        let locked = self.begun("lou@example.com", "Enough of it");
        self.answered(locked);
        self.does("ana", locked, Command::Close);
        self.does("ana", locked, Command::Lock);
        // Of vic: private and locked.
        let both = self.begun("vic@example.net", "Another request");
        self.does("olga", both, Command::SetPrivacy { privacy: Privacy::Private, confirmed: true });
        self.does("olga", both, Command::Assign("ana".into()));
        self.answered(both);
        self.does("ana", both, Command::Close);
        self.does("ana", both, Command::Lock);
        // Of mara, with jo.
        let shared = self.begun("mara@example.com", "Delivery to the office");
        let party = Party::Customer("jo@example.org".into());
        self.does("ana", shared, Command::Add { party, confirmed: true });
        self.answered(shared);
        // Of mara, merged into the first.
        let merged = self.begun("mara@example.com", "Card declined again");
        self.later();
        self.desk.merge(&self.viewer("ana"), merged, one, true).expect("merged");
        // Somebody who is blocked.
        let spam = self.begun("spam@example.net", "Buy");
        let change = deskline::desk::CustomerChange { blocked: Some(true), ..Default::default() };
        self.desk.set_customer(&self.viewer("olga"), "spam@example.net", &change).expect("blocked");
        // Between agents.
        self.later();
        let start = Start {
            with: StartWith::Agents(vec!["ben".into()]),
            subject: String::new(),
            group: None,
            text: "Between us".into(),
            client_id: None,
            confirmed: false,
            files: Vec::new(),
        };
        let internal = self.desk.start(&self.viewer("ana"), &start).expect("started").conversation;

        let customer = |address: &str| {
            let number = CUSTOMERS.iter().position(|it| *it == address).expect("a customer") + 1;
            Bearer::Customer(CustomerId(i64::try_from(number).expect("few")))
        };
        let agent = |id: i64| Bearer::Agent(AgentId(id));
        let (olga, ana, ben) = (agent(1), agent(2), agent(3));
        let made = [
            (one, customer("mara@example.com")),
            (closed, customer("jo@example.org")),
            (private, customer("vic@example.net")),
            (locked, customer("lou@example.com")),
            (both, customer("vic@example.net")),
            (shared, customer("jo@example.org")),
            (merged, customer("mara@example.com")),
            (one, ana),
            (private, ana),
            (private, ben),
            (internal, ana),
            (internal, ben),
            (locked, ana),
            // Well signed, and for nobody who could use them.
            (one, customer("jo@example.org")),
            (internal, customer("mara@example.com")),
            (closed, olga),
        ];
        self.tokens = made.map(|(id, bearer)| (token::write(&KEY, id, bearer), id, bearer)).into();
        assert_eq!(self.number("SELECT id FROM customer WHERE address = 'lou@example.com'"), 4);
        assert_eq!(self.number("SELECT id FROM agent WHERE handle = 'ben'"), 3);
        assert_eq!(self.number("SELECT max(id) FROM conversation"), internal.0);
        assert_ne!(spam, internal);
    }

    pub fn is_internal(&self, conversation: ConversationId) -> bool {
        let sql = format!("SELECT audience = 'internal' FROM conversation WHERE id = {conversation}");
        self.number(&sql) == 1
    }

    fn number(&self, sql: &str) -> i64 {
        self.file.query_row(sql, [], |row| row.get(0)).expect("a number")
    }

    /// A customer writes by mail.
    fn begun(&mut self, from: &str, subject: &str) -> ConversationId {
        self.later();
        let id = format!("first-{}@mail.example", self.ids.len());
        let raw = format!("From: {from}\nTo: {}\nSubject: {subject}\nMessage-ID: <{id}>\n\n{subject}.\n", OWN[0]);
        self.ids.push(id);
        let taken = self.desk.receive_mail(&self.mail(raw.into_bytes())).expect("taken in");
        taken.conversation.expect("a conversation")
    }

    /// An agent answers, and it leaves.
    fn answered(&mut self, conversation: ConversationId) {
        let note = Writing { text: "Nobody outside reads this".into(), ..Writing::default() };
        self.does("ana", conversation, Command::Note(note));
        let reply = Writing { text: "We look into it".into(), ..Writing::default() };
        self.does("ana", conversation, Command::Reply(reply));
        self.later();
        let group = Some("Support".to_owned());
        let mailbox = MailboxInfo { name: "support".into(), address: OWN[0].into(), group, usable: true };
        while let Some(mail) = self.desk.lease_mail("worker", std::slice::from_ref(&mailbox)).expect("a lease") {
            assert!(self.desk.mail_sent("worker", &mail).expect("sent"));
            self.ids.push(mail.message_id);
        }
    }

    fn does(&self, handle: &str, conversation: ConversationId, command: Command) {
        self.later();
        self.desk.run(&self.viewer(handle), conversation, command).expect("done");
    }
}

fn time(minutes: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 5, 3, 9, 0, 0).single().expect("a real time") + Duration::minutes(minutes)
}

/// Every page of a database into another one, in one transaction.
fn copy(from: &Connection, to: &mut Connection) {
    let backup = Backup::new(from, to).expect("a copy");
    assert_eq!(backup.step(-1).expect("a copy"), rusqlite::backup::StepResult::Done);
}
