import { z } from 'zod';
import { type Surroundings, json } from '../../cli-e2e/support/program.ts';

const statusSchema = z.object({
  files: z.object({ pending: z.number(), processing: z.number() }),
  dates: z.object({ behind: z.number() }),
});

/** Whether `status` says that there is nothing left to do. */
export async function isQuiet(lake: string, surroundings: Surroundings): Promise<boolean> {
  const { files, dates } = statusSchema.parse(await json(['status', '--lake', lake], surroundings));
  return files.pending + files.processing + dates.behind === 0;
}
