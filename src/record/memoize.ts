/**
 * A cache for what is made of the same few short texts again and again: names of properties, loggers
 * and levels. For both threads.
 *
 * @module
 */
import { JSON } from "../json.ts";

/** Most results that are remembered, so that names made of data do not fill the memory. */
const MAX_REMEMBERED = 1024;
/** Longest key that is remembered, in characters: names are short, and data may be megabytes. */
const MAX_KEY_LENGTH = 128;

/** Remembers the results of a function of short strings, the first thousand of them. */
export function memoize<T>(make: (key: string) => T): (key: string) => T {
  const results = new Map<string, T>();
  return (key) => {
    let result = results.get(key);
    if (result === undefined) {
      if (results.size >= MAX_REMEMBERED || key.length > MAX_KEY_LENGTH) return make(key);
      const copy = flat(key);
      result = make(copy);
      results.set(copy, result);
    }
    return result;
  };
}

/**
 * The same for a function that is mostly called with the key of the call before: to compare two texts
 * takes less than half the time of a look-up.
 */
export function memoizeLast<T>(make: (key: string) => T): (key: string) => T {
  const known = memoize(make);
  let lastKey: string | undefined;
  let last: T;
  return (key) => {
    if (key !== lastKey) {
      last = known(key);
      lastKey = key;
    }
    return last;
  };
}

/**
 * The same string, by itself: V8 keeps a piece of a long string as a view of the whole, and one that is
 * put together as its parts, through which it has to go each time that it is used.
 */
export function flat(text: string): string {
  return JSON.parse(JSON.stringify(text));
}
