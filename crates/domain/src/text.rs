//! Text that others wrote, made harmless for lists and cards: one line, nothing invisible, a length that is known.

pub mod html;

mod plain;

/// Text as one line: white space collapsed; control, zero-width, direction-changing, tag and variation characters
/// removed; cut after `limit` characters with an ellipsis.
pub fn one_line(text: &str, limit: usize) -> String {
    let mut line = String::with_capacity(text.len().min(limit * 4));
    let mut gap = false;
    let mut length = 0;
    for c in text.chars() {
        if c.is_whitespace() || c == '\u{2028}' || c == '\u{2029}' {
            gap = length > 0;
            continue;
        }
        if invisible(c) {
            continue;
        }
        if length + usize::from(gap) >= limit {
            line.push('…');
            return line;
        }
        if gap {
            line.push(' ');
            length += 1;
            gap = false;
        }
        line.push(c);
        length += 1;
    }
    line
}

/// Whether a character shows nothing or changes how others are shown.
pub fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{2800}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            // Letters of nobody: every font shows them differently, most as nothing.
            | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{f0000}'..='\u{10ffff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_do_not_come_through() {
        let hidden = "Lunch\u{200b}\u{202e} \u{e0049}\u{e0067}with\tAnna\r\n\u{1b}[31m now";
        assert_eq!(one_line(hidden, 80), "Lunch with Anna [31m now");
    }

    #[test]
    fn a_long_text_is_cut_where_it_says() {
        assert_eq!(one_line("abcdef", 6), "abcdef");
        assert_eq!(one_line("abcdefg", 6), "abcdef…");
        assert_eq!(one_line("  a   b  ", 3), "a b");
        assert_eq!(one_line("äöü äöü", 4), "äöü…");
    }
}
