// Runs one of the heavy suites: `node scripts/suite.mjs <project> <floor> [budget] [--seed <n>] [more for vitest]`.
// The floor is what one CI run has to try; a larger budget tries more, a smaller one is for the impatient. The
// suite reads both from HITPARADE_BUDGET and HITPARADE_SEED and prints what it tried.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const [project, floor, ...given] = process.argv.slice(2);
if (project === undefined || !isCount(floor))
  fail('usage: suite.mjs <project> <floor> [budget] [--seed <n>]');

let budget = floor;
let seed = '1';
const rest = [];
while (given.length > 0) {
  const argument = given.shift();
  if (argument === '--seed') seed = given.shift() ?? '';
  else if (argument.startsWith('--seed=')) seed = argument.slice('--seed='.length);
  else if (/^[\d_]+$/.test(argument)) budget = argument.replaceAll('_', '');
  else rest.push(argument);
}
if (!isCount(budget)) fail(`the budget is '${budget}'; it must be a whole number of at least 1`);
if (!/^\d+$/.test(seed)) fail(`the seed is '${seed}'; it must be a whole number`);
const below = Number(budget) < Number(floor) ? `, below the floor of ${floor}` : '';
process.stdout.write(`suite ${project}: budget ${budget}${below}, seed ${seed}\n`);

// The disks that get full are file systems in memory. Whoever may not mount one may in a namespace of their own.
const OWN_MOUNTS = ['unshare', '--user', '--map-root-user', '--mount'];
const inNamespace = project === 'kill' && !goesWell('unshare', '--mount') && goesWell(...OWN_MOUNTS);

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const [command, ...args] = [
  ...(inNamespace ? OWN_MOUNTS : []),
  ...[process.execPath, vitest, 'run', '--project', project, ...rest],
];
const { status, signal } = spawnSync(command, args, {
  stdio: 'inherit',
  env: { ...process.env, HITPARADE_BUDGET: budget, HITPARADE_SEED: seed },
});
process.exitCode = signal === null ? (status ?? 1) : 1;

function isCount(text) {
  return text !== undefined && /^\d+$/.test(text) && Number(text) > 0 && Number.isSafeInteger(Number(text));
}

function goesWell(...command) {
  return spawnSync(command[0], [...command.slice(1), 'true']).status === 0;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
