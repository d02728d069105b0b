//! Text in lines: paragraphs, lists and tables.

use std::rc::Rc;

use super::tree::Node;

/// Writes words one after another, with the breaks that elements make.
#[derive(Default)]
pub(super) struct Writer {
    text: String,
    /// Ends of line to come before the next word.
    breaks: usize,
    /// A space to come before the next word.
    gap: bool,
    /// What to put before the next word: the mark of a list's item.
    mark: Option<String>,
    /// The lists around, and the number of the item to come; none for lists without numbers.
    lists: Vec<Option<i64>>,
    /// How many elements around keep their lines.
    kept: usize,
}

impl Writer {
    /// The words of a text, white space as one space.
    pub(super) fn words(&mut self, words: &str) {
        for c in words.chars() {
            match c {
                '\n' if self.kept > 0 => self.broken(),
                // A space that does not break is a space nevertheless, and an empty paragraph with one an empty line.
                '\u{a0}' if self.text.is_empty() || self.breaks > 0 => self.mark_empty(),
                c if c.is_whitespace() => self.gap = true,
                c => self.put(c),
            }
        }
    }

    /// What is written.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// An element begins.
    pub(super) fn open(&mut self, tag: &str, node: &Rc<Node>) {
        match tag {
            "br" => self.broken(),
            "hr" => {
                self.apart(1);
                "---".chars().for_each(|c| self.put(c));
                self.apart(1);
            }
            "pre" | "xmp" | "listing" | "plaintext" => self.kept += 1,
            "ul" | "menu" | "dir" => self.lists.push(None),
            "ol" => {
                let start = node
                    .attribute("start")
                    .and_then(|start| start.trim().parse::<i32>().ok());
                self.lists.push(Some(i64::from(start.unwrap_or(1))));
            }
            "q" => self.put('"'),
            _ => {}
        }
        self.apart(breaks(tag));
        if tag == "li" {
            let depth = self.lists.len().clamp(1, 8);
            let mark = match self.lists.last_mut() {
                Some(Some(number)) => {
                    *number += 1;
                    format!("{}.", *number - 1)
                }
                Some(None) | None => "-".to_owned(),
            };
            self.mark = Some(format!("{}{mark} ", "  ".repeat(depth - 1)));
        }
    }

    /// It ends.
    pub(super) fn close(&mut self, tag: &str) {
        match tag {
            "pre" | "xmp" | "listing" | "plaintext" => self.kept = self.kept.saturating_sub(1),
            "ul" | "menu" | "dir" | "ol" => {
                self.lists.pop();
            }
            "li" => self.mark = None,
            "q" => self.put('"'),
            _ => {}
        }
        self.apart(breaks(tag));
    }

    /// A row of a table.
    pub(super) fn row(&mut self, cells: &[String]) {
        if cells.iter().any(|cell| cell.contains('\n')) {
            cells.iter().for_each(|cell| self.block(cell));
        } else {
            self.block(&cells.join(" | "));
        }
    }

    /// Finished lines.
    pub(super) fn block(&mut self, lines: &str) {
        if lines.is_empty() {
            return;
        }
        for line in lines.lines() {
            self.apart(1);
            let words = line.trim_start();
            if words.is_empty() {
                self.broken();
                continue;
            }
            self.mark =
                Some(" ".repeat(line.len() - words.len())).filter(|indent| !indent.is_empty());
            words.chars().for_each(|c| self.put(c));
            self.apart(1);
        }
    }

    fn put(&mut self, c: char) {
        if self.breaks > 0 && !self.text.is_empty() {
            self.text
                .extend(std::iter::repeat_n('\n', self.breaks.min(2)));
            self.gap = false;
        }
        if self.text.is_empty() {
            self.gap = false;
        }
        self.breaks = 0;
        if let Some(mark) = self.mark.take() {
            self.text.push_str(&mark);
            self.gap = false;
        }
        if std::mem::take(&mut self.gap) {
            self.text.push(' ');
        }
        self.text.push(c);
    }

    /// One more end of line.
    fn broken(&mut self) {
        self.breaks += 1;
    }

    /// An empty paragraph that is meant to be one.
    fn mark_empty(&mut self) {
        self.breaks = self.breaks.max(1);
        self.gap = true;
        if !self.text.is_empty() {
            self.breaks = 2;
        }
    }

    /// At least so many ends of line.
    fn apart(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
    }
}

/// How far an element stands apart from others.
fn breaks(tag: &str) -> usize {
    match tag {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" => 2,
        "p" | "div" | "li" | "ul" | "ol" | "dl" | "dt" | "dd" | "table" | "caption" | "thead"
        | "tbody" | "tfoot" | "tr" | "td" | "th" | "section" | "article" | "header" | "footer"
        | "nav" | "aside" | "main" | "address" | "figure" | "figcaption" | "form" | "fieldset"
        | "legend" | "details" | "summary" | "center" | "body" | "menu" | "dir" | "dialog"
        | "hgroup" | "search" | "xmp" | "listing" | "plaintext" => 1,
        _ => 0,
    }
}
