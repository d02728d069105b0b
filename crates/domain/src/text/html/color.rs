//! Colours of text and ground, as far as they decide whether anybody can see the text.

/// A colour, each part 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Color {
    red: f32,
    green: f32,
    blue: f32,
    /// How much it covers.
    pub(super) alpha: f32,
}

impl Color {
    pub(super) const WHITE: Self = Self::opaque(1.0, 1.0, 1.0);
    pub(super) const BLACK: Self = Self::opaque(0.0, 0.0, 0.0);
    pub(super) const NONE: Self = Self {
        alpha: 0.0,
        ..Self::BLACK
    };

    const fn opaque(red: f32, green: f32, blue: f32) -> Self {
        Self {
            red,
            green,
            blue,
            alpha: 1.0,
        }
    }

    fn bytes(red: u8, green: u8, blue: u8) -> Self {
        let part = |byte: u8| f32::from(byte) / 255.0;
        Self::opaque(part(red), part(green), part(blue))
    }

    /// This colour painted over another.
    pub(super) fn over(self, ground: Self) -> Self {
        let mix = |top: f32, below: f32| top * self.alpha + below * (1.0 - self.alpha);
        Self::opaque(
            mix(self.red, ground.red),
            mix(self.green, ground.green),
            mix(self.blue, ground.blue),
        )
    }

