/**
 * For programs that are frozen between invocations, where nothing in the background can be relied
 * on: a wrapper that flushes at the end of each. Runs on the program's thread.
 *
 * @module
 */
import type { AxonPushHandler } from "./handler.ts";
import { blamingCallOf, checkTimeout, show } from "./options/check.ts";

/** Options of {@linkcode flushAfterInvocation}. */
export interface FlushAfterInvocationOptions {
  /**
   * Longest flush in milliseconds, 0 or more; `Infinity` waits for as long as it takes.
   *
   * @default {5000}
   */
  readonly timeoutMs?: number;
}

/**
 * Wraps a serverless function or request handler so that everything that it logged is delivered
 * before it returns. Its result or error stays what it is, whatever becomes of the flush. If the
 * function is asynchronous, so is the flush; a synchronous one blocks the thread for it.
 *
 * @example
 * ```ts
 * import { AxonPushHandler, flushAfterInvocation } from "@axonpush/std-log";
 * import * as log from "@std/log";
 *
 * const axon = new AxonPushHandler();
 * log.setup({ handlers: { axon }, loggers: { default: { level: "INFO", handlers: ["axon"] } } });
 *
 * export default {
 *   fetch: flushAfterInvocation(axon, async (request: Request) => {
 *     log.info("Request", { url: request.url });
 *     return await Promise.resolve(new Response("Hello"));
 *   }),
 * };
 * ```
 *
 * @param handlers The handler, or several.
 * @param fn The function to wrap.
 * @param options See {@linkcode FlushAfterInvocationOptions}. The default is `{}`.
 * @returns A function of the same type.
 * @throws {TypeError} If there is no handler, no function, an unknown option, or `timeoutMs` is not
 *   a number.
 * @throws {RangeError} If `timeoutMs` is negative or `NaN`.
 */
// deno-lint-ignore no-explicit-any -- any function: `unknown` would refuse those with parameters
export function flushAfterInvocation<F extends (...args: any[]) => unknown>(
  handlers: AxonPushHandler | readonly AxonPushHandler[],
  fn: F,
  options: FlushAfterInvocationOptions = {},
): F {
  const all = [handlers].flat() as AxonPushHandler[];
  // Later an error would take the place of the result.
  const timeoutMs = blamingCallOf(flushAfterInvocation, () => check(all, fn, options));
  const flush = () => Promise.all(all.map((handler) => handler.flush(timeoutMs)));
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    let pending = false;
    try {
      const result = fn.apply(this, args);
      pending = typeof (result as PromiseLike<unknown> | undefined)?.then === "function";
      return pending ? Promise.resolve(result).finally(flush) : result;
    } finally {
      if (!pending) { for (const handler of all) handler.flushSync(timeoutMs); }
    }
  };
  // Deno.serve() and others look at the number of parameters to decide what they pass.
  for (const property of ["length", "name"] as const) {
    Object.defineProperty(wrapped, property, { value: fn[property], configurable: true });
  }
  return wrapped as F;
}

/** Refuses what plain JavaScript may pass: the arguments in another order, say. Returns the timeout. */
function check(
  handlers: readonly unknown[],
  fn: unknown,
  options: FlushAfterInvocationOptions,
): number {
  const isHandler = (value: unknown) =>
    typeof (value as Partial<AxonPushHandler> | undefined)?.flushSync === "function";
  if (handlers.length === 0) refuse("first", "an AxonPushHandler: current value is an empty array");
  const other = handlers.find((value) => !isHandler(value));
  if (other !== undefined || handlers.includes(undefined)) {
    refuse(
      "first",
      `an AxonPushHandler or an array of them: current value is of type ${typeof other}`,
    );
  }
  if (typeof fn !== "function") {
    refuse("second", `a function: current value is of type ${typeof fn}`);
  }
  const isKnown = Object.keys(Object(options)).every((name) => name === "timeoutMs");
  if (typeof options !== "object" || options === null || !isKnown) {
    refuse(
      "third",
      `an object as in { timeoutMs: 3000 }: current value is ${show(options) ?? typeof options}`,
    );
  }
  const { timeoutMs = 5000 } = options;
  checkTimeout("flush", timeoutMs);
  return timeoutMs;
}

function refuse(which: string, must: string): never {
  throw new TypeError(`Cannot flush after invocations: the ${which} argument must be ${must}`);
}
