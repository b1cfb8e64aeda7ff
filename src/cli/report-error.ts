import { HitparadeError } from '../errors.ts';
import { toJson } from './json.ts';
import { printable } from './render/printable.ts';
import type { Style } from './render/style.ts';

/** What a person reads on stderr when a command failed. */
export function renderError(error: unknown, style: Style, options: { readonly verbose: boolean }): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = [`${style.paint.red.bold('error:')} ${printableLines(message)}`];
  const known = error instanceof HitparadeError;
  if (known && error.hint !== undefined)
    lines.push(`${style.paint.cyan('hint:')} ${printableLines(error.hint)}`);
  if (known && error.kind === 'temporary' && error.hint === undefined) {
    lines.push(`${style.paint.cyan('hint:')} this is temporary: run the same command again`);
  }
  // An error that knows a remedy is no surprise, however bad the news.
  const isBug = !known || (error.kind === 'unexpected' && error.hint === undefined);
  if (isBug) lines.push('this is a bug in hitparade, or something that nobody expected; please report it');
  if (isBug && !options.verbose) lines.push('with --verbose it says where it happened');
  if (options.verbose) lines.push(...stacks(error).map((line) => style.paint.dim(line)));
  return `${lines.join('\n')}\n`;
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** The stack of the error and of everything that caused it. */
function stacks(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = (error.stack ?? error.message).split('\n').map(printable);
  if (error.cause === undefined) return own;
  if (!(error.cause instanceof Error)) return [...own, `caused by: ${printable(toJson(error.cause))}`];
  const [first = '', ...rest] = stacks(error.cause);
  return [...own, `caused by: ${first}`, ...rest];
}
