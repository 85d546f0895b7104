/**
 * A line as it is on disk: with a check at its end, over its number, its text and the origin of the
 * file. SQLite has none for its pages, and a record whose bytes were garbled must not be delivered,
 * least of all under the key of another. Runs on the program's thread.
 *
 * @module
 */

/** What the check of a line begins with in a file of this origin, given as the text that is on disk. */
export function seedOf(origin: string): number {
  return checkOf(0, 0, origin, origin.length);
}

/** The line with its check, as its last column. */
export function withCheck(seed: number, number: number, line: string): string {
  return `${line}\t${checkOf(seed, number, line, line.length).toString(36)}`;
}

/** The line without its check, or nothing if it is not what was written under this number. */
export function withoutCheck(seed: number, number: number, text: string): string | undefined {
  const end = text.lastIndexOf("\t");
  if (end < 0 || text.slice(end + 1) !== checkOf(seed, number, text, end).toString(36)) {
    return undefined;
  }
  return text.slice(0, end);
}

/** FNV-1a of 32 bits, over units of UTF-16. */
function checkOf(seed: number, number: number, text: string, length: number): number {
  let hash = Math.imul(0x811c9dc5 ^ seed, 0x01000193);
  hash = Math.imul(hash ^ number, 0x01000193);
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
