//! Keys that let agents in, and the invites that let a new key in once.

use super::{
    Desk, News, Outcome,
    assign::no_agent,
    page::{Denied, Invite, KeyRow, Viewer},
};
use crate::{
    domain::{
        event::EventKind,
        id::KeyId,
        key::{FINGERPRINT_PREFIX, INVITE_LIFETIME, InviteCode, PublicKey, check_fingerprint},
        people::Agent,
        refusal::Refusal,
    },
    policy::rights,
    store::{
        Connection, Writing,
        conversations::moment,
        keys::{self, OpenInvite, StoredKey},
        people,
    },
};
use sha2::{Digest as _, Sha256};

/// How much of a key's comment is kept, in characters.
const COMMENT: usize = 200;

/// How far apart two uses of a key are that are both written down, in milliseconds.
const USE_STEP: i64 = 60_000;

impl Desk {
    /// Lets a key in as an agent (R5.6). A key is one agent's; adding it to the same agent again writes nothing. One that was
    /// revoked can be added again, to anybody: it is a new key then, and what the old one had opened stays shut.
    ///
    /// # Errors
    /// Not for this agent, also where an owner's key is added by somebody else than an owner; no such agent; another agent
    /// has the key.
    pub fn add_key(&self, who: &Viewer, handle: &str, key: &PublicKey) -> Outcome<KeyRow> {
        let key = kept(key)?;
        self.write(|writing| {
            let me = Self::administrator(writing, who)?;
            let agent = people::agent_by_handle(writing, handle)?.ok_or_else(|| no_agent(handle))?;
            rights::let_in(&me, &agent)?;
            match keys::live(writing, &key.fingerprint)? {
                Some(live) if live.agent == agent.id => Ok(row(live)),
                Some(live) => Err(Denied::Invalid(format!(
                    "That key is @{}'s already, and a key lets in one agent. Give @{} a key of their own, or revoke that one first.",
                    live.handle, agent.handle
                ))),
                None => {
                    let id = keys::add(writing, agent.id, &key, self.now().timestamp_millis())?;
                    self.log_key(writing, EventKind::KeyAdded, who, &agent.handle, &key.fingerprint)?;
                    key_row(writing, id)
                }
            }
        })
    }

    /// The keys that let agents in, and those that were revoked: to owner and admins all, to an agent its own (R5.6).
    ///
    /// # Errors
    /// Switched off, or a file that cannot be read.
    pub fn keys(&self, who: &Viewer) -> Outcome<Vec<KeyRow>> {
        let reader = self.inner.store.reader()?;
        let snapshot = reader.snapshot()?;
        key_rows(&snapshot, &Self::me(&snapshot, who)?)
    }

    /// Lets a key in no more; everything that it let in is refused from then on. `fingerprint`: the whole, or as much of its
    /// beginning as [`check_fingerprint`] asks for, with or without "SHA256:". Revoking a revoked one writes nothing.
    ///
    /// # Errors
    /// No key of this agent begins so, or several do; an owner's key is revoked by owners.
    pub fn revoke_key(&self, who: &Viewer, fingerprint: &str) -> Outcome<KeyRow> {
        let beginning = check_fingerprint(fingerprint).map_err(Denied::Invalid)?;
        self.write(|writing| {
            let me = Self::me(writing, who)?;
            let found = named(writing, &me, beginning)?;
            let agent = people::agent_by_id(writing, found.agent)?.ok_or_else(|| no_key(beginning))?;
            rights::revoke_key(&me, &agent)?;
            if found.revoked.is_some() {
                return Ok(row(found));
            }
            keys::revoke(writing, found.id, self.now().timestamp_millis())?;
            self.log_key(writing, EventKind::KeyRevoked, who, &agent.handle, &found.fingerprint)?;
            key_row(writing, found.id)
        })
    }

