/**
 * Text with ANSI colours as an SVG of a terminal window. Bars become rectangles and every piece of text gets
 * its width, so that it looks the same whatever monospace font the viewer has.
 */

const CELL = { width: 8.4, height: 19, font: 14 };
const PADDING = { x: 22, top: 54, bottom: 20 };
const BACKGROUND = '#0d1117';
const FOREGROUND = '#e6edf3';

/** The sixteen colours, by the number of the SGR code. @type {Readonly<Record<number, string>>} */
const COLOURS = {
  30: '#484f58',
  31: '#ff7b72',
  32: '#3fb950',
  33: '#c98a4b',
  34: '#58a6ff',
  35: '#bc8cff',
  36: '#39c5cf',
  37: '#b1bac4',
  90: '#6e7681',
  91: '#ffa198',
  92: '#56d364',
  93: '#f2cc60',
  94: '#79c0ff',
  95: '#d2a8ff',
  96: '#56d4dd',
  97: '#ffffff',
};

/** From nothing to a full cell, in eighths. */
const BLOCKS = ' ▏▎▍▌▋▊▉█';

/**
 * @typedef {{ colour: string, bold: boolean, dim: boolean }} Look
 * @typedef {{ text: string, look: Look }} Piece
 */

/**
 * @param {readonly string[]} lines
 * @param {number} columns
 */
export function terminalSvg(lines, columns) {
  const width = Math.ceil(columns * CELL.width + 2 * PADDING.x);
  const height = Math.ceil(PADDING.top + lines.length * CELL.height + PADDING.bottom);
  const body = lines.flatMap((line, row) => drawLine(line, PADDING.top + row * CELL.height));
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (colour, index) => `<circle cx="${PADDING.x + 4 + index * 20}" cy="22" r="6" fill="${colour}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="hitparade charts in a terminal">`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="${BACKGROUND}" stroke="#30363d"/>`,
    ...dots,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${CELL.font}">`,
    ...body,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/**
 * @param {string} line
 * @param {number} top
 * @returns {string[]}
 */
function drawLine(line, top) {
  const drawn = [];
  let column = 0;
  for (const { text, look } of pieces(line)) {
    // Bars and blanks end a text; each text is placed by its own column.
    for (const part of text.match(/[▏▎▍▌▋▊▉█]+| {2,}|(?:[^▏▎▍▌▋▊▉█ ]| (?! ))+| /g) ?? []) {
      const x = PADDING.x + column * CELL.width;
      if (part.trim() !== '')
        drawn.push(
          BLOCKS.includes(part.charAt(0)) ? drawBar(part, x, top, look) : drawText(part, x, top, look),
        );
      column += [...part].length;
    }
  }
  return drawn;
}

/**
 * @param {string} part
 * @param {number} x
 * @param {number} top
 * @param {Look} look
 */
function drawBar(part, x, top, look) {
  const eighths = [...part].reduce((sum, char) => sum + BLOCKS.indexOf(char), 0);
  const width = (eighths / 8) * CELL.width;
  return `<rect x="${round(x)}" y="${top + 2}" width="${round(width)}" height="${CELL.height - 5}" rx="1.5" fill="${look.colour}"/>`;
}

/**
 * @param {string} part
 * @param {number} x
 * @param {number} top
 * @param {Look} look
 */
function drawText(part, x, top, look) {
  const lead = part.length - part.trimStart().length;
  const text = part.trim();
  const attributes = [
    `x="${round(x + lead * CELL.width)}"`,
    `y="${top + CELL.font}"`,
    `textLength="${round([...text].length * CELL.width)}"`,
    'lengthAdjust="spacingAndGlyphs"',
    `fill="${look.colour}"`,
    ...(look.bold ? ['font-weight="600"'] : []),
    ...(look.dim ? ['opacity="0.6"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escape(text)}</text>`;
}

/**
 * @param {string} line
 * @returns {Piece[]}
 */
function pieces(line) {
  const found = [];
  let look = { colour: FOREGROUND, bold: false, dim: false };
  // eslint-disable-next-line no-control-regex -- escape sequences are what it reads
  for (const [index, part] of line.split(/\u001b\[([\d;]*)m/).entries()) {
    if (index % 2 === 0) found.push({ text: part, look });
    else for (const code of part.split(';').map(Number)) look = withCode(look, code);
  }
  return found;
}

/**
 * @param {Look} look
 * @param {number} code
 * @returns {Look}
 */
function withCode(look, code) {
  if (code === 0) return { colour: FOREGROUND, bold: false, dim: false };
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 39) return { ...look, colour: FOREGROUND };
  return { ...look, colour: COLOURS[code] ?? look.colour };
}

/** @param {number} value */
function round(value) {
  return Number(value.toFixed(2));
}

/** @param {string} text */
function escape(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
