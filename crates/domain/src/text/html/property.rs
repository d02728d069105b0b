//! The properties of style sheets that can hide text, and their values.

use super::color::{self, Color};

/// A property that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Property {
    Display,
    Visibility,
    Opacity,
    FontSize,
    Color,
    Fill,
    Background,
    Width,
    Height,
    MaxWidth,
    MaxHeight,
    Overflow,
    Position,
    Left,
    Right,
    Top,
    Bottom,
    MarginLeft,
    MarginTop,
    Indent,
    Transform,
    Clip,
    ClipPath,
    Filter,
    Content,
    Mso,
}

/// How many there are.
pub(super) const PROPERTIES: usize = Property::Mso as usize + 1;

/// What a property is set to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    /// It hides, or surely does not.
    Hides(bool),
    /// As the element around it.
    Inherit,
    Number(f32),
    Pixels(f32),
    /// Times the size of letters.
    Times(f32),
    /// A part of what is around it.
    Part(f32),
    Color(Color),
}

/// One property with its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Declaration {
    pub(super) property: Property,
    pub(super) value: Value,
    pub(super) important: bool,
}

/// Reads one declaration; what is not known, or no value of the property, is left out as browsers leave it out.
pub(super) fn declaration(name: &str, value: &str, found: &mut Vec<Declaration>) {
    let (value, important) = match value.rsplit_once('!') {
        Some((value, word)) if word.trim() == "important" => (value.trim(), true),
        Some(_) | None => (value, false),
    };
    let mut put = |property, value: Option<Value>| {
        found.extend(value.map(|value| Declaration {
            property,
            value,
            important,
        }));
    };
    let name = name.strip_prefix("-webkit-").unwrap_or(name);
    match name {
        "display" => put(Property::Display, display(value)),
        "visibility" => put(Property::Visibility, visibility(value)),
        "content-visibility" => put(
            Property::Content,
            word(value, &["hidden"], &["visible", "auto"]),
        ),
        "mso-hide" => put(Property::Mso, word(value, &["all", "screen"], &["none"])),
        "opacity" => put(Property::Opacity, opacity(value)),
        "color" => put(Property::Color, color_of(value)),
        "text-fill-color" => put(Property::Fill, color_of(value)),
        "background-color" | "bgcolor" => put(Property::Background, color_of(value)),
        "background" => put(Property::Background, background(value)),
        "font-size" => put(Property::FontSize, length(value, true)),
        "font" => put(Property::FontSize, font(value)),
        "width" | "inline-size" => put(Property::Width, length(value, false)),
        "height" | "block-size" => put(Property::Height, length(value, true)),
        "max-width" | "max-inline-size" => put(Property::MaxWidth, length(value, false)),
        "max-height" | "max-block-size" => put(Property::MaxHeight, length(value, true)),
        "overflow" | "overflow-x" | "overflow-y" => put(Property::Overflow, overflow(value)),
        "position" => put(
            Property::Position,
            word(
                value,
                &["absolute", "fixed", "relative"],
                &["static", "sticky", "initial"],
            ),
        ),
        "left" | "inset-inline-start" => put(Property::Left, length(value, false)),
        "right" | "inset-inline-end" => put(Property::Right, length(value, false)),
        "top" | "inset-block-start" => put(Property::Top, length(value, false)),
        "bottom" | "inset-block-end" => put(Property::Bottom, length(value, false)),
        "inset" | "margin" => sides(name, value, &mut put),
        "margin-left" | "margin-inline-start" => put(Property::MarginLeft, length(value, false)),
        "margin-top" | "margin-block-start" => put(Property::MarginTop, length(value, false)),
        "text-indent" => put(Property::Indent, length(value, false)),
        "transform" | "scale" | "translate" => put(Property::Transform, transform(name, value)),
        "zoom" => put(
            Property::Transform,
            opacity(value).map(|value| Value::Hides(is_nearly_nothing(value))),
        ),
        "clip" => put(Property::Clip, clip(value)),
        "clip-path" | "mask" | "mask-image" => put(Property::ClipPath, clip(value)),
        "filter" => put(Property::Filter, filter(value)),
        _ => {}
    }
}

/// Whether a value that is computed in the browser might hide: nobody writes one for that in good faith.
fn is_computed(value: &str) -> bool {
    ["var(", "calc(", "env(", "attr(", "min(", "max(", "clamp("]
        .iter()
        .any(|word| value.contains(word))
}