    /// How well it stands out from a ground: 1 (not at all) to 21, by the measure of the accessibility guidelines.
    pub(super) fn contrast(self, ground: Self) -> f32 {
        let (one, other) = (self.over(ground).luminance(), ground.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(self) -> f32 {
        let linear = |part: f32| {
            if part <= 0.04 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

/// A colour of a style sheet, in lower case: a name, `#rgb`, `rgb()` or `hsl()`. `None` for anything else.
pub(super) fn css(text: &str) -> Option<Color> {
    let text = text.trim();
    if text == "transparent" {
        return Some(Color::NONE);
    }
    if let Some(digits) = text.strip_prefix('#') {
        return hex(digits);
    }
    if let Some((name, inside)) = text.split_once('(') {
        let parts: Vec<&str> = inside
            .trim_end_matches(')')
            .split([',', '/', ' '])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        return match name {
            "rgb" | "rgba" => rgb(&parts),
            "hsl" | "hsla" => hsl(&parts),
            _ => None,
        };
    }
    named(text)
}

/// A colour of an attribute such as `<font color>`, by the rules browsers have for old pages: nearly anything is one.
pub(super) fn legacy(text: &str) -> Option<Color> {
    let text = text.trim().to_ascii_lowercase();
    if text.is_empty() || text == "transparent" {
        return None;
    }
    if let Some(color) = named(&text) {
        return Some(color);
    }
    if let Some(short) = text.strip_prefix('#').filter(|digits| digits.len() == 3)
        && let Some(color) = hex(short)
    {
        return Some(color);
    }
    let mut digits: Vec<u8> = text
        .strip_prefix('#')
        .unwrap_or(&text)
        .chars()
        .take(128)
        .map(|c| c.to_digit(16).map_or(b'0', |_| c as u8))
        .collect();
    while digits.is_empty() || !digits.len().is_multiple_of(3) {
        digits.push(b'0');
    }
    let length = digits.len() / 3;
    let part = |which: usize| {
        let all = &digits[which * length..(which + 1) * length];
        let all = &all[length.saturating_sub(8)..];
        let start = all.iter().take_while(|digit| **digit == b'0').count();
        let start = start.min(all.len().saturating_sub(2));
        let two = &all[start..(start + 2).min(all.len())];
        let text = std::str::from_utf8(two).unwrap_or("0");
        u8::from_str_radix(text, 16).unwrap_or(0)
    };
    Some(Color::bytes(part(0), part(1), part(2)))
}

fn hex(digits: &str) -> Option<Color> {
    let digit = |place: usize| {
        let c = digits.as_bytes().get(place).copied()?;
        u8::try_from(char::from(c).to_digit(16)?).ok()
    };
    let (step, double) = match digits.len() {
        3 | 4 => (1, 17),
        6 | 8 => (2, 1),
        _ => return None,
    };
    let part = |which: usize| {
        let first = digit(which * step)?;
        Some(match step {
            1 => first * double,
            _ => first * 16 + digit(which * step + 1)?,
        })
    };
    let mut color = Color::bytes(part(0)?, part(1)?, part(2)?);
    if digits.len() == 4 || digits.len() == 8 {
        color.alpha = f32::from(part(3)?) / 255.0;
    }
    Some(color)
}

fn number(text: &str, whole: f32) -> Option<f32> {
    let value = match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f32>().ok()? / 100.0,
        None => text.parse::<f32>().ok()? / whole,
    };
    value.is_finite().then_some(value.clamp(0.0, 1.0))
}

fn rgb(parts: &[&str]) -> Option<Color> {
    let [red, green, blue, rest @ ..] = parts else {
        return None;
    };
    Some(Color {
        red: number(red, 255.0)?,
        green: number(green, 255.0)?,
        blue: number(blue, 255.0)?,
        alpha: rest.first().map_or(Some(1.0), |alpha| number(alpha, 1.0))?,
    })
}

fn hsl(parts: &[&str]) -> Option<Color> {
    let [hue, saturation, light, rest @ ..] = parts else {
        return None;
    };
    let hue = hue.trim_end_matches("deg").parse::<f32>().ok()?;
    let (saturation, light) = (number(saturation, 100.0)?, number(light, 100.0)?);
    let reach = saturation * light.min(1.0 - light);
    let part = |shift: f32| {
        let place = (shift + hue / 30.0).rem_euclid(12.0);
        light - reach * (place - 3.0).min(9.0 - place).clamp(-1.0, 1.0)
    };
    Some(Color {
        red: part(0.0),
        green: part(8.0),
        blue: part(4.0),
        alpha: rest.first().map_or(Some(1.0), |alpha| number(alpha, 1.0))?,
    })
}

fn named(name: &str) -> Option<Color> {
    let mut words = NAMES.split_ascii_whitespace();
    while let (Some(known), Some(digits)) = (words.next(), words.next()) {
        if known == name {
            return hex(digits);
        }
    }
    None
}

/// The colours that have a name, those of the system as they are on a white page.
const NAMES: &str = "
black 000000 silver c0c0c0 gray 808080 grey 808080 white ffffff maroon 800000 red ff0000 purple 800080 fuchsia ff00ff
magenta ff00ff green 008000 lime 00ff00 olive 808000 yellow ffff00 navy 000080 blue 0000ff teal 008080 aqua 00ffff
cyan 00ffff orange ffa500 aliceblue f0f8ff antiquewhite faebd7 aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4
blanchedalmond ffebcd blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00
chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c darkblue 00008b darkcyan 008b8b
darkgoldenrod b8860b darkgray a9a9a9 darkgrey a9a9a9 darkgreen 006400 darkkhaki bdb76b darkmagenta 8b008b
darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f
darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493
deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0
forestgreen 228b22 gainsboro dcdcdc ghostwhite f8f8ff gold ffd700 goldenrod daa520 greenyellow adff2f honeydew f0fff0
hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5
lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2
lightgray d3d3d3 lightgrey d3d3d3 lightgreen 90ee90 lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa
lightskyblue 87cefa lightslategray 778899 lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0
limegreen 32cd32 linen faf0e6 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db
mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585
midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead oldlace fdf5e6
olivedrab 6b8e23 orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee
palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6
rebeccapurple 663399 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513 salmon fa8072 sandybrown f4a460
seagreen 2e8b57 seashell fff5ee sienna a0522d skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090
snow fffafa springgreen 00ff7f steelblue 4682b4 tan d2b48c thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee
wheat f5deb3 whitesmoke f5f5f5 yellowgreen 9acd32
canvas ffffff window ffffff buttonface f0f0f0 canvastext 000000 windowtext 000000 buttontext 000000 linktext 0000ee
graytext 808080 highlight 0078d7 highlighttext ffffff";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_every_notation_and_old_attributes_as_browsers_do() {
        let white = Color::WHITE;
        for text in [
            "white",
            "#fff",
            "#ffff",
            "#ffffff",
            "#ffffffff",
            "rgb(255,255,255)",
            "rgb(255 255 255 / 1)",
            "rgba(100%, 100%, 100%, 1)",
            "hsl(120, 50%, 100%)",
            "hsl(120deg 0% 100%)",
        ] {
            let read = css(text).expect(text);
            assert!(read.contrast(white) < 1.01, "{text}");
        }
        assert_eq!(css("white;"), None);
        assert_eq!(css("#ff"), None);
        assert_eq!(css("rgb(1,2)"), None);
        for text in [
            "#FFFFFF",
            "ffffff",
            "#fff",
            "WHITE",
            " ffffffffffff ",
            "fffffe",
        ] {
            let read = legacy(text).expect(text);
            assert!(read.contrast(white) < 1.02, "{text}");
        }
        // The known example: nonsense is a colour too, and not white.
        assert!(legacy("chucknorris").expect("red").contrast(white) > 5.0);
        assert!(Color::BLACK.contrast(white) > 20.9);
    }
}
