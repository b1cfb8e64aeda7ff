import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hitparade, json, start } from '../cli-e2e/support/program.ts';
import { randomOf, scaled, SEED } from './support/budget.ts';
import { inDirectory } from './support/directory.ts';
import { outcomeOf } from './support/outcome.ts';
import { CATALOGUE, drop, type Files, plays } from './support/scenario.ts';
import { Tally } from './support/tally.ts';

/** More than the program takes in one pass: else it rests between them. */
const AHEAD = 1_000;
const AT_ONCE = 100;
const FILES = scaled(2_000);
const DATES = ['2024-06-23', '2024-06-24', '2024-06-25'];
const TOLD_OF_STOP = 143;

interface Delivery {
  readonly name: string;
  readonly rows: readonly string[];
}

test('a watch into which thousands of files drop while it works counts every play once', async () => {
  await inDirectory('arrivals', async (cwd) => {
    const tally = new Tally(`arrivals, ${FILES} files, seed ${SEED}`);
    const deliveries = tinyFiles(FILES, randomOf('arrivals'));
    const lake = join(cwd, 'lake');
    await drop(lake, CATALOGUE);
    const watch = start(['watch', '--lake', 'lake', '--settle-seconds', '1'], { cwd });
    await watch.until('stderr', 'watching');
    for (let from = 0; from < deliveries.length; from += AT_ONCE) {
      const late = deliveries[from - AHEAD];
      if (late !== undefined) await watch.until('stdout', ` ${late.name} `);
      await drop(lake, filesOf(deliveries.slice(from, from + AT_ONCE)));
    }
    for (const { name } of deliveries) await watch.until('stdout', ` ${name} `);
    watch.kill('SIGTERM');
    const { code, stdout, stderr } = await watch.ended();
    expect(code, stderr).toBe(TOLD_OF_STOP);
    expect(stderr).toMatch(/^stopped; nothing is left to do$/m);
    for (const line of stdout.split('\n')) tally.add('lines', /^\S*/.exec(line)?.[0] ?? '');

    // The same plays as one file: how they were cut into files, and when they came, makes no difference.
    const rows = deliveries.flatMap((delivery) => delivery.rows);
    await drop(join(cwd, 'alone'), { ...CATALOGUE, 'streams/all.csv': plays(...rows) });
    expect(await hitparade(['run', '--lake', 'alone', '--quiet'], { cwd })).toMatchObject({ code: 0 });
    const [arrived, alone] = [await outcomeOf(lake), await outcomeOf(join(cwd, 'alone'))];
    expect(arrived.charts).toEqual(alone.charts);
    expect(arrived.processed).toEqual(alone.processed);
    expect(await json(['status', '--lake', 'lake'], { cwd })).toMatchObject({
      files: { pending: 0, processing: 0, failed: 0 },
      plays: { valid: new Set(rows).size },
      dates: { behind: 0 },
    });
    tally.print();
  });
}, 1_200_000);

/** Each of one to three plays that no other file has, but for every twentieth, which is an earlier one again. */
function tinyFiles(count: number, random: () => number): readonly Delivery[] {
  const deliveries: Delivery[] = [];
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let number = 0; number < count; number++) {
    const name = `${String(number).padStart(6, '0')}.csv`;
    const earlier = number % 20 === 19 ? deliveries[below(number)] : undefined;
    const fresh = Array.from({ length: 1 + below(3) }, (_, nth) => {
      const second = new Date((3 * number + nth) * 1000).toISOString().slice(11, 19);
      return `u${1 + below(3)},t${1 + below(3)},${DATES[below(DATES.length)] ?? ''} ${second}`;
    });
    deliveries.push({ name, rows: earlier?.rows ?? fresh });
  }
  return deliveries;
}

const filesOf = (deliveries: readonly Delivery[]): Files =>
  Object.fromEntries(deliveries.map(({ name, rows }) => [`streams/${name}`, plays(...rows)]));
