//! Agents, groups, customers, sections, settings, notices and the audit log as JSON and as rows.

use super::{counted, switched};
use crate::{
    cli::{
        output::Row,
        table::{Column, column},
        zone::{CLOCK, Zone},
    },
    desk::page::{AgentRow, AuditRow, CustomerRow, GroupRow, Moment, NoticeKind, NoticeRow, SectionRow},
    domain::{
        id::{ConversationId, NoticeId},
        outgoing::MailPreference,
        people::{Agent, FromCustomers, Notify, Role, Routing},
        section::{Part, Section},
        setting::{SettingKey, Settings},
    },
};
use serde::Serialize;

/// An agent.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct AgentJson<'a> {
    handle: &'a str,
    name: &'a str,
    role: Role,
    active: bool,
    ready: bool,
    groups: &'a [String],
    from_customers: FromCustomers,
    reply_to_customers: bool,
    notify_customers: Notify,
    notify_internal: Notify,
    bell: bool,
    public_name: Option<&'a str>,
    /// Null too where it is not for who asks.
    address: Option<&'a str>,
    /// Null where it is not for who asks.
    mail: Option<MailPreference>,
}

impl<'a> AgentJson<'a> {
    /// An agent as this one sees it: where its own mail goes is its own and the administrators' to know.
    pub fn seen_by(me: &Agent, row: &'a AgentRow) -> Self {
        let whole = Self::from(row);
        if me.role.administers() || me.id == row.agent.id { whole } else { Self { address: None, mail: None, ..whole } }
    }
}

impl<'a> From<&'a AgentRow> for AgentJson<'a> {
    fn from(row: &'a AgentRow) -> Self {
        let agent = &row.agent;
        Self {
            handle: &agent.handle,
            name: &agent.name,
            role: agent.role,
            active: agent.active,
            ready: agent.ready,
            groups: &row.groups,
            from_customers: agent.from_customers,
            reply_to_customers: agent.reply_to_customers,
            notify_customers: agent.notify_customers,
            notify_internal: agent.notify_internal,
            bell: agent.bell,
            public_name: agent.public_name.as_deref(),
            address: agent.address.as_deref(),
            mail: Some(agent.mail),
        }
    }
}

impl Row for AgentJson<'_> {
    const COLUMNS: &'static [Column] = &[
        column("HANDLE", 32),
        column("ROLE", 5),
        column("ACTIVE", 6),
        column("READY", 5),
        column("REPLIES", 7),
        column("FROM CUSTOMERS", 14),
        column("NOTIFY CUSTOMERS", 16),
        column("NOTIFY INTERNAL", 15),
        column("BELL", 4),
        column("MAIL", 6),
        column("GROUPS", 32),
        column("NAME", 32),
        column("PUBLIC NAME", 32),
        column("ADDRESS", 48),
    ];

    fn cells(&self, _zone: Zone) -> Vec<String> {
        vec![
            self.handle.to_owned(),
            self.role.to_string(),
            switched(self.active),
            switched(self.ready),
            switched(self.reply_to_customers),
            self.from_customers.to_string(),
            self.notify_customers.to_string(),
            self.notify_internal.to_string(),
            switched(self.bell),
            self.mail.map(|mail| mail.to_string()).unwrap_or_default(),
            self.groups.join(", "),
            self.name.to_owned(),
            self.public_name.unwrap_or_default().to_owned(),
            self.address.unwrap_or_default().to_owned(),
        ]
    }
}

/// A group.
#[derive(Debug, Serialize)]
pub struct GroupJson<'a> {
    name: &'a str,
    routing: Routing,
    members: &'a [String],
    signature: &'a str,
}

impl<'a> From<&'a GroupRow> for GroupJson<'a> {
    fn from(row: &'a GroupRow) -> Self {
        Self { name: &row.name, routing: row.routing, members: &row.members, signature: &row.signature }
    }
}

impl Row for GroupJson<'_> {
    const COLUMNS: &'static [Column] = &[column("ROUTING", 9), column("MEMBERS", 60), column("NAME", 48)];

    fn cells(&self, _zone: Zone) -> Vec<String> {
        vec![self.routing.to_string(), self.members.join(", "), self.name.to_owned()]
    }
}

/// A customer's record.
#[derive(Debug, Serialize)]
pub struct CustomerJson<'a> {
    address: &'a str,
    name: &'a str,
    organization: Option<&'a str>,
    blocked: bool,
}

