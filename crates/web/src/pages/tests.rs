//! What holds for every page in every state and both languages.

use super::render_samples;

fn pages() -> Vec<(String, String)> {
    let samples = render_samples();
    samples
        .into_iter()
        .filter(|(name, _)| name.ends_with(".html"))
        .collect()
}

/// The opening tags of these elements.
fn tags<'a>(html: &'a str, element: &str) -> Vec<&'a str> {
    html.match_indices(&format!("<{element}"))
        .filter_map(|(at, opening)| {
            let rest = &html[at..];
            let tag = &rest[..rest.find('>')?];
            let end = tag[opening.len()..].chars().next();
            end.is_none_or(char::is_whitespace).then_some(tag)
        })
        .collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let value = tag.split_once(&format!(" {name}=\""))?.1;
    value.split('"').next()
}

#[test]
fn every_page_has_a_title_a_language_one_main_heading_and_no_missing_words() {
    let pages = pages();
    assert!(pages.len() > 80, "{}", pages.len());
    for (name, html) in pages {
        let language = if name.ends_with(".de.html") {
            "de"
        } else {
            "en"
        };
        assert!(
            html.contains(&format!("<html lang=\"{language}\">")),
            "{name}"
        );
        assert!(html.contains(" · attache</title>"), "{name}");
        assert!(!html.contains("<title> ·"), "{name}");
        assert_eq!(tags(&html, "h1").len(), 1, "{name}");
        assert!(!html.contains('⟨'), "{name} misses words");
    }
}

#[test]
fn no_page_has_inline_script_style_or_handlers() {
    for (name, html) in pages() {
        for script in tags(&html, "script") {
            assert!(attribute(script, "src").is_some(), "{name}: {script}");
        }
        assert!(tags(&html, "style").is_empty(), "{name}");
        assert!(!html.contains("=\"javascript:"), "{name}");
        for (at, _) in html.match_indices('<') {
            let tag = html[at..].split('>').next().unwrap_or_default();
            // The odd parts of a tag split at its quotes are values, the even ones hold the names.
            for names in tag.split('"').step_by(2) {
                assert!(!names.contains(" style="), "{name}: {tag}");
                assert!(!names.contains(" on"), "{name}: {tag}");
            }
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_form_a_token() {
    for (name, html) in pages() {
        for element in ["input", "select", "textarea"] {
            for tag in tags(&html, element) {
                if attribute(tag, "type") == Some("hidden") {
                    continue;
                }
                let inside = html.split(tag).next().is_some_and(|before| {
                    before.rfind("<label").unwrap_or(0) > before.rfind("</label>").unwrap_or(0)
                });
                let pointed = attribute(tag, "id")
                    .is_some_and(|id| html.contains(&format!("<label for=\"{id}\"")));
                assert!(inside || pointed, "{name}: {tag}");
            }
        }
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            // Signing in has no session yet; a filter changes nothing.
            let free = form.contains("action=\"/sign-in\"") || form.contains("method=\"get\"");
            assert!(
                free || form.contains("name=\"form_token\""),
                "{name}: {form}"
            );
        }
    }
}

#[test]
fn text_of_others_stays_text() {
    for (name, html) in pages() {
        assert!(!html.contains("<script>"), "{name}");
        assert!(!html.contains("<img"), "{name}");
        assert!(
            !html.contains('\u{202e}') && !html.contains('\u{200b}'),
            "{name}"
        );
    }
    let hostile = pages()
        .into_iter()
        .find(|(name, _)| name == "approval-hostile.en.html")
        .expect("a sample");
    assert!(hostile.1.contains("[U+202E]") && hostile.1.contains("[U+200B]"));
}

#[test]
fn nothing_comes_from_elsewhere() {
    for (name, html) in pages() {
        for (element, place) in [("script", "src"), ("link", "href"), ("img", "src")] {
            for tag in tags(&html, element) {
                let address = attribute(tag, place).unwrap_or_default();
                assert!(address.starts_with("static/"), "{name}: {tag}");
            }
        }
        for form in tags(&html, "form") {
            let action = attribute(form, "action").unwrap_or_default();
            assert!(
                action.starts_with('/') && !action.starts_with("//"),
                "{name}: {form}"
            );
        }
    }
}

#[test]
fn the_approving_button_comes_after_the_facts_and_is_not_focused() {
    for (name, html) in pages() {
        assert!(!html.contains("autofocus"), "{name}");
        if name.starts_with("approval-pending") {
            let approve = html.find("/approve\"").expect("a form");
            let decline = html.find("/decline\"").expect("a form");
            let facts = html.rfind("</dl>").expect("facts");
            assert!(facts < decline && decline < approve, "{name}");
        }
    }
}
