import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { hitparade, shell } from './support/program.ts';

test('the demo runs without anything given, and every command that it suggests works', async () => {
  const cwd = await temporaryDirectory();
  const demo = await hitparade(['demo', '--plays', '2000', '--dir', "try it, it's free"], { cwd });
  expect(demo).toMatchObject({ code: 0, stderr: '' });
  expect(demo.stdout).toContain('4/4');
  expect(demo.stdout).toContain('the same bytes as plays-2024-06-25.csv');
  expect(demo.stdout).toContain('Published 2024-06-24, 2024-06-25, 2024-06-26, 2024-06-27.');

  const hints = (demo.stdout.split('\nTry next\n')[1] ?? '').trim().split(/\n\s*/);
  expect(hints.length).toBeGreaterThanOrEqual(5);
  for (const hint of hints) {
    expect(hint).toMatch(/^hitparade /);
    const { code, stdout, stderr } = await shell(hint, { cwd });
    expect({ code, errors: stderr.includes('error') }, `${hint}: ${stderr}`).toEqual({
      code: 0,
      errors: false,
    });
    expect(stdout, hint).not.toBe('');
  }
});
