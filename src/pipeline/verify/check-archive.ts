import { inShell } from '../../lake/delivery-again.ts';
import type { LogEntry } from '../../lake/entry.ts';
import { ARCHIVE, archiveAside, rawKey, rejectionReasonsKey } from '../../lake/zones.ts';
import { reasonsOf } from '../../stages/archive-stream-file/archive-source.ts';
import type { VerifyContext } from './context.ts';
import { digest } from './digest.ts';
import { extra } from './extra.ts';
import type { Findings } from './findings.ts';
import type { LogUnderTest } from './log-under-test.ts';

type ArchivedEntry = LogEntry & { readonly archive: string };
type Rejected = Extract<LogEntry, { kind: 'rejected' }>;

/** The sources that were archived: that each has the bytes that were taken, with the reasons if rejected. */
export async function checkArchive(
  context: VerifyContext,
  log: LogUnderTest,
  findings: Findings,
): Promise<void> {
  const { lake, observe, signal } = context;
  const places = byPlace(log);
  const known = new Set<string>();
  let done = 0;
  for (const entries of places.values()) {
    signal.throwIfAborted();
    const [entry] = entries;
    if (entry === undefined) continue;
    const place = await checkSource(context, entry, findings);
    if (place !== undefined) await checkReasons(context, entries, place, findings);
    const aside = archiveAside(entry.archive, entry.cid);
    for (const key of [entry.archive, aside]) known.add(key).add(rejectionReasonsKey(key));
    done += 1;
    const progress = { done, total: places.size, rows: 0, unit: 'files' } as const;
    observe({ type: 'progress', stage: 'verify', subject: entry.archive, ...progress });
  }
  if (!log.sound) return;
  const unnamed: string[] = [];
  for await (const { key } of lake.list(ARCHIVE)) if (!known.has(key)) unnamed.push(key);
  if (unnamed.length === 0) return;
  await log.catchUp();
  const later = new Set(
    log.readable.flatMap(({ archive, cid }) => (archive === null ? [] : namesOf(archive, cid))),
  );
  for (const key of unnamed) if (!later.has(key)) extra(findings, key);
}

const namesOf = (archive: string, cid: string): readonly string[] =>
  [archive, archiveAside(archive, cid)].flatMap((key) => [key, rejectionReasonsKey(key)]);

/** Entries that share one archived file: the same bytes, delivered more than once. */
function byPlace(log: LogUnderTest): ReadonlyMap<string, readonly ArchivedEntry[]> {
  const places = new Map<string, ArchivedEntry[]>();
  for (const entry of log.readable) {
    const { archive, cid } = entry;
    if (archive === null) continue;
    const sharing = places.get(`${archive}\0${cid}`) ?? [];
    sharing.push({ ...entry, archive });
    places.set(`${archive}\0${cid}`, sharing);
  }
  return places;
}

/** Returns where the bytes are, if they are archived. */
async function checkSource(
  { lake }: VerifyContext,
  { archive, cid, bytes, dataset, filename, n }: ArchivedEntry,
  findings: Findings,
): Promise<string | undefined> {
  const found = await digest(lake, archive, bytes);
  if (found?.sha256 === cid) return archive;
  const aside = archiveAside(archive, cid);
  if ((await digest(lake, aside))?.sha256 === cid) return aside;
  if (found?.beginning === cid) {
    findings.note('late_rows', archive, {
      message:
        `${found.bytes - bytes} bytes were written to the file after it had been taken (entry ${n}). ` +
        'They are not counted.',
      remedy: `To have them counted, drop the whole file again: \`cp ${inShell(archive)} ${inShell(rawKey(dataset, filename))}\`, then \`hitparade run\`.`,
    });
    return archive;
  }
  const source = rawKey(dataset, filename);
  // Not archived yet, or archived in this moment.
  if ((await digest(lake, source))?.sha256 === cid) return undefined;
  if ((await digest(lake, archive))?.sha256 === cid) return archive;
  const backup = `The charts do not need it. Put the file as it was received (SHA-256 ${cid}) there from a backup.`;
  if (found === undefined) {
    findings.problem('archive_missing', archive, {
      message: `the file that entry ${n} took, ${filename}, is not in the archive.`,
      remedy: backup,
    });
    return undefined;
  }
  findings.problem('archive_corrupt', archive, {
    message: `the file has ${found.bytes} bytes with the hash ${found.sha256}; entry ${n} took ${bytes} bytes with ${cid}.`,
    remedy: backup,
  });
  return archive;
}

async function checkReasons(
  { lake }: VerifyContext,
  entries: readonly ArchivedEntry[],
  place: string,
  findings: Findings,
): Promise<void> {
  const rejected = entries.filter((entry): entry is Rejected & ArchivedEntry => entry.kind === 'rejected');
  const [last] = rejected.slice(-1);
  if (last === undefined) return;
  const key = rejectionReasonsKey(place);
  const body = await lake.get(key);
  if (body !== undefined && rejected.some((entry) => reasonsOf(entry).equals(body))) return;
  const raw = rawKey(last.dataset, last.filename);
  const again = `\`cp -p ${inShell(place)} ${inShell(raw)}\`, then \`hitparade run\` writes them again.`;
  if (body === undefined) {
    const message = `the reasons for which entry ${last.n} was rejected are gone.`;
    findings.problem('reasons_missing', key, { message, remedy: again });
  } else {
    const message = `the reasons for which entry ${last.n} was rejected are not what was written.`;
    findings.problem('reasons_corrupt', key, { message, remedy: `\`rm ${inShell(key)}\`. ${again}` });
  }
}
