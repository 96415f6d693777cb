//! OpenSSH's public keys: read from text, judged, and turned into plain data.

use crate::domain::key::PublicKey;
use russh::keys::ssh_key::{self, HashAlg, public::KeyData};

/// The smallest RSA key that is let in, in bits.
const RSA_LEAST: u32 = 2048;

/// The largest: what can be verified at all.
const RSA_MOST: u32 = 8192;

const CERTIFICATE: &str = "That is a certificate. Give the public key itself: the file without “-cert” in its name.";

/// How much text is looked at, in bytes: the longest key there is takes a tenth of it.
pub const MOST_TEXT: usize = 64 * 1024;

/// Reads the one public key in a text such as `id_ed25519.pub`; blank lines and lines that begin with `#` may stand around it.
///
/// # Errors
/// A sentence that says what the text holds instead and which file to give. It repeats nothing of the text, which may be
/// secret.
pub fn parse(text: &str) -> Result<PublicKey, String> {
    if text.len() > MOST_TEXT {
        return Err("That is too long for a public key. Give the file that ends in “.pub”.".into());
    }
    if let Some(told) = another_format(text) {
        return Err(told.into());
    }
    let mut keys = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let line = keys.next().ok_or("There is no key in it. Give the file that ends in “.pub”.")?;
    if keys.next().is_some() {
        return Err("There is more than one line in it, and a key is one line. Give one key at a time.".into());
    }
    let key = ssh_key::PublicKey::from_openssh(line).map_err(|_| unreadable(line))?;
    accepted(&key)?;
    Ok(of(&key))
}

/// Whether a key can let somebody in: Ed25519, ECDSA, RSA of 2048 to 8192 bits, and the first two in security keys. Of a
/// security key's signature the library verifies everything but that somebody touched the key for it.
///
/// # Errors
/// A sentence that says which kind it is and which to make.
pub fn accepted(key: &ssh_key::PublicKey) -> Result<(), String> {
    const MAKE: &str = "Make one with “ssh-keygen -t ed25519”.";
    match key.key_data() {
        KeyData::Rsa(key) if key.key_size() < RSA_LEAST => {
            Err(format!("That RSA key has {} bits, and {RSA_LEAST} are the least. {MAKE}", key.key_size()))
        }
        KeyData::Rsa(key) if key.key_size() > RSA_MOST => {
            Err(format!("That RSA key has {} bits, and {RSA_MOST} are the most. {MAKE}", key.key_size()))
        }
        KeyData::Ed25519(_)
        | KeyData::Ecdsa(_)
        | KeyData::SkEd25519(_)
        | KeyData::SkEcdsaSha2NistP256(_)
        | KeyData::Rsa(_) => Ok(()),
        KeyData::Dsa(_) => Err(format!("That is a DSA key, which is too weak. {MAKE}")),
        KeyData::Certificate(_) => Err(CERTIFICATE.into()),
        // Kinds that the library does not know, or will know one day.
        _ => Err(format!("That is a key of a kind that cannot be verified here. {MAKE}")),
    }
}

/// A key as plain data. Whether it is accepted was asked before.
pub fn of(key: &ssh_key::PublicKey) -> PublicKey {
    let bare = ssh_key::PublicKey::new(key.key_data().clone(), "");
    // A key that was read can be written again; were it not so, the desk would refuse a key without its blob.
    let written = bare.to_openssh().unwrap_or_default();
    PublicKey {
        algorithm: key.algorithm().as_str().to_owned(),
        blob: written.split(' ').nth(1).unwrap_or_default().to_owned(),
        fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
        comment: key.comment().as_str_lossy().to_owned(),
    }
}

/// What to say where the text holds a key of another form.
fn another_format(text: &str) -> Option<&'static str> {
    if text.contains("PRIVATE KEY-----") || text.contains("PuTTY-User-Key-File") || text.contains("Private-Lines:") {
        return Some(
            "That is a private key: it stays with whoever it belongs to, and nothing of it was kept. Give the public one, the file beside it that ends in “.pub”; “ssh-keygen -y -f FILE” makes it anew.",
        );
    }
    if text.contains("BEGIN SSH2 PUBLIC KEY") {
        return Some(
            "That is a public key in the form of RFC 4716. “ssh-keygen -i -f FILE” writes it as OpenSSH does; give that.",
        );
    }
    if text.contains("PUBLIC KEY-----") {
        return Some(
            "That is a public key in PEM. “ssh-keygen -i -m PKCS8 -f FILE” writes it as OpenSSH does; give that.",
        );
    }
    None
}

