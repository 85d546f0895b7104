// Types for the module beside it: the npm package deno-std ships none.
/** Makes a promise reject, or an async iterable throw, when the signal aborts. */
export declare function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
export declare function abortable<T>(p: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T>;
