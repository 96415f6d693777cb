//! Desks of any size, planned from a number of messages and a seed: the same plan for the same two, to the byte.

use super::planned::{PlannedAgent, PlannedCustomer, PlannedItem};
use super::random::Random;
use super::words::{Tongue, Words};
use crate::domain::{
    item::{ItemKind, ItemStatus},
    people::Role,
};

/// How many messages of a plan hold the word [`RARE`](super::words::RARE); fewer only where there are fewer messages.
pub const RARE_MESSAGES: u64 = 5;

/// Conversations are planned in packs, within which every share is exact; only the order is left to chance.
pub(crate) const PACK: usize = 20;

pub(crate) const PACK_MESSAGES: u64 = 100;

pub(crate) const DAY: u64 = 86_400;

const GROUPS: [&str; 5] = ["Support", "Billing", "Warehouse", "Returns", "Trade"];

const STREAM_ITEM: u64 = 2;
const STREAM_CUSTOMER: u64 = 3;
const STREAM_RARE: u64 = 4;

const FIRST_NAMES: [&str; 44] = [
    "Amira", "Bo", "Carla", "Dmitri", "Edda", "Felix", "Gita", "Hugo", "Ilse", "Jamal", "Keiko", "Lars", "Mina",
    "Nils", "Odile", "Pavel", "Quentin", "Rosa", "Stella", "Tariq", "Ursula", "Viktor", "Wanda", "Xenia", "Yusuf",
    "Zora", "Anton", "Berta", "Cyril", "Dora", "Emil", "Flora", "Georg", "Hanna", "Ivo", "Jasmin", "Kofi", "Lucia",
    "Marek", "Nadia", "Otto", "Paula", "Rafael", "Sonja",
];

// As many as have no common divisor with the number of first names, so that pairs repeat late.
const LAST_NAMES: [&str; 45] = [
    "Abel", "Berg", "Castro", "Dube", "Eriks", "Faure", "Garcia", "Haddad", "Ito", "Jensen", "Kowal", "Lehman",
    "Mbeki", "Novak", "Okoro", "Petrov", "Quist", "Rossi", "Silva", "Tanaka", "Ueda", "Varga", "Weber", "Xu", "Yilmaz",
    "Zeman", "Alves", "Bauer", "Cohen", "Demir", "Egger", "Fisher", "Greco", "Horvat", "Ivanov", "Jansen", "Kaya",
    "Lopez", "Moreau", "Nguyen", "Olsen", "Pappas", "Reyes", "Schulz", "Toth",
];

/// A planned desk. Agents, groups, organizations, customers and items are named by their place, counted from 0.
///
/// Every `at` is in seconds relative to now, and negative. Of the conversations a tenth is open (most of those among
/// the newest fifth) and half is private, old and new alike; one in twenty is internal on an item, one in a hundred a
/// direct one.
#[derive(Debug)]
pub struct LargeDesk {
    pub(crate) seed: u64,
    pub(crate) messages: u64,
    pub(crate) conversations: u64,
    pub(crate) agents: u32,
    pub(crate) groups: u32,
    organizations: u32,
    customers: u32,
    pub(crate) items: u32,
    /// Which messages hold the rare word, counted over the whole plan; ascending.
    pub(crate) rare: Vec<u64>,
    pub(crate) words: Words,
}

impl LargeDesk {
    /// Plans a desk of exactly `messages` messages, five to a conversation.
    pub fn new(messages: u64, seed: u64) -> Self {
        let conversations = messages / PACK_MESSAGES * PACK as u64 + (messages % PACK_MESSAGES).div_ceil(5);
        let one_for = |several: u64| u32::try_from((conversations / several).max(1)).unwrap_or(u32::MAX);
        let grown = |more: u64| u32::try_from((conversations * more / 200_000).min(more)).unwrap_or(u32::MAX);
        let mut random = Random::of(seed, STREAM_RARE, 0);
        let rare = RARE_MESSAGES.min(messages);
        Self {
            seed,
            messages,
            conversations,
            agents: 6 + grown(44),
            groups: 2 + grown(3),
            organizations: one_for(200),
            customers: one_for(5),
            items: one_for(10),
            rare: (0..rare)
                .map(|part| {
                    let begin = messages / rare * part;
                    begin + random.below(messages / rare)
                })
                .collect(),
            words: Words::new(),
        }
    }

    /// How many messages there are.
    pub fn message_count(&self) -> u64 {
        self.messages
    }

    /// How many conversations there are.
    pub fn conversation_count(&self) -> u64 {
        self.conversations
    }

    /// How many items there are.
    pub fn item_count(&self) -> u32 {
        self.items
    }

    /// How many customers there are.
    pub fn customer_count(&self) -> u32 {
        self.customers
    }

