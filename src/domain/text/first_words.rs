//! The first words of a text, for conversations whose source has no subject.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Terminal columns that a made subject takes at most.
const WIDTH: usize = 60;

/// The first words of a text on one line, at most 60 columns wide, cut between words where there are any.
pub fn first_words(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.width() <= WIDTH {
        return line;
    }
    let mut kept = String::new();
    let mut width = 0;
    for cluster in line.graphemes(true) {
        width += cluster.width();
        if width > WIDTH - 1 {
            break;
        }
        kept.push_str(cluster);
    }
    // Text without spaces (Chinese, a long address) has no better place to be cut than here.
    if let Some(space) = kept.rfind(' ').filter(|space| *space > kept.len() / 2) {
        kept.truncate(space);
    }
    kept.truncate(kept.trim_end_matches([' ', ',', ';', ':', '.', '-']).len());
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_stays_and_long_text_is_cut_between_words() {
        assert_eq!(first_words("  My card\n is declined "), "My card is declined");
        let long = "I would like to know whether the invoice of March, which arrived twice, has to be paid";
        assert_eq!(first_words(long), "I would like to know whether the invoice of March, which…");
        assert_eq!(first_words(""), "");
    }

    #[test]
    fn chinese_is_cut_by_columns() {
        let text = "你好，我想找家人均消费在100-150元的餐馆吃驴杂汤这道菜，请给我推荐一家餐馆用餐吧。";
        let cut = first_words(text);
        assert!(cut.width() <= WIDTH, "{cut}");
        assert!(cut.starts_with("你好，我想找家人均消费") && cut.ends_with('…'), "{cut}");
    }
}
