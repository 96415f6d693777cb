//! Fetching from a Maildir: each mail once, moved on only when it is kept, whatever lies there besides.

use super::imap_server::USER;
use deskline::{
    config::SentFolder,
    domain::mail::{Fingerprint, FolderLook},
    email::{
        Fetched, FileTaker, Progress, Stop, Taker, Told, Trouble, TroubleKind,
        maildir::{self, Maildir},
    },
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    sync::mpsc,
    time::{Duration, SystemTime},
};
use tempfile::TempDir;

/// Who takes mails here: it knows them by their bytes, as a desk does.
#[derive(Default)]
struct Bag {
    taken: Vec<Vec<u8>>,
    sent: Vec<bool>,
    known: HashSet<Vec<u8>>,
    looks: BTreeMap<String, FolderLook>,
    files: HashMap<(String, Fingerprint), i64>,
    offered: usize,
    /// Files that were asked about: those that were listed and may be new.
    asked: usize,
    refuses: bool,
    /// It dies when it should remember what it has taken.
    forgets: bool,
    incomplete: Vec<String>,
    /// Where a mail must still lie while it is taken.
    still_in: Option<PathBuf>,
    tell: Option<mpsc::Sender<()>>,
}

impl Taker for Bag {
    fn cursor(&mut self, folder: &str) -> Result<Option<(u32, u32)>, Trouble> {
        panic!("{folder} numbers no mails")
    }

    fn take(&mut self, mails: Vec<Fetched>) -> Result<(), Trouble> {
        if self.refuses {
            return Err(Trouble::new(TroubleKind::Desk, "The disk is full."));
        }
        if let Some(folder) = &self.still_in {
            assert_eq!(fs::read_dir(folder).unwrap().count(), mails.len(), "moved on before it was kept");
        }
        self.offered += mails.len();
        for mail in mails {
            assert_eq!((mail.place, mail.arrived.is_some()), (None, true));
            self.incomplete.extend(mail.incomplete);
            if self.known.insert(mail.raw.clone()) {
                self.taken.push(mail.raw);
                self.sent.push(mail.sent);
            }
        }
        self.tell.iter().for_each(|tell| tell.send(()).unwrap());
        Ok(())
    }

    fn advance(&mut self, folder: &str, _: u32, _: u32) -> Result<(), Trouble> {
        panic!("{folder} numbers no mails")
    }
}

impl FileTaker for Bag {
    fn look(&mut self, folder: &str) -> Result<Option<FolderLook>, Trouble> {
        Ok(self.looks.get(folder).copied())
    }

    fn known(&mut self, folder: &str, files: &[Fingerprint]) -> Result<Vec<bool>, Trouble> {
        self.asked += files.len();
        Ok(files.iter().map(|file| self.files.contains_key(&(folder.to_owned(), *file))).collect())
    }

    fn remember(&mut self, folder: &str, files: &[(Fingerprint, i64)]) -> Result<(), Trouble> {
        if self.forgets {
            return Err(Trouble::new(TroubleKind::Desk, "The machine is off."));
        }
        self.files.extend(files.iter().map(|(file, changed)| ((folder.to_owned(), *file), *changed)));
        Ok(())
    }

    fn looked(&mut self, folder: &str, look: FolderLook, since: i64) -> Result<(), Trouble> {
        self.files.retain(|(of, _), changed| of != folder || *changed >= since);
        self.looks.insert(folder.to_owned(), look);
        Ok(())
    }
}

impl Bag {
    fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = self.taken.iter().map(|raw| String::from_utf8_lossy(raw).into_owned()).collect();
        words.sort();
        words
    }
}

fn folder() -> (TempDir, Maildir) {
    let folder = tempfile::tempdir().unwrap();
    for part in ["new", "cur", "tmp"] {
        fs::create_dir(folder.path().join(part)).unwrap();
    }
    let maildir = Maildir { folder: folder.path().to_owned(), sent: SentFolder::Found, clock: SystemTime::now };
    (folder, maildir)
}

