import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { kpis } from '../../src/kpis/index.ts';
import { InvariantError } from '../../src/errors.ts';
import { run } from '../../src/pipeline/run.ts';
import type { Ports } from '../../src/stages/context.ts';
import { Ledger } from '../../src/tables/ledger.ts';
import { readItems } from '../../src/tables/query.ts';
import { ROUNDS } from './golden.ts';
import { MODES, type Point } from './mortal.ts';
import { type Gate, RealParts } from './real-parts.ts';

/** So that the suite takes about a minute; together with the others every kind of call is met. */
const EVERY = 59;
const DROPPED = new Date('2026-01-05T12:00:00Z');

let processes = 0;

/** @returns the calls of the process, and whether it lived to the end */
async function live(parts: RealParts, fate?: Point): Promise<readonly string[]> {
  const calls: string[] = [];
  processes += 1;
  const process = `${processes}`;
  const state = { dead: false, ended: false };
  const gate: Gate = async (operation, subject, work) => {
    if (state.dead) return new Promise(() => undefined);
    const mode = calls.length === fate?.call ? fate.mode : undefined;
    calls.push(`${operation} ${subject}`);
    state.dead = mode === 'before' || mode === 'after';
    if (mode !== 'before') {
      const answer = await work();
      if (mode === undefined) return answer;
    }
    if (mode === 'lost') throw new InvariantError('made up: the answer was lost');
    return new Promise(() => undefined);
  };
  let ids = 0;
  const ports: Ports = {
    now: () => new Date(),
    elapsedMs: () => performance.now(),
    uniqueId: () => `id-${process}-${(ids += 1)}`,
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      }),
    owner: `host:${process}`,
    isOwnerAlive: (name) => name.split(':')[1] === process,
  };
  let failure: unknown;
  void parts
    .context(gate, ports)
    .then(run)
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      state.ended = true;
    });
  while (!state.ended && !state.dead) await setImmediate();
  if (fate === undefined && failure !== undefined) throw failure as Error;
  return calls;
}

async function stateOf({ tables }: RealParts): Promise<unknown> {
  const charts: unknown[] = [];
  for (const date of ['2024-06-24', '2024-06-25'])
    for (const { table } of kpis) charts.push(await readItems(tables, table, date));
  const items = await new Ledger(tables, () => '').list();
  return { charts, items: items.map(({ filename, status }) => [filename, status === 'failed']) };
}

async function scenario(fate?: Point & { readonly round: number }): Promise<{
  readonly state: unknown;
  readonly calls: readonly number[];
}> {
  const parts = await RealParts.open();
  try {
    const calls: number[] = [];
    for (const [round, drops] of ROUNDS.entries()) {
      for (const drop of drops) await parts.drop(drop, DROPPED);
      if (fate?.round === round) await live(parts, fate);
      calls.push((await live(parts)).length);
    }
    return { state: await stateOf(parts), calls };
  } finally {
    await parts.close();
  }
}

test('on a real lake with a real engine, a run that dies at a call ends as one that never died', async () => {
  const golden = await scenario();
  let points = 0;
  for (const [round, calls] of golden.calls.entries()) {
    for (let call = round; call < calls; call += EVERY) {
      const mode = MODES[points % MODES.length] ?? 'before';
      const { state } = await scenario({ round, call, mode });
      expect(state, `round ${round + 1}, ${mode} call ${call}`).toEqual(golden.state);
      points += 1;
    }
  }
  process.stdout.write(`crash points on a real lake: ${points}\n`);
});
