//! The large corpora that lie beside the project: where they are, and the hostile and foreign texts in them.

#![cfg(feature = "corpora")]

use std::{fs, path::PathBuf};

/// A file or folder of the corpora.
pub fn corpus(name: &str) -> PathBuf {
    let folder = std::env::var_os("DESKLINE_CORPORA").map_or_else(|| "../shared/data".into(), PathBuf::from);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    assert!(
        path.exists(),
        "There is no corpus {}. Set DESKLINE_CORPORA to the folder that holds the corpora, or test without the feature `corpora`.",
        path.display()
    );
    path
}

/// What breaks programs: naughty strings, and the escape sequences of many terminals between words.
pub fn hostile_texts() -> Vec<String> {
    let naughty = fs::read_to_string(corpus("naughty-strings/blns.json")).unwrap();
    let mut texts = serde_json::from_str::<Vec<String>>(&naughty).unwrap();
    for line in fs::read_to_string(corpus("terminal-escapes/derived-escapes.jsonl")).unwrap().lines() {
        let escape = serde_json::from_str::<serde_json::Value>(line).unwrap();
        texts.push(format!("before {} after", escape["seq"].as_str().unwrap()));
    }
    texts
}

/// So many first lines of one text in each of the languages.
pub fn foreign_lines(each: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for file in fs::read_dir(corpus("udhr-languages")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            lines.extend(fs::read_to_string(path).unwrap().lines().take(each).map(str::to_owned));
        }
    }
    lines
}
