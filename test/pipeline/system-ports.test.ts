import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemPorts } from '../../src/pipeline/system-ports.ts';

/** For what the system does in its own time, however busy it is. */
const WAIT = { timeout: 10_000, interval: 5 };

const owner = (pid: number | string): string => `${hostname()}:${pid}:run`;

test('an owner is alive as long as its process is, and unknown ones are', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const { pid = 0 } = child;
  expect(systemPorts.isOwnerAlive(owner(pid))).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(systemPorts.isOwnerAlive(owner(pid))).toBe(false);
  expect(systemPorts.isOwnerAlive(owner('x'))).toBe(true);
  expect(systemPorts.isOwnerAlive(`elsewhere:${pid}:run`)).toBe(true);
});

test.skipIf(process.platform !== 'linux')(
  'a process that was killed has ended, even if its parent has not asked yet',
  async () => {
    // What the shell becomes never asks for the children that it had.
    const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(text.toString());
    onTestFinished(() => {
      for (const each of [pid, parent.pid ?? pid]) process.kill(each, 'SIGKILL');
    });
    const { pid: shell = 0 } = parent;
    await vi.waitUntil(() => readFileSync(`/proc/${shell}/comm`, 'utf8').trim() === 'sleep', WAIT);
    expect(systemPorts.isOwnerAlive(owner(pid))).toBe(true);
    process.kill(pid, 'SIGKILL');
    await vi.waitUntil(() => !systemPorts.isOwnerAlive(owner(pid)), WAIT);
    // It is still there to be asked about.
    expect(process.kill(pid, 0)).toBe(true);
  },
);
