// Makes docs/charts.svg, the README's picture, from what the built program really prints.
// Usage: npm run build && node scripts/picture.mjs [program] [output]
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { terminalSvg } from './ansi-svg.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = resolve(process.argv[2] ?? join(root, 'dist/cli/main.js'));
const output = resolve(process.argv[3] ?? join(root, 'docs/charts.svg'));
const COLUMNS = 92;

/** Nothing of the person's configuration may show in the picture. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(HITPARADE_|AWS_|npm_|NO_COLOR$)/.test(name)),
);

const directory = mkdtempSync(join(tmpdir(), 'hitparade-picture-'));

/** @param {readonly string[]} args */
function hitparade(args) {
  return execFileSync(process.execPath, [program, ...args], {
    cwd: directory,
    env: { ...env, FORCE_COLOR: '1', COLUMNS: String(COLUMNS) },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

try {
  hitparade(['demo', '--plays', '200000', '--dir', 'lake', '--quiet']);
  const lines = [
    ['show', 'top-genres', '--date', '2024-06-27'],
    ['show', 'top-songs', '--date', '2024-06-27', '--genre', 'r-n-b'],
    ['bad-records', '--reason', 'invalid_listen_time', '--limit', '3'],
  ].flatMap((args) => [
    `\u001b[32m$\u001b[39m \u001b[1mhitparade ${args.join(' ')}\u001b[22m`,
    ...hitparade([...args, '--lake', 'lake'])
      .trimEnd()
      .split('\n'),
    '',
  ]);
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, terminalSvg(lines.slice(0, -1), COLUMNS));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
