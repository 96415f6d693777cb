//! Crashes: processes that write are killed at random moments; what was acknowledged is there, once, and nothing is torn.

use crate::{
    desks::{TestDesk, inbound},
    histories::count,
};
use deskline::{
    demo::random::Random,
    desk::{Desk, page::DraftPlace, page::Mode, page::Viewer},
    domain::{
        command::{Command as Asked, Writing},
        envelope::Inbound,
        id::{AgentId, ConversationId},
    },
    store::Store,
};
use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

const DESK: &str = "DESKLINE_WRITER_DESK";
const NAME: &str = "DESKLINE_WRITER_NAME";

/// What a writer said it did: what kind of write, under which id, in which conversation, after how many microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub writer: String,
    pub what: String,
    pub id: String,
    pub conversation: i64,
    pub micros: u64,
}

/// Not a test by itself: the process that the tests below start and kill. Without a desk in its environment it does nothing.
#[test]
fn a_process_that_writes() {
    let (Ok(file), Ok(name)) = (std::env::var(DESK), std::env::var(NAME)) else { return };
    let mut out = std::io::stdout();
    let desk = match Desk::open(Path::new(&file), Arc::new(chrono::Utc::now)) {
        Ok(desk) => desk,
        Err(denied) => return writeln!(out, "failed opening: {denied}").expect("a pipe"),
    };
    writeln!(out, "ready").expect("a pipe");
    let mut go = String::new();
    std::io::stdin().read_line(&mut go).expect("the word to go");
    let ana = desk.admit(Some("ana")).expect("ana");
    let mut conversation = None;
    for number in 0_u64.. {
        let began = Instant::now();
        let outcome = write(&desk, &ana, &name, number, &mut conversation);
        let micros = began.elapsed().as_micros();
        let line = match outcome {
            Ok((what, id)) => format!("did {what} {id} {} {micros}", conversation.map_or(0, |id: ConversationId| id.0)),
            Err(sentence) => format!("failed {sentence}"),
        };
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// The `number`th write of a writer: customers' messages, replies, closings and drafts in turn.
fn write(
    desk: &Desk,
    ana: &Viewer,
    name: &str,
    number: u64,
    conversation: &mut Option<ConversationId>,
) -> Result<(&'static str, String), String> {
    let id = format!("{name}-{number}");
    let text = format!("text {id} end");
    let say = |denied: deskline::desk::page::Denied| format!("{id}: {denied}");
    match (number % 6, *conversation) {
        (1 | 4, Some(there)) => {
            let writing =
                Writing { text, seen: None, client_id: Some(id.clone()), confirmed: false, files: Vec::new() };
            desk.run(ana, there, Asked::Reply(writing)).map_err(say)?;
            Ok(("reply", id))
        }
        (2, Some(there)) => {
            desk.run(ana, there, Asked::Close).map_err(say)?;
            Ok(("close", id))
        }
        (5, Some(there)) => {
            let place = DraftPlace::Conversation(there);
            desk.save_draft(ana, &place, Mode::Note, &text).map_err(say)?;
            Ok(("draft", id))
        }
        _ => {
            let inbound = sent(name, &id, &text, if number.is_multiple_of(30) { None } else { *conversation });
            *conversation = Some(desk.receive(&inbound).map_err(say)?.conversation);
            Ok(("message", id))
        }
    }
}

fn sent(name: &str, id: &str, text: &str, conversation: Option<ConversationId>) -> Inbound {
    Inbound { message_id: Some(id.to_owned()), ..inbound(&format!("{name}@example.com"), conversation, text) }
}

/// A running writer: told to go, listened to, killed when dropped.
struct Writer {
    child: Child,
    stdin: ChildStdin,
    lines: Option<JoinHandle<()>>,
}

impl Writer {
    fn start(file: &Path, name: &str, tell: std::sync::mpsc::Sender<Result<Said, String>>) -> Self {
        Self::run(Command::new(std::env::current_exe().expect("this program")), file, name, tell)
    }

    fn run(mut command: Command, file: &Path, name: &str, tell: std::sync::mpsc::Sender<Result<Said, String>>) -> Self {
        let mut child = command
            .args(["--exact", "crash::a_process_that_writes", "--nocapture"])
            .env(DESK, file)
            .env(NAME, name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        let stdin = child.stdin.take().expect("its input");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        while !line.starts_with("ready") {
            line.clear();
            assert!(out.read_line(&mut line).expect("a line") > 0, "the writer ended before it was ready");
            assert!(!line.starts_with("failed"), "{line}");
        }
        let writer = name.to_owned();
        let lines = std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let words: Vec<&str> = line.split(' ').collect();
                let said = match words.as_slice() {
                    ["did", what, id, conversation, micros] => Ok(Said {
                        writer: writer.clone(),
                        what: (*what).to_owned(),
                        id: (*id).to_owned(),
                        conversation: conversation.parse().expect("a number"),
                        micros: micros.parse().expect("a number"),
                    }),
                    _ => Err(line),
                };
                if tell.send(said).is_err() {
                    return;
                }
            }
        });
        Self { child, stdin, lines: Some(lines) }
    }

    fn go(&mut self) {
        writeln!(self.stdin, "go").expect("a pipe");
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(lines) = self.lines.take() {
            lines.join().expect("the reader of its lines");
        }
    }
}

