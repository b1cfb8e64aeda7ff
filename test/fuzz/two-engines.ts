import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { contracts } from '../../src/contracts/index.ts';
import { ScanRejectedError } from '../../src/csv/errors.ts';
import { takeSnapshot, type Snapshot } from '../../src/csv/snapshot.ts';
import { DuckdbEngine } from '../../src/engines/duckdb.ts';
import { FileRejectedError } from '../../src/errors.ts';
import type { StagedObject, Workspace } from '../../src/lake/lake.ts';
import { LocalLake } from '../../src/lake/local-lake.ts';
import { CommitLog } from '../../src/lake/log.ts';
import type { StageContext } from '../../src/stages/context.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/stages/limits.ts';
import { STORED_TYPE } from '../../src/stages/validate/judge.ts';
import type { Validated } from '../../src/stages/receipt.ts';
import { receiveFile } from '../../src/stages/validate/receive-file.ts';
import { validateFile, type ReceivedFile } from '../../src/stages/validate/validate-file.ts';

/** So that files of these sizes have several, which threads read side by side. */
const SEGMENT_BYTES = 64 * 1024;
/** So that many files have places of both kinds. */
const PLACES_IN_MEMORY = 1024;

/** What both engines said of one file. */
export interface AgreedVerdict {
  /** Code of the rejection, if the file as a whole is refused. */
  readonly rejected: string | undefined;
  readonly validated: Validated | undefined;
}

export interface PlayFile {
  readonly bytes: Buffer | (() => Iterable<Buffer>);
  readonly compressed?: boolean;
  readonly limits: Limits;
  readonly modified: Date;
}

/** Validates play files with one thread and with four, and insists on one verdict. */
export class TwoEngines {
  readonly #directory: string;
  readonly #contexts: readonly StageContext[];

  private constructor(directory: string, contexts: readonly StageContext[]) {
    this.#directory = directory;
    this.#contexts = contexts;
  }

  static async open(): Promise<TwoEngines> {
    const directory = await mkdtemp(join(tmpdir(), 'hitparade-fuzz-'));
    const lake = await LocalLake.open(join(directory, 'lake'));
    const log = await CommitLog.open(lake);
    const contexts: StageContext[] = [];
    for (const threads of [1, 4]) {
      const spillDirectory = join(directory, `spill-${threads}`);
      const engine = await DuckdbEngine.open({
        memoryLimit: '512MB',
        threads,
        spillDirectory,
        directories: [directory],
        // Small plans would have one thread in both.
        smallBytes: 0,
      });
      contexts.push({
        ...{ lake, log, engine, onSameName: 'append' },
        ports: systemPorts,
        receive: receiveFile,
        // Each file brings its own.
        limits: DEFAULT_LIMITS,
        signal: new AbortController().signal,
      });
    }
    return new TwoEngines(directory, contexts);
  }

