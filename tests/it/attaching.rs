//! Files on the screen: those that go with what is written, and those that are saved.

use crate::{
    desks::{TestDesk, note, text as writing},
    seat::Seat,
};
use deskline::{
    desk::page::Attachment,
    domain::{
        command::{Command, Writing},
        id::{ConversationId, EntrySeq},
        letter::Attached,
    },
    tui::{
        ask::{Effect, Msg},
        session::{Event, files::Folders},
    },
};
use std::{fs, path::PathBuf};
use tempfile::TempDir;

/// Ana's machine.
struct Home {
    desk: TestDesk,
    folder: TempDir,
    conversation: ConversationId,
}

impl Home {
    fn new() -> Self {
        let desk = TestDesk::with_privacy();
        let conversation = desk.arrival();
        let folder = tempfile::tempdir().unwrap();
        let home = Self { desk, folder, conversation };
        fs::create_dir(home.path("Downloads")).unwrap();
        home.holds("bill.pdf", &bytes(3_000));
        home.holds("plan.txt", b"the plan\n");
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn holds(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).unwrap();
    }

    fn folders(&self) -> Folders {
        Folders { downloads: vec![self.path("Downloads")], home: Some(self.folder.path().to_owned()) }
    }

    /// Ana in front of the conversation.
    fn seat(&self, size: (u16, u16)) -> Seat {
        let mut seat = Seat::sized(&self.desk, "ana", size);
        seat.session.has_files(self.folders());
        self.opened(seat)
    }

    fn opened(&self, mut seat: Seat) -> Seat {
        seat.keys("g o Enter");
        assert_eq!(seat.session.model().thread.as_ref().map(|view| view.conversation), Some(self.conversation));
        seat
    }

    fn newest(&self) -> (EntrySeq, String, Vec<Attachment>) {
        let entries = self.desk.thread("olga", self.conversation).entries;
        let entry = entries.into_iter().rfind(|entry| !entry.text.contains("took this")).unwrap();
        (entry.seq, entry.text, entry.attachments)
    }

    fn content(&self, seq: EntrySeq, number: usize) -> Vec<u8> {
        self.desk.desk.attachment(&self.desk.agent("olga"), self.conversation, seq, number).unwrap().unwrap()
    }

    /// What was saved, by name.
    fn saved(&self) -> Vec<String> {
        let all = fs::read_dir(self.path("Downloads")).unwrap();
        let mut all: Vec<String> = all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        all.sort();
        all
    }

    /// A reply with these files is there already.
    fn has(&self, files: &[(&str, &[u8])]) -> EntrySeq {
        let file = |(name, content): &(&str, &[u8])| Attached {
            name: (*name).to_owned(),
            media_type: "application/pdf".into(),
            content: content.to_vec(),
            note: None,
        };
        let files = files.iter().map(file).collect();
        let done = self.desk.does("ben", self.conversation, Command::Reply(Writing { files, ..writing("Here") }));
        done.message.unwrap()
    }
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from(place * 13 % 256).unwrap()).collect()
}

fn says(seat: &mut Seat, words: &str) {
    let shown = seat.shown();
    assert!(shown.contains(words), "{words:?} is not there:\n{shown}");
}

fn says_nothing_of(seat: &mut Seat, words: &str) {
    let shown = seat.shown();
    assert!(!shown.contains(words), "{words:?} is there:\n{shown}");
}

#[test]
fn a_file_goes_with_a_reply_by_its_path() {
    let home = Home::new();
    let mut seat = home.seat((120, 40));
    seat.keys("r").text("Here it is").keys("Tab a").text("~/bi").keys("Tab");
    says(&mut seat, "~/bill.pdf");
    seat.keys("Enter");
    says(&mut seat, "1 file, 2 KB");
    seat.text("~/plan.txt").keys("Enter Esc");
    says(&mut seat, "─ 2 files, 2 KB ─");
    says(&mut seat, "a attach");
    seat.keys("Enter");
    says(&mut seat, "Sent.");
    says(&mut seat, "+ PDF · 2 KB · bill.pdf");
    let (seq, text, files) = home.newest();
    assert_eq!((text.as_str(), files[0].name.as_str(), files[1].name.as_str()), ("Here it is", "bill.pdf", "plan.txt"));
    assert_eq!((files[0].media_type.as_str(), home.content(seq, 1)), ("application/pdf", bytes(3_000)));
    assert_eq!(home.content(seq, 2), b"the plan\n");
    assert!(home.desk.thread("ana", home.conversation).drafts.is_empty(), "nothing is left behind");
    seat.keys("r");
    says_nothing_of(&mut seat, "2 files");
}

