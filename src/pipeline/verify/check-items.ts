import { kpis } from '../../kpis/index.ts';
import type { Lake } from '../../lake/lake.ts';
import { digestOf, type Publication } from '../../lake/publication.ts';
import type { ComputedDate } from '../../stages/transform-data/compute-dates.ts';
import { keyAttributes, PUBLISHED_DATES_TABLE } from '../../tables/definition.ts';
import { planChanges, sortOut } from '../../tables/plan-items.ts';
import type { Attributes } from '../../tables/item.ts';
import { queryPartition } from '../../tables/query.ts';
import type { TableAccessors } from '../session.ts';
import { rowsOf } from './check-publication.ts';
import type { VerifyContext } from './context.ts';
import type { Findings } from './findings.ts';
import type { TablesUnderTest } from './tables-under-test.ts';

/** Wrong items that are named for each date. */
const NAMED = 5;

/** Whether the tables hold exactly the items that follow from the parts. */
export async function checkItems(
  context: Pick<VerifyContext, 'engine'> & { readonly lake: Lake },
  tables: TablesUnderTest,
  { date, files }: ComputedDate,
  findings: Findings,
): Promise<void> {
  let wrong = 0;
  for (const { kpi, staged } of files) {
    const paths = await context.lake.engineInputs([staged]);
    const rows = await rowsOf(context.engine, { format: 'parquet', paths, columns: kpi.columns });
    await tables.read([kpi.table], async ({ tables: reached }) => {
      const name = reached.nameOf(kpi.table);
      const items = rows.map((row) => kpi.toItem(date, row));
      const wanted = sortOut(name, kpi.table, date, items);
      const present = await queryPartition(reached, kpi.table, date);
      const { puts, deletes } = planChanges(kpi.table, present, wanted.items);
      const differences = [
        ...puts.map((item) => ({ item, what: 'is missing or holds other values' })),
        ...deletes.map((item) => ({ item, what: 'does not follow from the parts' })),
      ];
      for (const { item, what } of differences) {
        wrong += 1;
        if (wrong > NAMED) continue;
        const key = keyAttributes(kpi.table).map(({ name: attribute }) => textOf(item[attribute]));
        findings.problem('item_wrong', name, {
          message: `${date}: the item ${JSON.stringify(key)} ${what}.`,
          remedy: reload(tables, reached.nameOf(PUBLISHED_DATES_TABLE), date),
        });
      }
    });
  }
  if (wrong > NAMED) {
    const message = `${date}: ${wrong - NAMED} more items of the KPI tables are wrong.`;
    findings.problem('item_wrong', date, { message, remedy: '' });
  }
}

/** What the date's marker says of the tables, against the publication. */
export async function checkMarker(
  tables: TablesUnderTest,
  identity: string,
  publication: Publication,
  findings: Findings,
): Promise<void> {
  const { date } = publication;
  await tables.read([PUBLISHED_DATES_TABLE], async ({ published, tables: reached }: TableAccessors) => {
    const marker = await published.get(date);
    if (marker === undefined) {
      const message = `${date}: no marker says that the tables hold the date.`;
      findings.problem('marker_missing', date, { message, remedy: '`hitparade run` loads it.' });
      return;
    }
    const { version, kpi_version } = publication;
    const expected = { lake: identity, version, kpi_version, digest: digestOf(publication) };
    const wrong = Object.entries(expected).filter(
      ([field, value]) => marker[field as keyof typeof expected] !== value,
    );
    if (wrong.length === 0) return;
    const table = reached.nameOf(PUBLISHED_DATES_TABLE);
    findings.problem('marker_wrong', date, {
      message: `${date}: the marker in ${table} has another ${wrong.map(([field]) => field).join(', ')} than was published.`,
      remedy: reload(tables, table, date),
    });
  });
}

const textOf = (value: Attributes[string] | undefined): string => value?.S ?? value?.N ?? '';

/** A date without a marker is loaded again, which compares every item. */
const reload = (tables: TablesUnderTest, table: string, date: string): string =>
  tables.without(table, { date });

/** Names of the KPI tables' definitions. */
export const KPI_TABLES = kpis.map(({ table }) => table);
