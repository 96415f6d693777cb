//! Whom the mail behind a message names, above its words: in one line, or all of it; and what speaks against the mail.

use super::{Flow, LineKind, Voice};
use crate::{
    domain::{authentication::Checked, letter::Correspondent, mail::Addressed, text::SafeText},
    tui::delivery::named,
};

/// Lines of one header that are shown where all of it is.
const LINES: usize = 6;

impl Flow {
    /// Says whom a mail names. `raw`: the key that shows the mail as it came.
    pub fn addressed(&mut self, mail: &Addressed, open: bool, raw: &str, (voice, width): (Voice, usize)) {
        if open {
            self.push(LineKind::Named(voice), "▾ the mail names".to_owned());
            for (name, value) in fields(mail) {
                let lines = SafeText::line(&format!("{name} {value}")).wrap(width);
                let more = lines.len() > LINES;
                for line in lines.into_iter().take(LINES) {
                    self.push(LineKind::Aside(voice), line);
                }
                if more {
                    self.push(LineKind::Aside(voice), format!("⋯ {raw} shows all"));
                }
            }
        } else {
            self.push(
                LineKind::Named(voice),
                SafeText::line(&format!("▸ {}", in_short(mail, width.saturating_sub(2)))).fit(width),
            );
        }
        let sender = mail.from.first().map_or("", |person| person.address.as_str());
        if let Some(doubt) = Checked::read(&mail.authentication).doubt(sender) {
            for line in SafeText::line(&format!("! not verified: {} ({})", doubt.what, doubt.by)).wrap(width) {
                self.push(LineKind::Warning(voice), line);
            }
        }
    }
}

/// `mara@example.com to support@acme.example, Cc Jo Park <jo@example.com>`; less of each where that is too long, and of
/// none nothing at all while there is room for a word.
fn in_short(mail: &Addressed, columns: usize) -> String {
    let answers: Vec<&Correspondent> = mail.reply_to.iter().filter(|person| !is_among(&mail.from, person)).collect();
    let from = match answers.as_slice() {
        [] => addresses(&mail.from),
        others => format!("{} (wants answers at {})", addresses(&mail.from), addresses(others.iter().copied())),
    };
    let part = |word: &str, words: &str| if words.is_empty() { String::new() } else { format!("{word}{words}") };
    let whole = |to: &str, cc: &str| format!("{from}{}{}", part(" to ", to), part(", Cc ", cc));
    let (to, cc) = ((mail.to.as_slice(), mail.more_to), (mail.cc.as_slice(), mail.more_cc));
    let (first_to, first_cc) = (first(to, &|to| to.address.clone()), first(cc, &|cc| named([cc])));
    let name = |cc: &Correspondent| if cc.name.is_empty() { cc.address.clone() } else { cc.name.clone() };
    let (local_to, short_cc) = (first(to, &local), first(cc, &name));
    let all = mail.to.len() + mail.more_to + mail.cc.len() + mail.more_cc;
    let (all_to, all_cc) = (addresses(&mail.to) + &more(mail.more_to), named(&mail.cc) + &more(mail.more_cc));
    // Who wrote it stands above it as well; where its answers are wanted stands nowhere else.
    let elsewhere = answers.first().map(|_| format!("wants answers at {}", addresses(answers.iter().copied())));
    let mut forms = vec![
        whole(&all_to, &all_cc),
        whole(&first_to, &first_cc),
        whole(&first_to, &short_cc),
        whole(&local_to, &short_cc),
        whole("", &short_cc),
        format!("{from} to {all}"),
    ];
    let fits = |form: &&String| SafeText::line(form).width() <= columns;
    let otherwise = elsewhere.as_ref().map_or(4, |_| forms.len());
    forms.extend(elsewhere);
    forms.iter().find(fits).unwrap_or(&forms[otherwise]).clone()
}

/// The first of them, and how many more there are.
fn first((people, others): (&[Correspondent], usize), word: &dyn Fn(&Correspondent) -> String) -> String {
    match people {
        [] => String::new(),
        [one, rest @ ..] => word(one) + &more(rest.len() + others),
    }
}

/// `support@…`
fn local(person: &Correspondent) -> String {
    format!("{}@…", person.address.rsplit_once('@').map_or(person.address.as_str(), |(local, _)| local))
}

/// Every header that says something.
fn fields(mail: &Addressed) -> Vec<(&'static str, String)> {
    let mut fields = vec![("From", named(&mail.from))];
    if mail.reply_to.iter().any(|person| !is_among(&mail.from, person)) {
        fields.push(("Reply-To", named(&mail.reply_to)));
    }
    fields.push(("To", named(&mail.to) + &more(mail.more_to)));
    fields.push(("Cc", named(&mail.cc) + &more(mail.more_cc)));
    fields.extend(mail.authentication.lines().map(|value| ("Checked", value.to_owned())));
    fields.retain(|(_, value)| !value.is_empty());
    fields
}

fn more(count: usize) -> String {
    if count == 0 { String::new() } else { format!(" and {count} more") }
}

