//! Into which conversation a mail goes: by a reply token, then by what it says it answers. A number in the subject never
//! joins, and neither do To and Cc.

use super::receive::Taking;
use crate::{
    desk::{
        Outcome,
        receive::own_conversation,
        token::{self, Bearer},
    },
    domain::{
        authentication::{Checked, Dmarc},
        conversation::{Audience, Privacy},
        id::{AgentId, ConversationId, CustomerId},
        mail::{LikenessWhy, Reason, bare_subject},
    },
    store::{
        conversations::{self, Loaded},
        merges, sending, threads, vouching,
    },
};

/// So many Message-IDs of one mail are looked at, the newest: a thread that long is found by those.
const MOST_REFERENCES: usize = 200;

/// So many conversations a new one is said to look like.
const MOST_LIKENESSES: usize = 5;

/// So many of the sender's other conversations are compared with a new one, the newest.
const MOST_COMPARED: usize = 50;

/// A server that vouched for a sender within so many milliseconds is expected to do so again.
const VOUCHED_FOR: i64 = 180 * 24 * 60 * 60 * 1_000;

/// Where a mail belongs.
pub(super) enum Route {
    /// Into this conversation of its sender's.
    Join(Box<Loaded>),
    /// Into a new one, which looks like these.
    New(Vec<(ConversationId, LikenessWhy)>),
    /// It came with a token that was made for this agent and for this conversation.
    AgentToken(ConversationId, AgentId),
    /// It came with such a token and under that agent's name, and nobody vouches that the agent wrote it.
    Doubtful(ConversationId),
    /// It came with a token of an internal conversation, and nobody knows its sender as the agent whose token it is.
    Internal(ConversationId),
    /// It answers what was written for an agent about this conversation, which not everybody may read, and its sender is not
    /// that agent.
    ForAgents(ConversationId),
    /// An agent answers a notice, and not to the reply address that was made for that.
    Notice,
}