#[test]
fn files_go_with_notes_internal_messages_and_what_begins_on_an_item() {
    let home = Home::new();
    let attach = |seat: &mut Seat| {
        seat.text("See").keys("Tab a").text("~/plan.txt").keys("Enter Esc Ctrl-S");
    };
    let mut seat = home.seat((160, 40));
    seat.keys("n");
    attach(&mut seat);
    says(&mut seat, "Noted.");
    assert_eq!(home.newest().2.len(), 1);
    let item = home.desk.ticket();
    home.desk.does("ana", home.conversation, crate::desks::link(item));
    seat.rang();
    seat.keys("Tab n");
    says(&mut seat, "TK-1");
    attach(&mut seat);
    let begun = home.desk.tab("ana", item).into_iter().find(|id| *id != home.conversation).expect("it was begun");
    assert_eq!(home.desk.thread("ana", begun).entries[0].attachments[0].name, "plan.txt");
}

#[test]
fn a_file_is_taken_off_again_and_none_goes_twice() {
    let home = Home::new();
    let mut seat = home.seat((120, 40));
    seat.keys("r").text("Here").keys("Tab a");
    for typed in ["~/bill.pdf", "~/plan.txt", "~/Downloads/../bill.pdf"] {
        seat.text(typed).keys("Enter");
    }
    says(&mut seat, "bill.pdf goes with it already.");
    says(&mut seat, "2 files, 2 KB");
    seat.keys("Ctrl-U").text("~/plan.txt").keys("Enter");
    says(&mut seat, "plan.txt goes with it already.");
    seat.keys("Ctrl-U Down");
    says(&mut seat, "x takes the picked file off");
    seat.keys("x Esc Esc Ctrl-S");
    says(&mut seat, "Sent.");
    assert_eq!(home.newest().2.len(), 1);
}

#[test]
fn what_cannot_go_is_said_where_it_is_typed() {
    let home = Home::new();
    home.holds("empty", b"");
    fs::File::create(home.path("large")).unwrap().set_len((18 << 20) + 1).unwrap();
    fs::File::create(home.path("half")).unwrap().set_len(10 << 20).unwrap();
    fs::File::create(home.path("more")).unwrap().set_len(9 << 20).unwrap();
    let mut seat = home.seat((120, 40));
    seat.keys("r").text("Here").keys("Tab a");
    for (typed, words) in [
        ("~/nothing", "nothing is not there."),
        ("~/Downloads", "Downloads is no file."),
        ("~/empty", "empty is empty."),
        ("~/large", "The files have more than 18.0 MB together"),
    ] {
        seat.keys("Ctrl-U").text(typed).keys("Enter");
        says(&mut seat, words);
        seat.text("x");
        says_nothing_of(&mut seat, words);
    }
    seat.keys("Ctrl-U").text("~/half").keys("Enter").text("~/more").keys("Enter");
    says(&mut seat, "The files have more than 18.0 MB together");
    says(&mut seat, "1 file, 10.0 MB");
    seat.keys("Ctrl-U Enter");
    says_nothing_of(&mut seat, "Attach files");
}

#[test]
fn a_file_that_is_gone_is_named_and_the_draft_kept() {
    let home = Home::new();
    let mut seat = home.seat((120, 40));
    seat.keys("r").text("Here").keys("Tab a").text("~/bill.pdf").keys("Enter Esc");
    fs::remove_file(home.path("bill.pdf")).unwrap();
    let before = home.newest().0;
    seat.keys("Ctrl-S");
    says(&mut seat, "bill.pdf is not there. Take it off, or put it back. The draft is kept.");
    assert_eq!(home.newest().0, before);
    home.holds("bill.pdf", b"again");
    seat.keys("Tab Ctrl-S");
    says(&mut seat, "Sent.");
    assert_eq!(home.content(home.newest().0, 1), b"again", "as it is when it is sent");
}

#[test]
fn files_are_kept_with_the_draft() {
    let home = Home::new();
    let mut seat = home.seat((120, 40));
    seat.keys("r Tab a").text("~/bill.pdf").keys("Enter");
    // Nobody left anything: the machine stopped.
    drop(seat);
    let mut seat = home.seat((120, 40));
    says(&mut seat, "1 file, 2 KB");
    seat.keys("n");
    says_nothing_of(&mut seat, "1 file");
    seat.keys("Esc r");
    says(&mut seat, "1 file, 2 KB");
    seat.keys("Ctrl-S");
    says(&mut seat, "Write a word to the files.");
    seat.text("Here").keys("Ctrl-S");
    says(&mut seat, "Sent.");
    assert_eq!(home.newest().2.len(), 1);
    seat.keys("r Tab a").text("~/bill.pdf").keys("Enter Down x Esc Esc Esc");
    assert!(home.desk.thread("ana", home.conversation).drafts.is_empty(), "an empty draft is none");
}