    /// Invites an agent to bring a key: the code lets one in, once, within [`INVITE_LIFETIME`], and takes the place of the
    /// agent's last invite. `code` comes from the caller, drawn at random; only its hash is kept.
    ///
    /// # Errors
    /// Not for this agent, also where an owner is invited by somebody else than an owner (R5.6); no such agent, or it is
    /// switched off.
    pub fn invite(&self, who: &Viewer, handle: &str, code: &InviteCode) -> Outcome<Invite> {
        self.write(|writing| {
            let me = Self::administrator(writing, who)?;
            let agent = people::agent_by_handle(writing, handle)?.ok_or_else(|| no_agent(handle))?;
            rights::let_in(&me, &agent)?;
            if !agent.active {
                return Err(Denied::Invalid(format!(
                    "@{0} is switched off, and no key would let them in. Switch them on first: “deskline agent set {0} --active on”.",
                    agent.handle
                )));
            }
            let now = self.now();
            let expires = now + INVITE_LIFETIME;
            let invite = OpenInvite { agent: agent.id, made_by: me.id };
            keys::save_invite(writing, invite, &hash(code), now.timestamp_millis(), expires.timestamp_millis())?;
            self.log(writing, EventKind::InviteMade, who, None, &agent.handle)?;
            Ok(Invite { handle: agent.handle, code: code.to_string(), expires: moment(expires.timestamp_millis()) })
        })
    }

    /// Uses an invite up and lets the key in that came with its code; the door has verified that whoever brings it has the
    /// key's secret half. Everything that can be wrong is answered the same: a code that never was, was used, replaced or
    /// has expired; an invited agent who is switched off; an inviter who may invite them no more; a key that lets somebody in
    /// already, or that was revoked (that one is for [`Desk::add_key`]). The invite stays as it was then.
    ///
    /// # Errors
    /// That one answer, or a desk that cannot be written.
    pub fn redeem(&self, code: &str, key: &PublicKey) -> Outcome<Viewer> {
        let code: InviteCode = code.parse().map_err(|_| not_let_in())?;
        let key = kept(key).map_err(|_| not_let_in())?;
        let hash = hash(&code);
        let reader = self.inner.store.reader()?;
        // Strangers ask this: the queue of writers is for who has a code.
        invited(&reader, &hash, &key, self.now().timestamp_millis())?.ok_or_else(not_let_in)?;
        drop(reader);
        self.write(|writing| {
            let today = self.now();
            let now = today.timestamp_millis();
            let agent = invited(writing, &hash, &key, now)?.ok_or_else(not_let_in)?;
            keys::use_invite(writing, agent.id, now)?;
            // A key that comes over the wire brings no comment along; this tells it from the agent's others.
            let comment = Some(key.comment.clone()).filter(|comment| !comment.is_empty());
            let comment = comment.unwrap_or_else(|| format!("joined {}", today.format("%Y-%m-%d")));
            let id = keys::add(writing, agent.id, &PublicKey { comment, ..key.clone() }, now)?;
            keys::mark_used(writing, id, now)?;
            let who = Viewer { id: agent.id, handle: agent.handle, key: Some(id) };
            self.log_key(writing, EventKind::InviteUsed, &who, &who.handle, &key.fingerprint)?;
            self.log_key(writing, EventKind::KeyAdded, &who, &who.handle, &key.fingerprint)?;
            Ok(who)
        })
    }

    /// Who comes in with a key: an active agent whose key was not revoked. Writes nothing, and says nothing of whether the key
    /// was proved: a door asks it for keys that are only offered, too. After the proof it calls [`Desk::mark_key_used`].
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn admit_key(&self, fingerprint: &str) -> Outcome<Option<Viewer>> {
        let reader = self.inner.store.reader()?;
        let Some(key) = keys::live(&reader, fingerprint)? else { return Ok(None) };
        let agent = people::agent_by_id(&reader, key.agent)?.filter(|agent| agent.active);
        Ok(agent.map(|agent| Viewer { id: agent.id, handle: agent.handle, key: Some(key.id) }))
    }

    /// Keeps that the viewer's key let them in now; at most one write a minute and key. Nothing for who came without a key.
    ///
    /// # Errors
    /// Switched off or the key revoked since, or a desk that cannot be written.
    pub fn mark_key_used(&self, who: &Viewer) -> Outcome<()> {
        let Some(id) = who.key else { return Ok(()) };
        let now = self.now().timestamp_millis();
        let reader = self.inner.store.reader()?;
        Self::me(&reader, who)?;
        let last = keys::by_id(&reader, id)?.and_then(|key| key.used);
        drop(reader);
        if last.is_some_and(|last| now - last < USE_STEP) {
            return Ok(());
        }
        self.write_news(|writing| {
            Self::me(writing, who)?;
            keys::mark_used(writing, id, now)?;
            Ok(((), News::EVERYTHING.only_for(who.id)))
        })
    }

