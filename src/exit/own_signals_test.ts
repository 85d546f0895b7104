/**
 * Which signals count as sent by the program to itself. What is sent here is listened to, or ends
 * nothing.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import process from "node:process";
import type { EndSignal } from "../options/options.ts";
import { Arrival } from "./arrival.ts";
import { hearOwnSignals } from "./own_signals.ts";

const { addSignalListener, kill, pid, removeSignalListener } = Deno;

Deno.test({
  name: "hearOwnSignals() hears what the program sends itself, by name, by number and by default",
  ignore: Deno.build.os === "windows",
  async fn() {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "setInterval(() => {}, 60_000)"],
    }).spawn();
    const signals = ["SIGHUP", "SIGTERM"] as const;
    const listener = () => {};
    for (const signal of signals) addSignalListener(signal, listener);
    const sent: EndSignal[] = [];
    let goesOn = 0;
    const stop = hearOwnSignals({
      onSent(signal) {
        sent.push(signal);
        return signal === "SIGTERM";
      },
      goOn: () => goesOn++,
    });
    Deno.kill(pid, "SIGHUP");
    process.kill(pid, 1);
    Deno.kill(pid, "SIGURG");
    process.kill(pid, 0);
    Deno.kill(child.pid, "SIGTERM");
    assertEquals([sent, goesOn], [["SIGHUP", "SIGHUP"], 0]);
    // This ends the program if nobody listens on another thread. Then it goes on all the same.
    Deno.kill(pid);
    assertEquals([sent, goesOn], [["SIGHUP", "SIGHUP", "SIGTERM"], 1]);
    stop();
    assertEquals(Deno.kill, kill);
    Deno.kill(pid, "SIGHUP");
    assertEquals(sent.length, 3);
    // Until they have come: without a listener they would end the tests.
    await new Arrival({ isListening: true, hasCaughtUp: () => true }).wait();
    for (const signal of signals) removeSignalListener(signal, listener);
    assertEquals((await child.status).signal, "SIGTERM");
  },
});
