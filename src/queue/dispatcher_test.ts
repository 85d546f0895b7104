/**
 * Between the queue and a channel no record may get lost or be counted twice, whatever the channel
 * does: so it is one of the test's here, which throws, is silent or crashes.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { Generator } from "../../tests/generate.ts";
import { resolveOptions } from "../options/settings.ts";
import type { Chunk } from "../record/chunk.ts";
import { Acknowledgements } from "../worker/acknowledgements.ts";
import type { Channel } from "../worker/channel.ts";
import { Capacity } from "./capacity.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Queue } from "./queue.ts";

const MAX_IN_FLIGHT = 1000;

/** A dispatcher, and the channels that it opens. */
function simulate(queueSize: number) {
  const settings = resolveOptions({ apiKey: "ak_test", tenantId: "1", queueSize });
  const capacity = new Capacity(settings);
  const queue = new Queue(capacity.chunkSize, capacity.bounds);
  let current: { readonly posted: Chunk[]; readonly acks: Acknowledgements } | undefined;
  let crash = () => {};
  const state = { throws: false, onClose() {} };

  function open(kind: Channel["kind"], onCrash?: (why?: string) => void): Channel {
    const channel = current = { posted: [] as Chunk[], acks: new Acknowledgements(MAX_IN_FLIGHT) };
    crash = () => {
      if (onCrash === undefined) return; // This thread does not crash.
      current = undefined;
      onCrash("broken");
    };
    return {
      kind,
      isBlocking: true,
      acknowledgements: channel.acks,
      maxCharacters: Infinity,
      addOrigin() {},
      post(chunk) {
        if (state.throws) throw new RangeError("Maximum call stack size exceeded");
        channel.posted.push(chunk);
      },
      flush() {},
      receiveDiagnostics() {},
      isAlive: () => true,
      abandon: () => crash(),
      close: () => state.onClose(),
    };
  }
  const dispatcher = new Dispatcher({
    queue,
    backlog: undefined,
    capacity,
    opener: {
      hasWorkers: true,
      isThisThreadWanted: false,
      canFetchHere: () => true,
      toWorker: open,
      toThisThread: (kind) => open(kind),
    },
    report() {},
  });
  return {
    dispatcher,
    queue,
    state,
    /** The chunks that the channel has which is open now. */
    get posted() {
      return current?.posted ?? [];
    },
    get acks() {
      return current!.acks;
    },
    push(count: number) {
      for (let i = 0; i < count; i++) queue.push(`record ${queue.next}`);
    },
    post() {
      dispatcher.open("lasting");
      dispatcher.post();
    },
    crash() {
      crash();
      dispatcher.skipPause();
    },
  };
}

/** First number and length of each chunk, whose records have the same numbers in their keys. */
function rangesOf(chunks: readonly Chunk[]): number[][] {
  for (const { origin, first, firstKey } of chunks) assertEquals([origin, firstKey], [0, first]);
  return chunks.map(({ first, count }) => [first, count]);
}

Deno.test("Dispatcher.post() posts the oldest first, and no more than keeps the worker busy", () => {
  const sim = simulate(10);
  sim.push(10);
  sim.post();
  assertEquals(rangesOf(sim.posted), [[0, 3]]); // Half of the queue is for dropping.
  assertEquals(sim.posted[0]!.lines, "record 0\nrecord 1\nrecord 2");
  for (const sequence of [0, 1, 2]) sim.acks.acknowledge(sequence, "delivered");
  sim.dispatcher.end = "last"; // Then nothing is dropped any more.
  sim.post();
  assertEquals(rangesOf(sim.posted), [[0, 3], [3, 3], [6, 3], [9, 1]]);
});

Deno.test("Dispatcher.stats counts what is acknowledged once, taken off the queue or not", () => {
  const sim = simulate(10);
  sim.push(3);
  sim.post();
  sim.acks.acknowledge(1, "failed");
  sim.acks.acknowledge(0, "delivered");
  sim.acks.countRetries(4);
  const counts = { delivered: 1, failed: 1, retried: 4 };
  assertEquals([sim.dispatcher.stats, sim.dispatcher.pending], [{ ...counts, unread: 2 }, 1]);
  assertEquals(sim.queue.length, 3); // Reading changes nothing.
  sim.acks.acknowledge(7, "delivered"); // Nobody has posted it.
  sim.acks.acknowledge(1, "delivered");
  sim.dispatcher.settle();
  assertEquals([sim.dispatcher.stats, sim.dispatcher.pending], [{ ...counts, unread: 0 }, 1]);
  assertEquals([sim.dispatcher.advance(2), sim.dispatcher.advance(3)], [true, false]);
});

