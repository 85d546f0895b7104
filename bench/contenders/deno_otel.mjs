/**
 * Deno's built-in OpenTelemetry, which exports what the program writes to the console. It knows no
 * attributes, so the record is JSON text. It is switched on by the environment, and flushes by
 * itself when the program ends.
 */
import { run } from "../measure.mjs";

await run((id) =>
  console.info(
    JSON.stringify({ body: "request served", method: "GET", status: 200, request_id: id }),
  )
);
