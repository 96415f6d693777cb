//! Words for planned messages, as unevenly spread as those of real ones.

use super::random::Random;

/// Stands in about a fifth of all planned messages, and in no list below.
pub const COMMON: &str = "invoice";

/// Stands in [`RARE_MESSAGES`](super::large::RARE_MESSAGES) planned messages, and in no list below.
pub const RARE: &str = "xylograph";

/// Real words, the most frequent ones first.
const REAL: &str = "the to I and a is you it of my that we in for not this have your on with are be was can but \
    please do if me so as at there what would no order has from or when will thank just they still one which could \
    any our machine does now by all parcel time only day get how again water after out up an coffee been try kettle \
    were too then grinder use send address yesterday work new back know see because problem account two before card \
    than did filter them cup week morning arrived price return box good page today scale delivery paid sorry wrong \
    need like here same button over since where their warehouse number error customer colour payment help screen \
    open first night ask until light old change very hello people small broken lighthouse lid call never hot once pebble \
    found right refund photo side handle burr shop valve wait little shelf hour cable steam label look every \
    also tell made stock bank under cold stopped without even spring tank minutes clean line bottom letter started \
    cancel black whisper sound password next noise set best battery click gasket turn sometimes between replace white \
    bottle month ship late hope office signed guess plug code receipt spare whole floor nobody three paper door \
    twice team glass quick pressure empty grey voucher beans broke subject quite pump loud hand leak switch hold \
    always strange manual base guest email drip driver street spout friend ground missing careful together tray \
    kitchen fine press warm dark drawer instead answer reset pour wheel brush smell hundred sensor green piece \
    simple weight metal rubber proof courier winter copper update follow stand museum bicycle thermometer harbour \
    apology lantern warranty voltage wooden signature gentle customs umbrella delighted temperature descaler \
    seventeen holiday neighbour curious mechanism whistle compare breakfast forward calibration porcelain blanket \
    catalogue tolerance apprentice accordion thunder meadow patient hedge orchard violin marble ribbon tunnel";

const CHINESE: &str = "你好 订单 请问 水壶 谢谢 收到 快递 磨豆机 退货 问题 已经 没有 可以 什么时候 地址 颜色 咖啡 滤纸 \
    坏了 今天 明天 付款 退款 客服 尺寸 温度 说明书 保修 仓库 麻烦 帮忙 换一个 漏水 声音 很大 电池 充电 昨天 还是 一直 打不开";
const JAPANESE: &str = "注文 届きました お世話に なって おります 電池 交換 返品 できますか ケトル 温度 コーヒー フィルター 故障 \
    住所 変更 お願い いたします 昨日 今日 まだ 確認 発送 領収書 サイズ 色 音が 大きい 水漏れ 保証 説明書 ありがとう ございます すみません";
const KOREAN: &str = "안녕하세요 주문 배송 언제 도착 하나요 환불 교환 부탁드립니다 커피 그라인더 주전자 필터 고장 주소 변경 \
    감사합니다 아직 확인 색상 사이즈 소리가 너무 커요 물이 새요 보증 설명서 어제 오늘 결제 영수증 온도 배터리 다시 문의드립니다";

const SYLLABLES: [&str; 32] = [
    "ba", "lo", "ri", "ten", "mo", "ka", "sil", "ver", "du", "ran", "pe", "no", "tar", "mi", "gul", "fa", "ster", "we",
    "lin", "bor", "ha", "cor", "ni", "das", "pro", "le", "tu", "ger", "sa", "vel", "om", "quin",
];

/// How many different words Latin texts have, apart from numbers.
const VOCABULARY: usize = 6_000;

/// How many slots the table of frequencies has; a power of two above [`VOCABULARY`].
const SLOTS: usize = 1 << 18;

/// In which script a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// Latin letters.
    Latin,
    /// Chinese.
    Chinese,
    /// Japanese.
    Japanese,
    /// Korean.
    Korean,
}

/// The words, with how often each is said.
#[derive(Debug)]
pub struct Words {
    latin: Vec<String>,
    /// For every slot, an index into `latin`; a word fills as many slots as it is frequent (after Zipf).
    slots: Vec<u16>,
    chinese: Vec<&'static str>,
    japanese: Vec<&'static str>,
    korean: Vec<&'static str>,
}

impl Default for Words {
    fn default() -> Self {
        Self::new()
    }
}

impl Words {
    /// Builds the lists; takes about a millisecond.
    pub fn new() -> Self {
        let mut latin: Vec<String> = REAL.split_whitespace().map(str::to_owned).collect();
        let real = latin.len();
        latin.extend((0..VOCABULARY - real).map(made_word));
        Self {
            slots: frequencies(latin.len()),
            latin,
            chinese: CHINESE.split_whitespace().collect(),
            japanese: JAPANESE.split_whitespace().collect(),
            korean: KOREAN.split_whitespace().collect(),
        }
    }

    /// Appends a message of one to five sentences; about one in five says [`COMMON`].
    pub fn message(&self, random: &mut Random, tongue: Tongue, text: &mut String) {
        let sentences = 1 + random.below(5).min(random.below(5));
        for sentence in 0..sentences {
            if sentence > 0 {
                text.push(if random.below(4) == 0 { '\n' } else { ' ' });
            }
            match tongue {
                Tongue::Latin => self.latin_sentence(random, text),
                Tongue::Chinese => joined(random, &self.chinese, "，", "。", text),
                Tongue::Japanese => joined(random, &self.japanese, "", "。", text),
                Tongue::Korean => joined(random, &self.korean, " ", ".", text),
            }
        }
        if random.below(5) == 0 {
            text.push_str(" It is about the ");
            text.push_str(COMMON);
            text.push('.');
        }
    }

