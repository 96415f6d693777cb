//! The addresses of mail servers: `imaps://USER@HOST`, `submission://USER@HOST:PORT` and the like.

use super::{MailServer, Security, is_loopback};

/// A server that mail comes from.
///
/// # Errors
/// What is wrong, in words that never repeat the address: somebody may have put a password into it.
pub fn imap(written: &str) -> Result<MailServer, String> {
    let example = "imaps://support@mail.acme.example";
    let server = server("imap", example, written, &|scheme, starttls| match (scheme, starttls) {
        ("imaps", false) => Some((Security::Tls, 993)),
        ("imap", true) => Some((Security::StartTls, 143)),
        ("imap", false) => Some((Security::None, 143)),
        _ => None,
    })?;
    if server.user.is_none() {
        return Err(format!("imap says nobody who logs in: write it as {example}"));
    }
    Ok(server)
}

/// A server that mail leaves through.
///
/// # Errors
/// As for [`imap`].
pub fn smtp(written: &str) -> Result<MailServer, String> {
    server(
        "smtp",
        "submission://support@mail.acme.example:587",
        written,
        &|scheme, starttls| match (scheme, starttls) {
            ("smtps", false) => Some((Security::Tls, 465)),
            ("submission", _) => Some((Security::StartTls, 587)),
            ("smtp", true) => Some((Security::StartTls, 25)),
            ("smtp", false) => Some((Security::None, 25)),
            _ => None,
        },
    )
}

type Means<'a> = &'a dyn Fn(&str, bool) -> Option<(Security, u16)>;

fn server(key: &str, example: &str, written: &str, means: Means<'_>) -> Result<MailServer, String> {
    let wrong = |what: &str| format!("{key} {what}: write it as {example}");
    if written.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
        return Err(wrong("has blanks in it"));
    }
    let (scheme, rest) = written.split_once("://").ok_or_else(|| wrong("names no server"))?;
    let (rest, starttls) = match rest.split_once('?') {
        None => (rest, false),
        Some((rest, "starttls")) => (rest, true),
        Some(_) => return Err(wrong("has something after “?” that is not “starttls”")),
    };
    let scheme = scheme.to_ascii_lowercase();
    let (security, usual) =
        means(&scheme, starttls).ok_or_else(|| wrong("begins with what deskline does not speak"))?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains('/') {
        return Err(wrong("has a path after the server"));
    }
    // The last “@”: a user is often an address.
    let (user, place) = match rest.rsplit_once('@') {
        Some((user, place)) => (Some(user), place),
        None => (None, rest),
    };
    let user = user.map(|user| named(user).map_err(wrong)).transpose()?;
    let (host, port) = host_and_port(place, usual).map_err(wrong)?;
    if security == Security::None && !is_loopback(&host) {
        let safe = if key == "imap" { "imaps:// or imap://…?starttls" } else { "smtps:// or submission://" };
        return Err(format!(
            "{key} would send the mail, and any password, readable by everybody on the way: use {safe}; without TLS only this machine (127.0.0.1) is talked to"
        ));
    }
    Ok(MailServer { security, host, port, user })
}

fn named(user: &str) -> Result<String, &'static str> {
    if user.contains(':') {
        return Err("has a password in it, where many may read it; name its file with password-file");
    }
    let user = decoded(user).ok_or("has a user with a “%” that means nothing")?;
    if user.is_empty() || user.chars().any(char::is_control) {
        return Err("has a user without a name");
    }
    Ok(user)
}

/// `%40` is an “@”.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let digits = after.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after.get(2..)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

