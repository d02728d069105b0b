//! How an element looks, and whether anybody can see its words.

use std::rc::Rc;

use super::color::{self, Color};
use super::property::{AROUND, Declaration, PROPERTIES, Property, Value};
use super::selector::Effort;
use super::sheet::{Sheet, inline};
use super::tree::Node;

/// Letters smaller than this are not read by anybody, in pixels.
const SMALLEST: f32 = 3.0;
/// Less than this stands out from nothing.
const FAINTEST: f32 = 1.25;
/// Less than this is as good as transparent.
const OPAQUE: f32 = 0.1;
/// So far outside, in pixels, is off every screen.
const FAR: f32 = 500.0;
/// A box of no more than this holds no letter.
const TINY: f32 = 2.0;

/// What an element hands on to those inside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    gone: bool,
    invisible: bool,
    opacity: f32,
    size: f32,
    color: Color,
    fill: Option<Color>,
    ground: Color,
}

impl Look {
    /// Black on white.
    pub(super) fn page() -> Self {
        Self {
            gone: false,
            invisible: false,
            opacity: 1.0,
            size: 16.0,
            color: Color::BLACK,
            fill: None,
            ground: Color::WHITE,
        }
    }

    /// Whether words directly inside cannot be seen.
    pub(super) fn hides_words(&self) -> bool {
        let color = self.fill.unwrap_or(self.color);
        self.is_gone()
            || self.invisible
            || self.size < SMALLEST
            || color.alpha < OPAQUE
            || color.contrast(self.ground) < FAINTEST
    }

    /// Whether nothing inside can be seen, whatever it says.
    pub(super) fn is_gone(&self) -> bool {
        self.gone || self.opacity < OPAQUE
    }

    /// How the last of these elements looks, which lie in one another.
    pub(super) fn of(&self, path: &[Rc<Node>], sheet: &Sheet, effort: &Effort) -> Self {
        let Some(node) = path.last() else {
            return *self;
        };
        let mut cascade = Cascade([None; PROPERTIES]);
        cascade.attributes(node);
        for (order, rule) in (0_u64..).zip(&sheet.rules) {
            if rule.selector.fits(path, effort) {
                let sure = rule.sure && rule.selector.sure;
                let strength = 1 << 40 | u64::from(rule.selector.weight) << 12 | order;
                cascade.take(&rule.declarations, strength, sure);
            }
        }
        if let Some(style) = node.attribute("style") {
            cascade.take(&inline(&style), 1 << 41, true);
        }
        self.inside(node, &cascade)
    }

    fn inside(&self, node: &Node, cascade: &Cascade) -> Self {
        let mut look = *self;
        if let Some(Value::Hides(hides)) = cascade.value(Property::Visibility) {
            look.invisible = hides;
        }
        match cascade.value(Property::Opacity) {
            Some(Value::Number(number)) => look.opacity *= number.clamp(0.0, 1.0),
            Some(Value::Hides(true)) => look.opacity = 0.0,
            Some(_) | None => {}
        }
        match cascade.value(Property::FontSize) {
            Some(Value::Pixels(pixels)) if pixels.is_finite() => look.size = pixels,
            Some(Value::Times(times) | Value::Part(times)) => look.size *= times,
            Some(_) | None => {}
        }
        if let Some(Value::Color(color)) = cascade.value(Property::Background) {
            look.ground = color.over(self.ground);
        }
        if let Some(Value::Color(color)) = cascade.value(Property::Color) {
            look.color = color;
        }
        if let Some(Value::Color(color)) = cascade.value(Property::Fill) {
            look.fill = Some(color);
        }
        let hides = [
            Property::Display,
            Property::Transform,
            Property::Clip,
            Property::ClipPath,
            Property::Filter,
            Property::Content,
            Property::Mso,
        ];
        look.gone |= hides
            .into_iter()
            .any(|property| cascade.value(property) == Some(Value::Hides(true)))
            || node.attribute("hidden").is_some()
            || cascade.has_no_room(node.tag().unwrap_or_default(), look.size)
            || cascade.is_off_screen(look.size);
        look
    }
}