    /// Names of the groups; all have the routing type democracy.
    pub fn groups(&self) -> Vec<&'static str> {
        GROUPS.into_iter().take(self.groups as usize).collect()
    }

    /// The team: `olga`, `adam`, `ana`, `ben`, `cleo`, `dev` first, in the roles of the demo desk.
    pub fn agents(&self) -> Vec<PlannedAgent> {
        let named = [
            ("olga", "Olga Brandt", Role::Owner, vec![]),
            ("adam", "Adam Nowak", Role::Admin, vec![]),
            ("ana", "Ana Ruiz", Role::Agent, vec![0]),
            ("ben", "Ben Okafor", Role::Agent, vec![0]),
            ("cleo", "Cleo Marchetti", Role::Agent, vec![0]),
            ("dev", "Dev Anand", Role::Agent, vec![1]),
        ];
        let named = named.into_iter().map(|(handle, name, role, groups)| PlannedAgent {
            handle: handle.to_owned(),
            name: name.to_owned(),
            role,
            groups,
            from_customers_off: handle == "dev",
        });
        let others = (6..self.agents).map(|place| {
            let first = FIRST_NAMES[place as usize % FIRST_NAMES.len()];
            PlannedAgent {
                handle: format!("{}{place}", first.to_lowercase()),
                name: format!("{first} {}", LAST_NAMES[place as usize % LAST_NAMES.len()]),
                role: Role::Agent,
                groups: vec![place % self.groups],
                from_customers_off: false,
            }
        });
        named.chain(others).collect()
    }

    /// Names of the organizations.
    pub fn organizations(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.organizations).map(|place| {
            format!(
                "{} & {} {}",
                LAST_NAMES[place as usize % LAST_NAMES.len()],
                FIRST_NAMES[place as usize % FIRST_NAMES.len()],
                place + 1
            )
        })
    }

    /// The customers.
    pub fn customers(&self) -> impl Iterator<Item = PlannedCustomer> + '_ {
        (0..self.customers).map(|place| {
            let mut random = Random::of(self.seed, STREAM_CUSTOMER, u64::from(place));
            let (first, last) = (random.pick(&FIRST_NAMES), random.pick(&LAST_NAMES));
            let organization = random.percent(30).then(|| draw(&mut random, self.organizations));
            PlannedCustomer {
                name: match tongue_of(place) {
                    Tongue::Latin => format!("{first} {last}"),
                    Tongue::Chinese => format!(
                        "{}{}",
                        random.pick(&["林", "王", "陈", "赵"]),
                        random.pick(&["薇", "建国", "小雨", "明"])
                    ),
                    Tongue::Japanese => {
                        format!("{}{}", random.pick(&["佐藤", "田中", "高橋"]), random.pick(&["健二", "由紀", "翔"]))
                    }
                    Tongue::Korean => {
                        format!("{}{}", random.pick(&["김", "박", "이"]), random.pick(&["소연", "지훈", "하늘"]))
                    }
                },
                address: format!("{}.{}.{place}@example.com", first.to_lowercase(), last.to_lowercase()),
                organization,
            }
        })
    }

    /// The items; a project stands before what belongs to it.
    pub fn items(&self) -> impl Iterator<Item = PlannedItem> + '_ {
        (0..self.items).map(|place| {
            let (kind, requester, mut random) = self.item_begun(place);
            let mut title = String::new();
            self.words.subject(&mut random, requester.map_or(Tongue::Latin, tongue_of), &mut title);
            let recent = place >= self.items - self.items / 5;
            let done = random.percent(if recent { 40 } else { 85 });
            PlannedItem {
                kind,
                title,
                status: if done && kind != ItemKind::Project { ItemStatus::Done } else { ItemStatus::Open },
                requester,
                assignee: random.percent(50).then(|| draw(&mut random, self.agents)),
                project: (kind != ItemKind::Project && random.percent(25)).then_some(place / 50 * 50),
                // A little before the first conversation that can be linked to it.
                at: -signed(self.begun_ago(u64::from(place), u64::from(self.items)) + 60),
            }
        })
    }

    /// Kind and requester of an item, and the stream from which the rest of it comes.
    pub(crate) fn item_begun(&self, place: u32) -> (ItemKind, Option<u32>, Random) {
        let mut random = Random::of(self.seed, STREAM_ITEM, u64::from(place));
        let kind = if place.is_multiple_of(50) {
            ItemKind::Project
        } else {
            match random.below(10) {
                0 => ItemKind::Article,
                1 | 2 => ItemKind::Task,
                3.. => ItemKind::Ticket,
            }
        };
        let requester = match kind {
            ItemKind::Ticket => Some(self.customer(&mut random)),
            ItemKind::Task | ItemKind::Article | ItemKind::Project => None,
        };
        (kind, requester, random)
    }

    /// A member of a group, which everybody but owner and admin is of exactly one.
    pub(crate) fn member(&self, random: &mut Random, group: u32) -> u32 {
        let named: &[u32] = match group {
            0 => &[2, 3, 4],
            1 => &[5],
            _ => &[],
        };
        let first = 6 + (group + self.groups - 6 % self.groups) % self.groups;
        let others = if first < self.agents { (self.agents - first).div_ceil(self.groups) } else { 0 };
        let chosen = random.index(named.len() + others as usize);
        named
            .get(chosen)
            .copied()
            .unwrap_or_else(|| first + u32::try_from(chosen - named.len()).unwrap_or(0) * self.groups)
    }

    /// A customer; some write far more often than others.
    pub(crate) fn customer(&self, random: &mut Random) -> u32 {
        let within = draw(random, self.customers);
        draw(random, within + 1)
    }

    /// An item made not long before the conversation of this number.
    pub(crate) fn item_at(&self, random: &mut Random, number: u64) -> u32 {
        let newest = number * u64::from(self.items) / self.conversations;
        u32::try_from(newest.saturating_sub(random.below(40))).unwrap_or(0)
    }

    /// How many seconds ago the `number`th of `all` began: evenly over at least thirty days.
    pub(crate) fn begun_ago(&self, number: u64, all: u64) -> u64 {
        let span = u128::from((self.conversations * 432).max(30 * DAY));
        let ago = span * u128::from(all - number) / u128::from(all.max(1));
        u64::try_from(ago).unwrap_or(u64::MAX)
    }
}

