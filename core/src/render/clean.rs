//! The only way from a record to an output: nothing in a record may steer what shows it.

use unicode_segmentation::UnicodeSegmentation;

use crate::shown::hidden;

/// Where a text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sink {
    /// A terminal or a plain file.
    Terminal,
    /// The text of an HTML element; never an attribute, an id, a style or an address.
    Html,
    /// A cell of a CSV file.
    Csv,
    /// Running Markdown.
    Markdown,
    /// A message of a SARIF log: `[text](address)` would be a link in it, and its viewers are pages.
    Sarif,
    /// A file name: `[A-Za-z0-9._-]{1,80}`.
    FileName,
}

/// A text as it may be shown: controls and invisible letters as `U+XXXX`, cut after `max` graphemes (with the full
/// length stated), escaped for its sink.
pub fn clean(text: &str, sink: Sink, max: usize) -> String {
    if sink == Sink::FileName {
        let safe = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        let name: String = text.chars().map(|c| if safe(c) { c } else { '_' }).take(80).collect();
        let name = name.trim_start_matches('.');
        return if name.is_empty() {
            "_".to_owned()
        } else {
            name.to_owned()
        };
    }
    let mut graphemes = text.graphemes(true);
    let head: String = graphemes.by_ref().take(max).collect();
    let left = graphemes.count();
    let mut out = String::with_capacity(head.len());
    if sink == Sink::Csv && head.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        out.push('\'');
    }
    for letter in head.chars() {
        if hidden(letter) {
            out.push_str(&format!("U+{:04X}", u32::from(letter)));
            continue;
        }
        match (sink, letter) {
            (Sink::Html, '&') => out.push_str("&amp;"),
            (Sink::Html, '<') => out.push_str("&lt;"),
            (Sink::Html, '>') => out.push_str("&gt;"),
            (Sink::Html, '"') => out.push_str("&quot;"),
            (Sink::Html, '\'') => out.push_str("&#39;"),
            (Sink::Sarif, '<' | '>' | '[' | ']') => out.push_str(&format!("U+{:04X}", u32::from(letter))),
            (Sink::Markdown, c) if "\\`*_{}[]()<>#+-.!|~".contains(c) => {
                out.push('\\');
                out.push(c);
            }
            (_, c) => out.push(c),
        }
    }
    if left > 0 {
        out.push_str(&format!("… ({} characters)", max.saturating_add(left)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        let hostile = "\u{1b}[2J\u{1b}]8;;http://x\u{7}ok\r\u{202e}txt\u{200b}\u{feff}\u{e0041}";
        let shown = clean(hostile, Sink::Terminal, 100);
        assert!(shown.chars().all(|c| !c.is_control()));
        assert_eq!(
            shown,
            "U+001B[2JU+001B]8;;http://xU+0007okU+000DU+202EtxtU+200BU+FEFFU+E0041"
        );
    }

    #[test]
    fn each_sink_escapes_its_own() {
        assert_eq!(
            clean("<b onx=\"1\">&'", Sink::Html, 99),
            "&lt;b onx=&quot;1&quot;&gt;&amp;&#39;"
        );
        assert_eq!(clean("=1+1", Sink::Csv, 99), "'=1+1");
        assert_eq!(clean("../../etc/pass wd", Sink::FileName, 99), "_.._etc_pass_wd");
        assert_eq!(clean("![x](y)", Sink::Markdown, 99), "\\!\\[x\\]\\(y\\)");
        assert_eq!(clean("<b>[x](y)", Sink::Sarif, 99), "U+003CbU+003EU+005BxU+005D(y)");
    }

    #[test]
    fn long_text_is_cut_between_graphemes() {
        assert_eq!(
            clean("e\u{301}e\u{301}e\u{301}", Sink::Terminal, 2),
            "e\u{301}e\u{301}… (3 characters)"
        );
    }
}