fn is_nearly_nothing(value: Value) -> bool {
    matches!(value, Value::Number(number) if number < 0.1) || value == Value::Hides(true)
}

fn word(value: &str, hides: &[&str], shows: &[&str]) -> Option<Value> {
    if hides.contains(&value) || is_computed(value) {
        Some(Value::Hides(true))
    } else if shows.contains(&value) {
        Some(Value::Hides(false))
    } else {
        None
    }
}

fn display(value: &str) -> Option<Value> {
    let shows = [
        "block",
        "inline",
        "inline-block",
        "table",
        "table-row",
        "table-cell",
        "table-row-group",
        "inline-table",
        "flex",
        "inline-flex",
        "grid",
        "list-item",
        "contents",
        "initial",
    ];
    word(value, &["none"], &shows)
}

fn visibility(value: &str) -> Option<Value> {
    if value == "inherit" {
        return Some(Value::Inherit);
    }
    word(value, &["hidden", "collapse"], &["visible", "initial"])
}

fn opacity(value: &str) -> Option<Value> {
    if is_computed(value) {
        return Some(Value::Hides(true));
    }
    let number = match value.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f32>().ok()? / 100.0,
        None if value == "initial" => 1.0,
        None => value.parse::<f32>().ok()?,
    };
    number.is_finite().then_some(Value::Number(number))
}

fn color_of(value: &str) -> Option<Value> {
    match value {
        "inherit" | "currentcolor" | "unset" => Some(Value::Inherit),
        "initial" => Some(Value::Color(Color::BLACK)),
        value if value.starts_with("var(") => Some(Value::Color(Color::NONE)),
        value => color::css(value).map(Value::Color),
    }
}

/// Pictures behind text are not loaded, so the colour behind them is what counts.
fn background(value: &str) -> Option<Value> {
    if matches!(value, "none" | "initial" | "unset") {
        return Some(Value::Color(Color::NONE));
    }
    let mut depth = 0_usize;
    let parts = value.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && (c.is_whitespace() || c == ',')
    });
    // From the front: the brackets are counted on the way.
    let mut found = None;
    for part in parts {
        found = color::css(part).or(found);
    }
    found.map(Value::Color)
}

fn overflow(value: &str) -> Option<Value> {
    let first = value.split_whitespace().next()?;
    word(
        first,
        &["hidden", "clip", "scroll", "auto"],
        &["visible", "initial"],
    )
}

/// A length. One that is computed in the browser counts as nothing where `strict`.
fn length(value: &str, strict: bool) -> Option<Value> {
    match value {
        "inherit" => return Some(Value::Inherit),
        "xx-small" => return Some(Value::Pixels(9.0)),
        "x-small" => return Some(Value::Pixels(10.0)),
        "small" => return Some(Value::Pixels(13.0)),
        "medium" | "initial" => return Some(Value::Pixels(16.0)),
        "large" | "x-large" | "xx-large" | "xxx-large" => return Some(Value::Pixels(24.0)),
        "smaller" => return Some(Value::Times(0.83)),
        "larger" => return Some(Value::Times(1.2)),
        "auto" | "none" => return Some(Value::Pixels(f32::INFINITY)),
        value if is_computed(value) => return strict.then_some(Value::Pixels(0.0)),
        _ => {}
    }
    let end = value.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c)));
    let (number, unit) = value.split_at(end.unwrap_or(value.len()));
    // An exponent begins like a unit.
    let (number, unit) = match unit.strip_prefix('e') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') => {
            let end = rest[1..].find(|c: char| !c.is_ascii_digit());
            let length = number.len() + 2 + end.unwrap_or(rest.len() - 1);
            value.split_at(length)
        }
        Some(_) | None => (number, unit),
    };
    let number = number
        .parse::<f32>()
        .ok()
        .filter(|number| number.is_finite())?;
    Some(match unit.trim() {
        "px" | "" => Value::Pixels(number),
        "pt" => Value::Pixels(number * 4.0 / 3.0),
        "pc" => Value::Pixels(number * 16.0),
        "in" => Value::Pixels(number * 96.0),
        "cm" => Value::Pixels(number * 37.8),
        "mm" => Value::Pixels(number * 3.78),
        "q" => Value::Pixels(number * 0.945),
        "rem" => Value::Pixels(number * 16.0),
        "em" => Value::Times(number),
        "ex" | "ch" => Value::Times(number / 2.0),
        "%" => Value::Part(number / 100.0),
        "vw" | "vh" | "vmin" | "vmax" | "dvh" | "dvw" | "svh" | "svw" | "lvh" | "lvw" => {
            Value::Pixels(number * 8.0)
        }
        _ => return None,
    })
}

