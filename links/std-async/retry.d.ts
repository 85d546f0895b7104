// Types for the module beside it: the npm package deno-std ships none.
export interface RetryOptions {
  multiplier?: number;
  maxTimeout?: number;
  maxAttempts?: number;
  minTimeout?: number;
  jitter?: number;
  isRetriable?: (err: unknown) => boolean;
  signal?: AbortSignal;
}

/** What `retry()` throws after the last attempt; `cause` is the last error. */
export declare class RetryError extends Error {
  constructor(cause: unknown, attempts: number);
}

/** Calls `fn` until it succeeds, with exponential backoff and jitter between the attempts. */
export declare function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options?: RetryOptions,
): Promise<T>;
