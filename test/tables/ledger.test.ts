import { expect, test } from 'vitest';
import { Ledger, type ClaimOptions, type LedgerOutcome } from '../../src/tables/ledger.ts';
import { describeTables } from './suite.ts';

const FILE = 'monday.csv';
const NOW = new Date('2024-06-25T12:00:00.000Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

function as(owner: string, changes: Partial<ClaimOptions> = {}): ClaimOptions {
  return { owner, leaseSeconds: 30, now: NOW, isOwnerAlive: () => true, ...changes };
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

describeTables('Ledger', ({ ready }) => {
  test('of many runners at once one gets the file, and the others learn who holds it', async () => {
    const ledger = new Ledger(await ready());
    const owners = ['a', 'b', 'c', 'd'];
    const claims = await Promise.all(owners.map((owner) => ledger.claim(FILE, as(owner))));
    const winner = owners[claims.findIndex(({ claimed }) => claimed)];
    expect(claims.filter(({ claimed }) => claimed)).toEqual([{ claimed: true, epoch: 1, attempts: 1 }]);
    for (const claim of claims.filter(({ claimed }) => !claimed)) {
      expect(claim).toEqual({ claimed: false, heldBy: winner, leaseUntil: later(30).toISOString() });
    }
  });

  test('a lease that has run out can be claimed, and counts as another attempt', async () => {
    const ledger = new Ledger(await ready());
    await ledger.claim(FILE, as('a'));
    expect(await ledger.claim(FILE, as('b', { now: later(29) }))).toMatchObject({ claimed: false });
    expect(await ledger.claim(FILE, as('b', { now: later(30) }))).toEqual({
      claimed: true,
      epoch: 2,
      attempts: 2,
    });
  });

  test('the lease of an owner known to be dead is not waited for', async () => {
    const ledger = new Ledger(await ready());
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
    const ledger = new Ledger(await ready());
    await ledger.claim(FILE, as('a'));
    expect(await ledger.heartbeat(FILE, 1, later(60))).toBe(true);
    expect(await ledger.claim(FILE, as('b', { now: later(59) }))).toMatchObject({ claimed: false });
    expect(await ledger.claim(FILE, as('b', { now: later(61) }))).toMatchObject({ epoch: 2 });
    expect(await ledger.heartbeat(FILE, 1, later(90))).toBe(false);
    expect(await ledger.heartbeat(FILE, 2, later(120))).toBe(true);
  });

  test('finish records the facts and ends the claim', async () => {
    const ledger = new Ledger(await ready());
    await ledger.claim(FILE, as('a'));
    expect(await ledger.finish(FILE, 1, SUCCESS)).toBe(true);
    expect(await ledger.get(FILE)).toEqual({ ...SUCCESS, filename: FILE, epoch: 1, attempts: 1 });
    expect(await ledger.heartbeat(FILE, 1, later(60))).toBe(false);
  });

  test('finish may be repeated, for an answer that was lost', async () => {
    const ledger = new Ledger(await ready());
    await ledger.claim(FILE, as('a'));
    expect(await ledger.finish(FILE, 1, SUCCESS)).toBe(true);
    expect(await ledger.finish(FILE, 1, SUCCESS)).toBe(true);
  });

  test('a runner that lost its claim cannot finish or release the file', async () => {
    const ledger = new Ledger(await ready());
    await ledger.claim(FILE, as('a'));
    await ledger.claim(FILE, as('b', { now: later(31) }));
    expect(await ledger.finish(FILE, 1, SUCCESS)).toBe(false);
    expect(await ledger.release(FILE, 1)).toBe(false);
    expect(await ledger.get(FILE)).toMatchObject({ status: 'processing', owner: 'b', epoch: 2 });
  });

  test('a finished file can be claimed again, attempts begin anew, and the epoch goes on', async () => {
    const ledger = new Ledger(await ready());
    await ledger.claim(FILE, as('a'));
    await ledger.finish(FILE, 1, { status: 'failed', error: 'no header' });
    expect(await ledger.claim(FILE, as('a'))).toEqual({ claimed: true, epoch: 2, attempts: 1 });
    await ledger.finish(FILE, 2, SUCCESS);
    expect(await ledger.get(FILE)).toEqual({ ...SUCCESS, filename: FILE, epoch: 2, attempts: 1 });
  });

  test('a released file can be claimed at once', async () => {
    const ledger = new Ledger(await ready());
    await ledger.claim(FILE, as('a'));
    expect(await ledger.release(FILE, 1)).toBe(true);
    expect(await ledger.claim(FILE, as('b'))).toEqual({ claimed: true, epoch: 2, attempts: 2 });
  });

  test('project rebuilds an absent item, and writes only when it changes something', async () => {
    const ledger = new Ledger(await ready());
    expect(await ledger.project(FILE, SUCCESS, { now: NOW, epoch: 4 })).toBe(true);
    expect(await ledger.project(FILE, SUCCESS, { now: NOW, epoch: 4 })).toBe(false);
    expect(await ledger.project(FILE, { ...SUCCESS, rows: 11 }, { now: NOW, epoch: 4 })).toBe(true);
    expect(await ledger.claim(FILE, as('a'))).toMatchObject({ epoch: 5 });
  });

  test('project leaves a file alone that somebody holds, and settles one whose lease ran out', async () => {
    const ledger = new Ledger(await ready());
    await ledger.claim(FILE, as('a'));
    expect(await ledger.project(FILE, SUCCESS, { now: NOW })).toBe(false);
    expect(await ledger.project(FILE, SUCCESS, { now: later(31) })).toBe(true);
    expect(await ledger.get(FILE)).toEqual({ ...SUCCESS, filename: FILE, epoch: 1, attempts: 1 });
    expect(await ledger.finish(FILE, 1, { status: 'failed' })).toBe(false);
  });

  test('lists every file by name', async () => {
    const ledger = new Ledger(await ready());
    for (const name of ['b.csv', 'ä.csv', 'a.csv']) await ledger.claim(name, as('x'));
    expect((await ledger.list()).map(({ filename }) => filename)).toEqual(['a.csv', 'b.csv', 'ä.csv']);
  });
});
