import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openHitparade } from '../../src/pipeline/open.ts';

/**
 * Does what a hint or remedy says, as a person would who copies its commands into a shell in the lake's
 * folder. `hitparade run` is the only command of ours that changes something.
 */
export async function follow(directory: string, remedy: string): Promise<void> {
  const commands = [...remedy.matchAll(/`([^`]+)`/g)].map(([, command = '']) => command);
  if (commands.length === 0) throw new Error(`no command in: ${remedy}`);
  for (const command of commands) {
    if (command === 'hitparade run') await run(directory);
    else if (!command.startsWith('hitparade ')) {
      await promisify(execFile)('sh', ['-c', command], { cwd: directory });
    }
  }
}

async function run(directory: string): Promise<void> {
  const hitparade = await openHitparade({ lake: directory, threads: 2, memoryLimit: '512MB' });
  try {
    await hitparade.run();
  } finally {
    await hitparade.close();
  }
}
