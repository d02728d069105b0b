//! Bytes that decide.

/// What is left of a fuzzer's bytes. When they are used up, every decision is the first one.
pub(super) struct Source<'a> {
    bytes: &'a [u8],
}

impl<'a> Source<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    pub(super) fn number(&mut self, below: usize) -> usize {
        let wide = usize::from(self.byte()) << 8 | usize::from(self.byte());
        wide % below.max(1)
    }

    /// Once in so many.
    pub(super) fn chance(&mut self, in_so_many: u8) -> bool {
        // Not the first decision, so that the end of the bytes ends loops.
        self.byte() % in_so_many == in_so_many - 1
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.number(from.len())]
    }

    /// One of the first few, which are valid, or any.
    pub(super) fn mostly<T: Copy>(&mut self, from: &[T]) -> T {
        let few = from.len().min(3);
        if self.chance(3) {
            self.pick(from)
        } else {
            from[self.number(few)]
        }
    }

    pub(super) fn pick_text<'b>(&mut self, from: &'b [String]) -> &'b str {
        from.get(self.number(from.len())).map_or("", String::as_str)
    }

    /// A short text of any characters.
    pub(super) fn text(&mut self) -> String {
        let length = usize::from(self.byte() % 24).min(self.bytes.len());
        let (text, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    pub(super) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }
}

/// Percent-encodes what cannot stand in a query, sometimes wrongly.
pub(super) fn encode(source: &mut Source<'_>, text: &str) -> String {
    if source.chance(40) {
        return text
            .replace(' ', "%20")
            .replace(['"', '<', '>', '{', '}', '^', '`', '|'], "%");
    }
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'.'
            | b'~'
            | b'/'
            | b'('
            | b')'
            | b'\''
            | b','
            | b':' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}
