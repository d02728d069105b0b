//! Hostile and ordinary bodies: what comes through, and what is said of the rest.

use proptest::prelude::*;

use super::super::invisible;
use super::*;

fn check(html: &str, text: &str, removed: &[Removed]) {
    let clean = from_html(html);
    assert_eq!(clean.text, text, "{html}");
    assert_eq!(clean.removed, removed, "{html}");
    assert!(!clean.truncated, "{html}");
}

/// Each hides SECRET from whoever looks at the body, between two words that show.
const HIDDEN: &[&str] = &[
    r#"<span style="display:none">SECRET</span>"#,
    r#"<span style="DISPLAY : NONE !important">SECRET</span>"#,
    r#"<span style="d\69splay:none">SECRET</span>"#,
    r#"<span style="dis/**/play:block;display:/* x */none">SECRET</span>"#,
    r#"<span style="display:none;display:nonsense">SECRET</span>"#,
    r#"<span style="background:url(data:image/png;base64,x);display:none">SECRET</span>"#,
    r#"<span style="content:'a;b';display:none">SECRET</span>"#,
    r#"<span style="visibility:hidden">SECRET</span>"#,
    r#"<span style="visibility:collapse"><b><i>SECRET</i></b></span>"#,
    r#"<div style="opacity:0">SECRET</div>"#,
    r#"<div style="opacity:.3"><div style="opacity:.2">SECRET</div></div>"#,
    r#"<div style="opacity:5%">SECRET</div>"#,
    r#"<div style="filter:opacity(0)">SECRET</div>"#,
    r#"<div style="filter:alpha(opacity=0)">SECRET</div>"#,
    r#"<span style="font-size:0">SECRET</span>"#,
    r#"<span style="font-size:1px">SECRET</span>"#,
    r#"<span style="font-size:0.01em"><b>SECRET</b></span>"#,
    r#"<span style="font:0/0 Arial">SECRET</span>"#,
    r#"<span style="font-size:1e-3px">SECRET</span>"#,
    r#"<span style="font-size:calc(1px - 1px)">SECRET</span>"#,
    r#"<div style="font-size:20%"><div style="font-size:20%">SECRET</div></div>"#,
    r#"<div style="width:0;height:0;overflow:hidden">SECRET</div>"#,
    r#"<div style="max-height:0px">SECRET</div>"#,
    r#"<div style="height:1px;overflow:hidden">SECRET</div>"#,
    r#"<table style="height:0;overflow:hidden"><tr><td>SECRET</td></tr></table>"#,
    r#"<div style="position:absolute;left:-9999px">SECRET</div>"#,
    r#"<div style="position:fixed;top:-100em">SECRET</div>"#,
    r#"<div style="position:absolute;inset:-5000px auto auto auto">SECRET</div>"#,
    r#"<div style="margin-left:-2000px">SECRET</div>"#,
    r#"<div style="margin:0 0 0 -2000px">SECRET</div>"#,
    r#"<p style="text-indent:-9999px">SECRET</p>"#,
    r#"<p style="text-indent:100%;white-space:nowrap;overflow:hidden">SECRET</p>"#,
    r#"<div style="transform:translateX(-9999px)">SECRET</div>"#,
    r#"<div style="transform:scale(0)">SECRET</div>"#,
    r#"<div style="position:absolute;clip:rect(0,0,0,0)">SECRET</div>"#,
    r#"<div style="clip-path:inset(50%)">SECRET</div>"#,
    r#"<div style="clip-path:circle(0)">SECRET</div>"#,
    r#"<div style="content-visibility:hidden">SECRET</div>"#,
    r#"<div style="mso-hide:all">SECRET</div>"#,
    r#"<div hidden>SECRET</div>"#,
    r#"<div hidden="until-found">SECRET</div>"#,
    r#"<div popover>SECRET</div>"#,
    r#"<dialog>SECRET</dialog>"#,
    r#"<span style="color:#fff">SECRET</span>"#,
    r#"<span style="color:WHITE">SECRET</span>"#,
    r#"<span style="color:rgb(254, 254, 254)">SECRET</span>"#,
    r#"<span style="color:hsl(0 0% 99%)">SECRET</span>"#,
    r#"<span style="color:transparent">SECRET</span>"#,
    r#"<span style="color:rgba(0,0,0,0.02)">SECRET</span>"#,
    r#"<span style="-webkit-text-fill-color:transparent">SECRET</span>"#,
    r#"<font color="white">SECRET</font>"#,
    r#"<font color="fffffe">SECRET</font>"#,
    r##"<font color="#FFFFFF"><p><b>SECRET</b></p></font>"##,
    r#"<table bgcolor="black"><tr><td><font color="black">SECRET</font></td></tr></table>"#,
    r#"<div style="background:navy"><span style="color:#000080">SECRET</span></div>"#,
    r#"<div style="background:#000 url(x.png)"><div><span style="color:#010101">SECRET</span></div></div>"#,
    r#"<style>.a{display:none}</style><p class="b a c">SECRET</p>"#,
    r#"<p class="A">SECRET</p><style>p.a{visibility:hidden}</style>"#,
    r#"<style>#x, #y { font-size:0 }</style><p id="y">SECRET</p>"#,
    r#"<style>div.o > p { display:none }</style><div class="o"><p>SECRET</p></div>"#,
    r#"<style>.o .i { color:white }</style><div class="o"><section><p class="i">SECRET</p></section></div>"#,
    r#"<style>[data-x="1"]{display:none}</style><p data-x="1">SECRET</p>"#,
    r#"<style>p[title^=a]{display:none}</style><p title="abc">SECRET</p>"#,
    r#"<style><!-- .a{display:none} --></style><p class="a">SECRET</p>"#,
    r#"<style>@media screen{.a{display:none}}</style><p class="a">SECRET</p>"#,
    r#"<style>@media (min-width:1px){.a{display:none}}</style><p class="a">SECRET</p>"#,
    r#"<style>@supports (display:grid){.a{display:none}}</style><p class="a">SECRET</p>"#,
    r#"<style>p:not(.b){display:none}</style><p class="a">SECRET</p>"#,
    r#"<style>i + em{display:none}</style><i></i><em>SECRET</em>"#,
    r#"<style>.x{ color:red; .a{display:none} }</style><div class="x"><em class="a">SECRET</em></div>"#,
    r#"<style>.sm\:hide{display:none}</style><em class="sm:hide">SECRET</em>"#,
    r#"<style>.a{display:none!important}</style><em class="a" style="display:block">SECRET</em>"#,
    r#"<style>em{display:none}.a{color:red}</style><em class="a">SECRET</em>"#,
    r#"<style>:root{--h:none}.a{display:var(--h)}</style><em class="a">SECRET</em>"#,
    r#"<style>@import url(x);@charset "y";em{opacity:0}</style><em>SECRET</em>"#,
    r#"<template>SECRET</template>"#,
    r#"<noframes>SECRET</noframes>"#,
    // Markup that does not nest: the parser of a browser carries the formatting on.
    r#"<p><font style="display:none">SECRET<p>SECRET</font></p>"#,
    r#"<div hidden><p>SECRET</div>"#,
    r#"<span hidden><div></span>SECRET</div></span>"#,
    r#"<div hidden><div><span></div>SECRET</div>"#,
    r#"<table><tr hidden><td>SECRET<tr><td></table>"#,
    r#"<div style=display:none>SECRET</div>"#,
    r#"<div style='display:none'style='display:block'>SECRET</div>"#,
    r#"<div style="&#100;isplay:none">SECRET</div>"#,
    r#"<div/style="display:none">SECRET</div>"#,
];