fn addresses<'a>(people: impl IntoIterator<Item = &'a Correspondent>) -> String {
    let addresses: Vec<&str> = people.into_iter().map(|person| person.address.as_str()).collect();
    addresses.join(", ")
}

fn is_among(people: &[Correspondent], wanted: &Correspondent) -> bool {
    people.iter().any(|person| person.address.eq_ignore_ascii_case(&wanted.address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, address: &str) -> Correspondent {
        Correspondent { name: name.to_owned(), address: address.to_owned() }
    }

    fn mail() -> Addressed {
        Addressed {
            from: vec![person("Mara Lindt", "mara@example.com")],
            to: vec![person("Support", "support@acme.example")],
            ..Addressed::default()
        }
    }

    fn shown(mail: &Addressed, open: bool) -> Vec<String> {
        let mut flow = Flow::default();
        flow.addressed(mail, open, "v", (Voice::Customer, 60));
        flow.lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn one_line_says_whom_a_mail_names_and_more_where_it_is_opened() {
        assert_eq!(shown(&mail(), false), ["▸ mara@example.com to support@acme.example"]);
        let copied = Addressed {
            cc: vec![person("Park, Jo", "jo@b.example"), person("", "kim@b.example")],
            reply_to: vec![person("", "MARA@example.com")],
            ..mail()
        };
        let long = shown(&copied, false);
        assert_eq!(long, ["▸ mara@example.com to support@…, Cc Park, Jo and 1 more"]);
        let open = shown(&copied, true);
        assert_eq!(
            open[1..4],
            ["From Mara Lindt <mara@example.com>", "To Support <support@acme.example>", open[3].as_str()]
        );
        assert_eq!(open[3], "Cc \"Park, Jo\" <jo@b.example>, kim@b.example");
    }

    #[test]
    fn that_others_got_it_too_is_said_however_little_room_there_is() {
        let copied = Addressed { cc: vec![person("Yuri Baum", "yuri@parts.example")], ..mail() };
        for (columns, words) in [
            (80, "mara@example.com to support@acme.example, Cc Yuri Baum <yuri@parts.example>"),
            (60, "mara@example.com to support@acme.example, Cc Yuri Baum"),
            (44, "mara@example.com to support@…, Cc Yuri Baum"),
            (32, "mara@example.com, Cc Yuri Baum"),
            (24, "mara@example.com to 2"),
        ] {
            assert_eq!(in_short(&copied, columns), words);
        }
    }

    #[test]
    fn elsewhere_wanted_answers_are_said() {
        let elsewhere = Addressed { reply_to: vec![person("", "x@evil.example")], ..mail() };
        assert_eq!(shown(&elsewhere, false), ["▸ mara@example.com (wants answers at x@evil.example)"]);
        for (columns, words) in [(40, "wants answers at x@evil.example"), (20, "wants answers at x@evil.example")] {
            assert_eq!(in_short(&elsewhere, columns), words);
        }
        assert!(shown(&elsewhere, true).contains(&"Reply-To x@evil.example".to_owned()));
    }

    #[test]
    fn a_thousand_recipients_take_a_few_lines() {
        let people = |many: usize| (0..many).map(|at| person(&"x".repeat(90), &format!("p{at}@b.example"))).collect();
        let crowd = Addressed { to: people(8), cc: people(8), more_cc: 900, ..mail() };
        assert_eq!(shown(&crowd, false), ["▸ mara@example.com to 916"]);
        let open = shown(&crowd, true);
        assert!(open.len() <= 2 + 2 * (LINES + 1) && open.contains(&"⋯ v shows all".to_owned()), "{open:?}");
    }

    #[test]
    fn what_the_server_could_not_confirm_is_said_in_words() {
        let forged = Addressed {
            authentication: "mx.acme.example; spf=fail; dmarc=fail (p=reject) header.from=example.com".to_owned(),
            ..mail()
        };
        assert_eq!(shown(&forged, false)[1], "! not verified: dmarc=fail (mx.acme.example)");
        let fine = Addressed { authentication: "mx.acme.example; dmarc=pass".to_owned(), ..mail() };
        assert_eq!(shown(&fine, false).len(), 1);
        // Each of its results in a field of its own.
        let two = Addressed { authentication: "mx; spf=softfail\nmx; dkim=pass".to_owned(), ..mail() };
        assert_eq!(shown(&two, false).len(), 1);
        assert_eq!(shown(&two, true)[3..], ["Checked mx; spf=softfail", "Checked mx; dkim=pass"]);
    }

    /// A name that reads like another header, or like the end of its own.
    #[test]
    fn a_name_cannot_pass_for_more_than_a_name() {
        let hostile =
            Addressed { cc: vec![person("Jo <jo@b.example>, \u{202e}Cc: Olga\u{1b}[2J", "x@evil.example")], ..mail() };
        let open = shown(&hostile, true).join(" ");
        assert!(open.contains("Cc \"Jo <jo@b.example>, "), "{open}");
        assert!(!open.contains('\u{1b}') && !open.contains('\u{202e}'), "{open}");
    }
}