impl Taking<'_> {
    /// Finds where a mail of this customer belongs, and says why. `customer` is none where no record of the sender exists.
    pub fn route(&self, customer: Option<CustomerId>, reasons: &mut Vec<Reason>) -> Outcome<Route> {
        let (mut likes, mut for_agents) = (Vec::new(), None);
        for (id, bearer) in self.tokens()? {
            match bearer {
                Bearer::Customer(bearer) => {
                    let Some(loaded) = conversations::load(self.writing, id)? else { continue };
                    if loaded.facts.audience == Audience::Internal {
                        return Ok(Route::Internal(id));
                    }
                    let mine = Some(bearer) == customer && takes_part(&loaded, bearer) && self.names_one_writer();
                    let disowned = mine && self.is_disowned()?;
                    if mine && !disowned {
                        reasons.push(Reason::plain("It came to the reply address that was made for its sender here."));
                        return Ok(Route::Join(Box::new(loaded)));
                    }
                    let text = if disowned {
                        "It came to a reply address of another conversation, made for its sender; but the mail server found the sender forged (DMARC), for whom it vouched before."
                    } else {
                        "It came to a reply address of another conversation, made for somebody else."
                    };
                    reasons.push(Reason::about(text, id));
                    like(&mut likes, id, LikenessWhy::Headers);
                }
                Bearer::Agent(agent) => {
                    if self.is_of(agent)? {
                        let doubtful = self.is_doubtful()?;
                        return Ok(if doubtful { Route::Doubtful(id) } else { Route::AgentToken(id, agent) });
                    }
                    let Some(facts) = conversations::load_facts(self.writing, id)? else { continue };
                    if facts.audience == Audience::Internal {
                        return Ok(Route::Internal(id));
                    }
                    if facts.privacy == Privacy::Private {
                        for_agents = for_agents.or(Some(id));
                    }
                    reasons.push(Reason::about(
                        "It came to a reply address of another conversation, made for an agent.",
                        id,
                    ));
                    like(&mut likes, id, LikenessWhy::Headers);
                }
            }
        }
        if let Some(id) = for_agents {
            return Ok(Route::ForAgents(id));
        }
        if let Some(route) = self.answers_a_notice()? {
            return Ok(route);
        }
        if let Some(loaded) = self.by_headers(customer, &mut likes, reasons)? {
            return Ok(Route::Join(Box::new(loaded)));
        }
        if let Some(customer) = customer {
            self.by_subject(customer, &mut likes)?;
        }
        reasons.push(Reason::plain("It names no conversation of its sender's: a new one was started."));
        Ok(Route::New(likes))
    }

    /// What the tokens behind our own addresses were made for, each once, in the order of the headers.
    pub(super) fn tokens(&self) -> Outcome<Vec<(ConversationId, Bearer)>> {
        let letter = self.letter;
        let named = letter.to.iter().chain(&letter.cc).map(|person| &person.address);
        let delivered = letter.delivered_to.iter().chain(&self.mail.envelope_to);
        self.tokens_behind(named.chain(delivered).map(String::as_str))
    }

    /// The same of these addresses.
    pub(super) fn tokens_behind<'t>(
        &self,
        addresses: impl Iterator<Item = &'t str>,
    ) -> Outcome<Vec<(ConversationId, Bearer)>> {
        let mut words: Vec<String> = Vec::new();
        for address in addresses {
            if let Some(word) = tag_of(&self.mail.addresses, address)
                && words.len() < MOST_REFERENCES
                && !words.contains(&word)
            {
                words.push(word);
            }
        }
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let key = token::desk_key(self.writing)?;
        let mut found = Vec::new();
        for word in &words {
            if let Some((id, bearer)) = token::read(&key, word) {
                found.push((merges::resolve(self.writing, id)?, bearer));
            }
        }
        Ok(found)
    }

    /// Whether it answers a notice. What that quotes may be internal, or private: taken for a customer's mail it would be
    /// everybody's to read (R6.2).
    fn answers_a_notice(&self) -> Outcome<Option<Route>> {
        let letter = self.letter;
        for id in letter.in_reply_to.iter().rev().chain(letter.references.iter().rev()).take(MOST_REFERENCES) {
            let Some((notice, agent)) = threads::notice(self.writing, id)? else { continue };
            if self.is_of(agent)? {
                return Ok(Some(Route::Notice));
            }
            for id in sending::told_of(self.writing, notice)? {
                if let Some(facts) = conversations::load_facts(self.writing, id)?
                    && (facts.audience == Audience::Internal || facts.privacy == Privacy::Private)
                {
                    return Ok(Some(Route::ForAgents(id)));
                }
            }
        }
        Ok(None)
    }

    /// Whether the sender's address is the one that an agent gave.
    fn is_of(&self, agent: AgentId) -> Outcome<bool> {
        let address = threads::agent_address(self.writing, agent)?;
        Ok(self.names_one_writer() && address.is_some_and(|address| address == self.sender))
    }

    /// Whether exactly one writer is named: with several, servers check one and people are shown another.
    fn names_one_writer(&self) -> bool {
        self.letter.from.len() == 1
    }

    /// In-Reply-To, then References from the newest on: for somebody who takes part in the conversation only.
    fn by_headers(
        &self,
        customer: Option<CustomerId>,
        likes: &mut Vec<(ConversationId, LikenessWhy)>,
        reasons: &mut Vec<Reason>,
    ) -> Outcome<Option<Loaded>> {
        let mut doubtful = None;
        let mut seen: Vec<&str> = Vec::new();
        let (letter, mut told) = (self.letter, false);
        for id in letter.in_reply_to.iter().rev().chain(letter.references.iter().rev()) {
            if seen.contains(&id.as_str()) || seen.len() == MOST_REFERENCES {
                continue;
            }
            seen.push(id);
            for conversation in threads::conversations_by_header(self.writing, id)? {
                let conversation = merges::resolve(self.writing, conversation)?;
                let own = match customer {
                    Some(customer) => own_conversation(self.writing, conversation, customer)?,
                    None => None,
                };
                if own.is_some() && doubtful.is_none() {
                    doubtful = Some(self.is_doubtful()?);
                }
                match own {
                    Some(loaded) if doubtful == Some(false) => {
                        reasons.push(Reason::plain(
                            "It answers a mail of this conversation, in which its sender takes part.",
                        ));
                        return Ok(Some(loaded));
                    }
                    Some(_) => {
                        reasons.push(Reason::about(
                            "It answers a mail of another conversation of its sender's, but who wrote it is doubtful: it names several senders, the mail server found the sender forged (DMARC), or does not vouch for it as it did before.",
                            conversation,
                        ));
                        like(likes, conversation, LikenessWhy::Headers);
                    }
                    None => {
                        if !told {
                            let text = "It answers a mail of another conversation, in which its sender takes no part.";
                            reasons.push(Reason::about(text, conversation));
                            told = true;
                        }
                        like(likes, conversation, LikenessWhy::Headers);
                    }
                }
            }
        }
        Ok(None)
    }

    /// Whether its sender is not to be believed: it names several; or the mail server that delivered it says that the
    /// sender's domain disowns it, or speaks of another one; or that server vouched for the sender's mails before and does
    /// not for this one. Where no server checks anything, an address is believed as it stands, and only what the sender
    /// says against itself is heard.
    fn is_doubtful(&self) -> Outcome<bool> {
        let checked = Checked::of(&self.letter.authentication);
        Ok(!self.names_one_writer() || self.disowns(&checked) || self.lost_its_voucher(&checked)?)
    }

    /// Whether the sender is none even with the sender's own token, which can get into other hands: the mail server disowns
    /// the mail, and vouched for the sender's mails before. Where it never did, a sender's own server is set up badly.
    fn is_disowned(&self) -> Outcome<bool> {
        let checked = Checked::of(&self.letter.authentication);
        Ok(self.disowns(&checked) && self.lost_its_voucher(&checked)?)
    }

    /// Whether the mail server that took it says that the domain of its sender disowns it.
    pub(super) fn is_denied(&self) -> bool {
        Checked::of(&self.letter.authentication).dmarc == Some(Dmarc::Fail)
    }

    fn disowns(&self, checked: &Checked) -> bool {
        checked.dmarc == Some(Dmarc::Fail) || !checked.is_about(self.sender)
    }

    fn lost_its_voucher(&self, checked: &Checked) -> Outcome<bool> {
        let mailbox = self.mail.mailbox.as_str();
        let since = self.now.timestamp_millis() - VOUCHED_FOR;
        let vouched = |by| vouching::vouched(self.writing, mailbox, by, self.sender, since);
        if !vouched(None)? {
            return Ok(false);
        }
        let Some(server) = vouching::server(self.writing, mailbox)? else { return Ok(false) };
        if checked.by == server && checked.vouches_for(self.sender) {
            return Ok(false);
        }
        Ok(vouched(Some(&server))?)
    }

    /// Other conversations of the sender with a similar subject.
    fn by_subject(&self, customer: CustomerId, likes: &mut Vec<(ConversationId, LikenessWhy)>) -> Outcome<()> {
        let subject = bare_subject(&self.letter.subject);
        if subject.is_empty() {
            return Ok(());
        }
        for (id, other) in threads::subjects(self.writing, customer, MOST_COMPARED)? {
            if is_similar(&subject, &bare_subject(&other)) && merges::resolve(self.writing, id)? == id {
                like(likes, id, LikenessWhy::Subject);
            }
        }
        Ok(())
    }
}

