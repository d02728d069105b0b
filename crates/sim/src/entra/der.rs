//! The little of DER that certificates need: reading an element, and writing one.

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const UTF8_STRING: u8 = 0x0C;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// One element: its tag, its content, and what follows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    pub(crate) rest: &'a [u8],
}

/// Reads the first element; `None` when it is cut short or longer than anything a certificate holds.
pub(crate) fn read(der: &[u8]) -> Option<Element<'_>> {
    let (&tag, der) = der.split_first()?;
    let (&first, der) = der.split_first()?;
    let (length, der) = if first < 0x80 {
        (usize::from(first), der)
    } else {
        let count = usize::from(first & 0x7F);
        if count == 0 || count > 3 {
            return None;
        }
        let (bytes, der) = der.split_at_checked(count)?;
        let length = bytes
            .iter()
            .fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
        (length, der)
    };
    let (content, rest) = der.split_at_checked(length)?;
    Some(Element { tag, content, rest })
}

/// Reads the first element if it has that tag: its content, and what follows it.
pub(crate) fn expect(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    read(der)
        .filter(|element| element.tag == tag)
        .map(|element| (element.content, element.rest))
}

/// Modulus and exponent of an `RSAPublicKey`, without their sign bytes.
pub(crate) fn rsa_numbers(public_key: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = expect(public_key, SEQUENCE)?;
    let (modulus, rest) = expect(sequence, INTEGER)?;
    let (exponent, _) = expect(rest, INTEGER)?;
    Some((modulus.strip_prefix(&[0]).unwrap_or(modulus), exponent))
}

/// Writes an element around these parts.
pub(crate) fn write(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    if content.len() < 0x80 {
        out.push(u8::try_from(content.len()).unwrap_or_default());
    } else {
        out.push(0x80 | u8::try_from(significant.len()).unwrap_or_default());
        out.extend(significant);
    }
    out.extend(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_cut_short_is_not() {
        for size in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; size];
            let der = write(SEQUENCE, &[&content, &[1]]);
            let (found, rest) = expect(&der, SEQUENCE).expect("whole");
            assert_eq!((found.len(), rest.len()), (size + 1, 0));
            for cut in [0, 1, der.len() - 1] {
                assert!(read(&der[..cut]).is_none(), "{size} cut at {cut}");
            }
        }
        assert!(read(&[SEQUENCE, 0x80, 0, 0]).is_none());
    }
}
