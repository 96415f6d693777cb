//! The desk's file: what is no desk is refused and left as it is; nobody else can read what is one; copies are desks.

use crate::desks::{TestDesk, inbound};
use deskline::{
    desk::{
        Desk, NewDesk,
        page::{Denied, Wants},
    },
    domain::envelope::Inbound,
    store::{Store, file::lock_path},
};
use rusqlite::Connection;
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, mpsc::channel},
    time::Duration,
};

const OPEN_DESK: &str = "DESKLINE_OPEN_DESK";

fn open(file: &Path) -> Result<Desk, Denied> {
    Desk::open(file, Arc::new(chrono::Utc::now))
}

/// Every file in a folder with its bytes.
fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    files.map(|file| (file.clone(), fs::read(file).expect("its bytes"))).collect()
}

/// The sentence of a refusal that left everything in the folder as it was, and put nothing beside it.
fn refused(file: &Path) -> String {
    let folder = file.parent().expect("a folder");
    let before = bytes(folder);
    let sentence = match open(file) {
        Err(Denied::Failed(sentence)) => sentence,
        Err(other) => panic!("not a failure: {other:?}"),
        Ok(_) => panic!("{} was opened", file.display()),
    };
    assert_eq!(before, bytes(folder), "{sentence}");
    let made = Desk::create(
        file,
        &NewDesk { team: "T".into(), owner: "o".into(), owner_name: None },
        Arc::new(chrono::Utc::now),
    );
    assert!(
        matches!(made, Err(Denied::Failed(sentence)) if sentence.contains("is there already; it was left untouched"))
    );
    assert_eq!(before, bytes(folder));
    sentence
}

/// A closed desk with some conversations, all of it in its one file.
fn closed_desk() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.db");
    let new = NewDesk { team: "Acme".into(), owner: "olga".into(), owner_name: None };
    let desk = Desk::create(&file, &new, Arc::new(chrono::Utc::now)).expect("a desk");
    for number in 0..20 {
        let sent = Inbound { group: None, ..inbound("mara@example.com", None, &format!("question {number}")) };
        desk.receive(&sent).expect("received");
    }
    drop(desk);
    let names: Vec<_> = bytes(folder.path()).into_keys().collect();
    assert_eq!(names, [file.clone(), lock_path(&file)], "a closed desk is one file and its lock");
    fs::remove_file(lock_path(&file)).expect("removed");
    (folder, file)
}

#[test]
fn what_is_no_desk_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for (name, content) in [("empty.db", &b""[..]), ("text.db", b"Dear diary,\n"), ("short.db", b"SQLite format 3\0")] {
        fs::write(at(name), content).expect("written");
        let sentence = refused(&at(name));
        assert!(
            sentence.ends_with("is not a desk of deskline; it was left untouched. Name another file with --desk."),
            "{sentence}"
        );
    }
    let foreign = Connection::open(at("foreign.db")).expect("a database");
    foreign.execute_batch("CREATE TABLE mine (word TEXT); INSERT INTO mine (word) VALUES ('kept');").expect("SQL");
    drop(foreign);
    assert!(refused(&at("foreign.db")).contains("is not a desk of deskline"));
    let missing = open(&at("missing.db")).map(|_| ());
    assert!(
        matches!(&missing, Err(Denied::Failed(sentence)) if sentence.contains("There is no desk at")),
        "{missing:?}"
    );
    assert!(!at("missing.db").exists());
    let directory = open(folder.path()).map(|_| ());
    assert!(matches!(directory, Err(Denied::Failed(_))));
}

/// A foreign database whose program was killed has its last words in a log; opening it as a database would write them out.
#[test]
fn a_foreign_database_with_a_log_is_left_as_it_is() {
    for name in ["desk.db", "desk.sqlite", "desk"] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(name);
        let foreign = Connection::open(&file).expect("a database");
        foreign.pragma_update(None, "journal_mode", "WAL").expect("a log");
        foreign.execute_batch("CREATE TABLE mine (word TEXT); INSERT INTO mine (word) VALUES ('kept');").expect("SQL");
        let killed = tempfile::tempdir().expect("a folder");
        for (from, content) in bytes(folder.path()) {
            fs::write(killed.path().join(from.file_name().expect("a name")), content).expect("written");
        }
        drop(foreign);
        assert!(bytes(killed.path()).len() >= 2, "there is a log");
        assert!(refused(&killed.path().join(name)).contains("is not a desk of deskline"));
    }
}

