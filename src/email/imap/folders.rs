//! What a server can do, and which of its folders has sent mail.

use super::{names, session::Session};
use crate::email::Trouble;
use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response};
use std::collections::BTreeSet;

/// What a server can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Abilities {
    names: BTreeSet<String>,
}

impl Abilities {
    /// Whether it says so.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// What it says so and does not do.
    pub fn forget(&mut self, name: &str) {
        self.names.remove(name);
    }
}

impl Session {
    /// What the server can do.
    ///
    /// # Errors
    /// As [`Session::ask`].
    pub async fn abilities(&mut self) -> Result<Abilities, Trouble> {
        let mut abilities = Abilities::default();
        self.ask("CAPABILITY", "to say what it can do", &mut |response| {
            if let Response::Capabilities(found) = response {
                abilities.names.extend(found.iter().filter_map(|ability| match ability {
                    async_imap::imap_proto::Capability::Atom(name) => Some(name.to_ascii_uppercase()),
                    async_imap::imap_proto::Capability::Imap4rev1 | async_imap::imap_proto::Capability::Auth(_) => None,
                }));
            }
        })
        .await?;
        Ok(abilities)
    }

    /// The name, as the server writes it, of the folder that it says sent mail is in. Servers may say so in any list of
    /// folders, whatever they are able to (RFC 6154, 2); Exchange does.
    ///
    /// # Errors
    /// As [`Session::ask`], but for a server that says no.
    pub async fn sent_folder(&mut self, abilities: &Abilities) -> Result<Option<String>, Trouble> {
        let asks_for_it = abilities.has("LIST-EXTENDED") && abilities.has("SPECIAL-USE");
        let commands = ["LIST \"\" \"*\" RETURN (SPECIAL-USE)", "LIST \"\" \"*\""];
        for command in commands.into_iter().skip(usize::from(!asks_for_it)) {
            let mut found = None;
            let mut look = |response: &Response<'_>| {
                if let Response::MailboxData(MailboxDatum::List(folder)) = response
                    && holds_sent_mail(&folder.name_attributes)
                {
                    found.get_or_insert_with(|| folder.name.to_string());
                }
            };
            match self.ask(command, "the list of its folders", &mut look).await {
                Ok(()) => return Ok(found),
                // Not all that say so take every question.
                Err(trouble) if trouble.kind.is_no() => {}
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(None)
    }

    /// A folder that sounds as if it had sent mail, or like the one that was asked for, as people write its name; `None` where
    /// there is none, or where the server does not say.
    pub async fn like_sent(&mut self, asked_for: Option<&str>) -> Option<String> {
        let mut found = None;
        let asked_for = asked_for.map(|name| last_part(name, "/"));
        let mut look = |response: &Response<'_>| {
            let Response::MailboxData(MailboxDatum::List(folder)) = response else { return };
            let Some(name) = names::read(&folder.name) else { return };
            let last = last_part(&name, folder.delimiter.as_deref().unwrap_or_default());
            if !is_missing(&folder.name_attributes) && (asked_for.as_ref() == Some(&last) || SENT.contains(&&*last)) {
                found.get_or_insert(name);
            }
        };
        self.ask("LIST \"\" \"*\"", "the list of its folders", &mut look).await.ok()?;
        found
    }
}

/// What folders with sent mail are called, in the languages that mail programs make them in.
const SENT: [&str; 16] = [
    "sent",
    "sent items",
    "sent mail",
    "sent messages",
    "gesendet",
    "gesendete elemente",
    "gesendete objekte",
    "envoyés",
    "messages envoyés",
    "éléments envoyés",
    "enviados",
    "elementos enviados",
    "inviata",
    "posta inviata",
    "verzonden",
    "verzonden items",
];

/// The last part of a folder's name, in small letters.
fn last_part(name: &str, delimiter: &str) -> String {
    let last = if delimiter.is_empty() { None } else { name.rsplit(delimiter).next() };
    last.unwrap_or(name).to_lowercase()
}

/// Whether a folder has sent mail, and is there.
fn holds_sent_mail(attributes: &[NameAttribute<'_>]) -> bool {
    attributes.contains(&NameAttribute::Sent) && !is_missing(attributes)
}

/// Whether there is nothing to open: some servers list a folder that comes with its first mail.
fn is_missing(attributes: &[NameAttribute<'_>]) -> bool {
    attributes.iter().any(|attribute| match attribute {
        NameAttribute::NoSelect => true,
        NameAttribute::Extension(name) => name.eq_ignore_ascii_case("\\NonExistent"),
        _ => false,
    })
}
