//! Whom the mail server vouched for once is expected to be vouched for again.

use super::letters::{arrives, letter, mail, taken};
use crate::{desks::TestDesk, seat::Seat};
use deskline::domain::{
    id::ConversationId,
    letter::Letter,
    mail::{HeldWhy, InMail, LikenessWhy, Verdict},
    setting::SettingKey,
};

const PASS: &str = "mx.acme.example; spf=pass smtp.mailfrom=example.com; dmarc=pass header.from=example.com";
const NONE: &str = "mx.acme.example; spf=fail smtp.mailfrom=evil.example; dmarc=none header.from=example.com";

fn checked(words: &[&str], letter: Letter) -> Letter {
    Letter { authentication: words.iter().map(|it| (*it).to_owned()).collect(), ..letter }
}

/// A conversation of mara's, and the id of her mail, at a mailbox whose server checks everything.
fn begun(desk: &TestDesk, words: &str) -> (ConversationId, String) {
    for number in 0..9 {
        let other = letter(&format!("other{number}@example.org"), "Else", "Else");
        arrives(desk, checked(&["mx.acme.example; dmarc=none"], other));
    }
    let first = checked(&[words], letter("mara@example.com", "Card declined", "My card"));
    let id = first.message_id.clone().unwrap();
    (arrives(desk, first).conversation.unwrap(), id)
}

fn answer(id: &str, words: &[&str], text: &str) -> Letter {
    checked(words, Letter { in_reply_to: vec![id.into()], ..letter("mara@example.com", "Re: Card", text) })
}

#[test]
fn who_was_vouched_for_joins_by_headers_only_when_vouched_for_again() {
    let desk = TestDesk::new();
    let (one, id) = begun(&desk, PASS);
    // The server writes no word on the domain; somebody below it does; it writes nothing; another one vouches; it vouches
    // for another domain.
    let other = PASS.replace("header.from=example.com", "header.from=evil.example");
    let forged: [&[&str]; 5] = [&[NONE], &[NONE, PASS], &[], &["mx.evil.example; dmarc=pass", PASS], &[&other]];
    for (number, words) in forged.iter().enumerate() {
        let forged = arrives(&desk, answer(&id, words, &format!("Forged {number}"))).conversation.unwrap();
        assert_ne!(forged, one, "{words:?}");
        let likes = desk.desk.likenesses(&desk.agent("ana"), forged).unwrap();
        assert!(
            likes.iter().any(|it| (it.conversation, it.because) == (one, LikenessWhy::Headers)),
            "one key merges it"
        );
    }
    assert_eq!(arrives(&desk, answer(&id, &[PASS], "It is me")).conversation, Some(one));
    // Her own token is proof enough.
    let to = vec![TestDesk::tagged(&desk.token(one, "mara@example.com"))];
    assert_eq!(arrives(&desk, Letter { to, ..answer(&id, &[NONE], "By the token") }).conversation, Some(one));
    desk.later(181 * 24 * 60);
    assert_eq!(arrives(&desk, answer(&id, &[NONE], "Half a year later")).conversation, Some(one));
}

#[test]
fn who_never_was_vouched_for_joins_as_ever() {
    let desk = TestDesk::new();
    let (one, id) = begun(&desk, NONE);
    assert_eq!(arrives(&desk, answer(&id, &[NONE], "Her domain says nothing")).conversation, Some(one));
    // At another mailbox nobody vouched for her.
    let (two, id) = begun(&desk, PASS);
    let elsewhere = InMail { mailbox: "billing".into(), ..mail(answer(&id, &[], "By another door")) };
    assert_eq!(taken(&desk, &elsewhere).conversation, Some(two));
}

#[test]
fn what_senders_say_themselves_where_no_server_checks_changes_nothing() {
    let desk = TestDesk::new();
    for number in 0..30 {
        arrives(&desk, letter(&format!("other{number}@example.org"), "Else", "Else"));
    }
    let first = checked(&["mx.of-the-sender.example; dmarc=pass"], letter("mara@example.com", "Card", "My card"));
    let id = first.message_id.clone().unwrap();
    let one = arrives(&desk, first).conversation;
    assert_eq!(arrives(&desk, answer(&id, &[], "Without")).conversation, one);
}