fn put(folder: &Path, name: &str, text: &str) {
    // As mail servers do: written elsewhere, then moved.
    let written = folder.join("tmp").join("being-written");
    fs::write(&written, text).unwrap();
    fs::rename(written, folder.join(name)).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn sync(maildir: &Maildir, bag: &mut Bag) -> Result<Progress, Trouble> {
    maildir::sync(maildir, &Stop::default(), bag, &mut |_| {})
}

#[test]
fn what_is_new_is_taken_and_then_moved_on() {
    let (place, maildir) = folder();
    put(place.path(), "new/1.a", "one");
    put(place.path(), "new/2.b:2,", "two");
    put(place.path(), "new/3.c:2,FT", "three");
    put(place.path(), "cur/0.d:2,RS", "read elsewhere");
    let mut bag = Bag::default();
    let progress = sync(&maildir, &mut bag).unwrap();
    assert_eq!(progress, Progress { done: 4, total: 4 });
    assert_eq!(bag.words(), ["one", "read elsewhere", "three", "two"]);
    assert!(names(&place.path().join("new")).is_empty());
    assert_eq!(names(&place.path().join("cur")), ["0.d:2,RS", "1.a:2,S", "2.b:2,S", "3.c:2,FST"]);
    // Once more, as another process.
    assert_eq!(sync(&maildir, &mut bag).unwrap(), Progress::default());
    assert_eq!((bag.taken.len(), bag.offered), (4, 4));
    // Forgotten, what was changed within the hour is looked at, and known by its bytes.
    (bag.files, bag.looks.get_mut("cur").unwrap().state) = (HashMap::new(), None);
    sync(&maildir, &mut bag).unwrap();
    assert_eq!((bag.taken.len(), bag.offered), (4, 8));
    // Years from now …
    let look = bag.looks.get_mut("cur").unwrap();
    (bag.files, look.state, look.last) = (HashMap::new(), None, look.last + 3 * YEAR);
    sync(&Maildir { clock: years_ahead, ..maildir }, &mut bag).unwrap();
    assert_eq!(bag.offered, 8, "what is older than the last look is not even read");
}

const YEAR: u32 = 365 * 24 * 60 * 60;

fn years_ahead() -> SystemTime {
    SystemTime::now() + Duration::from_secs(5 * u64::from(YEAR))
}

/// Everything that a mail program and a mail server do with files; a second run finds nothing to read in any of it.
#[test]
fn what_was_taken_is_not_read_again_however_it_is_marked_and_moved() {
    let (place, maildir) = folder();
    fs::create_dir_all(place.path().join(".Sent/new")).unwrap();
    fs::create_dir_all(place.path().join(".Sent/cur")).unwrap();
    for name in ["new/1.a", "new/2.b", "cur/3.c:2,", "cur/4.d:2,S", ".Sent/cur/5.e:2,S", ".Sent/new/6.f"] {
        put(place.path(), name, name);
    }
    let mut bag = Bag::default();
    sync(&maildir, &mut bag).unwrap();
    assert_eq!((bag.offered, bag.files.len()), (6, 6));
    assert!(bag.looks.values().all(|look| look.state.is_some()) && bag.looks.len() == 3, "{:?}", bag.looks);
    let asked = bag.asked;
    assert_eq!(sync(&maildir, &mut bag).unwrap(), Progress::default());
    assert_eq!((bag.offered, bag.asked), (6, asked), "folders where nothing happened are not even listed");

    let cur = place.path().join("cur");
    fs::rename(cur.join("3.c:2,"), cur.join("3.c:2,RS")).unwrap();
    fs::rename(cur.join("1.a:2,S"), cur.join("1.a:2,FS")).unwrap();
    fs::rename(cur.join("4.d:2,S"), place.path().join("new/4.d:2,S")).unwrap();
    fs::remove_file(cur.join("2.b:2,S")).unwrap();
    assert_eq!(sync(&maildir, &mut bag).unwrap(), Progress::default());
    assert_eq!((bag.offered, names(&cur)), (6, vec!["1.a:2,FS".into(), "3.c:2,RS".into(), "4.d:2,S".into()]));

    put(place.path(), "cur/7.g:2,S", "one more");
    assert_eq!(sync(&maildir, &mut bag).unwrap(), Progress { done: 1, total: 1 });
    put(place.path(), ".Sent/new/8.h", "another");
    assert_eq!(sync(&maildir, &mut bag).unwrap(), Progress { done: 1, total: 1 });
    assert_eq!((bag.taken.len(), bag.offered), (8, 8));
}

#[test]
fn other_bytes_under_a_known_name_are_another_mail() {
    let (place, maildir) = folder();
    for name in ["new/1.a", "cur/2.b:2,S", "cur/3.c:2,S"] {
        put(place.path(), name, "one");
    }
    let mut bag = Bag::default();
    sync(&maildir, &mut bag).unwrap();
    // Another file of the same size in its place, the same file with other bytes, and both folders of a backup put back.
    put(place.path(), "cur/1.a:2,S", "two");
    fs::write(place.path().join("cur/2.b:2,S"), "three").unwrap();
    sync(&maildir, &mut bag).unwrap();
    assert_eq!(bag.words(), ["one", "three", "two"]);
    assert_eq!(bag.offered, 5);
    put(place.path(), "new/1.a", "four");
    fs::remove_file(place.path().join("cur/1.a:2,S")).unwrap();
    sync(&maildir, &mut bag).unwrap();
    assert_eq!(bag.words(), ["four", "one", "three", "two"]);
}

#[test]
fn another_folder_in_its_place_is_read_whole() {
    let (place, maildir) = folder();
    fs::create_dir(place.path().join("kept")).unwrap();
    put(place.path(), "kept/1.a:2,S", "kept elsewhere");
    put(place.path(), "cur/2.b:2,S", "here");
    let mut bag = Bag::default();
    let late = Maildir { clock: years_ahead, ..maildir };
    sync(&late, &mut bag).unwrap();
    bag.looks.get_mut("cur").unwrap().last += 3 * YEAR;
    fs::rename(place.path().join("cur"), place.path().join("old")).unwrap();
    fs::rename(place.path().join("kept"), place.path().join("cur")).unwrap();
    sync(&late, &mut bag).unwrap();
    assert_eq!(bag.words(), ["here", "kept elsewhere"]);
}

/// It ran ahead while mails were taken; those that come when it is right again are older than what was taken.
#[test]
fn a_clock_that_was_set_back_hides_nothing() {
    let (place, maildir) = folder();
    put(place.path(), "cur/1.a:2,S", "one");
    let mut bag = Bag::default();
    sync(&maildir, &mut bag).unwrap();
    let right = bag.looks["cur"].last;
    bag.looks.get_mut("cur").unwrap().last += 3 * YEAR;
    put(place.path(), "cur/2.b:2,S", "two");
    sync(&maildir, &mut bag).unwrap();
    assert_eq!(bag.words(), ["one", "two"]);
    assert!(bag.looks["cur"].last < right + YEAR, "and the look goes by the clock again");
    // The clock is behind: the folder changed in the future, so nothing can be said of it.
    let behind = Maildir { clock: || SystemTime::now() - Duration::from_secs(7200), ..maildir };
    put(place.path(), "cur/3.c:2,S", "three");
    sync(&behind, &mut bag).unwrap();
    assert_eq!((bag.words().len(), bag.looks["cur"].state), (3, None));
    put(place.path(), "cur/4.d:2,S", "four");
    sync(&behind, &mut bag).unwrap();
    assert_eq!((bag.words().len(), bag.offered), (4, 4));
}

#[test]
fn what_is_remembered_ends_with_its_use() {
    let (place, maildir) = folder();
    for number in 0..50 {
        put(place.path(), &format!("new/{number}.a"), &number.to_string());
    }
    let mut bag = Bag::default();
    sync(&maildir, &mut bag).unwrap();
    assert_eq!((bag.taken.len(), bag.files.len()), (50, 50));
    // All of it is older than an hour now; the newest file alone says so.
    for changed in bag.files.values_mut() {
        *changed -= 3601;
    }
    put(place.path(), "cur/50.b:2,S", "the newest");
    sync(&maildir, &mut bag).unwrap();
    assert_eq!((bag.taken.len(), bag.files.len()), (51, 1));
}

/// Killed between the two, it reads some again and loses none.
#[test]
fn what_is_taken_and_not_remembered_is_read_again() {
    let (place, maildir) = folder();
    put(place.path(), "new/1.a", "one");
    put(place.path(), "cur/2.b:2,S", "two");
    let mut bag = Bag { forgets: true, ..Bag::default() };
    assert_eq!(sync(&maildir, &mut bag).unwrap_err().kind, TroubleKind::Desk);
    assert_eq!((bag.words(), names(&place.path().join("new"))), (vec!["one".to_owned()], vec!["1.a".to_owned()]));
    bag.forgets = false;
    sync(&maildir, &mut bag).unwrap();
    assert_eq!((bag.words(), bag.offered), (vec!["one".to_owned(), "two".to_owned()], 3));
    // Remembered, but not moved on yet.
    fs::rename(place.path().join("cur/1.a:2,S"), place.path().join("new/1.a")).unwrap();
    sync(&maildir, &mut bag).unwrap();
    assert_eq!((bag.offered, names(&place.path().join("cur"))), (3, vec!["1.a:2,S".into(), "2.b:2,S".into()]));
}

#[test]
fn nothing_is_moved_that_is_not_kept() {
    let (place, maildir) = folder();
    put(place.path(), "new/1.a", "one");
    put(place.path(), "new/2.b", "two");
    let mut bag = Bag { refuses: true, ..Bag::default() };
    assert_eq!(sync(&maildir, &mut bag).unwrap_err().kind, TroubleKind::Desk);
    assert_eq!(names(&place.path().join("new")), ["1.a", "2.b"]);
    let mut bag = Bag { still_in: Some(place.path().join("new")), ..Bag::default() };
    sync(&maildir, &mut bag).unwrap();
    assert_eq!(bag.words(), ["one", "two"]);
    assert_eq!(names(&place.path().join("cur")), ["1.a:2,S", "2.b:2,S"]);
}

#[test]
fn links_folders_and_hidden_files_are_no_mail() {
    let (place, maildir) = folder();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), USER).unwrap();
    symlink(outside.path().join("secret"), place.path().join("new/1.link")).unwrap();
    symlink("nowhere", place.path().join("new/2.dangling")).unwrap();
    fs::create_dir(place.path().join("new/3.folder")).unwrap();
    fs::write(place.path().join("new/.nfs0001"), "hidden").unwrap();
    fs::write(place.path().join("tmp/4.half"), "half").unwrap();
    assert!(std::process::Command::new("mkfifo").arg(place.path().join("new/5.pipe")).status().unwrap().success());
    let mut bag = Bag::default();
    sync(&maildir, &mut bag).unwrap();
    assert!(bag.taken.is_empty());
    assert_eq!(names(&place.path().join("new")).len(), 5);

    fs::remove_dir_all(place.path().join("new")).unwrap();
    symlink(outside.path(), place.path().join("new")).unwrap();
    let trouble = sync(&maildir, &mut bag).unwrap_err();
    assert!(bag.taken.is_empty() && trouble.sentence.contains("no folder"), "{trouble}");
}

