//! The target `threading`: up to four mails, one after the other, come to a desk that has conversations.
//!
//! An input is raw mails, divided by lines of `%%`. Above a mail may stand how it is handed in: `%sent` (out of the folder of
//! sent mail), `%envelope ADDRESS` (a recipient by the envelope), `%place 7` (where it lies on the server), `%history 5`
//! (it arrived five minutes ago, before the mailbox was connected), `%release` (an administrator lets it go if it is held). Marks stand for what only the desk knows: see `House::filled`.

use crate::{
    house::{House, OWN},
    oracle::Coming,
    state::State,
};
use deskline::{
    desk::page::{Denied, Opened, ThreadStart, ThreadWants, Wants},
    domain::mail::{InMail, MailTaken, Place},
};
use std::{
    str::FromStr,
    sync::{LazyLock, Mutex},
};

static HOUSE: LazyLock<Mutex<House>> = LazyLock::new(|| Mutex::new(House::new()));

/// The most mails of one input that are taken.
const MOST_MAILS: usize = 4;

/// Takes the mails in: none joins another person's conversation, none speaks as an agent without that agent's token, nobody
/// is added, the same bytes twice are one mail, and it never fails.
pub fn threading(bytes: &[u8]) {
    let mut house = HOUSE.lock().expect("one input at a time");
    house.again();
    let mut before = State::of(&house.file);
    for part in divided(bytes).take(MOST_MAILS) {
        let (handed, raw) = Way::of(part);
        let mut mail = house.mail(house.filled(raw));
        handed.apply(&house, &mut mail);
        house.later();
        before = comes(&house, &before, &mail, handed.release);
    }
    if bytes.len().is_multiple_of(16) {
        assert_eq!(house.desk.check(&mut |_, _| true).expect("a check"), Vec::<String>::new());
    }
}

/// One mail comes; the desk as it is then.
fn comes(house: &House, before: &State, mail: &InMail, release: bool) -> State {
    let taken = house.desk.receive_mail(mail).expect("only a failing disk is an error");
    let mut after = State::of(&house.file);
    let coming = Coming { house, mail, released: false };
    coming.check(before, &after, &taken);
    can_be_shown(house, &taken);

    let again = house.desk.receive_mail(mail).expect("only a failing disk is an error");
    assert_eq!(again, MailTaken { again: true, ..taken }, "the same mail is the same");
    assert_eq!(State::of(&house.file), after, "the same mail twice left something");

    if release && taken.verdict.held().is_some() {
        house.later();
        match house.desk.release_held(&house.viewer("olga"), taken.mail, &|raw| house.reader.letter(raw), true) {
            Ok(released) => {
                let after_that = State::of(&house.file);
                Coming { released: true, ..coming }.check(&after, &after_that, &released);
                can_be_shown(house, &released);
                after = after_that;
            }
            Err(Denied::Failed(words)) => panic!("{words}"),
            Err(_) => assert_eq!(State::of(&house.file), after, "what was refused left something"),
        }
    }
    after
}

