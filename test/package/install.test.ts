import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const PROJECT = join(import.meta.dirname, '../..');
const SHIPPED = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts',
  'src',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];
/** Reuses what is in npm's cache; says nothing that is not about the installation itself. */
const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier'];
const packedSchema = z.array(
  z.object({ filename: z.string(), files: z.array(z.object({ path: z.string(), size: z.number() })) }),
);
type Packed = z.infer<typeof packedSchema>[number];

let base: string;
/** An empty folder of somebody who installs the package. */
let home: string;
let packed: Packed;

/** Without what npm tells the programs that it starts: this is another npm project. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_cache)|HITPARADE_|AWS_|INIT_CWD|NODE_ENV|VITEST)/i.test(name),
  ),
);

async function command(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ stdout: string; stderr: string }> {
  try {
    return await promisify(execFile)(program, args, { cwd, env, maxBuffer: 2 ** 26 });
  } catch (error) {
    // A compiler complains on stdout, which the error's message leaves out.
    if (error instanceof Error && 'stdout' in error) error.message += `\n${String(error.stdout)}`;
    throw error;
  }
}

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'hitparade-package-'));
  // A copy: packing builds anew, which must not pull dist/ away from anyone who works on the project.
  const source = join(base, 'source');
  for (const name of SHIPPED) await cp(join(PROJECT, name), join(source, name), { recursive: true });
  await symlink(join(PROJECT, 'node_modules'), join(source, 'node_modules'));
  const { stdout } = await command('npm', ['pack', '--json', '--pack-destination', base], source);
  const [first] = packedSchema.parse(JSON.parse(stdout));
  if (first === undefined) throw new Error('npm pack packed nothing');
  packed = first;

  home = join(base, 'home');
  await mkdir(home);
  await writeFile(join(home, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await command('npm', ['install', ...QUIET, join(base, packed.filename)], home);
});
afterAll(() => rm(base, { recursive: true, force: true }));

test('the package holds the built program and what a person reads, and nothing of the workshop', () => {
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'dist/cli/main.js',
      'dist/index.js',
      'dist/index.d.ts',
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
    ]),
  );
  const strangers = paths.filter(
    (path) => !/^(dist\/.*(\.js|\.d\.ts)|package\.json|LICENSE|(README|CHANGELOG)\.md)$/.test(path),
  );
  expect(strangers).toEqual([]);
  expect(packed.files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(2_000_000);
});

test('`npx hitparade` is there', async () => {
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')));
  const { stdout } = await command('npx', ['--no-install', 'hitparade', '--version'], home);
  expect(stdout).toBe(`${manifest.version}\n`);
});

test('`npx hitparade demo` works as the first thing that anybody does', async () => {
  const { stdout } = await command('npx', ['--no-install', 'hitparade', 'demo', '--plays', '2000'], home);
  expect(stdout).toContain('What went where');
  const { stdout: status } = await command(
    'npx',
    ['--no-install', 'hitparade', 'status', '--lake', 'hitparade-demo', '--json'],
    home,
  );
  expect(JSON.parse(status)).toMatchObject({ dates: { published: 4, behind: 0 } });
});

const PROGRAM = `
import { HitparadeError, openHitparade, type ChartItem, type Hitparade, type RunReport } from 'hitparade';

const hitparade: Hitparade = await openHitparade({ lake: './hitparade-demo' });
try {
  const report: RunReport = await hitparade.run();
  const dates = await hitparade.publishedDates();
  const [from = ''] = dates;
  const items: readonly ChartItem[] = await hitparade.chart('top_genres', { from, to: from });
  console.log(JSON.stringify({ files: report.files.length, dates: dates.length, items: items.length > 0 }));
} catch (error) {
  if (error instanceof HitparadeError) console.log(error.kind.toUpperCase(), error.hint?.length);
  throw error;
} finally {
  await hitparade.close();
}
`;

test('a program imports it, is checked against its types, and runs', async () => {
  await writeFile(join(home, 'program.ts'), PROGRAM);
  const compiler = join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc');
  const strictest = ['--strict', '--skipLibCheck', 'false', '--target', 'es2022'];
  const modules = ['--module', 'nodenext', '--moduleResolution', 'nodenext'];
  await command(process.execPath, [compiler, ...strictest, ...modules, 'program.ts'], home);
  const { stdout } = await command(process.execPath, ['program.js'], home);
  expect(JSON.parse(stdout)).toEqual({ files: 0, dates: 4, items: true });
});

test('a program with a mistake is found out by the types', async () => {
  await writeFile(join(home, 'mistaken.ts'), PROGRAM.replace("'top_genres'", "'top_artists'"));
  const compiler = join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', 'mistaken.ts'];
  await expect(command(process.execPath, [compiler, ...args], home)).rejects.toMatchObject({
    stdout: expect.stringContaining('\'"top_artists"\'') as string,
  });
});
