//! Plain text of several lines, made harmless as [`one_line`](super::one_line) makes one.

use unicode_normalization::UnicodeNormalization as _;

use super::invisible;

/// So many spaces may stand before a line.
const INDENT: usize = 14;

/// Text without invisible characters and orders to terminals, composed (NFC), its white space as single spaces, ends of
/// line, what lists are indented by, and at most one empty line. Also whether something was removed that nobody writes by chance.
pub(super) fn plain(text: &str) -> (String, bool) {
    let mut lines = String::with_capacity(text.len());
    let (mut gap, mut breaks, mut odd, mut joiner) = (0_usize, 0_usize, false, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                (gap, breaks) = (0, breaks + 1);
            }
            c if c.is_whitespace() => gap += 1,
            '\u{1b}' | '\u{9b}' | '\u{9d}' => {
                odd = true;
                skip_order(c, &mut rest);
            }
            c if invisible(c) => {
                // One of these alone is in emoji, long words and the beginnings of files.
                let usual = matches!(c, '\u{ad}' | '\u{200d}' | '\u{fe0f}' | '\u{feff}');
                odd |= !usual || joiner && c != '\u{200d}';
                joiner = true;
                continue;
            }
            c => {
                if lines.is_empty() {
                    // Nothing stands before the first word.
                } else if breaks > 0 {
                    lines.extend(std::iter::repeat_n('\n', breaks.min(2)));
                    lines.extend(std::iter::repeat_n(' ', gap.min(INDENT)));
                } else if gap > 0 {
                    lines.push(' ');
                }
                (gap, breaks) = (0, 0);
                lines.push(c);
            }
        }
        joiner = false;
    }
    (lines.nfc().collect(), odd)
}

/// An order to a terminal: `ESC [ … letter`, `ESC ] … BEL`, or `ESC` and a character.
fn skip_order(first: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let kind = match first {
        '\u{9b}' => Some('['),
        '\u{9d}' => Some(']'),
        _ => rest.next_if(|c| matches!(c, '[' | ']' | 'P' | '_' | '^' | '(' | ')')),
    };
    match kind {
        Some('[') => {
            while rest.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')).is_some() {}
            rest.next_if(|c| matches!(c, '\u{40}'..='\u{7e}'));
        }
        Some('(' | ')') => {
            rest.next_if(char::is_ascii_alphanumeric);
        }
        // It ends with BEL or ESC \, or, when nobody ends it, with the line.
        Some(_) => {
            while rest
                .next_if(|c| !matches!(c, '\u{7}' | '\u{1b}' | '\u{9c}' | '\n'))
                .is_some()
            {}
            if rest.next_if_eq(&'\u{1b}').is_some() {
                rest.next_if_eq(&'\\');
            }
        }
        None => {
            rest.next_if(|c| matches!(c, '\u{30}'..='\u{7e}'));
        }
    }
}
