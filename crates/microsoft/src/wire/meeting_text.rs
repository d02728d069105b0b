//! The text of an event as HTML: changing the words and keeping what joins an online meeting.

/// A rule of so many underscores begins and ends what Teams writes into a text.
const RULE: &str = "__________";

/// The words of HTML, white space collapsed. To compare texts, never to show them.
pub(super) fn words(html: &str) -> String {
    let mut words = String::new();
    let mut rest = inner(html);
    while let Some(open) = rest.find('<') {
        words.push_str(&rest[..open]);
        words.push(' ');
        rest = rest[open..]
            .find('>')
            .map_or("", |close| &rest[open + close + 1..]);
    }
    words.push_str(rest);
    for (entity, character) in [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        words = words.replace(entity, character);
    }
    collapsed(&words)
}

/// Text with its white space collapsed.
pub(super) fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// New words in place of the old ones, above what joins the meeting. Where that cannot be told apart from the old words,
/// all of the old text stays below the new: a meeting that cannot be joined any more would be worse.
pub(super) fn with_text(html: &str, text: &str, join_url: &str) -> String {
    let old = inner(html);
    let kept = block(old, join_url).unwrap_or(old);
    let lines = escape(text).replace("\r\n", "\n").replace('\n', "<br>\r\n");
    format!("<html><body><div>{lines}</div>\r\n<br>\r\n{kept}</body></html>")
}

/// The text without what joins a meeting: another meeting has a link of its own. Where it cannot be told apart, all stays.
pub(super) fn without_block(html: &str, join_url: Option<&str>) -> String {
    let old = inner(html);
    let rest = join_url
        .and_then(|link| block(old, link))
        .map_or_else(|| old.to_owned(), |block| old.replacen(block, "", 1));
    format!("<html><body>{rest}</body></html>")
}

/// Whether the link is in the HTML, plain or escaped.
pub(super) fn mentions(html: &str, link: &str) -> bool {
    place(html, link).is_some()
}

fn place(html: &str, link: &str) -> Option<usize> {
    html.find(link)
        .or_else(|| html.find(&link.replace('&', "&amp;")))
}

/// From the rule above the link to the one below it, or to the end.
fn block<'h>(html: &'h str, join_url: &str) -> Option<&'h str> {
    let link = place(html, join_url)?;
    let above = html[..link].rfind(RULE)?;
    let text = html[..above].trim_end_matches('_');
    let from = before_opening_tags(text);
    let Some(below) = html[link..].find(RULE) else {
        return Some(&html[from..]);
    };
    let rest = html[link + below..].trim_start_matches('_');
    let to = html.len() - after_closing_tags(rest).len();
    Some(&html[from..to])
}

/// Where the tags begin that open at the very end of this HTML.
fn before_opening_tags(html: &str) -> usize {
    let mut from = html.len();
    loop {
        let before = html[..from].trim_end();
        let tag = match before.rfind('<') {
            Some(at) if before.ends_with('>') => at,
            _ => return from,
        };
        let opens = !before[tag..].starts_with("</") && !before[tag..].starts_with("<br");
        if !opens || before[tag..before.len() - 1].contains('>') {
            return from;
        }
        from = tag;
    }
}

/// What follows the tags that close at the very beginning of this HTML.
fn after_closing_tags(html: &str) -> &str {
    let mut rest = html;
    while let Some(end) = rest
        .trim_start()
        .strip_prefix("</")
        .and_then(|tag| tag.find('>').map(|end| &tag[end + 1..]))
    {
        rest = end;
    }
    rest
}

/// What is between the body's tags, or all of it.
fn inner(html: &str) -> &str {
    // ASCII letters only change: places stay.
    let lower = html.to_ascii_lowercase();
    let from = lower
        .find("<body")
        .and_then(|tag| Some(tag + lower[tag..].find('>')? + 1))
        .unwrap_or(0);
    let to = lower.rfind("</body").unwrap_or(html.len());
    html.get(from..to).unwrap_or(html).trim()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://teams.example/l/meetup-join/19%3a?context=a&b=c";

    fn stored(block: &str) -> String {
        format!(
            "<html><head></head><BODY lang=x>\r\n<p>Old words</p>{block}<p>Below</p></BODY></html>"
        )
    }

    #[test]
    fn what_joins_the_meeting_stays_and_the_old_words_go() {
        let link = LINK.replace('&', "&amp;");
        let block = format!(
            "<div style=\"x\"><span>________________________</span></div><div>Microsoft Teams <a href=\"{link}\">Join</a></div><div><span>_____________</span></div>"
        );
        let html = with_text(&stored(&block), "New & <better>\nwords", LINK);
        assert!(html.contains(&block), "{html}");
        assert!(
            html.contains("New &amp; &lt;better&gt;<br>\r\nwords"),
            "{html}"
        );
        assert!(
            !html.contains("Old words") && !html.contains("Below"),
            "{html}"
        );
        assert!(
            words(&html).starts_with("New & <better> words ____"),
            "{}",
            words(&html)
        );
    }

    #[test]
    fn another_meeting_gets_the_words_and_not_the_link() {
        let block = format!(
            "<div>____________</div><div><a href=\"{LINK}\">Join</a></div><div>____________</div>"
        );
        let html = without_block(&stored(&block), Some(LINK));
        assert!(
            html.contains("Old words") && html.contains("Below"),
            "{html}"
        );
        assert!(!html.contains(LINK) && !html.contains("____"), "{html}");
        assert!(without_block(&stored(&block), None).contains(LINK));
    }

    #[test]
    fn a_text_without_a_rule_is_kept_whole_rather_than_cut_wrongly() {
        let html = with_text(
            &stored(&format!("<a href=\"{LINK}\">Join</a>")),
            "New",
            LINK,
        );
        assert!(html.contains(LINK) && html.contains("Old words"), "{html}");
        let html = with_text("", "New", LINK);
        assert_eq!(words(&html), "New");
    }

    #[test]
    fn nothing_in_a_text_makes_it_fail() {
        for html in [
            "<",
            "<body",
            "</body><body>",
            "<body>______________",
            "ä<ü>_",
            "<div>___________ https://t</div",
        ] {
            let _ = (words(html), with_text(html, "x", "https://t"));
        }
    }
}
