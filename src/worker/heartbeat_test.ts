/**
 * Signs of life, with a thread that answers when it is told to.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { answer, Heartbeat, type Question } from "./heartbeat.ts";

Deno.test("Heartbeat.ask() asks the next question only when the last one was answered", () => {
  const questions: Question[] = [];
  const heartbeat = new Heartbeat((question) => questions.push(question));
  // Two that ask one right after the other: the thread has no time to answer in between.
  assertEquals([heartbeat.ask(), heartbeat.ask()], [1, 1]);
  assertEquals([heartbeat.ask(), heartbeat.ask()], [1, 1]);
  assertEquals(questions.length, 1);
  answer(questions[0]!);
  assertEquals([heartbeat.ask(), heartbeat.ask()], [2, 2]);
  assertEquals(questions.length, 2);
});