/// R1.4: what is asked back is asked with the files, and sent with them.
#[test]
fn a_notes_file_is_asked_back_on_the_screen() {
    let home = Home::new();
    let plan =
        Attached { name: "p".into(), media_type: "text/plain".into(), content: b"the plan\n".to_vec(), note: None };
    home.desk.does("ben", home.conversation, Command::Note(Writing { files: vec![plan], ..writing("Look") }));
    let mut seat = home.seat((120, 40));
    seat.keys("r").text("Here").keys("Tab a").text("~/plan.txt").keys("Enter Esc Ctrl-S");
    says(&mut seat, "which belongs to a note by");
    seat.keys("y");
    says(&mut seat, "Sent.");
    assert_eq!(home.content(home.newest().0, 1), b"the plan\n");
    // What somebody added meanwhile holds it all the same (R7.6).
    seat.keys("r").text("More").keys("Tab a").text("~/bill.pdf").keys("Enter Esc");
    home.desk.does("ben", home.conversation, note("Wait"));
    seat.keys("Ctrl-S");
    says(&mut seat, "Wait");
}

/// Many terminals take nothing into their clipboard from afar: then the command is there to be read, or is nowhere.
#[test]
fn the_command_that_brings_a_file_over_is_shown_whole() {
    let home = Home::new();
    let seq = home.has(&[("bill of the whole last year, with all its pages.pdf", b"%PDF")]);
    for size in [(80, 24), (60, 20), (120, 40)] {
        let mut seat = home.opened(Seat::elsewhere(&home.desk, "ana"));
        seat.take(Event::Input(Msg::Resize(size.0, size.1)));
        seat.keys("End G S");
        let whole = format!(
            "Copied for your machine: (set -C; ssh HOST conversation attachment 1 {seq} 1 > './bill of the whole last year, \
             with all its pages.pdf')"
        );
        let shown = seat.shown().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.ends_with(&whole), "{size:?}: {}", seat.shown());
        // With the next key everything is back in its place.
        assert!(!seat.keys("j").shown().contains("set -C"), "{size:?}");
    }
}

#[test]
fn elsewhere_nothing_of_this_machine_is_read_or_written() {
    let home = Home::new();
    let seq = home.has(&[("bill.pdf", b"%PDF"), ("it's mine.pdf", b"%PDF 2")]);
    let mut seat = home.opened(Seat::elsewhere(&home.desk, "ana"));
    seat.keys("r").text("Here").keys("Tab a");
    let command = "ssh HOST conversation reply 1 --body TEXT --attach - --attach-name NAME < FILE";
    assert!(seat.outside.contains(&Effect::Copy(command.into())), "{:?}", seat.outside);
    says(&mut seat, "Copied, since your files are on your machine: ssh HOST conversation reply 1");
    seat.keys("Esc Esc k S");
    seat.keys("End G S");
    says(&mut seat, "Nothing is saved on the server: you get the command for your machine.");
    seat.keys("G Enter");
    let one = format!("ssh HOST conversation attachment 1 {seq} 1 > bill.pdf");
    let two = format!("ssh HOST conversation attachment 1 {seq} 2 > './it'\\''s mine.pdf'");
    assert!(seat.outside.contains(&Effect::Copy(format!("(set -C; {one} && {two})"))), "{:?}", seat.outside);
    assert!(home.saved().is_empty());
    // A draft that was begun on the machine itself: its files are not sent from elsewhere, and can be taken off.
    let mut here = home.seat((120, 40));
    here.keys("r").text("!").keys("Tab a").text("~/bill.pdf").keys("Enter Esc Esc Esc");
    let mut seat = home.opened(Seat::elsewhere(&home.desk, "ana"));
    let before = home.newest().0;
    seat.keys("r Ctrl-S");
    says(&mut seat, "The files lie on another machine.");
    assert_eq!(home.newest().0, before);
    seat.keys("Tab a").text("/etc/passwd").keys("Enter");
    says(&mut seat, "The files lie on another machine.");
    seat.keys("Ctrl-U").text("/etc/pass").keys("Tab");
    says_nothing_of(&mut seat, "passwd");
    seat.keys("Ctrl-U Down x Esc Ctrl-S");
    says(&mut seat, "Sent.");
    assert!(home.newest().2.is_empty());
}