#[test]
fn a_name_that_is_taken_replaces_nothing() {
    let (place, maildir) = folder();
    put(place.path(), "new/1.a", "new one");
    put(place.path(), "cur/1.a:2,S", "old one");
    let mut bag = Bag::default();
    let trouble = sync(&maildir, &mut bag).unwrap_err();
    assert!(trouble.sentence.contains("cannot be moved"), "{trouble}");
    assert_eq!(fs::read_to_string(place.path().join("cur/1.a:2,S")).unwrap(), "old one");
    assert_eq!(fs::read_to_string(place.path().join("new/1.a")).unwrap(), "new one");
    assert!(bag.words().contains(&"new one".to_owned()));
}

#[test]
fn names_that_are_no_text_and_odd_marks_are_no_matter() {
    use std::os::unix::ffi::OsStrExt as _;
    let (place, maildir) = folder();
    for (number, name) in [&b"\xff\xfe"[..], b"a b\n", b":2,", b"x:y:2,S", b"--help"].into_iter().enumerate() {
        let file = place.path().join("new").join(std::ffi::OsStr::from_bytes(name));
        fs::write(file, format!("mail {number}")).unwrap();
    }
    let mut bag = Bag::default();
    sync(&maildir, &mut bag).unwrap();
    assert_eq!(bag.words(), ["mail 0", "mail 1", "mail 2", "mail 3", "mail 4"]);
    assert_eq!(names(&place.path().join("new")).len() + names(&place.path().join("cur")).len(), 5, "none is gone");
}

