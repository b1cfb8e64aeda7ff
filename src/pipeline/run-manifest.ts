import { z } from 'zod';
import type { Lake } from '../lake/lake.ts';
import { sealed, unsealed } from '../lake/seal.ts';
import { runManifestKey, runManifestPrefix } from '../lake/zones.ts';

const schema = z.object({
  filename: z.string(),
  /** Of the claim that the run holds. */
  epoch: z.number().int(),
  /** Claims of the file without an outcome, this one included. */
  attempts: z.number().int().default(1),
  /** The entry that decided the file; null before `validate_streams`. */
  log_number: z.number().int().nullable(),
  repeated: z.boolean(),
});

/** What the stages of one run tell each other about one play file. */
export type ManifestFile = z.infer<typeof schema>;

/** One object a file, so that stages which an orchestrator runs side by side do not overwrite each other. */
export async function writeManifestFile(lake: Lake, run: string, file: ManifestFile): Promise<void> {
  await lake.put(runManifestKey(run, file.filename), sealed(JSON.stringify(file)));
}

/** The run's files, or only the named one. */
export async function readManifest(
  lake: Lake,
  run: string,
  filename?: string,
): Promise<readonly ManifestFile[]> {
  const files: ManifestFile[] = [];
  for await (const { key } of lake.list(runManifestPrefix(run))) {
    const body = await lake.get(key);
    if (body === undefined) continue;
    // What was damaged was never said: the run passes the file over, and any other run takes it.
    const file = schema.safeParse(unsealed(body)).data;
    if (file === undefined) continue;
    if (filename === undefined || file.filename === filename) files.push(file);
  }
  return files.toSorted((a, b) => (a.filename < b.filename ? -1 : 1));
}
