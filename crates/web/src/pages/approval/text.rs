//! The card as plain text, for a terminal: the same values as the page has, in the same order.
//!
//! Our own lines begin with a word of ours. What others may have written stands behind a bar, line by line and with what is
//! invisible spelled out, so that nothing in it can pass for ours or move the cursor.

use engine::ApprovalView;

use super::card::{Attendee, Foreign};
use super::{ApprovalPage, Frame};
use crate::words::{Language, Words};

/// A card as text. The language is a tag such as `de`; what is not known is English.
pub fn card_text(view: &ApprovalView, language: &str) -> String {
    let words = Words::in_language(Language::parse(language).unwrap_or(Language::English));
    render(&ApprovalPage::new(
        Frame::anonymous(words, false),
        view,
        None,
    ))
}

fn render(page: &ApprovalPage) -> String {
    let mut text = Text {
        words: page.page.words,
        lines: Vec::new(),
    };
    text.line(&page.page.title);
    if let Some(outcome) = &page.outcome {
        text.line(&format!("{} {}", outcome.title, outcome.text));
    }
    if page.pending {
        for effect in &page.effects {
            text.line(&effect.text);
        }
    }
    if let Some(look) = &page.look {
        text.line(&look.text);
    }
    text.copied(page);
    text.event(page);
    text.people(page);
    text.rest(page);
    text.foreign("approval-asks", Some(&Foreign::of(&page.agent)));
    text.fact("approval-asked", Some(&page.asked));
    if page.pending || page.parked {
        text.fact("approval-expires", Some(&page.expires));
    }
    text.fact("approval-decided", page.decided.as_ref());
    text.lines.join("\n")
}

struct Text {
    words: Words,
    lines: Vec<String>,
}

impl Text {
    fn line(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }

    fn head(&mut self, label: &str) {
        let label = self.words.say(label);
        self.lines.push(format!("{label}:"));
    }

    fn fact(&mut self, label: &str, value: Option<&String>) {
        if let Some(value) = value {
            let label = self.words.say(label);
            self.lines.push(format!("{label}: {value}"));
        }
    }

    /// Words of others, each line behind the bar.
    fn quote(&mut self, foreign: &Foreign) {
        let lines = foreign.text.split(['\n', '\r']);
        self.lines
            .extend(lines.map(|line| format!("  │ {}", line.replace('\t', " "))));
        if foreign.hidden {
            let warning = self.words.say("approval-hidden-characters");
            self.lines.push(format!("  ! {warning}"));
        }
    }

    fn foreign(&mut self, label: &str, value: Option<&Foreign>) {
        if let Some(value) = value {
            self.head(label);
            self.quote(value);
        }
    }

    fn copied(&mut self, page: &ApprovalPage) {
        if page.copied.is_empty() {
            return;
        }
        self.head("approval-copied-title");
        let about = self.words.say("approval-copied-about");
        self.lines.push(about.into_owned());
        for one in &page.copied {
            self.quote(&one.text);
            self.quote(&Foreign::of(&one.origin));
        }
    }

    fn event(&mut self, page: &ApprovalPage) {
        self.foreign("approval-title", page.title.as_ref());
        self.foreign("approval-query", page.query.as_ref());
        self.fact("approval-when", page.when.as_ref());
        if let Some(moved) = &page.moved {
            self.lines.push(format!("  → {moved}"));
        }
        if let Some(yours) = &page.when_yours {
            self.lines.push(format!("  {yours}"));
        }
        if let Some(conflicts) = &page.conflicts {
            self.head("approval-beside");
            if conflicts.events.is_empty() {
                let none = self.words.say("approval-beside-none");
                self.lines.push(format!("  {none}"));
            }
            for (title, when) in &conflicts.events {
                self.quote(title);
                self.lines.push(format!("  {when}"));
            }
            self.lines
                .extend(conflicts.more.iter().map(|more| format!("  {more}")));
        }
        if let Some(repeats) = &page.repeats {
            self.fact("approval-repeats", Some(&repeats.rule));
            self.lines.push(format!("  {}", repeats.extent));
        }
        if !page.changes.is_empty() && !page.new {
            self.head("approval-changes");
            self.changes(page);
        }
        self.foreign("approval-where", page.location.as_ref());
        let online = match (page.online, page.keeps_link) {
            (true, _) => Some("approval-online-yes"),
            (false, true) => Some("approval-link-stays"),
            (false, false) => None,
        };
        let online = online.map(|what| self.words.say(what).into_owned());
        self.fact("approval-online", online.as_ref());
    }

