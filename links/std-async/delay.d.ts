// Types for the module beside it: the npm package deno-std ships none.
export interface DelayOptions {
  signal?: AbortSignal;
  /** `false`: the timer does not keep the program alive. Default: `true`. */
  persistent?: boolean;
}

/** Resolves after `ms` milliseconds. */
export declare function delay(ms: number, options?: DelayOptions): Promise<void>;
