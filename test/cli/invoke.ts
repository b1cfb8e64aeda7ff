import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { BufferOutput } from './buffer-output.ts';
import { fakeHitparade, type Fake } from './fake-hitparade.ts';

const made: string[] = [];
afterAll(async () => {
  for (const directory of made) await rm(directory, { recursive: true, force: true });
});

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hitparade-cli-'));
  made.push(directory);
  return directory;
}

export interface Invocation {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly fake?: Fake;
  readonly signal?: AbortSignal;
}

/** One command in this process, with a fake pipeline. */
export async function invoke(
  argv: readonly string[],
  { env = {}, cwd, fake = fakeHitparade(), signal }: Invocation = {},
): Promise<{ code: number; stdout: string; stderr: string; fake: Fake; cwd: string }> {
  const directory = cwd ?? (await temporaryDirectory());
  const [stdout, stderr] = [new BufferOutput(), new BufferOutput()];
  const io = { stdout, stderr, env, cwd: directory, ...(signal === undefined ? {} : { signal }) };
  const code = await runCli(argv, io, { open: fake.open });
  return { code, stdout: stdout.text, stderr: stderr.text, fake, cwd: directory };
}
