//! `item …`: tickets, tasks, articles and projects.

use crate::{
    cli::{
        arguments::{ItemCommand, ItemSettings, PartyArguments},
        call::{Acting, Call},
        failure::Failure,
        json::ItemJson,
        output::Output,
    },
    desk::{
        ItemChange, NewItem,
        page::{ItemPage, ItemRow, Wants},
    },
    domain::{id::ItemId, item::ItemKey, people::Party},
};

/// Does what `item …` asks.
///
/// # Errors
/// As the desk says.
pub fn run(command: ItemCommand, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let acting = call.acting()?;
    let Acting { desk, viewer } = &acting;
    let key = match command {
        ItemCommand::List { limit, after } => {
            let before = after.map(|cursor| cursor.parse().map(ItemId)).transpose();
            let before =
                before.map_err(|_| Failure::usage("That cursor is not one of this list. Take it from a row of it."))?;
            let rows = desk.list_items(viewer, before, limit as usize)?;
            return print_rows(&acting, &rows, output);
        }
        ItemCommand::Show { id } => {
            let page = page(&acting, id)?;
            let json = ItemJson::from(&page);
            return if output.json() { output.object(&json) } else { json.print(output) };
        }
        ItemCommand::Add { kind, title, requester, project } => {
            let new = NewItem { kind, title, requester, project, description: String::new() };
            desk.add_item(viewer, &new)?.item.key
        }
        ItemCommand::Set { change, .. } if change == ItemSettings::default() => {
            return Err(Failure::nothing_to_change("item set"));
        }
        ItemCommand::Set { id, change } => {
            let ItemSettings { title, status, assignee } = change;
            desk.set_item(viewer, id, &ItemChange { title, status, assignee })?.item.key
        }
        ItemCommand::Follow { id } => {
            desk.follow_item(viewer, id, true)?;
            id
        }
        ItemCommand::Unfollow { id } => {
            desk.follow_item(viewer, id, false)?;
            id
        }
        ItemCommand::AddFollower { id, party } => {
            desk.add_item_follower(viewer, id, &named(party)?)?;
            id
        }
    };
    print_item(&acting, key, output)
}

/// Who is meant by `--agent`, `--customer` or `--group`.
///
/// # Errors
/// Where none was given.
pub fn named(party: PartyArguments) -> Result<Party, Failure> {
    party.party().ok_or_else(|| Failure::usage("Say whom: --agent, --customer or --group."))
}

/// Prints an item as a row.
///
/// # Errors
/// Where there is no such item, or standard output does not take it.
pub fn print_item(acting: &Acting, key: ItemKey, output: &mut Output) -> Result<(), Failure> {
    let page = page(acting, key)?;
    output.row(ItemJson::from(&page))
}

/// Prints a list of items; each is read by itself, since a row does not hold the item's conversations.
///
/// # Errors
/// Where standard output does not take it.
pub fn print_rows(acting: &Acting, rows: &[ItemRow], output: &mut Output) -> Result<(), Failure> {
    let mut pages = Vec::with_capacity(rows.len());
    for row in rows {
        let mut page = page(acting, row.item.key)?;
        page.row.cursor = row.cursor.clone();
        pages.push(page);
    }
    output.rows(&pages.iter().map(ItemJson::from).collect::<Vec<_>>())
}

fn page(acting: &Acting, key: ItemKey) -> Result<ItemPage, Failure> {
    let found = acting.read(Wants { item: Some(key.id), ..Wants::default() })?.item;
    let named = found.filter(|page| page.row.item.key == key);
    named.ok_or_else(|| Failure::not_found(format!("There is no item {key}.")))
}
