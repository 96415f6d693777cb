//! `customer …`: the people who write in.

use crate::{
    cli::{
        arguments::{CustomerCommand, CustomerSettings},
        call::{Acting, Call},
        failure::Failure,
        json::{CustomerJson, CustomerViewJson, print_view},
        output::Output,
    },
    desk::CustomerChange,
    domain::id::ConversationId,
};

/// Does what `customer …` asks.
///
/// # Errors
/// As the desk says.
pub fn run(command: CustomerCommand, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let acting = call.acting()?;
    let Acting { desk, viewer } = &acting;
    let blocked = |blocked| CustomerChange { blocked: Some(blocked), ..CustomerChange::default() };
    let row = match command {
        CustomerCommand::List { limit } => {
            let rows = desk.list_customers(viewer, "", limit as usize)?;
            return output.rows(&rows.iter().map(CustomerJson::from).collect::<Vec<_>>());
        }
        CustomerCommand::View { address, conversation } => return view(&acting, &address, conversation, output),
        CustomerCommand::Show { address } => {
            let wanted = address.trim().to_lowercase();
            let holding = desk.list_customers(viewer, &wanted, usize::MAX)?;
            let found = holding.into_iter().find(|row| row.person.address == wanted);
            found.ok_or_else(|| Failure::not_found(format!("There is no customer {address}.")))?
        }
        CustomerCommand::Add { address, record } => {
            desk.add_customer(viewer, &address, record.name.as_deref(), record.organization.as_deref())?
        }
        CustomerCommand::Set { change, .. } if change == CustomerSettings::default() => {
            return Err(Failure::nothing_to_change("customer set"));
        }
        CustomerCommand::Set { address, change } => {
            let CustomerSettings { name, organization } = change;
            desk.set_customer(viewer, &address, &CustomerChange { name, organization, blocked: None })?
        }
        CustomerCommand::Block { address } => desk.set_customer(viewer, &address, &blocked(true))?,
        CustomerCommand::Unblock { address } => desk.set_customer(viewer, &address, &blocked(false))?,
    };
    output.row(CustomerJson::from(&row))
}

fn view(
    acting: &Acting,
    address: &str,
    conversation: Option<ConversationId>,
    output: &mut Output,
) -> Result<(), Failure> {
    let view = acting.desk.customer_view(&acting.viewer, address, conversation)?;
    if conversation.is_some() && !output.json() {
        return view.conversations.iter().try_for_each(|seen| print_view(seen, output));
    }
    let rows = view.conversations.iter().map(|seen| CustomerViewJson::new(seen, conversation.is_some()));
    output.rows(&rows.collect::<Vec<_>>())
}
