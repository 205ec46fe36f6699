//! Texts in double quotes, read as Go's `strconv` reads them. `domain::text` writes them.

/// What a text in double quotes says, or nothing if it is not well formed (`strconv.Unquote`) or
/// not UTF-8.
pub(super) fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '"' => return None,
            '\\' => escape(&mut rest, &mut bytes)?,
            c => push(&mut bytes, c),
        }
    }
    String::from_utf8(bytes).ok()
}

/// What follows a backslash. `\x` and octal digits give a byte, the others a character.
fn escape(rest: &mut std::str::Chars<'_>, bytes: &mut Vec<u8>) -> Option<()> {
    match rest.next()? {
        'a' => bytes.push(0x07),
        'b' => bytes.push(0x08),
        'f' => bytes.push(0x0c),
        'n' => bytes.push(b'\n'),
        'r' => bytes.push(b'\r'),
        't' => bytes.push(b'\t'),
        'v' => bytes.push(0x0b),
        '\\' => bytes.push(b'\\'),
        '"' => bytes.push(b'"'),
        'x' => bytes.push(u8::try_from(number(rest, 0, 2, 16)?).ok()?),
        'u' => push(bytes, char::from_u32(number(rest, 0, 4, 16)?)?),
        'U' => push(bytes, char::from_u32(number(rest, 0, 8, 16)?)?),
        c => bytes.push(u8::try_from(number(rest, c.to_digit(8)?, 2, 8)?).ok()?),
    }
    Some(())
}

/// `first` with `count` more digits behind it.
fn number(rest: &mut std::str::Chars<'_>, first: u32, count: usize, radix: u32) -> Option<u32> {
    (0..count).try_fold(first, |number, _| {
        number.checked_mul(radix)?.checked_add(rest.next()?.to_digit(radix)?)
    })
}

fn push(bytes: &mut Vec<u8>, c: char) {
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
