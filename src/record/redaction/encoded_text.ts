/**
 * Masks secrets in what URLs and forms encode: `%22password%22%3A%22…%22`, and encode again in other
 * URLs. Each part of a text that is encoded is decoded and masked like any text, and what is kept of
 * it stays as it was written. It runs inside the log call.
 *
 * @module
 */
import { REDACTED } from "./mask_looks.ts";

/** What is between names and values, and around them: a space, a mark, `&`, `:`, `=`, `[`, a line's end. */
const SEPARATOR = /%(?:25)*(?:2[0267]|3[A-F]|5B|7B|0[AD])|(?:\+|%(?:25)*2B)-[A-Za-z]/i;
/** A value of a query, or what is between others of its delimiters. */
const CHARACTER = '[^\\s&=?#"<>`\\\\^{|}';
const PART = new RegExp(`(?<!${CHARACTER}])${CHARACTER}%]*(?:%|\\+(?=-))${CHARACTER}]*`, "g");
/** Shorter ones have no secret and its name: `token%3D1`. */
const SHORTEST = 9;
/** A space as forms write it, unless it is between letters, where it may be base64's: `a%3D1+b%3D2`. */
const PLUS = /(?<!\w)\+|(?<=%\w{2})\+|\+(?!\w)|\+(?=[\w.-]{1,32}%(?:25)*3[AD])/g;
/** Options of a command, as forms write them: all of its spaces are `+`. */
const COMMAND_LINE = /\+-[A-Za-z-]/;
const ENCODED = /%([0-7][\dA-Fa-f])/g;

/** A text whose encoded parts are masked by a function, which is given them decoded. */
export function maskEncoded(text: string, mask: (decoded: string) => string): string {
  if (!SEPARATOR.test(text)) return text;
  return text.replace(PART, (part) => {
    if (part.length < SHORTEST || !SEPARATOR.test(part)) return part;
    const spaces = COMMAND_LINE.test(part) ? /\+/g : PLUS;
    const decoded = part.replace(spaces, " ").replace(ENCODED, (_, code) => fromCode(code));
    const masked = mask(decoded);
    return masked === decoded ? part : encodedAsBefore(masked, decoded, part);
  });
}

/** What is kept in the masked text, as the part has it. */
function encodedAsBefore(masked: string, decoded: string, part: string): string {
  const places = placesOf(part);
  let end = 0;
  return masked.split(REDACTED).map((kept) => {
    const start = decoded.indexOf(kept, end);
    if (start === -1) return encodeURIComponent(kept);
    end = start + kept.length;
    return part.slice(places[start], places[end]);
  }).join(REDACTED);
}

/** Where each character of a decoded part begins in the part, and where the last one ends. */
function placesOf(part: string): number[] {
  const places: number[] = [];
  let place = 0;
  for (const { 0: encoded, index } of part.matchAll(ENCODED)) {
    while (place <= index) places.push(place++);
    place = index + encoded.length;
  }
  while (place <= part.length) places.push(place++);
  return places;
}

function fromCode(code: string): string {
  return String.fromCharCode(parseInt(code, 16));
}
