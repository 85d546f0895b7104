/**
 * Listening to the events of the program itself. An emulation of a browser, as tests load it, puts
 * the methods of a window of its own in the place of the global ones, and no end of the program is
 * heard by those. Runs on the program's thread.
 *
 * @module
 */

// As they are when the package is loaded, whatever the program does to them later.
const { getPrototypeOf, hasOwn } = Object;

/** Adds a listener of the program's own events, whatever the global `addEventListener` is. */
export const listen: typeof addEventListener = ownMethod().bind(globalThis);

/** What the global object inherits: what the program has put before it is on the object itself. */
function ownMethod(): typeof addEventListener {
  let object: Pick<typeof globalThis, "addEventListener"> = getPrototypeOf(globalThis);
  while (object && !hasOwn(object, "addEventListener")) object = getPrototypeOf(object);
  return (object ?? globalThis).addEventListener;
}
