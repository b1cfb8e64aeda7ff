import { takeSnapshot } from '../../csv/snapshot.ts';
import { ObjectChangedError } from '../../lake/errors.ts';
import type { OpenObject } from '../../lake/lake.ts';
import { doing } from '../../lake/local-files.ts';
import type { Receive } from '../context.ts';
import { validateFile } from './validate-file.ts';

/** Receives a file to this machine's disk, where the engine reads it. @throws FileRejectedError */
export const receiveFile: Receive = async (context, { file, source, workspace }, onProgress) => {
  const { lake, limits, signal } = context;
  const onDisk = <T>(step: () => Promise<T>): Promise<T> => doing(`take ${file.object.key}`, step);
  const snapshot = await onDisk(() =>
    takeSnapshot(source.stream, {
      segmentPath: (index) => workspace.path(`segments/${index}.csv`),
      compressed: file.filename.endsWith('.gz'),
      limits,
      signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    }),
  );
  const openAgain = async (): Promise<OpenObject> => {
    const again = await lake.open(file.object.key);
    if (again.info.version === file.object.version) return again;
    again.stream.destroy();
    throw new ObjectChangedError(file.object.key);
  };
  return {
    cid: snapshot.sha256,
    bytes: snapshot.bytes,
    judge: () => onDisk(() => validateFile(context, { file, snapshot, openAgain }, workspace)),
  };
};
