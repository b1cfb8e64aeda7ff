/** Strict UTF-8 check of a text that comes in pieces, for records too long to be held in one. */
export class Utf8Checker {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #valid = true;

  push(piece: Uint8Array): void {
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
