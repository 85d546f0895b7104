/**
 * Node's process object, and through it Node's modules: at no cost before they are used, and
 * whatever the program has put in the place of the global `process`. Runs on the program's thread.
 *
 * @module
 */
import { listen } from "./events.ts";

type Process = typeof import("node:process");

// As they are when the package is loaded, whatever the program does to them later.
const { defineProperty, getOwnPropertyDescriptor } = Object;
const { memoryUsage } = Deno;

/**
 * The global `process` as it is when the module is loaded, because programs replace it, as shims for
 * browsers and tests do. Deno creates the object when it is first read, which costs many
 * milliseconds, so this keeps the property and not its value.
 */
const PROCESS = getOwnPropertyDescriptor(globalThis, "process");

/** Node's process object, once it was read. */
let process: Process | undefined;
/** Where `process` was replaced before this module was loaded, the module that has the real one. */
const replaced = PROCESS && (PROCESS.get || isProcess(PROCESS.value)) || !canSetUpNode()
  ? undefined
  : import("node:process").then((module) => process = module.default, () => {});

/** Why Deno cannot make it. */
let failure: string | undefined;

/*
 * Where a program has frozen the console or what else Deno needs to set Node's modules up, Deno
 * throws, and rejects a promise of its own besides that nobody can handle and that would end the
 * program. Listened to from the beginning, to be the first that hears of it.
 */
listen("unhandledrejection", (event) => {
  if (failure === undefined || reasonOf(event.reason) !== failure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
});

/**
 * Node's process object, and by `getBuiltinModule` its modules: to import one of them would cost
 * every program many milliseconds at its start.
 *
 * @throws {Error} If Deno cannot make it, or the program has replaced `process` and the real one is
 *   not loaded yet.
 */
export function nodeProcess(): Process {
  process ??= replaced || failure !== undefined ? undefined : readProcess();
  if (!isProcess(process)) {
    throw new Error(
      failure === undefined
        ? "Cannot find Node's process object: the global 'process' was replaced"
        : `Deno cannot set up Node's modules: ${failure}`,
    );
  }
  return process;
}

/**
 * Calls this with Node's process object when the program reads the global `process` for the first
 * time, until the function that it returns is called. What it calls must not throw.
 */
export function onProcessRead(listener: (process: Process) => void): () => void {
  const property = getOwnPropertyDescriptor(globalThis, "process");
  const read = property?.get;
  if (read === undefined) return () => {}; // The program has put another one in its place.
  let isOver = false;
  const get = () => {
    const process = read.call(globalThis);
    if (!isOver) {
      stop();
      listener(process);
    }
    return process;
  };
  const define = (value: PropertyDescriptor) => {
    try {
      defineProperty(globalThis, "process", value);
    } catch {
      // Somebody has frozen it.
    }
  };
  const stop = () => {
    isOver = true;
    if (getOwnPropertyDescriptor(globalThis, "process")?.get === get) define(property!);
  };
  define({ ...property, get });
  return stop;
}

/**
 * Whether Deno can set up Node's modules at all: it looks up its own path for that, and panics where a
 * sandbox has no `/proc`. What a program may not read shows by this alone.
 */
export function canSetUpNode(): boolean {
  return memoryUsage().rss > 0;
}

function readProcess(): Process | undefined {
  if (!canSetUpNode()) {
    failure = "there is no /proc";
    return undefined;
  }
  try {
    const process = PROCESS?.get?.call(globalThis) ?? PROCESS?.value;
    process.getBuiltinModule; // Made at its first use, too.
    return process;
  } catch (error) {
    failure = reasonOf(error);
  }
}

/** The first line of an error's message, which may have come to hold the stacks of others. */
function reasonOf(error: unknown): string {
  const [line = ""] = String((error as Partial<Error> | undefined)?.message).split("\n");
  return line.replace(/^(\w*Error: )+/, "");
}

function isProcess(value: unknown): value is Process {
  return typeof (value as Partial<Process> | undefined)?.getBuiltinModule === "function";
}
