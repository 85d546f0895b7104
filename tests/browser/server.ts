/**
 * A local AxonPush in a process of its own, as a developer runs it, and events to send to it.
 *
 * @module
 */

/** The body of a POST /event. */
export interface LogEvent {
  readonly identifier: string;
  readonly eventType: string;
  readonly payload: Record<string, unknown>;
  readonly [field: string]: unknown;
}

const SEVERITIES = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, CRITICAL: 21 };

/** An event like the handler's. */
export function logEvent(
  {
    body = "Hello",
    logger = "default",
    level = "INFO",
    levelName = level,
    attributes = {},
    ...more
  }: {
    readonly body?: string;
    readonly logger?: string;
    readonly level?: keyof typeof SEVERITIES;
    readonly levelName?: string;
    readonly attributes?: Record<string, unknown>;
    readonly traceId?: string;
    readonly occurredAt?: string;
  },
): LogEvent {
  return {
    identifier: logger,
    eventType: "app.log",
    ...more,
    payload: {
      severityNumber: SEVERITIES[level],
      severityText: levelName,
      body,
      attributes: { "logger.name": logger, "process.pid": 4711, ...attributes },
      resource: { "service.name": "shop", "process.runtime.name": "deno" },
    },
  };
}

/** Sends events, in this order. */
export async function post(
  url: string,
  events: readonly LogEvent[],
): Promise<void> {
  for (const event of events) {
    const response = await fetch(`${url}/event`, {
      method: "POST",
      headers: { "x-api-key": "ak_dev", "x-tenant-id": "dev" },
      body: JSON.stringify(event),
    });
    if (!response.ok) throw new Error(`POST /event: ${await response.text()}`);
    await response.body?.cancel();
  }
}

/** Starts a server, which ends with the block that holds it. */
export async function startServer(
  port = 0,
  ...flags: string[]
): Promise<{ url: string; port: number } & AsyncDisposable> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net", "dev/mod.ts", "--port", `${port}`, ...flags],
    cwd: new URL("../../", import.meta.url),
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let text = "";
  for await (
    const chunk of process.stderr.pipeThrough(new TextDecoderStream())
  ) {
    text += chunk;
    const [, url] = text.match(/AXONPUSH_BASE_URL=(\S+)\n/) ?? [];
    if (url === undefined) continue;
    return {
      url,
      port: Number(new URL(url).port),
      async [Symbol.asyncDispose]() {
        process.kill();
        await process.status;
      },
    };
  }
  throw new Error(`The server did not start: ${text}`);
}
