import { Writable } from 'node:stream';

/** A standard stream that keeps what is written. */
export class BufferOutput extends Writable {
  text = '';
  readonly isTTY: boolean = false;
  columns = 80;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