/// Lets writers write until they have said `enough` things, waits `moment` more, and kills them all.
fn killed_after(file: &Path, names: &[String], enough: usize, moment: Duration) -> Vec<Said> {
    let (tell, told) = channel();
    let mut writers: Vec<Writer> = names.iter().map(|name| Writer::start(file, name, tell.clone())).collect();
    drop(tell);
    for writer in &mut writers {
        writer.go();
    }
    let mut said: Vec<Said> = (0..enough).map(|_| next(&told)).collect();
    let until = Instant::now() + moment;
    while Instant::now() < until {
        std::hint::spin_loop();
    }
    drop(writers);
    // What was said before the end counts as acknowledged; a line cut off by the end does not.
    said.extend(told.into_iter().filter_map(Result::ok));
    said
}

fn next(told: &Receiver<Result<Said, String>>) -> Said {
    let said = told.recv_timeout(Duration::from_secs(60)).expect("a writer that writes");
    said.unwrap_or_else(|line| panic!("a writer was refused: {line}"))
}

/// Everything that was acknowledged is there once; nothing is there twice; nothing is half there.
fn prove_whole(desk: &TestDesk, said: &[Said]) {
    let findings = desk.desk.check(&mut |_, _| true).expect("checked");
    assert!(findings.is_empty(), "{findings:#?}");
    let store = Store::open(&desk.file()).expect("the desk's file");
    let connection = store.reader().expect("a reader");
    let mut texts: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    let mut statement =
        connection.prepare("SELECT text, conversation_id FROM message WHERE kind = 'reply'").expect("SQL");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    for (text, conversation) in rows.map(|row: Result<(String, i64), _>| row.expect("a row")) {
        texts.entry(text).or_insert((0, conversation)).0 += 1;
    }
    for (text, (times, _)) in &texts {
        assert_eq!(*times, 1, "{text:?} is there {times} times");
    }
    for said in said.iter().filter(|said| ["message", "reply"].contains(&said.what.as_str())) {
        let found = texts.get(&format!("text {} end", said.id)).copied();
        assert_eq!(found, Some((1, said.conversation)), "{said:?} was acknowledged");
    }
    let number = |sql: &str| -> i64 { connection.query_row(sql, [], |row| row.get(0)).expect("a number") };
    let none = |what: &str, sql: &str| assert_eq!(number(&format!("SELECT count(*) FROM ({sql})")), 0, "{what}");
    none(
        "a state without its line, or a line without its state",
        "SELECT c.id FROM conversation c JOIN message m ON m.conversation_id = c.id AND m.kind = 'system' GROUP BY c.id \
         HAVING sum(m.text LIKE '%closed this%') - sum(m.text LIKE '%e-opened%') <> (c.state = 'closed')",
    );
    none(
        "a reply without its event, or an event without its reply",
        "SELECT 1 WHERE (SELECT count(*) FROM message WHERE kind = 'reply') <> (SELECT count(*) FROM event WHERE kind IN ('started', 'replied'))",
    );
    none(
        "an agent's reply that is not on its way to its customer",
        "SELECT m.id FROM message m WHERE m.kind = 'reply' AND m.agent_id IS NOT NULL \
         AND (SELECT count(*) FROM outbox WHERE outbox.message_id = m.id) <> 1",
    );
    none(
        "a write without its id",
        "SELECT m.id FROM message m WHERE m.kind = 'reply' AND NOT EXISTS (SELECT 1 FROM client_write w WHERE w.message_id = m.id)",
    );
    none("a conversation without a message", "SELECT id FROM conversation WHERE last_seq = 0");
}

