//! Bad input: one clear sentence, the right exit status, and nothing changed.

use super::{Place, words};

const ED25519: &[u8] = include_bytes!("../../data/keys/ed25519.pub");
const DSA: &[u8] = include_bytes!("../../data/keys/dsa.pub");

/// A line, what is on standard input, and the exit status.
const CASES: &[(&str, &[u8], i32)] = &[
    // Texts.
    ("--as ana conversation reply 1", b"", 2),
    ("--as ana conversation reply 1", b" \n\t \n", 2),
    ("--as ana conversation reply 1", b"caf\xe9", 2),
    ("--as ana conversation reply 1 --file -", b"", 2),
    ("--as ana conversation reply 1 --file nowhere.txt", b"", 1),
    ("--as ana conversation reply 1 --file .", b"", 1),
    ("--as ana conversation reply 1 --body one --file two", b"", 2),
    ("--as ana conversation note 1 --body ''", b"", 2),
    ("--as ana conversation reply 1 a text without an option", b"", 2),
    ("--as ana conversation start --with-customer mara@example.com", b"", 2),
    ("receive --from mara@example.com", b"", 2),
    // Numbers, keys and words.
    ("--as ana conversation show 0", b"", 2),
    ("--as ana conversation show -- -1", b"", 2),
    ("--as ana conversation show 1.5", b"", 2),
    ("--as ana conversation show ##1", b"", 2),
    ("--as ana conversation show 99999999999999999999", b"", 2),
    ("--as ana conversation show 9223372036854775807", b"", 3),
    ("--as ana conversation close 77", b"", 3),
    ("--as ana conversation reply 1 --seen soon --body Hello", b"", 2),
    ("--as ana conversation list --section inbox", b"", 2),
    ("--as ana conversation list", b"", 2),
    ("--as ana conversation list --section open --limit 0", b"", 2),
    ("--as ana conversation list --section open --limit many", b"", 2),
    ("--as ana conversation list --section open --after nonsense", b"", 2),
    ("--as ana item show 1", b"", 2),
    ("--as ana item show XX-1", b"", 2),
    ("--as ana item show PR-1", b"", 3),
    ("--as ana conversation link 1 TK-99", b"", 3),
    ("--as ana conversation create-item 1 project", b"", 2),
    ("--as ana item add ticket --title ''", b"", 2),
    ("--as ana item add ticket --title T --requester nobody", b"", 2),
    ("--as ana item add ticket --title T --project TK-1", b"", 2),
    ("--as ana item set TK-1", b"", 2),
    ("--as ana item set TK-1 --status half", b"", 2),
    ("--as ana item set TK-1 --assignee nobody", b"", 3),
    ("--as ana item add-follower TK-1", b"", 2),
    ("--as ana item add-follower TK-1 --agent ben --group Support", b"", 2),
    // People.
    ("--as nobody conversation show 1", b"", 2),
    ("--as ana conversation assign 1 nobody", b"", 3),
    ("--as ana conversation forward 1 --group Nowhere", b"", 3),
    ("--as ana conversation add 1 --agent nobody", b"", 3),
    ("--as ana conversation add 1 --customer nobody", b"", 2),
    ("--as ana conversation add 1", b"", 2),
    ("--as ana conversation remove 1 --customer mara@example.com", b"", 4),
    ("--as ana conversation start --with-agent nobody --body Hello", b"", 3),
    ("--as ana conversation start --with-customer not-an-address --body Hello", b"", 2),
    ("--as ana conversation start --with-customer a@example.com --with-agent ben --body Hello", b"", 2),
    ("--as ana conversation start --with-customer a@example.com --audience internal --body Hello", b"", 2),
    ("--as ana conversation start --with-customer mara@example.com --group Nowhere --body Hello", b"", 3),
    ("--as ana conversation start --body Hello", b"", 2),
    ("receive --from not-an-address --body Hello", b"", 2),
    ("receive --from '' --body Hello", b"", 2),
    ("receive --from mara@example.com --group Nowhere --body Hello", b"", 3),
    ("receive --from mara@example.com --channel pigeon --body Hello", b"", 2),
    ("--as olga agent add 'an a' --name Ana", b"", 2),
    ("--as olga agent add ana --name Again", b"", 2),
    ("--as olga agent add new --name ''", b"", 2),
    ("--as olga agent add new --name New --group Nowhere", b"", 3),
    ("--as olga agent add new --name New --role king", b"", 2),
    ("--as ana agent add new --name New", b"", 4),
    ("--as ana agent show nobody", b"", 3),
    ("--as olga agent set nobody --name N", b"", 3),
    ("--as olga agent set ana", b"", 2),
    ("--as olga agent set ana --active perhaps", b"", 2),
    ("--as olga agent set olga --role agent", b"", 4),
    ("--as olga agent set olga --active off", b"", 4),
    ("--as adam agent set olga --role agent", b"", 4),
    ("--as adam agent set ana --role owner", b"", 4),
    ("--as ana agent set ben --ready off", b"", 4),
    ("--as ana agent set ana --from-customers off", b"", 4),
    ("--as olga group add Support", b"", 2),
    ("--as olga group add ''", b"", 2),
    ("--as olga group set Nowhere --routing democracy", b"", 3),
    ("--as olga group join Nowhere ana", b"", 3),
    ("--as olga group join Support nobody", b"", 3),
    ("--as ana group join Billing ana", b"", 4),
    ("--as olga customer add nonsense", b"", 2),
    ("--as olga customer add mara@example.com", b"", 2),
    ("--as olga customer set nobody@example.com --name N", b"", 3),
    ("--as olga customer show nobody@example.com", b"", 3),
    ("--as olga customer view nobody@example.com", b"", 3),
    ("--as ana customer view mara@example.com", b"", 4),
    ("--as ana customer block mara@example.com", b"", 4),
    // Keys.
    ("--as olga key add ana", b"", 2),
    ("--as olga key add ana nowhere.pub", b"", 1),
    ("--as olga key add ana .", b"", 1),
    ("--as olga key add ana -", b"", 2),
    ("--as olga key add ana -", b"ssh-ed25519 AAAA", 2),
    ("--as olga key add ana -", b"\xff\xfe\x00", 2),
    ("--as olga key add ana -", b"-----BEGIN OPENSSH PRIVATE KEY-----\nsecret", 2),
    ("--as olga key add ana -", DSA, 2),
    ("--as olga key add nobody -", ED25519, 3),
    ("--as ana key add ana -", ED25519, 4),
    ("--as adam key add olga -", ED25519, 4),
    ("--as olga key revoke SHA256:short", b"", 2),
    ("--as olga key revoke ''", b"", 2),
    ("--as olga key revoke nonsense-nonsense", b"", 2),
    ("--as olga key revoke abcdefghijkl", b"", 3),
    ("--as ana key revoke SHA256:KyGkEr/+HJfNNNiw0FJk9bD32PfN4uNhyxjdY2suORQ", b"", 3),
    ("--as olga agent invite nobody", b"", 3),
    ("--as ana agent invite ana", b"", 4),
    ("--as adam agent invite olga", b"", 4),
    // Settings and the rest.
    ("--as olga setting set private-conversations maybe", b"", 2),
    ("--as olga setting set item-audience everybody", b"", 2),
    ("--as olga setting set team-name ''", b"", 2),
    ("--as ana setting set team-name Ours", b"", 4),
    ("--as ana audit list", b"", 4),
    ("--as ana search is:nonsense", b"", 2),
    ("--as ana search", b"", 2),
    ("--as ana backup copy.db", b"", 4),
    ("--as olga backup desk.db", b"", 1),
    ("--as olga export desk.db", b"", 2),
    ("--as olga export nowhere/desk.jsonl", b"", 1),
    ("--as ana import jsonl some.jsonl", b"", 4),
    ("--as olga import jsonl nowhere.jsonl", b"", 1),
    ("--as olga import pigeon some.txt", b"", 2),
    ("--as olga import json some.json", b"", 2),
    ("init --name Again --owner ana", b"", 1),
    ("completions pigeon", b"", 2),
    ("demo --seed 1", b"", 2),
];

