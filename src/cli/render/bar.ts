import type { Style } from './style.ts';

/** A bar of at most `width` characters, in steps of an eighth where the terminal can; never empty above 0. */
export function bar(value: number, maximum: number, width: number, style: Style): string {
  const { bar: steps } = style.symbols;
  const perCell = steps.length - 1;
  if (value <= 0 || maximum <= 0) return '';
  const units = Math.max(1, Math.round((Math.min(value, maximum) / maximum) * width * perCell));
  const full = (steps[perCell] ?? '').repeat(Math.floor(units / perCell));
  return full + (steps[units % perCell] ?? '');
}