#[test]
fn u2_nothing_hidden_comes_through_and_the_flag_says_so() {
    assert!(HIDDEN.len() >= 60);
    for hidden in HIDDEN {
        let clean = from_html(&format!(
            "<section>before</section>{hidden}<section>after</section>"
        ));
        assert_eq!(clean.text, "before\nafter", "{hidden}");
        assert!(
            clean.removed.contains(&Removed::HiddenText),
            "{hidden}: {:?}",
            clean.removed
        );
    }
}

#[test]
fn what_is_no_text_is_left_out_and_named() {
    use Removed::*;
    check("a<script>SECRET</script>b", "ab", &[Scripts]);
    check("a<script src=x></script>", "a", &[Scripts]);
    check("a<style>p{color:red}</style>b", "ab", &[]);
    check("a<!-- SECRET -->b", "ab", &[Comments]);
    check(
        "a<!--[if mso]><p>SECRET</p><![endif]-->b",
        "ab",
        &[Comments],
    );
    check(
        "a<!--[if gte mso 9]><xml><o:x v:y=\"z\"/></xml><![endif]-->b",
        "ab",
        &[],
    );
    check("<![if !mso]>a<![endif]>", "a", &[]);
    check("a<![CDATA[SECRET]]>b", "ab", &[Comments]);
    check("a<?php SECRET ?>b", "ab", &[Comments]);
    check("a<svg><text>SECRET</text></svg>b", "ab", &[Embedded]);
    check(
        "a<svg><foreignObject><p>SECRET</p></foreignObject></svg>b",
        "ab",
        &[Embedded],
    );
    check("a<math><mi>SECRET</mi></math>b", "ab", &[Embedded]);
    check("a<iframe src=x>SECRET</iframe>b", "ab", &[Embedded]);
    check("a<object data=x>SECRET</object>b", "ab", &[Embedded]);
    check(
        "a<img src='https://evil.example/?q=1' alt=SECRET>b",
        "ab",
        &[Images],
    );
    check("a<input value=SECRET>b", "ab", &[Forms]);
    check("a<textarea>SECRET</textarea>b", "ab", &[Forms]);
    check("a<select><option>SECRET</select>b", "ab", &[Forms]);
    check(
        "<a href='https://evil.example/'>click</a>",
        "click",
        &[LinkTargets],
    );
    check(
        "<a href='https://x.example'>https://x.example</a>",
        "https://x.example",
        &[],
    );
    check("<head><title>SECRET</title></head>a", "a", &[]);
    check(
        "a\u{200b}\u{202e}b&#x200b;&#8238;c",
        "abc",
        &[InvisibleCharacters],
    );
    check("a\u{e0041}\u{e0042}b", "ab", &[InvisibleCharacters]);
    check("a\u{fe0f}\u{fe0e}\u{fe01}b", "ab", &[InvisibleCharacters]);
    check(
        "a\u{1b}[31mred\u{1b}[0m \u{1b}]0;SECRET\u{7}b",
        "ared b",
        &[InvisibleCharacters],
    );
    check("a\u{9b}31mb\u{7}\u{0}c\u{8}", "abc", &[InvisibleCharacters]);
    // A heart as people send it is a heart; a long word may be divided.
    check(
        "\u{2764}\u{fe0f} Donau\u{ad}dampfer",
        "\u{2764} Donaudampfer",
        &[],
    );
    check("e\u{301}", "\u{e9}", &[]);
}