#[test]
fn a_mail_that_is_too_large_is_taken_by_its_header() {
    let (place, maildir) = folder();
    let mut large = "Subject: large\r\n\r\n".to_owned();
    large.push_str(&"x".repeat(25 << 20));
    put(place.path(), "new/1.large", &large);
    put(place.path(), "new/2.small", "small");
    let mut bag = Bag::default();
    sync(&maildir, &mut bag).unwrap();
    assert_eq!(bag.words(), ["Subject: large\r\n\r\n", "small"]);
    assert!(
        bag.incomplete.len() == 1 && bag.incomplete[0].contains("26 MiB") && bag.incomplete[0].ends_with("1.large."),
        "{:?}",
        bag.incomplete
    );
}

#[test]
fn what_was_sent_from_elsewhere_is_read_and_left_as_it_is() {
    let named = |name: &str| SentFolder::Named(name.into());
    for (sent, name) in [
        (SentFolder::Found, ".Sent"),
        (named("Post/Aus"), ".Post.Aus"),
        // As Dovecot and Courier write other letters, and folders in folders.
        (named("Envoyés"), ".Envoy&AOk-s"),
        (SentFolder::Found, "Sent"),
        (named("Post/Aus"), "Post/Aus"),
        (named("Envoyés"), "Envoy&AOk-s"),
    ] {
        let (place, maildir) = folder();
        for part in ["new", "cur"] {
            fs::create_dir_all(place.path().join(name).join(part)).unwrap();
        }
        put(place.path(), &format!("{name}/cur/1.a:2,S"), "answer");
        put(place.path(), &format!("{name}/new/2.b"), "another");
        let maildir = Maildir { sent, ..maildir };
        let mut bag = Bag::default();
        sync(&maildir, &mut bag).unwrap();
        assert_eq!((bag.words(), bag.sent), (vec!["another".to_owned(), "answer".to_owned()], vec![true, true]));
        assert_eq!(names(&place.path().join(name).join("new")), ["2.b"]);
        let found = maildir::look(&maildir, None).unwrap();
        assert!(found.len() == 2 && found[1].sentence.contains("2 mails"), "{found:?}");
    }
}

