import { UsageError } from '../errors.ts';
import type { Io } from './io.ts';
import { nearMiss } from './near-miss.ts';
import { GLOBAL_OPTIONS, optionVariable } from './options.ts';

const PREFIX = 'HITPARADE_';
const KNOWN: readonly string[] = ['config', ...GLOBAL_OPTIONS.map(({ key }) => key)].map(optionVariable);

/** What Kubernetes sets in every pod beside a service that is called hitparade. */
const OF_A_SERVICE = /^HITPARADE_(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

/**
 * A mistyped variable must not be ignored in silence; an empty one counts as unset.
 * @throws UsageError for a variable of ours that nobody reads
 */
export function assertKnownVariables(env: Io['env']): void {
  for (const [name, value = ''] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || value === '' || KNOWN.includes(name) || isOfService(name, value))
      continue;
    // Without the prefix, which all have in common.
    const near = nearMiss(
      name.slice(PREFIX.length),
      KNOWN.map((known) => known.slice(PREFIX.length)),
    );
    throw new UsageError(`unknown variable ${name}`, {
      hint: near === undefined ? `known variables: ${KNOWN.join(', ')}` : `did you mean '${PREFIX}${near}'?`,
    });
  }
}

function isOfService(name: string, value: string): boolean {
  return OF_A_SERVICE.test(name) || (name === 'HITPARADE_PORT' && value.includes('://'));
}
