//! Importing whole files and folders: made-up ones and, with the feature `corpora`, real ones.
#![allow(clippy::unwrap_used)]

use deskline::{
    domain::history::{PastAuthor, PastConversation, PastKind, PastState},
    import::{Format, Found, Options, Position, jsonl, open},
};
use std::{
    collections::HashMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// A made-up sample.
fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/import").join(name)
}

fn team(members: &[&str]) -> Options {
    Options { team: members.iter().map(ToString::to_string).collect(), ..Options::default() }
}

/// Everything that a source gives, the moments of rest left out.
fn found(format: Format, path: &Path, options: &Options) -> Vec<Found> {
    let source = open(format, &[path.to_owned()], options).unwrap();
    source.filter(|found| *found != Found::Working).collect()
}

fn conversations(found: &[Found]) -> Vec<&PastConversation> {
    let mut all = Vec::new();
    for found in found {
        match found {
            Found::Conversation(conversation) => all.push(conversation),
            Found::Unread { .. } | Found::Working => {}
        }
    }
    all
}

/// What was found, as one can read it.
fn transcript(found: &[Found]) -> String {
    let mut out = String::new();
    for found in found {
        match found {
            Found::Conversation(it) => write_conversation(&mut out, it),
            Found::Unread { place, reason } => {
                let file = place.file.file_name().unwrap().to_string_lossy();
                let place = match place.position {
                    Position::Whole => String::new(),
                    Position::Byte(byte) => format!(", byte {byte}"),
                    Position::Line(line) => format!(", line {line}"),
                };
                writeln!(out, "UNREAD {file}{place}: {reason}\n").unwrap();
            }
            Found::Working => {}
        }
    }
    out
}

fn write_conversation(out: &mut String, it: &PastConversation) {
    let mut marks = vec![it.channel.as_str()];
    marks.extend(it.internal.then_some("internal"));
    marks.push(match it.state {
        PastState::Open => "open",
        PastState::Closed => "closed",
        PastState::Locked => "locked",
    });
    marks.extend(it.group.as_deref());
    writeln!(out, "{} [{}]", it.key, marks.join(", ")).unwrap();
    writeln!(out, "  {:?}", it.subject).unwrap();
    let people = [
        ("requester", it.requester.iter().collect()),
        ("customers", it.customers.iter().collect::<Vec<_>>()),
        ("agents", it.agents.iter().collect()),
    ];
    for (what, people) in people {
        for person in people {
            writeln!(out, "  {what}: {} <{}>", person.name, person.address).unwrap();
        }
    }
    if let Some(assignee) = &it.assignee {
        writeln!(out, "  assignee: {assignee}").unwrap();
    }
    for message in &it.messages {
        let author = match &message.author {
            PastAuthor::Agent(person) => format!("agent {}", person.address),
            PastAuthor::Customer(person) => person.address.clone(),
            PastAuthor::System => "system".to_owned(),
        };
        let kind = match message.kind {
            PastKind::Reply => "",
            PastKind::Note => " (note)",
            PastKind::System => " (system)",
        };
        writeln!(out, "  {} {author}{kind} #{}", message.at.format("%F %T"), message.key).unwrap();
        for line in message.text.lines() {
            writeln!(out, "    | {line}").unwrap();
        }
        for attached in &message.attachments {
            writeln!(out, "    + {:?} {} {}", attached.name, attached.media_type, attached.size).unwrap();
        }
    }
    out.push('\n');
}

#[test]
fn a_mailbox_becomes_conversations() {
    insta::assert_snapshot!(transcript(&found(
        Format::Mbox,
        &sample("support.mbox"),
        &team(&["ana", "ben@desk.example"])
    )));
}

#[test]
fn single_mails_in_any_charset_and_any_state_are_read_or_listed() {
    insta::assert_snapshot!(transcript(&found(Format::Eml, &sample("letters"), &team(&["ana"]))));
}