    fn log_key(
        &self,
        writing: &Writing<'_>,
        kind: EventKind,
        who: &Viewer,
        handle: &str,
        fingerprint: &str,
    ) -> Outcome<()> {
        self.log(writing, kind, who, None, &format!("{handle} {fingerprint}"))
    }
}

/// The words for who came in with a key that was revoked since.
pub(super) fn revoked() -> Denied {
    Refusal::denied("R5.6", "The key that you came in with was revoked. Ask an administrator.").into()
}

/// The keys that somebody may know of (R5.6).
pub(super) fn key_rows(connection: &Connection, me: &Agent) -> Outcome<Vec<KeyRow>> {
    let own = Some(me.id).filter(|_| !me.role.administers());
    Ok(keys::list(connection, own)?.into_iter().map(row).collect())
}

/// Who is invited by a code and may bring this key, as things are now.
fn invited(connection: &Connection, hash: &str, key: &PublicKey, now: i64) -> Outcome<Option<Agent>> {
    let Some(invite) = keys::open_invite(connection, hash, now)? else { return Ok(None) };
    let agent = people::agent_by_id(connection, invite.agent)?.filter(|agent| agent.active);
    let inviter = people::agent_by_id(connection, invite.made_by)?.filter(|agent| agent.active);
    let (Some(agent), Some(inviter)) = (agent, inviter) else { return Ok(None) };
    // The invited may have been made an owner since, or the inviter an admin no more.
    let allowed = rights::let_in(&inviter, &agent).is_ok();
    let known = keys::live(connection, &key.fingerprint)?.is_some() || keys::was_revoked(connection, &key.fingerprint)?;
    Ok(Some(agent).filter(|_| allowed && !known))
}

/// The one key that somebody names by the beginning of its fingerprint, among those they may know of; one that is still let
/// in before those that were revoked.
fn named(connection: &Connection, me: &Agent, beginning: &str) -> Outcome<StoredKey> {
    let own = Some(me.id).filter(|_| !me.role.administers());
    let begins = |key: &StoredKey| {
        key.fingerprint.strip_prefix(FINGERPRINT_PREFIX).is_some_and(|letters| letters.starts_with(beginning))
    };
    let found: Vec<StoredKey> = keys::list(connection, own)?.into_iter().filter(begins).collect();
    let first = found.first().ok_or_else(|| no_key(beginning))?;
    if found.iter().any(|key| key.fingerprint != first.fingerprint) {
        return Err(Denied::Invalid(format!(
            "Several keys begin with {FINGERPRINT_PREFIX}{beginning}. Give more of the fingerprint; “deskline key list” shows it."
        )));
    }
    let best = found.iter().find(|key| key.revoked.is_none()).unwrap_or(first);
    Ok(best.clone())
}

fn no_key(beginning: &str) -> Denied {
    Denied::NotFound(format!(
        "There is no key whose fingerprint begins with {FINGERPRINT_PREFIX}{beginning}. See “deskline key list”."
    ))
}

/// The one answer to every code that lets nobody in.
fn not_let_in() -> Denied {
    Refusal::denied(
        "R5.6",
        "This code does not let this key in. Look whether it was copied whole, or ask an administrator for a new one: a code works once and for a day, with a key that is new to the desk.",
    )
    .into()
}

/// A key as it is kept: whole, with a comment of bounded length.
fn kept(key: &PublicKey) -> Outcome<PublicKey> {
    if check_fingerprint(&key.fingerprint).is_ok_and(|letters| letters.len() == 43) && !key.blob.is_empty() {
        return Ok(PublicKey { comment: key.comment.chars().take(COMMENT).collect(), ..key.clone() });
    }
    Err(Denied::Invalid("That is not a public key with a SHA-256 fingerprint. Give an OpenSSH public key.".into()))
}

fn hash(code: &InviteCode) -> String {
    use std::fmt::Write as _;
    Sha256::digest(code.letters()).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn key_row(connection: &Connection, id: KeyId) -> Outcome<KeyRow> {
    keys::by_id(connection, id)?.map(row).ok_or_else(|| Denied::Failed("The key was not kept. Try again.".into()))
}

fn row(key: StoredKey) -> KeyRow {
    KeyRow {
        id: key.id,
        handle: key.handle,
        fingerprint: key.fingerprint,
        algorithm: key.algorithm,
        comment: key.comment,
        added: moment(key.added),
        revoked: key.revoked.map(moment),
        used: key.used.map(moment),
    }
}