/// R1.8, R2.6 and "crash-safe": DESKLINE_CRASH_ROUNDS (50) times writers are killed while they write.
#[test]
fn nothing_acknowledged_is_lost_and_nothing_doubled_when_writers_are_killed() {
    let mut desk = TestDesk::new();
    let mut said: Vec<Said> = Vec::new();
    let mut random = Random::of(count("DESKLINE_SEED", 1), 11, 0);
    for round in 0..count("DESKLINE_CRASH_ROUNDS", 50) {
        if round % 10 == 0 {
            (desk, said) = (TestDesk::new(), Vec::new());
        }
        let names: Vec<String> = (0..1 + random.below(3)).map(|writer| format!("w{round}.{writer}")).collect();
        let moment = Duration::from_micros(random.below(3_000));
        let before = said.len();
        said.extend(killed_after(&desk.file(), &names, 3 + random.index(25), moment));
        prove_whole(&desk, &said);
        // Who heard no answer sends again, under the same id: it is there once, whether the first try was written or not.
        for name in &names {
            let heard = said[before..].iter().filter(|said| &said.writer == name).count();
            let id = format!("{name}-{heard}");
            let there = said[before..]
                .iter()
                .rev()
                .find(|said| &said.writer == name)
                .map(|said| ConversationId(said.conversation));
            let text = format!("text {id} end");
            match heard % 6 {
                1 | 4 => {
                    let writing =
                        Writing { text, seen: None, client_id: Some(id), confirmed: false, files: Vec::new() };
                    desk.does("ana", there.expect("a conversation"), Asked::Reply(writing));
                }
                2 | 5 => {}
                _ => drop(
                    desk.desk.receive(&sent(name, &id, &text, there.filter(|_| heard % 30 != 0))).expect("received"),
                ),
            }
        }
        prove_whole(&desk, &said);
        prove_drafts(&desk, &said[before..]);
    }
}

/// R2.4: a draft that was kept survives as well.
fn prove_drafts(desk: &TestDesk, said: &[Said]) {
    let store = Store::open(&desk.file()).expect("the desk's file");
    let connection = store.reader().expect("a reader");
    let ana = desk.agent("ana");
    for last in said.iter().filter(|said| said.what == "draft") {
        let kept =
            deskline::store::drafts::at(&connection, AgentId(ana.id.0), &format!("conversation {}", last.conversation));
        assert_eq!(kept.expect("drafts").len(), 1, "{last:?}");
    }
}

/// Several processes at once: everybody's turn comes, and nobody is told that the desk is busy.
#[test]
fn writers_of_several_processes_take_turns() {
    let desk = TestDesk::new();
    let names: Vec<String> = (0..4).map(|writer| format!("turn{writer}")).collect();
    let said = killed_after(&desk.file(), &names, 800, Duration::ZERO);
    prove_whole(&desk, &said);
    let shares: Vec<usize> = names.iter().map(|name| said.iter().filter(|said| &said.writer == name).count()).collect();
    let mut waits: Vec<u64> = said.iter().map(|said| said.micros).collect();
    waits.sort_unstable();
    let at = |percent: usize| waits[(waits.len() * percent / 100).min(waits.len() - 1)];
    let figures = format!(
        "4 writers, {} writes, shares {shares:?}, wait in microseconds: median {}, 99 of 100 below {}, longest {}\n",
        said.len(),
        at(50),
        at(99),
        at(100)
    );
    std::io::stderr().write_all(figures.as_bytes()).expect("stderr");
    let fewest = shares.iter().min().copied().unwrap_or(0);
    assert!(fewest * 4 * names.len() >= said.len(), "somebody's turn hardly came: {figures}");
}

/// A disk that takes no more: a sentence, everything acknowledged is kept, and the desk goes on where there is room again.
#[test]
fn a_disk_that_takes_no_more_loses_nothing() {
    let desk = TestDesk::new();
    let (tell, told) = channel();
    // A limit on the size of files stands for the full disk: a test cannot fill one. The shell keeps the limit's signal away.
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 5000; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().expect("this program"));
    let mut writer = Writer::run(limited, &desk.file(), "full", tell);
    writer.go();
    let mut said = Vec::new();
    let sentence = loop {
        match told.recv_timeout(Duration::from_secs(60)).expect("a writer that writes") {
            Ok(one) => said.push(one),
            Err(line) => break line,
        }
    };
    // It goes on asking, and goes on being told.
    let again = told.recv_timeout(Duration::from_secs(60)).expect("a writer that writes");
    drop(writer);
    drop(told);
    assert!(sentence.contains("nothing was written, and what you typed is kept"), "{sentence}");
    assert!(said.len() > 12, "the limit came too early: {}", said.len());
    if let Ok(one) = again {
        said.push(one);
    }
    prove_whole(&desk, &said);
    prove_drafts(&desk, &said);
    let last = said.iter().rev().find(|said| said.what == "message").expect("a message");
    let there = Some(ConversationId(last.conversation));
    desk.desk.receive(&sent("full", "full-again", "there is room again", there)).expect("received");
    prove_whole(&desk, &said);
}