    /// Appends a subject of two to five words.
    pub fn subject(&self, random: &mut Random, tongue: Tongue, text: &mut String) {
        let words = 2 + random.below(4);
        for word in 0..words {
            if word > 0 && tongue == Tongue::Latin {
                text.push(' ');
            }
            match tongue {
                Tongue::Latin => self.latin_word(random, word == 0, text),
                Tongue::Chinese => text.push_str(random.pick(&self.chinese)),
                Tongue::Japanese => text.push_str(random.pick(&self.japanese)),
                Tongue::Korean => text.push_str(random.pick(&self.korean)),
            }
        }
    }

    fn latin_sentence(&self, random: &mut Random, text: &mut String) {
        let words = 4 + random.below(10);
        for word in 0..words {
            if word > 0 {
                text.push(' ');
            }
            self.latin_word(random, word == 0, text);
        }
        if random.below(8) == 0 {
            text.push_str(" BB-");
            push_number(100_000 + random.below(900_000), text);
        }
        text.push(if random.below(5) == 0 { '?' } else { '.' });
    }

    fn latin_word(&self, random: &mut Random, capital: bool, text: &mut String) {
        let word = &self.latin[usize::from(self.slots[random.index(SLOTS)])];
        let begin = text.len();
        text.push_str(word);
        if capital {
            text[begin..=begin].make_ascii_uppercase();
        }
    }
}

fn joined(random: &mut Random, words: &[&'static str], between: &str, end: &str, text: &mut String) {
    for word in 0..2 + random.below(6) {
        if word > 0 {
            text.push_str(between);
        }
        text.push_str(random.pick(words));
    }
    text.push_str(end);
}

/// A word that nobody knows, another one for every number below 32,768.
fn made_word(number: usize) -> String {
    let last = SYLLABLES.len();
    let mut word = String::new();
    // An odd factor, so that neighbours differ in every syllable and no two numbers make the same word.
    let mut rest = number * 10_007 % last.pow(3);
    for _ in 0..3 {
        word.push_str(SYLLABLES[rest % last]);
        rest /= last;
    }
    word
}

/// Slots shared out by 1 / rank, and faster than that among rare words, so that four words in five are real ones.
/// Whole numbers only, so that every machine gets the same.
fn frequencies(words: usize) -> Vec<u16> {
    let weight = |rank: usize| 1_000_000_000_000 / ((rank as u64 + 2) * (rank as u64 + 1_500));
    let total: u64 = (0..words).map(weight).sum();
    let mut slots = Vec::with_capacity(SLOTS);
    let mut sum = 0;
    for rank in 0..words {
        sum += weight(rank);
        let until = (sum * SLOTS as u64).div_ceil(total);
        while (slots.len() as u64) < until && slots.len() < SLOTS {
            slots.push(u16::try_from(rank).unwrap_or(u16::MAX));
        }
    }
    slots
}

/// Appends a number in decimal, without the detour over `format!`, which costs as much as a sentence.
#[allow(clippy::cast_possible_truncation, reason = "one decimal digit")]
pub fn push_number(number: u64, text: &mut String) {
    if number >= 10 {
        push_number(number / 10, text);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn frequent_words_are_frequent_and_rare_ones_still_come() {
        let words = Words::new();
        assert_eq!(words.slots.len(), SLOTS);
        let mut random = Random::of(1, 2, 3);
        let mut text = String::new();
        for _ in 0..20_000 {
            words.message(&mut random, Tongue::Latin, &mut text);
            text.push(' ');
        }
        let text = text.to_lowercase();
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for word in text.split(|letter: char| !letter.is_alphanumeric()) {
            *counts.entry(word).or_default() += 1;
        }
        assert!(counts["the"] > 2 * counts["is"] && counts["is"] > 4 * counts["kettle"]);
        assert!(counts.len() > VOCABULARY, "{}", counts.len());
        assert!(!counts.contains_key(RARE));
    }

    #[test]
    fn about_a_fifth_of_the_messages_says_the_common_word() {
        let words = Words::new();
        let mut random = Random::of(1, 2, 3);
        let said = (0..20_000)
            .filter(|_| {
                let mut text = String::new();
                words.message(&mut random, Tongue::Korean, &mut text);
                text.contains(COMMON)
            })
            .count();
        assert!((3_800..4_200).contains(&said), "{said}");
    }

    #[test]
    fn the_lists_hold_neither_the_common_nor_the_rare_word() {
        let words = Words::new();
        assert_eq!(words.latin.len(), VOCABULARY);
        assert_eq!(words.latin.iter().collect::<HashSet<_>>().len(), VOCABULARY);
        assert!(words.latin.iter().all(|word| word != COMMON && word != RARE));
        assert!(words.latin.iter().all(|word| word.is_ascii()), "capitals are made of the first byte");
    }

    #[test]
    fn every_script_is_written_in_its_own_letters() {
        let words = Words::new();
        let write = |tongue| {
            let mut text = String::new();
            words.subject(&mut Random::of(4, 5, 6), tongue, &mut text);
            text
        };
        let within = |text: &str, from, to| text.chars().any(|letter: char| (from..=to).contains(&letter));
        assert!(write(Tongue::Latin).is_ascii());
        assert!(within(&write(Tongue::Chinese), '\u{4E00}', '\u{9FFF}'));
        assert!(within(&write(Tongue::Japanese), '\u{3040}', '\u{9FFF}'));
        assert!(within(&write(Tongue::Korean), '\u{AC00}', '\u{D7A3}'));
    }

    #[test]
    fn numbers_are_written_in_decimal() {
        let mut text = String::new();
        for number in [0, 7, 10, 1_000_203] {
            push_number(number, &mut text);
            text.push(' ');
        }
        assert_eq!(text, "0 7 10 1000203 ");
    }
}
