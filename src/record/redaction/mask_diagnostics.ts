/**
 * Masks what the handler reports about itself. Its own texts have no secrets, but a service's answer
 * may repeat a credential or a record, and an error of the user's code may say anything. It runs on
 * the program's thread, where reports are written.
 *
 * @module
 */
import { REDACTED } from "./mask_looks.ts";
import { Redactor } from "./redactor.ts";

// As it is when the package is loaded, whatever the program does to it later.
const { URL } = globalThis;

/** Shortest value of a header that is taken for a credential: others may be words, or numbers. */
const SHORTEST_CREDENTIAL = 8;

/**
 * The parts of an address that may be a credential, as that of a hosted collector often has one: long
 * ones of letters and digits.
 */
export function credentialsIn(url: string): string[] {
  return new URL(url).pathname.split("/")
    .filter((part) => part.length >= 16 && /\d/.test(part) && /[a-z]/i.test(part));
}

/**
 * The function that masks reports of a handler.
 *
 * @param headers What requests are sent with; the values of secret names among them are masked
 *   wherever they are.
 * @param url Where they go; what may be a credential in it is masked, too.
 */
export function diagnosticsMask(
  redactKeys: readonly string[],
  headers: Readonly<Record<string, string>>,
  url: string,
): (text: string) => string {
  // Most handlers report nothing, and this takes time.
  let redactor: Redactor | undefined;
  return (text) => {
    redactor ??= new Redactor(redactKeys);
    let masked = text;
    for (const credential of credentialsIn(url)) masked = masked.replaceAll(credential, REDACTED);
    for (const [name, value] of Object.entries(headers)) {
      const credential = value.slice(value.lastIndexOf(" ") + 1); // Behind its scheme.
      if (credential.length < SHORTEST_CREDENTIAL || !redactor.isName(name)) continue;
      masked = masked.replaceAll(credential, REDACTED);
    }
    return redactor.mask(masked);
  };
}
