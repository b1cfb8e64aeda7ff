import type { SourceFile } from '../stages/context.ts';
import type { StageName } from './events.ts';
import type { RunContext } from './session.ts';

/** Counts bytes and rows over all files of a run, for people who wait. */
export class Progress {
  readonly #context: RunContext;
  readonly #totalBytes: number;
  #doneBytes = 0;
  #doneRows = 0;

  constructor(context: RunContext, files: readonly SourceFile[]) {
    this.#context = context;
    this.#totalBytes = files.reduce((sum, { object }) => sum + object.bytes, 0);
  }

  reporter(stage: StageName, file: SourceFile): (bytes: number, rows: number) => void {
    const { observe } = this.#context;
    return (bytes, rows) => {
      // Reading a file is about half of the work on it; the engine has the other half.
      const done = this.#doneBytes + Math.floor(bytes / 2);
      const all = { done, total: this.#totalBytes, rows: this.#doneRows + rows };
      observe({ type: 'progress', stage, subject: file.filename, unit: 'bytes', ...all });
    };
  }

  finished(file: SourceFile, rows: number): void {
    this.#doneBytes += file.object.bytes;
    this.#doneRows += rows;
  }
}
