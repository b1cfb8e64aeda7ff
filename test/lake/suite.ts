import { createHash } from 'node:crypto';
import * as files from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InvalidKeyError, ObjectChangedError, ObjectMissingError } from '../../src/lake/errors.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { badKeys, oddKeys } from './odd-keys.ts';

/** One implementation of the interface, with an empty lake for each test. */
export interface LakeImplementation {
  readonly name: string;
  open(): Promise<{ readonly lake: Lake; readonly close: () => Promise<void> }>;
  /** How an engine would reach the files of a workspace; by default through the file system. */
  readonly files?: {
    readonly write: (path: string, text: string) => Promise<void>;
    /** @throws an error with ENOENT if there is none */
    readonly read: (path: string) => Promise<unknown>;
  };
}

const fs = { write: files.writeFile, read: files.readFile };

const bytes = (text: string): Uint8Array => Buffer.from(text);

export async function textOf(lake: Lake, key: string): Promise<string | undefined> {
  const body = await lake.get(key);
  return body === undefined ? undefined : Buffer.from(body).toString();
}

export async function keysOf(lake: Lake, prefix: string): Promise<readonly string[]> {
  const listed: string[] = [];
  for await (const info of lake.list(prefix)) listed.push(info.key);
  const keys: string[] = [];
  for await (const key of lake.keys(prefix)) keys.push(key);
  expect(keys).toEqual(listed);
  return keys;
}

/** The version of an object that must be there. */
export async function versionOf(lake: Lake, key: string): Promise<string> {
  const info = await lake.head(key);
  if (info === undefined) throw new ObjectMissingError(key);
  return info.version;
}

