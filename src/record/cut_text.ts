/**
 * Cuts texts. For both threads.
 *
 * @module
 */

/** The beginning of a text. It never ends in half a character, which strict parsers refuse. */
export function cutText(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}