#[test]
fn a_chat_log_is_untangled() {
    insta::assert_snapshot!(transcript(&found(
        Format::Irc,
        &sample("shop-2021-03-04.log"),
        &team(&["quillan", "morrow"])
    )));
    insta::assert_snapshot!(transcript(&found(Format::Irc, &sample("shop.0.ascii.txt"), &team(&["Quillan"]))));
}

#[test]
fn json_is_read_by_its_mapping() {
    let map = |path: &Path| Options { map: Some(path.to_owned()), ..team(&["ana", "ben"]) };
    insta::assert_snapshot!(transcript(&found(Format::Json, &sample("desk.json"), &map(&crosswoz_map()))));
    insta::assert_snapshot!(transcript(&found(Format::Json, &sample("tickets.json"), &map(&sample("tickets.toml")))));
}

fn crosswoz_map() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/import/crosswoz.toml")
}

/// The keys of every conversation and of its messages, in order.
fn keys(found: &[Found]) -> HashMap<String, Vec<String>> {
    let mut all = HashMap::new();
    for it in conversations(found) {
        let messages = it.messages.iter().map(|it| it.key.clone()).collect();
        assert!(all.insert(it.key.clone(), messages).is_none(), "{} is there twice", it.key);
    }
    all
}

/// Imports the beginnings of a log, longer and longer: nothing that was there may get another key or another place.
fn grown(log: &str, name: &str, members: &[&str], step: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let mut before: HashMap<String, Vec<String>> = HashMap::new();
    for end in (step..=lines.len()).step_by(step) {
        fs::write(&path, lines[..end].concat()).unwrap();
        let now = keys(&found(Format::Irc, &path, &team(members)));
        for (key, messages) in &before {
            assert!(now.get(key).is_some_and(|it| it.starts_with(messages)), "{key} changed at line {end}");
        }
        before = now;
    }
    assert!(before.len() > 1);
}

#[test]
fn a_chat_log_that_has_grown_keeps_its_keys() {
    let log = fs::read_to_string(sample("shop-2021-03-04.log")).unwrap();
    grown(&log, "shop-2021-03-04.log", &["quillan", "morrow"], 1);
}

#[test]
fn a_mailbox_that_has_grown_keeps_its_keys() {
    let whole = fs::read(sample("support.mbox")).unwrap();
    let ends: Vec<usize> =
        (1..whole.len()).filter(|at| whole[*at..].starts_with(b"From ") && whole[*at - 1] == b'\n').collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("box");
    let mut before: HashMap<String, Vec<String>> = HashMap::new();
    for end in ends.into_iter().chain([whole.len()]) {
        fs::write(&path, &whole[..end]).unwrap();
        let now = keys(&found(Format::Mbox, &path, &team(&["ana", "ben"])));
        for (key, messages) in &before {
            assert!(now.get(key).is_some_and(|it| it.starts_with(messages)), "{key} changed at byte {end}");
        }
        before = now;
    }
    assert_eq!(before.len(), 6);
}

#[test]
fn a_maildir_is_read_with_its_folders_and_without_unfinished_mail() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let letter = |at: &str, number: u32| {
        let path = root.join(at);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mail = format!(
            "Message-ID: <{number}@example.com>\nDate: Fri, 5 Mar 2021 08:00:0{number} +0000\nFrom: a@example.com\n\nmail {number}\n"
        );
        fs::write(path, mail).unwrap();
    };
    for inside in ["new", "tmp", ".Sent/new", "Lists/shop/new"] {
        fs::create_dir_all(root.join(inside)).unwrap();
    }
    letter("cur/1614931200.a:2,S", 1);
    letter("new/1614931201.b", 2);
    letter("tmp/1614931202.c", 3);
    letter(".Sent/cur/1614931203.d:2,", 4);
    letter("Lists/shop/cur/1614931204.e", 5);
    letter("cur/.hidden", 6);
    fs::write(root.join("dovecot-uidlist"), "3 V1").unwrap();
    let found = found(Format::Maildir, root, &team(&[]));
    let texts: Vec<&str> = conversations(&found).iter().map(|it| it.messages[0].text.as_str()).collect();
    assert_eq!(texts, ["mail 1", "mail 2", "mail 4", "mail 5"]);
    assert_eq!(found.len(), 4, "nothing is listed as unread");
    let empty = tempfile::tempdir().unwrap();
    fs::create_dir(empty.path().join("new")).unwrap();
    assert_eq!(open(Format::Maildir, &[empty.path().to_owned()], &team(&[])).unwrap().count(), 0);
}

