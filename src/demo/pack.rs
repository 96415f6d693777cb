//! How the conversations of a planned desk are made, twenty at a time.

use super::large::{DAY, LargeDesk, PACK, PACK_MESSAGES, draw, signed, tongue_of};
use super::planned::{PlannedAuthor, PlannedClose, PlannedConversation, PlannedMessage};
use super::random::Random;
use super::thread::Kind;
use super::words::{RARE, Tongue};
use crate::domain::conversation::{Audience, Privacy, State};

/// Sizes of twenty conversations, together [`PACK_MESSAGES`] messages.
const SIZES: [u8; PACK] = [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 12, 20];

const STREAM_PACK: u64 = 1;

/// What a place in a pack is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Customer(Privacy),
    OnItem,
    Direct,
}

impl LargeDesk {
    /// The conversations in the order in which they began, each made when it is asked for.
    pub fn conversations(&self) -> impl Iterator<Item = PlannedConversation> + '_ {
        (0..self.messages.div_ceil(PACK_MESSAGES)).flat_map(|pack| self.pack(pack))
    }

    fn pack(&self, pack: u64) -> Vec<PlannedConversation> {
        let mut random = Random::of(self.seed, STREAM_PACK, pack);
        let mut sizes: Vec<u8> = match self.messages - pack * PACK_MESSAGES {
            PACK_MESSAGES.. => SIZES.to_vec(),
            // The last pack may be smaller: fives, and what is left.
            rest => {
                (0..rest.div_ceil(5)).map(|five| if (five + 1) * 5 <= rest { 5 } else { remainder(rest) }).collect()
            }
        };
        random.shuffle(&mut sizes);
        let mut sorts = [Sort::Customer(Privacy::Public); PACK];
        sorts[..PACK / 2].fill(Sort::Customer(Privacy::Private));
        sorts[PACK - 1] = Sort::OnItem;
        if pack % 5 == 2 {
            sorts[PACK - 2] = Sort::Direct;
        }
        random.shuffle(&mut sorts);
        let mut open = [false; PACK];
        open[..self.open_in(pack)].fill(true);
        random.shuffle(&mut open);
        let mut message = pack * PACK_MESSAGES;
        let mut planned = Vec::with_capacity(sizes.len());
        for (place, size) in sizes.into_iter().enumerate() {
            let number = pack * PACK as u64 + place as u64;
            let mut conversation = self.conversation(&mut random, number, sorts[place], open[place], size);
            for entry in &mut conversation.messages {
                if self.rare.binary_search(&message).is_ok() {
                    entry.text.push_str(" One more word: ");
                    entry.text.push_str(RARE);
                    entry.text.push('.');
                }
                message += 1;
            }
            planned.push(conversation);
        }
        planned
    }

    /// How many conversations of a pack are open: together a tenth, most of them in the newest fifth of the packs.
    fn open_in(&self, pack: u64) -> usize {
        let packs = self.messages.div_ceil(PACK_MESSAGES);
        if packs < 5 {
            2
        } else if pack >= packs - packs / 5 {
            8
        } else {
            usize::from(pack % 2 == 1)
        }
    }

    fn conversation(&self, random: &mut Random, number: u64, sort: Sort, open: bool, size: u8) -> PlannedConversation {
        let state = match (open, random.percent(4)) {
            (true, _) => State::Open,
            (false, true) => State::Locked,
            (false, false) => State::Closed,
        };
        let mut planned = PlannedConversation {
            audience: Audience::Internal,
            privacy: Privacy::Public,
            state,
            subject: String::new(),
            channel: "chat",
            group: None,
            assignee: None,
            requester: None,
            item: None,
            added: Vec::new(),
            closed: None,
            messages: Vec::with_capacity(usize::from(size)),
        };
        match sort {
            Sort::Customer(privacy) => self.with_customer(random, number, privacy, &mut planned),
            Sort::OnItem | Sort::Direct => {
                planned.item = (sort == Sort::OnItem).then(|| self.item_at(random, number));
                for _ in 0..=random.below(3) {
                    let agent = draw(random, self.agents);
                    if !planned.added.contains(&agent) {
                        planned.added.push(agent);
                    }
                }
            }
        }
        let tongue = planned.requester.map_or(Tongue::Latin, tongue_of);
        self.words.subject(random, tongue, &mut planned.subject);
        self.write(random, number, size, tongue, &mut planned);
        planned
    }

    /// Decides who wrote in, which group has it and who works on it.
    fn with_customer(&self, random: &mut Random, number: u64, privacy: Privacy, planned: &mut PlannedConversation) {
        planned.audience = Audience::Customer;
        planned.privacy = privacy;
        planned.channel = random.pick(&["email", "email", "chat", "portal"]);
        planned.item = random.percent(30).then(|| self.item_at(random, number));
        let about = planned.item.and_then(|item| self.item_begun(item).1);
        planned.requester = Some(about.unwrap_or_else(|| self.customer(random)));
        let group = if random.percent(40) { 0 } else { draw(random, self.groups) };
        planned.group = Some(group);
        let unassigned = match (privacy, planned.state) {
            (Privacy::Private, State::Open | State::Closed | State::Locked) => 10,
            (Privacy::Public, State::Open) => 40,
            (Privacy::Public, State::Closed | State::Locked) => 5,
        };
        if random.percent(unassigned) {
            if privacy == Privacy::Private && random.percent(5) {
                planned.group = None;
            }
        } else {
            planned.assignee = Some(self.member(random, group));
        }
    }

    /// Fills in the messages and the end.
    fn write(&self, random: &mut Random, number: u64, size: u8, tongue: Tongue, planned: &mut PlannedConversation) {
        let opener = match planned.requester {
            Some(requester) => PlannedAuthor::Customer(requester),
            None => PlannedAuthor::Agent(self.stranger(random, &planned.added)),
        };
        let mut ago = self.begun_ago(number, self.conversations);
        for entry in 0..size {
            let (author, kind) = match opener {
                _ if entry == 0 || random.percent(45) => (opener, Kind::Reply),
                PlannedAuthor::Customer(_) => self.answer(random, planned),
                PlannedAuthor::Agent(_) => (PlannedAuthor::Agent(random.pick(&planned.added)), Kind::Reply),
            };
            let mut text = String::with_capacity(192);
            self.words.message(random, tongue, &mut text);
            planned.messages.push(PlannedMessage { author, kind, at: -signed(ago), text });
            // Whatever the pause, the messages still to come and the end must find room before now.
            ago -= pause(random).min(ago / u64::from(size - entry + 2));
        }
        if planned.state != State::Open {
            let by = match (planned.assignee, opener) {
                (Some(assignee), _) => assignee,
                (None, PlannedAuthor::Agent(starter)) => starter,
                (None, PlannedAuthor::Customer(_)) => draw(random, 2),
            };
            planned.closed = Some(PlannedClose { by, at: -signed(ago) });
        }
    }

    /// What an agent says in a customer conversation: whoever may reply now, so that nobody takes an unassigned one.
    fn answer(&self, random: &mut Random, planned: &PlannedConversation) -> (PlannedAuthor, Kind) {
        let note = random.percent(25);
        let author = match (planned.assignee, planned.group) {
            (Some(assignee), _) if random.percent(85) => assignee,
            (Some(_), Some(group)) if planned.privacy == Privacy::Public => self.member(random, group),
            // A reply by a member would take it (R5.3); a note does not.
            (None, Some(group)) => {
                return (PlannedAuthor::Agent(self.member(random, group)), Kind::Note);
            }
            // Owner and admin may always write, and take nothing.
            (Some(_), Some(_) | None) | (None, None) => draw(random, 2),
        };
        (PlannedAuthor::Agent(author), if note { Kind::Note } else { Kind::Reply })
    }

    /// An agent who is not among `added`, which never holds more than three of at least six.
    fn stranger(&self, random: &mut Random, added: &[u32]) -> u32 {
        let mut agent = draw(random, self.agents);
        while added.contains(&agent) {
            agent = (agent + 1) % self.agents;
        }
        agent
    }
}