#[test]
fn a_folder_that_is_none_is_said() {
    let place = tempfile::tempdir().unwrap();
    let maildir = Maildir { folder: place.path().join("none"), sent: SentFolder::Unread, clock: SystemTime::now };
    for trouble in [sync(&maildir, &mut Bag::default()).unwrap_err(), maildir::look(&maildir, None).unwrap_err()] {
        assert!(trouble.sentence.contains("this is no Maildir"), "{trouble}");
    }
}

/// What arrives is read as often as before.
#[test]
fn a_sent_folder_that_is_not_there_holds_nothing_up() {
    let (place, maildir) = folder();
    put(place.path(), "new/1.a", "one");
    let maildir = Maildir { sent: SentFolder::Named("../Snt".into()), ..maildir };
    let (tell, told) = mpsc::channel();
    let mut bag = Bag { tell: Some(tell), ..Bag::default() };
    let line = "Change the line sent = \"../Snt\" of this mailbox; sent = \"\" reads no folder for what was sent from elsewhere.";
    let trouble = sync(&maildir, &mut bag).unwrap_err();
    assert!(trouble.sentence.contains("it is not there") && trouble.sentence.ends_with(line), "{trouble}");
    let (stop, mut partly) = (Stop::default(), 0);
    std::thread::scope(|scope| {
        let (asks, path) = (stop.clone(), place.path());
        scope.spawn(move || {
            for name in ["new/2.b", "cur/3.c:2,S", "new/4.d"] {
                told.recv_timeout(Duration::from_secs(30)).unwrap();
                put(path, name, name);
            }
            told.recv_timeout(Duration::from_secs(30)).unwrap();
            asks.ask();
        });
        maildir::watch(&maildir, &stop, Duration::from_millis(2), &mut bag, &mut || 0, &mut |told| match told {
            Told::Partly(trouble, wait) => {
                assert!(trouble.sentence.ends_with(line) && wait == Duration::from_millis(2), "{trouble}");
                partly += 1;
            }
            Told::Progress(_) => {}
            Told::Works | Told::Trouble(..) => panic!("{told:?}"),
        });
    });
    assert!(partly > 0);
    assert_eq!(bag.words(), ["cur/3.c:2,S", "new/2.b", "new/4.d", "one"]);
}