#[test]
fn a_newer_desk_is_refused_and_left_as_it_is() {
    let (folder, file) = closed_desk();
    let newer = Connection::open(&file).expect("a database");
    let version: i64 = newer.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a version");
    newer.pragma_update(None, "user_version", version + 1).expect("a version");
    newer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("written out");
    drop(newer);
    let sentence = refused(&file);
    assert!(
        sentence
            .contains(&format!("newer deskline (version {} of the desk; this program knows {version})", version + 1))
    );
    assert!(sentence.ends_with("It was left untouched. Update deskline."));
    drop(folder);
}

/// The newer program was killed before its log was written out: the file itself still looks like this program's.
#[test]
fn a_newer_desk_whose_version_stands_in_the_log_is_refused_and_its_file_left_as_it_is() {
    let (folder, file) = closed_desk();
    let newer = Connection::open(&file).expect("a database");
    let version: i64 = newer.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a version");
    newer.pragma_update(None, "user_version", version + 1).expect("a version");
    let killed = tempfile::tempdir().expect("a folder");
    for (from, content) in bytes(folder.path()) {
        fs::write(killed.path().join(from.file_name().expect("a name")), content).expect("written");
    }
    drop(newer);
    let (copy, log) = (killed.path().join("desk.db"), killed.path().join("desk.db-wal"));
    let before = (fs::read(&copy).expect("bytes"), fs::read(&log).expect("bytes"));
    let refused = open(&copy).map(|_| ());
    assert!(matches!(&refused, Err(Denied::Failed(sentence)) if sentence.contains("newer deskline")), "{refused:?}");
    assert_eq!(before, (fs::read(&copy).expect("bytes"), fs::read(&log).expect("bytes")));
    assert!(!lock_path(&copy).exists());
}

#[test]
fn a_desk_that_was_cut_off_is_refused_and_left_as_it_is() {
    let (_folder, file) = closed_desk();
    let whole = fs::read(&file).expect("its bytes");
    for length in [50, 100, 4_096, whole.len() / 2, whole.len() - 1] {
        fs::write(&file, &whole[..length]).expect("written");
        let sentence = refused(&file);
        let cut = sentence.ends_with("It was left untouched. Bring it back from a backup.");
        assert!(cut || length < 100 && sentence.contains("is not a desk of deskline"), "{length}: {sentence}");
    }
    fs::write(&file, &whole).expect("written");
    let desk = open(&file).expect("the whole desk is one");
    assert_eq!(desk.check(&mut |_, _| true).expect("checked"), Vec::<String>::new());
}

/// A desk whose program was killed has its last words in the log, and gives them all back.
#[test]
fn a_desk_with_a_log_is_whole() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let killed = tempfile::tempdir().expect("a folder");
    for (from, content) in bytes(desk.folder.path()) {
        let name = from.file_name().expect("a name").to_owned();
        if !name.to_string_lossy().ends_with("-shm") {
            fs::write(killed.path().join(name), content).expect("written");
        }
    }
    let again = open(&killed.path().join("desk.db")).expect("a desk");
    assert_eq!(again.check(&mut |_, _| true).expect("checked"), Vec::<String>::new());
    let received = again.receive(&inbound("mara@example.com", Some(id), "and once more")).expect("received");
    assert_eq!(received.conversation, id);
}

/// Not a test by itself: the process that the test below starts. Without a file in its environment it does nothing.
#[test]
fn a_process_that_keeps_a_desk_open() {
    let Ok(file) = std::env::var(OPEN_DESK) else { return };
    let file = Path::new(&file);
    let new = NewDesk { team: "Acme".into(), owner: "olga".into(), owner_name: None };
    let desk = Desk::create(file, &new, Arc::new(chrono::Utc::now)).expect("a desk");
    desk.receive(&Inbound { group: None, ..inbound("mara@example.com", None, "hello") }).expect("received");
    let olga = desk.admit(Some("olga")).expect("olga");
    desk.read(&olga, &Wants::default()).expect("a page");
    desk.backup(&olga, &file.with_file_name("copy.db"), &mut |_, _| true).expect("a backup");
    writeln!(std::io::stdout(), "ready").expect("a pipe");
    std::io::stdin().read_line(&mut String::new()).expect("the word to end");
}