/// The language in which a customer writes: one in sixteen does not write in Latin letters.
pub(crate) fn tongue_of(customer: u32) -> Tongue {
    match customer % 48 {
        7 => Tongue::Chinese,
        23 => Tongue::Japanese,
        39 => Tongue::Korean,
        _ => Tongue::Latin,
    }
}

#[allow(clippy::cast_possible_truncation, reason = "below a u32")]
pub(crate) fn draw(random: &mut Random, bound: u32) -> u32 {
    random.below(u64::from(bound)) as u32
}

pub(crate) fn signed(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_desk_of_the_benchmarks_has_its_size() {
        let desk = LargeDesk::new(1_000_000, 1);
        assert_eq!(desk.conversation_count(), 200_000);
        assert_eq!(desk.agents().len(), 50);
        assert_eq!(desk.groups().len(), 5);
        assert_eq!(desk.item_count(), 20_000);
        assert_eq!(desk.customer_count(), 40_000);
    }

    #[test]
    fn a_small_desk_has_the_people_of_the_demo() {
        let desk = LargeDesk::new(1_000, 1);
        assert_eq!(desk.conversation_count(), 200);
        assert_eq!(desk.groups(), ["Support", "Billing"]);
        let handles: Vec<String> = desk.agents().into_iter().map(|agent| agent.handle).collect();
        assert_eq!(handles, ["olga", "adam", "ana", "ben", "cleo", "dev"]);
    }

    #[test]
    fn handles_and_addresses_are_unique() {
        let desk = LargeDesk::new(1_000_000, 1);
        let handles: HashSet<String> = desk.agents().into_iter().map(|agent| agent.handle).collect();
        assert_eq!(handles.len(), 50);
        let addresses: HashSet<String> = desk.customers().map(|customer| customer.address).collect();
        assert_eq!(addresses.len(), 40_000);
        assert!(addresses.iter().all(|address| address.is_ascii() && address.ends_with("@example.com")));
        let names: HashSet<String> = desk.organizations().collect();
        assert_eq!(names.len(), 1_000);
    }

    #[test]
    fn whoever_is_drawn_for_a_group_is_a_member() {
        for messages in [0, 1_000, 333_000, 340_000, 700_000, 1_000_000, 9_000_000] {
            let desk = LargeDesk::new(messages, 1);
            let agents = desk.agents();
            let mut random = Random::of(5, 5, 5);
            let mut drawn = HashSet::new();
            for group in 0..desk.groups {
                for _ in 0..2_000 {
                    let member = desk.member(&mut random, group);
                    assert!(agents[member as usize].groups.contains(&group), "{messages}: {member} in {group}");
                    drawn.insert(member);
                }
            }
            assert_eq!(drawn.len(), agents.len() - 2, "everybody but owner and admin");
        }
    }

    #[test]
    fn items_belong_to_projects_made_before_them() {
        let desk = LargeDesk::new(100_000, 3);
        let items: Vec<PlannedItem> = desk.items().collect();
        assert_eq!(items.len(), 2_000);
        assert!(items.is_sorted_by_key(|item| item.at) && items.iter().all(|item| item.at < 0));
        for (place, item) in items.iter().enumerate() {
            if let Some(project) = item.project {
                assert!((project as usize) < place);
                assert_eq!(items[project as usize].kind, ItemKind::Project);
            }
            assert_eq!(item.requester.is_some(), item.kind == ItemKind::Ticket);
            assert!(item.requester.is_none_or(|customer| customer < desk.customers));
        }
        let waiting = items.iter().filter(|item| item.status == ItemStatus::Open).count();
        assert!((300..700).contains(&waiting), "{waiting}");
    }
}
