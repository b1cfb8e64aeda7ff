import { createHash } from 'node:crypto';
import { FileRejectedError } from '../../src/errors.ts';
import type { Workspace } from '../../src/lake/lake.ts';
import type { Receive, SourceFile } from '../../src/stages/context.ts';
import type { StagedPart, Validated } from '../../src/stages/receipt.ts';
import { judgeFile, type JudgedFile } from '../reference/judge.ts';
import { dateOf, secondOf } from '../reference/values.ts';
import { byDate } from './by-date.ts';
import { encodeRows, type PartRow } from './engine.ts';
import { keyOfPath } from './memory-lake.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Step } from './step.ts';

/** The reasons that are found while a file is read, before it can be judged. */
const UNREADABLE = new Set(['wrong_encoding', 'malformed_header', 'unterminated_quote']);

/** Receives and judges files in plain code, by the rules of the reference. */
export function receiveWith(store: MemoryStore, step: Step): Receive {
  return async ({ turn }, { file, source, workspace }) => {
    const bytes = Buffer.concat(await source.stream.toArray());
    const judged = await step(
      { port: 'receive', operation: 'read', subject: file.filename, writes: false },
      () => judge(file, bytes),
    );
    if (judged.error !== null && UNREADABLE.has(judged.error)) throw refused(judged.error);
    return {
      cid: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
      judge: () => {
        turn?.judged();
        if (judged.error !== null) throw refused(judged.error);
        return stage(store, file, judged, workspace);
      },
    };
  };
}

const refused = (code: string): FileRejectedError =>
  new FileRejectedError(code, `the file is refused: ${code}.`);

const verdicts = new Map<string, JudgedFile>();

function judge({ dataset, object }: SourceFile, bytes: Uint8Array): JudgedFile {
  const text = Buffer.from(bytes).toString('utf8');
  const key = JSON.stringify([dataset, text, object.modified]);
  let judged = verdicts.get(key);
  if (judged === undefined) {
    judged = judgeFile(dataset, text, object.modified);
    // A seed drops its files at times of its own.
    if (verdicts.size > 200) verdicts.clear();
    verdicts.set(key, judged);
  }
  return judged;
}

async function stage(
  store: MemoryStore,
  { dataset }: SourceFile,
  { rows, valid, bad, reasons }: JudgedFile,
  workspace: Workspace,
): Promise<Validated> {
  const staged = async (name: string, content: readonly unknown[]) => {
    store.put(keyOfPath(workspace.path(name)), encodeRows(content));
    const { key, ...facts } = await workspace.stage(name);
    return { staged: key, ...facts, rows: content.length };
  };
  const parts: StagedPart[] = [];
  let distinct = valid.length;
  if (dataset === 'streams') {
    const plays = new Map(valid.map(playRow).map((row) => [JSON.stringify(row), row]));
    distinct = plays.size;
    for (const [date, own] of byDate(plays.values()))
      parts.push({ ...(await staged(`${date}.parquet`, own)), date });
  } else
    parts.push(
      await staged(
        'part.parquet',
        valid.map((values) => Object.fromEntries(values)),
      ),
    );
  const badRecords =
    bad === 0
      ? []
      : [
          { ...(await staged('bad.jsonl', [{ bad }])), format: 'jsonl' as const, rows: bad },
          { ...(await staged('bad.parquet', [bad])), format: 'parquet' as const, rows: bad },
        ];
  return {
    counts: { rows, valid: valid.length, bad, duplicates: valid.length - distinct },
    reasons,
    blanked: {},
    ignoredColumns: [],
    parts,
    badRecords,
  };
}

function playRow(values: ReadonlyMap<string, string>): PartRow {
  const second = secondOf(values.get('listen_time') ?? '') ?? Number.NaN;
  const [user_id = '', track_id = ''] = [values.get('user_id'), values.get('track_id')];
  return { user_id, track_id, second, date: dateOf(second) };
}
