import { isAscii } from 'node:buffer';

/** Strict UTF-8 check of a text that comes in pieces, for records too long to be held in one. */
export class Utf8Checker {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #valid = true;
  /** No sequence is open, as far as the last byte tells. */
  #settled = true;

  push(piece: Uint8Array): void {
    if (piece.length === 0 || (this.#settled && isAscii(piece))) return;
    this.#settled = (piece.at(-1) ?? 0) < 0x80;
    this.#decode(piece, true);
  }

  /** Whether all pieces together are valid; a sequence that is cut short is not. */
  finish(): boolean {
    this.#decode(new Uint8Array(0), false);
    return this.#valid;
  }

  #decode(piece: Uint8Array, stream: boolean): void {
    if (!this.#valid) return;
    try {
      this.#decoder.decode(piece, { stream });
    } catch {
      this.#valid = false;
    }
  }
}