/// The strongest value of each property.
struct Cascade([Option<(u64, Value)>; PROPERTIES]);

impl Cascade {
    fn value(&self, property: Property) -> Option<Value> {
        self.0[property as usize].map(|(_, value)| value)
    }

    fn put(&mut self, property: Property, value: Value, strength: u64) {
        let slot = &mut self.0[property as usize];
        if slot.is_none_or(|(known, _)| known <= strength) {
            *slot = Some((strength, value));
        }
    }

    fn take(&mut self, declarations: &[Declaration], strength: u64, sure: bool) {
        for declaration in declarations {
            let strength = strength | u64::from(declaration.important) << 50;
            match (sure, declaration.value) {
                // Not sure that it counts: it hides for good, and shows nothing.
                (false, Value::Hides(true)) => {
                    self.put(declaration.property, declaration.value, u64::MAX);
                }
                (false, Value::Hides(false)) => {}
                (_, value) => self.put(declaration.property, value, strength),
            }
        }
    }

    /// What old attributes say; every style is stronger.
    fn attributes(&mut self, node: &Node) {
        let tag = node.tag().unwrap_or_default();
        let color = |name: &str| {
            let value = node.attribute(name)?;
            color::legacy(&value).map(Value::Color)
        };
        let table = [
            "table", "tr", "td", "th", "tbody", "thead", "tfoot", "body", "marquee",
        ];
        if let Some(value) = color("bgcolor").filter(|_| table.contains(&tag)) {
            self.put(Property::Background, value, 0);
        }
        let ink = match tag {
            "font" => color("color"),
            "body" => color("text"),
            // A marked text has a ground of its own.
            "mark" => {
                self.put(Property::Background, Value::Color(Color::WHITE), 0);
                Some(Value::Color(Color::BLACK))
            }
            // Links are blue unless somebody says otherwise.
            "a" if node.attribute("href").is_some() => color::css("linktext").map(Value::Color),
            _ => None,
        };
        if let Some(value) = ink {
            self.put(Property::Color, value, 0);
        }
    }

    /// Whether its box is empty. Tables grow with what is in them, unless they cut it off.
    fn has_no_room(&self, tag: &str, size: f32) -> bool {
        let tiny = [
            Property::Width,
            Property::Height,
            Property::MaxWidth,
            Property::MaxHeight,
        ]
        .into_iter()
        .filter_map(|property| self.pixels(property, size))
        .any(|pixels| pixels <= TINY);
        let cuts = self.value(Property::Overflow) == Some(Value::Hides(true));
        let grows = [
            "table", "tbody", "thead", "tfoot", "tr", "td", "th", "html", "body", "hr", "br",
        ]
        .contains(&tag);
        tiny && (cuts || !grows)
    }

    fn is_off_screen(&self, size: f32) -> bool {
        let moved = self.value(Property::Position) == Some(Value::Hides(true));
        let far = |property| self.pixels(property, size).unwrap_or(0.0);
        let sides = [
            Property::Left,
            Property::Right,
            Property::Top,
            Property::Bottom,
        ];
        let placed = sides.into_iter().map(far);
        // A large way to the right is off the screen as well; down, there is no end.
        let right = far(Property::Left);
        let pulled = [Property::MarginLeft, Property::MarginTop, Property::Indent];
        moved
            && (placed.clone().any(|pixels| pixels <= -FAR)
                || (right.is_finite() && right >= 8.0 * FAR))
            || pulled.into_iter().map(far).any(|pixels| pixels <= -FAR)
            || self.value(Property::Overflow) == Some(Value::Hides(true))
                && far(Property::Indent) >= FAR
    }

    fn pixels(&self, property: Property, size: f32) -> Option<f32> {
        match self.value(property)? {
            Value::Pixels(pixels) => Some(pixels),
            Value::Times(times) => Some(times * size.max(16.0)),
            Value::Part(part) => Some(part * AROUND),
            Value::Hides(_) | Value::Inherit | Value::Number(_) | Value::Color(_) => None,
        }
    }
}