/// A link that leads back to where it stands, hidden files, and a folder named as an mbox.
#[cfg(unix)]
#[test]
fn folders_are_walked_once() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("2021");
    fs::create_dir(&inside).unwrap();
    fs::copy(sample("support.mbox"), inside.join("inbox")).unwrap();
    fs::copy(sample("letters/notes.txt"), inside.join(".inbox.msf")).unwrap();
    fs::copy(sample("letters/notes.txt"), inside.join("notes")).unwrap();
    std::os::unix::fs::symlink(folder.path(), inside.join("again")).unwrap();
    let found = found(Format::Mbox, folder.path(), &team(&["ana", "ben"]));
    assert_eq!(conversations(&found).len(), 6);
    let unread: Vec<&Found> = found.iter().filter(|it| matches!(it, Found::Unread { .. })).collect();
    assert_eq!(unread.len(), 2, "a mail without a header, and a file that is no mbox: {unread:?}");
}

#[test]
fn an_export_is_read_back_and_what_is_broken_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.jsonl");
    let mailbox = found(Format::Mbox, &sample("support.mbox"), &team(&["ana", "ben"]));
    let all = conversations(&mailbox);
    let lines: Vec<String> = all.iter().map(|it| jsonl::to_line(it)).collect();
    fs::write(&path, lines.join("\n")).unwrap();
    assert_eq!(conversations(&found(Format::Jsonl, &path, &team(&[]))), all);

    let mixed =
        [&lines[0], "", "{\"deskline\":1,\"conversation\":{}}", "{\"deskline\":2,\"talk\":[]}", "nonsense", &lines[1]];
    fs::write(&path, mixed.join("\r\n")).unwrap();
    let found = found(Format::Jsonl, &path, &team(&[]));
    assert_eq!(conversations(&found), all[..2]);
    insta::assert_snapshot!(transcript(&found[1..4]));
}

#[test]
fn every_mistake_is_told_in_a_sentence_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let map = |name: &str, bytes: &str| Options { map: Some(file(name, bytes.as_bytes())), ..Options::default() };
    fs::create_dir(folder.path().join("empty")).unwrap();
    let cases = [
        (Format::Mbox, vec![], team(&[])),
        (Format::Mbox, vec![folder.path().join("missing")], team(&[])),
        (Format::Eml, vec![folder.path().join("empty")], team(&[])),
        (Format::Mbox, vec![sample("letters/windows-1252.eml")], team(&[])),
        (Format::Maildir, vec![sample("letters")], team(&[])),
        (Format::Maildir, vec![sample("support.mbox")], team(&[])),
        (Format::Irc, vec![sample("shop.0.ascii.txt")], team(&["two words"])),
        (Format::Json, vec![sample("desk.json")], team(&[])),
        (
            Format::Json,
            vec![sample("desk.json")],
            Options { map: Some(folder.path().join("no.toml")), ..Options::default() },
        ),
        (Format::Json, vec![sample("desk.json")], map("one.toml", "source = \"a\"\nconversations = \"messages\"\n")),
        (Format::Json, vec![sample("desk.json")], map("two.toml", "source = \"a\"\nconvresations = \"\"\n")),
        (
            Format::Json,
            vec![file("val.json.zip", b"PK\x03\x04rest")],
            Options { map: Some(crosswoz_map()), ..Options::default() },
        ),
        (Format::Jsonl, vec![file("new.jsonl", b"\n{\"deskline\":7}\n")], team(&[])),
        (Format::Jsonl, vec![sample("desk.json")], team(&[])),
    ];
    let mut told = String::new();
    for (format, paths, options) in cases {
        let error = open(format, &paths, &options).unwrap_err().to_string();
        let place = folder.path().display().to_string();
        let error = error.replace(&place, "…").replace(env!("CARGO_MANIFEST_DIR"), "…");
        writeln!(told, "{}: {error}", format.name()).unwrap();
    }
    insta::assert_snapshot!(told);
}

