/**
 * Every record that is pushed is on disk until it is settled or dropped, and comes out in its order:
 * compared step by step with a model, on a real disk and with a window of a few records.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Generator } from "../../tests/generate.ts";
import { inFolder, ORIGIN } from "../../tests/spooling.ts";
import { LinesFile } from "../spool/lines_file.ts";
import { OwnFile } from "../spool/own_file.ts";
import { takeOver } from "../spool/source.ts";
import { sqlite } from "../spool/sqlite.ts";
import { Queue } from "./queue.ts";
import { SpooledQueue } from "./spooled_queue.ts";

const WINDOW = { records: 7, characters: 1000 };
const SLICE_SIZE = 3;

function queueIn(spool: string): SpooledQueue {
  const report = ({ message }: { readonly message: string }) => assert(false, message);
  const file = new OwnFile({ spool, spoolMaxBytes: 2 ** 20 }, ORIGIN, report);
  return new SpooledQueue(new Queue(SLICE_SIZE, WINDOW), file, SLICE_SIZE);
}

/** The lines that are left on disk, by number. */
function linesIn(folder: string): Map<number, string> {
  const lines = new Map<number, string>();
  for (const { name } of Deno.readDirSync(folder)) {
    if (!/\.(sqlite|first)$/.test(name)) continue;
    const path = `${folder}/${name}`;
    const file = takeOver({ path, bytes: 1, idleMs: 0 }, () => true, () => {})!;
    for (let slice, from = 0; (slice = file.read(from, 100)) !== undefined;) {
      for (const [i, line] of slice.lines.split("\n").entries()) lines.set(slice.first + i, line);
      from = slice.first + slice.count;
    }
    file.close();
  }
  return lines;
}

for (const form of ["first", "sqlite"]) {
  Deno.test(`SpooledQueue gives out each record in its order, and keeps in a file of form ${form} what is not settled`, () => {
    if (form === "sqlite") sqlite(); // From now on it is loaded, and used.
    for (let seed = 0; seed < 40; seed++) inFolder((folder) => followModel(folder, form, seed));
  });
}

/** Does this and that to a queue and to a model of it, and compares them after each step. */
function followModel(folder: string, form: string, seed: number): void {
  const random = new Generator(seed);
  const queue = queueIn(folder);
  const waiting = new Map<number, string>();
  const inFlight = new Map<number, string>();
  const oldest = () => Math.min(...waiting.keys());
  let next = 0;
  for (let step = 0; step < 80; step++) {
    queue.tidy();
    switch (random.below(8)) {
      case 0:
      case 1: {
        const batch = queue.peek();
        if (batch === undefined) {
          // Nothing waits, or the window has no room for it.
          assert(waiting.size === 0 || inFlight.size >= WINDOW.records, `seed ${seed}`);
          break;
        }
        for (const [i, line] of batch.lines.split("\n").entries()) {
          const number = oldest();
          assertEquals([number, waiting.get(number)], [batch.first + i, line], `seed ${seed}`);
          waiting.delete(number);
          inFlight.set(number, line);
        }
        queue.markPosted();
        break;
      }
      case 2:
      case 3: {
        const sequence = random.below(next + 1);
        assertEquals(queue.settle(sequence), inFlight.delete(sequence), `seed ${seed}`);
        break;
      }
      case 4: {
        if (random.below(3) > 0) break;
        const dropped = queue.dropOldest(0);
        assertEquals(dropped > 0, waiting.size > 0, `seed ${seed}`);
        for (let i = 0; i < dropped; i++) waiting.delete(oldest());
        break;
      }
      case 5:
        if (random.below(4) > 0) break;
        queue.rewind();
        for (const [number, line] of inFlight) waiting.set(number, line);
        inFlight.clear();
        break;
      default:
        assert(queue.push(`record ${next}`), `seed ${seed}`);
        waiting.set(next, `record ${next}`);
        next++;
    }
    const { length, waiting: left, inFlight: posted, unstored } = queue;
    assertEquals({ next: queue.next, length, left, posted, unstored }, {
      next,
      length: waiting.size + inFlight.size,
      left: waiting.size,
      posted: inFlight.size,
      unstored: 0,
    }, `seed ${seed}`);
  }
  for (const { name } of Deno.readDirSync(folder)) assert(name.includes(`.${form}`), name);
  const lost = queue.leave();
  const all = [...waiting, ...inFlight].sort(([one], [other]) => one - other);
  assertEquals([queue.left, lost], [all.length, 0], `seed ${seed}`);
  assertEquals([...linesIn(folder)], all, `seed ${seed}`);
}

Deno.test("SpooledQueue.putAway() leaves nothing on disk", () =>
  inFolder((folder) => {
    const queue = queueIn(folder);
    for (let i = 0; i < 3; i++) queue.push(`record ${i}`);
    assertEquals([...Deno.readDirSync(folder)].length > 0, true);
    queue.markPosted();
    for (let i = 0; i < 3; i++) queue.settle(i);
    queue.putAway();
    assertEquals([...Deno.readDirSync(folder)], []);
    queue.push("another one");
    assertEquals([queue.leave(), queue.left], [0, 1]);
    assertEquals([...linesIn(folder)], [[3, "another one"]]);
  }));

for (const isStored of [true, false]) {
  const where = isStored ? "moves to another file" : "leaves in a damaged file";
  const why = isStored ? "in a damaged one" : "as long as no other can be made";
  Deno.test(`SpooledQueue ${where} what is ${why}`, () =>
    inFolder((folder) => {
      sqlite();
      const settings = { spool: folder, spoolMaxBytes: 2 ** 20 };
      const said: string[] = [];
      const file = new OwnFile(settings, ORIGIN, ({ code }) => said.push(code));
      const queue = new SpooledQueue(new Queue(SLICE_SIZE, WINDOW), file, SLICE_SIZE);
      const lines = Array.from({ length: 5 }, (_, i): [number, string] => [i, `record ${i}`]);
      for (const [, line] of lines) queue.push(line);
      queue.markPosted();
      file.isDamaged = true;
      const { create } = LinesFile;
      if (!isStored) LinesFile.create = () => raise(new Deno.errors.PermissionDenied());
      queue.tidy();
      LinesFile.create = create;

      const files = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".sqlite"));
      assertEquals([files.length, queue.unstored], isStored ? [2, 0] : [1, 5]);
      queue.leave();
      assertEquals([...linesIn(folder)], lines);
      assertEquals(said[0], "spool-damaged");
    }));
}

function raise(error: Error): never {
  throw error;
}
