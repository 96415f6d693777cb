//! Keys and invites as JSON and as rows.

use crate::{
    cli::{
        output::Row,
        table::{Column, column},
        zone::{CLOCK, Zone},
    },
    desk::page::{Invite, KeyRow, Moment},
};
use serde::Serialize;

/// A key that lets an agent in, or did.
#[derive(Debug, Serialize)]
pub struct KeyJson<'a> {
    fingerprint: &'a str,
    handle: &'a str,
    algorithm: &'a str,
    comment: &'a str,
    added: Moment,
    revoked: Option<Moment>,
    used: Option<Moment>,
}

impl<'a> From<&'a KeyRow> for KeyJson<'a> {
    fn from(row: &'a KeyRow) -> Self {
        Self {
            fingerprint: &row.fingerprint,
            handle: &row.handle,
            algorithm: &row.algorithm,
            comment: &row.comment,
            added: row.added,
            revoked: row.revoked,
            used: row.used,
        }
    }
}

impl Row for KeyJson<'_> {
    const COLUMNS: &'static [Column] = &[
        column("HANDLE", 32),
        column("FINGERPRINT", 50),
        column("ADDED", CLOCK),
        column("USED", CLOCK),
        column("REVOKED", CLOCK),
        column("ALGORITHM", 34),
        column("COMMENT", 40),
    ];

    fn cells(&self, zone: Zone) -> Vec<String> {
        let clock = |at: Option<Moment>| at.map(|at| zone.clock(at)).unwrap_or_default();
        vec![
            self.handle.to_owned(),
            self.fingerprint.to_owned(),
            zone.clock(self.added),
            clock(self.used),
            clock(self.revoked),
            self.algorithm.to_owned(),
            self.comment.to_owned(),
        ]
    }
}

/// An invite, with its code.
#[derive(Serialize)]
pub struct InviteJson<'a> {
    handle: &'a str,
    code: &'a str,
    expires: Moment,
}

impl<'a> From<&'a Invite> for InviteJson<'a> {
    fn from(invite: &'a Invite) -> Self {
        Self { handle: &invite.handle, code: &invite.code, expires: invite.expires }
    }
}

impl Row for InviteJson<'_> {
    const COLUMNS: &'static [Column] = &[column("CODE", 23), column("UNTIL", CLOCK), column("HANDLE", 32)];

    fn cells(&self, zone: Zone) -> Vec<String> {
        vec![self.code.to_owned(), zone.clock(self.expires), self.handle.to_owned()]
    }
}