/// Everything that stands in the way of a parser: any bytes, and samples with some of their bytes changed.
mod any_bytes {
    use super::*;
    use proptest::prelude::*;

    fn read(format: Format, bytes: &[u8]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file-2021-03-04.txt");
        fs::write(&path, bytes).unwrap();
        let options = Options { map: Some(crosswoz_map()), ..team(&["ana", "quillan"]) };
        let Ok(mut source) = open(format, &[path], &options) else {
            return;
        };
        for found in &mut source {
            if let Found::Conversation(conversation) = found {
                let same = jsonl::from_line(jsonl::to_line(&conversation).as_bytes());
                assert_eq!(same.as_ref(), Ok(&conversation));
                assert!(!conversation.messages.is_empty() && !conversation.key.is_empty());
                assert_eq!(conversation.internal, conversation.requester.is_none());
            }
        }
        let progress = source.progress();
        assert_eq!(progress.done, progress.total);
    }

    fn files_to_change() -> Vec<(Format, Vec<u8>)> {
        let letters = ["windows-1252", "gb18030", "cut-off", "no-boundary", "forwarded"];
        let letters = letters.iter().map(|name| (Format::Eml, sample(&format!("letters/{name}.eml"))));
        let mut files: Vec<(Format, Vec<u8>)> = letters
            .chain([
                (Format::Mbox, sample("support.mbox")),
                (Format::Irc, sample("shop-2021-03-04.log")),
                (Format::Irc, sample("shop.0.ascii.txt")),
                (Format::Json, sample("desk.json")),
            ])
            .map(|(format, path)| (format, fs::read(path).unwrap()))
            .collect();
        let mailbox = found(Format::Mbox, &sample("support.mbox"), &team(&["ana"]));
        let lines: Vec<String> = conversations(&mailbox).iter().map(|it| jsonl::to_line(it)).collect();
        files.push((Format::Jsonl, lines.join("\n").into_bytes()));
        files
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn arbitrary_bytes_stop_no_parser(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            for format in Format::ALL {
                if format != Format::Maildir {
                    read(format, &bytes);
                }
            }
            read(Format::Mbox, &[b"From a@b Thu Mar  4 09:00:05 2021\n", &bytes[..]].concat());
            read(Format::Eml, &[b"Subject: a\n", &bytes[..]].concat());
            read(Format::Irc, &[b"[12:00] <nick> ", &bytes[..]].concat());
            read(Format::Json, &[b"{\"1\":", &bytes[..]].concat());
        }

        #[test]
        fn changed_bytes_stop_no_parser(
            which in 0..10usize,
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0..4u8), 1..30),
        ) {
            let (format, mut bytes) = files_to_change().swap_remove(which);
            for (place, byte, how) in changes {
                let at = place.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    2 => { bytes.remove(at); }
                    _ => {
                        let end = bytes.len().min(at + usize::from(byte));
                        let piece = bytes[at..end].to_vec();
                        bytes.splice(at..at, piece);
                    }
                }
            }
            read(format, &bytes);
        }
    }
}

#[cfg(feature = "corpora")]
mod corpora {
    use super::*;
    use crate::corpora::corpus;
    use deskline::domain::history::PastPerson;
    use std::process::Command;

    /// Reads a folder of mails; gives back how many mails were read, how many were copies and how many could not be read.
    fn mails(name: &str) -> (usize, u64, usize) {
        let mut source = open(Format::Eml, &[corpus(name)], &team(&["support"])).unwrap();
        let (mut read, mut unread) = (0, 0);
        for found in &mut source {
            match found {
                Found::Conversation(conversation) => {
                    assert!(conversation.key.starts_with("mail:"));
                    assert!(conversation.internal == conversation.requester.is_none());
                    for message in &conversation.messages {
                        let nothing = message.text.trim().is_empty() && message.attachments.is_empty();
                        assert!(!nothing, "{}", conversation.key);
                    }
                    read += conversation.messages.len();
                }
                Found::Unread { reason, .. } => {
                    assert!(!reason.contains("broken in a way"), "the parser panicked: {reason}");
                    unread += 1;
                }
                Found::Working => {}
            }
        }
        let progress = source.progress();
        assert_eq!(progress.done, progress.total, "{name}");
        (read, source.copies(), unread)
    }

