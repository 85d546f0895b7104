/**
 * Carries short texts from the thread that delivers to the program's thread, in shared memory: a
 * message would not be received while the program's thread blocks. One writer, one reader, each on
 * its own thread.
 *
 * @module
 */
import { Atomics } from "./atomics.ts";

// As they are when the package is loaded, whatever the program does to them later.
const { Int32Array, SharedArrayBuffer, TextDecoder, TextEncoder, Uint8Array, Uint32Array } =
  globalThis;

/** Words of the memory: how many bytes were written, and how many of them were read. */
const WRITTEN = 0;
const READ = 1;
const WORDS = 2;
/** Bytes of the length before each text. */
const LENGTH_BYTES = 4;

/** A ring of texts in shared memory. */
export class TextRing {
  /** The memory, to hand to the other thread. */
  readonly memory: SharedArrayBuffer;
  #words: Int32Array<SharedArrayBuffer>;
  #bytes: Uint8Array<SharedArrayBuffer>;

  /** @param memory The other end's memory, or of how many bytes to make new memory. */
  constructor(memory: SharedArrayBuffer | number) {
    this.memory = typeof memory === "number" ? new SharedArrayBuffer(4 * WORDS + memory) : memory;
    this.#words = new Int32Array(this.memory, 0, WORDS);
    this.#bytes = new Uint8Array(this.memory, 4 * WORDS);
  }

  /** Writer: appends a text, if there is room for it, and says whether there was. */
  write(text: string): boolean {
    const bytes = new TextEncoder().encode(text);
    const written = Atomics.load(this.#words, WRITTEN);
    const used = (written - Atomics.load(this.#words, READ)) | 0;
    if (used + LENGTH_BYTES + bytes.length > this.#bytes.length) return false;
    const length = new Uint8Array(new Uint32Array([bytes.length]).buffer);
    this.#copyIn(length, written);
    this.#copyIn(bytes, written + LENGTH_BYTES);
    Atomics.store(this.#words, WRITTEN, written + LENGTH_BYTES + bytes.length);
    return true;
  }

  /** Reader: takes the oldest text, if there is one. */
  read(): string | undefined {
    const read = Atomics.load(this.#words, READ);
    if (read === Atomics.load(this.#words, WRITTEN)) return undefined;
    const [length] = new Uint32Array(this.#copyOut(read, LENGTH_BYTES).buffer);
    const bytes = this.#copyOut(read + LENGTH_BYTES, length!);
    Atomics.store(this.#words, READ, read + LENGTH_BYTES + length!);
    return new TextDecoder().decode(bytes);
  }

  #copyIn(bytes: Uint8Array, at: number): void {
    for (const [i, byte] of bytes.entries()) this.#bytes[this.#index(at + i)] = byte;
  }

  #copyOut(at: number, length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, (_, i) => this.#bytes[this.#index(at + i)]!);
  }

  /** The counters wrap around at 32 bits, and the ring, whose length is a power of two, fits in. */
  #index(at: number): number {
    return (at >>> 0) % this.#bytes.length;
  }
}
