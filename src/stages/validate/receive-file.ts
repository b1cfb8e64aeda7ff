import { takeSnapshot } from '../../csv/snapshot.ts';
import { doing } from '../../lake/local-files.ts';
import type { Receive } from '../context.ts';
import { validateFile } from './validate-file.ts';

/** Receives a file to this machine's disk, where the engine reads it. @throws FileRejectedError */
export const receiveFile: Receive = async (context, { file, source, workspace }, onProgress) => {
  const { limits, signal } = context;
  const onDisk = <T>(step: () => Promise<T>): Promise<T> => doing(`take ${file.object.key}`, step);
  const snapshot = await onDisk(() =>
    takeSnapshot(source.stream, {
      rawPath: workspace.path('received'),
      cleanPath: workspace.path('clean.csv'),
      compressed: file.filename.endsWith('.gz'),
      limits,
      signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    }),
  );
  return {
    cid: snapshot.sha256,
    bytes: snapshot.bytes,
    judge: () => onDisk(() => validateFile(context, file, snapshot, workspace)),
  };
};
