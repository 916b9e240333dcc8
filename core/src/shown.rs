//! Letters that steer a terminal or a reader's eye, and how they are shown instead.

/// Letters that move, hide or reorder what stands around them, or that no font has to show.
pub(crate) fn hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e007f}'
            | '\u{f0000}'..='\u{10ffff}')
}

/// A text on one line: hidden letters as `U+XXXX`, cut after `max` letters.
pub(crate) fn line(text: &str, max: usize) -> String {
    let mut letters = text.chars();
    let mut out = String::with_capacity(text.len().min(max));
    for letter in letters.by_ref().take(max) {
        if hidden(letter) {
            out.push_str(&format!("U+{:04X}", u32::from(letter)));
        } else {
            out.push(letter);
        }
    }
    let left = letters.count();
    if left > 0 {
        out.push_str(&format!("… ({} characters)", max.saturating_add(left)));
    }
    out
}