/// From elsewhere, too, every file arrives, and none takes the place of another.
#[test]
fn the_command_for_elsewhere_overwrites_nothing() {
    let home = Home::new();
    home.has(&[("image.png", b"one"), ("image.png", b"two"), ("plan.txt", b"three")]);
    let mut seat = home.opened(Seat::elsewhere(&home.desk, "ana"));
    seat.keys("End S G Enter");
    let copied = |effect: &Effect| if let Effect::Copy(command) = effect { Some(command.clone()) } else { None };
    let command = seat.outside.iter().find_map(copied).unwrap();
    let there = tempfile::tempdir().unwrap();
    // Stands for the server: it gives the number of the file.
    let script = format!("ssh() {{ printf %s \"$6\"; }}\n{command}");
    let run = || {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).current_dir(&there).stderr(std::process::Stdio::null());
        shell.status().unwrap().success()
    };
    let content = |name: &str| fs::read_to_string(there.path().join(name)).ok();
    fs::write(there.path().join("plan.txt"), "mine").unwrap();
    assert!(!run(), "{command}");
    assert_eq!(content("image.png").as_deref(), Some("1"), "{command}");
    assert_eq!(content("image (2).png").as_deref(), Some("2"), "{command}");
    assert_eq!(content("plan.txt").as_deref(), Some("mine"), "{command}");
    fs::remove_dir_all(there.path()).unwrap();
    fs::create_dir(there.path()).unwrap();
    assert!(run());
    assert_eq!(content("plan.txt").as_deref(), Some("3"), "{command}");
}

#[test]
fn what_is_attached_is_saved_once_more_under_another_name() {
    let home = Home::new();
    let mut seat = home.seat((120, 40));
    seat.keys("S");
    says(&mut seat, "Nothing is attached to this message.");
    home.has(&[("../bill.pdf", b"one")]);
    seat.rang();
    seat.keys("End S");
    says(&mut seat, "Saved ~/Downloads/bill.pdf");
    seat.keys("S");
    says(&mut seat, "Saved ~/Downloads/bill (2).pdf");
    assert_eq!(home.saved(), ["bill (2).pdf", "bill.pdf"]);
    assert_eq!(fs::read(home.path("Downloads/bill (2).pdf")).unwrap(), b"one");
    home.has(&[("a.pdf", b"a"), ("b.pdf", b"b"), ("a.pdf", b"c")]);
    seat.rang();
    seat.keys("End S j Enter");
    says(&mut seat, "Saved ~/Downloads/b.pdf");
    seat.keys("S G Enter");
    says(&mut seat, "Saved ~/Downloads/a.pdf, ~/Downloads/b (2).pdf, ~/Downloads/a (2).pdf");
    // What was imported is described and no more.
    let file = rusqlite::Connection::open(home.desk.file()).unwrap();
    file.execute("UPDATE attachment SET hash = NULL", []).unwrap();
    seat.keys("S Enter");
    says(&mut seat, "Of a.pdf the desk keeps only the name, not what is in it.");
}

#[test]
fn saving_stands_in_the_menu_and_the_palette_where_there_is_something() {
    let home = Home::new();
    let mut seat = home.seat((120, 40));
    seat.keys("m");
    says_nothing_of(&mut seat, "Save attachments");
    seat.keys("Esc");
    home.has(&[("bill.pdf", b"one")]);
    seat.rang();
    seat.keys("End m");
    says(&mut seat, "Save attachments");
    seat.keys("S");
    says(&mut seat, "Saved ~/Downloads/bill.pdf");
    seat.keys(":").text("save files").keys("Enter");
    says(&mut seat, "Saved ~/Downloads/bill (2).pdf");
    seat.keys(":").text("attach");
    says(&mut seat, "Files go with a message. Write one first: r or n.");
}

/// R6.4: without access the box goes, and nothing is saved.
#[test]
fn without_access_nothing_more_is_saved() {
    let home = Home::new();
    home.has(&[("a.pdf", b"a"), ("b.pdf", b"b")]);
    let mut seat = home.seat((120, 40));
    seat.keys("End S");
    says(&mut seat, "Save attachments");
    home.desk.does("olga", home.conversation, crate::desks::assign("ben"));
    home.desk.does(
        "olga",
        home.conversation,
        crate::desks::make(deskline::domain::conversation::Privacy::Private, true),
    );
    // The key comes before the bell.
    seat.keys("Enter");
    seat.rang();
    says_nothing_of(&mut seat, "Save attachments");
    assert!(home.saved().is_empty());
}

#[test]
fn how_it_looks() {
    for size in [(80, 24), (120, 40)] {
        let home = Home::new();
        home.holds("bill-2.pdf", b"x");
        let name = |what: &str| format!("{what}_{}x{}", size.0, size.1);
        let mut seat = home.seat(size);
        seat.keys("r").text("Here it is.").keys("Tab a").text("~/bi").keys("Tab");
        insta::assert_snapshot!(name("completing"), seat.shown());
        seat.text(".pdf").keys("Enter").text("~/bill-2.pdf").keys("Enter").text("~/bill-3.pdf").keys("Enter");
        insta::assert_snapshot!(name("files"), seat.shown());
        seat.keys("Esc");
        insta::assert_snapshot!(name("composer_with_files"), seat.shown());
        seat.keys("Enter End S");
        insta::assert_snapshot!(name("save_attachments"), seat.shown());
    }
}
