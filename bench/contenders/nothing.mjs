/**
 * The bare loop, in each runtime: what is subtracted from the paced rows, whose timer costs more
 * than most contenders. The variant `stringify` makes JSON of the record and does no more.
 */
import { run, variant } from "../measure.mjs";

let sink = "";
await run(
  variant === "stringify"
    ? (id) => {
      sink = JSON.stringify({
        time: new Date(),
        level: 20,
        logger: "default",
        body: "request served",
        attributes: { method: "GET", status: 200, request_id: id },
      });
    }
    : (id) => {
      sink = id;
    },
);
if (sink === "") throw new Error("Nothing was logged");
