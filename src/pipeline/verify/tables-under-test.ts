import { TablesConfigError, TablesUnavailableError } from '../../tables/errors.ts';
import { assertKeys, describe } from '../../tables/ensure.ts';
import { TableMismatchError } from '../../tables/errors.ts';
import { type TableAccessors, TABLES } from '../session.ts';
import { inShell } from '../../lake/delivery-again.ts';
import type { VerifyContext } from './context.ts';
import type { Findings } from './findings.ts';

/** The tables, as far as they can be read. When they stop to answer, that is told once, and the rest goes on. */
export class TablesUnderTest {
  readonly #findings: Findings;
  #accessors: TableAccessors | undefined;
  #absent: ReadonlySet<string> = new Set();

  private constructor(findings: Findings) {
    this.#findings = findings;
  }

  static async open({ tables }: VerifyContext, findings: Findings, isNew: boolean): Promise<TablesUnderTest> {
    const opened = new TablesUnderTest(findings);
    await opened.#try(async () => {
      opened.#accessors = await tables();
      await opened.#lookAt(opened.#accessors, isNew);
    });
    return opened;
  }

  get reachable(): boolean {
    return this.#accessors !== undefined;
  }

  /** What the reading gives; undefined if the tables cannot be reached, or one of these does not exist. */
  async read<T>(
    needed: readonly { readonly name: string }[],
    reading: (accessors: TableAccessors) => Promise<T>,
  ): Promise<T | undefined> {
    const accessors = this.#accessors;
    if (accessors === undefined || needed.some(({ name }) => this.#absent.has(name))) return undefined;
    return this.#try(() => reading(accessors));
  }

  /** How one item is taken out of a table, so that the next run writes it again. */
  without(table: string, key: Readonly<Record<string, string>>): string {
    const tables = this.#accessors?.tables;
    if (tables === undefined || tables.embedded !== undefined) {
      return 'While no other command runs: `rm -r .hitparade/dynamodb`, then `hitparade run` fills the tables again from the log.';
    }
    const attributes = Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { S: value }]));
    const command = `aws dynamodb delete-item --table-name ${inShell(table)} --key ${inShell(JSON.stringify(attributes))}`;
    return `\`${command}\` (with the --endpoint-url or region of ${tables.location}), then \`hitparade run\`.`;
  }

  async #lookAt({ tables }: TableAccessors, isNew: boolean): Promise<void> {
    const absent = new Set<string>();
    for (const definition of TABLES) {
      const name = tables.nameOf(definition);
      const table = await describe(tables, definition);
      try {
        assertKeys(tables, definition, table);
      } catch (error) {
        if (!(error instanceof TableMismatchError)) throw error;
        absent.add(definition.name);
        this.#findings.problem('table_keys', name, { message: error.message, remedy: error.hint ?? '' });
        continue;
      }
      if (table !== undefined) continue;
      absent.add(definition.name);
      if (isNew) continue;
      const message = `the table does not exist (${tables.location}).`;
      this.#findings.problem('table_missing', name, {
        message,
        remedy: '`hitparade run` makes and fills it.',
      });
    }
    this.#absent = absent;
  }

  async #try<T>(step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof TablesUnavailableError || error instanceof TablesConfigError)) throw error;
      this.#accessors = undefined;
      this.#findings.problem('tables_unreachable', 'tables', {
        message: `the tables were not checked, only the lake. ${error.message}`,
        remedy: error.hint ?? '',
      });
      return undefined;
    }
  }
}