#[test]
fn what_shows_comes_through() {
    use Removed::HiddenText;
    check("plain", "plain", &[]);
    check("<p aria-hidden=true>seen</p>", "seen", &[]);
    check("<p>one</p><p>&nbsp;</p><p>two</p>", "one\n\ntwo", &[]);
    check("one<br>two<br><br><br><br>three", "one\ntwo\n\nthree", &[]);
    check(
        "<ul><li>a<li>b<ul><li>c</ul></ul>d",
        "- a\n- b\n  - c\nd",
        &[],
    );
    check("<ol start=3><li>a<li>b</ol>", "3. a\n4. b", &[]);
    check(
        "<table><tr><th>Who<th>When<tr><td>Anna<td>10:00</table>",
        "Who | When\nAnna | 10:00",
        &[],
    );
    check(
        "<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>",
        "a\nb\nc",
        &[],
    );
    check(
        "<h2>Title</h2><p>Text  with\n\tspace</p>",
        "Title\n\nText with space",
        &[],
    );
    check("<pre>a\nb</pre>", "a\nb", &[]);
    check("&lt;b&gt; &amp; &euro; &#8364;", "<b> & € €", &[]);
    check("a<hr>b", "a\n---\nb", &[]);
    check("<p style='display:block;color:#333'>a</p>", "a", &[]);
    check(
        "<div style='background:#003'><span style='color:white'>a</span></div>",
        "a",
        &[],
    );
    check(
        "<table bgcolor=navy><tr><td><font color=white>a</font></table>",
        "a",
        &[],
    );
    check(
        "<div style='visibility:hidden'>x<b style='visibility:visible'>a</b></div>",
        "a",
        &[HiddenText],
    );
    check(
        "<style>.a{display:none}</style><p class=a style='display:block'>a</p>",
        "a",
        &[],
    );
    check(
        "<style>.a{display:none}.a{display:block}</style><p class=a>a</p>",
        "a",
        &[],
    );
    check(
        "<style>@media (max-width:600px){.a{display:none}}</style><p class=a>a</p>",
        "a",
        &[],
    );
    check(
        "<style>@media print{.a{display:none}}</style><p class=a>a</p>",
        "a",
        &[],
    );
    check("<style>a:hover{display:none}</style><a>a</a>", "a", &[]);
    check("<style>.b p{display:none}</style><p>a</p>", "a", &[]);
    check(
        "<style>p.MsoNormal{margin:0cm;font-size:11.0pt}@page W{size:612pt}</style><p class=MsoNormal>a</p>",
        "a",
        &[],
    );
    check("<p style='font-size:1.0pt'>&nbsp;</p>a", "a", &[]);
    check(
        "<table width=0><tr height=0><td width=0>a</table>",
        "a",
        &[],
    );
    check(
        "<div style='margin-left:-8px;left:50%;position:relative'>a</div>",
        "a",
        &[],
    );
    check("<noscript>a</noscript>", "a", &[]);
    check("<details><summary>a</summary>b</details>", "a\nb", &[]);
    check(
        "<div hidden></div>a<span style='display:none'>&nbsp;</span>",
        "a",
        &[],
    );
}