/// What to say of a line that is no key.
fn unreadable(line: &str) -> String {
    let algorithm = |word: &str| {
        ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|beginning| word.starts_with(beginning))
    };
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    if algorithm(first) && first.contains("-cert-v") {
        return CERTIFICATE.into();
    }
    if !algorithm(first) && words.any(algorithm) {
        return "There is something before the key, such as the options of an authorized_keys file, which mean nothing here. Give the key alone, from “ssh-…” on.".into();
    }
    if algorithm(first) && words.next().is_some() {
        return "That key is damaged: it was cut off or changed on its way. Give the file that ends in “.pub” itself."
            .into();
    }
    "That is not an OpenSSH public key: one line such as “ssh-ed25519 AAAA… name”. Give the file that ends in “.pub”."
        .into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ED25519: &str = include_str!("../../tests/data/keys/ed25519.pub");
    /// As `ssh-keygen -l` says.
    const FINGERPRINT: &str = "SHA256:KyGkEr/+HJfNNNiw0FJk9bD32PfN4uNhyxjdY2suORQ";

    #[test]
    fn keys_are_read_with_the_fingerprints_that_openssh_gives_them() {
        for (text, algorithm, fingerprint, comment) in [
            (ED25519, "ssh-ed25519", FINGERPRINT, "made@for.a.test"),
            (
                include_str!("../../tests/data/keys/ecdsa-256.pub"),
                "ecdsa-sha2-nistp256",
                "SHA256:n5+xlHuVXb3VM92tNsgF1nkxleR337R1eA3JKEsjt8E",
                "made@for.a.test",
            ),
            (
                include_str!("../../tests/data/keys/ecdsa-384.pub"),
                "ecdsa-sha2-nistp384",
                "SHA256:GHsWfbCgu5Cy3IY1TrvIVMfi+AOxoVljB69FisMRZbU",
                "made@for.a.test",
            ),
            (
                include_str!("../../tests/data/keys/ecdsa-521.pub"),
                "ecdsa-sha2-nistp521",
                "SHA256:DsMVnaCq+hPNla/UiJRX8kZTE98wrLc96cmRSv0zQr0",
                "made@for.a.test",
            ),
            (
                include_str!("../../tests/data/keys/rsa-2048.pub"),
                "ssh-rsa",
                "SHA256:bRsUMO25PrS0JNl3py6LaI+rotHQe8QaR8d7y5HGduw",
                "made@for.a.test",
            ),
            (
                include_str!("../../tests/data/keys/sk-ed25519.pub"),
                "sk-ssh-ed25519@openssh.com",
                "SHA256:6WZVJ44bqhAWLVP4Ns0TDkoSQSsZo/h2K+mEvOaNFbw",
                "user@example.com",
            ),
            (
                include_str!("../../tests/data/keys/sk-ecdsa.pub"),
                "sk-ecdsa-sha2-nistp256@openssh.com",
                "SHA256:UINe2WXFh3SiqwLxsBv34fBO2ei+g7uOeJJXVEK95iE",
                "user@example.com",
            ),
        ] {
            let key = parse(text).unwrap();
            assert_eq!(
                (key.algorithm.as_str(), key.fingerprint.as_str(), key.comment.as_str()),
                (algorithm, fingerprint, comment)
            );
            assert_eq!(Some(key.blob.as_str()), text.split(' ').nth(1));
        }
    }

    #[test]
    fn blank_lines_comments_and_line_ends_of_other_systems_may_stand_around_it() {
        let bare = ED25519.trim_end().rsplit_once(' ').unwrap().0;
        for text in [
            format!("\u{feff}# from ana\r\n\r\n  {}\r\n\r\n#end", ED25519.trim_end()),
            bare.to_owned(),
            format!("{bare}   two words \u{1b}[31mand an escape\u{202e}"),
        ] {
            assert_eq!(parse(&text).unwrap().fingerprint, FINGERPRINT, "{text:?}");
        }
        assert_eq!(parse(bare).unwrap().comment, "");
    }

    #[test]
    fn what_is_not_accepted_is_said_in_a_sentence_that_repeats_nothing() {
        let key = ED25519.trim_end();
        let told = |text: &str| {
            let told = parse(text).unwrap_err();
            assert!(told.ends_with('.') || told.ends_with('”'), "{told}");
            assert!(!told.contains("AAAA") || told.contains("“ssh-ed25519 AAAA… name”"), "{told}");
            assert!(!told.contains("secret") && !told.contains("uUyVm"), "{told}");
            told
        };
        for (text, word) in [
            (String::new(), "no key"),
            ("# ssh-ed25519 AAAA\n".into(), "no key"),
            (format!("{key}\n{key}\n"), "more than one line"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n-----END OPENSSH PRIVATE KEY-----\n".into(), "private key"),
            ("-----BEGIN RSA PRIVATE KEY-----\nsecret".into(), "private key"),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nsecret".into(), "private key"),
            ("PuTTY-User-Key-File-3: ssh-ed25519\nsecret".into(), "private key"),
            (format!("{key}\n-----BEGIN OPENSSH PRIVATE KEY-----\nsecret"), "private key"),
            ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA".into(), "RFC 4716"),
            ("-----BEGIN PUBLIC KEY-----\nMIIB".into(), "PEM"),
            (format!("command=\"sh -c secret\",no-pty {key}"), "options"),
            (format!("restrict {key}"), "options"),
            (format!("desk.example {key}"), "before the key"),
            (key[..60].to_owned(), "damaged"),
            (key.replacen("ssh-ed25519", "ssh-rsa", 1), "damaged"),
            (key.replacen("AAAA", "AAAB", 1), "damaged"),
            ("ssh-ed25519".into(), "not an OpenSSH public key"),
            ("secret".into(), "not an OpenSSH public key"),
            ("\0\u{1b}]0;secret\u{7}".into(), "not an OpenSSH public key"),
            ("a".repeat(MOST_TEXT + 1), "too long"),
            (include_str!("../../tests/data/keys/certificate.pub").into(), "certificate"),
            (include_str!("../../tests/data/keys/dsa.pub").into(), "DSA"),
            (include_str!("../../tests/data/keys/rsa-1024.pub").into(), "1024 bits"),
            (include_str!("../../tests/data/keys/unknown-kind.pub").into(), "cannot be verified"),
        ] {
            let told = told(&text);
            assert!(told.contains(word), "{word}: {told}");
        }
    }
}
