//! Fetching from a Maildir: each mail once, moved on only when it is kept, whatever lies there besides.

use super::imap_server::USER;
use deskline::{
    config::SentFolder,
    email::{
        Fetched, Progress, Stop, Taker, Told, Trouble, TroubleKind,
        maildir::{self, Maildir},
    },
};
use std::{
    collections::{BTreeMap, HashSet},
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    sync::mpsc,
    time::Duration,
};
use tempfile::TempDir;

/// Who takes mails here: it knows them by their bytes, as a desk does.
#[derive(Default)]
struct Bag {
    taken: Vec<Vec<u8>>,
    sent: Vec<bool>,
    known: HashSet<Vec<u8>>,
    cursors: BTreeMap<String, (u32, u32)>,
    offered: usize,
    refuses: bool,
    incomplete: Vec<String>,
    /// Where a mail must still lie while it is taken.
    still_in: Option<PathBuf>,
    tell: Option<mpsc::Sender<()>>,
}

impl Taker for Bag {
    fn cursor(&mut self, folder: &str) -> Result<Option<(u32, u32)>, Trouble> {
        Ok(self.cursors.get(folder).copied())
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
            assert_eq!(mail.place, None);
            self.incomplete.extend(mail.incomplete);
            if self.known.insert(mail.raw.clone()) {
                self.taken.push(mail.raw);
                self.sent.push(mail.sent);
            }
        }
        self.tell.iter().for_each(|tell| tell.send(()).unwrap());
        Ok(())
    }

    fn advance(&mut self, folder: &str, uid_validity: u32, uid: u32) -> Result<(), Trouble> {
        self.cursors.insert(folder.to_owned(), (uid_validity, uid));
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
    let maildir = Maildir { folder: folder.path().to_owned(), sent: SentFolder::Found };
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
    // Once more, as another process: what was changed within the hour is looked at, and known.
    sync(&maildir, &mut bag).unwrap();
    assert_eq!(bag.taken.len(), 4);
    bag.cursors.insert("cur".into(), (1, u32::MAX));
    let offered = bag.offered;
    sync(&maildir, &mut bag).unwrap();
    assert_eq!(bag.offered, offered, "what is older than the last look is not even read");
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
    for (sent, name) in [(SentFolder::Found, ".Sent"), (SentFolder::Named("Post/Aus".into()), ".Post.Aus")] {
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
        let found = maildir::look(&maildir).unwrap();
        assert!(found.len() == 2 && found[1].contains("2 mails"), "{found:?}");
    }
}

#[test]
fn a_folder_that_is_none_is_said() {
    let place = tempfile::tempdir().unwrap();
    let maildir = Maildir { folder: place.path().join("none"), sent: SentFolder::Unread };
    for trouble in [sync(&maildir, &mut Bag::default()).unwrap_err(), maildir::look(&maildir).unwrap_err()] {
        assert!(trouble.sentence.contains("this is no Maildir"), "{trouble}");
    }
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
