import { afterAll, beforeAll, describe } from 'vitest';
import type { Tables } from '../../src/tables/tables.ts';
import { ensureTables } from '../../src/tables/ensure.ts';
import { ALL } from './definitions.ts';
import { IMPLEMENTATIONS, type TableServer } from './implementations.ts';

export interface Suite {
  /** Tables that do not exist yet, shared with no other test. */
  readonly fresh: () => Promise<Tables>;
  /** The same, made. */
  readonly ready: () => Promise<Tables>;
}

/** Runs the same sentences over every implementation of DynamoDB that the project supports. */
export function describeTables(
  subject: string,
  sentences: (suite: Suite) => void,
  implementations = IMPLEMENTATIONS,
): void {
  describe.each(implementations)(`${subject} on $name`, (implementation) => {
    let server: TableServer | undefined;
    let count = 0;
    beforeAll(async () => {
      server = await implementation.start();
    });
    afterAll(() => server?.stop());

    const fresh = (): Promise<Tables> => {
      if (server === undefined) throw new Error('The server has not been started.');
      count += 1;
      return server.tables(`t${String(count)}-`);
    };
    sentences({
      fresh,
      async ready() {
        const tables = await fresh();
        await ensureTables(tables, ALL);
        return tables;
      },
    });
  });
}