/// Nobody but the owner reads any of the files, however open the umask.
#[test]
fn every_file_of_a_desk_is_its_owners_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new("sh")
        .args(["-c", "umask 000; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", "files::a_process_that_keeps_a_desk_open", "--nocapture"])
        .env(OPEN_DESK, folder.path().join("desk.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    assert!(lines.any(|line| line.expect("a line").starts_with("ready")), "the process ended before it was ready");
    let modes: BTreeMap<String, u32> = bytes(folder.path())
        .into_keys()
        .map(|file| {
            let mode = fs::metadata(&file).expect("its mode").permissions().mode() & 0o777;
            (file.file_name().expect("a name").to_string_lossy().into_owned(), mode)
        })
        .collect();
    child.stdin.take().expect("its input").write_all(b"end\n").expect("a pipe");
    child.wait().expect("its end");
    let expected = ["copy.db", "desk.db", "desk.db-shm", "desk.db-wal", "desk.db.lock"];
    assert_eq!(modes, expected.iter().map(|name| ((*name).to_owned(), 0o600)).collect());
}

/// A copy of a desk at work is a desk, as it was at one moment, and does not begin anew when somebody writes meanwhile.
#[test]
fn a_backup_of_a_desk_at_work_is_a_desk() {
    let desk = TestDesk::new();
    let long = "many words that take their room ".repeat(30_000);
    for _ in 0..14 {
        desk.write_in("mara@example.com", None, &long);
    }
    let copy = desk.folder.path().join("copy.db");
    let mut steps = 0;
    let backed_up = desk.desk.backup(&desk.agent("olga"), &copy, &mut |_, _| {
        steps += 1;
        let store = Store::open(&desk.file()).expect("the desk");
        let written: Result<(), deskline::store::StoreError> = store.write(|writing| {
            writing.execute("UPDATE setting SET value = value || '!' WHERE key = 'team-name'", [])?;
            Ok(())
        });
        written.expect("somebody else writes");
        steps < 1_000
    });
    backed_up.expect("a copy");
    assert!(steps > 1, "the desk was too small to see anything");
    let copied = open(&copy).expect("a desk");
    assert_eq!(copied.check(&mut |_, _| true).expect("checked"), Vec::<String>::new());
    let olga = copied.admit(Some("olga")).expect("olga");
    let page = copied.read(&olga, &Wants::default()).expect("a page");
    assert_eq!(page.team, "Acme Support", "as it was at the beginning");
    let number = page.sections.iter().find(|row| row.section == deskline::domain::section::Section::Open);
    assert_eq!(number.map(|row| row.total), Some(14));

    let before = fs::read(&copy).expect("its bytes");
    let again = desk.desk.backup(&desk.agent("olga"), &copy, &mut |_, _| true);
    assert!(
        matches!(again, Err(Denied::Failed(sentence)) if sentence.contains("is there already; it was left untouched"))
    );
    assert_eq!(before, fs::read(&copy).expect("its bytes"));
    let other = desk.folder.path().join("other.db");
    let interrupted = desk.desk.backup(&desk.agent("olga"), &other, &mut |_, _| false);
    assert!(matches!(interrupted, Err(Denied::Failed(_))));
    assert!(!other.exists(), "half a copy is taken away");
    assert!(desk.desk.backup(&desk.agent("ana"), &other, &mut |_, _| true).is_err(), "owner and admins only (R5.6)");
    assert!(!other.exists());
}

/// Who writes waits for its turn; who reads waits for nobody.
#[test]
fn a_held_lock_holds_writers_and_no_readers() {
    let desk = TestDesk::new();
    let lock = fs::File::open(lock_path(&desk.file())).expect("the lock");
    lock.lock().expect("held");
    let (tell, told) = channel();
    let writer = desk.desk.clone();
    let waiting = std::thread::spawn(move || {
        let outcome = writer.receive(&inbound("mara@example.com", None, "hello")).map(|_| ());
        tell.send(()).expect("told");
        outcome
    });
    assert!(told.recv_timeout(Duration::from_millis(100)).is_err(), "it wrote out of turn");
    assert_eq!(desk.page("olga", &Wants::default()).badge, 0);
    lock.unlock().expect("let go");
    told.recv_timeout(Duration::from_secs(20)).expect("its turn");
    waiting.join().expect("no panic").expect("received");
    assert_eq!(desk.page("olga", &Wants::default()).badge, 1);
}

/// What cannot be finished leaves nothing behind.
#[test]
fn a_desk_that_cannot_be_made_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.db");
    for (team, owner) in [("", "olga"), ("Acme", "no handle!")] {
        let new = NewDesk { team: team.into(), owner: owner.into(), owner_name: None };
        assert!(Desk::create(&file, &new, Arc::new(chrono::Utc::now)).is_err());
    }
    assert_eq!(bytes(folder.path()), BTreeMap::new());
}
