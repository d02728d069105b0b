//! Event bodies: HTML is what is kept, text is made from it.

use serde_json::{Value, json};

/// How much of a body `bodyPreview` shows.
const PREVIEW: usize = 255;

/// A body in both forms.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Body {
    html: String,
    text: String,
}

impl Body {
    pub(crate) fn from_html(html: &str) -> Self {
        if html.is_empty() {
            return Self::default();
        }
        let lower = html.to_ascii_lowercase();
        let wrapped = if lower.contains("<html") {
            html.to_owned()
        } else {
            wrap(html)
        };
        Self {
            html: wrapped,
            text: text_of(html),
        }
    }

    pub(crate) fn from_text(text: &str) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        let lines = escape(text).replace("\r\n", "\n").replace('\n', "<br>\r\n");
        Self {
            html: wrap(&lines),
            text: text.to_owned(),
        }
    }

    /// An `itemBody` in the asked form.
    pub(crate) fn render(&self, as_text: bool) -> Value {
        if as_text {
            json!({ "contentType": "text", "content": self.text })
        } else {
            json!({ "contentType": "html", "content": self.html })
        }
    }

    /// The same body after a line of text.
    pub(crate) fn after(&self, line: &str) -> Self {
        let inner = inner(&self.html);
        Self {
            html: wrap(&format!("{}<br>\r\n{inner}", escape(line))),
            text: format!("{line}\r\n{}", self.text).trim_end().to_owned(),
        }
    }

    /// The same body with a piece of HTML at its end.
    pub(crate) fn before(&self, html: &str) -> Self {
        Self::from_html(&wrap(&format!("{}\r\n{html}", inner(&self.html))))
    }

    /// Whether the HTML has that text in it.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    pub(crate) fn preview(&self) -> String {
        self.text.chars().take(PREVIEW).collect()
    }
}

/// Escapes text for HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// What is between the body's tags.
fn inner(html: &str) -> &str {
    let lower = html.to_ascii_lowercase();
    let open = lower.find("<body").and_then(|start| {
        let end = html.get(start..)?.find('>')?;
        html.get(start + end + 1..)
    });
    let rest = open.unwrap_or(html);
    rest.rfind("</body")
        .and_then(|end| rest.get(..end))
        .unwrap_or(rest)
        .trim()
}

fn wrap(inner: &str) -> String {
    format!(
        "<html>\r\n<head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\r\n</head>\r\n<body>\r\n{inner}\r\n</body>\r\n</html>\r\n"
    )
}

/// The words of an HTML text. Hidden elements are words too, as they are for Exchange.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let Some(length) = rest[open..].find('>') else {
            rest = "";
            break;
        };
        let tag = rest[open + 1..open + length].to_ascii_lowercase();
        rest = &rest[open + length + 1..];
        let name = tag
            .split([' ', '/', '\r', '\n'])
            .find(|part| !part.is_empty())
            .unwrap_or_default();
        match name {
            "br" | "p" | "div" | "li" | "tr" => text.push('\n'),
            "style" | "script" | "head" if !tag.starts_with('/') => {
                let end = format!("</{name}");
                let skip = rest.to_ascii_lowercase().find(&end).unwrap_or(rest.len());
                rest = &rest[skip..];
            }
            _ => {}
        }
    }
    text.push_str(rest);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'");
    let text = text.replace("&nbsp;", " ").replace("&amp;", "&");
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_html_body_has_its_words_as_text() {
        let body =
            Body::from_html("<p>Hallo &amp; guten <b>Tag</b></p><style>p{}</style><p>bis dann</p>");
        assert_eq!(
            body.render(true)["content"],
            "Hallo & guten Tag\r\nbis dann"
        );
    }

    #[test]
    fn a_text_body_becomes_html_without_becoming_markup() {
        let body = Body::from_text("1 < 2\nja");
        let html = body.render(false)["content"]
            .as_str()
            .map(str::to_owned)
            .expect("a string");
        assert!(html.contains("1 &lt; 2<br>"), "{html}");
    }
}
