/**
 * Each record is acknowledged once, and what is lost is reported to the last record, but not record by
 * record.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Diagnostic } from "../diagnostics.ts";
import { Outcomes } from "./outcomes.ts";
import { createRequest } from "./request.ts";

const item = (sequence: number) => ({ origin: 0, sequence, key: sequence, line: "x" });
const requestOf = (...numbers: number[]) => createRequest(numbers.map(item), { keyPrefix: "k" });
const refusal = (message: string): Diagnostic => ({ level: "error", code: "refused", message });

/** Outcomes whose time passes when the test says so. */
function simulate() {
  let now = 0;
  const acknowledged: [sequence: number, outcome: string][] = [];
  const said: string[] = [];
  const outcomes = new Outcomes({
    acknowledgements: {
      acknowledge: (sequence, outcome) => acknowledged.push([sequence, outcome]),
      countRetries() {},
      setHopeless() {},
    },
    report: ({ message }) => said.push(message),
    countLost: ({ count, reason }) => said.push(`${count}: ${reason}`),
  }, () => now);
  return { outcomes, acknowledged, said, pass: (ms: number) => now += ms };
}

Deno.test("Outcomes.settle() acknowledges each record once, of which the last were rejected", () => {
  const { outcomes, acknowledged, said } = simulate();
  const request = requestOf(7, 8, 9);
  outcomes.settle(request, { rejected: 1, diagnostic: refusal("too old") }, true);
  outcomes.settle(request, { rejected: 3, diagnostic: refusal("late") }, true); // A copy, say.
  outcomes.lose(request, refusal("later"), true);

  assertEquals(acknowledged, [[7, "delivered"], [8, "delivered"], [9, "failed"]]);
  assertEquals(said, ["too old", "1: too old"]);
});

Deno.test("Outcomes.settle() reports what there is to say of a delivery, and loses nothing for that", () => {
  const { outcomes, acknowledged, said } = simulate();
  outcomes.settle(requestOf(1), { diagnostic: refusal("a page") }, true);
  outcomes.settle(requestOf(2), { rejected: 0, diagnostic: refusal("a warning") }, true);
  outcomes.settle(requestOf(3), { rejected: 9, diagnostic: refusal("more than there are") }, true);

  assertEquals(acknowledged, [[1, "delivered"], [2, "delivered"], [3, "failed"]]);
  assertEquals(said, ["a page", "a warning", "more than there are", "1: more than there are"]);
});

Deno.test("Outcomes.lose() reports the first loss at once, and then what a second has brought", () => {
  const { outcomes, acknowledged, said, pass } = simulate();
  const lose = (sequence: number) => outcomes.lose(requestOf(sequence), refusal("no"), false);
  lose(0);
  assertEquals(said.splice(0), ["no", "1: no"]);
  for (let i = 1; i <= 5; i++) {
    lose(i);
    pass(249);
  }
  assertEquals(said.splice(0), Array(5).fill("no"));
  lose(6);
  assertEquals(said, ["no", "6: no"]);
  assertEquals(acknowledged.length, 7);
});

Deno.test("Outcomes.settle() reports what was lost before it acknowledges the last record", () => {
  const { outcomes, said, acknowledged } = simulate();
  outcomes.lose(requestOf(0), refusal("no"), false);
  outcomes.lose(requestOf(1, 2), refusal("never"), false);
  said.length = 0;
  outcomes.settle(requestOf(3), {}, true);

  assertEquals(said, ["2: never"]);
  assertEquals(acknowledged.at(-1), [3, "delivered"]);
});

Deno.test("Outcomes.giveUp() fails what waits for the reason that was explained", () => {
  const { outcomes, acknowledged, said } = simulate();
  outcomes.explain(refusal("wrong key"));
  outcomes.giveUp([]);
  outcomes.giveUp([item(1), item(2)]);

  assertEquals(said, ["wrong key", "2: wrong key"]);
  assertEquals(acknowledged, [[1, "failed"], [2, "failed"]]);
});