/// The size within the shorthand: the first part that is a length, before a slash.
fn font(value: &str) -> Option<Value> {
    if is_computed(value) {
        return Some(Value::Pixels(0.0));
    }
    let parts = value.split_whitespace();
    parts
        .filter(|part| !part.bytes().all(|byte| byte.is_ascii_digit()) || *part == "0")
        .find_map(|part| length(part.split('/').next().unwrap_or(part), true))
}

/// The sides of a shorthand: one to four lengths, from the top round to the left.
fn sides(name: &str, value: &str, put: &mut impl FnMut(Property, Option<Value>)) {
    let parts: Vec<&str> = value.split_whitespace().collect();
    let side = |choices: [usize; 4]| {
        let place = parts
            .len()
            .checked_sub(1)
            .and_then(|last| choices.get(last));
        place.and_then(|place| length(parts[*place], false))
    };
    let (top, right, bottom, left) = (
        side([0, 0, 0, 0]),
        side([0, 1, 1, 1]),
        side([0, 0, 2, 2]),
        side([0, 1, 1, 3]),
    );
    if name == "margin" {
        put(Property::MarginTop, top);
        put(Property::MarginLeft, left);
    } else {
        put(Property::Top, top);
        put(Property::Right, right);
        put(Property::Bottom, bottom);
        put(Property::Left, left);
    }
}

/// How wide what is around something is taken to be, in pixels.
pub(super) const AROUND: f32 = 600.0;

/// Moved away or shrunk to nothing.
fn transform(name: &str, value: &str) -> Option<Value> {
    if value == "none" || value == "initial" {
        return Some(Value::Hides(false));
    }
    let numbers = value
        .split(|c: char| "(), ".contains(c))
        .filter_map(|part| match length(part, true) {
            Some(Value::Pixels(number)) => Some(number),
            Some(Value::Times(number)) => Some(number * 16.0),
            Some(Value::Part(part)) => Some(part * AROUND),
            _ => None,
        });
    let (mut far, mut nothing) = (false, false);
    for number in numbers {
        far |= number.abs() >= 500.0;
        nothing |= number.abs() < 0.05;
    }
    let shrinks = name == "scale" || value.contains("scale") || value.contains("matrix");
    Some(Value::Hides(
        far || (shrinks && nothing && !value.contains("matrix(1")),
    ))
}

/// Cut to nothing: all four sides within a pixel, or a shape of no size.
fn clip(value: &str) -> Option<Value> {
    if matches!(value, "auto" | "none" | "initial") {
        return Some(Value::Hides(false));
    }
    let (shape, inside) = value.split_once('(')?;
    let lengths: Vec<Value> = inside
        .split(|c: char| c.is_whitespace() || ",)".contains(c))
        .filter_map(|part| length(part, true))
        .collect();
    let small = |value: &Value| matches!(value, Value::Pixels(number) | Value::Times(number) if number.abs() <= 1.0);
    let hides = match shape.trim() {
        "rect" => !lengths.is_empty() && lengths.iter().all(small),
        "inset" => lengths
            .iter()
            .any(|value| matches!(value, Value::Part(part) if *part >= 0.49)),
        "circle" | "ellipse" => lengths.first().is_some_and(small),
        "polygon" => lengths.iter().all(small),
        "linear-gradient" => value.contains("transparent"),
        _ => false,
    };
    Some(Value::Hides(hides))
}

fn filter(value: &str) -> Option<Value> {
    if value == "none" || value == "initial" {
        return Some(Value::Hides(false));
    }
    let amount = |word: &str| {
        let inside = value.split(word).nth(1)?;
        opacity(inside.split(')').next()?.trim())
    };
    let faint = amount("opacity(").is_some_and(is_nearly_nothing);
    // What Internet Explorer had.
    let old = value
        .split("opacity=")
        .nth(1)
        .and_then(|rest| rest.split(')').next())
        .and_then(|number| number.trim().parse::<f32>().ok())
        .is_some_and(|percent| percent < 10.0);
    Some(Value::Hides(faint || old))
}