#[test]
fn an_agents_token_under_the_agents_name_is_not_enough_where_the_server_disowns_the_mail() {
    let desk = TestDesk::new();
    desk.set(SettingKey::AgentsByMail, "on");
    desk.gives_address("ana", "ana@home.example");
    let (one, _) = begun(&desk, PASS);
    let by_ana = |words: &[&str], text: &str| {
        let to = vec![TestDesk::tagged(&desk.token(one, "ana"))];
        checked(words, Letter { to, ..letter("ana@home.example", "Re: Card", text) })
    };
    let fail = "mx.acme.example; dmarc=fail (p=reject) header.from=home.example";
    let forged = by_ana(&[fail], "I am Ana, honestly");
    let held = arrives(&desk, forged.clone());
    assert_eq!((held.verdict, held.conversation), (Verdict::Quarantined(HeldWhy::DoubtfulAgent), None));
    let pass = PASS.replace("example.com", "home.example");
    assert_eq!(arrives(&desk, by_ana(&[&pass], "It is me")).verdict, Verdict::Message);
    let doubtful = arrives(&desk, by_ana(&[NONE], "It is me again"));
    assert_eq!(doubtful.verdict, Verdict::Quarantined(HeldWhy::DoubtfulAgent), "vouched for until now");
    assert_eq!(desk.count("SELECT count(*) FROM message WHERE agent_id IS NOT NULL AND kind = 'reply'"), 1);
    assert_eq!(desk.count("SELECT count(*) FROM mail_refusal"), 0, "nobody is told");
    // Let go, it is a stranger's: nobody becomes an agent by that.
    let released = desk.desk.release_held(&desk.agent("olga"), held.mail, &|_| Ok(forged.clone()), false).unwrap();
    assert_ne!(released.conversation, Some(one));
    assert_eq!(desk.row(released.conversation.unwrap()).requester.unwrap().address, "ana@home.example");
}

/// A token can get into other hands, by a mail that is passed on. Where her server vouches for her, a mail that it disowns
/// is not hers.
#[test]
fn a_customers_token_is_not_enough_where_the_server_disowns_who_it_vouched_for() {
    let desk = TestDesk::new();
    let (one, _) = begun(&desk, PASS);
    let token = TestDesk::tagged(&desk.token(one, "mara@example.com"));
    let fail = PASS.replace("dmarc=pass", "dmarc=fail");
    let stolen = |words: &str, text: &str| {
        checked(&[words], Letter { to: vec![token.clone()], ..letter("mara@example.com", "Re: Card", text) })
    };
    let forged = arrives(&desk, stolen(&fail, "I am Mara, honestly")).conversation.unwrap();
    assert_ne!(forged, one);
    assert_eq!(desk.desk.likenesses(&desk.agent("ana"), forged).unwrap()[0].conversation, one, "one key merges it");
    assert_eq!(arrives(&desk, stolen(PASS, "It is me")).conversation, Some(one));
    // Whose server never vouched for its mails is known by the token, however badly that server is set up.
    let jo = checked(&[&fail.replace("example.com", "example.org")], letter("jo@example.org", "Invoice", "Hello"));
    let two = arrives(&desk, jo.clone()).conversation.unwrap();
    let to = vec![TestDesk::tagged(&desk.token(two, "jo@example.org"))];
    assert_eq!(arrives(&desk, Letter { to, message_id: None, text: "Again".into(), ..jo }).conversation, Some(two));
}

/// Servers that check with several programs write a field for each: the screen hears them together, as the desk does.
#[test]
fn results_in_fields_of_their_own_make_no_doubt_on_the_screen() {
    let desk = TestDesk::new();
    let [spf, dkim] = ["spf=softfail smtp.mailfrom=list.example", "dkim=pass header.d=example.com"]
        .map(|result| format!("mx.acme.example; {result}"));
    let shown = |words: &[&str], text: &str| {
        arrives(&desk, checked(words, letter("mara@example.com", "Card", text)));
        Seat::new(&desk, "ana").keys("Enter").shown().lines().filter(|line| line.contains("not verified")).count()
    };
    assert_eq!(shown(&[&spf, &dkim], "One"), 0);
    assert_eq!(shown(&[&spf], "Two"), 1);
    // What stands below the field of another server anybody may have written.
    assert_eq!(shown(&[&spf, "evil.example; x=y", &dkim], "Three"), 1);
    let kept = desk.count("SELECT count(*) FROM mail WHERE authentication LIKE '%evil%'");
    assert_eq!(kept, 0, "and it is not kept as this server's");
}
