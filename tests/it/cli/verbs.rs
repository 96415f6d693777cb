//! Every verb once, in text and as JSON.

use super::{Place, objects, steady};

pub const PEOPLE: &str = "
    init --name Acme --owner olga --owner-name 'Olga Orlov'
    --as olga agent add adam --name 'Adam Abel' --role admin
    group add Support --routing democracy
    --as olga group add Support --routing democracy
    --as olga group add Billing
    --as olga agent add ana --name 'Ana Ruiz' --group Support
    --as olga agent add ben --name 'Ben Okafor' --group Support --group Billing
    --as olga group join Billing ana
    --as olga group leave Billing ben
    --as olga group set Billing --routing democracy
    --as olga group list
    --as olga agent set ana --public-name Ana --from-customers followed --notify-customers mine --notify-internal none --bell off
    --as ana agent set ana --ready off
    --as olga agent show ana
    --as olga agent list
    --as olga customer add Jo@Example.com --name 'Jo Park' --organization ACME
    --as olga customer add spam@example.com
    --as olga customer set jo@example.com --name 'Jo Park-Lee'
    --as olga customer block spam@example.com
    --as olga customer unblock spam@example.com
    --as olga customer show jo@example.com
    --as olga customer list
    --as olga setting set private-conversations on
    --as olga setting set item-audience internal
    --as olga setting list
";

pub const CONVERSATIONS: &str = "
    receive --from mara@example.com --name 'Mara Lindt' --group Support --channel email --message-id m1 --subject 'Card declined' --body 'My card is declined.'
    --as ana section list
    --as ana conversation list --section unassigned
    --as ana conversation note 1 --body 'Same bank as last week. @ben'
    --as ana conversation reply #1 --client-id c1 --body 'We look into it.'
    --as ana conversation reply 1 --client-id c1 --body 'We look into it.'
    --as ana conversation list --section live --limit 1
    --as ben conversation show 1
    --as ben conversation read 1
    --as ben conversation unread 1
    --as ben conversation follow 1
    --as ben conversation unfollow 1
    --as ana conversation add 1 --agent ben
    --as ana conversation remove 1 --agent ben
    --as ana conversation create-item 1 ticket
    --as ana item add project --title 'New checkout'
    --as ana item add task --title 'Call the bank' --requester mara@example.com --project PR-2
    --as ana item list
    --as ana item set TS-3 --status done --assignee ana --title 'Call the bank again'
    --as ana item follow TS-3
    --as ana item unfollow TS-3
    --as ana item add-follower TS-3 --agent ben
    --as ana item show TK-1
    --as ana conversation unlink 1
    --as ana conversation link 1 TK-1
    --as ana conversation link 1 TS-3 --yes
    --as ana conversation close 1
    --as ana conversation close 1
    --as ana conversation lock 1
    --as ana conversation unlock 1
    --as ana conversation reopen 1
    --as ana conversation assign 1 ben
    --as olga conversation private 1
    --as olga conversation public 1
    --as olga conversation public 1 --yes
    --as ben conversation release 1
    --as olga conversation forward 1 --group Billing
    --as olga conversation forward 1 --group Billing --yes
    --as ana conversation start --with-agent ben --subject Lunch --body 'At noon?'
    --as ana conversation start --with-customer mara@example.com --subject 'Your card' --group Support --body 'It works now.'
    --as ana conversation start --on TK-1 --audience internal --body 'Who knows the bank?'
    --as ana conversation list --section internal-sent
    --as ben conversation list --section unanswered
    --as olga search card is:open
    --as ben notice list
    --as ben notice clear
    --as olga customer view mara@example.com
    --as olga customer view mara@example.com 1
    --as olga audit list --limit 5
    --as olga audit list --conversation 1 --limit 3
    --as olga backup copy.db
    check
";

const OFFERS: &str = "
    --as olga group set Support --routing polite
    --as ana offer list
    receive --from mara@example.com --name 'Mara Lindt' --group Support --subject 'Card declined' --body 'My card is declined.'
    receive --from jo@example.com --name 'Jo Park' --group Support --subject Invoice --body 'Where is it?'
    --as ana offer list
    --as dev offer list
    --as ana offer reject #2
    --as ana offer reject 2
    --as ana offer list
    --as ana offer accept 2
    --as ben offer accept 1
    --as ben offer accept 1
    --as ana offer accept 1
    --as dev offer accept 1
    --as dev offer reject 9
    --as ben agent set ben --ready off
    --as ben offer list
    --as ben offer accept 2
    --as olga conversation private 2
    --as olga conversation assign 2 ben
    --as ana offer accept 2
    --as ana offer
    --as olga group set Support --routing dictator
    --as olga setting set away-after 15
    --as olga setting set away-after soon
    --as olga setting set hand-back on
    receive --from mara@example.com --group Support --subject Refund --body 'And my refund?'
    --as ana conversation show 3
    --as olga audit list --limit 4