    #[test]
    fn every_mail_folder_is_read_or_listed() {
        let least = [
            ("mime-cpython", 45, 0),
            ("mime-mimekit", 114, 1),
            ("mime-rubymail", 93, 11),
            // The folders mac and dos hold 80 mails each of the folder bsd, with their own line ends.
            ("bounces-sisimai", 390, 160),
            ("reply-quote-talon", 15, 0),
        ];
        for (name, least_read, least_copies) in least {
            let (read, copies, unread) = mails(name);
            assert!(read >= least_read && copies >= least_copies, "{name}: {read} read, {copies} copies");
            assert!(unread <= 60, "{name}: {unread} unread");
        }
    }

    #[test]
    fn line_ends_make_no_difference_to_bounces() {
        let folder = corpus("bounces-sisimai").join("maildir");
        let read = |name: &str| keys(&found(Format::Eml, &folder.join(name), &team(&[])));
        assert!(read("mac").len() >= 70);
        assert_eq!(read("mac"), read("dos"));
    }

    #[test]
    fn an_mbox_is_cut_where_others_cut_it() {
        let folder = corpus("mime-mimekit").join("UnitTests/TestData/mbox");
        for (name, mails) in [("content-length.mbox.txt", 29), ("issue1189.mbox.txt", 4)] {
            let mut source = open(Format::Mbox, &[folder.join(name)], &team(&[])).unwrap();
            let mut met = 0;
            for found in &mut source {
                met += match found {
                    Found::Conversation(conversation) => conversation.messages.len() as u64,
                    Found::Unread { place, reason } => panic!("{place}: {reason}"),
                    Found::Working => 0,
                }
            }
            assert_eq!(met + source.copies(), mails, "{name}");
        }
    }

