/**
 * What Deno tells about the process around this thread, and what it does not tell and has to be
 * found out: whether anybody else listens to a signal or handles an error, and whether a file
 * watcher may be what sent it. Runs on the program's thread.
 *
 * @module
 */
import { nodeProcess, onProcessRead } from "../node_process.ts";
import { mayReadFile } from "../permissions.ts";

// As they are when the package is loaded, whatever the program does to them later.
const { apply, get: getProperty } = Reflect;
const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, values } = Object;
const { Deno: deno, Event, EventTarget, Proxy } = globalThis;
const { args, build, readTextFileSync } = deno;

/** Whether this is a worker of the program's own, of either kind. */
export const IN_WORKER: boolean = "DedicatedWorkerGlobalScope" in globalThis;

/** Whether this is a worker of `node:worker_threads`. */
const IN_NODE_WORKER: boolean = IN_WORKER && !("WorkerGlobalScope" in globalThis);

/** Deno's own, whatever the program or {@linkcode onKill} puts in their place. */
export const { addSignalListener, exit, kill, pid, removeSignalListener } = deno;

/**
 * What is used of an event of the program's end. Not by its own name: where a program has the types of
 * Node, from 25 on, they take the name for an event of theirs, which Deno's listeners do not get.
 */
export interface EndEvent {
  readonly type: string;
  readonly eventPhase: number;
  readonly defaultPrevented: boolean;
  preventDefault(): void;
  stopImmediatePropagation(): void;
}

/** `Event.NONE`: the event is not being dispatched. */
const NO_PHASE = 0;
const COMMAND_LINE = "/proc/self/cmdline";
/** `deno watch`, and the flags of other subcommands; `--hmr` has had several names. */
const WATCH_WORD = /^(watch$|--(watch|hmr|watch-hmr|unstable-hmr)(=|$))/;
const HOT_WORD = /^(watch$|--(hmr|watch-hmr|unstable-hmr)(=|$))/;

/**
 * Calls this when all listeners of an event that is being dispatched have run. Deno then asks the
 * event whether one of them has prevented the default, and nothing else would be called if none
 * has. Where that cannot be noticed, this is called at once.
 */
export function afterListeners(event: EndEvent, callback: () => void): void {
  if (!isAsked()) return callback();
  const prototype = getPrototypeOf(event); // The global `Event` may be another one.
  // Of a version of this package with which this one has nothing in common.
  const before = getOwnPropertyDescriptor(event, "defaultPrevented")?.get;
  let isOver = false;
  const get = () => {
    if (!isOver && event.eventPhase === NO_PHASE) {
      isOver = true;
      callback();
    }
    return before ? apply(before, event, []) : getProperty(prototype, "defaultPrevented", event);
  };
  // Of no prototype, since a program may have given all objects a property of such a name.
  const property = { __proto__: null, configurable: true, get };
  defineProperty(event, "defaultPrevented", property);
}

function isAsked(): boolean {
  let isAsked = false;
  try {
    const event = new Event("probe");
    defineProperty(event, "defaultPrevented", { get: () => isAsked = true });
    const target = new EventTarget();
    target.addEventListener(event.type, () => {});
    target.dispatchEvent(event);
  } catch {
    // The program has replaced what this needs, before the package was loaded.
  }
  return isAsked;
}

/** Whether the program handles what was thrown, through `process.on()` or what comes to the same. */
export function isHandledByNode(type: string): boolean {
  try {
    const process = nodeProcess();
    return process.listenerCount("uncaughtException") > 0 ||
      process.hasUncaughtExceptionCaptureCallback() ||
      type === "unhandledrejection" && process.listenerCount("unhandledRejection") > 0;
  } catch {
    return false; // Without Node's process object nobody can have called it.
  }
}

/**
 * Whether a file watcher of Deno's may run this program (`deno run --watch`). Before each restart
 * such a watcher calls the listeners of SIGTERM, though nobody has sent one: denoland/deno#35942.
 *
 * @returns `true` also where it cannot be known.
 */
export function isMaybeWatched(): boolean {
  return words()?.some((word) => WATCH_WORD.test(word)) ?? true;
}

/**
 * Whether a watcher runs this program that replaces single modules (`deno watch`). It panics
 * where a program has run out of work and goes on, as after a prevented `beforeunload`.
 *
 * @returns `false` also where it cannot be known.
 */
