//! The built binary at a real terminal: what it shows, what it keeps, and how it leaves the terminal behind.

#![allow(clippy::unwrap_used)]

use crate::{
    desks::TestDesk,
    pty::{Setting, Terminal, frames_are_balanced, switched_off, until},
};
use deskline::{
    desk::page::{DraftPlace, Wants},
    domain::id::ConversationId,
    tui::{ansi, terminal::Screen},
};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

const CTRL_C: &str = "\x03";
const CTRL_O: &str = "\x0f";
const CTRL_S: &str = "\x13";
const CTRL_Z: &str = "\x1a";
const ESC: &str = "\x1b";
const HELD: &str = "DESKLINE_TEST_HELD";
const PANICS: &str = "DESKLINE_TEST_PANICS";

/// A desk with one conversation, and ana's messenger on it with the composer open.
fn writing(words: &str) -> (TestDesk, ConversationId, Terminal) {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ana = Terminal::messenger(&desk.file(), "ana");
    ana.shows("My card is declined");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys(words).shows(words);
    (desk, id, ana)
}

/// What is kept as ana's draft.
fn draft(desk: &TestDesk, id: ConversationId) -> Option<String> {
    let wants = Wants { draft: Some(DraftPlace::Conversation(id)), ..Wants::default() };
    desk.page("ana", &wants).draft.map(|draft| draft.text)
}

/// Waits until this is kept as ana's draft.
fn draft_becomes(desk: &TestDesk, id: ConversationId, text: &str) {
    until(&format!("{text} is kept"), || draft(desk, id).as_deref() == Some(text));
}

/// A copy of the demo desk, which is built once.
fn demo() -> tempfile::TempDir {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder").keep();
        let file = folder.join("desk.db");
        let ran = Command::new(env!("CARGO_BIN_EXE_deskline"))
            .args(["demo", "--build-only", "--desk"])
            .arg(&file)
            .output()
            .expect("the binary runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        file
    });
    let folder = tempfile::tempdir().expect("a folder");
    for end in ["", "-wal"] {
        let name = format!("desk.db{end}");
        let from = built.with_file_name(&name);
        if from.exists() {
            std::fs::copy(from, folder.path().join(name)).expect("a copy");
        }
    }
    folder
}

#[test]
fn the_first_screen_is_whole() {
    let folder = demo();
    let mut olga = Terminal::messenger(&folder.path().join("desk.db"), "olga");
    olga.shows("all keys");
    let text = olga.text();
    for words in
        ["deskline", "QUEUE", "FROM CUSTOMERS", "MY CONVERSATIONS", "Open conversations", "Send Message", "owner"]
    {
        assert!(text.contains(words), "{words}:\n{text}");
    }
    assert!(olga.seen().screen().alternate_screen() && olga.seen().screen().bracketed_paste());
    olga.keys("q");
    assert_eq!(olga.ended(), (0, None));
    assert!(!olga.seen().screen().alternate_screen() && !olga.seen().screen().hide_cursor());
    olga.is_restored();
}

#[test]
fn a_reply_is_written_and_sent() {
    let (desk, id, mut ana) = writing("We look into it.");
    ana.keys(CTRL_S).no_longer_shows("Ctrl-S send");
    ana.shows("We look into it.");
    assert!(desk.texts("ana", id).iter().any(|text| text == "We look into it."));
    assert_eq!(draft(&desk, id), None);
    assert!(ana.text().contains("→ Ana"), "answering takes it (R5.3):\n{}", ana.text());
    ana.keys("q");
    assert_eq!(ana.ended(), (0, None));
    ana.is_restored();
}

#[test]
fn every_size_is_drawn_and_a_small_one_asks_for_room() {
    let folder = demo();
    let mut olga = Terminal::messenger(&folder.path().join("desk.db"), "olga");
    olga.shows("all keys");
    let first = olga.text();
    for (columns, rows, words) in [
        (80, 24, "Open conversations"),
        (60, 20, "From Customers › Open conversations"),
        (200, 50, "MY CONVERSATIONS"),
        (30, 8, "deskline needs 40 × 10"),
    ] {
        olga.resize(columns, rows);
        let whole = |seen: &crate::pty::Seen| {
            let text = seen.text();
            text.contains(words) && (rows < 10 || text.lines().last().is_some_and(|line| line.contains("all keys")))
        };
        olga.when(&format!("{columns}×{rows}: {words}"), whole);
    }
    olga.resize(120, 40);
    olga.when("the first screen again", |seen| seen.text() == first);
    olga.keys("q");
    assert_eq!(olga.ended(), (0, None));
    olga.is_restored();
}

