import type { Io, Output } from './io.ts';

/**
 * Whether to colour this stream: `--no-color` first, then https://no-color.org, then FORCE_COLOR, then
 * whether a person is looking.
 */
export function wantsColour(output: Output, env: Io['env'], noColour: boolean): boolean {
  if (noColour || (env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return output.isTTY === true && env['TERM'] !== 'dumb';
}