    #[test]
    fn every_line_of_the_chat_logs_is_read() {
        // The rest is joining, leaving and changing nicks, a bot's notices, and lines without words.
        let spoken = |line: &str| {
            let empty = line.trim_end().split_once('>').is_some_and(|(_, words)| words.is_empty());
            let idle = line.split_once("  * ").is_some_and(|(_, does)| !does.trim().contains(' '));
            (line.contains('<') || !line.contains("=== ")) && !line.contains("] -ubottu-") && !empty && !idle
        };
        let folder = corpus("irc-support").join("data");
        for (name, ending) in [("new-domains", ".ascii.txt"), ("dev", ".raw.txt")] {
            let found = found(Format::Irc, &folder.join(name), &team(&["ikonia"]));
            let read: usize = conversations(&found).iter().map(|it| it.messages.len()).sum();
            let logs = fs::read_dir(folder.join(name)).unwrap().map(|it| it.unwrap().path());
            let said: usize = logs
                .filter(|path| path.to_string_lossy().ends_with(ending))
                .map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())
                .map(|log| log.lines().filter(|line| spoken(line)).count())
                .sum();
            assert!(said > 3_000);
            assert_eq!(read, said, "{name}");
        }
    }

    const STRIPE: [&str; 6] = ["karllekko", "hmunoz", "w1zeman1p", "timebox", "koopajah", "InternetJones"];

    /// For every line of the log the number of the conversation that it was put into.
    fn placed(log: &str, all: &[&PastConversation]) -> Vec<usize> {
        let mut places: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (number, conversation) in all.iter().enumerate() {
            for message in &conversation.messages {
                let said = (message.at.format("%F [%T]").to_string(), message.text.trim().to_owned());
                places.entry(said).or_default().push(number);
            }
        }
        let place = |line: &str| {
            let (stamp, rest) = line.strip_prefix("stripe ").unwrap().split_at(21);
            let words = rest.split_once('>').unwrap().1.trim();
            places.get_mut(&(stamp.to_owned(), words.to_owned())).unwrap().remove(0)
        };
        log.lines().map(place).collect()
    }

    /// People marked in this log which line answers which ("1000 1002 -"), from line 1000 on.
    #[test]
    fn a_real_support_log_is_untangled_as_people_did() {
        let folder = corpus("irc-support").join("data/new-domains");
        let found = found(Format::Irc, &folder.join("stripe.0.ascii.txt"), &team(&STRIPE));
        let placed = placed(&fs::read_to_string(folder.join("stripe.0.ascii.txt")).unwrap(), &conversations(&found));
        let marked = fs::read_to_string(folder.join("stripe.0.annotation.txt")).unwrap();
        let number = |word: Option<&str>| -> usize { word.unwrap().parse().unwrap() };
        let links: Vec<(usize, usize)> = marked
            .lines()
            .map(|line| {
                let mut words = line.split(' ');
                (number(words.next()), number(words.next()))
            })
            .filter(|(one, other)| one != other)
            .collect();

        let ratio = |part: usize, whole: usize| part * 1000 / whole;
        // Links that stay within a conversation of ours.
        let kept = links.iter().filter(|(one, other)| placed[*one] == placed[*other]).count();
        let agreement = ratio(kept, links.len());

        // Pairs of lines that are together, there and here.
        let mut theirs: Vec<usize> = (0..placed.len()).collect();
        let top = |groups: &[usize], mut line: usize| {
            while groups[line] != line {
                line = groups[line];
            }
            line
        };
        for (one, other) in &links {
            let (one, other) = (top(&theirs, *one), top(&theirs, *other));
            theirs[one.max(other)] = one.min(other);
        }
        let (mut both, mut here, mut there) = (0, 0, 0);
        for one in 1000..placed.len() {
            for other in one + 1..placed.len() {
                let ours = placed[one] == placed[other];
                let people = top(&theirs, one) == top(&theirs, other);
                both += usize::from(ours && people);
                here += usize::from(ours);
                there += usize::from(people);
            }
        }
        let (precision, recall) = (ratio(both, here), ratio(both, there));
        assert!(agreement >= 970, "{agreement}");
        assert!(precision >= 900, "{precision}");
        assert!(recall >= 970, "{recall}");
    }

    #[test]
    fn a_log_that_has_grown_gives_the_same_conversations_and_more() {
        let log = fs::read_to_string(corpus("irc-support").join("data/new-domains/stripe.0.ascii.txt")).unwrap();
        super::grown(&log, "stripe.0.ascii.txt", &STRIPE, 97);
    }

    #[test]
    fn crosswoz_is_read_whole() {
        let packed = corpus("crosswoz-zh/data/crosswoz/val.json.zip");
        let folder = tempfile::tempdir().unwrap();
        let unpacked = Command::new("unzip").arg("-q").arg(&packed).arg("-d").arg(folder.path()).status();
        assert!(
            unpacked.is_ok_and(|it| it.success()),
            "unzip is needed for this test; install it, or test without the feature `corpora`."
        );
        let options = Options { map: Some(crosswoz_map()), ..Options::default() };
        let found = found(Format::Json, &folder.path().join("val.json"), &options);
        let all = conversations(&found);
        assert_eq!((all.len(), found.len()), (500, 500));
        assert_eq!(all.iter().map(|it| it.messages.len()).sum::<usize>(), 8458);
        assert_eq!(all[0].key, "json:crosswoz:11290");
        assert_eq!(
            all[0].messages[0].text,
            "你好，我想找家人均消费在100-150元的餐馆吃驴杂汤这道菜，请给我推荐一家餐馆用餐吧。"
        );
        assert_eq!(
            all[0].messages[1].author,
            PastAuthor::Agent(PastPerson { address: "guide-120".to_owned(), name: "导游 120".to_owned() })
        );
    }
}