#[test]
fn ctrl_c_is_esc_in_text_and_quits_elsewhere() {
    let (desk, id, mut ana) = writing("half a sen");
    ana.keys(CTRL_C).shows("Draft kept.");
    assert_eq!(draft(&desk, id).as_deref(), Some("half a sen"));
    ana.keys("/").shows("Search");
    ana.keys(CTRL_C).no_longer_shows("Search ");
    ana.keys(CTRL_C);
    assert_eq!(ana.ended(), (0, None));
    ana.is_restored();
}

#[test]
fn a_draft_is_there_again_after_quitting() {
    let (desk, id, mut ana) = writing("kept over quit");
    ana.keys(ESC).shows("Draft kept.");
    ana.keys("q");
    assert_eq!(ana.ended(), (0, None));
    assert_eq!(draft(&desk, id).as_deref(), Some("kept over quit"));
    let mut again = Terminal::messenger(&desk.file(), "ana");
    again.shows("draft: kept over quit");
    again.keys("r").shows("Ctrl-S send");
    again.keys(" and more").shows("kept over quit and more");
}

#[test]
fn a_draft_survives_being_killed_within_a_second() {
    let (desk, id, mut ana) = writing("kept over kill");
    let typed = Instant::now();
    draft_becomes(&desk, id, "kept over kill");
    assert!(typed.elapsed() < Duration::from_secs(5), "within a second, on a machine with time: {:?}", typed.elapsed());
    ana.signal("KILL");
    ana.ended();
    Terminal::messenger(&desk.file(), "ana").shows("draft: kept over kill");
}

#[test]
fn signals_that_end_it_keep_the_draft_and_restore_the_terminal() {
    for name in ["HUP", "TERM", "INT"] {
        let words = format!("kept over {name}");
        let (desk, id, mut ana) = writing(&words);
        ana.signal(name);
        assert_eq!(ana.ended().1, None, "{name} is answered by an orderly end");
        assert_eq!(draft(&desk, id), Some(words.clone()));
        ana.is_restored();
        Terminal::messenger(&desk.file(), "ana").shows(&format!("draft: {words}"));
    }
}

/// Not a test by itself: holds a terminal and is gone together with it. Without a desk in its environment it does nothing.
#[test]
fn a_terminal_to_be_lost() {
    let Some(file) = std::env::var_os(HELD) else { return };
    let mut ana = Terminal::messenger(Path::new(&file), "ana");
    ana.shows("My card is declined");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("kept over a lost line").shows("kept over a lost line");
    let mut out = std::io::stdout();
    writeln!(out, "pid {}", ana.pid()).and_then(|()| out.flush()).expect("a pipe");
    // The terminal goes while something is being typed.
    ana.keys("!");
    std::process::exit(0);
}

#[test]
fn a_lost_line_keeps_the_draft() {
    for _ in 0..5 {
        let desk = TestDesk::new();
        let id = desk.arrival();
        let mut holder = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "terminal::a_terminal_to_be_lost", "--nocapture"])
            .env(HELD, desk.file())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        let out = BufReader::new(holder.stdout.take().expect("its output"));
        let pid: Option<u32> =
            out.lines().map_while(Result::ok).find_map(|line| line.split("pid ").nth(1)?.trim().parse().ok());
        holder.wait().expect("its end");
        let pid = pid.expect("the messenger's process");
        until("the messenger ends with its terminal", || process_state(pid).is_none_or(|state| state == 'Z'));
        let kept = draft(&desk, id).unwrap_or_default();
        assert!(kept.starts_with("kept over a lost line"), "{kept:?}");
    }
}

/// Waits until a messenger is stopped.
fn stops(messenger: &Terminal) {
    until("it stops", || process_state(messenger.pid()) == Some('T'));
}

/// The state of a process, as a letter; `None` where there is none.
fn process_state(pid: u32) -> Option<char> {
    stat(pid)?.first()?.chars().next()
}

/// What the system says of a process, from its state on.
fn stat(pid: u32) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(stat.rsplit(')').next()?.split_whitespace().map(str::to_owned).collect())
}

