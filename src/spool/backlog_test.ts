/**
 * What others have left is taken over, whatever stands before it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder, lineOf, ORIGIN } from "../../tests/spooling.ts";
import type { Chunk } from "../record/chunk.ts";
import type { Channel } from "../worker/channel.ts";
import { Backlog } from "./backlog.ts";
import { FirstFile } from "./first_file.ts";

/** Leaves a line of this destination, that was written so many seconds ago. */
function leave(folder: string, destination: string, ageSeconds: number): string {
  const path = `${folder}/${crypto.randomUUID()}.first`;
  const file = FirstFile.create(path, { ...ORIGIN, destination });
  file.append(0, lineOf(0));
  file.close();
  const then = new Date(Date.now() - 1000 * ageSeconds);
  Deno.utimeSync(path, then, then);
  return path;
}

Deno.test("Backlog.takeNext() looks behind files that go elsewhere", () =>
  inFolder((folder) => {
    const others = ["elsewhere", "nowhere"].map((destination) => leave(folder, destination, 60));
    const ours = leave(folder, ORIGIN.destination, 30);
    const settings = { spool: folder, maxInFlight: 100, chunkSize: 10 };
    const backlog = new Backlog(settings, ORIGIN, ({ message }) => assert(false, message));
    backlog.takeNext(3); // As many as there are, whatever time that takes.
    assertEquals(FirstFile.take(ours), "locked");
    backlog.leave();
    for (const path of [...others, ours]) {
      const file = FirstFile.take(path);
      assert(typeof file === "object");
      file.close();
    }
  }));

Deno.test("Backlog keeps a few files open, however many there are with a line each", () =>
  inFolder((folder) => {
    for (let i = 0; i < 100; i++) leave(folder, ORIGIN.destination, i);
    const settings = { spool: folder, maxInFlight: 1000, chunkSize: 10 };
    const backlog = new Backlog(settings, ORIGIN, ({ message }) => assert(false, message));
    const posted: number[] = [];
    const channel = {
      maxCharacters: 1 << 30,
      addOrigin() {},
      post: ({ first }: Chunk) => void posted.push(first),
    } as unknown as Channel;
    const takeAll = () => {
      for (let i = 0; i < 200; i++) {
        backlog.takeNext(100);
        backlog.post(channel, Infinity);
        backlog.tidy();
      }
    };
    takeAll();
    assertEquals(backlog.inFlight, 64);
    for (const sequence of posted.splice(0)) backlog.settle(sequence);
    takeAll();
    assertEquals([backlog.inFlight, backlog.recovered], [36, 100]);
    for (const sequence of posted) backlog.settle(sequence);
    backlog.tidy();
    assertEquals([...Deno.readDirSync(folder)], []);
  }));
