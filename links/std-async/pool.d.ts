// Types for the module beside it: the npm package deno-std ships none.
/** Maps with at most `poolLimit` calls under way; yields the results in the order of the input. */
export declare function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R>;
