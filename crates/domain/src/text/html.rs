//! Bodies of mail and events as plain text: what a person sees, and nothing else.
//!
//! What cannot be seen (by style, size, colour, place or being no text at all) is left out, and that it was is said. In
//! doubt it is left out. Nothing of the text can make anybody fetch anything: pictures and the targets of links are gone.

mod color;
mod look;
mod property;
mod selector;
mod sheet;
mod tree;
mod write;

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use serde::Serialize;

use super::plain::plain;
use look::Look;
use selector::Effort;
use sheet::Sheet;
use tree::{DEPTH, Kind, Node};
use write::Writer;

/// So much of a body is read, in bytes.
const LENGTH: usize = 512 * 1024;
/// So often may a selector be compared with an element.
const EFFORT: u32 = 2_000_000;

/// What was left out of a text. The words are promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Removed {
    /// Words that nobody can see.
    HiddenText,
    /// Characters that show nothing or change how others are shown, and orders to terminals.
    InvisibleCharacters,
    /// Words in comments.
    Comments,
    /// Scripts.
    Scripts,
    /// Drawings, frames, formulas and other things that are no text.
    Embedded,
    /// Fields to fill in.
    Forms,
    /// Pictures.
    Images,
    /// Where links lead; their words are there.
    LinkTargets,
}

/// A text by somebody else as it may be shown: no character of it is invisible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clean {
    /// Lines without white space at their ends, and never two empty ones in a row.
    pub text: String,
    /// What was left out.
    pub removed: Vec<Removed>,
    /// Whether the body was too long or too deep to be read to its end.
    pub truncated: bool,
}

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'c> {
    /// Its words.
    pub text: &'c str,
    /// Where the next one begins, in characters.
    pub next: Option<usize>,
}

impl Clean {
    /// At most `limit` characters of the text from the given character on, cut between words where there are any.
    pub fn part(&self, from: usize, limit: usize) -> Part<'_> {
        let at = |count: usize| {
            let found = self.text.char_indices().nth(count);
            found.map_or(self.text.len(), |(at, _)| at)
        };
        let start = at(from);
        let rest = &self.text[start..];
        let end = at(from.saturating_add(limit)) - start;
        if end == rest.len() {
            return Part {
                text: rest.trim(),
                next: None,
            };
        }
        let head = &rest[..end];
        let word = head.rfind(char::is_whitespace).filter(|gap| *gap > end / 2);
        let head = &head[..word.unwrap_or(end)];
        Part {
            text: head.trim(),
            next: Some(from + head.chars().count().max(1)),
        }
    }
}

/// The visible text of a body in HTML.
pub fn from_html(html: &str) -> Clean {
    let cut = html.floor_char_boundary(LENGTH.min(html.len()));
    let (document, full) = tree::parse(&html[..cut]);
    let mut reader = Reader {
        sheet: Sheet::default(),
        effort: Effort(Cell::new(EFFORT)),
        removed: BTreeSet::new(),
        path: Vec::new(),
        truncated: full || cut < html.len(),
    };
    reader.sheets(&document, 0);
    let mut writer = Writer::default();
    reader.children(&document, &Look::page(), &mut writer);
    reader.clean(&writer.finish())
}

/// A body that is plain text already.
pub fn from_text(text: &str) -> Clean {
    let cut = text.floor_char_boundary(LENGTH.min(text.len()));
    let (clean, hidden) = plain(&text[..cut]);
    Clean {
        text: clean,
        removed: hidden
            .then_some(Removed::InvisibleCharacters)
            .into_iter()
            .collect(),
        truncated: cut < text.len(),
    }
}

struct Reader {
    sheet: Sheet,
    effort: Effort,
    removed: BTreeSet<Removed>,
    path: Vec<Rc<Node>>,
    truncated: bool,
}

impl Reader {
    fn clean(mut self, text: &str) -> Clean {
        let (text, hidden) = plain(text);
        if hidden {
            self.removed.insert(Removed::InvisibleCharacters);
        }
        Clean {
            text,
            removed: self.removed.into_iter().collect(),
            truncated: self.truncated,
        }
    }

    /// Every style sheet counts for the whole body, wherever it stands.
    fn sheets(&mut self, node: &Rc<Node>, depth: usize) {
        if depth > DEPTH + DEPTH / 2 {
            return;
        }
        for child in node.children.borrow().iter() {
            match child.tag() {
                Some("style") => self
                    .sheet
                    .add(&child.words(), child.attribute("media").as_deref()),
                Some(_) => self.sheets(child, depth + 1),
                None => {}
            }
        }
    }

