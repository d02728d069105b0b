//! Which elements a rule of a style sheet is for.

use std::cell::Cell;
use std::rc::Rc;

use super::sheet::ANY;
use super::tree::Node;

/// A selector such as `div.note > span#a[title]`.
pub(super) struct Selector {
    /// From the element itself outwards.
    parts: Vec<(Compound, Reach)>,
    /// Whether everything in it can be decided here.
    pub(super) sure: bool,
    /// Ids, then classes and attributes, then names: which of two rules is stronger.
    pub(super) weight: u32,
}

/// How the next part further out is related.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    Parent,
    Ancestor,
}

#[derive(Default)]
struct Compound {
    tag: Option<String>,
    ids: Vec<String>,
    classes: Vec<String>,
    attributes: Vec<(String, Option<(char, String)>)>,
}

/// Work that is left for matching; when it is used up, everything further out is taken to fit.
pub(super) struct Effort(pub(super) Cell<u32>);

impl Selector {
    /// Reads one; `None` for what never fits text that is simply read, such as `a:hover` and `p::before`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut selector = Self {
            parts: Vec::new(),
            sure: true,
            weight: 0,
        };
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let (mut rest, mut reach) = (text, Reach::Ancestor);
        while !rest.is_empty() && selector.parts.len() < 20 {
            let (compound, after) = selector.compound(rest)?;
            selector.parts.push((compound, reach));
            rest = after.trim_start();
            reach = Reach::Ancestor;
            match rest.chars().next() {
                Some('>') => {
                    reach = Reach::Parent;
                    rest = rest[1..].trim_start();
                }
                // What stands beside an element is not looked at.
                Some('+' | '~') => {
                    selector.sure = false;
                    selector.parts.clear();
                    rest = rest[1..].trim_start();
                }
                Some(_) | None => {}
            }
        }
        // The relation was kept with the part on its right; read outwards it belongs to the part on its left.
        selector.parts.reverse();
        (!selector.parts.is_empty()).then_some(selector)
    }

    fn compound<'t>(&mut self, text: &'t str) -> Option<(Compound, &'t str)> {
        let mut compound = Compound::default();
        let mut rest = text;
        loop {
            let first = rest.chars().next();
            let word = |text: &'t str| {
                let end =
                    text.find(|c: char| !(c.is_alphanumeric() || "-_".contains(c) || c == ANY));
                text.split_at(end.unwrap_or(text.len()))
            };
            match first {
                Some('.' | '#') => {
                    let (name, after) = word(&rest[1..]);
                    let (list, weight) = match first {
                        Some('.') => (&mut compound.classes, 1 << 8),
                        _ => (&mut compound.ids, 1 << 16),
                    };
                    list.push(name.to_owned());
                    self.weight += weight;
                    rest = after;
                }
                Some('[') => {
                    let end = rest.find(']')?;
                    compound.attributes.push(condition(&rest[1..end]));
                    self.weight += 1 << 8;
                    rest = &rest[end + 1..];
                }
                Some(':') => rest = self.pseudo(rest)?,
                Some('*' | '&') => {
                    self.sure &= first == Some('*');
                    rest = &rest[1..];
                }
                Some(c) if c.is_alphanumeric() || c == ANY || c == '-' || c == '_' => {
                    let (name, after) = word(rest);
                    compound.tag = Some(name.to_owned());
                    self.weight += 1;
                    rest = after;
                }
                Some(c) if c.is_whitespace() || ">+~".contains(c) => return Some((compound, rest)),
                None => return Some((compound, rest)),
                // Something new: as if it fitted.
                Some(c) => {
                    self.sure = false;
                    rest = &rest[c.len_utf8()..];
                }
            }
        }
    }

    fn pseudo<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        const NEVER: [&str; 9] = [
            ":hover", ":focus", ":active", ":visited", ":target", ":checked", ":before", ":after",
            "::",
        ];
        if NEVER.iter().any(|word| text.starts_with(word)) {
            return None;
        }
        self.sure = false;
        let end = text[1..].find(|c: char| !(c.is_alphanumeric() || c == '-'));
        let rest = end.map_or("", |end| &text[1 + end..]);
        if !rest.starts_with('(') {
            return Some(rest);
        }
        let mut depth = 0_usize;
        for (at, c) in rest.char_indices() {
            match c {
                '(' => depth += 1,
                ')' if depth == 1 => return Some(&rest[at + 1..]),
                ')' => depth -= 1,
                _ => {}
            }
        }
        Some("")
    }

    /// Whether it fits the last of these elements, which lie in one another.
    pub(super) fn fits(&self, path: &[Rc<Node>], effort: &Effort) -> bool {
        let Some((element, outside)) = path.split_last() else {
            return false;
        };
        let left = effort.0.get();
        if left == 0 {
            return true;
        }
        effort.0.set(left - 1);
        match self.parts.split_first() {
            Some(((compound, reach), rest)) => {
                compound.fits(element) && outer(rest, *reach, outside, effort)
            }
            None => false,
        }
    }
}