Deno.test("Dispatcher.post() leaves in the queue what the channel does not take", () => {
  const sim = simulate(10);
  sim.push(4);
  sim.state.throws = true;
  assertThrows(() => sim.post(), RangeError);
  assertEquals([sim.queue.waiting, sim.queue.inFlight], [4, 0]);
  sim.state.throws = false;
  sim.post();
  assertEquals(rangesOf(sim.posted), [[0, 3], [3, 1]]);
});

Deno.test("Dispatcher posts again what a channel had not acknowledged when it crashed, under its numbers", () => {
  const sim = simulate(10);
  sim.push(5);
  sim.post();
  sim.acks.acknowledge(1, "delivered");
  sim.acks.countRetries(2);
  sim.crash();
  assertEquals([sim.queue.waiting, sim.queue.inFlight], [4, 0]);
  sim.post();
  assertEquals(rangesOf(sim.posted), [[0, 1], [2, 1], [3, 2]]);
  for (const sequence of [0, 2, 3, 4]) sim.acks.acknowledge(sequence, "delivered");
  assertEquals(sim.dispatcher.advance(5), true);
  assertEquals(sim.dispatcher.stats, { delivered: 5, failed: 0, retried: 2, unread: 0 });
});

Deno.test("Dispatcher counts every record once, whatever happens in which order", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new Generator(seed);
    const sim = simulate(1 + random.below(40));
    let pushed = 0;
    let acknowledged = 0;
    for (let step = 0; step < 60; step++) {
      switch (random.below(5)) {
        case 0:
          sim.push(random.below(6));
          pushed = sim.queue.next;
          break;
        case 1:
          sim.state.throws = random.below(4) === 0;
          try {
            sim.post();
          } catch {
            // It is tried again.
          }
          break;
        case 2:
          if (random.below(4) === 0) sim.crash();
          break;
        default: {
          const open = sim.dispatcher.pending > 0 ? unacknowledged(sim) : [];
          if (open.length === 0) break;
          sim.acks.acknowledge(
            open[random.below(open.length)]!,
            random.below(2) === 0 ? "failed" : "delivered",
          );
          acknowledged++;
        }
      }
      const { delivered, failed } = sim.dispatcher.stats;
      assertEquals(delivered + failed, acknowledged, `seed ${seed}`);
      assertEquals(sim.dispatcher.pending, pushed - acknowledged, `seed ${seed}`);
    }
  }
});

/** The numbers of records that the open channel has, and has not acknowledged. */
function unacknowledged({ dispatcher, queue, posted }: ReturnType<typeof simulate>): number[] {
  dispatcher.settle();
  return posted.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i))
    .filter((sequence) => queue.countBefore(sequence + 1) > queue.countBefore(sequence));
}

Deno.test("Dispatcher.goOn() takes nothing for hopeless any more, since settings may be corrected", () => {
  const sim = simulate(10);
  sim.push(1);
  sim.dispatcher.end = "near";
  sim.post();
  sim.acks.setHopeless();
  assertEquals(sim.dispatcher.isHopeless, true);
  sim.dispatcher.goOn(0);
  assertEquals(sim.dispatcher.isHopeless, false);
});

Deno.test("Dispatcher.close() counts what is acknowledged until the channel is closed", () => {
  const sim = simulate(10);
  sim.push(3);
  sim.post();
  const { acks } = sim;
  acks.acknowledge(0, "delivered");
  acks.countRetries(2);
  sim.state.onClose = () => acks.acknowledge(1, "delivered");
  sim.dispatcher.close();
  const { delivered, retried, unread } = sim.dispatcher.stats;
  assertEquals([delivered, retried, unread, sim.dispatcher.pending], [2, 2, 0, 1]);
});
