//! Searching, and the cursors that say where to go on.

use super::{
    Outcome,
    page::{Cursor, Hit, SearchPage, SearchWants},
    read::{Reading, bad_cursor},
    rows,
};
use crate::{
    domain::{
        id::{ConversationId, EntrySeq},
        people::FromCustomers,
        query,
        text::SafeText,
    },
    store::{
        messages,
        search::{self, Rest},
    },
};

impl Reading<'_> {
    /// Looks for messages, newest first.
    pub fn search(&self, wants: &SearchWants) -> Outcome<SearchPage> {
        let query = match query::parse(SafeText::line(&wants.query).as_str()) {
            Ok(query) => query,
            Err(problem) => return Ok(SearchPage { problem: Some(problem), ..SearchPage::default() }),
        };
        let after = wants.after.as_ref().map(|cursor| self.search_place(cursor)).transpose()?;
        let searcher = search::Searcher {
            access: &self.access,
            baseline: self.baseline,
            everything: self.access.everything() || self.me.from_customers == FromCustomers::All,
            projects: Some(self.projects.as_slice()).filter(|_| self.me.from_customers == FromCustomers::Projects),
        };
        let found = search::find(self.connection, &searcher, &query, after, wants.hits)?;
        let mut hits = Vec::new();
        for message in found.messages {
            if let Some(stored) = messages::by_id(self.connection, message)?
                && let Some(conversation) = self.row(stored.conversation)?
            {
                // Its place itself would tell whether others wrote in the same moment.
                let cursor = Cursor(format!("{}.{}.{}", stored.at, stored.conversation, stored.seq));
                hits.push(Hit { conversation, entry: rows::entry(self.connection, stored)?, cursor });
            }
        }
        let older = match found.rest {
            Rest::Nothing => None,
            Rest::AfterLast => hits.last().map(|hit| hit.cursor.clone()),
            Rest::After(place) => Some(Cursor(place.to_string())),
        };
        Ok(SearchPage { hits, older, problem: None })
    }

    fn search_place(&self, cursor: &Cursor) -> Outcome<i64> {
        if let Ok(place) = cursor.0.parse() {
            return Ok(place);
        }
        let numbers: Option<Vec<i64>> = cursor.0.split('.').map(|number| number.parse().ok()).collect();
        match numbers.as_deref() {
            Some([at, conversation, seq]) => {
                let (conversation, seq) = (ConversationId(*conversation), EntrySeq(*seq));
                Ok(search::place_of(self.connection, &self.access, *at, conversation, seq)?)
            }
            Some(_) | None => Err(bad_cursor()),
        }
    }
}
