/**
 * Three seconds of the soak, for the combinations that nobody thought of.
 *
 * @module
 */
import { assert } from "@std/assert";
import { soak } from "./soak.ts";

Deno.test("soak() accounts for every record of three seconds of random failures", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  try {
    const { handlers } = await soak(3, seed);
    for (const { accepted } of Object.values(handlers)) assert(accepted > 100);
  } catch (error) {
    throw new Error(`Soak failed with seed ${seed}`, { cause: error });
  }
});
