import { inShell } from '../../lake/delivery-again.ts';
import type { Findings } from './findings.ts';

/** An object that the log does not name: nothing reads it, unless somebody lists folders. */
export function extra(findings: Findings, key: string): void {
  findings.problem('extra_object', key, {
    message: 'no entry of the log names this object.',
    remedy: `Move it out of the lake, or \`rm ${inShell(key)}\`.`,
  });
}
