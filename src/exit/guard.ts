/**
 * The one place where an exception of our own that nobody could catch comes to its end. What runs
 * in a listener, a microtask or a timer is called by Deno, and what it threw would be an uncaught
 * error of the program. Runs on the program's thread.
 *
 * @module
 */

/**
 * Makes a function that never throws and never rejects.
 *
 * There is nobody to tell: whoever broke what the handler needs may have broken the console, too.
 * What the handler does there must be right without this; a drain that failed shows as a loss.
 */
export function guard<Arguments extends unknown[]>(
  fn: (...args: Arguments) => void | Promise<void>,
): (...args: Arguments) => void {
  return (...args) => {
    try {
      const result = fn(...args) as Promise<void> | undefined;
      result?.catch(() => {});
    } catch {
      // See above.
    }
  };
}