/// Seconds between two messages: minutes mostly, hours often, days now and then.
fn pause(random: &mut Random) -> u64 {
    match random.below(6) {
        0..3 => 40 + random.below(1_800),
        3..5 => 1_800 + random.below(6 * 3_600),
        5.. => 6 * 3_600 + random.below(2 * DAY),
    }
}

fn remainder(rest: u64) -> u8 {
    u8::try_from(rest % 5).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fmt::Write;

    use super::*;
    use crate::demo::large::RARE_MESSAGES;
    use crate::demo::words::COMMON;

    fn planned(messages: u64, seed: u64) -> (LargeDesk, Vec<PlannedConversation>) {
        let desk = LargeDesk::new(messages, seed);
        let conversations = desk.conversations().collect();
        (desk, conversations)
    }

    #[test]
    fn the_same_seed_gives_the_same_desk() {
        assert_eq!(planned(2_345, 7).1, planned(2_345, 7).1);
        assert_ne!(planned(2_345, 7).1, planned(2_345, 8).1);
    }

    /// Whoever changes this number changes the desk that everybody else builds from a seed: figures measured before
    /// and after are no longer of the same desk.
    #[test]
    fn the_same_seed_gives_the_same_desk_on_every_machine() {
        let mut text = String::new();
        for one in planned(1_000, 1).1 {
            let places = (one.group, one.assignee, one.item);
            write!(text, "{}{places:?}", one.subject).unwrap();
            for message in one.messages {
                write!(text, "{}{:?}{}", message.at, message.author, message.text).unwrap();
            }
        }
        let hash = text
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        assert_eq!(format!("{hash:016x}"), "5657ae47b3ef45bc");
    }

    #[test]
    fn there_are_exactly_as_many_messages_as_asked_for() {
        for messages in [0, 1, 4, 5, 7, 99, 100, 101, 499, 500, 1_000, 12_344] {
            let (desk, conversations) = planned(messages, 1);
            let written: usize = conversations.iter().map(|one| one.messages.len()).sum();
            assert_eq!(written as u64, messages);
            assert_eq!(conversations.len() as u64, desk.conversation_count(), "{messages}");
            assert!(conversations.iter().all(|one| (1..=20).contains(&one.messages.len())));
        }
    }

    #[test]
    fn the_shares_are_exact() {
        let (_, conversations) = planned(50_000, 1);
        let share =
            |wanted: &dyn Fn(&PlannedConversation) -> bool| conversations.iter().filter(|one| wanted(one)).count();
        assert_eq!(conversations.len(), 10_000);
        assert_eq!(share(&|one| one.state == State::Open), 1_000);
        assert_eq!(share(&|one| one.privacy == Privacy::Private), 5_000);
        assert_eq!(share(&|one| one.audience == Audience::Internal && one.item.is_some()), 500);
        assert_eq!(share(&|one| one.audience == Audience::Internal && one.item.is_none()), 100);
        let unassigned = share(&|one| one.privacy == Privacy::Private && one.assignee.is_none());
        assert!((400..600).contains(&unassigned), "{unassigned}");
        let nobodys = share(&|one| one.audience == Audience::Customer && one.group.is_none());
        assert!((5..60).contains(&nobodys), "{nobodys}");
        let locked = share(&|one| one.state == State::Locked);
        assert!((250..500).contains(&locked), "{locked}");
    }

    #[test]
    fn the_rare_word_is_rare_and_the_common_one_common() {
        for seed in 0..4 {
            let (_, conversations) = planned(20_000, seed);
            let texts: Vec<&str> =
                conversations.iter().flat_map(|one| &one.messages).map(|one| one.text.as_str()).collect();
            let saying = |word: &str| texts.iter().filter(|text| text.contains(word)).count();
            assert_eq!(saying(RARE) as u64, RARE_MESSAGES);
            assert!((3_700..4_300).contains(&saying(COMMON)), "{}", saying(COMMON));
            let asian = texts.iter().filter(|text| text.chars().any(|letter| letter >= '\u{3040}')).count();
            assert!((600..1_800).contains(&asian), "{asian}");
            let bytes: usize = texts.iter().map(|text| text.len()).sum();
            assert!((80..220).contains(&(bytes / texts.len())), "{}", bytes / texts.len());
        }
    }

    #[test]
    fn time_runs_forward_and_ends_before_now() {
        for messages in [1, 300, 40_000] {
            let (desk, conversations) = planned(messages, 2);
            let items: Vec<i64> = desk.items().map(|item| item.at).collect();
            let begun = |one: &PlannedConversation| one.messages[0].at;
            assert!(conversations.is_sorted_by_key(begun));
            for one in &conversations {
                assert!(one.messages.is_sorted_by(|earlier, later| earlier.at < later.at));
                let last = one.messages.last().unwrap().at;
                assert!(one.closed.map_or(last, |closed| closed.at) < 0);
                assert!(one.closed.is_none_or(|closed| closed.at > last));
                assert_eq!(one.closed.is_none(), one.state == State::Open);
                assert!(one.item.is_none_or(|item| items[item as usize] < begun(one)), "older than its item");
            }
        }
    }

    #[test]
    fn who_writes_may_write() {
        let (desk, conversations) = planned(40_000, 3);
        let agents = desk.agents();
        for one in &conversations {
            let member = |agent: u32| one.group.is_some_and(|group| agents[agent as usize].groups.contains(&group));
            if let Some(assignee) = one.assignee {
                assert!(member(assignee));
            }
            for (place, message) in one.messages.iter().enumerate() {
                match (message.author, one.audience) {
                    (PlannedAuthor::Customer(customer), Audience::Customer) => {
                        assert_eq!(Some(customer), one.requester);
                        assert_eq!(message.kind, Kind::Reply, "R1.4");
                    }
                    (PlannedAuthor::Agent(agent), Audience::Customer) => {
                        assert!(place > 0 && agent < desk.agents);
                        let may = match (one.assignee, one.privacy) {
                            _ if agent < 2 => true,
                            (Some(assignee), Privacy::Private) => agent == assignee,
                            (Some(_), Privacy::Public) => member(agent),
                            (None, _) => member(agent) && message.kind == Kind::Note,
                        };
                        assert!(may, "R5.2, R5.3: {one:?}");
                    }
                    (PlannedAuthor::Agent(agent), Audience::Internal) => {
                        assert!(agent < desk.agents && message.kind == Kind::Reply);
                        assert!(place == 0 || message.author == one.messages[0].author || one.added.contains(&agent));
                    }
                    (PlannedAuthor::Customer(_), Audience::Internal) => panic!("R1.2: {one:?}"),
                }
            }
            assert_eq!(one.audience == Audience::Internal, one.requester.is_none());
            assert_eq!(one.audience == Audience::Internal, !one.added.is_empty());
        }
    }

    #[test]
    fn what_is_linked_to_a_ticket_is_about_its_requester() {
        let (desk, conversations) = planned(20_000, 4);
        let items: Vec<_> = desk.items().collect();
        let linked = conversations.iter().filter(|one| one.audience == Audience::Customer && one.item.is_some());
        assert!((900..1_400).contains(&linked.clone().count()), "{}", linked.count());
        for one in linked {
            let about = items[one.item.unwrap() as usize].requester;
            assert!(about.is_none() || about == one.requester);
        }
    }

    #[test]
    fn half_of_the_newest_are_private_to_others() {
        let (_, mut conversations) = planned(200_000, 5);
        conversations.sort_by_key(|one| std::cmp::Reverse(one.messages.last().unwrap().at));
        for newest in [100, 1_000, 4_000] {
            let hidden = conversations[..newest]
                .iter()
                .filter(|one| one.privacy == Privacy::Private && one.assignee.is_some_and(|agent| agent != 2))
                .count();
            assert!((newest * 35 / 100..newest * 55 / 100).contains(&hidden), "{hidden} of {newest}");
        }
    }
}
