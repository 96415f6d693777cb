//! Keys and invites on the command line.

use super::{Place, objects, remote, steady};
use crate::{desks::TestDesk, letting_in};

const ED25519: &[u8] = include_bytes!("../../data/keys/ed25519.pub");
/// As `ssh-keygen -l` says.
const FINGERPRINT: &str = "SHA256:KyGkEr/+HJfNNNiw0FJk9bD32PfN4uNhyxjdY2suORQ";

const LINES: &str = "
    --as olga key list
    --as olga key add ana ed25519.pub
    --as olga key add ana ed25519.pub
    --as olga key add ben ed25519.pub
    --as adam key add ben rsa-2048.pub
    --as adam key add ben rsa-1024.pub
    --as adam key add olga ecdsa-256.pub
    --as olga key add olga ecdsa-256.pub
    --as ana key list
    --as ana key revoke SHA256:bRsUMO25PrS0
    --as ana key revoke KyGkEr/+HJfN
    --as ana key revoke KyGkEr/+HJfN
    --as adam key list
    --as adam agent invite ana
    --as adam agent invite olga
    --as olga audit list --limit 6
    key --help
    key add --help
    agent invite --help
";

fn place() -> Place {
    let place = Place::staffed();
    for name in ["ed25519", "rsa-2048", "rsa-1024", "ecdsa-256"] {
        let from = format!("{}/tests/data/keys/{name}.pub", env!("CARGO_MANIFEST_DIR"));
        std::fs::copy(from, place.path().join(format!("{name}.pub"))).unwrap();
    }
    place
}

#[test]
fn keys_in_text() {
    steady(|| insta::assert_snapshot!("cli_keys_text", place().transcript(LINES, "")));
}

#[test]
fn keys_as_json() {
    let lines = LINES.lines().filter(|line| !line.contains("--help")).collect::<Vec<_>>().join("\n");
    steady(|| insta::assert_snapshot!("cli_keys_json", place().transcript(&lines, "--json")));
}

#[test]
fn a_key_comes_from_standard_input_too_and_its_comment_can_do_nothing() {
    let place = Place::staffed();
    let bare = std::str::from_utf8(ED25519).unwrap().trim_end().rsplit_once(' ').unwrap().0;
    let hostile = format!("{bare} \u{1b}]0;owned\u{7}\u{202e}evil\u{9b}2J\n");
    let ran = place.run_with("--as olga key add ana -", hostile.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.errors);
    let listed = place.does("--as olga key list");
    for shown in [&ran.out, &listed] {
        assert!(shown.contains("evil") && shown.contains("⚠"), "{shown}");
        assert!(shown.chars().all(|letter| letter == '\n' || !letter.is_control()) && !shown.contains('\u{202e}'));
    }
    let row = place.json("--as olga key list").remove(0);
    assert_eq!(row["comment"], "\u{1b}]0;owned\u{7}\u{202e}evil\u{9b}2J", "JSON keeps the exact text");
    assert!(!place.does("--as olga --json key list").contains('\u{1b}'));
}

#[test]
fn a_private_key_is_refused_and_nothing_of_it_repeated_or_kept() {
    let place = Place::staffed();
    let secret = b"-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0LXNlY3JldA==\n-----END OPENSSH PRIVATE KEY-----\n";
    std::fs::write(place.path().join("id_ed25519"), secret).unwrap();
    for (line, input) in [("--as olga key add ana id_ed25519", &b""[..]), ("--as olga key add ana -", &secret[..])] {
        let ran = place.run_with(line, input);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.errors.contains("private key") && ran.errors.contains(".pub"), "{}", ran.errors);
        assert!(!ran.errors.contains("c2VjcmV0"), "{}", ran.errors);
    }
    assert!(!place.everything().contains("c2VjcmV0"));
}

#[test]
fn an_endless_file_is_refused_at_once() {
    let place = Place::staffed();
    let ran = place.run("--as olga key add ana /dev/zero");
    assert_eq!(ran.code, 2);
    assert!(ran.errors.contains("too long"), "{}", ran.errors);
}

#[test]
fn every_invite_is_another_one_and_the_newest_counts() {
    let place = Place::staffed();
    let mut codes: Vec<String> = (0..20)
        .map(|_| place.json("--as olga agent invite ana").remove(0)["code"].as_str().unwrap().to_owned())
        .collect();
    let last = codes.last().unwrap().clone();
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), 20);
    let desk = deskline::desk::Desk::open(&place.desk(), std::sync::Arc::new(chrono::Utc::now)).unwrap();
    let key = letting_in::key(1);
    for code in codes.iter().filter(|code| **code != last) {
        assert!(desk.redeem(code, &key).is_err());
    }
    assert_eq!(desk.redeem(&last, &key).unwrap().handle, "ana");
}

#[test]
fn from_elsewhere_a_key_is_sent_and_not_named() {
    let desk = TestDesk::new();
    let ran = remote::sending(&desk, "olga", "key add ana - --json", ED25519);
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""), "{}", ran.out);
    assert_eq!(objects(&ran.out)[0]["fingerprint"], FINGERPRINT);
    let ana = desk.desk.admit_key(FINGERPRINT).unwrap().unwrap();
    let ran = remote::reading(&desk.desk, &ana, &format!("key revoke {FINGERPRINT}"), std::io::empty());
    assert_eq!(ran.code, 0, "{}", ran.errors);
    let ran = remote::reading(&desk.desk, &ana, "key list", std::io::empty());
    assert_eq!((ran.code, ran.out.as_str()), (4, ""), "the key that they came in with is gone");
    assert!(ran.errors.contains("was revoked"), "{}", ran.errors);
}