#[test]
fn stopped_and_continued_it_gives_the_terminal_back_and_takes_it_again() {
    for stop in ["key", "TSTP"] {
        let (desk, id, mut ana) = writing("half a sentence");
        if stop == "key" {
            ana.keys(CTRL_Z);
        } else {
            ana.signal(stop);
        }
        stops(&ana);
        ana.when("the other screen", |seen| !seen.screen().alternate_screen());
        ana.is_restored();
        ana.signal("CONT");
        ana.when("its screen again", |seen| seen.text().contains("│ half a sentence "));
        ana.keys(" goes on").shows("half a sentence goes on");
        ana.signal("TERM");
        ana.ended();
        assert_eq!(draft(&desk, id).as_deref(), Some("half a sentence goes on"));
        ana.is_restored();
    }
}

#[test]
fn a_shell_stops_it_with_ctrl_z_and_brings_it_back_with_fg() {
    let desk = TestDesk::new();
    desk.arrival();
    let file = desk.file();
    let setting = Setting::on(&file, "ana").with("PS1", "shell$ ");
    let mut shell = Terminal::program("/bin/sh", &["-i"], &setting);
    shell.shows("shell$");
    shell.keys(&format!("{}\r", env!("CARGO_BIN_EXE_deskline"))).shows("My card is declined");
    shell.keys(CTRL_Z).when("the shell", |seen| !seen.screen().alternate_screen() && seen.text().contains("Stopped"));
    switched_off(&shell.raw());
    shell.keys("fg\r").when("the messenger", |seen| seen.screen().alternate_screen());
    shell.shows("My card is declined");
    shell.keys("q").when("the shell's next question", |seen| {
        !seen.screen().alternate_screen() && seen.text().contains("fg") && seen.text().trim_end().ends_with("shell$")
    });
    shell.keys("echo $((6 * 7))\r").shows("42");
    switched_off(&shell.raw());
    shell.keys("exit\r");
    shell.ended();
}

#[test]
fn the_mouse_is_off_until_asked_for_and_off_again_at_the_end() {
    let (_desk, _, mut ana) = writing("x");
    assert!(!ana.raw().contains("\x1b[?1000h"));
    ana.keys(ESC).shows("Draft kept.");
    ana.keys("M").shows("The mouse is on.");
    ana.signal("HUP");
    ana.ended();
    assert!(ana.raw().contains("\x1b[?1000h"));
    ana.is_restored();
}

/// Not a test by itself: takes its terminal over and panics. Without the word in its environment it does nothing.
#[test]
fn a_messenger_that_panics() {
    if std::env::var_os(PANICS).is_none() {
        return;
    }
    let mut screen = Screen::enter(|_| true).expect("a terminal");
    screen.write("on the screen").expect("a terminal");
    screen.mouse(true).expect("a terminal");
    panic!("said on the terminal as it was");
}

#[test]
fn a_panic_leaves_the_terminal_as_it_was_and_is_read_there() {
    let this = std::env::current_exe().expect("this program");
    let setting = Setting::on(Path::new("/nowhere"), "ana").with(PANICS, "1");
    let arguments = ["--exact", "terminal::a_messenger_that_panics", "--nocapture"];
    let mut panics = Terminal::program(this, &arguments, &setting);
    assert_ne!(panics.ended().0, 0);
    assert!(panics.raw().contains(ansi::ENTER), "{}", panics.raw());
    panics.is_restored();
    let after = panics.raw().split(ansi::LEAVE).last().unwrap_or_default().to_owned();
    assert!(after.contains("said on the terminal as it was"), "{after}");
}

#[test]
fn an_error_at_the_start_is_a_sentence_on_the_terminal_as_it_was() {
    let desk = TestDesk::new();
    let file = desk.file();
    let not_a_desk = desk.folder.path().join("not.db");
    std::fs::write(&not_a_desk, "no desk at all, only words").unwrap();
    let wrong_keys = desk.folder.path().join("wrong.toml");
    std::fs::write(&wrong_keys, "keymap = \"keys.toml\"\n").unwrap();
    std::fs::write(desk.folder.path().join("keys.toml"), "[[row]]\naction = \"no-such\"\nkeys = [\"F5\"]\n").unwrap();
    for (setting, words) in [
        (Setting::on(&file, "nobody"), "No active agent has that handle"),
        (Setting::on(&not_a_desk, "ana"), "not"),
        (Setting::on(&file, "ana").with("DESKLINE_CONFIG", &wrong_keys), "no-such"),
    ] {
        let mut fails = Terminal::deskline(&[], &setting);
        assert_ne!(fails.ended().0, 0, "{words}");
        assert!(fails.text().contains(words), "{words}: {}", fails.text());
        assert!(!fails.raw().contains(ESC), "{words}: {:?}", fails.raw());
        fails.is_restored();
    }
    assert_eq!(std::fs::read_to_string(not_a_desk).unwrap(), "no desk at all, only words");
}

