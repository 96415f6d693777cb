//! What the command line tells of the desk itself: its people, its mailboxes, how it does, and what can be set.

use super::{Place, piped_mail::configure};
use chrono::{TimeDelta, Utc};
use deskline::desk::Desk;
use serde_json::json;
use std::sync::Arc;

#[test]
fn where_an_agents_mail_goes_is_its_own_and_the_administrators_to_know() {
    let place = Place::staffed();
    place.does("--as olga agent set ana --address ana@acme.example");
    place.does("--as ana agent set ana --mail missed");
    for who in ["ana", "adam"] {
        let shown = place.does(&format!("--as {who} agent show ana"));
        assert!(shown.contains("ana@acme.example") && shown.contains("missed"), "{who}: {shown}");
        let listed = place.json(&format!("--as {who} agent list"));
        let ana = listed.iter().find(|agent| agent["handle"] == "ana").unwrap();
        assert_eq!((&ana["address"], &ana["mail"]), (&json!("ana@acme.example"), &json!("missed")));
    }
    for line in ["agent show ana", "agent list"] {
        for format in ["", "--json "] {
            let shown = place.does(&format!("--as ben {format}{line}"));
            assert!(!shown.contains("acme.example") && !shown.contains("missed"), "{line}: {shown}");
        }
    }
    assert_eq!(place.json("--as ben agent show ben")[0]["mail"], "off", "what is its own it sees");
}

#[test]
fn status_counts_what_is_on_the_way_to_customers_and_names_mailboxes_in_trouble() {
    let place = Place::staffed();
    assert!(!place.run("status").out.contains("Mailbox"));
    let desk = Desk::open(&place.desk(), Arc::new(Utc::now)).unwrap();
    let next = Utc::now() + TimeDelta::minutes(5);
    desk.mailbox_health("support", "support@acme.example", Some("The login is refused."), Some(next)).unwrap();
    desk.mailbox_health("billing", "billing@acme.example", None, None).unwrap();
    let mailboxes = |place: &Place| super::objects(&place.run("--json status").out)[0]["mailboxes"].clone();
    let shown = place.run("status").out;
    let trouble = "Mailbox support is in trouble: The login is refused. Next try at ";
    assert!(shown.contains(trouble) && !shown.contains("billing"), "{shown}");
    let told = mailboxes(&place);
    assert_eq!((told.as_array().unwrap().len(), &told[0]["name"]), (1, &json!("support")));
    assert_eq!(place.run("--as ana status").code, 4, "not for agents");
    desk.mailbox_health("support", "support@acme.example", None, None).unwrap();
    assert_eq!(mailboxes(&place), json!([]));

    // What agents are sent by mail is on nobody's way to customers.
    let connection = rusqlite::Connection::open(place.desk()).unwrap();
    place.does("receive --from mara@example.com --group Support --channel email --body Hello");
    place.does("--as ana conversation reply 1 --body 'Which card?'");
    let waiting = || super::objects(&place.run("--json status").out)[0]["queue"]["outbox"].as_i64().unwrap();
    let rows = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    place.does("--as olga agent set ben --address ben@acme.example --mail missed");
    place.does("--as ben conversation follow 1");
    place.does("receive --from mara@example.com --conversation 1 --body 'The blue one.'");
    assert_eq!(rows("SELECT count(*) FROM outbox WHERE state = 'queued' AND customer_id IS NULL"), 1);
    assert_eq!(waiting(), rows("SELECT count(*) FROM outbox WHERE state = 'queued' AND customer_id IS NOT NULL"));
}

#[test]
fn config_lists_the_mailboxes_and_nothing_of_their_passwords() {
    let place = Place::staffed();
    configure(
        &place,
        "[mail.support]\naddress = \"support@acme.example\"\ngroup = \"Support\"\nimap = \"imaps://kim@mail.acme.example\"\nsmtp = \"submission://kim@mail.acme.example\"\npassword-file = \"swordfish\"\n[mail.piped]\naddress = \"piped@acme.example\"\n",
    );
    let shown = place.does("config");
    let line = |name: &str| shown.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    let support = line("mail.support");
    for words in ["support@acme.example in Support", "IMAP mail.acme.example", "as kim, TLS", "STARTTLS"] {
        assert!(support.contains(words), "{words}: {support}");
    }
    let piped = line("mail.piped");
    assert!(piped.contains("in no group") && piped.contains("deskline receive --mail"), "{piped}");
    assert!(!shown.contains("swordfish") && !place.does("--json config").contains("swordfish"), "{shown}");
}

#[test]
fn the_help_of_settings_says_what_each_does() {
    let place = Place::empty();
    let help = place.does("setting set --help");
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for does in [
        "agents-by-mail: agents may answer by mail what they were sent by mail",
        "undo-seconds: so long a reply can be taken back before it leaves by mail",
    ] {
        assert!(words.contains(does), "{does}: {help}");
    }
}
