import { randomUUID } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { Ledger, type ClaimOptions, type LedgerOutcome } from '../../src/tables/ledger.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { describeTables } from './suite.ts';

const FILE = 'monday.csv';
const NOW = new Date('2024-06-25T12:00:00.000Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

function as(owner: string, changes: Partial<ClaimOptions> = {}): ClaimOptions {
  return { owner, leaseSeconds: 30, version: 'v1', now: NOW, isOwnerAlive: () => true, ...changes };
}

const SUCCESS: LedgerOutcome = {
  status: 'success',
  processed_on: '2024-06-25T12:00:10.000Z',
  rows: 10,
  valid: 9,
  bad: 1,
  dates: ['2024-06-25'],
  reasons: { missing_user_id: 1 },
  hash: 'abc',
  error: null,
  log_number: 1,
};

/** The same tables, where something happens between the first reading of an item and its writing. */
function interrupted(tables: Tables, interruption: () => Promise<unknown>): Tables {
  const send = tables.client.send.bind(tables.client);
  let waiting = true;
  const client = new Proxy(tables.client, {
    get(target, name) {
      if (name !== 'send') return Reflect.get(target, name) as unknown;
      return async (command: Parameters<typeof send>[0]) => {
        if (waiting && command instanceof PutItemCommand) {
          waiting = false;
          await interruption();
        }
        return send(command);
      };
    },
  });
  return { ...tables, client };
}

describeTables('Ledger', ({ ready }) => {
  test('of many runners at once one gets the file, and the others learn who holds it', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    const owners = ['a', 'b', 'c', 'd'];
    const claims = await Promise.all(owners.map((owner) => ledger.claim(FILE, as(owner))));
    const winner = owners[claims.findIndex(({ claimed }) => claimed)];
    expect(claims.filter(({ claimed }) => claimed)).toEqual([{ claimed: true, epoch: 1, attempts: 1 }]);
    for (const claim of claims.filter(({ claimed }) => !claimed)) {
      expect(claim).toEqual({ claimed: false, heldBy: winner, leaseUntil: later(30).toISOString() });
    }
  });

  test('a lease that has run out can be claimed, and counts as another attempt', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    expect(await ledger.claim(FILE, as('b', { now: later(29) }))).toMatchObject({ claimed: false });
    expect(await ledger.claim(FILE, as('b', { now: later(30) }))).toEqual({
      claimed: true,
      epoch: 2,
      attempts: 2,
    });
  });

  test('the lease of an owner known to be dead is not waited for', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    const isOwnerAlive = (owner: string) => owner !== 'a';
    expect(await ledger.claim(FILE, as('b', { isOwnerAlive }))).toEqual({
      claimed: true,
      epoch: 2,
      attempts: 2,
    });
    expect(await ledger.claim(FILE, as('c', { isOwnerAlive }))).toMatchObject({
      claimed: false,
      heldBy: 'b',
    });
  });

  test('a heartbeat extends the lease; after a takeover it fails', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    expect(await ledger.heartbeat(FILE, 1, later(60))).toBe(true);
    expect(await ledger.claim(FILE, as('b', { now: later(59) }))).toMatchObject({ claimed: false });
    expect(await ledger.claim(FILE, as('b', { now: later(61) }))).toMatchObject({ epoch: 2 });
    expect(await ledger.heartbeat(FILE, 1, later(90))).toBe(false);
    expect(await ledger.heartbeat(FILE, 2, later(120))).toBe(true);
  });

  test('a finished file of which nothing is left to decide is not claimed, one in work is', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    const isDecided = (): Promise<boolean> => Promise.resolve(true);
    expect(await ledger.claim(FILE, as('a', { isDecided }))).toEqual({ claimed: false, heldBy: undefined });
    await ledger.claim(FILE, as('a'));
    const claim = await ledger.claim(FILE, as('b', { now: later(31), isDecided }));
    expect(claim).toMatchObject({ claimed: true, epoch: 2 });
    await ledger.finish(FILE, { epoch: 2 }, SUCCESS);
    expect(await ledger.claim(FILE, as('c', { isDecided }))).toEqual({ claimed: false, heldBy: undefined });
    expect(await ledger.get(FILE)).toMatchObject({ status: 'success', epoch: 2 });
  });

  test('a file that is taken for new is claimed as any other, whatever its item says', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    const isNew = true;
    expect(await ledger.claim(FILE, as('a', { isNew }))).toEqual({ claimed: true, epoch: 1, attempts: 1 });
    expect(await ledger.claim(FILE, as('b', { isNew }))).toMatchObject({ claimed: false, heldBy: 'a' });
    const isDecided = (): Promise<boolean> => Promise.resolve(true);
    const held = await ledger.claim(FILE, as('b', { isNew, isDecided }));
    expect(held).toMatchObject({ claimed: false, heldBy: 'a' });
    const claim = await ledger.claim(FILE, as('b', { isNew, now: later(31) }));
    expect(claim).toEqual({ claimed: true, epoch: 2, attempts: 2 });
    await ledger.finish(FILE, { epoch: 2, attempts: 2 }, SUCCESS);
    const decided = await ledger.claim(FILE, as('c', { isNew, isDecided }));
    expect(decided).toEqual({ claimed: false, heldBy: undefined });
  });

  test('a claim whose attempts are known is finished as one whose item is read', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    const claim = { epoch: 1, attempts: 1 };
    expect(await ledger.finish(FILE, claim, SUCCESS)).toBe(true);
    expect(await ledger.get(FILE)).toEqual({ ...SUCCESS, filename: FILE, epoch: 1, attempts: 1 });
    expect(await ledger.finish(FILE, claim, SUCCESS)).toBe(true);
    expect(await ledger.finish(FILE, claim, { ...SUCCESS, log_number: 7 })).toBe(false);
    await ledger.claim(FILE, as('b'));
    expect(await ledger.finish(FILE, claim, { ...SUCCESS, log_number: 7 })).toBe(false);
    expect(await ledger.finish(FILE, { epoch: 2, attempts: 1 }, { ...SUCCESS, log_number: 0 })).toBe(false);
    expect(await ledger.get(FILE)).toMatchObject({ status: 'processing', epoch: 2, log_number: 1 });
  });

  test('finish records the facts and ends the claim', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    expect(await ledger.finish(FILE, { epoch: 1 }, SUCCESS)).toBe(true);
    expect(await ledger.get(FILE)).toEqual({ ...SUCCESS, filename: FILE, epoch: 1, attempts: 1 });
    expect(await ledger.heartbeat(FILE, 1, later(60))).toBe(false);
  });

  test('finish may be repeated, for an answer that was lost', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    expect(await ledger.finish(FILE, { epoch: 1 }, SUCCESS)).toBe(true);
    expect(await ledger.finish(FILE, { epoch: 1 }, SUCCESS)).toBe(true);
  });

  test('a claim that another ended with an earlier delivery is not taken for finished', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    // The lease has run out, and whoever knows of an earlier entry only writes what that says.
    expect(await ledger.project(FILE, { ...SUCCESS, log_number: 5 }, { now: later(31) })).toBe(true);
    expect(await ledger.finish(FILE, { epoch: 1 }, { ...SUCCESS, log_number: 7 })).toBe(false);
    expect(await ledger.project(FILE, { ...SUCCESS, log_number: 7 }, { now: later(31) })).toBe(true);
    expect(await ledger.get(FILE)).toMatchObject({ status: 'success', log_number: 7 });
  });

  test('a runner that lost its claim cannot finish, release or forget the file', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    await ledger.claim(FILE, as('b', { now: later(31) }));
    expect(await ledger.finish(FILE, { epoch: 1 }, SUCCESS)).toBe(false);
    expect(await ledger.release(FILE, 1, { blameless: false })).toBe(false);
    expect(await ledger.release(FILE, 1, { blameless: true })).toBe(false);
    expect(await ledger.forget(FILE, 1)).toBe(false);
    expect(await ledger.get(FILE)).toMatchObject({ status: 'processing', owner: 'b', epoch: 2 });
  });

  test('a finished file can be claimed again, attempts begin anew, and the epoch goes on', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    await ledger.finish(FILE, { epoch: 1 }, { status: 'failed', error: 'no header' });
    expect(await ledger.claim(FILE, as('a'))).toEqual({ claimed: true, epoch: 2, attempts: 1 });
    await ledger.finish(FILE, { epoch: 2 }, SUCCESS);
    expect(await ledger.get(FILE)).toEqual({ ...SUCCESS, filename: FILE, epoch: 2, attempts: 1 });
  });

  test('a released file can be claimed at once', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    expect(await ledger.release(FILE, 1, { blameless: false })).toBe(true);
    expect(await ledger.claim(FILE, as('b'))).toEqual({ claimed: true, epoch: 2, attempts: 2 });
  });

  test('a blameless release takes the attempt back, once, and never below none', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    for (let time = 0; time < 2; time++) {
      expect(await ledger.release(FILE, 1, { blameless: true })).toBe(true);
      expect(await ledger.get(FILE)).toMatchObject({ status: 'processing', attempts: 0 });
    }
    expect(await ledger.claim(FILE, as('b'))).toEqual({ claimed: true, epoch: 2, attempts: 1 });
    await ledger.release(FILE, 2, { blameless: false });
    await ledger.claim(FILE, as('c'));
    for (let time = 0; time < 2; time++) await ledger.release(FILE, 3, { blameless: true });
    expect(await ledger.get(FILE)).toMatchObject({ attempts: 1 });
  });

  test('forgetting a claim leaves nothing behind, and may be repeated', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    expect(await ledger.forget(FILE, 2)).toBe(false);
    expect(await ledger.forget(FILE, 1)).toBe(true);
    expect(await ledger.list()).toEqual([]);
    expect(await ledger.forget(FILE, 1)).toBe(true);
    expect(await ledger.claim(FILE, as('b'))).toEqual({ claimed: true, epoch: 1, attempts: 1 });
  });

  test('a file that was finished is not forgotten', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    await ledger.finish(FILE, { epoch: 1 }, SUCCESS);
    expect(await ledger.forget(FILE, 1)).toBe(false);
    expect(await ledger.get(FILE)).toMatchObject(SUCCESS);
  });

  test('the outcome of an older log entry never replaces that of a newer one', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.project(FILE, { ...SUCCESS, log_number: 10 }, { now: NOW });
    expect(await ledger.project(FILE, { ...SUCCESS, log_number: 9, rows: 1 }, { now: NOW })).toBe(false);
    await ledger.claim(FILE, as('a'));
    expect(await ledger.finish(FILE, { epoch: 1 }, { ...SUCCESS, log_number: 9 })).toBe(false);
    expect(await ledger.get(FILE)).toMatchObject({ status: 'processing', log_number: 10, rows: 10 });
    expect(await ledger.finish(FILE, { epoch: 1 }, { ...SUCCESS, log_number: 11 })).toBe(true);
  });

  test('nor does it between the reading and the writing of another', async () => {
    const tables = await ready();
    const ledger = new Ledger(tables, randomUUID);
    await ledger.project(FILE, SUCCESS, { now: NOW });
    const newer = { ...SUCCESS, log_number: 3 };
    const slow = new Ledger(
      interrupted(tables, () => ledger.project(FILE, newer, { now: NOW })),
      randomUUID,
    );
    expect(await slow.project(FILE, { ...SUCCESS, log_number: 2 }, { now: NOW })).toBe(false);
    expect(await ledger.get(FILE)).toMatchObject(newer);
  });

  test('an outcome that comes from no log entry keeps the number of the last one', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.project(FILE, { ...SUCCESS, log_number: null }, { now: NOW });
    await ledger.project(FILE, { ...SUCCESS, log_number: 4 }, { now: NOW });
    await ledger.claim(FILE, as('a'));
    expect(await ledger.finish(FILE, { epoch: 1 }, { status: 'failed', error: 'it ended five runs' })).toBe(
      true,
    );
    expect(await ledger.get(FILE)).toMatchObject({ status: 'failed', log_number: 4 });
  });

  test('project rebuilds an absent item, and writes only when it changes something', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    expect(await ledger.project(FILE, SUCCESS, { now: NOW, epoch: 4 })).toBe(true);
    expect(await ledger.project(FILE, SUCCESS, { now: NOW, epoch: 4 })).toBe(false);
    expect(await ledger.project(FILE, { ...SUCCESS, rows: 11 }, { now: NOW, epoch: 4 })).toBe(true);
    expect(await ledger.claim(FILE, as('a'))).toMatchObject({ epoch: 5 });
  });

  test('project leaves a file alone that somebody holds, and settles one whose lease ran out', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    await ledger.claim(FILE, as('a'));
    expect(await ledger.project(FILE, SUCCESS, { now: NOW })).toBe(false);
    expect(await ledger.project(FILE, SUCCESS, { now: later(31) })).toBe(true);
    expect(await ledger.get(FILE)).toEqual({ ...SUCCESS, filename: FILE, epoch: 1, attempts: 1 });
    expect(await ledger.finish(FILE, { epoch: 1 }, { status: 'failed' })).toBe(false);
  });

  test('lists every file by name', async () => {
    const ledger = new Ledger(await ready(), randomUUID);
    for (const name of ['b.csv', 'ä.csv', 'a.csv']) await ledger.claim(name, as('x'));
    expect((await ledger.list()).map(({ filename }) => filename)).toEqual(['a.csv', 'b.csv', 'ä.csv']);
  });
});
