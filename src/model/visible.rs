//! Text from outside as it can be shown: what would change the display itself is written out.

/// The text with every control character, and every character that turns the direction of what follows, as Python's `repr` writes it:
/// `\x1b`, `\u202e`. A terminal obeys the one, and terminal and window the other, so that they could show what was never said.
pub fn visible(text: &str) -> String {
    let shown = |character: char| match u32::from(character) {
        _ if !character.is_control() && !turns(character) => character.to_string(),
        _ if matches!(character, '\t' | '\n' | '\r') => character.escape_default().to_string(),
        code @ ..0x100 => format!("\\x{code:02x}"),
        code => format!("\\u{code:04x}"),
    };
    text.chars().map(shown).collect()
}

/// Whether it ends a line or changes directions unseen (Unicode Standard Annex 9, 2; Unicode 5.8).
fn turns(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_the_display_is_written_out_and_nothing_else() {
        let harmless = "größer, 中文, שלום, 👩‍🔬 \\x1b";
        assert_eq!(visible(harmless), harmless);
        assert_eq!(visible("\u{1b}[31mred\u{7f}\u{9b}"), "\\x1b[31mred\\x7f\\x9b");
        assert_eq!(visible("a\u{202e}b\u{2066}c\u{2028}\t\r\n"), "a\\u202eb\\u2066c\\u2028\\t\\r\\n");
    }
}
