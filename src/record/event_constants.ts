/**
 * Makes what is the same in all events of a handler, once, in the program's thread.
 *
 * @module
 */
import type { Settings } from "../options/settings.ts";
import type { Constants } from "./chunk.ts";
import { newSpanId } from "./context.ts";

/** What is the same in all events of these settings. */
export function eventConstants(settings: Settings): Constants {
  const members = (object: Record<string, unknown>) => JSON.stringify(object).slice(1, -1);
  return {
    envelope: members({
      eventType: settings.source === "agent" ? "agent.log" : "app.log",
      channel_id: settings.channelId,
      agentId: settings.agentId,
      metadata: { framework: "deno-std-log" },
    }),
    trace: members({ traceId: settings.traceId, spanId: newSpanId() }),
    resource: members(settings.resource),
    pid: Deno.pid,
    agentId: settings.agentId,
  };
}
