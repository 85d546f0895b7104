/**
 * A sign of life in shared memory. A thread that blocks hears nothing of the end of another one, so
 * it asks, and a thread that lives answers. Nothing runs while nobody asks. Each end runs on its own
 * thread.
 *
 * @module
 */
import { Atomics } from "../atomics.ts";

/** Words of the memory: the last question, and the last one that was answered. */
const ASKED = 0;
const ANSWERED = 1;
const WORDS = 2;

/** Question and answer between two threads. */
export class Heartbeat {
  /** The memory, to hand to the other thread. */
  readonly memory: SharedArrayBuffer;
  #words: Int32Array<SharedArrayBuffer>;

  /** @param memory The other end's memory. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4 * WORDS)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** Whether the last question was answered. If so, it asks the next one. */
  ask(): boolean {
    if (Atomics.load(this.#words, ANSWERED) !== Atomics.load(this.#words, ASKED)) return false;
    Atomics.add(this.#words, ASKED, 1);
    Atomics.notify(this.#words, ASKED);
    return true;
  }

  /** Answers from now on, whenever its thread comes to it. */
  async answer(): Promise<never> {
    for (;;) {
      const asked = Atomics.load(this.#words, ASKED);
      Atomics.store(this.#words, ANSWERED, asked);
      await Atomics.waitAsync(this.#words, ASKED, asked).value;
    }
  }
}