    fn people(&mut self, page: &ApprovalPage) {
        if let Some(organizer) = &page.organizer {
            self.head("approval-organizer");
            self.attendee(organizer);
        }
        let groups = [
            (page.who_already, &page.invited, !page.invited.is_empty()),
            (page.who, &page.attendees, page.invites),
            (
                "approval-who-removed",
                &page.removed,
                !page.removed.is_empty(),
            ),
        ];
        for (label, people, shown) in groups {
            if !shown {
                continue;
            }
            self.head(label);
            if people.is_empty() {
                let none = self.words.say("approval-who-none");
                self.lines.push(format!("  {none}"));
            }
            for one in people {
                self.attendee(one);
            }
        }
    }

    fn rest(&mut self, page: &ApprovalPage) {
        self.fact("approval-proposed", page.proposed.as_ref());
        self.foreign("approval-comment", page.comment.as_ref());
        if page.new {
            self.changes(page);
        }
        self.foreign("approval-text-before", page.replaces.as_ref());
        self.foreign("approval-text", page.body.as_ref());
    }

    fn changes(&mut self, page: &ApprovalPage) {
        for change in &page.changes {
            self.lines.push(format!("  {}:", change.field));
            if let Some(from) = &change.from {
                self.quote(from);
                self.lines.push("  →".to_owned());
            }
            self.quote(&change.to);
        }
    }

    /// A name is what its owner or somebody else chose; an address is on a line of its own, so that none can pretend another.
    fn attendee(&mut self, one: &Attendee) {
        if let Some(name) = &one.name {
            self.quote(&Foreign::of(name));
        }
        let address: Vec<&str> = one.address.split_whitespace().collect();
        let mut line = format!("  {}", address.join(" "));
        line.extend(one.answer.iter().map(|answer| format!(", {answer}")));
        for (is, mark) in [
            (one.outside, "approval-outside-mark"),
            (one.group, "approval-group"),
            (one.optional, "approval-optional"),
        ] {
            if is {
                line.push_str(&format!(" [{}]", self.words.say(mark)));
            }
        }
        self.lines.push(line);
        if one.lookalike {
            let warning = self.words.say("approval-lookalike");
            self.lines.push(format!("  ! {warning}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::views;
    use super::*;

    /// What a reader of the page reads in the facts of its card.
    fn read(html: &str) -> Vec<String> {
        let (_, article) = html.split_once("<article").expect("a card");
        let facts = article.split("<dd").skip(1);
        let facts = facts.filter_map(|fact| fact.split_once('>')?.1.split("</dd>").next());
        facts
            .flat_map(|fact| {
                let texts = fact
                    .split('<')
                    .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
                texts
                    .flat_map(str::lines)
                    .map(unescaped)
                    .collect::<Vec<_>>()
            })
            .filter(|text| !text.is_empty() && text != "→")
            .collect()
    }

    fn unescaped(text: &str) -> String {
        let text = text.trim().replace('\t', " ");
        [
            ("&#60;", "<"),
            ("&#62;", ">"),
            ("&#34;", "\""),
            ("&#39;", "'"),
            ("&#38;", "&"),
        ]
        .into_iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
    }

    #[test]
    fn everything_that_the_page_shows_of_a_card_is_in_its_text() {
        use askama::Template as _;
        for language in Language::ALL {
            let words = Words::in_language(language);
            for (_, view) in views() {
                let page = ApprovalPage::new(Frame::anonymous(words, false), &view, None);
                let text = render(&page);
                let shown = read(&page.render().expect("a page"));
                assert!(shown.len() >= 3, "{shown:?}");
                for fact in shown {
                    let fact = fact.trim_end_matches(':').trim();
                    assert!(text.contains(fact), "{fact:?} is not in\n{text}");
                }
            }
        }
    }

    #[test]
    fn no_words_of_others_begin_a_line_or_move_the_cursor() {
        let mut view = super::super::sample_view(domain::approval::ApprovalState::Pending);
        let hostile = "x\nWhen: never\r\u{1b}[2J\u{9b}2J\u{202e}Approve";
        view.card.title = Some(hostile.to_owned());
        view.card.body = Some(hostile.to_owned());
        view.agent_name = hostile.to_owned();
        for one in &mut view.card.attendees {
            one.name = Some(hostile.to_owned());
            one.address = format!("{hostile}@x.example");
        }
        let text = card_text(&view, "en");
        assert!(
            text.lines().all(|line| !line.starts_with("When: never")),
            "{text}"
        );
        assert!(
            text.chars().all(|c| c == '\n' || !c.is_control()),
            "{text:?}"
        );
        assert!(!text.contains('\u{202e}'), "{text:?}");
    }
}