    fn children(&mut self, node: &Rc<Node>, look: &Look, writer: &mut Writer) {
        if self.path.len() > DEPTH + DEPTH / 2 {
            self.truncated = true;
            return;
        }
        for child in node.children.borrow().iter() {
            match &child.kind {
                Kind::Text(words) => self.words(&words.borrow(), look, writer),
                Kind::Comment(wordy) if *wordy => {
                    self.removed.insert(Removed::Comments);
                }
                Kind::Element { .. } => self.element(child, look, writer),
                Kind::Root | Kind::Comment(_) => {}
            }
        }
    }

    fn words(&mut self, words: &str, look: &Look, writer: &mut Writer) {
        if !look.hides_words() {
            writer.words(words);
        } else if words.contains(is_seen) {
            self.removed.insert(Removed::HiddenText);
        }
    }

    fn element(&mut self, node: &Rc<Node>, around: &Look, writer: &mut Writer) {
        let tag = node.tag().unwrap_or_default();
        if let Some(removed) = self.no_text(node, tag) {
            self.removed.extend(removed);
            return;
        }
        self.path.push(Rc::clone(node));
        let look = around.of(&self.path, &self.sheet, &self.effort);
        let closed = tag == "dialog" && node.attribute("open").is_none();
        if look.is_gone() || closed || node.attribute("popover").is_some() {
            if has_words(node, 0) {
                self.removed.insert(Removed::HiddenText);
            }
        } else if tag == "tr" {
            self.row(node, &look, writer);
        } else {
            if tag == "a" && leads_away(node) {
                self.removed.insert(Removed::LinkTargets);
            }
            writer.open(tag, node);
            self.children(node, &look, writer);
            writer.close(tag);
        }
        self.path.pop();
    }

    /// What is no text, and what is said of leaving it out.
    fn no_text(&self, node: &Rc<Node>, tag: &str) -> Option<Option<Removed>> {
        Some(match tag {
            "style" | "title" | "meta" | "link" | "base" | "rp" | "col" | "param" | "source"
            | "track" => None,
            "script" => Some(Removed::Scripts),
            "template" | "noframes" | "noembed" => Some(Removed::HiddenText),
            "foreign" | "iframe" | "frame" | "object" | "embed" | "applet" | "video" | "audio"
            | "canvas" | "map" => Some(Removed::Embedded),
            "input" if node.attribute("type").as_deref() == Some("image") => Some(Removed::Images),
            "input" | "select" | "datalist" | "textarea" | "option" | "optgroup" | "meter"
            | "progress" => Some(Removed::Forms),
            "img" | "image" | "picture" | "bgsound" => Some(Removed::Images),
            _ => return None,
        })
    }

    /// The cells of a row beside one another if each is one line; tables that only arrange a page are read as lines.
    fn row(&mut self, node: &Rc<Node>, look: &Look, writer: &mut Writer) {
        let mut cells = Vec::new();
        let mut rest = Writer::default();
        for child in node.children.borrow().iter() {
            if matches!(child.tag(), Some("td" | "th")) {
                let mut cell = Writer::default();
                self.element(child, look, &mut cell);
                let cell = cell.finish();
                if cell.contains(is_seen) {
                    cells.push(cell.trim().to_owned());
                }
            } else if child.tag().is_some() {
                self.element(child, look, &mut rest);
            }
        }
        writer.row(&cells);
        writer.block(rest.finish().trim());
    }
}

/// Whether a character shows.
fn is_seen(c: char) -> bool {
    !c.is_whitespace() && !super::invisible(c)
}

fn has_words(node: &Rc<Node>, depth: usize) -> bool {
    depth < DEPTH + DEPTH / 2
        && node
            .children
            .borrow()
            .iter()
            .any(|child| match &child.kind {
                Kind::Text(words) => words.borrow().contains(is_seen),
                Kind::Element { .. } => {
                    !matches!(child.tag(), Some("style")) && has_words(child, depth + 1)
                }
                Kind::Root | Kind::Comment(_) => false,
            })
}

/// Whether a link leads somewhere that its words do not say.
fn leads_away(node: &Rc<Node>) -> bool {
    let Some(target) = node.attribute("href") else {
        return false;
    };
    let target = target.trim();
    !target.is_empty() && !target.starts_with('#') && node.words().trim() != target
}
