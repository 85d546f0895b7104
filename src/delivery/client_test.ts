/**
 * What is made of a user's client, first of all of one that behaves as AxonPush's own does: it
 * swallows connection errors and says `null`, and its errors say `statusCode`, `hint`, `requestId` and
 * `retryAfter` in seconds.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { type AxonPushClient, createClientSend, type PublishParams } from "./client.ts";
import type { SendResult } from "./response.ts";

const SETTINGS = {
  protocol: "events",
  url: "",
  isEndpoint: false,
  headers: {},
  requestTimeoutMs: 60_000,
  retryable: [408, 429, 500, 502, 503, 504],
} as const;

const BODY = JSON.stringify({ dedupKey: "key-1", identifier: "shop", payload: { body: "one" } });

/** The errors of AxonPush's own client. */
class AxonPushError extends Error {
  readonly code?: string;
  readonly hint?: string;
  readonly requestId?: string;
  readonly statusCode?: number;
  readonly retryAfter?: number;
  constructor(message: string, info: Partial<AxonPushError> = {}) {
    super(message);
    Object.assign(this, info);
  }
}

/** What becomes of an event whose publishing ends like this. */
async function outcome(publish: () => unknown, body = BODY): Promise<SendResult> {
  const client = { events: { publish: async () => await publish() } };
  return await createClientSend(client, SETTINGS)([body], "key-1");
}

function failing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

Deno.test("createClientSend() takes every answer but null for a delivery", async () => {
  for (const answer of [undefined, { eventId: "e1" }, "", 0, false]) {
    assertEquals(await outcome(() => answer), { kind: "delivered" });
  }
});

Deno.test("createClientSend() takes null for a connection error that was swallowed", async () => {
  const result = await outcome(() => null);
  assertEquals([result.kind, result.kind === "retry" && result.cause], ["retry", "unreachable"]);
});

Deno.test("createClientSend() reads statusCode as it reads status", async () => {
  const meanings: [status: number, meaning: string | undefined][] = [
    [400, "content"],
    [401, "settings"],
    [403, "settings"],
    [404, "settings"],
    [413, "size"],
    [422, "content"],
    [408, "failing"],
    [429, "busy"],
    [500, "failing"],
    [503, "busy"],
  ];
  for (const name of ["statusCode", "status"]) {
    for (const [status, meaning] of meanings) {
      const result = await outcome(failing(Object.assign(new Error("no"), { [name]: status })));
      const found = result.kind === "refused"
        ? result.because
        : result.kind === "retry"
        ? result.cause
        : undefined;
      assertEquals(found, meaning, `${name} ${status}`);
    }
  }
});

Deno.test("createClientSend() tells code, message, hint and request", async () => {
  const { diagnostic } = await outcome(failing(
    new AxonPushError("The key is unknown", {
      statusCode: 401,
      code: "invalid_api_key",
      hint: "Create a key",
      requestId: "r-17",
    }),
  ));
  assertEquals(diagnostic?.code, "http-401");
  assertEquals(diagnostic?.serviceCode, "invalid_api_key");
  assertMatch(
    diagnostic!.message,
    /HTTP 401: invalid_api_key; The key is unknown; Create a key; request r-17: .*'tenantId'/,
  );
});

Deno.test("createClientSend() waits as many seconds as an error says", async () => {
  const cases: [retryAfter: unknown, afterMs: number | undefined][] = [
    [7, 7000],
    [0.5, 500],
    ["7", 7000],
    [0, undefined],
    [-1, undefined],
    [NaN, undefined],
    [1e9, 60_000],
    [{ seconds: 7 }, undefined],
    [undefined, undefined],
  ];
  for (const [retryAfter, afterMs] of cases) {
    const result = await outcome(failing({ statusCode: 429, message: "slow down", retryAfter }));
    assertEquals(result.kind === "retry" && result.afterMs, afterMs, String(retryAfter));
  }
});

Deno.test("createClientSend() tries again after whatever else a client throws", async () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const hostile = {
    get statusCode(): number {
      throw new Error("hostile");
    },
  };
  for (
    const thrown of [new TypeError("fetch failed"), "text", undefined, null, hostile, revoked.proxy]
  ) {
    const result = await outcome(failing(thrown));
    assertEquals(result.kind === "retry" && result.cause, "unreachable");
  }
});

Deno.test("createClientSend() fits the type of AxonPush's own client, and of simpler ones", async () => {
  /** As declared by AxonPush's TypeScript client. */
  interface Params {
    identifier: string;
    payload: Record<string, unknown>;
    channelId: string;
    agentId?: string;
    traceId?: string;
    spanId?: string;
    eventType?: "app.log" | "agent.log" | "custom";
    metadata?: Record<string, unknown>;
  }
  const seen: unknown[] = [];
  const own = {
    events: {
      publish(params: Params): Promise<{ eventId: string } | null> {
        seen.push(params.channelId);
        return Promise.resolve({ eventId: "e1" });
      },
    },
  };
  const simple = {
    events: { publish: (params: PublishParams) => Promise.resolve(seen.push(params.dedupKey)) },
  };
  for (const client of [own, simple] satisfies AxonPushClient[]) {
    const body = JSON.stringify({ ...JSON.parse(BODY), channel_id: "7" });
    assertEquals((await createClientSend(client, SETTINGS)([body], "key-1")).kind, "delivered");
  }
  assertEquals(seen, ["7", "key-1"]);
});
