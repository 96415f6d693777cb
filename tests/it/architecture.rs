//! The house rules that the compiler cannot hold: which floor may import which, who may name which outside crate, which
//! files stay pure, and that every file says what it is and stays small.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A floor (the longest that fits counts), what it may import besides itself, and the outside crates that only it names.
const FLOORS: &[(&str, &[&str], &[&str])] = &[
    ("domain/", &[], &["unicode_segmentation", "unicode_width"]),
    ("policy/", &["domain/"], &[]),
    ("store/", &["domain/", "policy/access"], &["rusqlite"]),
    ("desk/page", &["domain/"], &[]),
    ("desk/", &["desk/page", "domain/", "policy/", "store/"], &[]),
    ("mail/", &["domain/"], &["mail_parser"]),
    ("import/", &["desk/", "domain/", "mail/"], &[]),
    ("demo/", &["desk/", "desk/page", "domain/"], &[]),
    ("tui/session", &["config", "desk/", "desk/page", "domain/", "tui/", "tui/terminal", "tui/keymap"], &[]),
    ("tui/terminal", &["tui/", "domain/"], &["crossterm", "signal_hook"]),
    (
        "ssh/",
        &["demo/", "desk/", "desk/page", "domain/", "tui/", "tui/session", "tui/keymap", "tui/terminal"],
        &["russh", "tokio"],
    ),
    // config: what a mailbox is, as the configuration says it.
    ("email/", &["config", "desk/", "desk/page", "domain/", "email/imap", "email/smtp", "mail/"], &["lettre"]),
    (
        "email/imap",
        &["config", "desk/", "desk/page", "domain/", "email/", "email/wire", "mail/"],
        &["async_imap", "tokio"],
    ),
    ("email/smtp", &["config", "email/", "email/wire"], &["tokio"]),
    ("email/wire", &["config", "email/"], &["tokio", "tokio_rustls", "rustls_native_certs"]),
    // The one door for bytes besides the terminal itself; both speak crossterm's language to what is above.
    ("ssh/input", &["ssh/"], &["crossterm"]),
    ("tui/editor", &["domain/", "tui/", "tui/keymap"], &["unicode_segmentation"]),
    ("tui/", &["desk/page", "domain/", "tui/session", "tui/terminal"], &["ratatui"]),
    (
        "cli/",
        &[
            "config",
            "demo/",
            "desk/",
            "desk/page",
            "domain/",
            "email/",
            "email/imap",
            "import/",
            "mail/",
            "ssh/",
            "tui/",
            "tui/session",
            "tui/keymap",
            "tui/terminal",
        ],
        &["clap", "clap_complete", "anyhow", "signal_hook"],
    ),
    ("config", &["domain/"], &[]),
    ("main", &["cli/"], &[]),
];

/// No file, socket, environment, thread or clock in these.
const PURE: &[&str] = &[
    "domain/",
    "policy/",
    "mail/",
    "desk/page",
    "tui/keymap",
    "tui/model",
    "tui/update",
    "tui/layout",
    "tui/draw/",
    "tui/dialog/",
];
const IMPURE: &[&str] = &["std::fs", "std::net", "std::env", "std::thread", "::now()", "crate::desk::Desk"];

fn floor(path: &str) -> Option<&'static str> {
    FLOORS.iter().map(|(floor, ..)| *floor).filter(|floor| path.starts_with(floor)).max_by_key(|floor| floor.len())
}

/// "crate::desk::page::Denied" and "deskline::desk::page::Denied" as "desk/page/Denied".
fn imports(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split("crate::")
        .skip(1)
        .map(|path| format!("{}/", path.split([' ', ';', ',', '(', ')', '<']).next().unwrap_or("").replace("::", "/")))
}

fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or("")
}

fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or("")
}

#[test]
fn every_import_runs_downstairs() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let Some(home) = floor(&name) else { continue };
        let may = FLOORS.iter().find(|(floor, ..)| *floor == home).map_or(&[][..], |(_, may, _)| may);
        for path in joined(without_tests(&text)).lines().flat_map(|line| imports(line).collect::<Vec<_>>()) {
            let allowed =
                path.starts_with(home) || may.iter().any(|floor| path.starts_with(floor) && is_finest(floor, &path));
            if !allowed && path.contains('/') && !path.starts_with('/') {
                wrong.push(format!("{name}: {path}"));
            }
        }
        if without_tests(&text).contains("super::super") {
            wrong.push(format!("{name}: super::super"));
        }
    }
    assert!(wrong.is_empty(), "imports that climb:\n{}", wrong.join("\n"));
}

