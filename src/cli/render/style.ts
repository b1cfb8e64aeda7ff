import { Ansis } from 'ansis';

/** Marks that charts and lists are made of. */
interface Symbols {
  readonly up: string;
  readonly down: string;
  readonly same: string;
  readonly done: string;
  readonly failed: string;
  readonly skipped: string;
  readonly waiting: string;
  /** One character wide: ends a text that was cut. */
  readonly ellipsis: string;
  /** Stands for what is left out, between words. */
  readonly more: string;
  readonly dash: string;
  readonly average: string;
  /** From nothing to full, for the last cell of a bar. */
  readonly bar: readonly string[];
}

const UNICODE: Symbols = {
  up: '▲',
  down: '▼',
  same: '=',
  done: '✔',
  failed: '✖',
  skipped: '≡',
  waiting: '…',
  ellipsis: '…',
  more: '…',
  dash: '—',
  average: 'ø',
  bar: ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
};

/** Survives logs, mail and terminals of any age. */
const ASCII: Symbols = {
  up: '+',
  down: '-',
  same: '=',
  done: 'ok',
  failed: 'x',
  skipped: '=',
  waiting: '..',
  ellipsis: '~',
  more: '...',
  dash: '-',
  average: 'avg',
  bar: ['', '#'],
};

/** How to draw: every renderer takes one and depends on nothing else of the terminal. */
export interface Style {
  readonly colour: boolean;
  /** In characters. */
  readonly width: number;
  /** Colours text, or leaves it alone. The sixteen basic colours only: they follow the person's theme. */
  readonly paint: Ansis;
  readonly symbols: Symbols;
}

export function makeStyle(options: { readonly colour: boolean; readonly width: number }): Style {
  return {
    colour: options.colour,
    width: options.width,
    paint: new Ansis(options.colour ? 1 : 0),
    symbols: options.colour ? UNICODE : ASCII,
  };
}