#[test]
fn bad_input_gets_one_sentence_the_right_status_and_changes_nothing() {
    let place = Place::staffed();
    place.does("receive --from mara@example.com --name Mara --group Support --subject Card --body Declined");
    place.does("--as ana conversation create-item 1 ticket");
    place.does("--as ana conversation reply 1 --body 'We look.'");
    std::fs::write(place.path().join("some.jsonl"), "").unwrap();
    let mut before = place.everything();
    let mut wrong = Vec::new();
    for (line, input, code) in CASES {
        let ran = place.run_with(line, input);
        let clap =
            ran.errors.starts_with("error: ") || ran.errors.contains("\n\nUsage:") || ran.errors.contains("Usage:");
        let sentence = ran.errors.starts_with("deskline: ") && ran.errors.lines().count() == 1;
        let ends = ran.errors.trim_end().ends_with(['.', '?']);
        if ran.code != *code || !ran.out.is_empty() || !(clap || (sentence && ends)) {
            wrong.push(format!("{line} (wanted {code}): {} {}{}", ran.code, ran.out, ran.errors));
        }
        if place.everything() != before {
            wrong.push(format!("{line} changed something\n"));
            before = place.everything();
        }
    }
    assert!(wrong.is_empty(), "not as promised:\n{}", wrong.join(""));
    assert_eq!(
        std::fs::read_dir(place.path())
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                !name.to_string_lossy().starts_with("desk.db") && name != "some.jsonl"
            })
            .count(),
        0,
        "no file was left behind"
    );
}

#[test]
fn an_argument_that_is_no_text_is_wrong_usage() {
    use std::os::unix::ffi::OsStringExt;
    let place = Place::staffed();
    let mut command = place.command(&words("--as olga customer add"));
    let output = command.arg(std::ffi::OsString::from_vec(b"caf\xe9@example.com".to_vec())).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("UTF-8"));
}

#[test]
fn an_unknown_agent_learns_nobodys_name() {
    let place = Place::staffed();
    for line in ["--as nobody section list", "section list"] {
        let ran = place.run(line);
        assert_eq!(ran.code, 2, "{line}: {}", ran.errors);
        for name in ["olga", "adam", "ana", "ben", "dev"] {
            assert!(
                !ran.errors.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == name),
                "{}",
                ran.errors
            );
        }
    }
}
