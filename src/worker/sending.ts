/**
 * Knows whether what is logged comes of sending records: where there is no worker, a client or a
 * `fetch` of the program's own making may log, and would have another record to ship for each that
 * it ships. Runs on the program's thread.
 *
 * @module
 */
import type { AsyncLocalStorage } from "node:async_hooks";
import { nodeProcess } from "../node_process.ts";

type Mark = Pick<AsyncLocalStorage<true>, "run" | "getStore">;

let mark: Mark | undefined;

/** Whether this thread sends records here and now, and what is logged must not be shipped too. */
export function isSending(): boolean {
  return mark?.getStore() === true;
}

/** Makes a function that sends records, and is known by {@linkcode isSending} across its awaits. */
export function markedAsSending<Arguments extends unknown[], Result>(
  send: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  const guard = mark ??= makeMark();
  return (...args) => guard.run(true, send, ...args);
}

function makeMark(): Mark {
  try {
    const { AsyncLocalStorage } = nodeProcess().getBuiltinModule("node:async_hooks");
    return new AsyncLocalStorage<true>();
  } catch {
    return new SynchronousMark(); // Deno could not set up Node's modules: the console is frozen, say.
  }
}

/** Knows it only until the first await. */
class SynchronousMark implements Mark {
  #store: true | undefined;

  run<Arguments extends unknown[], Result>(
    store: true,
    fn: (...args: Arguments) => Result,
    ...args: Arguments
  ): Result {
    this.#store = store;
    try {
      return fn(...args);
    } finally {
      this.#store = undefined;
    }
  }

  getStore(): true | undefined {
    return this.#store;
  }
}
