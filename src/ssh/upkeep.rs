//! What a serving process settles now and then: who went, and who is away by now (R8.2).

use super::{registry::Kind, server::Shared};
use crate::{desk::page::Viewer, domain::id::AgentId};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::sleep;

/// How often.
const EVERY: Duration = Duration::from_secs(2);

/// Settles until the server stops. Whoever is here then is not away: the desk is.
pub async fn run(shared: Arc<Shared>) {
    let mut stopping = shared.stopping.clone();
    let mut here = HashMap::new();
    let desk = shared.desk.clone();
    match tokio::task::spawn_blocking(move || desk.expect_back().map_err(|error| error.to_string())).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "who was here before is not known"),
        Err(error) => tracing::error!(%error, "who was here before is not known"),
    }
    loop {
        tokio::select! {
            () = sleep(EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        let (look, before) = (Arc::clone(&shared), std::mem::take(&mut here));
        match tokio::task::spawn_blocking(move || settle(&look, before)).await {
            Ok(now) => here = now,
            Err(error) => tracing::error!(%error, "who is away was not settled"),
        }
    }
}

/// Tells the desk who went since the last time, and lets it settle who is away; gives who is here.
fn settle(shared: &Shared, before: HashMap<AgentId, Viewer>) -> HashMap<AgentId, Viewer> {
    // A command comes and goes by itself; nobody is away because one ended.
    let guests = shared.registry.guests().into_iter().filter(|guest| guest.kind == Kind::Messenger);
    let here: HashMap<AgentId, Viewer> = guests
        .filter_map(|guest| {
            let (id, handle) = guest.agent?;
            Some((id, Viewer { id, handle, key: guest.key }))
        })
        .collect();
    for (_, viewer) in before.into_iter().filter(|(id, _)| !here.contains_key(id)) {
        shared.desk.left(&viewer);
    }
    if let Err(error) = shared.desk.retire_idle(shared.desk.now()) {
        tracing::error!(%error, "who is away was not settled");
    }
    here
}
