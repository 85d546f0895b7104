/**
 * A sign of life in shared memory. A thread that blocks hears nothing of the end of another one, so
 * it asks, and a thread that lives answers. The question is a message, as everything is that the
 * worker is to do: one that has used up its memory may run timers and requests as before, but take
 * no message any more. Nothing runs while nobody asks. Each end runs on its own thread.
 *
 * @module
 */
import { Atomics } from "./atomics.ts";

// As they are when the package is loaded, whatever the program does to them later.
const { Int32Array, SharedArrayBuffer } = globalThis;

/** Asks for a sign of life. */
export interface Question {
  readonly kind: "question";
  /** Where the answer goes. */
  readonly memory: SharedArrayBuffer;
  /** The answer. */
  readonly number: number;
}

/** The end that asks. */
export class Heartbeat {
  #post: (question: Question) => void;
  #answered = new Int32Array(new SharedArrayBuffer(4));
  #asked = 0;

  constructor(post: (question: Question) => void) {
    this.#post = post;
  }

  /**
   * Asks the next question if the last one was answered, and says which one waits for its answer. Of
   * several that ask, nobody takes for silence what another one has asked a moment ago.
   */
  ask(): number {
    if (Atomics.load(this.#answered, 0) === this.#asked) {
      const number = this.#asked + 1;
      this.#post({ kind: "question", memory: this.#answered.buffer, number });
      this.#asked = number;
    }
    return this.#asked;
  }
}

/** The other end: answers. */
export function answer({ memory, number }: Question): void {
  Atomics.store(new Int32Array(memory), 0, number);
}
