// Types for the module beside it: the npm package deno-std ships none.
export interface PollOptions {
  signal?: AbortSignal;
  /** Milliseconds between two calls. Default: 1000. */
  interval?: number;
}

/** Calls `fn` until `isDone` accepts its result, then returns that result. */
export declare function poll<T>(
  fn: () => T | Promise<T>,
  isDone: (result: T) => boolean,
  options?: PollOptions,
): Promise<T>;
