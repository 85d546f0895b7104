/**
 * Finds where a log call was made. The stack is cut below std/log by its own functions, not by file
 * names, which a bundle changes. It runs inside the log call.
 *
 * @module
 */
import { critical, debug, error, info, Logger, warn } from "@std/log";

// deno-lint-ignore ban-types
type Call = Function;

/** The functions that a log call of each level passes: the method, and perhaps a function before it. */
const ENTRIES: Readonly<Record<string, readonly [method: Call, shortcut: Call]>> = {
  DEBUG: [Logger.prototype.debug, debug],
  INFO: [Logger.prototype.info, info],
  WARN: [Logger.prototype.warn, warn],
  ERROR: [Logger.prototype.error, error],
  CRITICAL: [Logger.prototype.critical, critical],
};

/** How many frames are searched for one that is in a file. */
const DEPTH = 16;
/** A frame as text: an optional function, then a URL or path with line and column. */
const FRAME = /^(?:async )?(?:(.+?) (?:\[as .+\] )?\()?(.+?):(\d+):(\d+)\)?$/;
/** One that is in no file: native, of the runtime, or made by `eval()` or `new Function()`. */
const FILELESS = /(?:^|\()(?:<anonymous>|ext:|node:|eval at )/;

/** The part of a frame of V8's stack trace API that is used. */
interface Frame {
  getFunctionName(): string | null;
  getTypeName(): string | null;
  toString(): string;
}
/** The functions of a handler that a program can call itself. */
interface Handler {
  readonly handle: Call;
  readonly log: Call;
}
interface StackTraces {
  stackTraceLimit: number;
  prepareStackTrace?: unknown;
}

/** Returns the frames of a stack, without its text, which would take most of the time. */
const keepFrames = (_: Error, frames: readonly Frame[]) => frames;

/**
 * The location of the log call as attributes, by OpenTelemetry's semantic conventions ("Code"). There
 * are none if no code of the program made it or awaits it: a promise or a timer calls the logger.
 *
 * @param handler What was called if the record did not come through a logger of std/log.
 * @param levelName The record's level: a message function may log too, inside another log call.
 */
export function callerAttributes(handler: Handler, levelName: string): Record<string, unknown> {
  const traces: StackTraces = Error;
  try {
    const { stackTraceLimit, prepareStackTrace } = traces;
    try {
      // Set aside is a function of the program's own, which may make anything of a stack or throw.
      traces.prepareStackTrace = keepFrames;
      return findCaller(handler, levelName) ?? {};
    } finally {
      traces.stackTraceLimit = stackTraceLimit;
      traces.prepareStackTrace = prepareStackTrace;
    }
  } catch {
    return {}; // A frozen Error gives no frames, which is no reason to lose the record.
  }
}

function findCaller(
  { handle, log }: Handler,
  levelName: string,
): Record<string, unknown> | undefined {
  const [method, shortcut] = ENTRIES[levelName] ?? [];
  if (method && shortcut) {
    const frames = framesAbove(method, 2);
    if (isFrameOf(shortcut, frames, handle)) {
      return locationOf(frames.slice(1)) ?? locationOf(framesAbove(shortcut, DEPTH));
    }
    if (frames.length > 0) return locationOf(frames) ?? locationOf(framesAbove(method, DEPTH));
  }
  const frames = framesAbove(handle, DEPTH);
  if (isFrameOf(log, frames, handle)) return locationOf(frames.slice(1));
  // If the method is the outermost of all, what is above the handler is the logger itself.
  const last = frames.at(-1);
  const isLogger = method && last?.getFunctionName() === method.name &&
    isSameFolder(last, frames[0]);
  return isLogger ? undefined : locationOf(frames);
}

/** Whether the first of two frames is of this function, and not of another one with its name. */
function isFrameOf(shortcut: Call, [frame, next]: readonly Frame[], handle: Call): boolean {
  if (frame?.getFunctionName() !== shortcut.name) return false;
  const [caller] = framesAbove(shortcut, 1);
  if (caller && next) return caller.getFunctionName() === next.getFunctionName();
  // Without a caller it is the outermost, or not on the stack: then its file decides.
  return !caller && !next && isSameFolder(frame, framesAbove(handle, 1)[0]);
}

/** The first of the frames that is in a file. */
function locationOf(frames: readonly Frame[]): Record<string, unknown> | undefined {
  for (const frame of frames) {
    const text = String(frame);
    const [, name, file, line, column] = !FILELESS.test(text) && FRAME.exec(text) || [];
    if (file === undefined) continue;
    return {
      "code.function.name": /^[gs]et /.test(name ?? "") ? `${frame.getTypeName()}.${name}` : name,
      "code.file.path": toPath(file),
      "code.line.number": Number(line),
      "code.column.number": Number(column),
    };
  }
}

/** The frames of those that called a function, innermost first; none if it is not on the stack. */
function framesAbove(call: Call, limit: number): readonly Frame[] {
  const holder: { stack?: readonly Frame[] } = {};
  Error.stackTraceLimit = limit;
  Error.captureStackTrace(holder, call);
  return holder.stack!;
}

/** Whether two frames are of modules beside each other, or of one bundle. */
function isSameFolder(frame?: Frame, other?: Frame): boolean {
  const [one, two] = [frame, other].map((frame) =>
    FRAME.exec(String(frame))?.[2]?.replace(/[^/\\]*$/, "")
  );
  return one !== undefined && one === two;
}

/** The path that a file URL stands for; other addresses stay as they are. */
function toPath(url: string): string {
  if (!url.startsWith("file:///")) return url;
  try {
    return decodeURIComponent(url.slice(7)).replace(/^\/(?=[A-Za-z]:\/)/, "");
  } catch {
    return url; // It has a percent sign that encodes nothing.
  }
}
