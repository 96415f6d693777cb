//! Text from outside made safe for a terminal (stand-in until the real one is merged).
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;
/// Stand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeText(String);
/// Columns.
pub fn width(text: &str) -> usize { text.width() }
impl SafeText {
    /// One line.
    pub fn line(text: &str) -> Self { Self(text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()) }
    /// Several lines.
    pub fn block(text: &str) -> Self { Self(text.chars().filter(|c| !c.is_control() || *c == '\n').collect()) }
    /// The text.
    pub fn as_str(&self) -> &str { &self.0 }
    /// Cut to columns.
    pub fn fit(&self, cols: usize) -> String {
        if width(&self.0) <= cols { return self.0.clone(); }
        let mut out = String::new();
        for g in self.0.graphemes(true) { if width(&out) + width(g) + 1 > cols { break; } out.push_str(g); }
        if cols > 0 { out.push('…'); }
        out
    }
    /// Wrapped.
    pub fn wrap(&self, cols: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for line in self.0.split('\n') {
            let mut out = String::new();
            for word in line.split_inclusive(' ') {
                if width(&out) + width(word.trim_end()) > cols && !out.is_empty() { lines.push(out.trim_end().to_owned()); out = String::new(); }
                for g in word.graphemes(true) {
                    if width(&out) + width(g) > cols && g != " " { lines.push(std::mem::take(&mut out)); }
                    out.push_str(g);
                }
            }
            lines.push(out.trim_end().to_owned());
        }
        lines
    }
    /// Columns.
    pub fn width(&self) -> usize { width(&self.0) }
    /// Hidden characters.
    pub fn warning(&self) -> Option<String> { None }
}
