//! Mails of every kind read into letters: real ones, with rates that may not fall.

use deskline::{
    domain::letter::{Letter, Nature, ReportKind},
    mail::Reader,
};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

fn corpus(name: &str) -> PathBuf {
    let root = env::var("DESKLINE_CORPORA")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join(name);
    assert!(
        path.is_dir(),
        "There is no corpus {}. Set DESKLINE_CORPORA to the folder that holds the corpora, or test without the feature `corpora`.",
        path.display()
    );
    path
}

/// Every file under a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

/// The mails of an mbox file.
fn split(mbox: &[u8]) -> Vec<Vec<u8>> {
    let mut mails: Vec<Vec<u8>> = Vec::new();
    for line in mbox.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"From ") {
            mails.push(Vec::new());
        } else if let Some(mail) = mails.last_mut() {
            mail.extend_from_slice(line);
        }
    }
    mails
}

/// The mails of a corpus: those of mboxes one by one, without what is no mail at all.
fn mails(name: &str) -> Vec<(String, Vec<u8>)> {
    let root = corpus(name);
    let mut all = Vec::new();
    for file in files(&root) {
        let path = file.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let known = ["README.md", "LICENSE", ".json", "MIT-LICENSE"].iter().any(|end| path.ends_with(end));
        if known {
            continue;
        }
        let bytes = fs::read(&file).unwrap();
        if bytes.starts_with(b"From ") {
            for (number, mail) in split(&bytes).into_iter().enumerate() {
                all.push((format!("{path}#{number}"), mail));
            }
        } else {
            all.push((path, bytes));
        }
    }
    all
}

fn kind(letter: &Letter) -> String {
    match &letter.nature {
        Nature::Person => "person".to_owned(),
        Nature::Automatic => "automatic".to_owned(),
        Nature::Report(report) => format!("{:?}", report.kind),
    }
}

#[test]
fn every_bounce_is_recognised() {
    let reader = Reader::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let (mut all, mut missed, mut about, mut recipients, mut status, mut reports) = (0, Vec::new(), 0, 0, 0, 0);
    for (path, mail) in mails("bounces-sisimai") {
        if mail.len() < 10 || path.contains("maildir/not/") || path.contains("UPSTREAM") {
            continue;
        }
        all += 1;
        let letter = reader.letter(&mail).unwrap_or_else(|reason| panic!("{path}: {reason}"));
        *kinds.entry(kind(&letter)).or_default() += 1;
        match letter.nature {
            Nature::Person => missed.push(format!(
                "{path}: {} | {:?} | {}",
                letter.subject,
                letter.from.first(),
                letter.text.chars().take(200).collect::<String>().replace('\n', " / ")
            )),
            Nature::Automatic => {}
            Nature::Report(report) => {
                reports += 1;
                if env::var("SHOW").is_ok() {
                    eprintln!("{path}\t{:?}\t{:?}\t{:?}", report.kind, report.about, report.recipients);
                }
                if env::var("SHOW").is_ok() && report.about.is_none() {
                    eprintln!("NOID {path}");
                }
                about += usize::from(report.about.is_some());
                recipients += usize::from(!report.recipients.is_empty());
                status += usize::from(report.recipients.iter().any(|it| it.status.is_some()));
            }
        }
    }
    eprintln!(
        "{kinds:?}; of {all}: {} missed; reports {reports}, about {about}, recipients {recipients}, status {status}",
        missed.len()
    );
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn no_ordinary_mail_is_a_bounce() {
    let reader = Reader::new();
    let mut taken = Vec::new();
    for corpus in ["mime-cpython", "mime-mimekit", "mime-rubymail", "reply-quote-talon", "reply-quote-crisp"] {
        for (path, mail) in mails(corpus) {
            if let Ok(letter) = reader.letter(&mail)
                && letter.nature != Nature::Person
            {
                taken.push(format!("{corpus}/{path}: {} {}", kind(&letter), letter.subject));
            }
        }
    }
    let _ = ReportKind::Bounce;
    eprintln!("{}", taken.join("\n"));
    panic!();
}