  async close(): Promise<void> {
    for (const { engine } of this.#contexts) if (engine instanceof DuckdbEngine) await engine.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** @throws Error if the two disagree in anything */
  async verdict(file: PlayFile): Promise<AgreedVerdict> {
    const work = join(this.#directory, 'work');
    await mkdir(work, { recursive: true });
    try {
      return await this.#verdict(file, work);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  async #verdict(
    { bytes, compressed = false, limits, modified }: PlayFile,
    work: string,
  ): Promise<AgreedVerdict> {
    const source = (): Readable =>
      Readable.from(typeof bytes === 'function' ? bytes() : [bytes], { objectMode: false });
    let snapshot: Snapshot;
    try {
      const segmentPath = (index: number): string => join(work, `segment-${index}.csv`);
      const places = { placesPath: join(work, 'places'), placesInMemory: PLACES_IN_MEMORY };
      const options = { segmentPath, segmentBytes: SEGMENT_BYTES, ...places, compressed, limits };
      snapshot = await takeSnapshot(source(), options);
    } catch (error) {
      if (error instanceof ScanRejectedError) return { rejected: error.code, validated: undefined };
      throw error;
    }
    const object = {
      key: 'raw/streams/fuzz.csv',
      bytes: snapshot.bytes,
      modified,
      version: '1',
      content: '1',
    };
    const found: {
      rejected: string | undefined;
      validated: Validated | undefined;
      workspace: PlainWorkspace;
    }[] = [];
    for (const [i, context] of this.#contexts.entries()) {
      const workspace = new PlainWorkspace(join(work, String(i)));
      const received: ReceivedFile = {
        file: { dataset: 'streams', filename: 'fuzz.csv', object },
        snapshot,
      };
      const job = [{ ...context, limits }, received, workspace] as const;
      try {
        found.push({ rejected: undefined, validated: await validateFile(...job), workspace });
      } catch (error) {
        if (!(error instanceof FileRejectedError)) throw error;
        found.push({ rejected: error.code, validated: undefined, workspace });
      }
    }
    const [one, four] = found;
    if (one === undefined || four === undefined) throw new Error('an engine is missing');
    const [a, b] = [comparable(one), comparable(four)];
    if (a !== b) throw new Error(`one thread and four disagree:\n${a}\n${b}`);
    const { rejected, validated } = one;
    if (validated !== undefined) {
      const { rows, valid, bad } = validated.counts;
      if (rows !== valid + bad || rows !== snapshot.records)
        throw new Error(`${rows} rows are not ${valid} + ${bad}`);
      await this.#assertSameRows(validated, one.workspace, four.workspace);
    }
    return { rejected, validated };
  }

  async #assertSameRows({ parts }: Validated, ...workspaces: readonly PlainWorkspace[]): Promise<void> {
    if (parts.length === 0) return;
    const columns = Object.fromEntries(
      contracts.streams.columns.map(({ name, type }) => [name, STORED_TYPE[type]]),
    );
    const [context] = this.#contexts;
    const inputs = Object.fromEntries(
      workspaces.map((workspace, i) => {
        const paths = workspace.staged.filter(
          (path) => path.endsWith('.parquet') && !path.includes('bad-records'),
        );
        return [i === 0 ? 'one' : 'four', { format: 'parquet' as const, paths, columns }];
      }),
    );
    const result = await context?.engine.run({
      name: 'compare',
      inputs,
      steps: [
        {
          name: 'sides',
          sql: `SELECT *, 1 AS side FROM one UNION ALL SELECT *, -1 AS side FROM four`,
        },
        {
          name: 'balance',
          sql: `SELECT sum(side) AS side, count(*) AS plays FROM sides
            GROUP BY user_id, track_id, listen_time`,
        },
        {
          name: 'differences',
          sql: `SELECT CAST(sum(abs(side)) AS BIGINT) AS different, CAST(sum(plays) AS BIGINT) AS plays FROM balance`,
        },
      ],
      outputs: { differences: { format: 'rows', from: 'differences' } },
    });
    const [row] = result?.rows['differences'] ?? [];
    const plays = parts.reduce((sum, { rows }) => sum + rows, 0);
    if (Number(row?.['different']) !== 0 || Number(row?.['plays']) !== 2 * plays) {
      throw new Error(`the valid rows of one thread and of four are not the same ${plays}`);
    }
  }
}

/** A directory without the fsync of a lake: thousands of files are validated and none is kept. */
class PlainWorkspace implements Workspace {
  readonly directory: string;
  readonly staged: string[] = [];

  constructor(directory: string) {
    this.directory = directory;
  }

  path(name: string): string {
    const path = join(this.directory, name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  async stage(name: string): Promise<StagedObject> {
    const path = join(this.directory, name);
    this.staged.push(path);
    const bytes = await readFile(path);
    return { key: name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  dispose(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}

/** All that must not depend on threads: not the bytes of Parquet, whose rows have no order. */
function comparable(found: {
  readonly rejected: string | undefined;
  readonly validated: Validated | undefined;
  readonly workspace: PlainWorkspace;
}): string {
  const { rejected, validated, workspace } = found;
  const parts = validated?.parts.map(({ date, rows }) => [date, rows]).sort();
  const badRecords = workspace.staged
    .filter((path) => path.endsWith('.jsonl'))
    .map((path) => hashOf(readFileSync(path)));
  return JSON.stringify({ rejected, ...validated, parts, badRecords });
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