#[test]
fn without_a_desk_a_sentence_offers_demo_and_init() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("desk.db");
    let mut none = Terminal::deskline(&[], &Setting::on(&nowhere, "ana"));
    assert_ne!(none.ended().0, 0);
    let text = none.text();
    assert!(text.contains("deskline demo") && text.contains("deskline init"), "{text}");
    none.is_restored();
    assert!(!nowhere.exists(), "nothing is made by looking");
}

#[test]
fn nothing_comes_out_and_nothing_is_computed_while_nothing_happens() {
    let (_desk, _, mut ana) = writing("x");
    ana.keys(ESC).shows("Draft kept.");
    ana.quiet_for(Duration::from_millis(1500));
    let before = ana.raw().len();
    let ticks = |pid| -> u64 { stat(pid).unwrap()[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum() };
    let computed = ticks(ana.pid());
    ana.quiet_for(Duration::from_millis(4500));
    assert_eq!(ana.raw().len(), before, "{:?}", &ana.raw()[before..]);
    let computed = ticks(ana.pid()) - computed;
    assert!(computed <= 6, "{computed} hundredths of a second computed while nothing happened");
}

#[test]
fn frames_are_shown_whole_and_hold_all_that_comes_out() {
    let folder = demo();
    let mut olga = Terminal::messenger(&folder.path().join("desk.db"), "olga");
    olga.shows("all keys");
    for keys in ["j", "j", "\r", ESC, "?", ESC, "b", ESC, "1", "2", "3"] {
        olga.keys(keys);
        olga.quiet_for(Duration::from_millis(60));
    }
    olga.keys("q");
    olga.ended();
    let raw = olga.raw();
    frames_are_balanced(&raw);
    let inside = raw.split_once(ansi::ENTER).unwrap().1.rsplit_once(ansi::LEAVE).unwrap().0;
    // Between two frames there is nothing but the window's title.
    for between in inside.split("\x1b[?2026h").map(|part| part.rsplit("\x1b[?2026l").next().unwrap()) {
        assert!(between.is_empty() || between.starts_with("\x1b]0;"), "{between:?}");
    }
}

#[test]
fn a_paste_is_one_block_and_never_sends() {
    let (desk, id, mut ana) = writing("> ");
    let before = desk.texts("ana", id).len();
    ana.keys("\x1b[200~one\rtwo\x13 \x1b[31mthree\x1b[0m\x03q\rfour\x1b[201~").shows("four");
    until("the draft is kept", || draft(&desk, id).is_some_and(|draft| draft.contains("four")));
    assert_eq!(desk.texts("ana", id).len(), before, "a paste never sends");
    let kept = draft(&desk, id).unwrap();
    assert!(kept.starts_with("> one\ntwo") && kept.ends_with("q\nfour"), "{kept:?}");
    assert!(!kept.chars().any(|letter| letter.is_control() && letter != '\n'), "{kept:?}");
    // One undo takes the whole block back.
    ana.keys("\x1f").no_longer_shows("four");
    assert!(!ana.text().contains("three"), "{}", ana.text());
    assert!(ana.text().contains("Ctrl-S send"), "it is still being written");
}

#[test]
fn a_paste_outside_of_text_does_nothing() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ana = Terminal::messenger(&desk.file(), "ana");
    ana.shows("My card is declined");
    ana.keys("\x1b[200~eLq\x03rhello\x13\x1b[201~").shows("Nothing was pasted.");
    assert_eq!(desk.texts("ana", id), ["My card is declined"]);
}

