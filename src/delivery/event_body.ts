/**
 * Turns a record into the body of `POST /event`. Runs where requests are sent: on the worker's thread,
 * or on the program's own where there is no worker.
 *
 * @module
 */
import { type Constants, dedupKey } from "../record/chunk.ts";
import { createEventText } from "../record/event_text.ts";
import type { Item } from "./request.ts";

/** Makes the function that makes a body of one record. */
export function createEventBody(
  constants: Constants,
  keyPrefix: string,
): (items: readonly Item[]) => string {
  const eventText = createEventText(constants);
  return ([item]) => eventText(item!.line, dedupKey({ keyPrefix }, item!.key));
}
