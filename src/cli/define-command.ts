import type { Command } from 'commander';
import type { Action } from './cli.ts';

/** Turns a command's body into what commander calls; `run-cli.ts` makes it. */
export type WrapAction = <Arguments extends readonly unknown[]>(
  body: Action<Arguments>,
) => (this: Command, ...args: Arguments) => Promise<void>;

/** What each file under `commands/` exports: it adds its command to the program. */
export type DefineCommand = (program: Command, action: WrapAction) => void;
