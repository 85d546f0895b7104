/**
 * Publishes through an AxonPush client of the user's, one call for each event. Runs on the program's
 * thread, since a client cannot go to another.
 *
 * @module
 */
import type { LogEvent } from "../record/event.ts";
import { read, reason } from "../record/errors.ts";
import { rejection, type Send, type SendResult, unreachable, words } from "./response.ts";

/** What an AxonPush client's `events.publish` is given. */
export interface PublishParams extends Omit<LogEvent, "channel_id"> {
  /** Target channel; without it, the organisation's default channel. */
  readonly channelId?: string;
  /** Unique for each record; the service collapses events with the same key. */
  readonly dedupKey: string;
}

/** An AxonPush client, or anything that publishes an event the same way. */
export interface AxonPushClient {
  /** The part of the client that is used. */
  readonly events: {
    /** Publishes one event; a rejection whose error has a retryable `status` is tried again. */
    publish(params: PublishParams): Promise<unknown>;
  };
}

/** How a client's calls are judged. */
export interface ClientSettings {
  readonly requestTimeoutMs: number;
  /** Statuses that are worth another try. */
  readonly retryable: readonly number[];
}

/** Makes the function that publishes one event through the client. */
export function createClientSend(
  client: AxonPushClient,
  { requestTimeoutMs, retryable }: ClientSettings,
): Send {
  const where = "through the given client";
  const publish = async (body: string): Promise<SendResult> => {
    const { channel_id, ...event } = JSON.parse(body) as PublishParams & { channel_id?: string };
    try {
      await client.events.publish(
        channel_id === undefined ? event : { ...event, channelId: channel_id },
      );
      return { kind: "delivered" };
    } catch (error) {
      const status = read(Object(error), "status");
      if (typeof status !== "number") return unreachable(where, reason(error));
      const [retryAfter] = words(read(Object(error), "retryAfter"));
      return rejection(status, reason(error), retryable, retryAfter);
    }
  };
  return async (body) => {
    // The client may never come back, and whether the program waits for it is the client's choice.
    const { promise, resolve } = Promise.withResolvers<SendResult>();
    const late = () => resolve(unreachable(where, `no answer within ${requestTimeoutMs} ms`));
    const timer = setTimeout(late, requestTimeoutMs);
    Deno.unrefTimer(timer);
    return await Promise.race([publish(body), promise]).finally(() => clearTimeout(timer));
  };
}
