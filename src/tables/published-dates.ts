import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { PUBLISHED_DATES_TABLE } from './definition.ts';
import { attempt, conditionFailed } from './failures.ts';
import { fromAttributes, toAttributes, type Attributes } from './item.ts';
import { scanTable } from './scan.ts';
import type { Tables } from './tables.ts';

/** Which charts of a date the KPI tables hold. */
export interface PublishedDate {
  /** The lake that the charts come from; tables serve one lake. */
  readonly lake: string;
  /** Number of the newest log entry that the charts include. */
  readonly version: number;
  /** Which definition of the KPIs computed them. */
  readonly kpi_version: string;
  /** Hash of what was loaded. */
  readonly digest: string;
  /** ISO time. */
  readonly published_on: string;
}

/** Present only while the tables hold complete charts of the date. */
const CHARTS = { '#digest': 'digest', '#kpis': 'kpi_version', '#on': 'published_on' };

/** The markers of the table `PublishedDates`: one a date, whose version never falls. */
export class PublishedDates {
  readonly #tables: Tables;
  readonly #table: string;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#table = tables.nameOf(PUBLISHED_DATES_TABLE);
  }

  /** `undefined` if the tables hold no complete charts of the date. */
  async get(date: string): Promise<PublishedDate | undefined> {
    const { Item: item } = await attempt(this.#tables, `read the table ${this.#table}`, () =>
      this.#tables.client.send(
        new GetItemCommand({ TableName: this.#table, Key: toAttributes({ date }), ConsistentRead: true }),
      ),
    );
    return item === undefined ? undefined : toMarker(item);
  }

  /** All dates whose charts the tables hold, ascending. */
  async list(): Promise<ReadonlyMap<string, PublishedDate>> {
    const items = await scanTable(this.#tables, PUBLISHED_DATES_TABLE);
    const markers = items.flatMap((item): [string, PublishedDate][] => {
      const marker = toMarker(item);
      return marker === undefined ? [] : [[item['date']?.S ?? '', marker]];
    });
    return new Map(markers.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /**
   * Announces that this writer is about to load a version: from here on the tables hold no complete charts
   * of the date, and no other writer's items are taken any more (`Fence`). `false` if they hold, or are being
   * given, a newer version or charts of another lake: write nothing then.
   */
  begin(date: string, load: Pick<PublishedDate, 'lake' | 'version'>, writer: string): Promise<boolean> {
    return this.#update(date, {
      UpdateExpression:
        'SET #lake = :lake, #version = :version, #writer = :writer REMOVE #digest, #kpis, #on',
      // Never written; or ours and not newer; or another lake's whose charts are gone with their table.
      ConditionExpression:
        'attribute_not_exists(#version) OR (#lake = :lake AND #version <= :version) ' +
        'OR (#lake <> :lake AND attribute_not_exists(#digest))',
      ExpressionAttributeNames: { '#lake': 'lake', '#version': 'version', '#writer': 'writer', ...CHARTS },
      ExpressionAttributeValues: toAttributes({
        ':lake': load.lake,
        ':version': load.version,
        ':writer': writer,
      }),
    });
  }

  /**
   * Marks what this writer began as complete. `false` if another writer has begun since: the date is its own
   * to complete.
   */
  finish(date: string, record: PublishedDate, writer: string): Promise<boolean> {
    const { kpi_version, digest, published_on } = record;
    return this.#update(date, {
      UpdateExpression: 'SET #kpis = :kpis, #digest = :digest, #on = :on',
      ConditionExpression: '#writer = :writer',
      ExpressionAttributeNames: { '#writer': 'writer', ...CHARTS },
      ExpressionAttributeValues: toAttributes({
        ':writer': writer,
        ':kpis': kpi_version,
        ':digest': digest,
        ':on': published_on,
      }),
    });
  }

  /**
   * Says of every date that its charts are not in the tables (any more), and that nobody may complete those
   * that are being loaded. Only the version stays, so that a runner with older charts still cannot pass for
   * the newest.
   */
  async invalidate(): Promise<void> {
    for (const item of await scanTable(this.#tables, PUBLISHED_DATES_TABLE)) {
      await this.#update(item['date']?.S ?? '', {
        UpdateExpression: 'REMOVE #digest, #kpis, #on, #writer',
        ConditionExpression: 'attribute_exists(#version)',
        ExpressionAttributeNames: { '#version': 'version', '#writer': 'writer', ...CHARTS },
      });
    }
  }

  async #update(
    date: string,
    change: {
      readonly UpdateExpression: string;
      readonly ConditionExpression: string;
      readonly ExpressionAttributeNames: Record<string, string>;
      readonly ExpressionAttributeValues?: Attributes;
    },
  ): Promise<boolean> {
    try {
      await attempt(this.#tables, `write to the table ${this.#table}`, () =>
        this.#tables.client.send(
          new UpdateItemCommand({ TableName: this.#table, Key: toAttributes({ date }), ...change }),
        ),
      );
      return true;
    } catch (error) {
      if (conditionFailed(error)) return false;
      throw error;
    }
  }
}

function toMarker(attributes: Attributes): PublishedDate | undefined {
  const { lake, version, kpi_version, digest, published_on } = fromAttributes(attributes);
  if (typeof lake !== 'string') return undefined;
  if (typeof version !== 'number' || typeof kpi_version !== 'string') return undefined;
  if (typeof digest !== 'string' || typeof published_on !== 'string') return undefined;
  return { lake, version, kpi_version, digest, published_on };
}