impl<'a> From<&'a CustomerRow> for CustomerJson<'a> {
    fn from(row: &'a CustomerRow) -> Self {
        Self {
            address: &row.person.address,
            name: &row.person.name,
            organization: row.organization.as_deref(),
            blocked: row.blocked,
        }
    }
}

impl Row for CustomerJson<'_> {
    const COLUMNS: &'static [Column] =
        &[column("BLOCKED", 7), column("ADDRESS", 40), column("ORGANIZATION", 24), column("NAME", 40)];

    fn cells(&self, _zone: Zone) -> Vec<String> {
        vec![
            if self.blocked { "blocked" } else { "" }.to_owned(),
            self.address.to_owned(),
            self.organization.unwrap_or_default().to_owned(),
            self.name.to_owned(),
        ]
    }
}

/// A section with its numbers.
#[derive(Debug, Serialize)]
pub struct SectionJson {
    key: Section,
    title: &'static str,
    part: Part,
    unread: u32,
    total: u32,
}

impl From<&SectionRow> for SectionJson {
    fn from(row: &SectionRow) -> Self {
        let section = row.section;
        Self { key: section, title: section.title(), part: section.part(), unread: row.unread, total: row.total }
    }
}

impl Row for SectionJson {
    const COLUMNS: &'static [Column] =
        &[column("KEY", 20), column("UNREAD", 6), column("TOTAL", 5), column("PART", 18), column("TITLE", 24)];

    fn cells(&self, _zone: Zone) -> Vec<String> {
        vec![
            self.key.to_string(),
            counted(self.unread),
            counted(self.total),
            self.part.title().to_owned(),
            self.title.to_owned(),
        ]
    }
}

/// A setting with its value, as people write it.
#[derive(Debug, Serialize)]
pub struct SettingJson {
    key: SettingKey,
    value: String,
}

impl SettingJson {
    /// The value of one setting.
    pub fn of(settings: &Settings, key: SettingKey) -> Self {
        Self { key, value: settings.get(key) }
    }
}

impl Row for SettingJson {
    const COLUMNS: &'static [Column] = &[column("SETTING", 28), column("VALUE", 60), column("WHAT IT DOES", 100)];

    fn cells(&self, _zone: Zone) -> Vec<String> {
        vec![self.key.to_string(), self.value.clone(), self.key.does().to_owned()]
    }
}

/// A notice of the bell.
#[derive(Debug, Serialize)]
pub struct NoticeJson<'a> {
    id: NoticeId,
    kind: NoticeKind,
    conversation: Option<ConversationId>,
    text: Option<&'a str>,
    read: bool,
    #[serde(skip)]
    at: Option<Moment>,
}

impl<'a> From<&'a NoticeRow> for NoticeJson<'a> {
    fn from(row: &'a NoticeRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            conversation: row.conversation,
            text: row.text.as_deref(),
            read: row.read,
            at: row.at,
        }
    }
}

impl Row for NoticeJson<'_> {
    const COLUMNS: &'static [Column] =
        &[column("NEW", 3), column("AT", CLOCK), column("KIND", 16), column("NUMBER", 12), column("TEXT", 80)];

    fn cells(&self, zone: Zone) -> Vec<String> {
        vec![
            if self.read { "" } else { "●" }.to_owned(),
            self.at.map(|at| zone.clock(at)).unwrap_or_default(),
            self.kind.to_string(),
            self.conversation.map_or_else(String::new, |id| format!("#{id}")),
            self.text.unwrap_or("Restricted access").to_owned(),
        ]
    }
}

/// A line of the audit log.
#[derive(Debug, Serialize)]
pub struct AuditJson<'a> {
    at: Moment,
    agent: Option<&'a str>,
    action: &'a str,
    conversation: Option<ConversationId>,
    detail: &'a str,
}

impl<'a> From<&'a AuditRow> for AuditJson<'a> {
    fn from(row: &'a AuditRow) -> Self {
        Self {
            at: row.at,
            agent: row.agent.as_deref(),
            action: &row.action,
            conversation: row.conversation,
            detail: &row.detail,
        }
    }
}

impl Row for AuditJson<'_> {
    const COLUMNS: &'static [Column] =
        &[column("AT", CLOCK), column("AGENT", 32), column("ACTION", 20), column("NUMBER", 12), column("DETAIL", 80)];

    fn cells(&self, zone: Zone) -> Vec<String> {
        vec![
            zone.clock(self.at),
            self.agent.unwrap_or_default().to_owned(),
            self.action.to_owned(),
            self.conversation.map(|id| format!("#{id}")).unwrap_or_default(),
            self.detail.to_owned(),
        ]
    }
}