/// Whether no finer floor than this one owns the path: importing `desk/` does not allow `desk/page` by itself.
fn is_finest(allowed: &str, path: &str) -> bool {
    floor(path).is_none_or(|finest| finest.len() <= allowed.len() || allowed.starts_with(finest))
}

/// Unfolds `use crate::{a::{b}, c};` so that every import stands as a whole path.
fn joined(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("use crate::{") {
        out.push_str(&rest[..start]);
        let body = &rest[start + "use crate::{".len()..];
        let end = body.find("};").unwrap_or(body.len());
        let mut depth = 0;
        let mut first = String::new();
        for letter in body[..end].chars() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    out.push_str(&format!("use crate::{};\n", first.trim()));
                    first.clear();
                    continue;
                }
                _ => {}
            }
            if depth == 0 && letter != '}' {
                first.push(letter);
            }
        }
        if !first.trim().is_empty() {
            out.push_str(&format!("use crate::{};\n", first.trim()));
        }
        rest = &body[end..];
    }
    out.push_str(rest);
    out.lines().map(|line| format!("{}\n", code(line))).collect()
}

#[test]
fn outside_crates_are_named_on_their_own_floor_only() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        for line in without_tests(&text).lines().map(code) {
            for owned in FLOORS.iter().flat_map(|(_, _, crates)| crates.iter()) {
                let named = line.contains(&format!(" {owned}::"))
                    || line.contains(&format!("({owned}::"))
                    || line.contains(&format!("<{owned}::"))
                    || line.contains(&format!("&{owned}::"));
                let home = FLOORS.iter().any(|(floor, _, crates)| crates.contains(owned) && name.starts_with(floor));
                if named && !home {
                    wrong.push(format!("{name} says {owned}: {}", line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_pure_stays_pure() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        if PURE.iter().any(|floor| name.starts_with(floor)) {
            for line in
                without_tests(&text).lines().map(code).filter(|line| IMPURE.iter().any(|word| line.contains(word)))
            {
                wrong.push(format!("{name}: {}", line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let reads = |(name, text): (String, String)| {
        (name != "config.rs" && without_tests(&text).lines().map(code).any(|line| line.contains("env::var")))
            .then_some(name)
    };
    let wrong: Vec<String> = sources().into_iter().filter_map(reads).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_and_stays_small() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        if !text.starts_with("//!") {
            wrong.push(format!("{name}: the first line must say what the file is"));
        }
        let lines = without_tests(&text).lines().count();
        if lines > 400 {
            wrong.push(format!("{name}: {lines} lines before its tests; split it"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `.ci/run` runs the tests that a feature adds or changes by these parts of their names.
#[test]
fn what_a_feature_changes_is_in_a_test_named_for_it() {
    let feature = ["feature", " = \""].concat();
    let tests = files("tests/it").into_iter().filter(|(name, _)| name != "main.rs");
    for (name, text) in sources().into_iter().chain(tests) {
        let mut lines = text.lines().filter(|line| !line.trim_start().starts_with("//")).peekable();
        while let Some(line) = lines.next() {
            let next = lines.peek().copied().unwrap_or_default().trim_start();
            let is_named = name.starts_with("servers/")
                || name == "corpora.rs"
                || name.starts_with("mail/reading")
                || next.starts_with("mod corpora")
                || next.starts_with("mod reading_");
            assert!(!line.contains(&feature) || is_named, "{name}: {line}");
        }
    }
}

/// A test that always passes proves nothing: the rules are tried on what they forbid.
#[test]
fn the_rules_catch_what_they_forbid() {
    let climbing = "use crate::{\n    desk::page::Denied,\n    store::{Store, lists},\n};\n";
    let paths: Vec<String> = joined(climbing).lines().flat_map(|line| imports(line).collect::<Vec<_>>()).collect();
    assert!(paths.iter().any(|path| path.starts_with("store/")), "{paths:?}");
    assert!(paths.iter().any(|path| path.starts_with("desk/page")), "{paths:?}");
    assert!(!is_finest("desk/", "desk/page/Denied/"));
    assert!(is_finest("policy/access", "policy/access/Access/"));
}

/// Every source file: its path under `src`, and its text.
fn sources() -> Vec<(String, String)> {
    files("src")
}

/// Every file of Rust in a folder: its path there, and its text.
fn files(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files = Vec::new();
    walk(&root, &mut files);
    let named = |file: PathBuf| {
        let name = file.strip_prefix(&root).expect("a file in it").to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(&file).expect("a source file"))
    };
    files.into_iter().map(named).collect()
}
