//! The command line as scripts and people meet it: the built binary, a desk in a temporary folder, and what is printed.

#![allow(clippy::unwrap_used)]

mod attaching;
mod bad_input;
mod exit_codes;
mod held;
mod history;
mod hostile;
mod keys;
mod looking;
mod mail;
mod piped_mail;
mod printing;
mod remote;
mod verbs;

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

/// A folder with a desk file in it, and nothing of this machine's own settings.
struct Place {
    folder: TempDir,
}

/// What one call printed and how it ended.
#[derive(Debug)]
struct Ran {
    code: i32,
    out: String,
    errors: String,
}

impl Place {
    /// A folder without a desk.
    fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A small desk: owner olga, admin adam, ana and ben in Support, dev in Billing.
    fn staffed() -> Self {
        let place = Self::empty();
        place.does("init --name Acme --owner olga --owner-name 'Olga Orlov'");
        for line in [
            "agent add adam --name 'Adam Abel' --role admin",
            "group add Support",
            "group add Billing",
            "agent add ana --name 'Ana Ruiz' --group Support",
            "agent add ben --name 'Ben Okafor' --group Support",
            "agent add dev --name 'Dev Patel' --group Billing",
        ] {
            place.does(&format!("--as olga {line}"));
        }
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn desk(&self) -> PathBuf {
        self.path().join("desk.db")
    }

    fn command(&self, arguments: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskline"));
        command.args(arguments).env_clear().env("HOME", self.path()).env("TZ", "UTC").current_dir(self.path());
        command.env("DESKLINE_DESK", self.desk()).stdin(Stdio::null());
        command
    }

    /// Runs a line with an empty standard input.
    fn run(&self, line: &str) -> Ran {
        self.run_with(line, b"")
    }

    /// Runs a line with this on standard input.
    fn run_with(&self, line: &str, input: &[u8]) -> Ran {
        self.run_words(&words(line), input)
    }

    /// Runs words that a line could not hold.
    fn run_words(&self, arguments: &[String], input: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        // A call that reads no input may be gone before it takes any.
        let _ = child.stdin.take().expect("piped").write_all(input);
        Ran::from(child.wait_with_output().expect("the binary ends"))
    }

    /// Runs a line that has to work; what it printed.
    fn does(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, 0, "{line}\n{}{}", ran.out, ran.errors);
        ran.out
    }

    /// Runs a line with `--json` that has to work; the objects it printed.
    fn json(&self, line: &str) -> Vec<serde_json::Value> {
        objects(&self.does(&format!("--json {line}")))
    }

    /// Everything that the desk file holds, as text: equal before and after means that nothing changed.
    fn everything(&self) -> String {
        let desk = rusqlite::Connection::open_with_flags(self.desk(), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
            .expect("the desk opens");
        let names =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name";
        let mut statement = desk.prepare(names).expect("the schema reads");
        let names = statement.query_map([], |row| row.get::<_, String>(0)).expect("the schema reads");
        let mut text = String::new();
        for name in names.map(|name| name.expect("a name")) {
            let mut rows = desk.prepare(&format!("SELECT * FROM \"{name}\"")).expect("the table reads");
            let columns = rows.column_count();
            let mut rows = rows.query([]).expect("the table reads");
            while let Some(row) = rows.next().expect("a row") {
                let values = (0..columns).map(|place| format!("{:?}", row.get_ref(place).expect("a value")));
                writeln!(text, "{name}: {}", values.collect::<Vec<_>>().join(", ")).expect("a string grows");
            }
        }
        text
    }

    /// Runs line after line; what a terminal would show of it, with the folder's name and all times left out.
    fn transcript(&self, lines: &str, options: &str) -> String {
        let mut shown = String::new();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let ran = self.run(&format!("{options} {line}"));
            writeln!(shown, "$ deskline {line}\n{}{}", ran.out, prefixed(&ran.errors)).expect("a string grows");
            if ran.code != 0 {
                shown.truncate(shown.trim_end().len());
                writeln!(shown, "\n[exit {}]\n", ran.code).expect("a string grows");
            }
        }
        shown.replace(&self.path().display().to_string(), "[folder]")
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit status, not a signal"),
            out: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            errors: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}

fn prefixed(errors: &str) -> String {
    errors.lines().fold(String::new(), |shown, line| shown + "! " + line + "\n")
}

/// Splits a line at spaces; single quotes keep words together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted) = (None::<String>, false);
    for letter in line.chars() {
        match letter {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

/// Every line as the JSON object that it must be.
fn objects(printed: &str) -> Vec<serde_json::Value> {
    let object = |line: &str| {
        let value = serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(value.is_object(), "no object: {line}");
        value
    };
    printed.lines().map(object).collect()
}

/// Leaves out what differs from run to run.
fn steady(check: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[time]");
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d", "[time]          ");
    settings.add_filter(r#""cursor":"[^"]+""#, r#""cursor":"[cursor]""#);
    settings.add_filter("[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}", "[code of an invite----]");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(check);
}
