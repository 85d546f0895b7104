/**
 * The thread of `service.ts`: starts the local AxonPush when it is told how, says where, and holds
 * requests back until it is told to release them.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { startDevServer } from "../dev/mod.ts";
import type { ServiceOptions } from "./service.ts";

const released = Promise.withResolvers<void>();

self.onmessage = ({ data }: MessageEvent<ServiceOptions | "release">) => {
  if (data === "release") return released.resolve();
  const { delayMs = 0, status, held } = data;
  const { url } = startDevServer({
    port: 0,
    delayMs,
    async intercept({ method }) {
      if (method !== "POST") return;
      if (held) await released.promise;
      if (status !== undefined) return new Response(null, { status });
    },
  });
  self.postMessage(url);
};
