import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { generateService } from '../../src/samples/generate.ts';
import { PlayWriter, playChunks } from '../../src/samples/play-chunks.ts';
import { trackSampler } from '../../src/samples/popularity.ts';
import { Random } from '../../src/samples/random.ts';
import { createService } from '../../src/samples/service.ts';
import { hashes, scratch } from './helpers.ts';

const small = { plays: 3000, days: 3, badRate: 0.02, repeatRate: 0.01 };

test('the same seed gives the same bytes', async () => {
  const [first, second] = [await scratch(), await scratch()];
  await generateService({ directory: first, ...small });
  await generateService({ directory: second, ...small });
  expect(await hashes(first)).toEqual(await hashes(second));
});

test('the bytes are those that every machine gets', async () => {
  const directory = await scratch();
  await generateService({ directory, ...small });
  const all = createHash('sha256').update(JSON.stringify(Object.entries(await hashes(directory)).sort()));
  // If you change what is generated on purpose, put the new hash here.
  expect(all.digest('hex')).toBe('857a0e0b210fd86b707ad00c1dd486ce295375e17e8acca0a4019214acfc48f0');
});

test('another seed gives other bytes in every file', async () => {
  const [first, second] = [await scratch(), await scratch()];
  await generateService({ directory: first, ...small, seed: 1 });
  await generateService({ directory: second, ...small, seed: 2 });
  const others = await hashes(second);
  for (const [file, hash] of Object.entries(await hashes(first))) expect(others[file]).not.toBe(hash);
});

test('where chunks end does not change the bytes', () => {
  const service = createService({ seed: 5, users: 90, tracks: 60, start: '2024-06-24', unknownPerMille: 5 });
  const sampler = trackSampler(service, 0);
  const order = { service, sampler, day: 0, file: 0, rows: 2000, badRate: 0.1, repeatRate: 0.1 };
  const [whole, ...others] = [1 << 20, 4096, 97, 96].map((chunkBytes) =>
    Buffer.concat([...playChunks(new PlayWriter(order), chunkBytes)]).toString('latin1'),
  );
  expect(whole?.split('\n')).toHaveLength(2001);
  for (const other of others) expect(other).toBe(whole);
});

test('fewer rows of a file are its first ones, and broken rows leave the others as they are', () => {
  const service = createService({ seed: 5, users: 90, tracks: 60, start: '2024-06-24', unknownPerMille: 5 });
  const sampler = trackSampler(service, 0);
  const lines = (rows: number, badRate: number): string[] => {
    const writer = new PlayWriter({ service, sampler, day: 0, file: 0, rows, badRate, repeatRate: 0 });
    return Buffer.concat([...playChunks(writer)])
      .toString('latin1')
      .split('\n')
      .slice(0, -1);
  };
  const clean = lines(1000, 0);
  expect(lines(300, 0)).toEqual(clean.slice(0, 300));
  const changed = lines(1000, 0.1).filter((line, index) => line !== clean[index]);
  expect(changed.length).toBeGreaterThan(50);
  expect(changed.length).toBeLessThan(200);
});

test('compressed files hold the same bytes', async () => {
  const [plain, packed] = [await scratch(), await scratch()];
  await generateService({ directory: plain, ...small });
  await generateService({ directory: packed, ...small, compress: true });
  const name = path.join('raw', 'streams', 'plays-2024-06-25.csv');
  const unpacked = gunzipSync(await readFile(path.join(packed, `${name}.gz`)));
  expect(unpacked.equals(await readFile(path.join(plain, name)))).toBe(true);
});

test('random streams of different keys have nothing in common', () => {
  const draw = (random: Random): number[] => Array.from({ length: 1000 }, () => random.next());
  const first = new Set(draw(new Random('plays', 1, 0, 0)));
  expect(draw(new Random('plays', 1, 0, 1)).filter((value) => first.has(value)).length).toBeLessThan(3);
  expect(draw(new Random('plays', 1, 0, 0)).every((value) => first.has(value))).toBe(true);
});
