//! Style sheets and style attributes, as far as they can hide something.
//!
//! In doubt a rule counts when it hides and does not when it shows: a condition that cannot be decided here (`:not()`,
//! `@supports`, siblings) is taken to hold for hiding only.

use super::property::{Declaration, declaration};
use super::selector::Selector;

/// So many rules that can hide something are kept.
const RULES: usize = 300;
/// So much of all sheets is read, in bytes.
const LENGTH: usize = 200_000;
/// So deep may blocks lie in blocks.
const NESTED: usize = 8;
/// Mail is read in a window at least so wide, in pixels.
const NARROWEST: f32 = 900.0;
/// Stands for an escaped character that is none of a word; fits any.
pub(super) const ANY: char = '\u{fffd}';

/// One rule: whom it is for, and what it says.
pub(super) struct Rule {
    pub(super) selector: Selector,
    pub(super) declarations: std::rc::Rc<Vec<Declaration>>,
    /// Whether it surely counts when its selector fits.
    pub(super) sure: bool,
}

/// The rules of all sheets of a body, in order.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) rules: Vec<Rule>,
    read: usize,
}

impl Sheet {
    /// Takes the text of one more `<style>`; `media` is its attribute.
    pub(super) fn add(&mut self, text: &str, media: Option<&str>) {
        self.read += text.len();
        let (counts, sure) = medium(&media.unwrap_or_default().to_ascii_lowercase());
        if counts && self.read <= LENGTH {
            let text = plain(text).replace("<!--", " ").replace("-->", " ");
            self.rules_of(&text, sure, 0);
        }
    }

    fn rules_of(&mut self, text: &str, sure: bool, depth: usize) {
        let mut rest = text;
        while let Some((head, end)) = until(rest, &['{', ';', '}']) {
            let stop = rest[end..].chars().next();
            rest = &rest[end + 1..];
            if stop != Some('{') || self.rules.len() >= RULES {
                continue;
            }
            let (block, after) = match until(rest, &['}']) {
                Some((block, end)) => (block, &rest[end + 1..]),
                None => (rest, ""),
            };
            rest = after;
            self.block(head.trim(), block, sure, depth);
        }
    }

    fn block(&mut self, head: &str, block: &str, sure: bool, depth: usize) {
        if depth > NESTED {
            return;
        }
        if let Some(media) = head.strip_prefix("@media") {
            let (counts, surely) = medium(media);
            if counts {
                self.rules_of(block, sure && surely, depth + 1);
            }
        } else if ["@supports", "@layer", "@container", "@scope", "@starting"]
            .iter()
            .any(|word| head.starts_with(word))
        {
            self.rules_of(block, false, depth + 1);
        } else if !head.starts_with('@') {
            let declarations = std::rc::Rc::new(declarations(block));
            if !declarations.is_empty() {
                for part in split(head, ',') {
                    if let Some(selector) = Selector::parse(part) {
                        self.rules.push(Rule {
                            selector,
                            declarations: std::rc::Rc::clone(&declarations),
                            sure,
                        });
                    }
                }
            }
            if block.contains('{') {
                self.rules_of(block, false, depth + 1);
            }
        }
    }
}

/// What a style attribute, or the inside of a rule, says that matters here.
pub(super) fn declarations(block: &str) -> Vec<Declaration> {
    let mut found = Vec::new();
    for part in split(block, ';').into_iter().take(200) {
        // What stands before a nested rule belongs to that.
        let part = part.rsplit('}').next().unwrap_or(part);
        if let Some((name, value)) = part.split_once(':')
            && !part.contains('{')
        {
            declaration(name.trim(), value.trim(), &mut found);
        }
    }
    found
}

/// A style attribute.
pub(super) fn inline(text: &str) -> Vec<Declaration> {
    declarations(&plain(text))
}

/// Whether rules for this medium count where mail is read, and whether that is sure.
fn medium(media: &str) -> (bool, bool) {
    let media = media.trim();
    if media.is_empty() || media == "all" || media == "screen" {
        return (true, true);
    }
    let one = |query: &str| {
        let query = query.trim();
        let width = |name: &str| {
            let after = query.split(name).nth(1)?.trim_start();
            let number = after.trim_start_matches([':', '<', '=', ' ']);
            let end = number.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let unit = if number[end..].starts_with("em") || number[end..].starts_with("rem") {
                16.0
            } else {
                1.0
            };
            Some(number[..end].parse::<f32>().ok()? * unit)
        };
        let narrow = width("max-width")
            .or_else(|| width("max-device-width"))
            .is_some_and(|limit| limit < NARROWEST);
        let negated = query.starts_with("not");
        let elsewhere = query.starts_with("print") || query.starts_with("speech");
        !((narrow || elsewhere) && !negated)
    };
    (media.split(',').any(one), false)
}

/// A text in lower case, without comments, escapes resolved.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'*') => {
                rest.next();
                let mut before = ' ';
                for c in rest.by_ref() {
                    if before == '*' && c == '/' {
                        break;
                    }
                    before = c;
                }
            }
            '\\' => {
                let mut code = String::new();
                while code.len() < 6
                    && let Some(digit) = rest.next_if(char::is_ascii_hexdigit)
                {
                    code.push(digit);
                }
                let meant = if code.is_empty() {
                    rest.next()
                } else {
                    rest.next_if(|c| c.is_whitespace());
                    u32::from_str_radix(&code, 16).ok().and_then(char::from_u32)
                };
                if meant != Some('\n') {
                    let word = |c: &char| c.is_alphanumeric() || *c == '-' || *c == '_';
                    plain.push(meant.filter(word).unwrap_or(ANY).to_ascii_lowercase());
                }
            }
            c => plain.extend(c.to_lowercase()),
        }
    }
    plain
}

/// The text up to the first of these characters that stands outside quotes and brackets, and where that is.
fn until<'t>(text: &'t str, ends: &[char]) -> Option<(&'t str, usize)> {
    let (mut quote, mut round, mut curly) = (None, 0_usize, 0_usize);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open || c == '\n' => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, c) if round == 0 && curly == 0 && ends.contains(&c) => {
                return Some((&text[..at], at));
            }
            (None, '(' | '[') => round += 1,
            (None, ')' | ']') => round = round.saturating_sub(1),
            (None, '{') => curly += 1,
            // A block ends, whatever brackets were left open in it.
            (None, '}') => (round, curly) = (0, curly.saturating_sub(1)),
            (None, _) => {}
        }
    }
    None
}

/// The parts between these characters, outside quotes and brackets.
fn split(text: &str, between: char) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((part, end)) = until(rest, &[between]) {
        parts.push(part);
        rest = &rest[end + between.len_utf8()..];
    }
    parts.push(rest);
    parts
}
