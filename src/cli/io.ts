import { once } from 'node:events';

/** A standard stream: a terminal, a pipe, or a test's buffer. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
};

/** Everything of the process that a command may see; tests pass their own. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted with `'SIGINT'` or `'SIGTERM'` as its reason. */
  readonly signal?: AbortSignal;
}

/** Waits while the reader is slower than we are, so that a long listing does not pile up in memory. */
export async function write(output: Output, text: string): Promise<void> {
  if (!output.write(text)) await once(output, 'drain');
}

/** The width to draw in: the terminal's, within what the charts can use. */
export function widthOf(output: Output, env: Io['env']): number {
  const columns = output.columns ?? Number(env['COLUMNS'] ?? '');
  // A file or a pipe has no width; what reads it copes with longer lines.
  if (!Number.isInteger(columns) || columns <= 0) return 100;
  return Math.min(160, Math.max(40, columns));
}