fn host_and_port(place: &str, usual: u16) -> Result<(String, u16), &'static str> {
    let (host, port) = if let Some(rest) = place.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or("has a “[” without “]”")?;
        host.parse::<std::net::Ipv6Addr>().map_err(|_| "has no IPv6 address in its brackets")?;
        match after.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if after.is_empty() => (host, None),
            None => return Err("has something between “]” and the port"),
        }
    } else {
        match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        }
    };
    let usable = |letter: char| letter.is_alphanumeric() || "-._:".contains(letter);
    if host.is_empty() || !host.chars().all(usable) {
        return Err("has no server's name in it");
    }
    let port = match port {
        None => usual,
        Some(port) => {
            port.parse().ok().filter(|port| *port > 0).ok_or("has a port that is no number from 1 to 65535")?
        }
    };
    Ok((host.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn said(server: &MailServer) -> String {
        format!("{:?} {server} {}", server.security, server.user.as_deref().unwrap_or("-"))
    }

    #[test]
    fn the_usual_ones_are_understood() {
        for (written, means) in [
            ("imaps://support@mail.acme.example", "Tls mail.acme.example:993 support"),
            ("imaps://support@acme.example@Mail.Acme.example:1993/", "Tls mail.acme.example:1993 support@acme.example"),
            ("imaps://support%40acme.example@mail.acme.example", "Tls mail.acme.example:993 support@acme.example"),
            ("imap://a@mail.acme.example?starttls", "StartTls mail.acme.example:143 a"),
            ("IMAP://a@127.0.0.1:1143", "None 127.0.0.1:1143 a"),
            ("imap://a@[::1]", "None [::1]:143 a"),
            ("imaps://a@[2001:db8::1]:994", "Tls [2001:db8::1]:994 a"),
        ] {
            assert_eq!(said(&imap(written).unwrap()), means, "{written}");
        }
        for (written, means) in [
            ("submission://support@mail.acme.example:587", "StartTls mail.acme.example:587 support"),
            ("submission://mail.acme.example", "StartTls mail.acme.example:587 -"),
            ("smtps://a@mail.acme.example", "Tls mail.acme.example:465 a"),
            ("smtp://localhost", "None localhost:25 -"),
            ("smtp://mail.acme.example?starttls", "StartTls mail.acme.example:25 -"),
        ] {
            assert_eq!(said(&smtp(written).unwrap()), means, "{written}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_and_a_password_never_repeated() {
        for (written, word) in [
            ("mail.acme.example", "names no server"),
            ("https://a@mail.acme.example", "does not speak"),
            ("imaps://a@mail.acme.example?starttls", "does not speak"),
            ("imap://a@mail.acme.example", "readable by everybody"),
            ("imap://a@128.0.0.1", "readable by everybody"),
            ("imap://a@127.0.0.1.acme.example", "readable by everybody"),
            ("imap://a@mail.acme.example?tls", "not “starttls”"),
            ("imaps://mail.acme.example", "nobody who logs in"),
            ("imaps://a:hunter2@mail.acme.example", "password-file"),
            ("imaps://@mail.acme.example", "without a name"),
            ("imaps://a%0ab@mail.acme.example", "without a name"),
            ("imaps://a%4@mail.acme.example", "“%”"),
            ("imaps://a%é1@mail.acme.example", "“%”"),
            ("imaps://a@", "no server's name"),
            ("imaps://a@mail.acme.example:0", "65535"),
            ("imaps://a@mail.acme.example:65536", "65535"),
            ("imaps://a@[::1", "without “]”"),
            ("imaps://a@[::g]", "IPv6"),
            ("imaps://a@[::1]993", "between “]”"),
            ("imaps://a@mail.acme.example/INBOX", "path"),
            ("imaps://a b@mail.acme.example", "blanks"),
            ("imaps://a@mail\u{7}.example", "blanks"),
        ] {
            let reason = imap(written).unwrap_err();
            assert!(reason.contains(word), "{written}: {reason}");
            assert!(!reason.contains("hunter2"), "{reason}");
        }
        assert!(smtp("smtp://mail.acme.example").unwrap_err().contains("submission://"));
        assert!(smtp("imaps://a@mail.acme.example").is_err());
    }
}
