// Types for the module beside it: the npm package deno-std ships none.
export interface DeadlineOptions {
  signal?: AbortSignal;
}

/** Rejects with a `TimeoutError` when the promise takes longer than `ms`. */
export declare function deadline<T>(
  p: Promise<T>,
  ms: number,
  options?: DeadlineOptions,
): Promise<T>;
