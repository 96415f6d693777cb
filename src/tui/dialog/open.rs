//! Which layer an action opens.

use super::{
    Administration, Assign, Bell, Forward, Help, Layer, Link, Menu, Offers, Palette, People, Search, Suggested,
    allowed,
    customer_details::CustomerDetails,
    menu::About,
    new_conversation::{NewConversation, With},
    sheet::{Purpose, Sheet},
};
use crate::{
    domain::item::ItemKind,
    tui::{keymap::Action, model::Model},
};

/// The layer that an action opens over the screen as it stands; `None` where the action opens none, or cannot be done:
/// [`allowed::why_not`] says why.
pub fn layer_for(action: Action, model: &Model) -> Option<Layer> {
    if allowed::why_not(action, model).is_some() {
        return None;
    }
    everywhere(action, model).or_else(|| about_a_conversation(action, model))
}

fn everywhere(action: Action, model: &Model) -> Option<Layer> {
    let layer = if action == Action::Add {
        Layer::Menu(Menu::new(About::Add))
    } else if action == Action::StartWithAgent {
        Layer::NewConversation(NewConversation::new(With::Agents, model))
    } else if action == Action::StartWithCustomer {
        Layer::NewConversation(NewConversation::new(With::Customers, model))
    } else if action == Action::AllKeys {
        Layer::Help(Help::new())
    } else if action == Action::Palette {
        Layer::Palette(Palette::new())
    } else if action == Action::Search {
        Layer::Search(Search::new())
    } else if action == Action::Bell {
        Layer::Bell(Bell::default())
    } else if action == Action::Offers {
        Layer::Offers(Offers::new(&model.page))
    } else if action == Action::Administration {
        Layer::Administration(Administration::new())
    } else if action == Action::GoToHeld {
        Layer::Administration(Administration::held())
    } else if action == Action::MyNotifications {
        Layer::Sheet(Sheet::new(Purpose::MyNotifications(Box::new(model.page.me.clone()))))
    } else {
        let kinds = [
            (Action::AddTicket, ItemKind::Ticket),
            (Action::AddTask, ItemKind::Task),
            (Action::AddArticle, ItemKind::Article),
            (Action::AddProject, ItemKind::Project),
        ];
        let (_, kind) = kinds.into_iter().find(|(named, _)| *named == action)?;
        Layer::Sheet(Sheet::new(Purpose::AddItem(kind)))
    };
    Some(layer)
}

fn about_a_conversation(action: Action, model: &Model) -> Option<Layer> {
    let row = model.target_row()?;
    let layer = if action == Action::ConversationMenu {
        Layer::Menu(Menu::new(About::Conversation(row.id)))
    } else if action == Action::CreateItem {
        Layer::Menu(Menu::new(About::Create(row.id)))
    } else if action == Action::Assign {
        Layer::Assign(Assign::new(row))
    } else if action == Action::Forward {
        Layer::Forward(Forward::new(row))
    } else if action == Action::Link {
        Layer::Link(Link::new(row))
    } else if action == Action::ForwardByMail {
        Layer::NewConversation(NewConversation::forwarding(model)?)
    } else if matches!(action, Action::Merge | Action::AddNamed) {
        Layer::Suggested(Suggested::of(action, model)?)
    } else if action == Action::People {
        Layer::People(People::new(row.id, row.audience))
    } else if action == Action::CustomerDetails {
        Layer::CustomerDetails(CustomerDetails { conversation: row.id, person: row.requester.clone()? })
    } else {
        let kinds = [
            (Action::CreateTicket, ItemKind::Ticket),
            (Action::CreateTask, ItemKind::Task),
            (Action::CreateArticle, ItemKind::Article),
        ];
        let (_, kind) = kinds.into_iter().find(|(named, _)| *named == action)?;
        Layer::Sheet(Sheet::new(Purpose::CreateItem(kind, Box::new(row.clone()))))
    };
    Some(layer)
}