#[test]
fn no_color_and_a_dumb_terminal_get_no_colour() {
    let folder = demo();
    let file = folder.path().join("desk.db");
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let mut olga = Terminal::deskline(&[], &Setting::on(&file, "olga").with(name, value));
        olga.shows("all keys");
        for keys in ["j", "\r", "?", ESC, "b", ESC, "A", ESC, "r", ESC] {
            olga.keys(keys);
            olga.quiet_for(Duration::from_millis(60));
        }
        olga.keys("q");
        assert_eq!(olga.ended(), (0, None));
        let raw = olga.raw();
        assert_eq!(colours(&raw), Vec::<String>::new(), "{name}={value}");
        assert!(raw.contains(";7m") || raw.contains("[7m"), "what is selected is seen without colour");
    }
    let olga = Terminal::messenger(&file, "olga");
    olga.shows("all keys");
    assert_ne!(colours(&olga.raw()), Vec::<String>::new(), "otherwise there are colours");
}

/// Every code of colour in what came out.
fn colours(raw: &str) -> Vec<String> {
    let codes = raw.split("\x1b[").filter_map(|part| {
        let end = part.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
        part[end..].starts_with('m').then(|| &part[..end])
    });
    let colour = |code: &&str| matches!(code.parse::<u16>(), Ok(30..=38 | 40..=48 | 90..=97 | 100..=107));
    codes.flat_map(|codes| codes.split(';').filter(colour)).map(str::to_owned).collect()
}

#[test]
fn ctrl_o_continues_in_the_editor() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = TestDesk::new();
    let id = desk.arrival();
    let editor = desk.folder.path().join("editor.sh");
    let script = "#!/bin/sh\n\
        for file in \"$@\"; do :; done\n\
        stty -a | grep -q ' icanon' && echo 'the line is as it was'\n\
        ls -l \"$file\" | cut -c1-10\n\
        printf 'press a key '\nread answer\n\
        test \"$answer\" = fail && exit 3\n\
        printf '%s, %s\\nand a second line\\n' \"$(cat \"$file\")\" \"$answer\" > \"$file\"\n";
    std::fs::write(&editor, script).unwrap();
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).unwrap();
    let (file, editor) = (desk.file(), format!("{} --wait", editor.display()));
    let setting = Setting::on(&file, "ana").with("EDITOR", &editor).with("TMPDIR", desk.folder.path());
    let mut ana = Terminal::deskline(&[], &setting);
    ana.shows("My card is declined");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("begun here").shows("begun here");
    ana.keys(CTRL_O).shows("press a key");
    switched_off(&ana.raw());
    assert!(ana.text().contains("the line is as it was"), "{}", ana.text());
    assert!(ana.text().contains("-rw-------"), "only its writer reads it: {}", ana.text());
    ana.keys("typed in the editor\r").shows("begun here, typed in the editor");
    ana.shows("and a second line");
    draft_becomes(&desk, id, "begun here, typed in the editor\nand a second line");
    ana.keys(CTRL_O).when("the editor again", |seen| seen.text().matches("press a key").count() == 2);
    ana.keys("fail\r").shows("The editor was left with an error");
    assert!(ana.text().contains("and a second line"));
    let left: Vec<_> = std::fs::read_dir(desk.folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("deskline-"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "no text is left lying about");
    ana.keys(ESC).shows("Draft kept.");
    ana.keys("q");
    assert_eq!(ana.ended(), (0, None));
    ana.is_restored();
}

#[test]
fn without_an_editor_ctrl_o_says_what_to_set() {
    let (_desk, _, mut ana) = writing("still here");
    ana.keys(CTRL_O).shows("No editor is set.");
    assert!(ana.text().contains("still here"));
}

#[test]
fn who_is_switched_off_sees_nothing_any_more_and_can_leave() {
    let (desk, _, mut ana) = writing("a last word");
    desk.switch_off("ana");
    ana.no_longer_shows("My card is declined");
    assert!(!ana.text().contains("mara"), "{}", ana.text());
    ana.keys("q");
    ana.ended();
    ana.is_restored();
}

#[test]
fn an_unannounced_stop_is_survived() {
    let (_desk, _, mut ana) = writing("half");
    ana.signal("STOP");
    stops(&ana);
    // As a shell would have it for itself meanwhile.
    ana.set_line("sane");
    ana.signal("CONT");
    ana.when("a frame", |seen| seen.text().contains("│ half "));
    until("the line is its own again", || ana.line().contains("-icanon"));
    ana.keys(" and whole").shows("half and whole");
    ana.signal("TERM");
    ana.ended();
    ana.is_restored();
}
