//! A support address is answered from a terminal, over SSH: what the README promises, with real programs at every end.

use super::{
    answering::assert_clean,
    post_office::PostOffice,
    support::{Doors, MARA, SUPPORT, Support, address, header, letter},
};
use crate::{
    pty::{Setting, Terminal, until},
    servers::house::{key_file, program, public},
};
use deskline::ssh::key;

const CTRL_S: &str = "\x13";

/// Ana's messenger over OpenSSH.
fn messenger(support: &Support, port: u16) -> Terminal {
    let secret = key_file("ana", "ed25519");
    let text = std::fs::read_to_string(public(&secret)).expect("a public key");
    let desk = &support.desk;
    desk.desk.add_key(&desk.agent("olga"), "ana", &key::parse(&text).expect("a key")).expect("it is let in");
    let folder = desk.folder.path();
    let config = format!(
        "Host desk\n  HostName 127.0.0.1\n  Port {port}\n  User ana\n  StrictHostKeyChecking accept-new\n  \
         GlobalKnownHostsFile /dev/null\n  UserKnownHostsFile {}\n  IdentitiesOnly yes\n  IdentityAgent none\n  \
         EscapeChar none\n  LogLevel ERROR\n",
        folder.join("known_hosts").display()
    );
    let file = folder.join("ssh_config");
    std::fs::write(&file, config).expect("a configuration");
    let arguments = ["-F", file.to_str().unwrap(), "-i", secret.to_str().unwrap(), "desk"];
    let setting = Setting { columns: 120, rows: 40, environment: Vec::new() };
    Terminal::watched(program("ssh"), &arguments, &setting, |_, _| ())
}

#[test]
fn a_customer_is_answered_from_a_terminal_over_ssh() {
    let office = PostOffice::open();
    let mut support = Support::new(&office, &Doors::tls(&office, true, &office.certificate().authority()));
    let port = support.serves_over_ssh();
    let mut ana = messenger(&support, port);
    ana.shows("Acme Support");
    // It arrives while she looks.
    let mail =
        letter("Mara Lindt <mara@customer.example>", SUPPORT, "Card declined", "one@customer.example", "", "zqasked");
    office.send(MARA, &[SUPPORT], &mail);
    ana.shows("Card declined");
    ana.keys("\r").shows("zqasked");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("zqanswered, from a terminal").shows("zqanswered, from a terminal");
    ana.keys(CTRL_S).no_longer_shows("Ctrl-S send");
    until("Mara has the answer", || office.mails(MARA).len() == 1);
    let answer = office.mails(MARA).remove(0);
    assert!(answer.contains("zqanswered, from a terminal"), "{answer}");
    assert_clean(&answer);
    let to = header(&answer, "Reply-To");
    let to = address(&to);
    let thanks =
        letter("Mara Lindt <mara@customer.example>", to, "Re: Card declined", "two@customer.example", "", "zqthanks");
    office.send(MARA, &[to], &thanks);
    ana.shows("zqthanks");
    assert_eq!(support.place("zqthanks"), support.place("zqasked"));
    ana.keys("q");
    assert_eq!(ana.ended(), (0, None));
    ana.is_restored();
    assert_eq!(support.stops(), Some(0), "{}", support.said());
}