fn takes_part(loaded: &Loaded, customer: CustomerId) -> bool {
    loaded.facts.customers.iter().any(|place| place.customer == customer)
}

fn like(likes: &mut Vec<(ConversationId, LikenessWhy)>, id: ConversationId, because: LikenessWhy) {
    if likes.len() < MOST_LIKENESSES && !likes.iter().any(|(known, _)| *known == id) {
        likes.push((id, because));
    }
}

/// What stands behind the `+` of one of our own addresses: "token" of "support+token@acme.example".
pub(super) fn tag_of(own: &[String], address: &str) -> Option<String> {
    let address = address.trim().trim_start_matches('<').trim_end_matches('>').to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    own.iter().find_map(|own| {
        let (own_local, own_domain) = own.rsplit_once('@')?;
        let tag = local.strip_prefix(own_local)?.strip_prefix('+')?;
        (domain == own_domain && !tag.is_empty() && tag.len() <= token::LONGEST).then(|| tag.to_owned())
    })
}

/// Whether two bare subjects are the same, or share most of their words.
fn is_similar(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    let (one, other) = (words(one), words(other));
    let shared = one.intersection(&other).count();
    one.len().min(other.len()) >= 3 && shared * 10 >= one.union(&other).count() * 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_behind_our_own_addresses_is_a_token() {
        let own = ["support@acme.example".to_owned(), "a+b@acme.example".to_owned()];
        let tag = |address: &str| tag_of(&own, address);
        assert_eq!(tag("Support+AbC2@Acme.Example").as_deref(), Some("abc2"));
        assert_eq!(tag("<support+x@acme.example>").as_deref(), Some("x"));
        assert_eq!(tag("a+b+x@acme.example").as_deref(), Some("x"));
        for none in [
            "support@acme.example",
            "support+@acme.example",
            "support+x@evil.example",
            "xsupport+x@acme.example",
            "sales+x@acme.example",
            "support+x@acme.example.evil",
            "nobody",
            "",
        ] {
            assert_eq!(tag(none), None, "{none}");
        }
        assert_eq!(tag(&format!("support+{}@acme.example", "x".repeat(200))), None);
    }

    #[test]
    fn similar_subjects_share_most_of_their_words() {
        assert!(is_similar("card declined", "card declined"));
        assert!(is_similar("my card was declined", "my card was declined again"));
        assert!(!is_similar("card declined", "card accepted"));
        assert!(!is_similar("a b c d", "a x y z"));
    }
}
