/**
 * What all copies of this package in a program have in common: a dependency may bring another version
 * along. By itself each of them would take the listeners of the others for the program's own, and
 * leave the end of the program to them. Runs on each thread that loads the package.
 *
 * @module
 */

// As they are when the package is loaded, whatever the program does to them later.
const { defineProperty } = Object;
const symbolFor = Symbol.for;

/** Raised when what is shared changes: copies that would not understand each other share nothing. */
const FORM = 1;

/** What the copy that was loaded first has made of this name, or what this one makes, if it is that. */
export function inCommon<T extends object>(name: string, make: () => T): T {
  const key = symbolFor(`@axonpush/std-log ${name} ${FORM}`);
  const global = globalThis as unknown as Record<symbol, T | undefined>;
  const known = global[key];
  if (known !== undefined) return known;
  const made = make();
  try {
    defineProperty(global, key, { value: made, configurable: true });
  } catch {
    // The program has frozen it.
  }
  return made;
}
