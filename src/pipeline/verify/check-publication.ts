import { inShell } from '../../lake/delivery-again.ts';
import type { Engine, PlanInput, Row } from '../../engines/engine.ts';
import { KPI_VERSION, kpis } from '../../kpis/index.ts';
import type { Lake } from '../../lake/lake.ts';
import { type Publication, publicationSchema } from '../../lake/publication.ts';
import { parseJson, sealOf } from '../../lake/seal.ts';
import { kpiKey, publicationKey } from '../../lake/zones.ts';
import type { ComputedDate } from '../../stages/transform-data/compute-dates.ts';
import { digest } from './digest.ts';
import type { Findings } from './findings.ts';
import { hasUnknownFields } from './log-under-test.ts';

/** What `processed/` says of a date. */
export interface ReadDate {
  /** Undefined if there is none that can be relied on. */
  readonly publication: Publication | undefined;
  /** As current as the log and the definitions: comparing its numbers has a meaning. */
  readonly current: boolean;
}

const RUN = '`hitparade run`';

/** Reads the publication of a date and says what is wrong with it, its files' numbers aside. */
export async function readDate(
  lake: Lake,
  date: string,
  version: number,
  findings: Findings,
): Promise<ReadDate> {
  const key = publicationKey(date);
  const nothing: ReadDate = { publication: undefined, current: false };
  const found = await lake.read(key);
  if (found === undefined) {
    const message = 'the date is not published, though the log has plays of it.';
    findings.problem('publication_missing', date, { message, remedy: RUN });
    return nothing;
  }
  const json = parseJson(found.body);
  const parsed = publicationSchema.safeParse(json);
  const sound = sealOf(found.body) !== 'broken' && parsed.success && !hasUnknownFields(json, parsed.data);
  if (!sound || parsed.data.date !== date) {
    const message = `${key} is not what was written.`;
    findings.problem('publication_corrupt', date, { message, remedy: RUN });
    return nothing;
  }
  const publication = parsed.data;
  if (publication.next !== null) {
    const message = `the files of version ${publication.next.version} were being put in place, and nobody has finished.`;
    findings.problem('publication_unfinished', date, { message, remedy: RUN });
    return nothing;
  }
  if (publication.version < version || publication.kpi_version !== KPI_VERSION) {
    const why =
      publication.version < version
        ? `as of log entry ${publication.version}, and entry ${version} changes it`
        : 'by other definitions of the KPIs';
    findings.problem('date_behind', date, { message: `the date is published ${why}.`, remedy: RUN });
    return { publication, current: false };
  }
  if (publication.version > version) {
    const message = `it is published as of log entry ${publication.version}, but no entry after ${version} touches it.`;
    findings.problem('publication_wrong', date, { message, remedy: republish(date) });
    return nothing;
  }
  return { publication, current: true };
}

/** Each KPI file: that it is what the publication says. */
export async function checkFiles(lake: Lake, publication: Publication, findings: Findings): Promise<void> {
  for (const { key, bytes, sha256 } of Object.values(publication.kpis)) {
    const found = await digest(lake, key);
    if (found === undefined) {
      findings.problem('kpi_file_missing', key, { message: 'the file is gone.', remedy: RUN });
    } else if (found.bytes !== bytes || found.sha256 !== sha256) {
      const message = `the file has ${found.bytes} bytes with the hash ${found.sha256}; ${bytes} with ${sha256} were published.`;
      findings.problem('kpi_file_corrupt', key, { message, remedy: `\`rm ${inShell(key)}\`, then ${RUN}.` });
    }
  }
}

/** What was published against what follows from the parts. */
export async function compareDate(
  { lake, engine }: { readonly lake: Lake; readonly engine: Engine },
  publication: Publication,
  { date, facts, files }: ComputedDate,
  findings: Findings,
): Promise<void> {
  const wrong = (what: string, found: unknown, expected: unknown): void => {
    const message = `${what} is published as ${JSON.stringify(found)}; the parts say ${JSON.stringify(expected)}.`;
    findings.problem('publication_wrong', date, { message, remedy: republish(date) });
  };
  if (publication.plays !== facts.plays) wrong('the number of plays', publication.plays, facts.plays);
  const parts = (of: Publication): unknown => of.parts.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  if (JSON.stringify(parts(publication)) !== JSON.stringify(parts(facts)))
    wrong('the counts of the parts', publication.parts, facts.parts);
  for (const { kpi, rows, sha256 } of files) {
    const file = publication.kpis[kpi.name];
    if (file === undefined) {
      if (rows > 0) wrong(`the number of rows of ${kpi.name}`, 0, rows);
      continue;
    }
    const key = kpiKey(kpi.folder, date);
    if (file.key !== key) wrong(`the file of ${kpi.name}`, file.key, key);
    else if (file.rows !== rows) wrong(`the number of rows of ${kpi.name}`, file.rows, rows);
    // The same bytes are the same rows; other bytes may come from another version of the engine.
    if (file.sha256 === sha256 || (await digest(lake, file.key))?.sha256 !== file.sha256) continue;
    const computed = files.find((other) => other.kpi === kpi);
    const inputs = await lake.engineInputs([file.key, ...(computed === undefined ? [] : [computed.staged])]);
    const [published = [], expected = []] = await Promise.all(
      inputs.map((path) => rowsOf(engine, { format: 'parquet', paths: [path], columns: kpi.columns })),
    );
    if (asText(published) === asText(expected)) continue;
    const message = `the file's rows are not those that follow from the parts (${published.length} and ${expected.length} rows).`;
    const remedy = `\`rm ${inShell(file.key)}\`, then ${RUN}.`;
    findings.problem('kpi_file_wrong', file.key, { message, remedy });
  }
}

export async function rowsOf(engine: Engine, input: PlanInput): Promise<readonly Row[]> {
  const { rows } = await engine.run({
    name: 'read_kpi',
    inputs: { kpi: input },
    steps: [],
    outputs: { kpi: { format: 'rows', from: 'kpi' } },
  });
  return rows['kpi'] ?? [];
}

const asText = (rows: readonly Row[]): string =>
  JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

const republish = (date: string): string => `\`rm ${publicationKey(date)}\`, then ${RUN}.`;

/** Keys that `processed/` may hold for a date. */
export const keysOfDate = (date: string): readonly string[] => [
  publicationKey(date),
  ...kpis.map(({ folder }) => kpiKey(folder, date)),
];
