import { join } from 'node:path';
import { lstatIfPresent } from '../../lake/local-files.ts';
import type { CommitLog } from '../../lake/log.ts';
import { PRIVATE } from '../../lake/zones.ts';
import { readMarkers } from '../../stages/load-to-dynamodb/dates-to-load.ts';
import { PUBLISHED_DATES_TABLE } from '../../tables/definition.ts';
import { assertKeys, describe } from '../../tables/ensure.ts';
import type { CompleteConfig } from '../config.ts';
import { type TableAccessors, TABLES } from '../session.ts';
import { checked, fine, wrong } from './checked.ts';
import { CLOCK_MS, SYNCHRONISE } from './check-disk.ts';
import type { DoctorCheck } from './report.ts';

const LOOK = 'Check --dynamodb-endpoint, --region and the credentials of this shell.';

/** Whether the tables answer, have the keys that they need, and belong to this lake. Makes none. */
export async function checkTables(
  directory: string,
  config: CompleteConfig,
  connect: () => Promise<TableAccessors>,
  log: CommitLog | undefined,
): Promise<readonly DoctorCheck[]> {
  const embedded = config.dynamodbEndpoint === undefined;
  if (embedded && lstatIfPresent(join(directory, PRIVATE, 'dynamodb')) === undefined) {
    return [fine('tables', 'embedded, made by the first run')];
  }
  const checks: DoctorCheck[] = [];
  const absent = new Set<string>();
  const reached = await checked('tables', LOOK, async () => {
    const { tables } = await connect();
    for (const definition of TABLES) {
      if ((await describe(tables, definition)) === undefined) absent.add(definition.name);
    }
    const missing = absent.size === 0 ? '' : `; the next run makes ${[...absent].join(', ')}`;
    return fine('tables', `${tables.location}${missing}`);
  });
  checks.push(reached);
  if (!reached.ok) return checks;
  checks.push(
    await checked('table_keys', LOOK, async () => {
      const { tables } = await connect();
      for (const definition of TABLES) assertKeys(tables, definition, await describe(tables, definition));
      return fine('table_keys', 'as needed');
    }),
    await checked('table_owner', LOOK, async () => {
      const { published } = await connect();
      if (log === undefined || absent.has(PUBLISHED_DATES_TABLE.name)) {
        return fine('table_owner', 'no log or no markers to compare');
      }
      const markers = await readMarkers(published, log);
      return fine('table_owner', `the tables hold ${markers.size} dates, all of this lake`);
    }),
  );
  if (config.dynamodbEndpoint !== undefined) checks.push(await checkServerClock(config.dynamodbEndpoint));
  return checks;
}

/** Requests are signed with the time; a server refuses those that are minutes off. */
function checkServerClock(endpoint: string): Promise<DoctorCheck> {
  return checked('server_clock', LOOK, async () => {
    const answer = await fetch(endpoint, { method: 'HEAD', signal: AbortSignal.timeout(5_000) });
    const date = answer.headers.get('date');
    if (date === null) return fine('server_clock', 'the server tells no time');
    const offMs = Date.parse(date) - Date.now();
    const found = `the clock of ${endpoint} is ${Math.round(Math.abs(offMs) / 1000)} s off this one`;
    return Math.abs(offMs) > CLOCK_MS
      ? wrong('server_clock', found, SYNCHRONISE)
      : fine('server_clock', found);
  });
}
