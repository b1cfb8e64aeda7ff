import { DEFAULT_BLOCK_BYTES } from '../../csv/limits.ts';
import { takeSnapshot } from '../../csv/snapshot.ts';
import { doing } from '../../lake/local-files.ts';
import type { Receive, SourceFile } from '../context.ts';
import { isCompressed, textBytes } from './text-bytes.ts';
import { validateFile } from './validate-file.ts';

/** Receives a file to this machine's disk, where the engine reads it. @throws FileRejectedError */
export const receiveFile: Receive = async (context, { file, source, workspace }, onProgress) => {
  const { limits, signal } = context;
  const onDisk = <T>(step: () => Promise<T>): Promise<T> => doing(`take ${file.object.key}`, step);
  const snapshot = await onDisk(() =>
    takeSnapshot(source.stream, {
      segmentPath: (index) => workspace.path(`segment-${index}.csv`),
      placesPath: workspace.path('places'),
      compressed: isCompressed(file.filename),
      limits,
      signal,
      blockBytes: blockBytesOf(file),
      ...(onProgress === undefined ? {} : { onProgress }),
    }),
  );
  return {
    cid: snapshot.sha256,
    bytes: snapshot.bytes,
    judge: () => onDisk(() => validateFile(context, { file, snapshot }, workspace)),
  };
};

const LEAST_BLOCK_BYTES = 4096;

/** Thousands of small files must not each get buffers for a large one. */
const blockBytesOf = (file: SourceFile): number =>
  Math.min(DEFAULT_BLOCK_BYTES, Math.max(LEAST_BLOCK_BYTES, textBytes(file)));
