//! `agent …` and `group …`: the people of the team.

use crate::{
    cli::{
        arguments::{AgentCommand, AgentSettings, GroupCommand},
        call::{Acting, Call},
        failure::Failure,
        json::{AgentJson, GroupJson, InviteJson},
        output::Output,
    },
    desk::{
        AgentChange, NewAgent,
        page::{AgentRow, GroupRow, Wants},
    },
    domain::{key::InviteCode, people::Agent},
};

/// Does what `agent …` asks.
///
/// # Errors
/// As the desk says.
pub fn agent(command: AgentCommand, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let acting = call.acting()?;
    let Acting { desk, viewer } = &acting;
    match command {
        AgentCommand::Add { handle, name, role, group } => {
            let row = desk.add_agent(viewer, &NewAgent { handle, name, role, groups: group })?;
            output.row(AgentJson::from(&row))
        }
        AgentCommand::List => {
            let (me, agents) = agents(&acting)?;
            output.rows(&agents.iter().map(|row| AgentJson::seen_by(&me, row)).collect::<Vec<_>>())
        }
        AgentCommand::Show { handle } => {
            let wanted = handle.strip_prefix('@').unwrap_or(&handle).to_lowercase();
            let (me, agents) = agents(&acting)?;
            let found = agents.into_iter().find(|row| row.agent.handle == wanted);
            let row = found.ok_or_else(|| Failure::not_found(format!("There is no agent “{handle}”.")))?;
            output.row(AgentJson::seen_by(&me, &row))
        }
        AgentCommand::Set { handle, change } => {
            if *change == AgentSettings::default() {
                return Err(Failure::nothing_to_change("agent set"));
            }
            let row = desk.set_agent(viewer, &handle, &changed(*change))?;
            output.row(AgentJson::from(&row))
        }
        AgentCommand::Invite { handle } => output.row(InviteJson::from(&desk.invite(viewer, &handle, &code()?)?)),
    }
}

/// A new invite's code, drawn at random.
fn code() -> Result<InviteCode, Failure> {
    let mut chance = [0; 20];
    getrandom::fill(&mut chance)
        .map_err(|error| Failure::failed(format!("No code can be drawn: {error}. Try again.")))?;
    Ok(InviteCode::drawn(chance))
}

/// Who asks, and all agents.
fn agents(acting: &Acting) -> Result<(Agent, Vec<AgentRow>), Failure> {
    let page = acting.read(Wants { team: true, ..Wants::default() })?;
    Ok((page.me, page.agents.unwrap_or_default()))
}

fn changed(settings: AgentSettings) -> AgentChange {
    AgentChange {
        name: settings.name,
        public_name: settings.public_name,
        role: settings.role,
        active: settings.active,
        ready: settings.ready,
        reply_to_customers: settings.reply_to_customers,
        from_customers: settings.from_customers,
        notify_customers: settings.notify_customers,
        notify_internal: settings.notify_internal,
        bell: settings.bell,
        address: settings.address,
        mail: settings.mail,
    }
}

/// Does what `group …` asks.
///
/// # Errors
/// As the desk says.
pub fn group(command: GroupCommand, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let acting = call.acting()?;
    let Acting { desk, viewer } = &acting;
    let row: GroupRow = match command {
        GroupCommand::List => {
            let groups = acting.read(Wants { team: true, ..Wants::default() })?.groups.unwrap_or_default();
            return output.rows(&groups.iter().map(GroupJson::from).collect::<Vec<_>>());
        }
        GroupCommand::Add { name, routing } => desk.add_group(viewer, &name, routing)?,
        GroupCommand::Set { name, routing, signature } => {
            let signed = signature.map(|text| desk.set_signature(viewer, &name, &text)).transpose()?;
            match (routing, signed) {
                (Some(routing), _) => desk.set_group(viewer, &name, routing)?,
                (None, Some(row)) => row,
                (None, None) => return Err(Failure::nothing_to_change("group set")),
            }
        }
        GroupCommand::Join { name, handle } => desk.join_group(viewer, &name, &handle)?,
        GroupCommand::Leave { name, handle } => desk.leave_group(viewer, &name, &handle)?,
    };
    output.row(GroupJson::from(&row))
}
