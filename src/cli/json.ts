/**
 * JSON on one line. Unlike `JSON.stringify` it writes a bigint as its exact digits, and escapes the
 * control characters that JSON allows but a terminal would obey.
 */
export function toJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `${quote(name)}:${toJson(member)}`);
    return `{${members.join(',')}}`;
  }
  if (typeof value === 'string') return quote(value);
  return value === undefined ? 'null' : JSON.stringify(value);
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
