import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { ensureTables } from '../../src/tables/ensure.ts';
import { Ledger, type ClaimOptions, type LedgerOutcome } from '../../src/tables/ledger.ts';
import { PublishedDates } from '../../src/tables/published-dates.ts';
import { readItems } from '../../src/tables/query.ts';
import { syncItems } from '../../src/tables/sync-items.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { ALL, DATE, newFence, SONGS, songs } from './definitions.ts';
import { describeTables } from './suite.ts';

const FILE = 'monday.csv';
const NOW = new Date('2024-06-25T12:00:00.000Z');
const ME: ClaimOptions = { owner: 'me', leaseSeconds: 30, version: 'v1', now: NOW, isOwnerAlive: () => true };
const SUCCESS: LedgerOutcome = { status: 'success', rows: 1, log_number: 1 };
const MARKER = { lake: 'this-lake', version: 1, kpi_version: 'k', digest: 'd', published_on: 'today' };
const WRITES = [
  CreateTableCommand,
  DeleteItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
];

/** The same tables, whose host ends after every other write, before it can answer. */
function forgetful(tables: Tables): { tables: Tables; lost: () => number } {
  const send = tables.client.send.bind(tables.client);
  let writes = 0;
  let lost = 0;
  const client = {
    send: async (command: Parameters<typeof send>[0]) => {
      const isWrite = WRITES.some((write) => command instanceof write);
      if (isWrite) writes += 1;
      const isLost = isWrite && writes % 2 === 1;
      const answer = await send(command);
      if (!isLost) return answer;
      lost += 1;
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    },
  } as Tables['client'];
  return { tables: { ...tables, client, reconnect: () => Promise.resolve() }, lost: () => lost };
}

describeTables('A write whose answer was lost is repeated:', ({ fresh, ready }) => {
  test('claim, heartbeat, release, finish and project do the same as undisturbed', async () => {
    const { tables, lost } = forgetful(await ready());
    const ledger = new Ledger(tables, randomUUID);
    expect(await ledger.claim(FILE, ME)).toEqual({ claimed: true, epoch: 1, attempts: 1 });
    expect(await ledger.heartbeat(FILE, 1, new Date(NOW.getTime() + 1))).toBe(true);
    expect(await ledger.release(FILE, 1, { blameless: true })).toBe(true);
    expect(await ledger.get(FILE)).toMatchObject({ epoch: 1, attempts: 0 });
    expect(await ledger.claim(FILE, ME)).toEqual({ claimed: true, epoch: 2, attempts: 1 });
    expect(await ledger.release(FILE, 2, { blameless: false })).toBe(true);
    expect(await ledger.claim(FILE, ME)).toEqual({ claimed: true, epoch: 3, attempts: 2 });
    expect(await ledger.finish(FILE, { epoch: 3 }, SUCCESS)).toBe(true);
    await ledger.project(FILE, { ...SUCCESS, rows: 2 }, { now: NOW, epoch: 3 });
    expect(await ledger.get(FILE)).toEqual({
      ...SUCCESS,
      rows: 2,
      filename: FILE,
      epoch: 3,
      attempts: 2,
    });
    await ledger.claim('../songs/songs.csv', ME);
    expect(await ledger.forget('../songs/songs.csv', 1)).toBe(true);
    expect(await ledger.list()).toHaveLength(1);
    expect(lost()).toBe(10);
  });

  test('a date is loaded and marked once', async () => {
    const { tables, lost } = forgetful(await ready());
    const published = new PublishedDates(tables);
    const fence = newFence(DATE);
    expect(await published.begin(DATE, MARKER, fence.writer)).toBe(true);
    expect(await syncItems(tables, SONGS, fence, songs(120))).toMatchObject({ written: 120 });
    expect(await published.finish(DATE, MARKER, fence.writer)).toBe(true);
    expect(await published.get(DATE)).toEqual(MARKER);
    expect(await readItems(tables, SONGS, DATE)).toEqual(songs(120));
    expect(lost()).toBe(4);
  });

  test('tables are made', async () => {
    const { tables, lost } = forgetful(await fresh());
    await ensureTables(tables, ALL);
    expect(await ensureTables(tables, ALL)).toEqual({ created: [] });
    expect(lost()).toBeGreaterThan(0);
  });
});