";

const ABOUT: &str = "
    config
    --help
    conversation --help
    conversation start --help
";

#[test]
fn people_in_text() {
    steady(|| insta::assert_snapshot!("cli_people_text", Place::empty().transcript(PEOPLE, "")));
}

#[test]
fn people_as_json() {
    steady(|| insta::assert_snapshot!("cli_people_json", Place::empty().transcript(PEOPLE, "--json")));
}

#[test]
fn conversations_in_text() {
    let place = Place::staffed();
    place.does("--as olga setting set private-conversations on");
    steady(|| insta::assert_snapshot!("cli_conversations_text", place.transcript(CONVERSATIONS, "")));
}

#[test]
fn conversations_as_json() {
    let place = Place::staffed();
    place.does("--as olga setting set private-conversations on");
    steady(|| insta::assert_snapshot!("cli_conversations_json", place.transcript(CONVERSATIONS, "--json")));
}

#[test]
fn offers_in_text() {
    let place = Place::staffed();
    place.does("--as olga setting set private-conversations on");
    steady(|| insta::assert_snapshot!("cli_offers_text", place.transcript(OFFERS, "")));
}

#[test]
fn offers_as_json() {
    let place = Place::staffed();
    place.does("--as olga setting set private-conversations on");
    steady(|| insta::assert_snapshot!("cli_offers_json", place.transcript(OFFERS, "--json")));
}

#[test]
fn what_it_tells_about_itself() {
    steady(|| insta::assert_snapshot!("cli_about_text", Place::empty().transcript(ABOUT, "")));
}

#[test]
fn the_keymap_is_printed_row_for_row() {
    let place = Place::empty();
    let rows = place.json("keys");
    assert_eq!(rows.len(), deskline::tui::keymap::Keymap::built_in().rows().len());
    let printed = place.does("keys");
    assert_eq!(printed.lines().count(), rows.len() + 1);
    assert!(printed.lines().any(|line| line.starts_with("composer ") && line.contains("Ctrl-S")), "{printed}");
}

#[test]
fn completions_name_the_verbs() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Place::empty().does(&format!("completions {shell}"));
        assert!(script.contains("create-item") && script.contains("with-customer"), "{shell}");
    }
}

#[test]
fn every_line_of_json_is_an_object_with_the_promised_names_in_order() {
    let place = Place::staffed();
    place.does("receive --from mara@example.com --name Mara --group Support --subject Card --body Declined");
    place.does("--as ana conversation create-item 1 ticket");
    let names = |line: &str| {
        let printed = place.does(&format!("--json --as ana {line}"));
        assert!(!objects(&printed).is_empty(), "{line} printed nothing");
        top_names(printed.lines().next().expect("a line"))
    };
    let conversation = "id audience privacy state subject requester assignee group item unread follow_up_to at last channel \
                        participants locked cursor";
    assert_eq!(names("section list"), "key title part unread total");
    assert_eq!(names("conversation list --section open"), conversation);
    assert_eq!(names("conversation show 1"), format!("{conversation} messages followers read_up_to may"));
    place.does("--as olga group set Support --routing polite");
    place.does("receive --from mara@example.com --group Support --body Again");
    assert_eq!(names("offer list"), format!("{conversation} since"));
    assert_eq!(names("offer accept 2"), "conversation message state privacy assignee not_notified");
    assert_eq!(names("item list"), "id kind title status requester assignee project conversations cursor");
    assert_eq!(names("conversation follow 1"), "conversation message state privacy assignee not_notified");
    assert!(names("agent list").starts_with("handle name role active ready groups from_customers reply_to_customers"));
    assert_eq!(names("notice list"), "id kind conversation text read");
    assert_eq!(names("search declined"), "conversation seq kind from at text subject cursor");
    assert_eq!(names("receive --from a@example.com --body Hello"), "conversation message follow_up_to");
    assert_eq!(names("audit list --as olga"), "at agent action conversation detail");
}

/// The names of an object's own values, in the order they were printed.
fn top_names(line: &str) -> String {
    let (mut names, mut depth, mut start, mut escaped, mut last) = (Vec::new(), 0, None, false, "");
    for (at, letter) in line.char_indices() {
        match (start, letter) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(from), '"') => {
                last = &line[from..at];
                start = None;
            }
            (None, '"') => start = Some(at + 1),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            (None, ':') if depth == 1 => names.push(last),
            (_, _) => {}
        }
    }
    names.join(" ")
}
