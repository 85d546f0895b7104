/**
 * GET /events: the filters of the service over the events in memory.
 *
 * @module
 */
import { asText, type DevEvent, isDateTime, isObject } from "./contract.ts";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

type Filter = (event: DevEvent, wanted: string) => boolean;

const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ["since", (event, wanted) => timeOf(event) >= Date.parse(wanted)],
  ["until", (event, wanted) => timeOf(event) < Date.parse(wanted)],
  ["traceId", (event, wanted) => event.traceId === wanted],
  ["eventType", (event, wanted) => (event.eventType ?? "custom") === wanted],
  ["channelId", (event, wanted) => event.channel_id === wanted],
  ["source", (event, wanted) => event.source === wanted],
  ["q", (event, wanted) => searchText(event).toLowerCase().includes(wanted.toLowerCase())],
]);
const NAMES = ["limit", ...FILTERS.keys(), "attrKey", "attrValue"];

/** The events that match a query, newest first, or what is wrong with the query. */
export function searchEvents(
  events: readonly DevEvent[],
  query: URLSearchParams,
): { readonly events: DevEvent[] } | { readonly problems: string[] } {
  const problems = problemsOf(query);
  if (problems.length > 0) return { problems };
  const filters = [...query].flatMap(([name, wanted]) => {
    const filter = FILTERS.get(name);
    return filter ? [(event: DevEvent) => filter(event, wanted)] : [];
  });
  const key = query.get("attrKey");
  if (key !== null) {
    const wanted = query.get("attrValue");
    filters.push((event) => attributeText(event, key) === wanted);
  }
  const limit = Number(query.get("limit") ?? DEFAULT_LIMIT);
  const found: DevEvent[] = [];
  for (let i = events.length - 1; i >= 0 && found.length < limit; i--) {
    const event = events[i]!;
    if (filters.every((filter) => filter(event))) found.push(event);
  }
  return { events: found };
}

function problemsOf(query: URLSearchParams): string[] {
  const problems: string[] = [];
  for (const [name, value] of query) {
    if (!NAMES.includes(name)) problems.push(`unknown filter ${name}: use ${NAMES.join(", ")}`);
    if ((name === "since" || name === "until") && !isDateTime(value)) {
      problems.push(`${name} must be an RFC 3339 date and time`);
    }
    if (name === "limit" && !(/^\d+$/.test(value) && +value >= 1 && +value <= MAX_LIMIT)) {
      problems.push(`limit must be an integer from 1 to ${MAX_LIMIT}`);
    }
  }
  if (query.has("attrKey") !== query.has("attrValue")) {
    problems.push("attrKey and attrValue go together");
  }
  return problems;
}

function timeOf(event: DevEvent): number {
  return Date.parse(event.occurredAt ?? event.createdAt);
}

/** The text that is searched: the message by itself too, because JSON escapes its quotes. */
export function searchText(event: DevEvent): string {
  return `${event.identifier}\n${asText(event.payload.body)}\n${JSON.stringify(event.payload)}`;
}

/** An attribute as text, the way it is written in a query. */
function attributeText(event: DevEvent, key: string): string | undefined {
  const { attributes } = event.payload;
  // Only the payload of a log record is sure to have the form of one.
  if (!isObject(attributes) || !Object.hasOwn(attributes, key)) return undefined;
  return asText(attributes[key]);
}