#[test]
fn a_long_text_is_given_in_parts_that_make_the_whole() {
    let words: Vec<String> = (0..500).map(|number| format!("wörd{number}")).collect();
    let clean = from_text(&words.join(" "));
    let (mut from, mut read) = (Some(0), Vec::new());
    while let Some(at) = from {
        let part = clean.part(at, 100);
        assert!(part.text.chars().count() <= 100);
        read.extend(part.text.split(' ').map(str::to_owned));
        from = part.next;
    }
    assert_eq!(read, words);
    let solid = from_text(&"x".repeat(250));
    assert_eq!(solid.part(0, 100).next, Some(100));
    assert_eq!(
        solid.part(200, 100),
        Part {
            text: &"x".repeat(50),
            next: None
        }
    );
    assert_eq!(
        solid.part(9_999, 100),
        Part {
            text: "",
            next: None
        }
    );
}

/// Markup made to be expensive. Each ends, and says that it was not read to its end where it was not.
#[test]
fn bodies_made_to_be_expensive_end() {
    let many = |part: &str, count: usize| part.repeat(count);
    let formatting: String = (0..30_000)
        .map(|number| format!("<b id={number}>"))
        .collect();
    let attributes: String = (0..20_000).map(|number| format!(" a{number}")).collect();
    let rules: String = (0..5_000)
        .map(|number| format!(".a .b{number} .c{{display:none}}"))
        .collect();
    for (html, truncated) in [
        (many("<div>", 100_000), true),
        (format!("{formatting}{}", many("<p>x", 30_000)), true),
        (many("<table><tr><td>", 20_000), true),
        (many("<ul><li>", 50_000), true),
        (format!("<p{attributes}>x"), false),
        (
            format!(
                "<style>{rules}</style>{}",
                many("<i class='a b c'>x</i>", 5_000)
            ),
            false,
        ),
        (many("<!--", 100_000), false),
        (many("&", 500_000), false),
        (many("<a href=x>x</b>", 30_000), true),
        (format!("<p style='{}'>x", many("(", 300_000)), false),
        (many("x", 3_000_000), true),
        (many("\u{300}", 100_000), false),
        (many("<svg>", 50_000), true),
        (many("<select>", 50_000), false),
        (many("<template>", 50_000), true),
    ] {
        let clean = from_html(&html);
        let start: String = html.chars().take(40).collect();
        assert_eq!(clean.truncated, truncated, "{start}");
    }
}

fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| invisible(c) && c != '\n')
        && !text.contains("\n\n\n")
        && text.trim() == text
        && text
            .chars()
            .all(|c| c == '\n' || c == ' ' || !c.is_whitespace())
}

proptest! {
    #[test]
    fn no_character_that_comes_out_is_invisible(body in "\\PC*|[\\x00-\\x7f\\u{80}-\\u{9f}\\u{200b}-\\u{206f}\\u{e0000}-\\u{e01ef} <>/&;#a-z]{0,200}") {
        for clean in [from_html(&body), from_text(&body)] {
            prop_assert!(is_clean(&clean.text), "{:?}", clean.text);
        }
    }

    #[test]
    fn a_hidden_element_stays_hidden_whatever_is_inside(
        inside in "(SECRET|<b>|</b>|<p>|</p>|<i style='color:red'>|</i>|<font color=blue>|</font>|<table>|<tr>|<td>|<span>|</span>|<li>|<a href=x>|</a>|<h1>){0,25}"
    ) {
        // Whatever is left open inside, the paragraph after it is the test's only visible word.
        let clean = from_html(&format!("<section style='display:none'>{inside}</section>"));
        prop_assert!(!clean.text.contains("SECRET"), "{}", clean.text);
    }
}
