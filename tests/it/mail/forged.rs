//! Forged mail: whatever somebody writes into From, References and reply addresses, it joins no thread of another's and
//! never speaks as an agent. Real bytes, read as any mail.

use super::letters::{SUPPORT, mailboxes};
use crate::desks::{TestDesk, assign, make, note, reply, with_agents};
use deskline::{
    demo::random::Random,
    domain::{
        conversation::Privacy,
        id::ConversationId,
        mail::{HeldWhy, InMail, MailTaken, Verdict},
        setting::SettingKey,
    },
    mail::Reader,
};

const VARIANTS: u64 = 2_000;

/// How many desks share them: numbers are exact to 999 conversations.
const DESKS: u64 = 4;

/// What an attacker may have got hold of: threads of others, and all that stands in their mails.
struct Target {
    desk: TestDesk,
    reader: Reader,
    /// Conversations that must not change, with who may write there by mail.
    threads: Vec<(ConversationId, &'static str)>,
    /// Message-IDs out of those.
    ids: Vec<String>,
    /// Reply addresses out of those, and for whom they were made.
    tokens: Vec<(String, &'static str)>,
    count: u64,
}

impl Target {
    fn new() -> Self {
        let desk = TestDesk::with_privacy();
        desk.set(SettingKey::AgentsByMail, "on");
        desk.set(SettingKey::UndoSeconds, "0");
        for handle in ["ana", "ben", "olga"] {
            desk.gives_address(handle, &format!("{handle}@acme-team.example"));
        }
        let mut this = Self { desk, reader: Reader::new(), threads: vec![], ids: vec![], tokens: vec![], count: 0 };
        for (who, private) in [("mara@example.com", false), ("jo@example.org", false), ("vic@example.net", true)] {
            let id = format!("first-{}", who.replace('@', "."));
            let raw = format!("From: {who}\nTo: {SUPPORT}\nSubject: Card declined\nMessage-ID: <{id}>\n\nMy card.\n");
            let one = this.comes(&raw, vec![]).conversation.unwrap();
            if private {
                this.desk.does("olga", one, make(Privacy::Private, true));
                this.desk.does("olga", one, assign("ana"));
            }
            this.desk.does("ana", one, note("Nobody outside reads this"));
            this.desk.does("ana", one, reply("We look into it"));
            this.desk.later(1);
            let sent = this.desk.desk.lease_mail("worker", &mailboxes()).unwrap().unwrap();
            assert!(this.desk.desk.mail_sent("worker", &sent).unwrap());
            this.ids.extend([id, sent.message_id.clone()]);
            this.tokens.push((sent.reply_token.unwrap(), who));
            this.tokens.push((this.desk.token(one, "ana"), "ana@acme-team.example"));
            this.threads.push((one, who));
        }
        let internal = this.desk.start("ana", with_agents(&["ben"]), "Between us").conversation;
        for handle in ["ana", "ben"] {
            let address = if handle == "ana" { "ana@acme-team.example" } else { "ben@acme-team.example" };
            this.tokens.push((this.desk.token(internal, handle), address));
        }
        this.threads.push((internal, "nobody"));
        this
    }

    fn comes(&mut self, raw: &str, envelope_to: Vec<String>) -> MailTaken {
        self.desk.later(4);
        self.count += 1;
        let raw = format!("X-Number: {}\n{raw}", self.count).replace('\n', "\r\n").into_bytes();
        let mail = InMail {
            mailbox: "support".into(),
            addresses: vec![SUPPORT.into()],
            group: Some("Support".into()),
            place: None,
            envelope_from: None,
            envelope_to,
            sent: false,
            history: None,
            letter: self.reader.letter(&raw),
            claims: None,
            raw,
        };
        self.desk.desk.receive_mail(&mail).expect("taken in")
    }

    /// Somebody who is none of those whose threads these are, as near to one of them as the header lets.
    fn from(&self, random: &mut Random) -> String {
        let victim = random.pick(&[
            "mara@example.com",
            "jo@example.org",
            "vic@example.net",
            "ana@acme-team.example",
            "ben@acme-team.example",
            "olga@acme-team.example",
        ]);
        let (local, host) = victim.split_once('@').unwrap();
        match random.below(16) {
            0 => "eve@evil.example".into(),
            1 => format!("\"{victim}\" <eve@evil.example>"),
            2 => format!("{victim} <eve@evil.example>"),
            3 => format!("eve@evil.example, {victim}"),
            4 => format!("{local}@{host}.evil.example"),
            5 => format!("{local}@evil.example"),
            6 => format!("{local}+{host}@evil.example"),
            7 => format!("{local}.{host}@{host}"),
            8 => format!("=?utf-8?q?{}?= <eve@evil.example>", victim.replace('@', "=40")),
            9 => format!("<eve@evil.example> ({victim})"),
            10 => format!("x{victim}"),
            11 => victim.replacen('a', "а", 1),
            12 => format!("eve@evil.example\nSender: {victim}\nReply-To: {victim}"),
            13 => format!("eve@evil.example\nFrom: {victim}"),
            14 => format!("Group: {victim}, eve@evil.example;"),
            _ => format!("\"{local}\u{202e}\" <eve\u{200b}@evil.example>"),
        }
    }

    fn references(&self, random: &mut Random) -> String {
        let mut ids: Vec<String> = Vec::new();
        for _ in 0..random.below(4) {
            let at = random.below(self.ids.len() as u64) as usize;
            ids.push(format!("<{}>", self.ids[at]));
        }
        if random.percent(20) {
            ids.push("<never@was>".into());
        }
        let joined = ids.join(if random.percent(80) { " " } else { "\n " });
        match random.below(4) {
            0 => format!("In-Reply-To: {joined}\n"),
            1 => format!("References: {joined}\n"),
            2 => format!("In-Reply-To: {joined}\nReferences: {joined}\n"),
            _ => String::new(),
        }
    }

    /// A reply address: one of somebody else's, or one that was tampered with.
    fn tag(&self, random: &mut Random) -> Option<String> {
        let (token, _) = self.tokens[random.below(self.tokens.len() as u64) as usize].clone();
        let letters: Vec<char> = "abcdefghijklmnopqrstuvwxyz234567".chars().collect();
        let mut word: Vec<char> = token.chars().collect();
        let place = random.below(word.len() as u64) as usize;
        match random.below(8) {
            0..=2 => {}
            3 => word[place] = letters[(letters.iter().position(|it| *it == word[place]).unwrap() + 1) % 32],
            4 => word.truncate(place),
            5 => word.swap(place, 0),
            6 => {
                let (other, _) = &self.tokens[random.below(self.tokens.len() as u64) as usize];
                word = word[..place].iter().copied().chain(other.chars().skip(place)).collect();
            }
            _ => return None,
        }
        Some(format!("support+{}@acme.example", word.into_iter().collect::<String>()))
    }

    /// Every word of the threads.
    fn threads(&self) -> Vec<Vec<String>> {
        self.threads.iter().map(|(id, _)| self.desk.texts("ana", *id)).collect()
    }

    fn agents_words(&self) -> i64 {
        self.desk.count("SELECT count(*) FROM message WHERE agent_id IS NOT NULL AND kind <> 'system'")
    }
}

#[test]
fn two_thousand_forged_mails_join_no_thread_of_anothers_and_none_speaks_as_an_agent() {
    let (mut messages, mut quarantined) = (0, 0);
    for seed in 0..DESKS {
        let (more, waiting) = forged(seed);
        messages += more;
        quarantined += waiting;
    }
    // The proof reaches what it speaks of: most of them were taken in.
    assert!(messages > 1_200 && quarantined > 50, "{messages} messages, {quarantined} in quarantine");
}

/// As many variants as one desk takes; how many became messages of conversations of their own, and how many wait.
fn forged(seed: u64) -> (u64, u64) {
    let mut target = Target::new();
    let (threads, words) = (target.threads(), target.agents_words());
    let mut random = Random::of(20_260_503, seed, 0);
    let (mut messages, mut quarantined) = (0, 0);
    for number in 0..VARIANTS / DESKS {
        let from = target.from(&mut random);
        let tag = target.tag(&mut random);
        let place = random.below(5);
        let head = match (&tag, place) {
            (Some(tag), 0) => format!("To: {tag}\n"),
            (Some(tag), 1) => format!("To: {SUPPORT}\nCc: Support <{tag}>\n"),
            (Some(tag), 2) => format!("To: {SUPPORT}\nDelivered-To: {tag}\n"),
            (Some(tag), 3) => format!("To: {SUPPORT}\nX-Original-To: {tag}\n"),
            _ => format!("To: {SUPPORT}\n"),
        };
        let envelope = tag.clone().filter(|_| place == 4).into_iter().collect();
        let references = target.references(&mut random);
        let subject = format!("Re: [#{}] Card declined", random.below(5));
        let raw = format!("From: {from}\n{head}{references}Subject: {subject}\n\nForged {number}.\n");
        let taken = target.comes(&raw, envelope);
        let in_thread = target.threads.iter().any(|(id, _)| Some(*id) == taken.conversation);
        assert!(!in_thread, "{number} joined #{:?}:\n{raw}", taken.conversation);
        match taken.verdict {
            Verdict::Message => messages += 1,
            Verdict::Quarantined(HeldWhy::InternalToken | HeldWhy::ForAgents | HeldWhy::NoSender) => quarantined += 1,
            Verdict::Held(HeldWhy::ManyFromSender) => {}
            other => panic!("{number}: {other:?}\n{raw}"),
        }
    }
    assert_eq!(target.threads(), threads);
    assert_eq!(target.agents_words(), words);
    // Those who own the threads still reach them.
    for (token, whose) in target.tokens.clone() {
        let raw = format!(
            "From: {whose}\nTo: support+{}@acme.example\nSubject: Re\n\nThe owner, {token}.\n",
            token.to_uppercase()
        );
        let taken = target.comes(&raw, vec![]);
        assert_eq!(taken.verdict, Verdict::Message, "{whose}");
        assert!(target.threads.iter().any(|(id, _)| Some(*id) == taken.conversation), "{whose}");
    }
    (messages, quarantined)
}

/// From is the very address of somebody else: with a header id of another person's thread it joins nothing, with one of that
/// person's own thread only the mail server can tell, and where it does, it joins nothing either.
#[test]
fn the_exact_address_of_somebody_joins_no_thread_but_their_own_and_not_that_where_the_server_found_it_forged() {
    let mut target = Target::new();
    let threads = target.threads();
    let names = target.threads.clone();
    for (id, of) in target.ids.clone().into_iter().zip([0, 0, 1, 1, 2, 2]) {
        for (number, (_, who)) in names.iter().enumerate().take(3) {
            let forged = if number == of { "Authentication-Results: mx.acme.example; dmarc=fail\n" } else { "" };
            let raw = format!("{forged}From: {who}\nTo: {SUPPORT}\nIn-Reply-To: <{id}>\nSubject: Re\n\nForged.\n");
            let taken = target.comes(&raw, vec![]);
            assert_eq!(taken.verdict, Verdict::Message);
            assert!(!names.iter().any(|(thread, _)| Some(*thread) == taken.conversation), "{who} {id}");
        }
    }
    // Nor does the exact address of an agent with the token of another agent, of a customer, or with none.
    for (token, whose) in target.tokens.clone() {
        for agent in ["ana@acme-team.example", "ben@acme-team.example", "olga@acme-team.example"] {
            if whose != agent {
                let raw = format!("From: {agent}\nTo: support+{token}@acme.example\nSubject: Re\n\nForged.\n");
                let taken = target.comes(&raw, vec![]);
                assert!(!names.iter().any(|(thread, _)| Some(*thread) == taken.conversation), "{agent} {whose}");
            }
        }
    }
    assert_eq!(target.threads(), threads);
}