#[test]
fn it_is_watched_in_both_places() {
    let (place, maildir) = folder();
    put(place.path(), "cur/1.a:2,", "one");
    let (tell, told) = mpsc::channel();
    let mut bag = Bag { tell: Some(tell), ..Bag::default() };
    let stop = Stop::default();
    std::thread::scope(|scope| {
        let (asks, path) = (stop.clone(), place.path());
        scope.spawn(move || {
            for name in ["new/2.b", "cur/3.c:2,S", "new/4.d", "cur/5.e:2,"] {
                told.recv_timeout(Duration::from_secs(30)).unwrap();
                put(path, name, name);
            }
            told.recv_timeout(Duration::from_secs(30)).unwrap();
            asks.ask();
        });
        maildir::watch(&maildir, &stop, Duration::from_millis(2), &mut bag, &mut || 0, &mut |told| {
            assert!(!matches!(told, Told::Trouble(..)), "{told:?}");
        });
    });
    assert_eq!(bag.words(), ["cur/3.c:2,S", "cur/5.e:2,", "new/2.b", "new/4.d", "one"]);
    assert_eq!(bag.offered, 5, "each was read once");
}

/// Where the tests run as root, every file can be read.
#[test]
fn a_mail_that_cannot_be_read_holds_no_other_up() {
    let (place, maildir) = folder();
    put(place.path(), "new/1.closed", "closed");
    put(place.path(), "new/2.open", "open");
    let closed = place.path().join("new/1.closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
    let mut bag = Bag::default();
    let outcome = sync(&maildir, &mut bag);
    assert!(bag.words().contains(&"open".to_owned()));
    if fs::read(&closed).is_err() && closed.exists() {
        assert!(outcome.unwrap_err().sentence.contains("cannot be read"));
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o600)).unwrap();
        sync(&maildir, &mut bag).unwrap();
    }
    assert_eq!(bag.words(), ["closed", "open"]);
}