/// Whether the parts further out fit. Going to the nearest that fits is enough where no part asks for a parent; where
/// one does, every choice is tried, within the effort that is left.
fn outer(parts: &[(Compound, Reach)], reach: Reach, path: &[Rc<Node>], effort: &Effort) -> bool {
    let Some(((compound, next), rest)) = parts.split_first() else {
        return true;
    };
    let far = match reach {
        Reach::Parent => 1,
        Reach::Ancestor => path.len(),
    };
    for place in (0..path.len()).rev().take(far) {
        let left = effort.0.get();
        if left == 0 {
            return true;
        }
        effort.0.set(left - 1);
        if compound.fits(&path[place]) && outer(rest, *next, &path[..place], effort) {
            return true;
        }
    }
    false
}

impl Compound {
    fn fits(&self, node: &Node) -> bool {
        let tag = self
            .tag
            .as_deref()
            .is_none_or(|tag| node.tag().is_some_and(|name| same(tag, name)));
        if !tag {
            return false;
        }
        let has = |attribute: &str, wanted: &[String]| {
            if wanted.is_empty() {
                return true;
            }
            let value = node.attribute(attribute).unwrap_or_default().to_lowercase();
            wanted
                .iter()
                .all(|wanted| value.split_whitespace().any(|word| same(wanted, word)))
        };
        has("id", &self.ids)
            && has("class", &self.classes)
            && self.attributes.iter().all(|(name, wanted)| {
                let value = node.attribute(name).map(|value| value.to_lowercase());
                match (value, wanted) {
                    (None, _) => false,
                    (Some(_), None) => true,
                    (Some(value), Some((how, wanted))) => compare(&value, *how, wanted),
                }
            })
    }
}

/// The inside of `[…]`: a name, and perhaps how a value is compared with what.
fn condition(text: &str) -> (String, Option<(char, String)>) {
    let Some((name, value)) = text.split_once('=') else {
        return (text.trim().to_owned(), None);
    };
    let name = name.trim();
    let how = name.chars().next_back().filter(|c| "~|^$*".contains(*c));
    let name = name.trim_end_matches(['~', '|', '^', '$', '*']).trim();
    let value = value.trim();
    // Behind the value may stand whether its case matters.
    let value = match value.rsplit_once(char::is_whitespace) {
        Some((value, "i" | "s")) => value.trim(),
        Some(_) | None => value,
    };
    let value = value.trim_matches(['"', '\'']);
    (
        name.to_owned(),
        Some((how.unwrap_or('='), value.to_owned())),
    )
}

fn compare(value: &str, how: char, wanted: &str) -> bool {
    if wanted.contains(ANY) {
        return true;
    }
    match how {
        '~' => value.split_whitespace().any(|word| word == wanted),
        '|' => value == wanted || value.starts_with(&format!("{wanted}-")),
        '^' => value.starts_with(wanted),
        '$' => value.ends_with(wanted),
        '*' => value.contains(wanted),
        _ => value == wanted,
    }
}

fn same(pattern: &str, word: &str) -> bool {
    if !pattern.contains(ANY) {
        return pattern == word;
    }
    let mut word = word.chars();
    pattern
        .chars()
        .all(|c| word.next().is_some_and(|other| c == ANY || c == other))
        && word.next().is_none()
}