/// What became of it can be shown to somebody who may see it.
fn can_be_shown(house: &House, taken: &MailTaken) {
    let olga = house.viewer("olga");
    if taken.verdict.held().is_some() {
        assert!(house.desk.held(&olga).expect("a list").iter().any(|held| held.mail == taken.mail));
        let (_, raw) = house.desk.held_mail(&olga, taken.mail).expect("what is held is shown");
        no_token(house, &String::from_utf8_lossy(&raw));
    }
    let (Some(conversation), Some(seq)) = (taken.conversation, taken.message) else { return };
    // What agents have between them is theirs, owner or not (R6.11).
    let reader = if house.is_internal(conversation) { house.viewer("ana") } else { olga };
    let opened = ThreadWants { conversation, start: ThreadStart::End, entries: 50 };
    let page = house.desk.read(&reader, &Wants { thread: Some(opened), ..Wants::default() }).expect("a page");
    let Some(Opened::Thread(thread)) = page.opened else { panic!("#{conversation} is not shown") };
    let entry = thread.entries.iter().find(|entry| entry.seq == seq).expect("its entry");
    no_token(house, &entry.text);
    let addressed =
        entry.addressed.iter().flat_map(|it| it.from.iter().chain(&it.reply_to).chain(&it.to).chain(&it.cc));
    for person in addressed {
        no_token(house, &format!("{} {}", person.name, person.address));
    }
    let explained = house.desk.why(&reader, conversation, seq).expect("why it is here");
    assert!(explained.iter().all(|line| !line.contains('\n')), "{explained:?}");
    let raw = house.desk.raw_mail(&reader, conversation, seq).expect("its bytes");
    no_token(house, &String::from_utf8_lossy(&raw.unwrap_or_default()));
    let head = house.desk.mail_head(&reader, conversation, seq).expect("its header");
    if let Some(head) = head {
        let people = head.from.iter().chain(&head.sender).chain(&head.reply_to).chain(&head.to).chain(&head.cc);
        for person in people {
            no_token(house, &format!("{} {}", person.name, person.address));
        }
    }
    let suggested = house.desk.suggested_people(&reader, conversation).expect("whom it names");
    for person in suggested {
        no_token(house, &format!("{} {}", person.name, person.address));
    }
    house.desk.likenesses(&reader, conversation).expect("what it looks like");
}

/// What agents are shown has nobody's reply address in it.
fn no_token(house: &House, shown: &str) {
    let shown = shown.to_lowercase();
    for (token, ..) in &house.tokens {
        for own in OWN {
            let address = own.replace('@', &format!("+{token}@"));
            // With more before or behind it, it is another address.
            let ours = |at: usize| {
                !shown[..at].ends_with(char::is_alphanumeric)
                    && !shown[at + address.len()..].starts_with(|it: char| it.is_alphanumeric() || "-.".contains(it))
            };
            let found = shown.match_indices(&address).any(|(at, _)| ours(at));
            assert!(!found, "a reply address is shown: {shown}");
        }
    }
}

/// The mails of an input.
fn divided(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let all = rest?;
        let line = b"\n%%\n";
        if let Some(at) = all.windows(line.len()).position(|window| window == line) {
            rest = Some(&all[at + line.len()..]);
            return Some(&all[..=at]);
        }
        rest = None;
        Some(all)
    })
}

/// How a mail is handed in.
#[derive(Default)]
struct Way<'a> {
    sent: bool,
    release: bool,
    place: Option<u32>,
    /// So many minutes ago.
    history: Option<u16>,
    envelope_to: Vec<&'a [u8]>,
}

impl<'a> Way<'a> {
    fn of(part: &'a [u8]) -> (Self, &'a [u8]) {
        let (mut way, mut rest) = (Self::default(), part);
        while rest.starts_with(b"%") {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let line = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or_default();
            if let Some(address) = line.strip_prefix(b"%envelope ") {
                way.envelope_to.push(address);
            } else if let Some(uid) = line.strip_prefix(b"%place ") {
                way.place = number(uid);
            } else if let Some(minutes) = line.strip_prefix(b"%history ") {
                way.history = number(minutes);
            }
            way.sent |= line == b"%sent";
            way.release |= line == b"%release";
        }
        (way, rest)
    }

    fn apply(&self, house: &House, mail: &mut InMail) {
        mail.sent = self.sent;
        mail.history = self.history.map(|minutes| house.ago(minutes));
        mail.place = self.place.map(|uid| Place { folder: "INBOX".into(), uid_validity: 7, uid });
        let text = |bytes: &[u8]| String::from_utf8_lossy(&house.filled(bytes)).into_owned();
        mail.envelope_to = self.envelope_to.iter().map(|bytes| text(bytes)).collect();
    }
}

fn number<N: FromStr>(text: &[u8]) -> Option<N> {
    std::str::from_utf8(text).ok()?.parse().ok()
}