export function isHotReloaded(): boolean {
  return words()?.some((word) => HOT_WORD.test(word)) ?? false;
}

/** What {@linkcode words} returns, once it is known. */
let known: { readonly words: readonly string[] | undefined } | undefined;

/** Deno's own part of the command line, which only a program with all permissions may read. */
function words(): readonly string[] | undefined {
  return (known ??= { words: readWords() }).words;
}

function readWords(): readonly string[] | undefined {
  if (build.standalone) return [];
  if (build.os !== "linux" || !mayReadFile(COMMAND_LINE)) return undefined;
  try {
    const words = readTextFileSync(COMMAND_LINE).split("\0");
    return words.slice(0, words.length - 1 - args.length);
  } catch {
    return undefined; // Deno wants `--allow-all` for it, and throws without asking.
  }
}

/** Whether `deno test` runs this. */
export function isTest(): boolean {
  return "installTestIsolateExitHandler" in (internals() ?? {});
}

/**
 * Whether anybody on this thread listens to a signal, while we do not. Deno opens one resource for
 * all listeners of a signal, so a listener more opens none if somebody has listened already.
 */
export function isListenedTo(signal: Deno.Signal): boolean {
  const before = countSignalResources();
  if (before === undefined) return isListenedToByNode(signal);
  const listener = () => {};
  addSignalListener(signal, listener);
  const after = countSignalResources();
  removeSignalListener(signal, listener);
  return after === before;
}

/** Whether the program listens to a signal through `process.on()`. */
export function isListenedToByNode(signal: Deno.Signal): boolean {
  try {
    return nodeProcess().listenerCount(signal) > 0;
  } catch {
    return false; // As above.
  }
}

/**
 * Calls this when the program sends a signal by `Deno.kill()` or `process.kill()`, before it is
 * sent, until the function that it returns is called. What the listener returns is called after it
 * was sent. Neither may throw.
 */
export function onKill(
  listener: (to: unknown, signal?: unknown) => void | (() => void),
): () => void {
  const undo = [wrap("kill", deno, listener)];
  const wrapNode = (process: ReturnType<typeof nodeProcess>) =>
    void undo.push(wrap("kill", process, listener));
  // To make Node's process object costs milliseconds, and a program without it cannot call it.
  if (isNodeSetUp()) wrapNode(nodeProcess());
  else undo.push(onProcessRead(wrapNode));
  return () => undo.forEach((step) => step());
}

/**
 * Calls this before a worker of the program's ends itself, until the function that it returns is
 * called. No event of the web tells of that end.
 */
export function beforeWorkerEnds(listener: () => void): () => void {
  if (!IN_NODE_WORKER) return wrap("close", globalThis, listener);
  nodeProcess().on("exit", listener);
  return () => void nodeProcess().off("exit", listener);
}

/**
 * Calls the listener before a method, and what it returns after it, until the function that this
 * returns is called.
 */
function wrap<Name extends string>(
  name: Name,
  owner: { [name in Name]: (...args: never[]) => unknown },
  listener: (...args: unknown[]) => void | (() => void),
): () => void {
  const method = owner[name];
  const wrapper = new Proxy(method, {
    apply(method, _owner, args) {
      const after = listener(...args);
      try {
        return apply(method, owner, args);
      } finally {
        after?.();
      }
    },
  });
  const put = (method: typeof wrapper) => {
    try {
      owner[name] = method;
    } catch {
      // Somebody has frozen it.
    }
  };
  put(wrapper);
  return () => owner[name] === wrapper && put(method);
}

/** Whether Node's process object exists. A version that does not tell does not have it. */
function isNodeSetUp(): boolean {
  return "dispatchProcessExitEvent" in (internals() ?? {});
}

/** Nothing where this version of Deno does not show its resources. */
function countSignalResources(): number | undefined {
  const resources = internals()?.core?.resources?.();
  return resources && values(resources).filter((name) => name === "signal").length;
}

/** What Deno does not document, and may not have. */
function internals(): { core?: { resources?: () => Record<string, string> } } | undefined {
  const { internal } = deno as unknown as { internal: keyof typeof deno };
  return deno[internal] as ReturnType<typeof internals>;
}
