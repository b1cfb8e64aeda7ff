import { readFile, writeFile } from 'node:fs/promises';
import { takeSnapshot } from '../../src/csv/snapshot.ts';
import type { Receive } from '../../src/stages/context.ts';
import { validateFile } from '../../src/stages/validate/validate-file.ts';

/** How a file is cut: with a small file, `EACH_ROW` does what happens to large ones. */
export interface Cuts {
  readonly blockBytes?: number;
  readonly segmentBytes?: number;
}
/** Rows are longer than a block. */
export const EACH_ROW: Cuts = { blockBytes: 16, segmentBytes: 1 };

/** Receives a file as the program does, but cuts it otherwise. @param afterwards what becomes of a segment */
export const receiveIn =
  (cuts: Cuts, afterwards = (segment: string): string => segment): Receive =>
  async (stage, { file, source, workspace }) => {
    const snapshot = await takeSnapshot(source.stream, {
      segmentPath: (index) => workspace.path(`segment-${index}.csv`),
      placesPath: workspace.path('places'),
      compressed: false,
      limits: stage.limits,
      ...cuts,
    });
    for (const { path } of snapshot.segments) await writeFile(path, afterwards(await readFile(path, 'utf8')));
    return {
      cid: snapshot.sha256,
      bytes: snapshot.bytes,
      judge: () => validateFile(stage, { file, snapshot }, workspace),
    };
  };
