import { relative } from 'node:path';
import type { PlanResult } from '../../engines/engine.ts';
import { kpis } from '../../kpis/index.ts';
import type { Workspace } from '../../lake/lake.ts';
import { ObjectMissingError } from '../../lake/errors.ts';
import type { StageContext } from '../context.ts';

/** The file of one KPI and date, as it was computed. */
export interface ComputedFile {
  readonly kpi: (typeof kpis)[number];
  /** Its key in staging. */
  readonly staged: string;
  readonly body: Uint8Array;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number;
}

/**
 * The KPI files of a plan's result. A KPI without rows on a date has a file without rows: were there none,
 * a writer that stood still could bring an old one back, because nothing would show that it is old.
 */
export class ComputedFiles {
  readonly #context: Pick<StageContext, 'lake' | 'engine'>;
  readonly #workspace: Workspace;
  readonly #result: PlanResult;
  readonly #empty = new Map<string, string>();

  constructor(context: Pick<StageContext, 'lake' | 'engine'>, workspace: Workspace, result: PlanResult) {
    this.#context = context;
    this.#workspace = workspace;
    this.#result = result;
  }

  async of(date: string): Promise<readonly ComputedFile[]> {
    const files: ComputedFile[] = [];
    for (const kpi of kpis) {
      const written = this.#result.files[kpi.name]?.find(({ partition }) => partition === date);
      const name = relative(this.#workspace.directory, written?.path ?? (await this.#emptyFile(kpi)));
      const { key, bytes, sha256 } = await this.#workspace.stage(name);
      const body = await this.#context.lake.get(key);
      if (body === undefined) throw new ObjectMissingError(key);
      files.push({ kpi, staged: key, body, bytes, sha256, rows: written?.rows ?? 0 });
    }
    return files;
  }

  async #emptyFile({ name, columns }: (typeof kpis)[number]): Promise<string> {
    const made = this.#empty.get(name);
    if (made !== undefined) return made;
    const path = this.#workspace.path(`${name}-empty.parquet`);
    await this.#context.engine.run({
      name: 'empty_kpi',
      inputs: { nothing: { format: 'parquet', paths: [], columns } },
      steps: [],
      outputs: { file: { format: 'parquet', from: 'nothing', path } },
    });
    this.#empty.set(name, path);
    return path;
  }
}