/** What every lake guarantees, whatever it is made of. */
export function testLake(implementation: LakeImplementation): void {
  describe(implementation.name, () => {
    const { write: writeFile, read: readFile } = implementation.files ?? fs;
    let lake: Lake;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ lake, close } = await implementation.open());
    });
    afterEach(() => close());

    describe('reading', () => {
      test('a missing object is undefined to head, get and read, and an error to open', async () => {
        expect(await lake.head('raw/streams/none.csv')).toBeUndefined();
        expect(await lake.get('raw/streams/none.csv')).toBeUndefined();
        expect(await lake.read('raw/streams/none.csv')).toBeUndefined();
        await expect(lake.open('raw/streams/none.csv')).rejects.toThrow(ObjectMissingError);
      });

      test('a folder of keys is not an object', async () => {
        await lake.put('raw/streams/a.csv', bytes('x'));
        expect(await lake.head('raw/streams')).toBeUndefined();
        expect(await lake.get('raw/streams')).toBeUndefined();
        await expect(lake.open('raw/streams')).rejects.toThrow(ObjectMissingError);
        expect(await lake.deleteIfMatch('raw/streams', 'any')).toBe(false);
      });

      test('a key below an object is missing', async () => {
        await lake.put('raw/a', bytes('x'));
        expect(await lake.head('raw/a/b')).toBeUndefined();
        expect(await lake.get('raw/a/b')).toBeUndefined();
      });

      test('read tells the bytes and their version at once', async () => {
        await lake.put('processed/a', bytes('12345'));
        const { body, ...info } = (await lake.read('processed/a')) ?? {};
        expect(Buffer.from(body ?? []).toString()).toBe('12345');
        expect(info).toEqual(await lake.head('processed/a'));
      });

      test('head tells the size and the time of writing', async () => {
        const before = Date.now();
        await lake.put('raw/a', bytes('12345'));
        const info = await lake.head('raw/a');
        expect(info?.key).toBe('raw/a');
        expect(info?.bytes).toBe(5);
        expect(Math.abs((info?.modified.getTime() ?? 0) - before)).toBeLessThan(60_000);
      });

      test('open gives the bytes and vouches for them if nothing happened', async () => {
        await lake.put('raw/a', bytes('one'));
        const opened = await lake.open('raw/a');
        expect(Buffer.concat(await opened.stream.toArray()).toString()).toBe('one');
        await expect(opened.assertUnchanged()).resolves.toBeUndefined();
        expect(opened.info).toEqual(await lake.head('raw/a'));
      });

      test('open notices a replacement by another content of the same size', async () => {
        await lake.put('raw/a', bytes('one'));
        const opened = await lake.open('raw/a');
        await lake.put('raw/a', bytes('two'));
        await opened.stream.toArray();
        await expect(opened.assertUnchanged()).rejects.toThrow(ObjectChangedError);
      });

      test('open notices a deletion', async () => {
        await lake.put('raw/a', bytes('one'));
        const opened = await lake.open('raw/a');
        await opened.stream.toArray();
        await lake.deleteIfMatch('raw/a', opened.info.version);
        await expect(opened.assertUnchanged()).rejects.toThrow(ObjectChangedError);
      });
    });

    describe('listing', () => {
      test('a missing prefix is empty', async () => {
        expect(await keysOf(lake, '')).toEqual([]);
        expect(await keysOf(lake, 'raw/none/')).toEqual([]);
        await lake.put('raw/a', bytes('x'));
        expect(await keysOf(lake, 'raw/a/')).toEqual([]);
      });

      test('keys come in byte order, across folders and beyond the basic plane', async () => {
        // In UTF-16, U+1F600 would come before U+FF5E; in a folder walk, a/ before a.b.
        const ordered = ['B', 'a-', 'a.b', 'a/c', 'a/d/e', 'a0', 'b', 'ä', '\uFF5E', '\u{1F600}'];
        for (const key of ordered.toReversed()) await lake.put(`raw/${key}`, bytes(key));
        expect(await keysOf(lake, 'raw/')).toEqual(ordered.map((key) => `raw/${key}`));
      });

      test('a prefix may end inside a name', async () => {
        for (const key of ['raw/mon.csv', 'raw/monday/1.csv', 'raw/tue.csv', 'rawer'])
          await lake.put(key, bytes('x'));
        expect(await keysOf(lake, 'raw/mon')).toEqual(['raw/mon.csv', 'raw/monday/1.csv']);
        expect(await keysOf(lake, 'raw/monday')).toEqual(['raw/monday/1.csv']);
        expect(await keysOf(lake, 'raw')).toHaveLength(4);
        expect(await keysOf(lake, 'raw/')).toHaveLength(3);
      });

      test('what a listing tells is what head tells', async () => {
        await lake.put('raw/a', bytes('x'));
        for await (const info of lake.list('')) expect(info).toEqual(await lake.head(info.key));
      });

      test('1,050 keys are all there, once', async () => {
        const keys = Array.from({ length: 1050 }, (_, n) => `_log/${String(n).padStart(12, '0')}.json`);
        for (let n = 0; n < keys.length; n += 50) {
          await Promise.all(keys.slice(n, n + 50).map((key) => lake.put(key, bytes(key))));
        }
        expect(await keysOf(lake, '_log/')).toEqual(keys);
      });

      test('objects that come and go during a listing do not disturb it', async () => {
        const keys = Array.from({ length: 40 }, (_, n) => `raw/${String(n).padStart(2, '0')}`);
        for (const key of keys) await lake.put(key, bytes('x'));
        const seen: string[] = [];
        for await (const info of lake.list('raw/')) {
          seen.push(info.key);
          const next = keys[seen.length];
          if (seen.length % 2 === 1 && next !== undefined) {
            const there = await lake.head(next);
            if (there !== undefined) await lake.deleteIfMatch(next, there.version);
          }
        }
        expect(keys).toEqual(expect.arrayContaining(seen));
        expect(seen).toContain(keys[0]);
      });
    });

    describe('putIfAbsent', () => {
      test('the first wins and its content stays', async () => {
        expect(await lake.putIfAbsent('_log/1.json', bytes('first'))).toBe(true);
        expect(await lake.putIfAbsent('_log/1.json', bytes('second'))).toBe(false);
        expect(await textOf(lake, '_log/1.json')).toBe('first');
      });

      test('of 50 racers exactly one is told true, and its content is there', async () => {
        for (let round = 0; round < 5; round++) {
          const key = `_log/race/${round}.json`;
          const answers = await Promise.all(
            Array.from({ length: 50 }, (_, n) => lake.putIfAbsent(key, bytes(`racer ${n}`))),
          );
          expect(answers.filter((won) => won)).toHaveLength(1);
          expect(await textOf(lake, key)).toBe(`racer ${answers.indexOf(true)}`);
        }
      });

      test('an empty object is an object', async () => {
        expect(await lake.putIfAbsent('_log/0.json', bytes(''))).toBe(true);
        expect(await lake.putIfAbsent('_log/0.json', bytes('x'))).toBe(false);
        expect((await lake.head('_log/0.json'))?.bytes).toBe(0);
      });

      test('nothing else remains in the lake', async () => {
        await lake.putIfAbsent('_log/1.json', bytes('x'));
        await lake.putIfAbsent('_log/1.json', bytes('y'));
        expect(await keysOf(lake, '')).toEqual(['_log/1.json']);
      });
    });

    describe('no reader ever sees half an object', () => {
      const size = 2_000_000;

      test.each([
        ['putIfAbsent', (key: string, body: Uint8Array) => lake.putIfAbsent(key, body)],
        ['put', (key: string, body: Uint8Array) => lake.put(key, body)],
      ])('%s', async (_name, write) => {
        let writing = true;
        const sizes = new Set<number | undefined>();
        const watch = async (): Promise<void> => {
          while (writing) {
            sizes.add((await lake.head('raw/big'))?.bytes);
            const body = await lake.get('raw/big');
            sizes.add(body?.length);
            if (body !== undefined) expect(new Set([body[0], body[size >> 1], body[size - 1]]).size).toBe(1);
            for await (const info of lake.list('')) sizes.add(info.bytes);
          }
        };
        const watching = watch();
        for (let n = 0; n < 10; n++) await write('raw/big', Buffer.alloc(size, n));
        writing = false;
        await watching;
        sizes.delete(undefined);
        expect([...sizes]).toEqual([size]);
      });
    });

    describe('put', () => {
      test('replaces, and the version changes with the content', async () => {
        await lake.put('processed/a', bytes('one'));
        const first = await versionOf(lake, 'processed/a');
        await lake.put('processed/a', bytes('two'));
        expect(await textOf(lake, 'processed/a')).toBe('two');
        expect(await versionOf(lake, 'processed/a')).not.toBe(first);
      });

      test('the version of an untouched object stays', async () => {
        await lake.put('processed/a', bytes('one'));
        const first = await versionOf(lake, 'processed/a');
        await lake.put('processed/b', bytes('two'));
        await lake.get('processed/a');
        expect(await versionOf(lake, 'processed/a')).toBe(first);
      });
    });

    test('what has other bytes has another content', async () => {
      const contentOf = async (key: string) => (await lake.head(key))?.content;
      await lake.put('raw/a', bytes('one'));
      const first = await contentOf('raw/a');
      await lake.copyIfAbsent('raw/a', 'archive/a');
      expect(await contentOf('raw/a')).toBe(first);
      await lake.put('raw/a', bytes('two'));
      expect(await contentOf('raw/a')).not.toBe(first);
      expect(await contentOf('raw/a')).not.toBe(await contentOf('archive/a'));
    });

    describe.each(['raw/source', '_staging/attempt-1/source'])('copies of %s', (from) => {
      test('copyIfAbsent never replaces', async () => {
        await lake.put(from, bytes('new'));
        expect(await lake.copyIfAbsent(from, 'archive/a')).toBe(true);
        expect(await textOf(lake, 'archive/a')).toBe('new');
        await lake.put(from, bytes('newer'));
        expect(await lake.copyIfAbsent(from, 'archive/a')).toBe(false);
        expect(await textOf(lake, 'archive/a')).toBe('new');
      });

      test('of 20 racers exactly one copies', async () => {
        await lake.put(from, bytes('x'));
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => lake.copyIfAbsent(from, 'archive/a')),
        );
        expect(answers.filter((won) => won)).toHaveLength(1);
      });

      test('a missing source is an error, and nothing appears', async () => {
        await expect(lake.copyIfAbsent(from, 'archive/a')).rejects.toThrow(ObjectMissingError);
        await lake.put('archive/b', bytes('x'));
        await expect(lake.copyIfAbsent(from, 'archive/b')).rejects.toThrow(ObjectMissingError);
        expect(await keysOf(lake, '')).toEqual(['archive/b']);
      });
    });

    describe('putIfMatch', () => {
      test('without a version it makes an object, and never replaces one', async () => {
        const made = await lake.putIfMatch('processed/a', bytes('one'), undefined);
        expect(made).toEqual(await lake.head('processed/a'));
        expect(await lake.putIfMatch('processed/a', bytes('two'), undefined)).toBeUndefined();
        expect(await textOf(lake, 'processed/a')).toBe('one');
      });

      test('replaces the version that the caller saw, and gives the next one', async () => {
        const first = await lake.putIfMatch('processed/a', bytes('one'), undefined);
        const second = await lake.putIfMatch('processed/a', bytes('two'), first?.version);
        expect(second).toEqual(await lake.head('processed/a'));
        expect(await lake.putIfMatch('processed/a', bytes('three'), second?.version)).toBeDefined();
        expect(await textOf(lake, 'processed/a')).toBe('three');
      });

      test('keeps an object that changed, even back to what it was', async () => {
        const first = await lake.putIfMatch('processed/a', bytes('one'), undefined);
        const second = await lake.putIfMatch('processed/a', bytes('two'), first?.version);
        await lake.putIfMatch('processed/a', bytes('one'), second?.version);
        expect(await lake.putIfMatch('processed/a', bytes('old'), first?.version)).toBeUndefined();
        expect(await lake.putIfMatch('processed/a', bytes('old'), second?.version)).toBeUndefined();
        expect(await textOf(lake, 'processed/a')).toBe('one');
      });

      test('makes nothing where the object of that version is gone', async () => {
        const first = await lake.putIfMatch('processed/a', bytes('one'), undefined);
        await lake.deleteIfMatch('processed/a', first?.version ?? '');
        expect(await lake.putIfMatch('processed/a', bytes('two'), first?.version)).toBeUndefined();
        expect(await lake.head('processed/a')).toBeUndefined();
      });

      test.each([true, false])('of 20 racers exactly one writes (an object was there: %s)', async (there) => {
        const version = there
          ? (await lake.putIfMatch('processed/a', bytes('old'), undefined))?.version
          : undefined;
        const answers = await Promise.all(
          Array.from({ length: 20 }, async (_, index) => {
            const won = await lake.putIfMatch('processed/a', bytes(`racer ${index}`), version);
            return won === undefined ? [] : [`racer ${index}`];
          }),
        );
        expect(answers.flat()).toEqual([await textOf(lake, 'processed/a')]);
        expect(await keysOf(lake, '')).toEqual(['processed/a']);
      });
    });

    describe('deleteIfMatch', () => {
      test('deletes what the caller saw', async () => {
        await lake.put('raw/a', bytes('one'));
        expect(await lake.deleteIfMatch('raw/a', await versionOf(lake, 'raw/a'))).toBe(true);
        expect(await lake.head('raw/a')).toBeUndefined();
        expect(await keysOf(lake, '')).toEqual([]);
      });

      test('keeps an object that changed, even to the same size', async () => {
        await lake.put('raw/a', bytes('one'));
        const version = await versionOf(lake, 'raw/a');
        await lake.put('raw/a', bytes('two'));
        expect(await lake.deleteIfMatch('raw/a', version)).toBe(false);
        expect(await textOf(lake, 'raw/a')).toBe('two');
      });

      test('is false for what is gone', async () => {
        await lake.put('raw/a', bytes('one'));
        const version = await versionOf(lake, 'raw/a');
        await lake.deleteIfMatch('raw/a', version);
        expect(await lake.deleteIfMatch('raw/a', version)).toBe(false);
        expect(await lake.deleteIfMatch('raw/none', version)).toBe(false);
      });

      test('of 20 racers exactly one deletes', async () => {
        await lake.put('raw/a', bytes('one'));
        const version = await versionOf(lake, 'raw/a');
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => lake.deleteIfMatch('raw/a', version)),
        );
        expect(answers.filter((deleted) => deleted)).toHaveLength(1);
      });
    });

    describe('keys', () => {
      test.each(oddKeys)('%j names an object like any other', async (key) => {
        expect(await lake.putIfAbsent(key, bytes('one'))).toBe(true);
        expect(await keysOf(lake, '')).toEqual([key]);
        expect(await textOf(lake, key)).toBe('one');
        expect(await lake.copyIfAbsent(key, `copy/${key}`)).toBe(true);
        expect(await lake.deleteIfMatch(key, await versionOf(lake, key))).toBe(true);
        expect(await keysOf(lake, '')).toEqual([`copy/${key}`]);
      });

      test('names that only look alike are different keys', async () => {
        const twins = ['raw/caf\u00e9', 'raw/cafe\u0301', 'raw/caf%C3%A9', 'raw/CAF\u00c9'];
        for (const key of twins) expect(await lake.putIfAbsent(key, bytes(key))).toBe(true);
        for (const key of twins) expect(await textOf(lake, key)).toBe(key);
        expect(await keysOf(lake, '')).toHaveLength(twins.length);
      });

      test.each(badKeys)('%j is refused by every operation', async (key) => {
        for (const use of [
          () => lake.head(key),
          () => lake.get(key),
          () => lake.open(key),
          () => lake.putIfAbsent(key, bytes('x')),
          () => lake.put(key, bytes('x')),
          () => lake.copyIfAbsent('raw/a', key),
          () => lake.copyIfAbsent(key, 'raw/b'),
          () => lake.putIfMatch(key, bytes('x'), undefined),
          () => lake.putIfMatch(key, bytes('x'), 'any'),
          () => lake.deleteIfMatch(key, 'any'),
          () => Promise.resolve().then(() => lake.engineInputs([key])),
        ]) {
          await expect(use()).rejects.toThrow(InvalidKeyError);
        }
        expect(await keysOf(lake, '')).toEqual([]);
      });

      test.each(['/', '../', 'raw//', 'raw/../', './', 'a\0', '/raw'])(
        'the prefix %j is refused',
        async (prefix) => {
          await expect(keysOf(lake, prefix)).rejects.toThrow(InvalidKeyError);
        },
      );
    });

    describe('workspace', () => {
      test('what is staged is in the lake, with its size and hash', async () => {
        const workspace = await lake.workspace('attempt-1');
        await writeFile(workspace.path('validated/date=2024-06-25/part.parquet'), 'rows');
        const staged = await workspace.stage('validated/date=2024-06-25/part.parquet');
        expect(staged).toEqual({
          key: '_staging/attempt-1/validated/date=2024-06-25/part.parquet',
          bytes: 4,
          sha256: createHash('sha256').update('rows').digest('hex'),
        });
        expect(await textOf(lake, staged.key)).toBe('rows');
      });

      test('a file that was never written cannot be staged', async () => {
        const workspace = await lake.workspace('attempt-1');
        await expect(workspace.stage('none')).rejects.toThrow(ObjectMissingError);
      });

      test('after dispose its directory is gone, and what was copied stays', async () => {
        const workspace = await lake.workspace('attempt-1');
        await writeFile(workspace.path('part'), 'rows');
        const staged = await workspace.stage('part');
        await lake.copyIfAbsent(staged.key, 'validated/part');
        await workspace.dispose();
        await workspace.dispose();
        await expect(readFile(`${workspace.directory}/part`)).rejects.toThrow('ENOENT');
        expect(await textOf(lake, 'validated/part')).toBe('rows');
      });

      test('two attempts do not meet, and one attempt has one workspace', async () => {
        const [one, two] = [await lake.workspace('attempt-1'), await lake.workspace('attempt-2')];
        expect(one.path('a')).not.toBe(two.path('a'));
        await expect(lake.workspace('attempt-1')).rejects.toThrow('attempt-1');
      });

      test.each(['', '.', '..', 'a/b', 'a b', '.hidden', 'x'.repeat(129), 'ä'])(
        'the attempt %j is refused',
        async (attempt) => {
          await expect(lake.workspace(attempt)).rejects.toThrow(InvalidKeyError);
        },
      );

      test.each(['../a', '/a', 'a//b', 'a/../../b', ''])('the name %j is refused', async (name) => {
        const workspace = await lake.workspace('attempt-1');
        expect(() => workspace.path(name)).toThrow(InvalidKeyError);
        await expect(workspace.stage(name)).rejects.toThrow(InvalidKeyError);
      });
    });

    test('an engine gets one input for each key, in their order', async () => {
      const inputs = await lake.engineInputs(['validated/b', 'validated/a']);
      expect(inputs).toHaveLength(2);
      expect(inputs[0]).toMatch(/validated\/b$/);
      expect(inputs[1]).toMatch(/validated\/a$/);
    });
  });
}
