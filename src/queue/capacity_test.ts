/**
 * How much may wait and be in flight by the options: to the record and the character.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { AxonPushHandlerOptions } from "../options/options.ts";
import { resolveOptions } from "../options/settings.ts";
import type { Channel } from "../worker/channel.ts";
import { Capacity } from "./capacity.ts";
import { Queue } from "./queue.ts";

function capacityOf(options: AxonPushHandlerOptions): Capacity {
  return new Capacity(resolveOptions({ endpoint: "http://127.0.0.1:1/", ...options }));
}

/** A queue with this many records in flight, and others that wait in one batch. */
function queueOf(inFlight: number, waiting: number, line = "x"): Queue {
  const queue = new Queue(10_000);
  for (let i = 0; i < inFlight; i++) queue.push(line);
  if (inFlight > 0) queue.markPosted();
  for (let i = 0; i < waiting; i++) queue.push(line);
  return queue;
}

function channelOf(kind: Channel["kind"], maxCharacters = 1000): Channel {
  return { kind, maxCharacters } as Channel;
}

Deno.test("Capacity keeps at most half of a queue in flight that drops its oldest records", () => {
  const { maxInFlight, chunkSize, backlogInFlight } = capacityOf({});
  assertEquals({ maxInFlight, chunkSize, backlogInFlight }, {
    maxInFlight: 1000,
    chunkSize: 100,
    backlogInFlight: 0,
  });
  const canPost = (capacity: Capacity, inFlight: number, waiting: number, isEnding = false) =>
    capacity.canPost(queueOf(inFlight, waiting), channelOf("lasting", Infinity), isEnding);
  assertEquals(canPost(capacityOf({}), 400, 100), true);
  assertEquals(canPost(capacityOf({}), 401, 100), false);
  assertEquals(canPost(capacityOf({ queueSize: 3 }), 1, 1), false);
  // At an end nothing is dropped any more.
  assertEquals(canPost(capacityOf({}), 900, 100, true), true);
  assertEquals(canPost(capacityOf({}), 901, 100, true), false);
  for (const overflowPolicy of ["drop-newest", "block"] as const) {
    assertEquals(canPost(capacityOf({ overflowPolicy }), 900, 100), true);
    assertEquals(canPost(capacityOf({ overflowPolicy }), 901, 100), false);
  }
  assertEquals(canPost(capacityOf({}), 0, 0), false);
});

Deno.test("Capacity keeps no more in flight than keeps the worker busy", () => {
  const most = (options: AxonPushHandlerOptions) => {
    const { maxInFlight, chunkSize, backlogInFlight } = capacityOf({
      queueSize: 1_000_000,
      spool: "spool",
      ...options,
    });
    return { maxInFlight, chunkSize, backlogInFlight };
  };
  assertEquals(most({}), { maxInFlight: 8192, chunkSize: 100, backlogInFlight: 1024 });
  assertEquals(most({ concurrency: 1 }), {
    maxInFlight: 8192,
    chunkSize: 64,
    backlogInFlight: 128,
  });
  assertEquals(most({ concurrency: 40 }).backlogInFlight, 160);
  const protocol = "otlp";
  assertEquals(most({ protocol }), { maxInFlight: 8192, chunkSize: 512, backlogInFlight: 4096 });
  assertEquals(most({ protocol, batchSize: 10_000 }), {
    maxInFlight: 20_000,
    chunkSize: 10_000,
    backlogInFlight: 20_000,
  });
});

Deno.test("Capacity makes chunks of which a worker has room for two, whatever the queue's size", () => {
  const sizes = [1, 2, 3, 5, 6, 7, 400, 402];
  const chunkSizes = sizes.map((queueSize) => capacityOf({ queueSize }).chunkSize);
  assertEquals(chunkSizes, [1, 1, 1, 1, 2, 2, 100, 100]);
});

Deno.test("Capacity.bounds has 64 Mi characters, or 1024 for each record of a long queue", () => {
  const bounds = (queueSize: number) => capacityOf({ queueSize }).bounds;
  assertEquals(bounds(7), { records: 7, characters: 67_108_864 });
  assertEquals(bounds(65_537), { records: 65_537, characters: 65_537 * 1024 });
});

Deno.test("Capacity.canPost() waits for a channel that takes more, and for its characters", () => {
  const capacity = capacityOf({});
  const canPost = (inFlight: number, waiting: number, channel?: Channel) =>
    capacity.canPost(queueOf(inFlight, waiting, "12345678"), channel, false);
  assertEquals(canPost(0, 1), false);
  assertEquals(canPost(0, 1, channelOf("once")), false);
  assertEquals(canPost(0, 1, channelOf("brief")), true);
  // 8 characters a record, and one between two.
  assertEquals(canPost(1, 1, channelOf("lasting", 16)), true);
  assertEquals(canPost(1, 1, channelOf("lasting", 15)), false);
  // What is too large for any channel goes when nothing else is in flight.
  assertEquals(canPost(0, 1, channelOf("lasting", 1)), true);
});

Deno.test("Capacity.overflow() says whether there are too many records, or too long ones", () => {
  const overflow = (count: number) =>
    capacityOf({ queueSize: 2 }).overflow(queueOf(0, count)).message(1);
  assertEquals(overflow(1).startsWith("The queue is full (64 Mi characters of large"), true);
  assertEquals(overflow(2).startsWith("The queue is full ('queueSize' is 2)"), true);
});
