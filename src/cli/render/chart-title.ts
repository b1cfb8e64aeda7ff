import { longDate } from './dates.ts';
import { displayWidth } from './display-width.ts';
import type { Style } from './style.ts';

/** `Top genres — Tuesday, 25 June 2024`, with a remark at the right edge if there is room for it. */
export function chartTitle(name: string, date: string, remark: string, style: Style): string {
  const when = `${style.symbols.dash} ${longDate(date)}`;
  const gap = style.width - displayWidth(`${name} ${when}`) - displayWidth(remark);
  const end = gap >= 2 && remark !== '' ? ' '.repeat(gap) + style.paint.dim(remark) : '';
  return `${style.paint.bold(name)} ${style.paint.cyan(when)}${end}`;
}
