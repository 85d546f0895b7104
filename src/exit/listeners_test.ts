/**
 * The listeners of signals by themselves, with signals that nobody sends.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { keepAlive } from "../clock.ts";
import type { EndSignal } from "../options/options.ts";
import { isListenedTo, kill, pid } from "./host.ts";
import { Listeners } from "./listeners.ts";

const isWindows = Deno.build.os === "windows";

Deno.test({
  name: "Listeners have one listener for each signal, which is gone when it is removed",
  ignore: isWindows,
  fn() {
    const listeners = new Listeners(() => {});
    const listened = () => (["SIGHUP", "SIGQUIT"] as const).filter(isListenedTo);
    listeners.remove("SIGHUP");
    assertEquals([listeners.signals, listened()], [[], []]);
    listeners.add("SIGHUP");
    listeners.add("SIGHUP");
    listeners.add("SIGQUIT");
    assertEquals([listeners.signals, listened()], [["SIGHUP", "SIGQUIT"], ["SIGHUP", "SIGQUIT"]]);
    assertEquals([listeners.has("SIGHUP"), listeners.has("SIGTERM")], [true, false]);
    listeners.retain(["SIGQUIT", "SIGTERM"]);
    assertEquals([listeners.signals, listened()], [["SIGQUIT"], ["SIGQUIT"]]);
    listeners.add("SIGHUP");
    listeners.remove("SIGHUP");
    listeners.remove("SIGQUIT");
    assertEquals([listeners.signals, listened()], [[], []]);
  },
});

Deno.test({
  name: "Listeners say which signal came, and outlive what that throws",
  ignore: isWindows,
  async fn() {
    const { promise, resolve } = Promise.withResolvers<EndSignal>();
    const listeners = new Listeners((signal) => {
      resolve(signal);
      throw new Error("nobody can catch it");
    });
    listeners.add("SIGQUIT");
    const letGo = keepAlive(); // A listener does not keep the process alive.
    kill(pid, "SIGQUIT");
    assertEquals(await promise, "SIGQUIT");
    letGo();
    listeners.retain([]);
  },
});
