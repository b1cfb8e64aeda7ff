import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Dataset } from '../../src/contracts/contract.ts';
import type { HitparadeConfig } from '../../src/pipeline/config.ts';
import type { Observer } from '../../src/pipeline/events.ts';
import type { ChartItem, Hitparade, KpiName } from '../../src/pipeline/hitparade.ts';
import { openHitparade } from '../../src/pipeline/open.ts';
import type { FileReport, RunReport } from '../../src/pipeline/reports.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A file as it is dropped into the lake. */
export interface Drop {
  readonly dataset: Dataset;
  readonly filename: string;
  readonly text: string | Buffer;
  readonly modified?: Date;
}

const DEFAULT_MODIFIED = new Date('2024-07-01T00:00:00Z');

/** A local lake with embedded tables, as a person has it on a laptop. */
export class TestLake {
  readonly directory: string;
  readonly hitparade: Hitparade;

  private constructor(directory: string, hitparade: Hitparade) {
    this.directory = directory;
    this.hitparade = hitparade;
  }

  static async open(config: Partial<HitparadeConfig> = {}, observer?: Observer): Promise<TestLake> {
    const directory = config.lake ?? (await temporaryDirectory());
    const settings: HitparadeConfig = {
      lake: directory,
      tablePrefix: '',
      engine: 'duckdb',
      memoryLimit: '512MB',
      threads: 2,
      onSameName: 'append',
      ...config,
    };
    const hitparade = await openHitparade(settings, observer);
    const lake = new TestLake(directory, hitparade);
    onTestFinished(() => hitparade.close());
    return lake;
  }

  async drop({ dataset, filename, text, modified = DEFAULT_MODIFIED }: Drop): Promise<void> {
    const root = this.directory.replace(/^file:\/\//, '');
    const path = join(root, 'raw', dataset, filename);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    await utimes(path, modified, modified);
  }

  async run(...drops: readonly Drop[]): Promise<RunReport> {
    for (const drop of drops) await this.drop(drop);
    return this.hitparade.run();
  }

  chart(kpi: KpiName): Promise<readonly ChartItem[]> {
    return this.hitparade.chart(kpi, { from: '0001-01-01', to: '9999-12-31' });
  }

  async file(filename: string): Promise<FileReport | undefined> {
    return (await this.hitparade.files(filename))[0];
  }
}

/** CSV of plays, each given as `user track time`; times without a date are on 2024-06-25. */
export function plays(...rows: readonly string[]): string {
  const lines = rows.map((row) => {
    const [user = '', track = '', ...time] = row.split(' ');
    const when = time.length === 1 ? `2024-06-25 ${time[0] ?? ''}` : time.join(' ');
    return `${user},${track},${when}\n`;
  });
  return `user_id,track_id,listen_time\n${lines.join('')}`;
}

/** CSV of songs, each given as `track genre duration_ms`. */
export function songs(...rows: readonly string[]): string {
  const lines = rows.map((row) => {
    const [track = '', genre = '', duration = '1000'] = row.split(' ');
    return `${track},Song ${track},${genre},${duration},Band\n`;
  });
  return `track_id,track_name,track_genre,duration_ms,artists\n${lines.join('')}`;
}
