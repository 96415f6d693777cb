//! The access predicate as SQL: the same data that `policy::access` reads in Rust.

use crate::policy::access::{Access, Reach};

/// `access(agent, c)` of §9 over a conversation aliased `c`.
pub fn readable(access: &Access) -> String {
    match access.classes() {
        None => "1".to_owned(),
        Some(classes) if classes.is_empty() => "0".to_owned(),
        Some(classes) => {
            let classes: Vec<String> = classes.iter().map(i64::to_string).collect();
            format!(
                "(c.reach IN ({}) OR (c.reach IN ({}, {}) AND {}))",
                classes.join(", "),
                Reach::Named.code(),
                Reach::Direct.code(),
                named(access)
            )
        }
    }
}

/// The same without direct conversations of others, which administrators open only deliberately (R6.11).
pub fn openly_readable(access: &Access) -> String {
    if access.everything() {
        format!("(c.reach <> {} OR {})", Reach::Direct.code(), named(access))
    } else {
        readable(access)
    }
}

fn named(access: &Access) -> String {
    format!(
        "EXISTS (SELECT 1 FROM member WHERE member.agent_id = {} AND member.conversation_id = c.id AND (member.starter OR member.added))",
        access.agent()
    )
}

/// Whether some section of the messenger lists it for the agent (R3.5), over `c`; `everything` where From Customers or
/// All conversations does. `projects`: those the agent follows, where the scope is theirs.
pub fn in_scope(access: &Access, everything: bool, projects: Option<&[i64]>) -> String {
    if everything {
        return "1".to_owned();
    }
    let list = |numbers: &mut dyn Iterator<Item = i64>| {
        numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(", ")
    };
    let projects = match projects {
        Some(projects) => format!(" OR c.project_id IN ({})", list(&mut projects.iter().copied())),
        None => String::new(),
    };
    format!(
        "(c.audience = 'internal' \
         OR EXISTS (SELECT 1 FROM member WHERE member.agent_id = {} AND member.conversation_id = c.id AND (member.list > 0 OR member.assigned OR member.posted)) \
         OR (c.shut = 0 AND c.assignee_id IS NULL AND c.group_id IN ({})){projects})",
        access.agent(),
        list(&mut access.groups().iter().map(|group| group.0)),
    )
}
