const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const INVISIBLE = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns that text without escape sequences takes in a terminal: two for East Asian wide characters. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += widthOfCharacter(char);
  return width;
}

function widthOfCharacter(char: string): number {
  if (char < '\u0300') return 1;
  if (INVISIBLE.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}

/** Cuts text to at most `width` columns, with the ellipsis as its last character where something is lost. */
export function truncate(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  const room = width - displayWidth(ellipsis);
  let kept = '';
  let used = 0;
  for (const char of text) {
    used += widthOfCharacter(char);
    if (used > room) break;
    kept += char;
  }
  return kept.trimEnd() + ellipsis;
}

export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}
