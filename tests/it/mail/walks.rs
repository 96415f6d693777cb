//! Everything that mails, agents and administrators do, in any order: whatever comes of it, each word is where its writer may
//! write, once, and read by nobody who may not read it there.

use super::letters::{arrives, letter, mailboxes};
use crate::desks::{TestDesk, add_customer, assign, make, note, remove, reply, with_agents};
use chrono::Duration;
use deskline::{
    demo::random::Random,
    desk::{
        AgentChange,
        mail::{OutMail, Words},
        page::Opened,
    },
    domain::{
        command::Command,
        conversation::{Audience, Privacy},
        id::{ConversationId, EntrySeq},
        letter::Letter,
        mail::{InMail, MailTaken, Verdict},
        outgoing::MailPreference,
        people::Party,
        setting::SettingKey,
    },
};
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::{BTreeMap, BTreeSet};

const AGENTS: [&str; 5] = ["olga", "ana", "ben", "cleo", "dev"];
const CUSTOMERS: [&str; 3] = ["mara@example.com", "kim@example.com", "jo@example.com"];

struct Walk {
    desk: TestDesk,
    file: Connection,
    random: Random,
    words: u64,
    /// What only agents may read.
    secret: BTreeSet<String>,
    /// What was written, by whom: an agent's handle or a customer's address.
    writers: BTreeMap<String, String>,
    /// What is said internally about a conversation.
    hidden: Vec<(ConversationId, String)>,
    conversations: Vec<ConversationId>,
    internal: Vec<ConversationId>,
    /// What left: to whom, its words, how often.
    left: BTreeMap<(String, String), u32>,
    notices: Vec<OutMail>,
    ids: Vec<String>,
    /// How often something succeeded, by its kind.
    done: BTreeMap<&'static str, u32>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let desk = TestDesk::with_privacy();
        desk.set(SettingKey::AgentsByMail, "on");
        for handle in AGENTS {
            desk.gives_address(handle, &format!("{handle}@team.example"));
            desk.change(handle, &AgentChange { mail: Some(MailPreference::Missed), ..AgentChange::default() });
        }
        desk.key();
        let file = Connection::open(desk.file()).unwrap();
        Self {
            desk,
            file,
            random: Random::of(seed, 21, 0),
            words: 0,
            secret: BTreeSet::new(),
            writers: BTreeMap::new(),
            hidden: Vec::new(),
            conversations: Vec::new(),
            internal: Vec::new(),
            left: BTreeMap::new(),
            notices: Vec::new(),
            ids: Vec::new(),
            done: BTreeMap::new(),
        }
    }

    fn word(&mut self) -> String {
        self.words += 1;
        format!("zq{}x", self.words)
    }

    fn one(&mut self) -> ConversationId {
        let all = self.conversations.clone();
        self.random.pick(&all)
    }

    fn succeeded(&mut self, what: &'static str, ok: bool) -> bool {
        *self.done.entry(what).or_default() += u32::from(ok);
        ok
    }

    /// In which conversation a word stands, if in any, and how often.
    fn place(&self, word: &str) -> (Option<(ConversationId, i64)>, i64) {
        let like = format!("%{word}%");
        let sql = "SELECT conversation_id, seq FROM message WHERE text LIKE ?1 AND kind <> 'system'";
        let place = self.file.query_row(sql, [&like], |row| Ok((ConversationId(row.get(0)?), row.get(1)?)));
        let sql = "SELECT count(*) FROM message WHERE text LIKE ?1 AND kind <> 'system'";
        (place.optional().unwrap(), self.file.query_row(sql, [&like], |row| row.get(0)).unwrap())
    }

    /// Behind which entry a customer reads a conversation, if at all.
    fn reads_after(&self, address: &str, id: ConversationId) -> Option<i64> {
        let sql = "SELECT p.since FROM participant p JOIN customer c ON c.id = p.customer_id \
                   WHERE c.address = ?1 AND p.conversation_id = ?2";
        self.file.query_row(sql, rusqlite::params![address, id.0], |row| row.get(0)).optional().unwrap()
    }

    fn opens(&self, handle: &str, id: ConversationId) -> bool {
        matches!(self.desk.open(handle, id), Opened::Thread(_))
    }

    /// A mail came: a message of its writer's in a conversation that is the writer's, once; or nowhere.
    fn came(&mut self, from: &str, word: &str, taken: MailTaken) {
        let (place, times) = self.place(word);
        if taken.verdict != Verdict::Message {
            assert_eq!((place, times), (None, 0), "{from} {word} {taken:?}");
            self.succeeded("waits", true);
            return;
        }
        let (id, _) = place.expect("it is somewhere");
        assert_eq!((times, taken.conversation), (1, Some(id)), "{from} {word}");
        match from.strip_suffix("@team.example") {
            Some(handle) if !self.is_a_customers(word) => {
                assert!(self.opens(handle, id), "{handle} wrote {word} into #{id}");
                self.writers.insert(word.into(), handle.into());
            }
            Some(_) | None => {
                assert!(self.reads_after(from, id).is_some(), "{from} wrote {word} into #{id}");
                self.writers.insert(word.into(), from.into());
            }
        }
        if !self.internal.contains(&id) && !self.conversations.contains(&id) {
            self.conversations.push(id);
        }
        self.succeeded("comes", true);
    }

    fn is_a_customers(&self, word: &str) -> bool {
        let sql = "SELECT count(*) FROM message WHERE text LIKE ?1 AND customer_id IS NOT NULL";
        self.file.query_row(sql, [format!("%{word}%")], |row| row.get::<_, i64>(0)).unwrap() > 0
    }

    fn step(&mut self) {
        let word = self.word();
        let (who, customer) = (self.random.pick(&AGENTS), self.random.pick(&CUSTOMERS));
        if self.conversations.len() < 3 {
            let taken = arrives(&self.desk, letter(customer, "Card", &word));
            return self.came(customer, &word, taken);
        }
        let (id, other) = (self.one(), self.one());
        match self.random.below(26) {
            0 => {
                let taken = arrives(&self.desk, letter(customer, "Card", &word));
                self.came(customer, &word, taken);
            }
            1..=4 => self.mail(customer, who, id, &word),
            5..=7 => {
                let ok = self.desk.run(who, id, reply(&word)).is_ok();
                if self.succeeded("reply", ok) {
                    self.writers.insert(word, who.into());
                }
            }
            8 => {
                let ok = self.desk.run(who, id, note(&word)).is_ok();
                self.succeeded("note", ok);
                self.secret.insert(word);
            }
            9 => {
                let id = self.desk.start(who, with_agents(&["adam"]), &word).conversation;
                self.internal.push(id);
                self.secret.insert(word);
            }
            10 | 11 => {
                let ok = self.desk.desk.merge(&self.desk.agent(who), id, other, true).is_ok();
                self.succeeded("merge", ok);
            }
            12 => {
                for id in self.conversations.clone() {
                    let ok = self.desk.desk.undo_merge(&self.desk.agent(who), id).is_ok();
                    self.succeeded("part", ok);
                }
            }
            13 | 14 => {
                let steps = [Command::Close, Command::Lock, Command::Unlock, Command::Reopen];
                let ok = self.desk.run(who, id, steps[self.random.index(4)].clone()).is_ok();
                self.succeeded("state", ok);
            }
            15 => {
                let privacy = if self.random.percent(60) { Privacy::Private } else { Privacy::Public };
                let ok = self.desk.run("olga", id, make(privacy, true)).is_ok();
                self.succeeded("privacy", ok);
            }
            16 => {
                let ok = self.desk.run("olga", id, assign(who)).is_ok();
                self.succeeded("assign", ok);
            }
            17 => {
                let ok = self.desk.run(who, id, add_customer(customer, true)).is_ok();
                self.succeeded("add", ok);
            }
            18 => {
                let ok = self.desk.run(who, id, remove(Party::Customer(customer.into()))).is_ok();
                self.succeeded("remove", ok);
            }
            19 => {
                let sql = "SELECT m.conversation_id, m.seq, m.text FROM outbox o JOIN message m ON m.id = o.message_id \
                           WHERE o.state = 'queued' AND o.kind = 'reply' AND m.agent_id IS NOT NULL ORDER BY o.id DESC LIMIT 1";
                let waits = self.file.query_row(sql, [], |row| {
                    Ok((ConversationId(row.get(0)?), EntrySeq(row.get(1)?), row.get::<_, String>(2)?))
                });
                let Some((id, seq, text)) = waits.optional().unwrap() else { return };
                let ok = self.desk.desk.cancel_mail(&self.desk.agent(who), id, seq).is_ok();
                if self.succeeded("take back", ok) {
                    self.secret.insert(text);
                }
            }
            22 if !self.hidden.iter().any(|(about, _)| *about == id) => {
                let item = self.desk.ticket();
                if self.desk.run("olga", id, Command::Link { item, confirmed: true }).is_ok() {
                    let told =
                        format!("The board wants to drop this customer by the end of {}.", word.replace("zq", "week "));
                    let about = self.desk.start_on("olga", item, Audience::Internal, &told);
                    self.desk.does("olga", about, make(Privacy::Private, true));
                    self.internal.push(about);
                    self.hidden.push((id, told));
                }
            }
            23 | 24 if !self.hidden.is_empty() => {
                let (id, told) = self.hidden[self.random.index(self.hidden.len())].clone();
                let held = "SELECT count(*) FROM outbox WHERE state = 'held'";
                let before = self.desk.count(held);
                let who = self.random.pick(&["ana", "ben", "cleo"]);
                let ok = self.desk.run(who, id, reply(&format!("{word}, sorry: {told}"))).is_ok();
                if self.succeeded("repeats", ok) {
                    assert!(self.desk.count(held) > before, "{word} is held");
                    self.secret.insert(word);
                }
            }
            25 => {
                let olga = self.desk.agent("olga");
                let held = self.desk.desk.held_replies(&olga).unwrap();
                let Some(first) = held.first() else { return };
                if self.random.percent(30) {
                    self.desk.desk.release_reply(&olga, first.conversation, first.seq).unwrap();
                    self.secret.retain(|word| !first.text.split([' ', ',']).any(|part| part == word));
                    // What was said once is no secret in that conversation any more.
                    self.hidden.retain(|(_, told)| !first.text.contains(told));
                    self.succeeded("release", true);
                } else {
                    self.desk.desk.discard_reply(&olga, first.conversation, first.seq).unwrap();
                    let again = self.desk.desk.retry_mail(&self.desk.agent(who), first.conversation, first.seq);
                    self.succeeded("discard", true);
                    if again.is_ok() && who == "olga" {
                        self.secret.retain(|word| !first.text.split([' ', ',']).any(|part| part == word));
                        self.hidden.retain(|(_, told)| !first.text.contains(told));
                    }
                }
            }
            20 => {
                let ok = self.desk.run(who, id, Command::MarkRead(None)).is_ok();
                self.succeeded("read", ok);
            }
            _ => self.desk.later(i64::try_from(self.random.below(90)).unwrap()),
        }
    }

    /// A mail with a reply address, a header id or a notice that may be anybody's.
    fn mail(&mut self, customer: &str, who: &str, id: ConversationId, word: &str) {
        let (team, whose) = (format!("{who}@team.example"), self.random.pick(&CUSTOMERS));
        let known =
            |whom: &str| self.file.query_row("SELECT 1 FROM customer WHERE address = ?1", [whom], |_| Ok(())).is_ok();
        let (mut from, mut mail) = (customer.to_owned(), letter(customer, "Re: Card", word));
        match self.random.below(6) {
            0 | 1 if known(whose) => mail.to = vec![TestDesk::tagged(&self.desk.token(id, whose))],
            2 if !self.ids.is_empty() => {
                let ids = self.ids.clone();
                mail.in_reply_to = vec![ids[self.random.index(ids.len())].clone()];
            }
            3 => {
                let bearer = self.random.pick(&AGENTS);
                from = team;
                let one = if self.internal.is_empty() || self.random.percent(60) { id } else { self.internal[0] };
                mail = Letter {
                    to: vec![TestDesk::tagged(&self.desk.token(one, bearer))],
                    ..letter(&from, "Re: Card", word)
                };
            }
            4 if !self.notices.is_empty() => {
                let notice = &self.notices[self.random.index(self.notices.len())];
                from = if self.random.percent(50) { team } else { customer.to_owned() };
                let answers = vec![notice.message_id.clone()];
                mail = Letter { in_reply_to: answers, ..letter(&from, "Re: notice", word) };
            }
            _ => {
                let history =
                    Some(self.desk.desk.now() - Duration::minutes(i64::try_from(self.random.below(300)).unwrap()));
                mail.in_reply_to = self.ids.last().cloned().into_iter().collect();
                let taken = self.desk.desk.receive_mail(&InMail { history, ..super::letters::mail(mail) }).unwrap();
                return self.came(customer, word, taken);
            }
        }
        let taken = arrives(&self.desk, mail);
        self.came(&from, word, taken);
    }

    /// What is due leaves, and each word in it may be read by its recipient where it stands.
    fn leaves(&mut self) {
        while let Some(mail) = self.desk.desk.lease_mail("worker", &mailboxes()).unwrap() {
            assert!(self.desk.desk.mail_begins("worker", &mail).unwrap());
            assert!(self.desk.desk.mail_sent("worker", &mail).unwrap());
            let (to, said) = (mail.to.address.clone(), format!("{mail:?}").replace("\\n", "\n"));
            let words: BTreeSet<String> = said
                .split(|letter: char| !letter.is_ascii_alphanumeric())
                .filter(|word| word.len() > 3 && word.starts_with("zq") && word.ends_with('x'))
                .map(str::to_owned)
                .collect();
            match &mail.words {
                Words::Customer { text, .. } => {
                    self.succeeded("to customers", true);
                    assert!(!self.hidden.iter().any(|(_, told)| said.contains(told)), "{said}");
                    for word in &words {
                        assert!(!self.secret.contains(word), "{word} left for {to}");
                        let (id, seq) = self.place(word).0.expect("it stands somewhere");
                        let since = self.reads_after(&to, id);
                        assert!(since.is_some_and(|since| seq > since), "{word} of #{id} left for {to}: {since:?}");
                    }
                    if self.writers.contains_key(text.as_str()) {
                        let times = self.left.entry((to, text.as_str().to_owned())).or_default();
                        *times += 1;
                        assert_eq!(*times, 1, "{said}");
                    }
                    self.ids.push(mail.message_id.clone());
                }
                Words::Team(_) => {
                    if let Some(handle) = to.strip_suffix("@team.example") {
                        for word in &words {
                            let (id, _) = self.place(word).0.expect("it stands somewhere");
                            assert!(self.opens(handle, id), "{word} of #{id} left for {handle}");
                        }
                        if !words.is_empty() {
                            self.succeeded("to agents", true);
                            self.notices.push(mail);
                        }
                    }
                }
            }
        }
    }

    /// Nobody finds what they cannot open, and an agent's words are an agent's.
    fn holds(&mut self) {
        let numbers = [self.random.below(self.words) + 1, self.words];
        for word in numbers.map(|number| format!("zq{number}x")) {
            let (place, times) = self.place(&word);
            assert!(times <= 1, "{word} stands {times} times");
            for handle in AGENTS {
                let found = !self.desk.found(handle, &word, 5).0.is_empty();
                let may = place
                    .is_some_and(|(id, _)| self.opens(handle, id) || self.internal.contains(&id) && handle == "olga");
                assert!(!found || may, "{handle} finds {word} of {place:?}");
            }
            let Some((id, seq)) = place.filter(|_| !self.secret.contains(&word)) else { continue };
            for customer in CUSTOMERS {
                let view = self.desk.desk.customer_view(&self.desk.agent("olga"), customer, Some(id));
                let reads =
                    view.is_ok_and(|view| view.conversations[0].messages.iter().any(|it| it.text.contains(&word)));
                let may = self.reads_after(customer, id).is_some_and(|since| seq > since);
                assert!(!reads || may, "{customer} reads {word} of #{id}");
            }
        }
    }
}

#[test]
fn every_word_is_once_where_its_writer_may_write_and_nobody_else_reads_it() {
    let mut all: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..12 {
        let mut walk = Walk::new(seed);
        for _ in 0..160 {
            walk.step();
            if walk.random.percent(50) {
                walk.leaves();
            }
            walk.holds();
        }
        for (what, times) in &walk.done {
            *all.entry(what).or_default() += times;
        }
    }
    assert!(all.len() == 18 && all.values().all(|times| *times > 5), "{all:?}");
}
