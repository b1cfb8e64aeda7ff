import type { SourceFile } from '../context.ts';

/** CSV is packed to about a twentieth. */
const UNPACKED = 20;

export const isCompressed = (filename: string): boolean => filename.endsWith('.gz');

/** Bytes of a file's text, of a packed one as far as one can tell before it is read. */
export const textBytes = ({ filename, object }: SourceFile): number =>
  object.bytes * (isCompressed(filename) ? UNPACKED : 1);
