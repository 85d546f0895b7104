/**
 * Publishes through the user's AxonPush client, one call for each event. Runs on the program's thread,
 * since a client cannot be sent to another one.
 *
 * @module
 */
import { JSON } from "../json.ts";
import { isError, read, reason } from "../record/errors.ts";
import type { LogEvent, LogPayload } from "../record/event.ts";
import { grant, sharedDeadline } from "./alarm.ts";
import { unreachable } from "./no_answer.ts";
import type { Body } from "./request.ts";
import {
  clampPause,
  explainEnvelope,
  parseRetryAfter,
  rejection,
  type ResponseSettings,
  type Send,
  type SendResult,
} from "./response.ts";

/** The parameters of an AxonPush client's `events.publish`. */
export interface PublishParams extends Omit<LogEvent, "channel_id" | "payload"> {
  /**
   * Target channel: the option `channelId`. Without that option it is missing, although the type says
   * otherwise, as that of AxonPush's own client does; the organisation's default channel is meant.
   */
  readonly channelId: string;
  /** Unique for each record; the service collapses events with the same key. */
  readonly dedupKey: string;
  /** The record itself. */
  readonly payload: LogPayload & Readonly<Record<string, unknown>>;
}

/** An AxonPush client, or anything that publishes an event the same way. */
export interface AxonPushClient {
  /** The part of the client that is used. */
  readonly events: {
    /**
     * Publishes one event.
     *
     * A promise that resolves means that the event is delivered, whatever the value. The exception is
     * `null`, with which AxonPush's own client reports a connection error that it suppressed
     * (`failOpen`): then the event is sent again. It is sent again, too, after an error with a `status`
     * or `statusCode` that is worth a retry, and after an error with neither; `retryAfter`, in seconds,
     * is honoured.
     */
    publish(params: PublishParams): Promise<unknown>;
  };
}

const WHERE = "through the given client";

/** Makes the function that publishes one event through the client. */
export function createClientSend(client: AxonPushClient, settings: ResponseSettings): Send {
  const publish = async (body: Body): Promise<SendResult> => {
    const sent = JSON.parse(body.join("")) as PublishParams & { channel_id?: string };
    const { channel_id, ...event } = sent;
    try {
      const answer = await client.events.publish(
        channel_id === undefined ? event : { ...event, channelId: channel_id },
      );
      if (answer !== null) return { kind: "delivered" };
      const why = "it resolved with null, which says that it swallowed a connection error";
      return unreachable(settings, why, "unreachable", WHERE);
    } catch (error) {
      return failed(error, settings);
    }
  };
  // The client may never answer, and whether it keeps the program alive is its own choice.
  const late = sharedDeadline(settings.requestTimeoutMs, async (ms) => {
    await grant(ms);
    return unreachable(settings, `no answer within ${ms} ms`, "timeout", WHERE);
  });
  return async (body) => await Promise.race([publish(body), late()]);
}

/** What an error of the client means. AxonPush's own has `statusCode`, others have `status`. */
function failed(error: unknown, settings: ResponseSettings): SendResult {
  const object = Object(error);
  const status = [read(object, "statusCode"), read(object, "status")]
    .find((value) => typeof value === "number" && value > 0); // Some have 0 where nobody answered.
  if (typeof status !== "number") return unreachable(settings, reason(error), "unreachable", WHERE);
  const [code, hint, requestId] = ["code", "hint", "requestId"].map((name) => read(object, name));
  const message = isError(error) ? reason(error) : read(object, "message");
  const { text, serviceCode } = explainEnvelope({ code, message, hint, requestId });
  return rejection(status, { text, serviceCode, afterMs: pauseOf(object) }, settings);
}

/** How long an error asks to wait, in milliseconds; like the header it has seconds. */
function pauseOf(error: object): number | undefined {
  const retryAfter = read(error, "retryAfter");
  if (typeof retryAfter === "number") return clampPause(1000 * retryAfter);
  return typeof retryAfter === "string" ? parseRetryAfter(retryAfter) : undefined;
}
