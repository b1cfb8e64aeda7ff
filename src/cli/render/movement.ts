import type { Style } from './style.ts';

/** How something stands against the day before. */
export interface Movement {
  readonly kind: 'up' | 'down' | 'same' | 'new' | 'unknown';
  /** `12 %` or `2`; empty where there is no amount. */
  readonly amount: string;
}

/** Nothing to compare with: the day before has no chart at all. */
export const UNKNOWN: Movement = { kind: 'unknown', amount: '' };
const NEW: Movement = { kind: 'new', amount: '' };
const SAME: Movement = { kind: 'same', amount: '' };

/** Change of a count in whole percent. */
export function changeOfCount(now: number, before: number | undefined): Movement {
  if (before === undefined || before === 0) return NEW;
  const percent = Math.round((Math.abs(now - before) / before) * 100);
  if (percent === 0) return SAME;
  return { kind: now > before ? 'up' : 'down', amount: percent > 999 ? '>999 %' : `${percent} %` };
}

/** Change of a rank in places; rank 1 is above rank 2. */
export function changeOfRank(now: number, before: number | undefined): Movement {
  if (before === undefined) return NEW;
  if (before === now) return SAME;
  return { kind: before > now ? 'up' : 'down', amount: String(Math.abs(before - now)) };
}

/** `▲12 %`, `▼1`, `=`, `new`, or nothing. */
export function movementText({ kind, amount }: Movement, style: Style): string {
  if (kind === 'unknown') return '';
  return kind === 'new' ? 'new' : style.symbols[kind] + amount;
}

export function paintMovement({ kind }: Movement, text: string, style: Style): string {
  const { paint } = style;
  switch (kind) {
    case 'up':
      return paint.green(text);
    case 'down':
      return paint.red(text);
    case 'new':
      return paint.yellow(text);
    case 'same':
    case 'unknown':
      return paint.dim(text);
  }
}
