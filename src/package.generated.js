// Made from src/package.ts by `deno task bundle`. Do not edit.
// deno-fmt-ignore-file
// deno-lint-ignore-file
// @ts-nocheck
// src/handler.ts
import { BaseHandler } from "@std/log";
import { LogRecord } from "@std/log/logger";

// src/clock.ts
var NEVER = new Int32Array(new SharedArrayBuffer(4));
var { wait, waitAsync } = Atomics;
var { MessageChannel, PerformanceMark } = globalThis;
var { Interrupted } = Deno.errors;
var now = realClock();
function realClock() {
  const now2 = globalThis.Performance?.prototype?.now;
  return isGenuine(now2) ? now2.bind(performance) : () => new PerformanceMark("").startTime;
}
var timeOrigin = globalThis.performance?.timeOrigin ?? Date.now() - now();
function wallTime() {
  return Math.floor(timeOrigin + now());
}
function isGenuine(now2) {
  let hasLooked = false;
  const get = (target, property) => {
    hasLooked ||= typeof property === "symbol";
    return target[property];
  };
  try {
    now2.call(new Proxy(performance, {
      get
    }));
    return hasLooked;
  } catch {
    return false;
  }
}
var STOOD_STILL_MS = 250;
var stoodStill = {
  ms: 0,
  noticedAt: -Infinity
};
function awake() {
  return now() - stoodStill.ms;
}
function noticeStandstill(until) {
  const at = now();
  const lateMs = at - Math.max(until, stoodStill.noticedAt);
  if (lateMs < STOOD_STILL_MS) return;
  stoodStill.ms += lateMs;
  stoodStill.noticedAt = at;
}
async function sleep(ms) {
  await waitAsync(NEVER, 0, 0, ms).value;
}
function keepAlive() {
  try {
    const { port1, port2 } = new MessageChannel();
    const listener = () => {
    };
    port1.addEventListener("message", listener);
    port1.start();
    return () => {
      port1.removeEventListener("message", listener);
      if (!canClose(port1)) return;
      port1.close();
      port2.close();
    };
  } catch {
    return () => {
    };
  }
}
function canClose(port) {
  try {
    return port.dispatchEvent(new globalThis.Event("")) && new Interrupted() instanceof Interrupted;
  } catch {
    return false;
  }
}
async function stay(ms) {
  const stop = keepAlive();
  await sleep(ms);
  stop();
}
function block(ms) {
  wait(NEVER, 0, 0, ms);
}
var subtle = globalThis.crypto?.subtle;
var digest = subtle?.digest?.bind(subtle);
var NOTHING = new Uint8Array();
async function turn() {
  await (digest?.("SHA-1", NOTHING) ?? stay(1));
}

// src/record/caller.ts
import { critical, debug, error, info, Logger, warn } from "@std/log";
var ENTRIES = {
  DEBUG: [
    Logger.prototype.debug,
    debug
  ],
  INFO: [
    Logger.prototype.info,
    info
  ],
  WARN: [
    Logger.prototype.warn,
    warn
  ],
  ERROR: [
    Logger.prototype.error,
    error
  ],
  CRITICAL: [
    Logger.prototype.critical,
    critical
  ]
};
var DEPTH = 16;
var FRAME = /^(?:async )?(?:(.+?) (?:\[as .+\] )?\()?(.+?):(\d+):(\d+)\)?$/;
var FILELESS = /(?:^|\()(?:<anonymous>|ext:|node:|eval at )/;
var keepFrames = (_, frames) => frames;
function callerAttributes(handler, levelName) {
  const traces = Error;
  try {
    const { stackTraceLimit, prepareStackTrace } = traces;
    try {
      traces.prepareStackTrace = keepFrames;
      return findCaller(handler, levelName) ?? {};
    } finally {
      traces.stackTraceLimit = stackTraceLimit;
      traces.prepareStackTrace = prepareStackTrace;
    }
  } catch {
    return {};
  }
}
function findCaller({ handle, log }, levelName) {
  const [method, shortcut] = ENTRIES[levelName] ?? [];
  if (method && shortcut) {
    const frames2 = framesAbove(method, 2);
    if (isFrameOf(shortcut, frames2, handle)) {
      return locationOf(frames2.slice(1)) ?? locationOf(framesAbove(shortcut, DEPTH));
    }
    if (frames2.length > 0) return locationOf(frames2) ?? locationOf(framesAbove(method, DEPTH));
  }
  const frames = framesAbove(handle, DEPTH);
  if (isFrameOf(log, frames, handle)) return locationOf(frames.slice(1));
  const last = frames.at(-1);
  const isLogger = method && last?.getFunctionName() === method.name && isSameFolder(last, frames[0]);
  return isLogger ? void 0 : locationOf(frames);
}
function isFrameOf(shortcut, [frame, next], handle) {
  if (frame?.getFunctionName() !== shortcut.name) return false;
  const [caller] = framesAbove(shortcut, 1);
  if (caller && next) return caller.getFunctionName() === next.getFunctionName();
  return !caller && !next && isSameFolder(frame, framesAbove(handle, 1)[0]);
}
function locationOf(frames) {
  for (const frame of frames) {
    const text2 = String(frame);
    const [, name, file, line, column] = !FILELESS.test(text2) && FRAME.exec(text2) || [];
    if (file === void 0) continue;
    return {
      "code.function.name": /^[gs]et /.test(name ?? "") ? `${frame.getTypeName()}.${name}` : name,
      "code.file.path": toPath(file),
      "code.line.number": Number(line),
      "code.column.number": Number(column)
    };
  }
}
function framesAbove(call2, limit) {
  const holder = {};
  Error.stackTraceLimit = limit;
  Error.captureStackTrace(holder, call2);
  return holder.stack;
}
function isSameFolder(frame, other) {
  const [one, two] = [
    frame,
    other
  ].map((frame2) => FRAME.exec(String(frame2))?.[2]?.replace(/[^/\\]*$/, ""));
  return one !== void 0 && one === two;
}
function toPath(url) {
  if (!url.startsWith("file:///")) return url;
  try {
    return decodeURIComponent(url.slice(7)).replace(/^\/(?=[A-Za-z]:\/)/, "");
  } catch {
    return url;
  }
}

// src/record/errors.ts
function read(object, name) {
  try {
    return object[name];
  } catch (error3) {
    return unreadable(error3);
  }
}
function attempt(call2, otherwise) {
  try {
    return call2();
  } catch (error3) {
    return otherwise?.(error3);
  }
}
function unreadable(error3) {
  return `[unreadable: ${reason(error3)}]`;
}
function reason(error3) {
  try {
    return isError(error3) ? error3.message : String(error3);
  } catch {
    return "no reason given";
  }
}
function isStackUsedUp(error3) {
  return error3 instanceof RangeError && error3.message === "Maximum call stack size exceeded";
}
function isError(value) {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
  } catch {
    return false;
  }
}
function errorType(error3) {
  const { name, constructor } = error3;
  const isOwn = Object.hasOwn(error3, "name") || Object.hasOwn(Object.getPrototypeOf(error3), "name");
  const names = isOwn ? [
    name,
    constructor?.name
  ] : [
    constructor?.name,
    name
  ];
  return names.find((name2) => typeof name2 === "string" && name2 !== "") ?? "Error";
}
var HAVE_FIELDS = [
  "name",
  "message",
  "stack",
  "cause",
  "errors"
];
var ErrorProperties = class {
  /** Without a prototype, so that a property named `__proto__` is one like any other. */
  fields = /* @__PURE__ */ Object.create(null);
};
function errorFields(error3, prefix = "") {
  const fields = {
    [`${prefix}type`]: attempt(() => errorType(error3), () => "Error"),
    [`${prefix}message`]: read(error3, "message"),
    [`${prefix}stacktrace`]: read(error3, "stack"),
    [`${prefix}cause`]: read(error3, "cause"),
    [`${prefix}errors`]: read(error3, "errors"),
    [`${prefix}properties`]: attempt(() => errorProperties(error3), unreadable)
  };
  if (attempt(() => Object.hasOwn(error3, "suppressed"), () => false)) {
    fields[`${prefix}error`] = read(error3, "error");
    fields[`${prefix}suppressed`] = read(error3, "suppressed");
  }
  return fields;
}
function errorProperties(error3) {
  const { toJSON } = error3;
  const json = typeof toJSON === "function" ? toJSON.call(error3, "") : void 0;
  const source = typeof json === "object" && json !== null ? json : error3;
  const properties = new ErrorProperties();
  let isEmpty = true;
  for (const name of Object.keys(source)) {
    const value = HAVE_FIELDS.includes(name) ? void 0 : read(source, name);
    if (value === void 0 || typeof value === "function") continue;
    properties.fields[name] = value;
    isEmpty = false;
  }
  return isEmpty ? void 0 : properties;
}

// src/deferred_records.ts
var MAX_ATTEMPTS = 100;
var DeferredRecords = class {
  /** The one deferred last, in a list of all: to add to it takes no call. */
  last;
  #taker;
  constructor(taker) {
    this.#taker = taker;
  }
  get count() {
    let count = 0;
    for (let entry = this.last; entry !== void 0; entry = entry.next) count++;
    return count;
  }
  /** Decides about the record deferred last: it waits if the stack was used up, or fails. */
  onThrown(error3) {
    const { attempts, next } = this.last;
    if (isStackUsedUp(error3) && attempts < MAX_ATTEMPTS) return;
    this.last = next;
    this.#taker.onFailed(error3);
  }
  /**
   * Has all of them taken.
   * @param isLast Whether those that cannot be taken now fail.
   */
  takeAll(isLast) {
    let entry = this.last;
    this.last = void 0;
    try {
      while (entry !== void 0) {
        const { record } = entry;
        const attempts = isLast ? MAX_ATTEMPTS : entry.attempts + 1;
        entry = entry.next;
        try {
          this.#taker.take(record, attempts >= MAX_ATTEMPTS);
        } catch (error3) {
          this.last = {
            record,
            attempts,
            next: this.last
          };
          this.onThrown(error3);
        }
      }
    } finally {
      for (; entry !== void 0; entry = entry.next) {
        this.last = {
          record: entry.record,
          attempts: entry.attempts,
          next: this.last
        };
      }
    }
  }
};

// src/diagnostics.ts
var QUIET_MS = 6e4;
var QUIET_COUNT_MS = 1e4;
var MAX_KINDS = 64;
var { warn: warn2, error: error2 } = console;
var print = {
  warn: warn2,
  error: error2
};
var CLOCK = {
  now,
  sleep
};
var Diagnostics = class {
  /** Whether a diagnostic is being written now: what is logged meanwhile is not shipped. */
  isWriting = false;
  #sink;
  #clock;
  #mask;
  #lastAt = /* @__PURE__ */ new Map();
  #tallies = /* @__PURE__ */ new Map();
  /** @param mask Takes secrets from a message, just before it is written. */
  constructor(sink = toConsole, mask = (text2) => text2, clock = CLOCK) {
    this.#sink = sink;
    this.#clock = clock;
    this.#mask = mask;
  }
  /** Writes a diagnostic, unless one of its kind was written a short while ago. */
  report(diagnostic) {
    const kind = this.#kind(diagnostic);
    const now2 = this.#clock.now();
    if (this.isWriting || now2 - (this.#lastAt.get(kind) ?? -Infinity) < QUIET_MS) return;
    this.#lastAt.set(kind, now2);
    this.#write(diagnostic);
  }
  /** Writes a diagnostic of another thread, whose rate is limited there. */
  relay(diagnostic) {
    if (!this.isWriting) this.#write(diagnostic);
  }
  /**
   * Counts lost records. The count is reported at once, and every 10 seconds while it grows;
   * {@linkcode flush} reports the rest. Reads no clock, because in a flood it is called for each record.
   */
  count(loss, records2 = 1) {
    let tally = this.#tallies.get(loss.code);
    if (tally === void 0) {
      tally = {
        loss,
        count: 0,
        reported: loss.isFirstReported ? 1 : 0,
        isQuiet: false
      };
      this.#tallies.set(loss.code, tally);
      if (loss.isFirstReported) this.#quieten(tally);
    }
    tally.loss = loss;
    tally.count += records2;
    if (!tally.isQuiet) this.#reportGrowth(tally);
  }
  /** Reports every count that has grown since the last report: there may be no other chance. */
  flush() {
    for (const tally of this.#tallies.values()) this.#reportGrowth(tally);
  }
  #reportGrowth(tally) {
    if (tally.reported === tally.count || this.isWriting) return;
    const { loss: { level: level2, code, message }, count } = tally;
    tally.reported = count;
    this.#quieten(tally);
    this.#write({
      level: level2,
      code,
      message: message(count)
    });
  }
  /** Reports nothing for a while, and then what has grown. */
  #quieten(tally) {
    if (tally.isQuiet) return;
    tally.isQuiet = true;
    const end = () => {
      tally.isQuiet = false;
      this.#reportGrowth(tally);
    };
    void this.#clock.sleep(QUIET_COUNT_MS).then(end, end);
  }
  #write(diagnostic) {
    this.isWriting = true;
    try {
      const { serviceCode: code } = diagnostic;
      const result = this.#sink({
        ...diagnostic,
        message: this.#mask(diagnostic.message),
        ...code !== void 0 && {
          serviceCode: this.#mask(code)
        }
      });
      if (typeof result === "object") Promise.resolve(result).catch(complain);
    } catch (error3) {
      complain(error3);
    } finally {
      this.isWriting = false;
    }
  }
  #kind({ code, serviceCode }) {
    const kind = serviceCode === void 0 ? code : `${code} ${serviceCode}`;
    return this.#lastAt.has(kind) || this.#lastAt.size < MAX_KINDS ? kind : code;
  }
};
function records(count) {
  return count === 1 ? "1 record" : `${count} records`;
}
function toConsole({ level: level2, message }) {
  print[level2](`[axonpush] ${printable(message)}`);
}
function complain(error3) {
  try {
    print.error("[axonpush] The 'diagnostics' function threw:", error3);
  } catch {
  }
}
function printable(text2) {
  return text2.replace(/[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    if (character === "\n") return "\\n";
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

// src/permissions.ts
var { URL } = globalThis;
var { env } = Deno;
var querySync = Deno.permissions.querySync.bind(Deno.permissions);
function mayReadVariable(variable) {
  return querySync({
    name: "env",
    variable
  }).state === "granted";
}
function mayReadFile(path2) {
  return querySync({
    name: "read",
    path: path2
  }).state === "granted";
}
function mayReadAll() {
  return querySync({
    name: "read"
  }).state === "granted";
}
function mayWriteFile(path2) {
  return querySync({
    name: "write",
    path: path2
  }).state === "granted";
}
function readVariable(variable) {
  return mayReadVariable(variable) ? env.get(variable) : void 0;
}
function readHostname() {
  const { state } = querySync({
    name: "sys",
    kind: "hostname"
  });
  return state === "granted" ? Deno.hostname() : void 0;
}
function netPermission(url) {
  const { protocol, hostname, port } = new URL(url);
  const host = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
  return querySync({
    name: "net",
    host
  }).state;
}

// src/spool/directory.ts
var UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
var OURS = new RegExp(`^${UUID}\\.(?:sqlite|first)$`);
var BESIDE = [
  "-wal",
  "-journal",
  "-shm"
];
var LEFT = new RegExp(`^(${UUID}\\.(?:sqlite|first))(${BESIDE.join("|")}|\\.corrupt)$`);
var MAKING_MS = 6e4;
var KEPT_MS = 7 * 24 * 3600 * 1e3;
var OLDEST_MS = Date.UTC(2026, 0);
var Directory = class {
  path;
  constructor(path2) {
    this.path = path2;
  }
  /** Makes the directory, if it is not there, for this user alone. */
  make() {
    this.checkPermitted();
    Deno.mkdirSync(this.path, {
      recursive: true,
      mode: 448
    });
  }
  /** Where the file with this name is, or is going to be. */
  fileOf(name) {
    return `${this.path.replace(/(?<=.)[/\\]+$/, "")}/${name}`;
  }
  /** The names of all files in it, of whatever kind. */
  names() {
    this.checkPermitted();
    return Array.from(Deno.readDirSync(this.path), ({ name }) => name);
  }
  /** Those of them that are files of lines, first those that nobody has written to for longest. */
  find(names) {
    this.checkPermitted();
    const found = [];
    for (const name of names) {
      if (!OURS.test(name)) continue;
      const path2 = this.fileOf(name);
      const file = stat(path2);
      const log = stat(`${path2}-wal`);
      if (file === void 0 || !file.isFile) continue;
      const writtenAt = Math.max(Number(file.mtime), Number(log?.mtime ?? 0));
      found.push({
        path: path2,
        bytes: file.size,
        idleMs: wallTime() - writtenAt
      });
    }
    return found.sort((one, other) => other.idleMs - one.idleMs);
  }
  /** Removes what is left of files that are gone, and after a week those that nobody could read. */
  clean(names) {
    this.checkPermitted();
    for (const name of names) {
      const [, file, end] = name.match(LEFT) ?? [];
      if (file === void 0) continue;
      const path2 = this.fileOf(file);
      const left = stat(path2 + end);
      if (left === void 0 || !left.isFile) continue;
      const isGone = end === ".corrupt" || isGoneFrom(path2);
      const idleMs = wallTime() - Number(left.mtime);
      if (isGone && idleMs > (end === ".corrupt" ? KEPT_MS : MAKING_MS)) remove(path2 + end);
    }
  }
  /** @throws {Error} If the permissions were taken back: nobody is to be asked for them. */
  checkPermitted() {
    checkPermitted(this.path);
  }
};
function checkPermitted(path2) {
  if (mayReadFile(path2) && mayWriteFile(path2)) return;
  throw new Error("the permission to read and write it was taken back");
}
function identityOf(path2) {
  if (!mayReadFile(path2)) return void 0;
  const file = stat(path2);
  return file && `${file.dev} ${file.ino}`;
}
function isStillThere(path2, identity) {
  try {
    if (!mayReadFile(path2)) return true;
    const { isFile, dev, ino } = Deno.lstatSync(path2);
    return isFile && (identity === void 0 || identity === `${dev} ${ino}`);
  } catch (error3) {
    return !saysGone(error3);
  }
}
function isGoneFrom(path2) {
  try {
    Deno.lstatSync(path2);
    return false;
  } catch (error3) {
    return saysGone(error3);
  }
}
function saysGone(error3) {
  const { NotFound, NotADirectory, FilesystemLoop } = Deno.errors;
  return [
    NotFound,
    NotADirectory,
    FilesystemLoop
  ].some((gone) => error3 instanceof gone);
}
function removeOpen(file, log) {
  const { path: path2 } = file;
  try {
    checkPermitted(path2);
    Deno.removeSync(path2);
  } catch (error3) {
    empty(file);
    file.close();
    if (error3 instanceof Deno.errors.NotFound) return;
    checkPermitted(path2);
    Deno.removeSync(path2);
    return;
  }
  if (log !== void 0) remove(log);
  file.close();
}
function empty(file) {
  try {
    file.deleteAll();
  } catch {
  }
}
function setAside(path2) {
  const name = `${path2}.corrupt`;
  Deno.renameSync(path2, name);
  touch(name);
  for (const end of BESIDE) remove(path2 + end);
  return name;
}
function touch(path2) {
  try {
    const seconds = wallTime() / 1e3;
    Deno.utimeSync(path2, seconds, seconds);
  } catch {
  }
}
function removeFile(path2) {
  for (const end of [
    ...BESIDE,
    ""
  ]) remove(path2 + end);
}
function remove(path2) {
  try {
    Deno.removeSync(path2);
  } catch {
  }
}
function siblingOf(path2) {
  return path2.endsWith(".first") ? path2.replace(/first$/, "sqlite") : path2.replace(/sqlite$/, "first");
}
function bytesOf(path2) {
  return stat(path2)?.size ?? 0;
}
function stat(path2) {
  try {
    return Deno.lstatSync(path2);
  } catch {
    return void 0;
  }
}

// src/json.ts
var { parse, stringify } = globalThis.JSON;
var JSON = {
  parse,
  stringify
};

// src/spool/lines.ts
var MAX_NUMBER = 2 ** 40;
var READ_AT_A_TIME = 256;
var encoder = new TextEncoder();
function* linesOf(file) {
  for (let from = 0, slice; (slice = file.read(from, READ_AT_A_TIME)) !== void 0; ) {
    const { first: first2, count, lines } = slice;
    if (count > 0) {
      for (const [i, line] of lines.split("\n").entries()) yield [
        first2 + i,
        line
      ];
    }
    from = first2 + count;
  }
}
function bytesOfText(text2) {
  return encoder.encode(text2).length;
}
function originOf(text2) {
  try {
    const origin = JSON.parse(text2);
    if (origin.version !== 1) return "foreign";
    const { keyPrefix, destination, constants } = origin;
    const isWhole = [
      keyPrefix,
      destination,
      constants.envelope,
      constants.resource
    ].every((part) => typeof part === "string");
    return isWhole ? origin : "damaged";
  } catch {
    return "damaged";
  }
}
function seedOf(origin) {
  return checkOf(0, 0, origin, origin.length);
}
function withCheck(seed, number, line) {
  return `${line}	${checkOf(seed, number, line, line.length).toString(36)}`;
}
function withoutCheck(seed, number, text2) {
  if (typeof text2 !== "string") return void 0;
  const end = text2.lastIndexOf("	");
  if (end < 0 || text2.slice(end + 1) !== checkOf(seed, number, text2, end).toString(36)) {
    return void 0;
  }
  return text2.slice(0, end);
}
function checkOf(seed, number, text2, length) {
  let hash = Math.imul(2166136261 ^ seed, 16777619);
  hash = Math.imul(hash ^ number, 16777619);
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ text2.charCodeAt(i), 16777619);
  return hash >>> 0;
}

// src/spool/scan.ts
var SCAN_MS = 3e4;
var MAX_NAMES = 64;
var Scan = class {
  #directory;
  /** When the directory is read again. */
  #nextAt = 0;
  /** What was in it then, and was not looked at yet. */
  #names = [];
  #found = [];
  constructor(path2) {
    this.#directory = new Directory(path2);
  }
  /** Whether it has begun since {@linkcode reset}, or ever. */
  get hasBegun() {
    return this.#nextAt > 0;
  }
  /** Whether there are files that were not looked at yet. */
  get isUnderWay() {
    return this.#names.length > 0 || this.#found.length > 0;
  }
  /** How long until it begins anew, in milliseconds. */
  get restartsInMs() {
    return Math.max(0, this.#nextAt - now());
  }
  /** The next file that somebody may have left, if there is one. */
  next() {
    try {
      if (!this.isUnderWay && this.restartsInMs === 0) {
        this.#nextAt = now() + SCAN_MS;
        this.#names = this.#directory.names();
      }
      while (this.#found.length === 0 && this.#names.length > 0) {
        const names = this.#names.splice(0, MAX_NAMES);
        this.#directory.clean(names);
        this.#found = this.#directory.find(names);
      }
      this.#directory.checkPermitted();
      return this.#found.shift();
    } catch {
      this.#names = this.#found = [];
      return void 0;
    }
  }
  /** Begins anew. */
  reset() {
    this.#nextAt = 0;
    this.#names = this.#found = [];
  }
};

// src/spool/first_file.ts
var MOST = {
  lines: 256,
  characters: 1 << 17
};
var LINE_BREAK = 10;
var encoder2 = new TextEncoder();
var decoder = new TextDecoder();
var FirstFile = class _FirstFile {
  path;
  origin;
  damaged = 0;
  /** What the checks of the lines begin with. */
  #seed;
  #file;
  /** Which file it is. */
  #identity;
  /** What is in it and not deleted. */
  #lines = /* @__PURE__ */ new Map();
  #characters = 0;
  /** How long all whole lines of the text are. */
  #bytes = 0;
  /** Whether there is more behind them: a line that was not finished. */
  #isTorn = false;
  /** How long the origin is. */
  #headerBytes = 0;
  constructor(path2, header, file) {
    this.path = path2;
    this.origin = JSON.parse(header);
    this.#seed = seedOf(header);
    this.#file = file;
    this.#identity = identityOf(path2);
  }
  /**
   * Makes a file that is not there yet.
   * @throws What the system throws.
   */
  static create(path2, origin) {
    const file = Deno.openSync(path2, {
      createNew: true,
      append: true,
      mode: 384
    });
    try {
      if (!file.tryLockSync(true)) throw new Error("somebody else has locked it");
      const header = JSON.stringify(origin);
      const made = new _FirstFile(path2, header, file);
      made.#write(header);
      made.#headerBytes = made.#bytes;
      return made;
    } catch (error3) {
      file.close();
      Deno.removeSync(path2);
      throw error3;
    }
  }
  /** Opens a file that somebody has left, or says why it cannot be had. */
  static take(path2) {
    const file = Deno.openSync(path2, {
      read: true,
      append: true
    });
    let taken;
    try {
      return taken = _FirstFile.#take(path2, file);
    } finally {
      if (typeof taken !== "object") file.close();
    }
  }
  static #take(path2, file) {
    if (!file.tryLockSync(true) || file.statSync().nlink === 0) return "locked";
    const bytes = readAll(file);
    const end = bytes.lastIndexOf(LINE_BREAK);
    if (end < 0) return "unfinished";
    const [header, ...lines] = decoder.decode(bytes.subarray(0, end)).split("\n");
    const origin = originOf(header);
    if (typeof origin === "string") return origin;
    const taken = new _FirstFile(path2, header, file);
    taken.#bytes = end + 1;
    taken.#isTorn = bytes.length > taken.#bytes;
    for (const text2 of lines) taken.#remember(text2);
    return taken;
  }
  /** Whether it should be a database, before it gets this line. */
  isLargeWith(line) {
    return this.#lines.size >= MOST.lines || this.#characters + line.length > MOST.characters;
  }
  /** What is too much for it goes into a database. */
  isFullFor() {
    return false;
  }
  append(number, line) {
    this.#writeLine(number, line);
    this.#lines.set(number, line);
    this.#characters += line.length;
  }
  read(from, limit) {
    const numbers = [
      ...this.#lines.keys()
    ].filter((number) => number >= from).sort((one, other) => one - other);
    const [first2] = numbers;
    if (first2 === void 0) return void 0;
    const gap = numbers.findIndex((number, i) => number !== first2 + i);
    const count = Math.min(limit, gap < 0 ? numbers.length : gap);
    const lines = numbers.slice(0, count).map((number) => this.#lines.get(number));
    return {
      first: first2,
      count,
      lines: lines.join("\n")
    };
  }
  delete(first2, last) {
    this.#writeLine(first2, `-${last}`);
    this.#forget(first2, last);
  }
  #forget(first2, last) {
    for (const number of this.#lines.keys()) {
      if (number >= first2 && number <= last) this.#lines.delete(number);
    }
  }
  deleteAll() {
    this.#file.truncateSync(this.#headerBytes);
    this.#bytes = this.#headerBytes;
    this.#isTorn = false;
    this.#lines.clear();
    this.#characters = 0;
  }
  checkpoint() {
  }
  isEmptyFrom(number) {
    return this.#lines.keys().every((other) => other < number);
  }
  get isThere() {
    return isStillThere(this.path, this.#identity);
  }
  close() {
    this.#file.close();
  }
  remove() {
    removeOpen(this);
  }
  #writeLine(number, line) {
    this.#write(`${number}	${withCheck(this.#seed, number, line)}`);
  }
  /** Writes a line of the text. What was written of one before that could not be finished goes. */
  #write(text2) {
    const bytes = encoder2.encode(`${text2}
`);
    if (this.#isTorn) this.#file.truncateSync(this.#bytes);
    this.#isTorn = true;
    if (this.#file.writeSync(bytes) < bytes.length) throw new Error("the disk is full");
    this.#isTorn = false;
    this.#bytes += bytes.length;
  }
  #remember(text2) {
    const end = text2.indexOf("	");
    const number = Number(text2.slice(0, end));
    const line = Number.isSafeInteger(number) && end > 0 ? withoutCheck(this.#seed, number, text2.slice(end + 1)) : void 0;
    if (line === void 0) this.damaged++;
    else if (/^-\d+$/.test(line)) this.#forget(number, -Number(line));
    else this.#lines.set(number, line);
  }
};
function readAll(file) {
  const bytes = new Uint8Array(file.statSync().size);
  let length = 0;
  while (length < bytes.length) {
    const count = file.readSync(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return bytes.subarray(0, length);
}

// src/events.ts
var { getPrototypeOf, hasOwn } = Object;
var listen = ownMethod().bind(globalThis);
function ownMethod() {
  let object = getPrototypeOf(globalThis);
  while (object && !hasOwn(object, "addEventListener")) object = getPrototypeOf(object);
  return (object ?? globalThis).addEventListener;
}

// src/node_process.ts
var { defineProperty, getOwnPropertyDescriptor } = Object;
var { memoryUsage } = Deno;
var PROCESS = getOwnPropertyDescriptor(globalThis, "process");
var process;
var replaced = PROCESS && (PROCESS.get || isProcess(PROCESS.value)) || !canSetUpNode() ? void 0 : import("node:process").then((module) => process = module.default, () => {
});
var failure;
listen("unhandledrejection", (event) => {
  if (failure === void 0 || reasonOf(event.reason) !== failure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
});
function nodeProcess() {
  process ??= replaced || failure !== void 0 ? void 0 : readProcess();
  if (!isProcess(process)) {
    throw new Error(failure === void 0 ? "Cannot find Node's process object: the global 'process' was replaced" : `Deno cannot set up Node's modules: ${failure}`);
  }
  return process;
}
function onProcessRead(listener) {
  const property = getOwnPropertyDescriptor(globalThis, "process");
  const read2 = property?.get;
  if (read2 === void 0) return () => {
  };
  let isOver = false;
  const get = () => {
    const process2 = read2.call(globalThis);
    if (!isOver) {
      stop();
      listener(process2);
    }
    return process2;
  };
  const define = (value) => {
    try {
      defineProperty(globalThis, "process", value);
    } catch {
    }
  };
  const stop = () => {
    isOver = true;
    if (getOwnPropertyDescriptor(globalThis, "process")?.get === get) define(property);
  };
  define({
    ...property,
    get
  });
  return stop;
}
function canSetUpNode() {
  return memoryUsage().rss > 0;
}
function readProcess() {
  if (!canSetUpNode()) {
    failure = "there is no /proc";
    return void 0;
  }
  try {
    const process2 = PROCESS?.get?.call(globalThis) ?? PROCESS?.value;
    process2.getBuiltinModule;
    return process2;
  } catch (error3) {
    failure = reasonOf(error3);
  }
}
function reasonOf(error3) {
  const [line = ""] = String(error3?.message).split("\n");
  return line.replace(/^(\w*Error: )+/, "");
}
function isProcess(value) {
  return typeof value?.getBuiltinModule === "function";
}

// src/spool/sqlite.ts
var loaded;
function prefetchSqlite() {
  if (loaded !== void 0 || !canSetUpNode()) return;
  import("node:sqlite").then((module) => loaded = module, () => {
  });
}
function isSqliteLoaded() {
  return loaded !== void 0;
}
function sqlite() {
  return loaded ??= nodeProcess().getBuiltinModule("node:sqlite");
}
var WRITE_FAILED = 778;
var SHORT_READ = 522;
function failureOf(error3) {
  const { errcode, message } = Object(error3);
  const text2 = String(message);
  const is = (code, words4) => typeof errcode === "number" ? (errcode & 255) === code : text2.startsWith(words4);
  if (is(13, "database or disk is full") || errcode === WRITE_FAILED) return "full";
  if (is(5, "database is locked") || is(6, "database table is locked")) return "locked";
  if (is(11, "database disk image is malformed") || is(26, "file is not a database") || errcode === SHORT_READ || /^(malformed database schema|unsupported file format|no such (table|column))\b/.test(text2)) {
    return "damaged";
  }
  return "other";
}

// src/spool/lines_file.ts
var APPLICATION_ID = 1098404720;
var FORMAT = 1;
var PAGE_BYTES = 4096;
var WAL_PAGES = {
  least: 32,
  most: 128
};
var LINE_BYTES = PAGE_BYTES - 4;
var PAGES_BESIDE = 12;
var LARGE_PAGES = 256;
var MAX_SLICE_BYTES = 1 << 20;
var FROM = `WHERE number BETWEEN ? AND ${MAX_NUMBER} ORDER BY number LIMIT ?`;
var LinesFile = class _LinesFile {
  path;
  origin;
  damaged = 0;
  /** The number from which on no line was counted as damaged. */
  #damagedTo = -Infinity;
  /** What the checks of the lines begin with. */
  #seed;
  /** Which file it is. */
  #identity;
  #database;
  #insert;
  #size;
  #select;
  #delete;
  #pageCount;
  constructor(path2, text2, database) {
    this.path = path2;
    this.origin = JSON.parse(text2);
    this.#seed = seedOf(text2);
    this.#identity = identityOf(path2);
    this.#database = database;
    this.#insert = database.prepare("INSERT OR REPLACE INTO lines VALUES (?, ?)");
    this.#size = database.prepare(`SELECT sum(bytes) AS bytes FROM (
        SELECT octet_length(line) AS bytes FROM lines ${FROM})`);
    this.#select = database.prepare(`SELECT count(*) AS count, min(number) AS first, max(number) AS last,
        group_concat(line, char(10)) AS lines
      FROM (SELECT number, line FROM lines ${FROM})`);
    this.#pageCount = database.prepare("PRAGMA page_count");
    this.#delete = database.prepare("DELETE FROM lines WHERE number BETWEEN ? AND ?");
  }
  /**
   * Makes a file that is not there yet.
   * @param maxBytes Most bytes that it takes on disk.
   * @param lines What it holds from the beginning: whoever finds it finds all of them, or no database.
   * @throws What the system or SQLite throws.
   */
  static create(path2, origin, maxBytes, lines = []) {
    Deno.openSync(path2, {
      createNew: true,
      write: true,
      mode: 384
    }).close();
    let database;
    try {
      database = open(path2, walPagesOf(maxBytes));
      database.exec(`PRAGMA journal_mode = WAL;
        PRAGMA max_page_count = ${mostPages(maxBytes)};
        BEGIN;
        PRAGMA application_id = ${APPLICATION_ID};
        PRAGMA user_version = ${FORMAT};
        CREATE TABLE origin (origin TEXT NOT NULL) STRICT;
        CREATE TABLE lines (number INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;`);
      const text2 = JSON.stringify(origin);
      database.prepare("INSERT INTO origin VALUES (?)").run(text2);
      const file = new _LinesFile(path2, text2, database);
      for (const [number, line] of lines) file.append(number, line);
      database.exec("COMMIT");
      return file;
    } catch (error3) {
      database?.close();
      removeFile(path2);
      throw error3;
    }
  }
  /** Opens a file that somebody has left, or says why it cannot be had. */
  static take(path2) {
    let database;
    try {
      database = open(path2, WAL_PAGES.most);
      database.exec("BEGIN EXCLUSIVE; COMMIT");
      const read2 = readOrigin(database);
      if (typeof read2 === "object") return new _LinesFile(path2, read2.text, database);
      database.close();
      return read2;
    } catch (error3) {
      database?.close();
      const failure2 = failureOf(error3);
      if (failure2 === "damaged" || failure2 === "locked") return failure2;
      throw error3;
    }
  }
  /** Whether a file of at most `maxBytes` can hold this line, if it holds no other. */
  static fits(line, maxBytes) {
    return pagesOf(line) <= mostPages(maxBytes) - PAGES_BESIDE;
  }
  isFullFor(line) {
    const value = (pragma) => Number(Object.values(this.#database.prepare(`PRAGMA ${pragma}`).get())[0]);
    const free = value("max_page_count") - this.#pages + value("freelist_count");
    return free < pagesOf(line) + PAGES_BESIDE;
  }
  get #pages() {
    return Number(this.#pageCount.get().page_count);
  }
  append(number, line) {
    this.#insert.run(number, withCheck(this.#seed, number, line));
  }
  /** @throws What SQLite throws where the database is damaged. */
  read(from, most) {
    const limit = this.#fitting(from, most);
    const { count, first: first2, last, lines } = this.#select.get(from, limit);
    if (count === 0) return void 0;
    const texts2 = (lines ?? "").split("\n");
    if (last - first2 + 1 !== count || texts2.length !== count || first2 < from) {
      return this.#readRun(from, limit);
    }
    for (let i = 0; i < texts2.length; i++) {
      const line = withoutCheck(this.#seed, first2 + i, texts2[i]);
      if (line === void 0) return this.#readRun(from, limit);
      texts2[i] = line;
    }
    return {
      first: first2,
      count: texts2.length,
      lines: texts2.join("\n")
    };
  }
  /** How many of the next lines may be read at a time. Long lines are not read to find that out. */
  #fitting(from, most) {
    if (Number(this.#size.get(from, most).bytes) <= MAX_SLICE_BYTES) return most;
    const { count } = this.#database.prepare(`SELECT count(*) AS count FROM (
          SELECT number, bytes, sum(bytes) OVER (ORDER BY number) AS total FROM (
            SELECT number, octet_length(line) AS bytes FROM lines ${FROM}))
        WHERE total = bytes OR total <= ?`).get(from, most, MAX_SLICE_BYTES);
    return Math.max(1, Number(count));
  }
  /** Reads line by line, and leaves out what is not what was written. */
  #readRun(from, limit) {
    const rows = this.#database.prepare(`SELECT number, line FROM lines ${FROM}`).all(from, limit);
    let next = from;
    const lines = [];
    for (const { number, line: text2 } of rows) {
      const line = number < next ? void 0 : withoutCheck(this.#seed, number, text2);
      if (lines.length > 0 && (line === void 0 || number !== next)) break;
      if (line === void 0) this.#countDamaged(number);
      else lines.push(line);
      next = Math.max(next, number + 1);
    }
    if (next === from) return void 0;
    return {
      first: next - lines.length,
      count: lines.length,
      lines: lines.join("\n")
    };
  }
  /** Counts a line once, however often it is met. */
  #countDamaged(number) {
    if (number < this.#damagedTo) return;
    this.#damagedTo = number + 1;
    this.damaged++;
  }
  delete(first2, last) {
    this.#delete.run(first2, last);
  }
  /** Moves what is in the log to the database, which takes less, so that the log begins anew. */
  checkpoint() {
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  deleteAll() {
    this.#database.exec("DELETE FROM lines");
    if (this.#pages <= LARGE_PAGES) return;
    this.#database.exec("VACUUM");
    this.checkpoint();
  }
  isEmptyFrom(number) {
    const any = this.#database.prepare("SELECT 1 FROM lines WHERE number >= ? LIMIT 1");
    return any.get(number) === void 0;
  }
  get isThere() {
    return isStillThere(this.path, this.#identity);
  }
  close() {
    this.#database.close();
  }
  remove() {
    removeOpen(this, `${this.path}-wal`);
  }
};
function walPagesOf(maxBytes) {
  const pages = Math.floor(maxBytes / PAGE_BYTES);
  return Math.max(WAL_PAGES.least, Math.min(pages >> 3, WAL_PAGES.most));
}
function mostPages(maxBytes) {
  return Math.floor(maxBytes / PAGE_BYTES) - walPagesOf(maxBytes) - WAL_PAGES.least;
}
function pagesOf(line) {
  return Math.ceil(bytesOfText(line) / LINE_BYTES);
}
function open(path2, walPages) {
  const database = new (sqlite()).DatabaseSync(path2);
  try {
    database.exec(`PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA synchronous = OFF;
      PRAGMA wal_autocheckpoint = ${walPages};`);
    return database;
  } catch (error3) {
    database.close();
    throw error3;
  }
}
function readOrigin(database) {
  const value = (pragma) => Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get())[0]);
  const [application, format] = [
    value("application_id"),
    value("user_version")
  ];
  if (application === 0 && database.prepare("SELECT 1 FROM sqlite_schema").get() === void 0) {
    return "unfinished";
  }
  if (application !== APPLICATION_ID || format !== FORMAT) return "foreign";
  const row = database.prepare("SELECT origin FROM origin").get();
  const origin = originOf(row?.origin);
  return typeof origin === "string" ? origin : {
    text: row.origin
  };
}

// src/spool/ranges.ts
var Ranges = class {
  #ranges = [];
  /** Adds a number. */
  add(number) {
    const latest = this.#ranges.at(-1);
    if (latest !== void 0 && latest[1] + 1 === number) latest[1] = number;
    else this.#ranges.push([
      number,
      number
    ]);
  }
  /** Adds the numbers from one to another, both of them too. */
  addAll(first2, last) {
    this.#ranges.push([
      first2,
      last
    ]);
  }
  /** The ranges, as few as they can be. They stay until {@linkcode clear}. */
  get merged() {
    if (this.#ranges.length < 2) return this.#ranges;
    const sorted = this.#ranges.toSorted(([one], [other]) => one - other);
    const merged = [];
    for (const [first2, last] of sorted) {
      const latest = merged.at(-1);
      if (latest !== void 0 && first2 <= latest[1] + 1) latest[1] = Math.max(latest[1], last);
      else merged.push([
        first2,
        last
      ]);
    }
    return this.#ranges = merged;
  }
  /** Deletes at most this many of the numbers, and forgets those. */
  deleteFrom(file, most) {
    const merged = [
      ...this.merged
    ];
    try {
      for (let left = most; left > 0 && merged.length > 0; ) {
        const [first2, last] = merged[0];
        const end = Math.min(last, first2 + left - 1);
        file.delete(first2, end);
        left -= end - first2 + 1;
        if (end === last) merged.shift();
        else merged[0] = [
          end + 1,
          last
        ];
      }
    } finally {
      this.#ranges = merged.map(([first2, last]) => [
        first2,
        last
      ]);
    }
  }
  clear() {
    this.#ranges = [];
  }
};

// src/spool/source.ts
function takeOver({ path: path2, bytes, idleMs }, isForUs, report) {
  if (bytes === 0) {
    if (idleMs > MAKING_MS) removeFile(path2);
    return void 0;
  }
  if (bytesOf(path2) === 0) return void 0;
  const isFirst = path2.endsWith(".first");
  const sibling = siblingOf(path2);
  const siblingBytes = isFirst ? bytesOf(sibling) : 0;
  if (siblingBytes > 0) {
    const file2 = takeOver({
      path: sibling,
      bytes: siblingBytes,
      idleMs
    }, isForUs, report);
    if (file2 !== void 0 || bytesOf(sibling) > 0) return file2;
  }
  const take = () => isFirst ? FirstFile.take(path2) : LinesFile.take(path2);
  let file = take();
  if (file === "damaged") file = take();
  switch (file) {
    case "locked":
    case "foreign":
      return void 0;
    case "unfinished":
      removeFile(path2);
      return void 0;
    case "damaged": {
      const name = setAside(path2);
      const message = `Cannot read a file of the spool: it is damaged, and is ${name} now`;
      report({
        level: "error",
        code: "spool-damaged",
        message
      });
      return void 0;
    }
  }
  if (!isFirst) removeFile(sibling);
  if (isForUs(file.origin)) return file;
  file.close();
  if (wallTime() - idleMs < OLDEST_MS) touch(path2);
  else if (idleMs > KEPT_MS) {
    removeFile(path2);
    const message = `Nobody has sent ${path2} of the spool for a week: it goes to ${file.origin.destination}, and is removed`;
    report({
      level: "error",
      code: "spool-expired",
      message
    });
  }
  return void 0;
}
var Source = class {
  file;
  /** Under this number the worker knows its origin. */
  origin;
  /** To which channel that was said. */
  channel;
  /** The number from which on nothing was read yet. */
  cursor = 0;
  isRead = false;
  isDamaged = false;
  /** Whether it could not be read to its end, for a reason that may be gone later. */
  isFailing = false;
  inFlight = 0;
  /** The first number at which it could not be read. */
  #skippedFrom;
  settled = new Ranges();
  /** Most lines that are read at a time: fewer where the file is damaged. */
  #limit;
  #chunkSize;
  constructor(file, origin, chunkSize) {
    this.file = file;
    this.origin = origin;
    this.#limit = this.#chunkSize = chunkSize;
  }
  /**
   * Reads the next lines. Nothing comes of it at the end of the file, and where it is damaged.
   * @throws Where the disk fails. Then no more is read.
   */
  read() {
    try {
      const slice = this.file.read(this.cursor, this.#limit);
      this.#limit = Math.min(8 * this.#limit, this.#chunkSize);
      this.isRead = slice === void 0 || this.#isEmptyFrom(slice.first + slice.count);
      if (slice?.count !== 0) return slice;
      this.cursor = slice.first;
      return void 0;
    } catch (error3) {
      if (failureOf(error3) !== "damaged") {
        this.isRead = this.isFailing = true;
        throw error3;
      }
      this.isDamaged = true;
      this.#limit >>= 3;
      if (this.#limit === 0) this.#skip();
      return void 0;
    }
  }
  /** Looks for the next number from which on the file can be read again. */
  #skip() {
    this.#limit = 1;
    this.#skippedFrom ??= this.cursor;
    for (let step = 1; step < MAX_NUMBER; step *= 2) {
      try {
        this.isRead = this.file.read(this.cursor + step, 1) === void 0;
        this.cursor += step;
        return;
      } catch {
      }
    }
    this.isRead = true;
  }
  /**
   * All that could be read is settled: removes the file, leaves it to another time if there is more in
   * it after all, or sets it aside where it is damaged.
   */
  end(report) {
    if (this.isDamaged && this.#isSound()) {
      this.isDamaged = false;
      this.leave();
    } else if (this.isFailing) {
      this.settled.deleteFrom(this.file, Infinity);
      this.leave();
    } else if (this.isDamaged || this.file.damaged > 0) this.#setAside(report);
    else this.file.remove();
  }
  /** Whether it was not damaged: SQLite says so too where the disk fails, maybe for a moment. */
  #isSound() {
    const { file, settled } = this;
    try {
      if (this.#skippedFrom !== void 0) file.read(this.#skippedFrom, 1);
      settled.deleteFrom(file, Infinity);
      return file.damaged === 0;
    } catch {
      return false;
    }
  }
  #setAside(report) {
    const { file, settled } = this;
    try {
      settled.deleteFrom(file, Infinity);
    } catch {
    }
    this.close();
    const name = setAside(file.path);
    report({
      level: "error",
      code: "spool-damaged",
      message: `A file of the spool is damaged: what could be read of it was delivered${file.damaged > 0 ? `, but not ${records(file.damaged)}` : ""}, and it is ${name} now`
    });
  }
  /** Closes the file, whatever state it is in. */
  close() {
    try {
      this.file.close();
    } catch {
    }
  }
  /** Leaves what is not settled to whoever comes next. */
  leave() {
    if (!this.isDamaged && this.#isEmptyFrom(-Infinity)) this.file.remove();
    else this.close();
  }
  #isEmptyFrom(number) {
    try {
      return this.file.isEmptyFrom(number);
    } catch {
      return false;
    }
  }
};

// src/spool/backlog.ts
var START_AFTER_MS = 20;
var PAUSE_MS = {
  min: 1,
  max: 100
};
var STEP_MS = 2;
var MAX_OPEN = 64;
var MAX_DELETES = 1024;
var FIRST_OF_BACKLOG = MAX_NUMBER;
var Backlog = class {
  /** How many records were taken over. */
  recovered = 0;
  /** How many of them are in flight. */
  inFlight = 0;
  #charactersInFlight = 0;
  #settings;
  #scan;
  #origin;
  #report;
  /** What makes a step, while steps are made. */
  #step;
  #sources = [];
  #posted = [];
  #nextSequence = FIRST_OF_BACKLOG;
  #nextOrigin = 1;
  constructor(settings, origin, report) {
    this.#settings = settings;
    this.#scan = new Scan(settings.spool);
    this.#origin = origin;
    this.#report = report;
  }
  /** Whether there is something to deliver, or to look for. */
  get isBusy() {
    return this.#scan.isUnderWay || this.#sources.length > 0;
  }
  /** Whether steps are made. */
  get isRunning() {
    return this.#step !== void 0;
  }
  /**
   * Makes steps from now on, until it is left. It must not be running yet.
   * @param step Calls back. It must not throw.
   */
  async run(step) {
    this.#step = step;
    let pauseMs = START_AFTER_MS;
    for (; ; ) {
      await sleep(pauseMs);
      if (this.#step !== step) return;
      const before = this.#nextSequence - this.inFlight;
      step();
      const isMoving = this.#nextSequence - this.inFlight > before;
      if (!this.isBusy && this.hasScanned) pauseMs = this.#scan.restartsInMs;
      else pauseMs = isMoving ? PAUSE_MS.min : Math.min(2 * pauseMs, PAUSE_MS.max);
    }
  }
  /** Whether the directory was scanned since {@linkcode leave}, or ever. */
  get hasScanned() {
    return this.#scan.hasBegun;
  }
  /** Makes no steps any more, for now. */
  stop() {
    this.#step = void 0;
  }
  /**
   * Takes the next file over that can be had, when the one before has been read.
   * @param least How many files it looks at for that, whatever time it takes.
   */
  takeNext(least = 1) {
    const until = now() + STEP_MS;
    for (let looked = 0; looked < least || now() < until; looked++) {
      const isEnough = this.#sources.length >= MAX_OPEN;
      if (isEnough || this.#sources.some(({ isRead }) => !isRead)) return;
      const found = this.#scan.next();
      if (found === void 0) return;
      try {
        this.#take(found);
      } catch (error3) {
        this.#onNotTaken(found, error3);
      }
    }
  }
  /** Posts what there is room for: at most this many chunks, and for a few milliseconds. */
  post(channel, mostChunks) {
    const { maxInFlight, chunkSize } = this.#settings;
    const until = now() + STEP_MS;
    let chunks = 0;
    for (const source of this.#sources) {
      while (!source.isRead && this.inFlight + chunkSize <= maxInFlight && this.#charactersInFlight < channel.maxCharacters >> 1) {
        this.#postSlice(source, channel);
        if (++chunks >= mostChunks || now() >= until) return;
      }
    }
  }
  /** Takes a record off that is in flight, and says whether it was. */
  settle(sequence) {
    const posted = this.#posted.find(({ first: first2, count }) => sequence < first2 + count);
    const index = sequence - (posted?.first ?? Infinity);
    if (posted === void 0 || index < 0 || posted.settled[index] !== 0) return false;
    posted.settled[index] = 1;
    posted.open--;
    posted.source.settled.add(posted.firstKey + index);
    posted.source.inFlight--;
    this.inFlight--;
    if (posted.open === 0) {
      this.#posted.splice(this.#posted.indexOf(posted), 1);
      this.#charactersInFlight -= posted.characters;
    }
    return true;
  }
  /**
   * Deletes what is settled, and removes the files in which nothing is left.
   * @param most Most lines of a file that are deleted now.
   */
  tidy(most = MAX_DELETES) {
    for (const source of [
      ...this.#sources
    ]) this.#tidy(source, most);
  }
  /** Nothing is in flight any more: it is read again. */
  rewind() {
    for (const { file, settled } of this.#sources) {
      try {
        settled.deleteFrom(file, Infinity);
      } catch (error3) {
        this.#onUndeleted(file, error3);
      }
    }
    for (const { source, firstKey } of this.#posted) {
      source.cursor = Math.min(source.cursor, firstKey);
      source.isRead = false;
      source.inFlight = 0;
    }
    this.recovered -= this.inFlight;
    this.inFlight = this.#charactersInFlight = 0;
    this.#posted = [];
  }
  /** Leaves what is not settled to whoever comes next. */
  leave() {
    this.stop();
    this.tidy();
    this.rewind();
    for (const source of this.#sources) {
      try {
        source.leave();
      } catch (error3) {
        this.#onUndeleted(source.file, error3);
      }
    }
    this.#sources = [];
    this.#scan.reset();
  }
  #take(found) {
    if (this.#sources.some(({ file: file2 }) => file2.path === found.path)) return;
    const file = takeOver(found, (origin) => this.#isForUs(origin), this.#report);
    if (file === void 0) return;
    this.#sources.push(new Source(file, this.#nextOrigin++, this.#settings.chunkSize));
  }
  #isForUs({ protocol, destination }) {
    return protocol === this.#origin.protocol && destination === this.#origin.destination;
  }
  #postSlice(source, channel) {
    const slice = this.#read(source);
    if (slice === void 0) return;
    const { first: firstKey, count, lines } = slice;
    if (source.channel !== channel) channel.addOrigin(source.origin, source.file.origin);
    source.channel = channel;
    const first2 = this.#nextSequence;
    const { length: characters } = lines;
    channel.post({
      origin: source.origin,
      first: first2,
      firstKey,
      count,
      lines
    });
    this.#nextSequence += count;
    source.cursor = firstKey + count;
    source.inFlight += count;
    this.inFlight += count;
    this.#charactersInFlight += characters;
    this.recovered += count;
    const settled = new Uint8Array(count);
    this.#posted.push({
      source,
      first: first2,
      firstKey,
      count,
      characters,
      settled,
      open: count
    });
  }
  #read(source) {
    try {
      return source.read();
    } catch (error3) {
      this.#onNotTaken(source.file, error3);
      return void 0;
    }
  }
  #tidy(source, most) {
    const { file, settled, isRead, inFlight } = source;
    if (isRead && inFlight === 0) return this.#end(source);
    try {
      settled.deleteFrom(file, most);
    } catch (error3) {
      if (failureOf(error3) === "damaged") source.isDamaged = true;
      else this.#onUndeleted(file, error3);
    }
  }
  /** The file is read to its end, and all of it is settled. */
  #end(ended) {
    this.#sources = this.#sources.filter((source) => source !== ended);
    try {
      ended.end(this.#report);
    } catch (error3) {
      ended.close();
      this.#onUndeleted(ended.file, error3);
    }
  }
  #onNotTaken({ path: path2 }, error3) {
    if (bytesOf(path2) === 0) return;
    this.#report({
      level: "error",
      code: "spool-failed",
      message: `Cannot take over ${path2} of the spool: ${reason(error3)}: it is tried again`
    });
  }
  #onUndeleted({ path: path2 }, error3) {
    this.#report({
      level: "error",
      code: "spool-failed",
      message: `Cannot delete what was delivered from ${path2} of the spool: ${reason(error3)}: it may be sent again, under the same keys`
    });
  }
};

// src/random.ts
var crypto = globalThis.crypto;
var ownUUID = crypto?.randomUUID?.bind(crypto);
function randomUUID() {
  try {
    if (ownUUID) return ownUUID();
  } catch {
  }
  return nodeProcess().getBuiltinModule("node:crypto").webcrypto.randomUUID();
}

// src/spool/own_file.ts
var RETRY_MS = 1e4;
var CHECK_MS = 1e3;
var OwnFile = class {
  #directory;
  #maxBytes;
  #origin;
  #report;
  #file;
  /** When that was checked last. */
  #checkedAt = -Infinity;
  #isGone = false;
  /** Whether it was found not to be what was written. */
  isDamaged = false;
  /** When a disk that failed is tried again. */
  #retryAt;
  constructor({ spool, spoolMaxBytes }, origin, report) {
    this.#directory = new Directory(spool);
    this.#maxBytes = spoolMaxBytes;
    this.#origin = origin;
    this.#report = report;
  }
  /** Writes a line. */
  append(number, line) {
    if (this.isFailing) return "failing";
    try {
      this.#append(this.#open(line), number, line);
      this.#retryAt = void 0;
      return "stored";
    } catch (error3) {
      if (error3 instanceof RangeError) throw error3;
      if (this.#isFull(error3, line)) return "full";
      this.#onFailed(error3);
      return "failing";
    }
  }
  /** Whether there can be room for a line, when all others are gone. */
  fits(line) {
    return LinesFile.fits(line, this.#maxBytes);
  }
  /** Whether the disk has failed, and is not tried again yet. */
  get isFailing() {
    return this.#retryAt !== void 0 && now() < this.#retryAt;
  }
  /** A disk that has failed is tried again at once. */
  retry() {
    this.#retryAt = void 0;
  }
  #append(file, number, line) {
    try {
      file.append(number, line);
    } catch (error3) {
      if (failureOf(error3) !== "full" || this.#isFull(error3, line)) throw error3;
      file.checkpoint();
      file.append(number, line);
    }
  }
  /** Whether this was thrown since there is no room for a line by `spoolMaxBytes`. */
  #isFull(error3, line) {
    try {
      return failureOf(error3) === "full" && (this.#file?.isFullFor(line) ?? false);
    } catch (error4) {
      if (error4 instanceof RangeError) throw error4;
      return false;
    }
  }
  /** Reads lines back. */
  read(from, limit) {
    try {
      return this.#file?.read(from, limit);
    } catch (error3) {
      if (error3 instanceof RangeError) throw error3;
      this.#onFailed(error3);
      return void 0;
    }
  }
  /** Deletes what is settled. What cannot be deleted now is deleted later. */
  delete(settled) {
    if (settled.merged.length === 0) return;
    try {
      if (this.#file === void 0) settled.clear();
      else settled.deleteFrom(this.#file, Infinity);
    } catch (error3) {
      if (error3 instanceof RangeError) throw error3;
      this.#onFailed(error3);
    }
  }
  /** Deletes everything, and gives back what it took of the disk. */
  deleteAll(settled) {
    try {
      this.#file?.deleteAll();
    } catch (error3) {
      if (error3 instanceof RangeError) throw error3;
      this.remove();
    }
    settled.clear();
  }
  /**
   * Looks whether somebody has removed the file, says so once, and moves what it holds to another one.
   * @returns Whether it is gone, and that could not be done. What it holds can still be read.
   */
  checkGone() {
    if (this.#file === void 0) return false;
    const time = now();
    if (time - this.#checkedAt < CHECK_MS) return this.#isGone;
    this.#checkedAt = time;
    const wasGone = this.#isGone;
    this.#isGone = !this.#file.isThere;
    if (!this.#isGone) return false;
    if (!wasGone) {
      this.#report({
        level: "error",
        code: "spool-failed",
        message: `Somebody has removed the file of the spool in ${this.#directory.path} that this program writes to: another one is made, and what was not delivered goes there`
      });
    }
    this.#move(this.#file);
    return this.#isGone;
  }
  #move(file) {
    try {
      this.#file = this.#createDatabase(linesOf(file));
      this.#isGone = false;
      empty(file);
      file.close();
    } catch {
      this.#checkedAt += RETRY_MS;
    }
  }
  /** Nothing is left in it: it is removed, until there is something again. */
  remove() {
    const file = this.#file;
    this.#file = void 0;
    this.#isGone = this.isDamaged = false;
    if (file !== void 0) this.#remove(file);
  }
  /**
   * Leaves a damaged file to whoever comes next.
   * @returns What has to be called then: with the number under which all is settled, or is in another
   *   file.
   */
  abandon() {
    const file = this.#file;
    this.#file = void 0;
    this.#isGone = this.isDamaged = false;
    this.#retryAt = void 0;
    this.#report({
      level: "error",
      code: "spool-damaged",
      message: `The file of the spool in ${this.#directory.path} that this program writes to is damaged: another one is made, and what can be read of it is delivered later`
    });
    return (number) => {
      try {
        if (number > 0) file?.delete(0, number - 1);
      } catch {
      }
      close(file);
    };
  }
  /** Leaves it to whoever comes next. */
  leave() {
    const file = this.#file;
    this.#file = void 0;
    this.#isGone = this.isDamaged = false;
    close(file);
  }
  /**
   * The file as it should be for this line: a database as soon as that costs little, or there is much.
   */
  #open(line) {
    const isCheap = isSqliteLoaded();
    this.#file ??= isCheap ? this.#createDatabase() : this.#createFirst();
    const first2 = this.#file;
    if (!(first2 instanceof FirstFile) || !isCheap && !first2.isLargeWith(line)) return first2;
    this.#directory.make();
    const path2 = siblingOf(first2.path);
    const database = LinesFile.create(path2, this.#origin, this.#maxBytes, linesOf(first2));
    this.#file = database;
    this.#remove(first2);
    return database;
  }
  #createFirst() {
    try {
      return this.#create("first", (path2) => FirstFile.create(path2, this.#origin));
    } catch {
      return this.#createDatabase();
    }
  }
  #createDatabase(lines) {
    const create = (path2) => LinesFile.create(path2, this.#origin, this.#maxBytes, lines);
    return this.#create("sqlite", create);
  }
  #create(form, create) {
    this.#directory.make();
    return create(this.#directory.fileOf(`${randomUUID()}.${form}`));
  }
  #remove(file) {
    try {
      file.remove();
    } catch (error3) {
      this.#report({
        level: "error",
        code: "spool-failed",
        message: `Cannot remove ${file.path} of the spool: ${reason(error3)}: no record is lost, but some may be sent again, under the same keys`
      });
    }
  }
  #onFailed(error3) {
    if (this.#file !== void 0 && failureOf(error3) === "damaged") {
      this.isDamaged = true;
      return;
    }
    this.#retryAt = now() + RETRY_MS;
    this.#report({
      level: "error",
      code: "spool-failed",
      message: `Cannot write to the spool ${this.#directory.path}: ${reason(error3)}: records are kept in memory alone, and it is tried again every ${RETRY_MS / 1e3} seconds`
    });
  }
};
function close(file) {
  try {
    file?.close();
  } catch {
  }
}

// src/delivery/alarm.ts
var READ_MS = 1e3;
var Alarm = class {
  #clock;
  #ring;
  #set;
  constructor(clock, ring) {
    this.#clock = clock;
    this.#ring = ring;
  }
  /** Sets it to this time, unless it rings earlier: whoever is called then sets it again. */
  set(at) {
    if (this.#set !== void 0 && this.#set.at <= at) return;
    this.cancel();
    const cancel = this.#clock.wake(() => {
      this.#set = void 0;
      this.#ring();
    }, at - this.#clock.now());
    this.#set = {
      at,
      cancel
    };
  }
  cancel() {
    this.#set?.cancel();
    this.#set = void 0;
  }
};
var CLOCK2 = {
  now,
  wake(callback, afterMs) {
    let isOn = true;
    void sleep(Math.max(1, afterMs)).then(() => isOn && callback());
    return () => isOn = false;
  }
};
async function grant(ms) {
  const until = now() + ms;
  await sleep(ms);
  if (now() - until >= STOOD_STILL_MS) await sleep(READ_MS);
}
function sharedDeadline(forMs, make) {
  let value;
  let renewAt = -Infinity;
  return () => {
    const at = now();
    if (at >= renewAt) {
      renewAt = at + forMs / 20;
      value = make(forMs);
    }
    return value;
  };
}

// src/delivery/proxy.ts
var { URL: URL2 } = globalThis;
function proxyVariable(url, valueOf = readVariable) {
  const { protocol, hostname } = new URL2(url);
  const firstOf = (names) => names.flatMap((name2) => [
    name2,
    name2.toLowerCase()
  ]).find((name2) => valueOf(name2));
  const name = firstOf([
    "ALL_PROXY",
    protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY"
  ]);
  const exceptions = firstOf([
    "NO_PROXY"
  ]);
  const isExcepted = exceptions !== void 0 && covers(valueOf(exceptions), hostname);
  return isExcepted ? void 0 : name;
}
function covers(list, hostname) {
  const entries = list.split(",").map((entry) => entry.trim().toLowerCase().replace(/^\./, ""));
  return entries.some((entry) => entry === "*" || entry !== "" && `.${hostname}`.endsWith(`.${entry}`));
}

// src/delivery/response.ts
var MAX_RETRY_AFTER_MS = 6e4;
var MAX_QUOTE = 500;
var MAX_CODE = 64;
var MAX_LEVELS = 8;
var CONTENT = [
  400,
  408,
  409,
  413,
  422,
  425
];
var ADDRESS = [
  405,
  406,
  410,
  411,
  415,
  421,
  426,
  501,
  505
];
var TOO_LARGE = /body too large/i;
var IS_GRPC = "Is that the port of OTLP over gRPC, 4317? The one over HTTP is 4318";
function isCrowded(cause) {
  return cause === "local" || cause === "unread";
}
function isAnswer(cause) {
  return cause === "busy" || cause === "away" || cause === "failing";
}
async function readResponse({ status, ok, headers }, body, settings) {
  if (ok) {
    const isBatch = settings.protocol === "otlp";
    if (!isBatch && status === 201) return {
      kind: "delivered"
    };
    const text2 = isBatch ? await body() : "";
    const diagnostic = stranger(headers, text2, settings);
    if (diagnostic) return {
      kind: "delivered",
      diagnostic
    };
    return isBatch ? partial(text2) : {
      kind: "delivered"
    };
  }
  if (isRedirect(status)) {
    const location = headers.get("location");
    const to = location === null ? "" : ` to ${location.slice(0, MAX_QUOTE)}`;
    const text2 = `${settings.url} redirects${to}, and redirects are not followed because requests carry credentials: set '${settings.isEndpoint ? "endpoint" : "baseUrl"}' to the address that answers itself`;
    return rejection(status, {
      text: text2
    }, settings);
  }
  const retryAfter = headers.get("retry-after");
  const afterMs = retryAfter === null ? void 0 : parseRetryAfter(retryAfter, parseDate(headers.get("date")));
  return rejection(status, {
    ...explain(await body()),
    afterMs
  }, settings);
}
function isRedirect(status) {
  return status >= 300 && status < 400;
}
function isOfSettings(status) {
  return status >= 300 && status < 500 && !CONTENT.includes(status) || ADDRESS.includes(status);
}
var LAST_STATUS = 511;
function effective(status) {
  return status >= 200 && status <= LAST_STATUS ? status : 502;
}
function rejection(status, { text: text2, serviceCode, afterMs }, settings) {
  const code = `http-${status}`;
  const why = `HTTP ${status}${text2 && `: ${text2}`}`;
  const service = settings.isEndpoint ? "The endpoint" : "AxonPush";
  const inEffect = effective(status);
  if (settings.retryable.includes(inEffect)) {
    const message2 = `${service} cannot accept records now: ${why}: trying again`;
    const isBusy = status === 429 || status === 503 || afterMs !== void 0;
    const isAway = inEffect === 502 || inEffect === 504;
    const cause = isBusy ? "busy" : isAway ? "away" : "failing";
    return {
      kind: "retry",
      cause,
      afterMs,
      diagnostic: {
        level: "warn",
        code,
        message: message2
      }
    };
  }
  const advice = adviceFor(status, text2, settings);
  const because = isOfSettings(status) ? "settings" : status === 413 || status === 400 && TOO_LARGE.test(text2) ? "size" : advice !== void 0 ? "either" : "content";
  const message = `${service} refuses records: ${why}${advice ? `: ${advice}` : ""}`;
  const diagnostic = {
    level: "error",
    code,
    message,
    ...serviceCode && {
      serviceCode
    }
  };
  return {
    kind: "refused",
    because,
    diagnostic
  };
}
function adviceFor(status, text2, { protocol, url, headers, isEndpoint }) {
  if (isRedirect(status)) return void 0;
  const check2 = (what) => `check ${what}: requests go to ${url}`;
  if (isEndpoint) {
    if (!isOfSettings(status)) return void 0;
    const more = status === 415 ? `. ${IS_GRPC}` : status === 404 && !url.endsWith("/v1/logs") ? ", and a Collector takes records at /v1/logs" : "";
    return check2("'endpoint' and 'headers'") + more;
  }
  if (status >= 400 && "x-axonpush-environment" in headers && /environment/i.test(text2)) {
    return "register the environment with AxonPush, or leave 'environment' out (AXONPUSH_ENVIRONMENT)";
  }
  if (status === 400 && protocol === "otlp" && !("x-axonpush-channel" in headers)) {
    return "set 'channelId' (AXONPUSH_CHANNEL_ID), which is sent as X-Axonpush-Channel: by OTLP a key that belongs to no app needs it";
  }
  switch (status) {
    case 401:
      return "check 'apiKey' (AXONPUSH_API_KEY) and 'tenantId' (AXONPUSH_TENANT_ID)";
    case 403:
      return "check that the key may write to this tenant, channel and environment";
    case 407:
      return "a proxy wants credentials: check HTTP_PROXY, HTTPS_PROXY and NO_PROXY";
    case 404:
      return check2("'baseUrl' (AXONPUSH_BASE_URL) and 'channelId' (AXONPUSH_CHANNEL_ID)");
    default:
      return ADDRESS.includes(status) ? check2("'baseUrl' (AXONPUSH_BASE_URL)") : void 0;
  }
}
function stranger(headers, body, { url, isEndpoint }) {
  const type = headers.get("content-type") ?? "";
  const isHtml = /^text\/html\b/i.test(type);
  if (!isHtml && (body.trim() === "" || parse2(body) !== void 0)) return void 0;
  const [service, option] = isEndpoint ? [
    "a service that takes OTLP",
    "'endpoint'"
  ] : [
    "AxonPush",
    "'baseUrl' (AXONPUSH_BASE_URL)"
  ];
  const message = `${url} accepts records, but answers with ${isHtml ? "HTML" : "no JSON"}: is this ${service}? Check ${option}`;
  return {
    level: "error",
    code: "stranger",
    message
  };
}
function partial(answer) {
  const { partialSuccess } = Object(parse2(answer));
  const count = Number(words(partialSuccess?.rejectedLogRecords)[0]);
  const rejected = Number.isSafeInteger(count) && count > 0 ? count : 0;
  const said = words(partialSuccess?.errorMessage).join("; ").slice(0, MAX_QUOTE);
  if (rejected === 0 && said === "") return {
    kind: "delivered"
  };
  const message = `The service refused ${records(rejected)} of a batch${said && `: ${said}`}`;
  return {
    kind: "delivered",
    rejected,
    diagnostic: {
      level: rejected > 0 ? "error" : "warn",
      code: "partial-success",
      message
    }
  };
}
function explain(answer) {
  return explainEnvelope(Object(parse2(answer)));
}
function explainEnvelope(envelope) {
  const { code, message, hint, requestId, title, detail, errors } = envelope;
  const request = words(requestId).map((id2) => `request ${id2}`);
  const parts = [
    code,
    message ?? title,
    detail,
    errors,
    hint
  ].flatMap((part) => words(part)).concat(request);
  const text2 = parts.join("; ").slice(0, MAX_QUOTE);
  const [serviceCode] = words(code);
  return {
    text: text2,
    serviceCode: serviceCode?.slice(0, MAX_CODE)
  };
}
function words(value, levels = MAX_LEVELS) {
  if (value === void 0 || value === null || value === "") return [];
  if (Array.isArray(value)) {
    return levels === 0 ? [] : value.flatMap((part) => words(part, levels - 1));
  }
  return [
    typeof value === "object" ? stringify2(value) : String(value)
  ];
}
function stringify2(object) {
  try {
    return JSON.stringify(object);
  } catch {
    return "";
  }
}
function parse2(text2) {
  try {
    return JSON.parse(text2);
  } catch {
    return void 0;
  }
}
function parseRetryAfter(header, sentAt = NaN) {
  const isSeconds = /^\s*\d+\s*$/.test(header);
  const now2 = Number.isNaN(sentAt) ? Date.now() : sentAt;
  return clampPause(isSeconds ? Number(header) * 1e3 : parseDate(header) - now2);
}
function parseDate(header) {
  return /^[^\d]*\d.* GMT\s*$/.test(header ?? "") ? Date.parse(header) : NaN;
}
function clampPause(ms) {
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : void 0;
}

// src/delivery/no_answer.ts
var { URL: URL3 } = globalThis;
var MISUNDERSTOOD = /corrupt message of type|invalid HTTP version/;
var SPEAKS_FIRST = /received unexpected message|invalid HTTP version/;
var GIVEN_BACK = /not a result of an error|refused stream/;
var REFUSED_BY_PROXY = /proxy authentication|unsuccessful tunnel/;
function unanswered({ requestTimeoutMs, ...settings }) {
  return unreachable(settings, `no answer within ${requestTimeoutMs} ms`, "timeout");
}
function unsent(error3, settings) {
  const { name, message, cause } = Object(error3);
  const why = (cause ? reason(cause) : String(message)).replace(/^.*\): /, "");
  const denied = /Requires net access to "(.*?)"/.exec(why)?.[1];
  if (denied || name === "NotCapable" || name === "PermissionDenied") {
    return notPermitted(settings.url, "denied", denied);
  }
  const blocked = /\bport (\d+) (is|are) blocked/i.exec(why)?.[1];
  if (blocked) return notAllowed(settings, blocked);
  if (/too many open files|os error (23|24|10024)\b/i.test(why)) {
    const advice = "fewer connections are used; a higher limit of open files lets more be used";
    return unreachable(settings, `${why}: ${advice}`, "local");
  }
  if (/os error (99|49|10048|10055)\b/.test(why)) {
    const advice = "this machine has no port, or no address, for one more; fewer connections are used";
    return unreachable(settings, `${why}: ${advice}`, "local");
  }
  if (GIVEN_BACK.test(why)) {
    const advice = "the server takes no more requests by a connection; fewer are sent at a time";
    return unreachable(settings, `${why}: ${advice}`, "unread");
  }
  const isClosed = /closed|reset|broken pipe|\beof\b|os error (32|54|104|10053|10054)\b/i.test(why);
  return unreachable(settings, why, isClosed ? "closed" : "unreachable");
}
function unreachable({ url, isEndpoint }, why, cause, where) {
  const isTls = /certificate|handshake|fatal alert/i.test(why);
  const proxy = where === void 0 && cause !== "local" ? proxyVariable(url) : void 0;
  const service = isEndpoint ? "the endpoint" : "AxonPush";
  const advice = [
    MISUNDERSTOOD.test(why) && "Does the address begin with 'http:' where it should be 'https:', or the other way round?",
    isEndpoint && SPEAKS_FIRST.test(why) && IS_GRPC,
    /peer certificate/i.test(why) && "A certificate of your own needs DENO_CERT or DENO_TLS_CA_STORE=system",
    proxy && `${REFUSED_BY_PROXY.test(why) ? "The proxy refuses the connection" : "It may be the proxy that does not answer"}: see ${proxy}, and NO_PROXY for exceptions`
  ].filter(Boolean).map((sentence) => `. ${sentence}`).join("").replaceAll("?.", "?");
  const message = `Cannot reach ${service} ${where ?? `at ${url}`}: ${why}: trying again${advice}`;
  const code = isTls ? "tls" : "unreachable";
  return {
    kind: "retry",
    cause,
    diagnostic: {
      level: "warn",
      code,
      message
    }
  };
}
function notPermitted(url, state = "prompt", host = new URL3(url).host) {
  const advice = state === "denied" ? ", and without a --deny-net that covers it" : "";
  return impossible("permission", `Cannot ship records to ${url}: no net permission: run with --allow-net=${host}${advice}`);
}
function notAllowed({ url, isEndpoint }, port) {
  const option = isEndpoint ? "'endpoint'" : "'baseUrl' (AXONPUSH_BASE_URL)";
  return impossible("blocked-port", `Cannot ship records to ${url}: Deno's fetch blocks port ${port}, as browsers do: have the service listen on another port, and set ${option} to that`);
}
function malformed(error3) {
  const message = `Cannot send a record: ${reason(error3)}`;
  const diagnostic = {
    level: "error",
    code: "malformed",
    message
  };
  return {
    kind: "refused",
    because: "content",
    diagnostic
  };
}
function impossible(code, message) {
  const diagnostic = {
    level: "error",
    code,
    message
  };
  return {
    kind: "refused",
    because: "settings",
    isCertain: true,
    diagnostic
  };
}

// src/delivery/client.ts
var WHERE = "through the given client";
function createClientSend(client, settings) {
  const publish = async (body) => {
    const sent = JSON.parse(body.join(""));
    const { channel_id, ...event } = sent;
    try {
      const answer = await client.events.publish(channel_id === void 0 ? event : {
        ...event,
        channelId: channel_id
      });
      if (answer !== null) return {
        kind: "delivered"
      };
      const why = "it resolved with null, which says that it swallowed a connection error";
      return unreachable(settings, why, "unreachable", WHERE);
    } catch (error3) {
      return failed(error3, settings);
    }
  };
  const late = sharedDeadline(settings.requestTimeoutMs, async (ms) => {
    await grant(ms);
    return unreachable(settings, `no answer within ${ms} ms`, "timeout", WHERE);
  });
  return async (body) => await Promise.race([
    publish(body),
    late()
  ]);
}
function failed(error3, settings) {
  const object = Object(error3);
  const status = [
    read(object, "statusCode"),
    read(object, "status")
  ].find((value) => typeof value === "number" && value > 0);
  if (typeof status !== "number") return unreachable(settings, reason(error3), "unreachable", WHERE);
  const [code, hint, requestId] = [
    "code",
    "hint",
    "requestId"
  ].map((name) => read(object, name));
  const message = isError(error3) ? reason(error3) : read(object, "message");
  const { text: text2, serviceCode } = explainEnvelope({
    code,
    message,
    hint,
    requestId
  });
  return rejection(status, {
    text: text2,
    serviceCode,
    afterMs: pauseOf(object)
  }, settings);
}
function pauseOf(error3) {
  const retryAfter = read(error3, "retryAfter");
  if (typeof retryAfter === "number") return clampPause(1e3 * retryAfter);
  return typeof retryAfter === "string" ? parseRetryAfter(retryAfter) : void 0;
}

// src/delivery/backoff.ts
var LADDER_MS = [
  250,
  500,
  1e3,
  2e3,
  4e3
];
var JITTER = 0.1;
var WEIGHT = 0.05;
var MIN_HEALTH = 0.8;
var CERTAIN_REFUSALS = 3;
var LEAST_PAUSE = {
  ms: 1,
  ofAnswer: 0.25
};
var REMEMBERED_MS = 6e4;
var MORE_THAN_A_PART = 16;
var Backoff = class {
  #now;
  /** Pauses in a row. */
  #pauses = 0;
  #resumeAt = 0;
  #cause = "failure";
  #epoch = 0;
  /** Until when the program waits for the records so far. */
  #expeditedUntil = 0;
  #isEnding = false;
  #deliveries = 0;
  /** About how many of the last requests that were sent for the first time were delivered, 0 to 1. */
  #health = 1;
  #failuresInARow = 0;
  /** How long the first of the next pauses is, unless there was none for long. */
  #firstPauseMs = LADDER_MS[0];
  /** Until when it is remembered that a part of the service refuses. */
  #partialUntil = -Infinity;
  constructor(now2) {
    this.#now = now2;
  }
  get state() {
    if (this.#pauses === 0) return "closed";
    return this.#now() < this.#resumeAt ? "open" : "half-open";
  }
  /** Why requests are held back, if they are. */
  get cause() {
    return this.#pauses === 0 ? void 0 : this.#cause;
  }
  /** When the present pause is over. */
  get resumeAt() {
    return this.#resumeAt;
  }
  /**
   * Raised with each pause. A request that was sent in an earlier epoch says nothing about now: of
   * requests that fail together, only the first counts.
   */
  get epoch() {
    return this.#epoch;
  }
  /** Whether the program waits for the records so far. */
  get isExpedited() {
    return this.#now() < this.#expeditedUntil;
  }
  /** Whether the program ends with wrong settings, which will not be corrected any more. */
  get isHopeless() {
    return this.#isEnding && this.isExpedited && this.state === "open" && this.#cause === "settings" && this.#failuresInARow >= CERTAIN_REFUSALS;
  }
  /** How many requests were delivered so far. */
  get deliveries() {
    return this.#deliveries;
  }
  /** Whether nearly all requests are delivered when they are sent for the first time. */
  get isWell() {
    return this.#health >= MIN_HEALTH;
  }
  /** Whether a part of the service refuses, whether it is asked much or little. */
  get isPartial() {
    return this.#now() < this.#partialUntil;
  }
  /** How many requests failed since the last delivery. */
  get failuresInARow() {
    return this.#failuresInARow;
  }
  /**
   * A request failed in such a way that all others have to wait.
   * @param epoch The epoch in which it was sent.
   */
  open(epoch, cause) {
    if (epoch !== this.#epoch) return;
    this.#epoch++;
    this.#cause = cause;
    const now2 = this.#now();
    if (now2 - this.#resumeAt > REMEMBERED_MS) this.#firstPauseMs = LADDER_MS[0];
    this.#resumeAt = now2 + (cause === "failure" ? this.#nextPause() : this.pauseAfter(this.#pauses));
    this.#pauses++;
  }
  /** The service asks for a pause, in milliseconds. The longest one counts. */
  openFor(epoch, askedMs) {
    const isAsked2 = epoch !== this.#epoch && this.#cause === "asked";
    const resumeAt = this.#now() + askedMs;
    this.#resumeAt = isAsked2 ? Math.max(this.#resumeAt, resumeAt) : resumeAt;
    this.#cause = "asked";
    if (epoch !== this.#epoch) return;
    this.#epoch++;
    this.#pauses++;
  }
  /**
   * A request that was sent in this epoch was delivered. The first of all shows that settings were
   * right which were blamed for the refusal of another one, sent at the same time.
   * @param isFirst Whether it was sent for the first time.
   * @param tookMs How long the answer took.
   */
  onDelivered(epoch, isFirst = false, tookMs = 0) {
    const isRefuted = this.#deliveries++ === 0 && this.#cause === "settings";
    if (isFirst) this.#health += WEIGHT * (1 - this.#health);
    this.#failuresInARow = 0;
    if (epoch !== this.#epoch && !isRefuted) return;
    if (this.#pauses > 0 && this.#cause === "failure") this.#onPauseOver(tookMs);
    this.#pauses = 0;
  }
  /** The last pause was long enough: next time, half of it is tried first. */
  #onPauseOver(tookMs) {
    const least = Math.max(LEAST_PAUSE.ms, LEAST_PAUSE.ofAnswer * tookMs);
    if (this.#pauses === 1 && this.#firstPauseMs <= least) {
      this.#partialUntil = this.#now() + REMEMBERED_MS;
    }
    const half = this.#firstPauseMs * 2 ** (this.#pauses - 2);
    this.#firstPauseMs = Math.min(LADDER_MS[0], Math.max(LEAST_PAUSE.ms, half));
  }
  /** Each pause in a row is twice as long as the one before, as on the ladder. */
  #nextPause() {
    const most = this.isExpedited ? LADDER_MS[0] : LADDER_MS.at(-1);
    return jitter(Math.min(most, this.#firstPauseMs * 2 ** this.#pauses));
  }
  /**
   * A request failed, for reasons that may be its own.
   * @param isFirst Whether it was sent for the first time.
   */
  onFailed(isFirst = false) {
    if (++this.#failuresInARow >= MORE_THAN_A_PART) {
      this.#firstPauseMs = LADDER_MS[0];
      this.#partialUntil = -Infinity;
    } else if (this.isPartial) {
      this.#partialUntil = this.#now() + REMEMBERED_MS;
    }
    if (isFirst) this.#health -= WEIGHT * this.#health;
  }
  /**
   * The program waits for this many milliseconds. The present pause is over, unless the service asked
   * for it or the settings are wrong, and the next pauses are the shortest, since longer ones would
   * not fit into the time that is left.
   * @param isEnding Whether the program ends then.
   */
  expedite(forMs, isEnding) {
    const now2 = this.#now();
    this.#expeditedUntil = now2 + forMs;
    this.#isEnding = isEnding;
    const isWorthTrying = this.#cause === "failure" || this.#cause === "settings" && isEnding;
    if (isWorthTrying) this.#resumeAt = Math.min(this.#resumeAt, now2);
  }
  /** The pause after this many failures, in milliseconds. */
  pauseAfter(failures) {
    const step = LADDER_MS[this.isExpedited ? 0 : Math.min(failures, LADDER_MS.length - 1)];
    return jitter(step);
  }
};
function jitter(ms) {
  return ms * (1 + JITTER * (2 * Math.random() - 1));
}

// src/delivery/http.ts
var MAX_ANSWER_BYTES = 65536;
var REST_MS = 1e3;
var MANY_UNFINISHED = 320;
var REFUSED_MS = 200;
var ROOM_BYTES = 1 << 20;
var { fetch, AbortController, AbortSignal, Blob, TextEncoder: TextEncoder2 } = globalThis;
var [RequestClass, ResponseClass] = [
  atLoad("Request"),
  atLoad("Response")
];
var { createHttpClient } = Deno;
var [Decoder, Compressor] = [
  atLoad("TextDecoderStream"),
  atLoad("CompressionStream")
];
function createHttpSend(settings, over) {
  const { protocol, url, gzip, requestTimeoutMs } = settings;
  const common = {
    ...settings.headers,
    "content-type": "application/json",
    ...gzip && {
      "content-encoding": "gzip"
    }
  };
  const template = new (RequestClass())(url, {
    method: "POST",
    redirect: "manual"
  });
  const deadline = sharedDeadline(requestTimeoutMs, (ms) => {
    const late = signalAfter(ms);
    return over ? AbortSignal.any([
      over,
      late
    ]) : late;
  });
  const encode = protocol === "otlp" ? createEncode() : (body) => body.join("");
  let permission;
  const readAnswer = createReadAnswer();
  const finish = createFinish(settings);
  const chooseConnections = createChooseConnections(over);
  return async (body, key, openedAfter) => {
    if (permission !== "granted") permission = netPermission(url);
    if (permission !== "granted") return notPermitted(url, permission);
    const signal = deadline();
    let connections;
    let answers = 0;
    try {
      connections = chooseConnections(openedAfter);
      answers = connections.answers;
      const { client } = connections;
      const response = await fetch(template, {
        headers: {
          ...common,
          "idempotency-key": key
        },
        body: gzip ? await compress(body) : encode(body),
        signal,
        ...client && {
          client
        }
      });
      connections.answers++;
      const answer = readAnswer(response).catch(() => void 0);
      const result = await readResponse(response, () => withinReason(answer), settings);
      if (result.kind === "delivered") connections.refusedSince = void 0;
      else if (isOfInstance(response.status, result)) connections.refusedSince ??= now();
      if (protocol === "otlp" || result.kind !== "delivered") return result;
      return {
        ...result,
        finished: finish(response, answer)
      };
    } catch (error3) {
      if (!signal.aborted) return unsent(error3, settings);
      if (connections?.answers === answers) connections.areDead = true;
      return unanswered(settings);
    }
  };
}
function createChooseConnections(over) {
  let current = {
    answers: 0,
    openedAt: now()
  };
  over?.addEventListener("abort", () => current.client?.close(), {
    once: true
  });
  return (openedAfter = -Infinity) => {
    const { openedAt, areDead, refusedSince = Infinity } = current;
    const isOver = openedAt < openedAfter || areDead || now() - refusedSince >= REFUSED_MS;
    if (isOver && !over?.aborted) {
      current.client?.close();
      current = {
        client: createHttpClient?.({}),
        answers: 0,
        openedAt: now()
      };
    }
    return current;
  };
}
function isOfInstance(status, result) {
  if (result.kind === "retry") return status !== 429;
  return result.kind === "refused" && result.because === "settings";
}
function createFinish(settings) {
  let isKnown = false;
  return async ({ headers }, answer) => {
    const text2 = await answer;
    if (isKnown || text2 === void 0) return void 0;
    const diagnostic = stranger(headers, text2, settings);
    isKnown = diagnostic === void 0 && text2 !== "";
    return diagnostic;
  };
}
async function withinReason(answer) {
  return await Promise.race([
    answer,
    grant(REST_MS)
  ]) ?? "";
}
function signalAfter(ms) {
  const controller = new AbortController();
  void grant(ms).then(() => controller.abort());
  return controller.signal;
}
function createReadAnswer() {
  const rest = sharedDeadline(REST_MS, signalAfter);
  let unfinished = 0;
  const read2 = async (response) => {
    const { body, headers } = response;
    const length = headers.has("content-encoding") ? null : headers.get("content-length");
    const isShort = length !== null && Number(length) <= MAX_ANSWER_BYTES;
    if (isShort && unfinished < MANY_UNFINISHED) return await response.text();
    let text2 = "";
    for await (const chunk of body?.pipeThrough(new (Decoder())(), {
      signal: rest()
    }) ?? []) {
      text2 += chunk;
      if (text2.length > MAX_ANSWER_BYTES) return void 0;
    }
    return text2;
  };
  return async (response) => {
    unfinished++;
    try {
      return await read2(response);
    } finally {
      unfinished--;
    }
  };
}
function createEncode() {
  const encoder3 = new TextEncoder2();
  const room = new Uint8Array(ROOM_BYTES);
  return (body) => {
    let length = 0;
    for (const piece of body) {
      const { read: read2, written } = encoder3.encodeInto(piece, room.subarray(length));
      if (read2 < piece.length) return encoder3.encode(body.join(""));
      length += written;
    }
    return room.subarray(0, length);
  };
}
async function compress(body) {
  const stream = new Blob([
    ...body
  ]).stream().pipeThrough(new (Compressor())("gzip"));
  return await new (ResponseClass())(stream).arrayBuffer();
}
function atLoad(name) {
  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  return () => property?.get ? property.get.call(globalThis) : property?.value;
}

// src/delivery/retry_policy.ts
var MAX_PASSED_OVER = 30;
var MANY_CUTOFFS_OF_BATCH = {
  others: 2,
  none: 4
};
var MANY_CUTOFFS_OF_RECORD = {
  nearlyAll: 4,
  fewer: 8
};
var MAX_KEPT_RETRIES = 16;
var MIN_LARGE_CHARS = 1 << 14;
function countFailure(request, cause, others, settings) {
  if (cause === "busy" && settings.isEndpoint && isStuck(request)) return "halve";
  return settings.isKept ? countKept(request, cause, others, settings) : countOther(request, cause, others, settings);
}
function isStuck({ items, failures }) {
  return items.length > 1 && failures >= MAX_PASSED_OVER;
}
function countKept(request, cause, { nearlyAllDelivered }, { maxRetries }) {
  if (isCrowded(cause) || !nearlyAllDelivered) return "retry";
  request.retries++;
  if (request.items.length > 1) return request.retries > maxRetries ? "halve" : "retry";
  return request.retries >= Math.max(MAX_KEPT_RETRIES, maxRetries) ? "give-up" : "retry";
}
function countOther(request, cause, { anyDelivered }, { maxRetries, retryUnreachable, isEndpoint }) {
  if (isCrowded(cause) && (retryUnreachable || anyDelivered)) return "retry";
  if (cause === "failing" || !retryUnreachable) request.retries++;
  else if (anyDelivered) request.passedOver++;
  const isSpent = request.retries > maxRetries || request.passedOver >= Math.max(MAX_PASSED_OVER, maxRetries);
  if (!isSpent) return "retry";
  if (request.items.length > 1) return "halve";
  return cause === "busy" && isEndpoint && retryUnreachable ? "retry" : "give-up";
}
function countRefusal(request, others, { isKept }) {
  if (!isKept) return request.isDoubted;
  if (others.nearlyAllDelivered) request.retries++;
  return request.retries >= MAX_KEPT_RETRIES;
}
function countCutOff(request, cause, others) {
  if (cause !== "closed" && cause !== "unread") return false;
  request.cutOff++;
  const { cutOff, chars, items } = request;
  if (chars < MIN_LARGE_CHARS) return false;
  if (items.length > 1) {
    return cutOff >= MANY_CUTOFFS_OF_BATCH[others.anyDelivered ? "others" : "none"];
  }
  return others.anyDelivered && cutOff >= MANY_CUTOFFS_OF_RECORD[others.nearlyAllDelivered ? "nearlyAll" : "fewer"];
}

// src/delivery/failures.ts
var OUTAGE_FAILURES = 32;
var FEW_FAILURES = 4;
var MANY_REFUSALS = 16;
var Failures = class {
  #settings;
  #callbacks;
  #backoff;
  #limit;
  #queue;
  #outcomes;
  constructor({ settings, callbacks, backoff, limit, queue, outcomes }) {
    this.#settings = settings;
    this.#callbacks = callbacks;
    this.#backoff = backoff;
    this.#limit = limit;
    this.#queue = queue;
    this.#outcomes = outcomes;
  }
  /** The service refuses a request as it is. */
  onRefused(slot, result, now2) {
    const { request } = slot;
    if (request.isSettled) return;
    const { length } = request.items;
    if (result.because === "settings") {
      this.#onRefusedBySettings(slot, result, now2);
    } else if (this.#isAddressWrong(result.because, length)) {
      this.#blameSettings(slot, result, now2);
    } else if (length > 1) {
      this.#halveRefused(request);
    } else if (result.because !== "size" || !this.#queue.shorten(request)) {
      this.#lose(request, result.diagnostic);
    }
  }
  /** Either the settings are wrong, or somebody before the service objects to what a record says. */
  #onRefusedBySettings(slot, result, now2) {
    const { request, epoch } = slot;
    this.#callbacks.report(result.diagnostic);
    const others = this.#onFailure(request);
    const { deliveries, failuresInARow } = this.#backoff;
    if (deliveries === 0 || slot.isProbe) return this.#blameSettings(slot, result, now2);
    if (failuresInARow >= MANY_REFUSALS) return this.#probe(slot, request);
    const isBatch = request.items.length > 1;
    if (isBatch && request.isDoubted) return this.#queue.halve(request);
    if (request.isDoubted && !others.anyDelivered) this.#backoff.open(epoch, "failure");
    const isSpent = !isBatch && countRefusal(request, others, this.#settings);
    if (isSpent) this.#lose(request, result.diagnostic);
    else this.#doubt(slot, now2);
  }
  /** If nothing was ever delivered, it is the address that is wrong, and not batch after batch. */
  #isAddressWrong(because, records2) {
    const { deliveries } = this.#backoff;
    const isDoubtful = because === "either" || because === "content" && records2 > 1;
    if (deliveries > 0 || !isDoubtful) return false;
    this.#backoff.onFailed();
    if (this.#settings.isKept && records2 === 1) return true;
    return this.#backoff.failuresInARow >= MANY_REFUSALS;
  }
  /** One bad record spoils a batch that is refused: halving it finds out which. */
  #halveRefused(request) {
    request.isDoubted = true;
    this.#queue.halve(request);
  }
  /** Sends a single request to find out whether the settings are wrong. */
  #probe({ epoch }, request) {
    this.#backoff.open(epoch, "failure");
    this.#queue.retry(request);
  }
  /**
   * Everything is refused until the settings are corrected: one record at a time finds out when. Where
   * records are kept on disk none is lost by that.
   */
  #blameSettings(slot, { diagnostic, isCertain = false }, now2) {
    const { request, epoch, isProbe } = slot;
    this.#outcomes.explain(diagnostic);
    if (this.#settings.isKept) this.#again(request);
    else if (request.items.length > 1) this.#queue.isolate(request);
    else if (isCertain || isProbe || request.isDoubted) this.#lose(request, diagnostic);
    else this.#doubt(slot, now2);
    this.#backoff.open(epoch, "settings");
  }
  /**
   * Sends a request once more: one hiccup of a proxy in front of the service says nothing yet. By other
   * connections, since an instance that is going down may refuse all by those that it still has.
   */
  #doubt({ request, sentAt }, now2) {
    request.isDoubted = true;
    request.openedAfter = sentAt;
    request.dueAt = now2 + this.#backoff.pauseAfter(0);
    this.#again(request);
  }
  /**
   * A request may be sent again.
   * @param inFlight How many others are in flight.
   */
  onFailed(slot, result, now2, inFlight) {
    const { request, epoch } = slot;
    const { cause, afterMs, diagnostic } = result;
    this.#callbacks.report(diagnostic);
    const others = this.#onFailure(request);
    const isTrouble = this.#slowDown(slot, cause, inFlight);
    if (afterMs !== void 0) this.#backoff.openFor(epoch, afterMs);
    else if (isTrouble) this.#backoff.open(epoch, "failure");
    if (request.isSettled || --request.copies > 0) return;
    const isFree = afterMs !== void 0 || isCrowded(cause);
    request.dueAt = isFree ? now2 : now2 + this.#backoff.pauseAfter(request.failures);
    request.failures++;
    if (countCutOff(request, cause, others)) {
      return this.onRefused(slot, {
        kind: "refused",
        because: "size",
        diagnostic
      }, now2);
    }
    switch (countFailure(request, cause, others, this.#settings)) {
      case "retry":
        return this.#again(request);
      case "halve":
        return this.#queue.halve(request);
      case "give-up": {
        const message = diagnostic.message.replace(": trying again", ": given up");
        return this.#lose(request, {
          level: "error",
          code: "given-up",
          message
        });
      }
    }
  }
  /**
   * Lowers the limit where there is too much load, and says whether all others are better held back:
   * one request may fail among others that succeed.
   */
  #slowDown({ limitEpoch }, cause, inFlight) {
    if (isCrowded(cause)) return this.#limit.onCrowded(inFlight);
    const { deliveries, failuresInARow, isPartial, isExpedited } = this.#backoff;
    if (isPartial) return false;
    if (cause === "busy" || cause === "timeout") {
      const isTooMuch = this.#limit.onRefused(limitEpoch);
      return isTooMuch && (!isExpedited || deliveries === 0 || failuresInARow >= FEW_FAILURES);
    }
    return deliveries === 0 || failuresInARow >= Math.min(OUTAGE_FAILURES, this.#limit.size);
  }
  /** Counts a failure, and says what became of others since the request failed before. */
  #onFailure(request) {
    this.#backoff.onFailed(request.failedAt === void 0);
    const { deliveries, isWell } = this.#backoff;
    const anyDelivered = request.failedAt !== void 0 && request.failedAt < deliveries;
    request.failedAt = deliveries;
    return {
      anyDelivered,
      nearlyAllDelivered: anyDelivered && isWell
    };
  }
  #again(request) {
    request.copies = 1;
    this.#callbacks.acknowledgements.countRetries(request.items.length);
    this.#queue.retry(request);
  }
  #lose(request, diagnostic) {
    this.#outcomes.lose(request, diagnostic, this.#queue.isEmpty);
  }
};

// src/delivery/latency.ts
var DRIFT = 1.1;
var WEIGHT2 = 0.1;
var Latency = class {
  /** How long answers take at present, if there were any. */
  typicalMs;
  /** The shortest time of an answer so far. */
  leastMs;
  #now;
  /** Answers by connections that were open, and by those that had to be opened first. */
  #rounds = {
    warm: new Mean(),
    cold: new Mean()
  };
  /** The best round so far, and when it was last compared. */
  #best;
  constructor(now2) {
    this.#now = now2;
  }
  /** An answer came after this many milliseconds, whatever it says. */
  onAnswer(afterMs) {
    this.leastMs = Math.min(afterMs, this.leastMs ?? afterMs);
  }
  /**
   * A request was delivered.
   * @param tookMs How long it took.
   * @param isWarm Whether it found an open connection.
   * @param enough How many answers make a round.
   * @returns At the end of a round, how many times as long it took as the best one.
   */
  onDelivered(tookMs, isWarm, enough) {
    if (isWarm) {
      const typicalMs = this.typicalMs ?? tookMs;
      this.typicalMs = typicalMs + WEIGHT2 * (tookMs - typicalMs);
    }
    const round = isWarm ? this.#rounds.warm : this.#rounds.cold;
    round.add(tookMs);
    if (round.count < enough) return void 0;
    const ms = round.take();
    const now2 = this.#now();
    const { ms: before, at } = this.#best ?? {
      ms,
      at: now2
    };
    const best = Math.min(ms, before * DRIFT ** ((now2 - at) / 1e3));
    this.#best = {
      ms: best,
      at: now2
    };
    return isWarm ? ms / best : void 0;
  }
};
var Mean = class {
  count = 0;
  #sum = 0;
  add(value) {
    this.count++;
    this.#sum += value;
  }
  /** The mean, and begins anew. */
  take() {
    const mean = this.#sum / this.count;
    this.count = this.#sum = 0;
    return mean;
  }
};

// src/delivery/limit.ts
var START_SIZE = 32;
var CUT_FACTOR = 0.7;
var GROWTH = 0.4;
var SLOW_FACTOR = 1.5;
var ROUNDS_AT_END = 8;
var FAR_MS = 100;
var Limit = class {
  /** How long the service takes to answer. */
  latency;
  #ceiling;
  #now;
  #size;
  /** How far it may grow in this round. */
  #threshold;
  /** Whether no round was slow so far. */
  #isSlowStart = true;
  /** The limit when it was last cut, and when that was. */
  #cut;
  #epoch = 0;
  #wave;
  /** Whether anything was delivered since the last cut. */
  #hasDelivered = false;
  constructor(ceiling, now2) {
    this.latency = new Latency(now2);
    this.#ceiling = ceiling;
    this.#now = now2;
    this.#size = Math.min(START_SIZE, ceiling);
    this.#threshold = 2 * this.#size;
  }
  /** Most requests in flight. */
  get size() {
    return Math.round(this.#size);
  }
  /** Raised with each cut: refusals of requests that were sent before belong to the same wave. */
  get epoch() {
    return this.#epoch;
  }
  /**
   * A request was delivered.
   * @param epoch The epoch in which it was sent.
   * @param tookMs How long it took.
   * @param isWarm Whether it found an open connection.
   * @param isFull Whether others wait for nothing but the limit.
   */
  onDelivered(epoch, tookMs, isWarm, isFull) {
    this.#hasDelivered = true;
    if (epoch === this.#wave?.epoch) this.#learn({
      isAnyDelivered: true
    });
    if (isFull) {
      this.#size = Math.max(this.#size, Math.min(this.#size + 1, this.#bound));
    }
    const slowness = this.latency.onDelivered(tookMs, isWarm, this.#size / 4);
    if (slowness !== void 0) this.#onRound(slowness);
  }
  /**
   * The service, or this machine, is overloaded.
   * @param epoch The epoch in which the request was sent.
   * @returns Whether even the smallest limit is too much, so that a pause is needed.
   */
  onRefused(epoch) {
    if (epoch === this.#wave?.epoch) this.#learn({
      refused: this.#wave.refused + 1
    });
    if (epoch !== this.#epoch) return false;
    const hasDelivered = this.#hasDelivered;
    if (hasDelivered || this.#cut === void 0) {
      this.#wave = {
        epoch,
        from: this.#size,
        refused: 1,
        isAnyDelivered: false
      };
      this.#cut = {
        from: this.#size,
        at: this.#now()
      };
      this.#size = Math.max(1, CUT_FACTOR * this.#size);
      this.#epoch++;
      this.#hasDelivered = false;
    }
    return !hasDelivered || this.#size < 2;
  }
  /**
   * There is no connection for one more request, of this machine or of the service.
   * @param inFlight How many other requests have one.
   * @returns Whether fewer at a time would not help, so that a pause is needed: there is none at all, or
   * others hang, beyond the limit.
   */
  onCrowded(inFlight) {
    if (inFlight >= this.#size) return true;
    this.#size = Math.max(1, inFlight);
    this.#cut = {
      from: this.#size,
      at: this.#now()
    };
    this.#epoch++;
    return inFlight === 0;
  }
  /**
   * The program ends while this many records wait: they should take only a few rounds. That is
   * worth more connections only far away, where a round is long; near by they cost CPU. A service
   * that has ever answered sooner is not far away, only slow now.
   * @param waitedMs How long the oldest request has waited, where nothing was answered yet.
   */
  expedite(waiting, waitedMs) {
    if (!this.#isSlowStart || this.#cut !== void 0) return;
    if ((this.latency.leastMs ?? waitedMs) < FAR_MS) return;
    this.#threshold = this.#ceiling;
    this.#size = Math.min(this.#ceiling, Math.max(this.#size, waiting / ROUNDS_AT_END));
  }
  /** How far it may grow now. */
  get #bound() {
    const most = Math.min(this.#ceiling, this.#threshold);
    if (this.#cut === void 0) return most;
    const { from, at } = this.#cut;
    const seconds = (this.#now() - at) / 1e3;
    const plateau = Math.cbrt(from * (1 - CUT_FACTOR) / GROWTH);
    return Math.min(most, from + GROWTH * (seconds - plateau) ** 3);
  }
  /** What was delivered of a wave and what was refused says how many the service bears at a time. */
  #learn(news) {
    const { from, refused, isAnyDelivered } = this.#wave = {
      ...this.#wave,
      ...news
    };
    if (!isAnyDelivered) return;
    const borne = Math.max(1, from - refused);
    this.#size = Math.min(this.#size, borne);
    this.#cut = {
      from: Math.min(borne, this.#cut.from),
      at: this.#cut.at
    };
  }
  #onRound(slowness) {
    if (slowness > SLOW_FACTOR) {
      const least = Math.min(START_SIZE, this.#size);
      this.#size = Math.max(least, this.#size / slowness);
      this.#isSlowStart = false;
      this.#threshold = this.#size;
    } else {
      this.#threshold = this.#size + (this.#isSlowStart ? this.#size : Math.sqrt(this.#size));
    }
  }
};

// src/delivery/outcomes.ts
var COLLECT_MS = 1e3;
var Outcomes = class {
  #callbacks;
  #now;
  /** Records that were lost since the last report, and why the last one was. */
  #lost = 0;
  #reason = "";
  /** When the first of them was lost; nothing before anything was. */
  #since;
  constructor(callbacks, now2) {
    this.#callbacks = callbacks;
    this.#now = now2;
  }
  /**
   * Settles the records of a request that was delivered, but for those at its end that were rejected.
   * @param isLast Whether no others wait.
   */
  settle(request, { rejected = 0, diagnostic }, isLast) {
    if (diagnostic && rejected === 0) this.#callbacks.report(diagnostic);
    if (request.isSettled) return;
    request.isSettled = true;
    let left = request.items.length;
    if (diagnostic && rejected > 0) {
      this.explain(diagnostic);
      this.#countLost(Math.min(rejected, left));
    }
    if (isLast) this.#reportLost();
    for (const { sequence } of request.items) {
      this.#callbacks.acknowledgements.acknowledge(sequence, left-- > rejected ? "delivered" : "failed");
    }
  }
  /** Settles a request of which all records have failed for this reason. */
  lose(request, diagnostic, isLast) {
    this.settle(request, {
      rejected: Infinity,
      diagnostic
    }, isLast);
  }
  /** Reports why the next records are lost. */
  explain(diagnostic) {
    this.#reason = diagnostic.message;
    this.#callbacks.report(diagnostic);
  }
  /** Settles records that are given up without another try, for the same reason as the last one. */
  giveUp(items) {
    if (items.length === 0) return;
    this.#countLost(items.length);
    this.#reportLost();
    for (const { sequence } of items) {
      this.#callbacks.acknowledgements.acknowledge(sequence, "failed");
    }
  }
  #countLost(count) {
    const isFirst = this.#since === void 0;
    if (this.#lost === 0) this.#since = this.#now();
    this.#lost += count;
    if (isFirst || this.#now() - this.#since >= COLLECT_MS) this.#reportLost();
  }
  #reportLost() {
    if (this.#lost > 0) this.#callbacks.countLost({
      count: this.#lost,
      reason: this.#reason
    });
    this.#lost = 0;
  }
};
function lossOf({ reason: reason2 }) {
  return {
    level: "error",
    code: "lost",
    message: (count) => `${records(count)} could not be delivered so far, the last because: ${reason2}`,
    isFirstReported: true
  };
}

// src/record/chunk.ts
function dedupKey({ keyPrefix }, number) {
  return `${keyPrefix}-${number}`;
}
var OWN_ORIGIN = 0;

// src/record/cut_text.ts
function cutText(text2, length) {
  return text2.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}

// src/record/dialect.ts
var PLAIN = {
  name: (quoted) => `${quoted}:`,
  end: "",
  string: (quoted) => quoted,
  number: String,
  around: {
    string: [
      `"`,
      `"`
    ],
    integer: [
      "",
      ""
    ]
  },
  boolean: String,
  null: "null",
  list: (items) => `[${items}]`,
  map: (members2) => `{${members2}}`
};
var ANY_VALUE = {
  name: (quoted) => `{"key":${quoted},"value":`,
  end: "}",
  string: (quoted) => `{"stringValue":${quoted}}`,
  number: (value) => Number.isSafeInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${value}}`,
  around: {
    string: [
      `{"stringValue":"`,
      `"}`
    ],
    integer: [
      `{"intValue":"`,
      `"}`
    ]
  },
  boolean: (value) => `{"boolValue":${value}}`,
  null: "{}",
  list: (items) => `{"arrayValue":{"values":[${items}]}}`,
  map: (members2) => `{"kvlistValue":{"values":[${members2}]}}`
};
function dialectOf(protocol) {
  return protocol === "otlp" ? ANY_VALUE : PLAIN;
}

// src/record/line.ts
var SHORT_BODY = 1024;
var TRUNCATED = "axonpush.truncated";
var RECORD = "record	";
var EVENT = "event	";
function createWriteRecord() {
  let head = "";
  let lastLevel, lastLevelName, lastLoggerName, lastTime;
  return ({ level: level2, levelName, loggerName, time, ordinal, ids, flags, body, attributes }) => {
    if (time !== lastTime || level2 !== lastLevel || levelName !== lastLevelName || loggerName !== lastLoggerName) {
      head = `${RECORD}${level2}	${levelName}	${loggerName}	${time}	`;
      [lastLevel, lastLevelName, lastLoggerName, lastTime] = [
        level2,
        levelName,
        loggerName,
        time
      ];
    }
    const trace = ids === "" ? "	" : `${ids}	${flags}`;
    return `${head}${ordinal}	${trace}	${body}	${attributes}`;
  };
}
function writeEvent(event) {
  return EVENT + event;
}
function readLine(line) {
  if (line.startsWith(EVENT)) return {
    kind: "event",
    event: line.slice(EVENT.length)
  };
  let end = RECORD.length - 1;
  const next = (columns = 1) => {
    const begin2 = end + 1;
    for (; columns > 0; columns--) end = line.indexOf("	", end + 1);
    return line.slice(begin2, end);
  };
  return {
    kind: "record",
    source: next(3),
    time: next(),
    ordinal: next(),
    ids: next(),
    flags: next(),
    body: next(),
    attributes: line.slice(end + 1)
  };
}
function readSource(source) {
  const [level2, levelName, loggerName] = source.split("	");
  return {
    level: Number(level2),
    levelName,
    loggerName
  };
}
function shortenLine(line, protocol) {
  const read2 = readLine(line);
  if (read2.kind === "event") return shortenEvent(read2.event);
  const { name, end, boolean } = dialectOf(protocol);
  const attributes = name(`"${TRUNCATED}"`) + boolean(true) + end;
  if (read2.attributes === attributes) return void 0;
  const body = JSON.stringify(shortBody(JSON.parse(read2.body)));
  const { source, time, ordinal, ids, flags } = read2;
  return `${RECORD}${source}	${time}	${ordinal}	${ids}	${flags}	${body}	${attributes}`;
}
function shortenEvent(text2) {
  try {
    const event = JSON.parse(text2);
    const { body, attributes } = event.payload;
    if (TRUNCATED in attributes) return void 0;
    const payload = {
      ...event.payload,
      body: shortBody(body),
      attributes: {
        "logger.name": attributes["logger.name"],
        [TRUNCATED]: true
      }
    };
    return writeEvent(JSON.stringify({
      ...event,
      payload
    }));
  } catch {
    return void 0;
  }
}
function shortBody(body) {
  return `${cutText(String(body), SHORT_BODY)}\u2026[cut: too large]`;
}

// src/record/memoize.ts
var MAX_REMEMBERED = 1024;
var MAX_KEY_LENGTH = 128;
function memoize(make) {
  const results = /* @__PURE__ */ new Map();
  return (key) => {
    let result = results.get(key);
    if (result === void 0) {
      if (results.size >= MAX_REMEMBERED || key.length > MAX_KEY_LENGTH) return make(key);
      const copy = flat(key);
      result = make(copy);
      results.set(copy, result);
    }
    return result;
  };
}
function memoizeLast(make) {
  const known2 = memoize(make);
  let lastKey;
  let last;
  return (key) => {
    if (key !== lastKey) {
      last = known2(key);
      lastKey = key;
    }
    return last;
  };
}
function flat(text2) {
  return JSON.parse(JSON.stringify(text2));
}

// src/record/event_text.ts
function severityNumber(level2) {
  if (!(level2 >= 10)) return 0;
  return 4 * Math.min(5, Math.floor(level2 / 10)) + 1;
}
function belowMilliseconds(ordinal) {
  return ordinal.padStart(6, "0");
}
function createEventText(constants) {
  const { trace, resource, pid: pid2, envelope } = constants;
  const textsOf = memoizeLast((source) => {
    const { level: level2, levelName, loggerName } = readSource(source);
    return {
      begin: `"identifier":${loggerName},${envelope},`,
      severity: `,"severityNumber":${severityNumber(level2)},"severityText":${levelName},`,
      attributes: `,"attributes":{"logger.name":${loggerName},"process.pid":${pid2}`
    };
  });
  const end = `},"resource":{${resource}}}}`;
  let lastTime = "";
  let lastStamp = "";
  return (text2, dedupKey2) => {
    const key = dedupKey2 === void 0 ? "" : `"dedupKey":"${dedupKey2}",`;
    const line = readLine(text2);
    if (line.kind === "event") return `{${key}${line.event.slice(1)}`;
    const { source, time, ordinal, ids, flags, body, attributes } = line;
    const { begin: begin2, severity, attributes: ours } = textsOf(source);
    if (time !== lastTime) {
      lastTime = time;
      lastStamp = new Date(Number(time)).toISOString();
    }
    const nanos = time + belowMilliseconds(ordinal);
    return `{${key}${begin2}${ids || trace},"occurredAt":"${lastStamp}","payload":{"timeUnixNano":"${nanos}","observedTimeUnixNano":"${nanos}"${flags && `,"flags":${flags}`}${severity}"body":${body}${ours}${attributes && ","}${attributes}${end}`;
  };
}

// src/delivery/otlp_body.ts
var HEX_IDS = /^"traceId":"[\da-f]{32}","spanId":"[\da-f]{16}"$/i;
var KEY = {
  begin: `{"key":"axonpush.dedup_key","value":{"stringValue":"`,
  end: `"}}`
};
var LONG_PIECE = 1 << 15;
function createOtlpBody(origin) {
  const recordOf = createRecordOf(origin);
  return (items) => {
    const resources = /* @__PURE__ */ new Map();
    for (const { key, line } of items) {
      const read2 = readLine(line);
      const { resource, scope, record } = read2.kind === "event" ? recordOfEvent(read2.event, dedupKey(origin, key)) : recordOf(read2, key);
      let scopes = resources.get(resource);
      if (scopes === void 0) resources.set(resource, scopes = /* @__PURE__ */ new Map());
      const pieces = scopes.get(scope);
      if (pieces === void 0) scopes.set(scope, [
        record
      ]);
      else append(pieces, record);
    }
    const resourceLogs = Array.from(resources, resourcePieces);
    return [
      `{"resourceLogs":[`,
      ...listPieces(resourceLogs),
      "]}"
    ];
  };
}
function append(pieces, record) {
  if (pieces.at(-1).length < LONG_PIECE) pieces[pieces.length - 1] += `,${record}`;
  else pieces.push(`,${record}`);
}
function resourcePieces([resource, scopes]) {
  const attributes = keyValues(JSON.parse(`{${resource}}`));
  const scopeLogs = Array.from(scopes, ([scope, records2]) => [
    `{"scope":{${scope}},"logRecords":[`,
    ...records2,
    "]}"
  ]);
  const begin2 = `{"resource":{"attributes":[${attributes}]},"scopeLogs":[`;
  return [
    begin2,
    ...listPieces(scopeLogs),
    "]}"
  ];
}
function listPieces(elements) {
  return elements.flatMap((element, i) => i === 0 ? element : [
    ",",
    ...element
  ]);
}
function createRecordOf(origin) {
  const { resource, trace, pid: pid2, agentId } = origin.constants;
  const keyWithoutNumber = dedupKey(origin, 0).slice(0, -1);
  const beforeNumber = flat(`,"attributes":[${KEY.begin}${keyWithoutNumber}`);
  const endOfOwn = flat(recordEnd(trace, "", agentId));
  const sourceTexts = memoizeLast((source) => {
    const { level: level2, levelName, loggerName } = readSource(source);
    const logger = ANY_VALUE.name(`"logger.name"`) + ANY_VALUE.string(loggerName) + ANY_VALUE.end;
    const process2 = ANY_VALUE.name(`"process.pid"`) + ANY_VALUE.number(pid2) + ANY_VALUE.end;
    return {
      scope: `"name":${loggerName}`,
      severity: `"severityNumber":${severityNumber(level2)},"severityText":${levelName}`,
      afterNumber: flat(`${KEY.end},${logger},${process2}`)
    };
  });
  let last;
  return ({ source, time, ordinal, ids, flags, body, attributes }, key) => {
    const { scope, severity, afterNumber } = sourceTexts(source);
    if (time !== last?.time || source !== last.source) {
      const begin3 = flat(`{${severity},"timeUnixNano":"${time}`);
      last = {
        source,
        time,
        begin: begin3,
        middle: flat(`","observedTimeUnixNano":"${time}`)
      };
    }
    const { begin: begin2, middle } = last;
    const nanos = belowMilliseconds(ordinal);
    const text2 = body.startsWith('"') ? ANY_VALUE.string(body) : anyValue(JSON.parse(body));
    const end = ids === "" ? endOfOwn : recordEnd(ids, flags, agentId);
    const record = `${begin2}${nanos}${middle}${nanos}","body":${text2}${beforeNumber}${key}${afterNumber}${attributes && ","}${attributes}${end}`;
    return {
      resource,
      scope,
      record
    };
  };
}
function recordOfEvent(event, key) {
  const { payload, identifier, traceId, spanId, agentId } = JSON.parse(event);
  const { body, attributes, resource, ...others } = payload;
  const { timeUnixNano, observedTimeUnixNano, severityNumber: severityNumber2, severityText, flags } = others;
  const first2 = members({
    timeUnixNano,
    observedTimeUnixNano,
    severityNumber: severityNumber2,
    severityText,
    flags
  });
  const end = recordEnd(members({
    traceId,
    spanId
  }), "", agentId);
  const texts2 = keyValues(attributes);
  const record = `{${first2}${first2 && ","}"body":${anyValue(body)},"attributes":[${KEY.begin}${key}${KEY.end}${texts2 && ","}${texts2}${end}`;
  return {
    resource: members(resource),
    scope: members({
      name: identifier
    }),
    record
  };
}
function recordEnd(ids, flags, agentId) {
  const isHex = HEX_IDS.test(ids);
  const { traceId } = isHex ? {} : JSON.parse(`{${ids}}`);
  const more = keyValues({
    ...agentId !== void 0 && {
      "axonpush.agent_id": agentId
    },
    ...traceId !== void 0 && {
      "axonpush.trace_id": traceId
    }
  });
  return `${more && ","}${more}]${isHex ? `,${ids}` : ""}${flags && `,"flags":${flags}`}}`;
}
function members(object) {
  return JSON.stringify(object).slice(1, -1);
}
function keyValues(attributes) {
  return Object.entries(attributes).map(([key, value]) => ANY_VALUE.name(JSON.stringify(key)) + anyValue(value) + ANY_VALUE.end).join();
}
function anyValue(value) {
  switch (typeof value) {
    case "string":
      return ANY_VALUE.string(JSON.stringify(value));
    case "number":
      return ANY_VALUE.number(value);
    case "boolean":
      return ANY_VALUE.boolean(value);
    default:
      if (value === null) return ANY_VALUE.null;
      if (Array.isArray(value)) return ANY_VALUE.list(value.map(anyValue).join());
      return ANY_VALUE.map(keyValues(value));
  }
}

// src/delivery/request.ts
function createRequest(items, origin) {
  const [first2, last] = [
    items[0],
    items.at(-1)
  ];
  const rest = first2 === last ? "" : `-${last.key}-${items.length}`;
  return {
    items,
    key: dedupKey(origin, first2.key) + rest,
    chars: items.reduce((sum, { line }) => sum + line.length, 0),
    dueAt: 0,
    failures: 0,
    failedAt: void 0,
    retries: 0,
    passedOver: 0,
    cutOff: 0,
    isDoubted: false,
    openedAfter: void 0,
    copies: 1,
    isSettled: false
  };
}

// src/delivery/request_queue.ts
var MAX_REQUEST_CHARS = 1 << 20;
var RequestQueue = class {
  #settings;
  #origins = /* @__PURE__ */ new Map();
  /** What waits to be sent for the first time: the handler's own records, and those left by others. */
  #own = new Fifo();
  #others = new Fifo();
  #pendingSince = 0;
  #retries = [];
  constructor(settings) {
    this.#settings = settings;
  }
  /** Takes a chunk apart. */
  push({ origin, first: first2, firstKey, lines }, now2) {
    if (this.pending === 0) this.#pendingSince = now2;
    const fifo = origin === OWN_ORIGIN ? this.#own : this.#others;
    let i = 0;
    for (const line of lines.split("\n")) {
      fifo.push({
        origin,
        sequence: first2 + i,
        key: firstKey + i,
        line
      });
      i++;
    }
  }
  /**
   * Takes the next request that is due.
   * @param isAtOnce Whether a partial batch may go.
   * @param freshFirst Whether requests that have not failed yet go first.
   */
  take(now2, isAtOnce, freshFirst) {
    if (!freshFirst || this.pending === 0) {
      const due = this.#retries.findIndex(({ dueAt }) => dueAt <= now2);
      if (due >= 0) return this.#retries.splice(due, 1)[0];
    }
    if (!this.#isBatchDue(now2, isAtOnce)) return void 0;
    this.#pendingSince = now2;
    const fifo = this.#own.length > 0 ? this.#own : this.#others;
    const items = fifo.take(this.#countOfNext(fifo));
    return createRequest(items, this.#originOf(items).origin);
  }
  #isBatchDue(now2, isAtOnce) {
    const { pending } = this;
    const { batchSize, flushIntervalMs } = this.#settings;
    return pending > 0 && (isAtOnce || pending >= batchSize || now2 - this.#pendingSince >= flushIntervalMs);
  }
  /** How many of the oldest records one request may carry: of one origin, and not too long. */
  #countOfNext(fifo) {
    const { origin } = fifo.peek(0);
    const most = Math.min(this.#settings.batchSize, fifo.length);
    let count = 0;
    let chars = 0;
    do
      chars += fifo.peek(count++).line.length;
    while (count < most && fifo.peek(count).origin === origin && chars + fifo.peek(count).line.length <= MAX_REQUEST_CHARS);
    return count;
  }
  /** The body of a request. */
  bodyOf({ items }) {
    return this.#originOf(items).bodyOf(items);
  }
  /** All records of a request are of one origin. */
  #originOf(items) {
    return this.#origins.get(items[0].origin);
  }
  /** Registers the origin that chunks refer to by this number. */
  addOrigin(id2, origin) {
    const create = origin.protocol === "otlp" ? createOtlpBody : createEventBody;
    this.#origins.set(id2, {
      origin,
      bodyOf: create(origin)
    });
  }
  /** How many records wait to be sent for the first time. */
  get pending() {
    return this.#own.length + this.#others.length;
  }
  get isEmpty() {
    return this.pending === 0 && this.#retries.length === 0;
  }
  /** When the next request that is not due yet will be, if there is one. */
  dueAfter(now2) {
    const batchAt = this.#pendingSince + this.#settings.flushIntervalMs;
    let next = this.pending > 0 && batchAt > now2 ? batchAt : void 0;
    for (const { dueAt } of this.#retries) {
      if (dueAt > now2 && (next === void 0 || dueAt < next)) next = dueAt;
    }
    return next;
  }
  /** Whether a request waits for nothing but its turn. */
  isDue(now2, isAtOnce) {
    return this.#isBatchDue(now2, isAtOnce) || this.#retries.some(({ dueAt }) => dueAt <= now2);
  }
  /** The program waits: what has failed may be sent again now. */
  expedite(now2) {
    for (const request of this.#retries) request.dueAt = Math.min(request.dueAt, now2);
  }
  /** Takes a request back, to be sent again when it is due. */
  retry(request) {
    this.#retries.push(request);
  }
  /** Sends each half of a batch by itself. */
  halve(request) {
    this.#split(request, request.items.length >> 1);
  }
  /** Sends the first record of a batch by itself, and the others after it. */
  isolate(request) {
    this.#split(request, 1);
  }
  #split({ items, isDoubted, cutOff, failedAt, retries, passedOver }, at) {
    const { origin } = this.#originOf(items);
    const parts = [
      items.slice(0, at),
      items.slice(at)
    ].map((part) => createRequest(part, origin));
    for (const part of parts) {
      part.isDoubted = isDoubted;
      part.failedAt = failedAt;
      if (part.items.length > 1) Object.assign(part, {
        retries,
        passedOver
      });
      part.cutOff = Math.max(0, cutOff - 1);
    }
    this.#retries.unshift(...parts);
  }
  /** Sends a shorter form of a single record that is too large; false if it cannot be shortened. */
  shorten({ items }) {
    const { origin } = this.#originOf(items);
    const [item] = items;
    const line = shortenLine(item.line, origin.protocol);
    if (line === void 0) return false;
    const short = createRequest([
      {
        ...item,
        line
      }
    ], origin);
    this.#retries.unshift({
      ...short,
      key: `${short.key}-cut`
    });
    return true;
  }
  /** Takes everything that waits. Copies of it that are in flight are settled by that, too. */
  clear() {
    const items = [
      ...this.#own.clear(),
      ...this.#others.clear()
    ];
    for (const request of this.#retries) {
      if (!request.isSettled) items.push(...request.items);
      request.isSettled = true;
    }
    this.#retries.length = 0;
    return items;
  }
};
function createEventBody(origin) {
  const eventText = createEventText(origin.constants);
  return ([item]) => [
    eventText(item.line, dedupKey(origin, item.key))
  ];
}
var Fifo = class {
  #items = [];
  /** Where they begin: to take items off the front would move all the others. */
  #first = 0;
  get length() {
    return this.#items.length - this.#first;
  }
  push(item) {
    this.#items.push(item);
  }
  /** The item at this place. */
  peek(at) {
    return this.#items[this.#first + at];
  }
  /** Takes this many off the front. */
  take(count) {
    const taken = this.#items.slice(this.#first, this.#first += count);
    if (2 * this.#first >= this.#items.length) {
      this.#items.splice(0, this.#first);
      this.#first = 0;
    }
    return taken;
  }
  /** Takes all of them. */
  clear() {
    return this.take(this.length);
  }
};

// src/delivery/slots.ts
var HANG_FACTOR = 4;
var HANG_MS = 1e3;
var HANG_EXPEDITED_MS = 500;
var MAX_CHARS = 1 << 24;
var NONE = [];
var Slots = class {
  #open = /* @__PURE__ */ new Set();
  #chars = 0;
  /** Most requests that were ever in flight at a time. */
  #peak = 0;
  /** The highest limit so far. */
  #highest = 0;
  #lastAnswerAt;
  get count() {
    return this.#open.size;
  }
  /** Whether there has been a connection for one more request before. */
  get isWarm() {
    return this.#open.size < this.#peak;
  }
  open(slot) {
    this.#open.add(slot);
    this.#peak = Math.max(this.#peak, this.#open.size);
    this.#chars += slot.request.chars;
  }
  /** Its connection is free again, or given up. */
  close(slot) {
    if (this.#open.delete(slot)) this.#chars -= slot.request.chars;
  }
  has(slot) {
    return this.#open.has(slot);
  }
  /** An answer came. */
  onAnswer(now2) {
    this.#lastAnswerAt = now2;
  }
  /** Whether an answer came to any request after this time. */
  hasAnsweredSince(time) {
    return this.#lastAnswerAt !== void 0 && this.#lastAnswerAt > time;
  }
  /** How long the oldest has been in flight, in milliseconds. */
  oldestMs(now2) {
    const [oldest] = this.#open;
    return oldest === void 0 ? 0 : now2 - oldest.sentAt;
  }
  /** How many more requests may go, given how many may be in flight. */
  free(limit, now2, hangMs) {
    this.#highest = Math.max(this.#highest, limit);
    if (this.#chars >= MAX_CHARS) return 0;
    const busy = this.#open.size - this.hanging(now2, hangMs).length;
    const most = this.isSilent(now2, hangMs) ? 1 : limit;
    return Math.min(most - busy, 2 * this.#highest - this.#open.size);
  }
  /** Whether some hang, and nothing was answered since. */
  isSilent(now2, hangMs) {
    const last = this.hanging(now2, hangMs).at(-1);
    return last !== void 0 && (this.#lastAnswerAt === void 0 || this.#lastAnswerAt < last.sentAt + hangMs);
  }
  /** Those that hang. */
  hanging(now2, hangMs) {
    let hanging;
    for (const slot of this.#open) {
      if (slot.sentAt + hangMs > now2) break;
      (hanging ??= []).push(slot);
    }
    return hanging ?? NONE;
  }
  /** When the next one will hang, unless it is answered first. */
  nextHangAt(now2, hangMs) {
    for (const { sentAt } of this.#open) if (sentAt + hangMs > now2) return sentAt + hangMs;
  }
  /** When the next one will have been late for so long, unless it is answered first. */
  nextOverdueAt(now2, overdueMs) {
    for (const { lateAt = -Infinity } of this.#open) {
      if (lateAt + overdueMs > now2) return lateAt + overdueMs;
    }
  }
};
function hangAfter(typicalMs, isExpedited) {
  if (typicalMs === void 0) return HANG_MS;
  return Math.max(isExpedited ? HANG_EXPEDITED_MS : HANG_MS, HANG_FACTOR * typicalMs);
}

// src/delivery/exporter.ts
var OVERDUE_MS = 5e3;
var MAX_COPIES = 4;
var Exporter = class {
  #settings;
  #callbacks;
  #sendRequest;
  #clock;
  #backoff;
  #limit;
  #queue;
  #slots = new Slots();
  #outcomes;
  #failures;
  #alarm;
  #isStopped = false;
  constructor(settings, callbacks, send = createHttpSend(settings), clock = CLOCK2) {
    this.#settings = settings;
    this.#callbacks = callbacks;
    this.#sendRequest = send;
    this.#clock = clock;
    this.#backoff = new Backoff(clock.now);
    this.#limit = new Limit(settings.concurrency, clock.now);
    this.#queue = new RequestQueue(settings);
    this.#outcomes = new Outcomes(callbacks, clock.now);
    this.#failures = new Failures({
      settings,
      callbacks,
      backoff: this.#backoff,
      limit: this.#limit,
      queue: this.#queue,
      outcomes: this.#outcomes
    });
    this.#alarm = new Alarm(clock, () => this.#pump());
  }
  /** Registers the origin that chunks refer to by this number. It comes before the first of them. */
  addOrigin(id2, origin) {
    this.#queue.addOrigin(id2, origin);
  }
  /** Accepts records. */
  send(chunk) {
    this.#queue.push(chunk, this.#clock.now());
    this.#pump();
  }
  /** Sends what may be sent now, and sets the alarm for the rest. */
  #pump() {
    const now2 = this.#clock.now();
    const { isExpedited } = this.#backoff;
    if (isExpedited) this.#limit.expedite(this.#queue.pending, this.#slots.oldestMs(now2));
    const hangMs = hangAfter(this.#limit.latency.typicalMs, isExpedited);
    if (this.#backoff.isHopeless && this.#slots.hanging(now2, hangMs).length === this.#slots.count) {
      if (this.#settings.isKept) this.#callbacks.acknowledgements.setHopeless();
      else this.#outcomes.giveUp(this.#queue.clear());
    }
    this.#handleHanging(now2, hangMs);
    const { state, resumeAt, cause } = this.#backoff;
    if (state === "open") return this.#alarm.set(resumeAt);
    const limit = state === "half-open" ? 1 : this.#limit.size;
    const freshFirst = state === "half-open" && (cause !== "settings" || this.#settings.isKept);
    while (this.#slots.free(limit, now2, hangMs) > 0) {
      const request = this.#queue.take(now2, this.#isAtOnce, freshFirst);
      if (request === void 0) break;
      const openedAfter = this.#slots.isSilent(now2, hangMs) ? now2 : request.openedAfter;
      if (!request.isSettled) void this.#deliver(request, now2, openedAfter);
    }
    const nextAt = this.#nextAt(now2, hangMs);
    if (nextAt !== void 0) this.#alarm.set(nextAt);
  }
  async #deliver(request, now2, openedAfter) {
    const slot = {
      request,
      sentAt: now2,
      epoch: this.#backoff.epoch,
      limitEpoch: this.#limit.epoch,
      isProbe: this.#backoff.state === "half-open",
      isWarm: this.#slots.isWarm
    };
    this.#slots.open(slot);
    let result;
    try {
      result = await this.#sendRequest(this.#queue.bodyOf(request), request.key, openedAfter);
    } catch (error3) {
      await void 0;
      result = malformed(error3);
    }
    if (!this.#isStopped && this.#slots.has(slot)) this.#onResult(slot, result, this.#clock.now());
  }
  #onResult(slot, result, now2) {
    const { request, epoch, limitEpoch, sentAt, isWarm } = slot;
    if (result.kind !== "retry" || isAnswer(result.cause)) this.#slots.onAnswer(now2);
    switch (result.kind) {
      case "delivered":
        this.#backoff.onDelivered(epoch, request.failedAt === void 0, now2 - sentAt);
        this.#limit.latency.onAnswer(now2 - sentAt);
        this.#limit.onDelivered(limitEpoch, now2 - sentAt, isWarm, this.#queue.isDue(now2, this.#isAtOnce));
        this.#outcomes.settle(request, result, this.#queue.isEmpty);
        if (result.finished) return void this.#finish(slot, result.finished);
        break;
      case "refused":
        this.#failures.onRefused(slot, result, now2);
        break;
      case "retry":
        this.#failures.onFailed(slot, result, now2, this.#slots.count - 1);
        break;
    }
    this.#free(slot);
  }
  async #finish(slot, finished) {
    const diagnostic = await finished;
    if (this.#isStopped) return;
    if (diagnostic) this.#callbacks.report(diagnostic);
    this.#free(slot);
  }
  #free(slot) {
    this.#slots.close(slot);
    this.#pump();
  }
  /**
   * Flushes: for this many milliseconds the program waits for the records so far. The present pause
   * is over, unless the service asked for it, and partial batches go at once.
   * @param isEnding Whether the program ends then, so that wrong settings will not be corrected.
   */
  flush(forMs, isEnding = true) {
    this.#backoff.expedite(forMs, isEnding);
    if (this.#backoff.isExpedited) this.#queue.expedite(this.#clock.now());
    this.#pump();
  }
  /** Gives up: nothing more is sent or settled. */
  stop() {
    this.#isStopped = true;
    this.#queue.clear();
    this.#alarm.cancel();
  }
  /** Whether a partial batch goes at once: the program waits, or there is nothing to wait for. */
  get #isAtOnce() {
    return this.#slots.count === 0 || this.#backoff.isExpedited;
  }
  /** Keeps requests that hang from holding anything up for ever. */
  #handleHanging(now2, hangMs) {
    const { requestTimeoutMs } = this.#settings;
    const hanging = this.#slots.hanging(now2, hangMs);
    for (const slot of hanging) {
      if (!this.#slots.has(slot)) continue;
      const { request } = slot;
      if (now2 - slot.sentAt >= requestTimeoutMs) slot.lateAt ??= now2;
      if (request.isSettled) {
        this.#slots.close(slot);
      } else if (slot.lateAt !== void 0 && now2 - slot.lateAt >= OVERDUE_MS) {
        this.#onResult(slot, unanswered(this.#settings), now2);
      } else if (this.#mayCopy(request, hanging)) {
        request.copies++;
        request.dueAt = now2;
        this.#queue.retry(request);
      }
    }
  }
  /**
   * Whether an event that hangs is sent once more, since the program waits: the service collapses events
   * with the same key. All its copies hang, and for a third one, the service has answered others meanwhile.
   */
  #mayCopy(request, hanging) {
    if (!this.#backoff.isExpedited || this.#settings.protocol !== "events") return false;
    if (request.copies === 1) return true;
    if (request.copies >= MAX_COPIES) return false;
    const own = hanging.filter((slot) => slot.request === request);
    return own.length === request.copies && this.#slots.hasAnsweredSince(own[0].sentAt);
  }
  /** When there is something to do, unless an answer comes first. */
  #nextAt(now2, hangMs) {
    const { isExpedited } = this.#backoff;
    const isWanted = !this.#queue.isEmpty || isExpedited;
    const farAt = isExpedited && !this.#queue.isEmpty ? this.#slots.nextHangAt(now2, FAR_MS) : void 0;
    const dueAt = earlier(this.#queue.dueAfter(now2), farAt);
    const hangAt = (isWanted ? this.#slots.nextHangAt(now2, hangMs) : void 0) ?? this.#slots.nextHangAt(now2, this.#settings.requestTimeoutMs) ?? this.#slots.nextOverdueAt(now2, OVERDUE_MS);
    return earlier(dueAt, hangAt);
  }
};
function earlier(one, other) {
  return one !== void 0 && other !== void 0 ? Math.min(one, other) : one ?? other;
}

// src/worker/atomics.ts
var { add, compareExchange, load, notify, store, wait: wait2, waitAsync: waitAsync2 } = globalThis.Atomics;
var Atomics2 = {
  add,
  compareExchange,
  load,
  notify,
  store,
  wait: wait2,
  waitAsync: waitAsync2
};

// src/worker/acknowledgements.ts
var { Float64Array, Int32Array: Int32Array2, SharedArrayBuffer: SharedArrayBuffer2 } = globalThis;
var WRITTEN = 0;
var RETRIED = 1;
var CRASHED = 2;
var WAKE_AT = 3;
var WAKES = 4;
var HOPELESS = 5;
var WORDS = 6;
var Acknowledgements = class {
  /** The memory, to hand to the other thread. */
  memory;
  #words;
  #slots;
  #written = 0;
  #read = 0;
  /** @param memory The other end's memory, or for how many records to make new memory. */
  constructor(memory) {
    this.memory = typeof memory === "number" ? new SharedArrayBuffer2(8 * (WORDS / 2 + memory)) : memory;
    this.#words = new Int32Array2(this.memory, 0, WORDS);
    this.#slots = new Float64Array(this.memory, 4 * WORDS);
  }
  /** Writer: acknowledges one record. */
  acknowledge(sequence, outcome) {
    const slot = outcome === "delivered" ? sequence : -1 - sequence;
    this.#slots[this.#written % this.#slots.length] = slot;
    this.#written++;
    Atomics2.store(this.#words, WRITTEN, this.#written | 0);
    if (Atomics2.load(this.#words, WAKE_AT) === (this.#written | 0)) this.#wake();
  }
  /** Reader: takes everything that is new. If `take` throws, the record is taken the next time. */
  read(take) {
    for (let unread = this.#unread; unread > 0; unread--) {
      const slot = this.#slots[this.#read % this.#slots.length];
      if (slot >= 0) take(slot, "delivered");
      else take(-1 - slot, "failed");
      this.#read++;
    }
  }
  /** How many were written and not read. */
  get #unread() {
    return Atomics2.load(this.#words, WRITTEN) - this.#read | 0;
  }
  /** Records sent again so far. */
  get retried() {
    return Atomics2.load(this.#words, RETRIED);
  }
  /** How many were written so far; wraps around at 32 bits. */
  get written() {
    return Atomics2.load(this.#words, WRITTEN);
  }
  /** Whether the writer has ended without being asked to. */
  get hasCrashed() {
    return Atomics2.load(this.#words, CRASHED) !== 0;
  }
  /** Writer: counts records that are sent again. */
  countRetries(count) {
    Atomics2.add(this.#words, RETRIED, count);
  }
  /** Either: says that the writer has ended, so that nobody waits for it. */
  crash() {
    Atomics2.store(this.#words, CRASHED, 1);
    this.#wake();
  }
  /** Writer: says that the end of the program waits in vain. */
  setHopeless() {
    Atomics2.store(this.#words, HOPELESS, 1);
    this.#wake();
  }
  /** Whether the end of the program waits in vain. */
  get isHopeless() {
    return Atomics2.load(this.#words, HOPELESS) !== 0;
  }
  /** Reader: begins another wait, which may not be in vain. */
  clearHopeless() {
    Atomics2.store(this.#words, HOPELESS, 0);
  }
  /**
   * Reader: counts what {@linkcode read} would take, and takes nothing.
   * @param below Counts only what has a number below this one.
   */
  peek(below = Infinity) {
    const counts = {
      delivered: 0,
      failed: 0
    };
    for (let i = this.#unread - 1; i >= 0; i--) {
      const slot = this.#slots[(this.#read + i) % this.#slots.length];
      if (slot >= below || -1 - slot >= below) continue;
      if (slot >= 0) counts.delivered++;
      else counts.failed++;
    }
    return counts;
  }
  /** Reader: blocks until `count` are new, or the writer crashed, or the time is up. */
  wait(count, timeoutMs) {
    const wakes = Atomics2.load(this.#words, WAKES);
    if (this.#requestWake(count)) Atomics2.wait(this.#words, WAKES, wakes, timeoutMs);
  }
  /** Reader: the same without blocking. Does not keep the program alive. */
  async waitAsync(count, timeoutMs) {
    const wakes = Atomics2.load(this.#words, WAKES);
    if (this.#requestWake(count)) {
      await Atomics2.waitAsync(this.#words, WAKES, wakes, timeoutMs).value;
    }
  }
  /** Asks to be woken, and says whether there is anything to wait for. */
  #requestWake(count) {
    const at = this.#read + count | 0;
    const requested = Atomics2.load(this.#words, WAKE_AT);
    const written = Atomics2.load(this.#words, WRITTEN);
    const isSooner = (requested - written | 0) > 0 && (requested - at | 0) <= 0;
    if (!isSooner) Atomics2.store(this.#words, WAKE_AT, at);
    return !this.hasCrashed && (at - Atomics2.load(this.#words, WRITTEN) | 0) > 0;
  }
  #wake() {
    Atomics2.add(this.#words, WAKES, 1);
    Atomics2.notify(this.#words, WAKES);
  }
};

// src/worker/sending.ts
var mark;
function isSending() {
  return mark?.getStore() === true;
}
function markedAsSending(send) {
  const guard2 = mark ??= makeMark();
  return (...args2) => guard2.run(true, send, ...args2);
}
function makeMark() {
  try {
    const { AsyncLocalStorage } = nodeProcess().getBuiltinModule("node:async_hooks");
    return new AsyncLocalStorage();
  } catch {
    return new SynchronousMark();
  }
}
var SynchronousMark = class {
  #store;
  run(store2, fn, ...args2) {
    this.#store = store2;
    try {
      return fn(...args2);
    } finally {
      this.#store = void 0;
    }
  }
  getStore() {
    return this.#store;
  }
};

// src/in_common.ts
var { defineProperty: defineProperty2 } = Object;
var symbolFor = Symbol.for;
var FORM = 1;
function inCommon(name, make) {
  const key = symbolFor(`@axonpush/std-log ${name} ${FORM}`);
  const global = globalThis;
  const known2 = global[key];
  if (known2 !== void 0) return known2;
  const made = make();
  try {
    defineProperty2(global, key, {
      value: made,
      configurable: true
    });
  } catch {
  }
  return made;
}

// src/worker/heartbeat.ts
var { Int32Array: Int32Array3, SharedArrayBuffer: SharedArrayBuffer3 } = globalThis;
var Heartbeat = class {
  #post;
  #answered = new Int32Array3(new SharedArrayBuffer3(4));
  #asked = 0;
  constructor(post) {
    this.#post = post;
  }
  /**
   * Asks the next question if the last one was answered, and says which one waits for its answer. Of
   * several that ask, nobody takes for silence what another one has asked a moment ago.
   */
  ask() {
    if (Atomics2.load(this.#answered, 0) === this.#asked) {
      const number = this.#asked + 1;
      this.#post({
        kind: "question",
        memory: this.#answered.buffer,
        number
      });
      this.#asked = number;
    }
    return this.#asked;
  }
};

// src/worker/signal_watch.ts
var { Int32Array: Int32Array4, SharedArrayBuffer: SharedArrayBuffer4 } = globalThis;
var LISTENING = 0;
var NOW = 1;
var HEARD = 1;
var TAKEN_OVER = 2;
var RELEASED = 3;
var CLAIM = 4;
var BY_PROGRAM = 2;
var WORDS2 = 5;
var RELEASE_MS = 1e3;
var ECHO_MS = 250;
var Watchmen = class {
  /** Called when one has come or gone. */
  onChange = () => {
  };
  /** Called when one is given something to do: a thread that never yields may do nothing else. */
  onPost = () => {
  };
  #posts = /* @__PURE__ */ new Set();
  /** The one to ask. */
  get first() {
    return this.#posts.values().next().value;
  }
  /** A worker has started that does not keep the program alive. */
  add(post) {
    this.#posts.add(post);
    this.onChange();
  }
  /** It is gone. */
  delete(post) {
    if (this.#posts.delete(post)) this.onChange();
  }
};
var watchmen = inCommon("watchmen", () => new Watchmen());
var SignalWatch = class {
  /** Who watches. */
  watchman;
  signals;
  #words = new Int32Array4(new SharedArrayBuffer4(4 * WORDS2));
  #heartbeat;
  constructor(watchman, signals, answerWithinMs) {
    this.watchman = watchman;
    this.signals = signals;
    this.#heartbeat = new Heartbeat(watchman);
    watchman({
      kind: "watch",
      memory: this.#words.buffer,
      signals,
      answerWithinMs
    });
  }
  /** Whether the worker listens. */
  get isListening() {
    return Atomics2.load(this.#words, LISTENING) === NOW;
  }
  /** Whether the worker listens, or has. */
  get hasBegun() {
    return Atomics2.load(this.#words, LISTENING) !== 0;
  }
  /** Waits until the worker listens. Does not keep the program alive. */
  async started() {
    await Atomics2.waitAsync(this.#words, LISTENING, 0).value;
  }
  /** Waits for a signal until the time is up. Does not keep the program alive. */
  async heard(timeoutMs) {
    await Atomics2.waitAsync(this.#words, HEARD, 0, timeoutMs).value;
    return this.signal;
  }
  /** The signal that was heard, if one was. */
  get signal() {
    return this.signals[Atomics2.load(this.#words, HEARD) - 1];
  }
  /** Whether the worker has heard what came before this was called first. */
  hasCaughtUp() {
    return this.#heartbeat.ask() > 1;
  }
  /** Says that this thread deals with the signal that was heard. */
  takeOver() {
    Atomics2.store(this.#words, TAKEN_OVER, 1);
    Atomics2.notify(this.#words, TAKEN_OVER);
  }
  /**
   * Ends the watch, and blocks until the worker does not listen any more, or the time is up.
   * @returns The signal that was heard, if one was.
   */
  release(timeoutMs = RELEASE_MS) {
    this.takeOver();
    if (Atomics2.compareExchange(this.#words, CLAIM, 0, BY_PROGRAM) === 0) return void 0;
    Atomics2.store(this.#words, RELEASED, 1);
    Atomics2.notify(this.#words, RELEASED);
    const deadline = now() + timeoutMs;
    for (const state of [
      0,
      NOW
    ]) {
      Atomics2.wait(this.#words, LISTENING, state, Math.max(0, deadline - now()));
    }
    return this.signal;
  }
};

// src/worker/text_ring.ts
var { Int32Array: Int32Array5, SharedArrayBuffer: SharedArrayBuffer5, TextDecoder: TextDecoder2, TextEncoder: TextEncoder3, Uint8Array: Uint8Array2, Uint32Array } = globalThis;
var WRITTEN2 = 0;
var READ = 1;
var WORDS3 = 2;
var LENGTH_BYTES = 4;
var TextRing = class {
  /** The memory, to hand to the other thread. */
  memory;
  #words;
  #bytes;
  /** @param memory The other end's memory, or of how many bytes to make new memory. */
  constructor(memory) {
    this.memory = typeof memory === "number" ? new SharedArrayBuffer5(4 * WORDS3 + memory) : memory;
    this.#words = new Int32Array5(this.memory, 0, WORDS3);
    this.#bytes = new Uint8Array2(this.memory, 4 * WORDS3);
  }
  /** Writer: appends a text, if there is room for it, and says whether there was. */
  write(text2) {
    const bytes = new TextEncoder3().encode(text2);
    const written = Atomics2.load(this.#words, WRITTEN2);
    const used = written - Atomics2.load(this.#words, READ) | 0;
    if (used + LENGTH_BYTES + bytes.length > this.#bytes.length) return false;
    const length = new Uint8Array2(new Uint32Array([
      bytes.length
    ]).buffer);
    this.#copyIn(length, written);
    this.#copyIn(bytes, written + LENGTH_BYTES);
    Atomics2.store(this.#words, WRITTEN2, written + LENGTH_BYTES + bytes.length);
    return true;
  }
  /** Reader: takes the oldest text, if there is one. */
  read() {
    const read2 = Atomics2.load(this.#words, READ);
    if (read2 === Atomics2.load(this.#words, WRITTEN2)) return void 0;
    const [length] = new Uint32Array(this.#copyOut(read2, LENGTH_BYTES).buffer);
    const bytes = this.#copyOut(read2 + LENGTH_BYTES, length);
    Atomics2.store(this.#words, READ, read2 + LENGTH_BYTES + length);
    return new TextDecoder2().decode(bytes);
  }
  #copyIn(bytes, at) {
    for (const [i, byte] of bytes.entries()) this.#bytes[this.#index(at + i)] = byte;
  }
  #copyOut(at, length) {
    return Uint8Array2.from({
      length
    }, (_, i) => this.#bytes[this.#index(at + i)]);
  }
  /** The counters wrap around at 32 bits, and the ring, whose length is a power of two, fits in. */
  #index(at) {
    return (at >>> 0) % this.#bytes.length;
  }
};

// src/worker/worker.generated.ts
var WORKER_SOURCE = '// @ts-nocheck\nvar R=[250,500,1e3,2e3,4e3],Be=.1,Pt=.05,je=.8,Ge=3,ht={ms:1,ofAnswer:.25},ut=6e4,Ke=16,F=class{#t;#n=0;#e=0;#i="failure";#s=0;#r=0;#o=!1;#c=0;#a=1;#u=0;#h=R[0];#d=-1/0;constructor(t){this.#t=t}get state(){return this.#n===0?"closed":this.#t()<this.#e?"open":"half-open"}get cause(){return this.#n===0?void 0:this.#i}get resumeAt(){return this.#e}get epoch(){return this.#s}get isExpedited(){return this.#t()<this.#r}get isHopeless(){return this.#o&&this.isExpedited&&this.state==="open"&&this.#i==="settings"&&this.#u>=Ge}get deliveries(){return this.#c}get isWell(){return this.#a>=je}get isPartial(){return this.#t()<this.#d}get failuresInARow(){return this.#u}open(t,e){if(t!==this.#s)return;this.#s++,this.#i=e;let s=this.#t();s-this.#e>ut&&(this.#h=R[0]),this.#e=s+(e==="failure"?this.#l():this.pauseAfter(this.#n)),this.#n++}openFor(t,e){let s=t!==this.#s&&this.#i==="asked",i=this.#t()+e;this.#e=s?Math.max(this.#e,i):i,this.#i="asked",t===this.#s&&(this.#s++,this.#n++)}onDelivered(t,e=!1,s=0){let i=this.#c++===0&&this.#i==="settings";e&&(this.#a+=Pt*(1-this.#a)),this.#u=0,!(t!==this.#s&&!i)&&(this.#n>0&&this.#i==="failure"&&this.#f(s),this.#n=0)}#f(t){let e=Math.max(ht.ms,ht.ofAnswer*t);this.#n===1&&this.#h<=e&&(this.#d=this.#t()+ut);let s=this.#h*2**(this.#n-2);this.#h=Math.min(R[0],Math.max(ht.ms,s))}#l(){let t=this.isExpedited?R[0]:R.at(-1);return Ht(Math.min(t,this.#h*2**this.#n))}onFailed(t=!1){++this.#u>=Ke?(this.#h=R[0],this.#d=-1/0):this.isPartial&&(this.#d=this.#t()+ut),t&&(this.#a-=Pt*this.#a)}expedite(t,e){let s=this.#t();this.#r=s+t,this.#o=e,(this.#i==="failure"||this.#i==="settings"&&e)&&(this.#e=Math.min(this.#e,s))}pauseAfter(t){let e=R[this.isExpedited?0:Math.min(t,R.length-1)];return Ht(e)}};function Ht(n){return n*(1+Be*(2*Math.random()-1))}var Ve=new Int32Array(new SharedArrayBuffer(4)),{wait:ui,waitAsync:Ye}=Atomics,{MessageChannel:ze,PerformanceMark:qe}=globalThis,{Interrupted:Ut}=Deno.errors,b=Je();function Je(){let n=globalThis.Performance?.prototype?.now;return Qe(n)?n.bind(performance):()=>new qe("").startTime}var di=globalThis.performance?.timeOrigin??Date.now()-b();function Qe(n){let t=!1,e=(s,i)=>(t||=typeof i=="symbol",s[i]);try{return n.call(new Proxy(performance,{get:e})),t}catch{return!1}}var Wt=250;async function v(n){await Ye(Ve,0,0,n).value}function Ze(){try{let{port1:n,port2:t}=new ze,e=()=>{};return n.addEventListener("message",e),n.start(),()=>{n.removeEventListener("message",e),tn(n)&&(n.close(),t.close())}}catch{return()=>{}}}function tn(n){try{return n.dispatchEvent(new globalThis.Event(""))&&new Ut instanceof Ut}catch{return!1}}async function en(n){let t=Ze();await v(n),t()}var Ft=globalThis.crypto?.subtle,nn=Ft?.digest?.bind(Ft),sn=new Uint8Array;async function dt(){await(nn?.("SHA-1",sn)??en(1))}var rn=1e3,W=class{#t;#n;#e;constructor(t,e){this.#t=t,this.#n=e}set(t){if(this.#e!==void 0&&this.#e.at<=t)return;this.cancel();let e=this.#t.wake(()=>{this.#e=void 0,this.#n()},t-this.#t.now());this.#e={at:t,cancel:e}}cancel(){this.#e?.cancel(),this.#e=void 0}},Xt={now:b,wake(n,t){let e=!0;return v(Math.max(1,t)).then(()=>e&&n()),()=>e=!1}};async function ft(n){let t=b()+n;await v(n),b()-t>=Wt&&await v(rn)}function lt(n,t){let e,s=-1/0;return()=>{let i=b();return i>=s&&(s=i+n/20,e=t(n)),e}}var{URL:on}=globalThis,{env:cn}=Deno,Bt=Deno.permissions.querySync.bind(Deno.permissions);function an(n){return Bt({name:"env",variable:n}).state==="granted"}function jt(n){return an(n)?cn.get(n):void 0}function Gt(n){let{protocol:t,hostname:e,port:s}=new on(n),i=`${e}:${s||(t==="https:"?443:80)}`;return Bt({name:"net",host:i}).state}function pt(n){try{return hn(n)?n.message:String(n)}catch{return"no reason given"}}function hn(n){try{return n instanceof Error||Object.prototype.toString.call(n)==="[object Error]"}catch{return!1}}var{URL:un}=globalThis;function Kt(n,t=jt){let{protocol:e,hostname:s}=new un(n),i=h=>h.flatMap(a=>[a,a.toLowerCase()]).find(a=>t(a)),r=i(["ALL_PROXY",e==="https:"?"HTTPS_PROXY":"HTTP_PROXY"]),o=i(["NO_PROXY"]);return o!==void 0&&dn(t(o),s)?void 0:r}function dn(n,t){return n.split(",").map(s=>s.trim().toLowerCase().replace(/^\\./,"")).some(s=>s==="*"||s!==""&&`.${t}`.endsWith(`.${s}`))}var fn=6e4,ln=1e4,pn=64,{warn:mn,error:gn}=console,Yt={warn:mn,error:gn},yn={now:b,sleep:v},X=class{isWriting=!1;#t;#n;#e;#i=new Map;#s=new Map;constructor(t=wn,e=i=>i,s=yn){this.#t=t,this.#n=s,this.#e=e}report(t){let e=this.#a(t),s=this.#n.now();this.isWriting||s-(this.#i.get(e)??-1/0)<fn||(this.#i.set(e,s),this.#c(t))}relay(t){this.isWriting||this.#c(t)}count(t,e=1){let s=this.#s.get(t.code);s===void 0&&(s={loss:t,count:0,reported:t.isFirstReported?1:0,isQuiet:!1},this.#s.set(t.code,s),t.isFirstReported&&this.#o(s)),s.loss=t,s.count+=e,s.isQuiet||this.#r(s)}flush(){for(let t of this.#s.values())this.#r(t)}#r(t){if(t.reported===t.count||this.isWriting)return;let{loss:{level:e,code:s,message:i},count:r}=t;t.reported=r,this.#o(t),this.#c({level:e,code:s,message:i(r)})}#o(t){if(t.isQuiet)return;t.isQuiet=!0;let e=()=>{t.isQuiet=!1,this.#r(t)};this.#n.sleep(ln).then(e,e)}#c(t){this.isWriting=!0;try{let{serviceCode:e}=t,s=this.#t({...t,message:this.#e(t.message),...e!==void 0&&{serviceCode:this.#e(e)}});typeof s=="object"&&Promise.resolve(s).catch(Vt)}catch(e){Vt(e)}finally{this.isWriting=!1}}#a({code:t,serviceCode:e}){let s=e===void 0?t:`${t} ${e}`;return this.#i.has(s)||this.#i.size<pn?s:t}};function mt(n){return n===1?"1 record":`${n} records`}function wn({level:n,message:t}){Yt[n](`[axonpush] ${An(t)}`)}function Vt(n){try{Yt.error("[axonpush] The \'diagnostics\' function threw:",n)}catch{}}function An(n){return n.replace(/[\\0-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]/g,t=>t===`\n`?"\\\\n":`\\\\u${t.charCodeAt(0).toString(16).padStart(4,"0")}`)}var{parse:bn,stringify:xn}=globalThis.JSON,p={parse:bn,stringify:xn};var Sn=6e4,gt=500,$n=64,En=8,vn=[400,408,409,413,422,425],qt=[405,406,410,411,415,421,426,501,505],On=/body too large/i,yt="Is that the port of OTLP over gRPC, 4317? The one over HTTP is 4318";function D(n){return n==="local"||n==="unread"}function Jt(n){return n==="busy"||n==="away"||n==="failing"}async function Qt({status:n,ok:t,headers:e},s,i){if(t){let c=i.protocol==="otlp";if(!c&&n===201)return{kind:"delivered"};let h=c?await s():"",a=wt(e,h,i);return a?{kind:"delivered",diagnostic:a}:c?_n(h):{kind:"delivered"}}if(Zt(n)){let c=e.get("location"),h=c===null?"":` to ${c.slice(0,gt)}`,a=`${i.url} redirects${h}, and redirects are not followed because requests carry credentials: set \'${i.isEndpoint?"endpoint":"baseUrl"}\' to the address that answers itself`;return zt(n,{text:a},i)}let r=e.get("retry-after"),o=r===null?void 0:In(r,ee(e.get("date")));return zt(n,{...kn(await s()),afterMs:o},i)}function Zt(n){return n>=300&&n<400}function te(n){return n>=300&&n<500&&!vn.includes(n)||qt.includes(n)}var Tn=511;function Rn(n){return n>=200&&n<=Tn?n:502}function zt(n,{text:t,serviceCode:e,afterMs:s},i){let r=`http-${n}`,o=`HTTP ${n}${t&&`: ${t}`}`,c=i.isEndpoint?"The endpoint":"AxonPush",h=Rn(n);if(i.retryable.includes(h)){let y=`${c} cannot accept records now: ${o}: trying again`;return{kind:"retry",cause:n===429||n===503||s!==void 0?"busy":h===502||h===504?"away":"failing",afterMs:s,diagnostic:{level:"warn",code:r,message:y}}}let a=Mn(n,t,i),u=te(n)?"settings":n===413||n===400&&On.test(t)?"size":a!==void 0?"either":"content",f=`${c} refuses records: ${o}${a?`: ${a}`:""}`,l={level:"error",code:r,message:f,...e&&{serviceCode:e}};return{kind:"refused",because:u,diagnostic:l}}function Mn(n,t,{protocol:e,url:s,headers:i,isEndpoint:r}){if(Zt(n))return;let o=c=>`check ${c}: requests go to ${s}`;if(r){if(!te(n))return;let c=n===415?`. ${yt}`:n===404&&!s.endsWith("/v1/logs")?", and a Collector takes records at /v1/logs":"";return o("\'endpoint\' and \'headers\'")+c}if(n>=400&&"x-axonpush-environment"in i&&/environment/i.test(t))return"register the environment with AxonPush, or leave \'environment\' out (AXONPUSH_ENVIRONMENT)";if(n===400&&e==="otlp"&&!("x-axonpush-channel"in i))return"set \'channelId\' (AXONPUSH_CHANNEL_ID), which is sent as X-Axonpush-Channel: by OTLP a key that belongs to no app needs it";switch(n){case 401:return"check \'apiKey\' (AXONPUSH_API_KEY) and \'tenantId\' (AXONPUSH_TENANT_ID)";case 403:return"check that the key may write to this tenant, channel and environment";case 407:return"a proxy wants credentials: check HTTP_PROXY, HTTPS_PROXY and NO_PROXY";case 404:return o("\'baseUrl\' (AXONPUSH_BASE_URL) and \'channelId\' (AXONPUSH_CHANNEL_ID)");default:return qt.includes(n)?o("\'baseUrl\' (AXONPUSH_BASE_URL)"):void 0}}function wt(n,t,{url:e,isEndpoint:s}){let i=n.get("content-type")??"",r=/^text\\/html\\b/i.test(i);if(!r&&(t.trim()===""||At(t)!==void 0))return;let[o,c]=s?["a service that takes OTLP","\'endpoint\'"]:["AxonPush","\'baseUrl\' (AXONPUSH_BASE_URL)"];return{level:"error",code:"stranger",message:`${e} accepts records, but answers with ${r?"HTML":"no JSON"}: is this ${o}? Check ${c}`}}function _n(n){let{partialSuccess:t}=Object(At(n)),e=Number(N(t?.rejectedLogRecords)[0]),s=Number.isSafeInteger(e)&&e>0?e:0,i=N(t?.errorMessage).join("; ").slice(0,gt);if(s===0&&i==="")return{kind:"delivered"};let r=`The service refused ${mt(s)} of a batch${i&&`: ${i}`}`;return{kind:"delivered",rejected:s,diagnostic:{level:s>0?"error":"warn",code:"partial-success",message:r}}}function kn(n){return Nn(Object(At(n)))}function Nn(n){let{code:t,message:e,hint:s,requestId:i,title:r,detail:o,errors:c}=n,h=N(i).map(l=>`request ${l}`),u=[t,e??r,o,c,s].flatMap(l=>N(l)).concat(h).join("; ").slice(0,gt),[f]=N(t);return{text:u,serviceCode:f?.slice(0,$n)}}function N(n,t=En){return n==null||n===""?[]:Array.isArray(n)?t===0?[]:n.flatMap(e=>N(e,t-1)):[typeof n=="object"?Dn(n):String(n)]}function Dn(n){try{return p.stringify(n)}catch{return""}}function At(n){try{return p.parse(n)}catch{return}}function In(n,t=NaN){let e=/^\\s*\\d+\\s*$/.test(n),s=Number.isNaN(t)?Date.now():t;return Cn(e?Number(n)*1e3:ee(n)-s)}function ee(n){return/^[^\\d]*\\d.* GMT\\s*$/.test(n??"")?Date.parse(n):NaN}function Cn(n){return n>0?Math.min(n,Sn):void 0}var{URL:Ln}=globalThis,Pn=/corrupt message of type|invalid HTTP version/,Hn=/received unexpected message|invalid HTTP version/,Un=/not a result of an error|refused stream/,Fn=/proxy authentication|unsuccessful tunnel/;function B({requestTimeoutMs:n,...t}){return L(t,`no answer within ${n} ms`,"timeout")}function ne(n,t){let{name:e,message:s,cause:i}=Object(n),r=(i?pt(i):String(s)).replace(/^.*\\): /,""),o=/Requires net access to "(.*?)"/.exec(r)?.[1];if(o||e==="NotCapable"||e==="PermissionDenied")return bt(t.url,"denied",o);let c=/\\bport (\\d+) (is|are) blocked/i.exec(r)?.[1];if(c)return Wn(t,c);if(/too many open files|os error (23|24|10024)\\b/i.test(r))return L(t,`${r}: fewer connections are used; a higher limit of open files lets more be used`,"local");if(/os error (99|49|10048|10055)\\b/.test(r))return L(t,`${r}: this machine has no port, or no address, for one more; fewer connections are used`,"local");if(Un.test(r))return L(t,`${r}: the server takes no more requests by a connection; fewer are sent at a time`,"unread");let h=/closed|reset|broken pipe|\\beof\\b|os error (32|54|104|10053|10054)\\b/i.test(r);return L(t,r,h?"closed":"unreachable")}function L({url:n,isEndpoint:t},e,s,i){let r=/certificate|handshake|fatal alert/i.test(e),o=i===void 0&&s!=="local"?Kt(n):void 0,c=t?"the endpoint":"AxonPush",h=[Pn.test(e)&&"Does the address begin with \'http:\' where it should be \'https:\', or the other way round?",t&&Hn.test(e)&&yt,/peer certificate/i.test(e)&&"A certificate of your own needs DENO_CERT or DENO_TLS_CA_STORE=system",o&&`${Fn.test(e)?"The proxy refuses the connection":"It may be the proxy that does not answer"}: see ${o}, and NO_PROXY for exceptions`].filter(Boolean).map(f=>`. ${f}`).join("").replaceAll("?.","?"),a=`Cannot reach ${c} ${i??`at ${n}`}: ${e}: trying again${h}`;return{kind:"retry",cause:s,diagnostic:{level:"warn",code:r?"tls":"unreachable",message:a}}}function bt(n,t="prompt",e=new Ln(n).host){return ie("permission",`Cannot ship records to ${n}: no net permission: run with --allow-net=${e}${t==="denied"?", and without a --deny-net that covers it":""}`)}function Wn({url:n,isEndpoint:t},e){return ie("blocked-port",`Cannot ship records to ${n}: Deno\'s fetch blocks port ${e}, as browsers do: have the service listen on another port, and set ${t?"\'endpoint\'":"\'baseUrl\' (AXONPUSH_BASE_URL)"} to that`)}function se(n){return{kind:"refused",because:"content",diagnostic:{level:"error",code:"malformed",message:`Cannot send a record: ${pt(n)}`}}}function ie(n,t){return{kind:"refused",because:"settings",isCertain:!0,diagnostic:{level:"error",code:n,message:t}}}var re=65536,oe=1e3,Xn=320,Bn=200,jn=1<<20,{fetch:Gn,AbortController:Kn,AbortSignal:Vn,Blob:Yn,TextEncoder:zn}=globalThis,[qn,Jn]=[j("Request"),j("Response")],{createHttpClient:Qn}=Deno,[Zn,ts]=[j("TextDecoderStream"),j("CompressionStream")];function ce(n,t){let{protocol:e,url:s,gzip:i,requestTimeoutMs:r}=n,o={...n.headers,"content-type":"application/json",...i&&{"content-encoding":"gzip"}},c=new(qn())(s,{method:"POST",redirect:"manual"}),h=lt(r,m=>{let w=ae(m);return t?Vn.any([t,w]):w}),a=e==="otlp"?os():m=>m.join(""),u,f=rs(),l=ss(n),y=es(t);return async(m,w,S)=>{if(u!=="granted"&&(u=Gt(s)),u!=="granted")return bt(s,u);let $=h(),A,E=0;try{A=y(S),E=A.answers;let{client:O}=A,T=await Gn(c,{headers:{...o,"idempotency-key":w},body:i?await cs(m):a(m),signal:$,...O&&{client:O}});A.answers++;let k=f(T).catch(()=>{}),x=await Qt(T,()=>is(k),n);return x.kind==="delivered"?A.refusedSince=void 0:ns(T.status,x)&&(A.refusedSince??=b()),e==="otlp"||x.kind!=="delivered"?x:{...x,finished:l(T,k)}}catch(O){return $.aborted?(A?.answers===E&&(A.areDead=!0),B(n)):ne(O,n)}}}function es(n){let t={answers:0,openedAt:b()};return n?.addEventListener("abort",()=>t.client?.close(),{once:!0}),(e=-1/0)=>{let{openedAt:s,areDead:i,refusedSince:r=1/0}=t;return(s<e||i||b()-r>=Bn)&&!n?.aborted&&(t.client?.close(),t={client:Qn?.({}),answers:0,openedAt:b()}),t}}function ns(n,t){return t.kind==="retry"?n!==429:t.kind==="refused"&&t.because==="settings"}function ss(n){let t=!1;return async({headers:e},s)=>{let i=await s;if(t||i===void 0)return;let r=wt(e,i,n);return t=r===void 0&&i!=="",r}}async function is(n){return await Promise.race([n,ft(oe)])??""}function ae(n){let t=new Kn;return ft(n).then(()=>t.abort()),t.signal}function rs(){let n=lt(oe,ae),t=0,e=async s=>{let{body:i,headers:r}=s,o=r.has("content-encoding")?null:r.get("content-length");if(o!==null&&Number(o)<=re&&t<Xn)return await s.text();let h="";for await(let a of i?.pipeThrough(new(Zn()),{signal:n()})??[])if(h+=a,h.length>re)return;return h};return async s=>{t++;try{return await e(s)}finally{t--}}}function os(){let n=new zn,t=new Uint8Array(jn);return e=>{let s=0;for(let i of e){let{read:r,written:o}=n.encodeInto(i,t.subarray(s));if(r<i.length)return n.encode(e.join(""));s+=o}return t.subarray(0,s)}}async function cs(n){let t=new Yn([...n]).stream().pipeThrough(new(ts())("gzip"));return await new(Jn())(t).arrayBuffer()}function j(n){let t=Object.getOwnPropertyDescriptor(globalThis,n);return()=>t?.get?t.get.call(globalThis):t?.value}var he=30,as={others:2,none:4},hs={nearlyAll:4,fewer:8},ue=16,us=16384;function de(n,t,e,s){return t==="busy"&&s.isEndpoint&&ds(n)?"halve":s.isKept?fs(n,t,e,s):ls(n,t,e,s)}function ds({items:n,failures:t}){return n.length>1&&t>=he}function fs(n,t,{nearlyAllDelivered:e},{maxRetries:s}){return D(t)||!e?"retry":(n.retries++,n.items.length>1?n.retries>s?"halve":"retry":n.retries>=Math.max(ue,s)?"give-up":"retry")}function ls(n,t,{anyDelivered:e},{maxRetries:s,retryUnreachable:i,isEndpoint:r}){return D(t)&&(i||e)||(t==="failing"||!i?n.retries++:e&&n.passedOver++,!(n.retries>s||n.passedOver>=Math.max(he,s)))?"retry":n.items.length>1?"halve":t==="busy"&&r&&i?"retry":"give-up"}function fe(n,t,{isKept:e}){return e?(t.nearlyAllDelivered&&n.retries++,n.retries>=ue):n.isDoubted}function le(n,t,e){if(t!=="closed"&&t!=="unread")return!1;n.cutOff++;let{cutOff:s,chars:i,items:r}=n;return i<us?!1:r.length>1?s>=as[e.anyDelivered?"others":"none"]:e.anyDelivered&&s>=hs[e.nearlyAllDelivered?"nearlyAll":"fewer"]}var ps=32,ms=4,pe=16,G=class{#t;#n;#e;#i;#s;#r;constructor({settings:t,callbacks:e,backoff:s,limit:i,queue:r,outcomes:o}){this.#t=t,this.#n=e,this.#e=s,this.#i=i,this.#s=r,this.#r=o}onRefused(t,e,s){let{request:i}=t;if(i.isSettled)return;let{length:r}=i.items;e.because==="settings"?this.#o(t,e,s):this.#c(e.because,r)?this.#h(t,e,s):r>1?this.#a(i):(e.because!=="size"||!this.#s.shorten(i))&&this.#m(i,e.diagnostic)}#o(t,e,s){let{request:i,epoch:r}=t;this.#n.report(e.diagnostic);let o=this.#l(i),{deliveries:c,failuresInARow:h}=this.#e;if(c===0||t.isProbe)return this.#h(t,e,s);if(h>=pe)return this.#u(t,i);let a=i.items.length>1;if(a&&i.isDoubted)return this.#s.halve(i);i.isDoubted&&!o.anyDelivered&&this.#e.open(r,"failure"),!a&&fe(i,o,this.#t)?this.#m(i,e.diagnostic):this.#d(t,s)}#c(t,e){let{deliveries:s}=this.#e,i=t==="either"||t==="content"&&e>1;return s>0||!i?!1:(this.#e.onFailed(),this.#t.isKept&&e===1?!0:this.#e.failuresInARow>=pe)}#a(t){t.isDoubted=!0,this.#s.halve(t)}#u({epoch:t},e){this.#e.open(t,"failure"),this.#s.retry(e)}#h(t,{diagnostic:e,isCertain:s=!1},i){let{request:r,epoch:o,isProbe:c}=t;this.#r.explain(e),this.#t.isKept?this.#p(r):r.items.length>1?this.#s.isolate(r):s||c||r.isDoubted?this.#m(r,e):this.#d(t,i),this.#e.open(o,"settings")}#d({request:t,sentAt:e},s){t.isDoubted=!0,t.openedAfter=e,t.dueAt=s+this.#e.pauseAfter(0),this.#p(t)}onFailed(t,e,s,i){let{request:r,epoch:o}=t,{cause:c,afterMs:h,diagnostic:a}=e;this.#n.report(a);let u=this.#l(r),f=this.#f(t,c,i);if(h!==void 0?this.#e.openFor(o,h):f&&this.#e.open(o,"failure"),r.isSettled||--r.copies>0)return;let l=h!==void 0||D(c);if(r.dueAt=l?s:s+this.#e.pauseAfter(r.failures),r.failures++,le(r,c,u))return this.onRefused(t,{kind:"refused",because:"size",diagnostic:a},s);switch(de(r,c,u,this.#t)){case"retry":return this.#p(r);case"halve":return this.#s.halve(r);case"give-up":{let y=a.message.replace(": trying again",": given up");return this.#m(r,{level:"error",code:"given-up",message:y})}}}#f({limitEpoch:t},e,s){if(D(e))return this.#i.onCrowded(s);let{deliveries:i,failuresInARow:r,isPartial:o,isExpedited:c}=this.#e;return o?!1:e==="busy"||e==="timeout"?this.#i.onRefused(t)&&(!c||i===0||r>=ms):i===0||r>=Math.min(ps,this.#i.size)}#l(t){this.#e.onFailed(t.failedAt===void 0);let{deliveries:e,isWell:s}=this.#e,i=t.failedAt!==void 0&&t.failedAt<e;return t.failedAt=e,{anyDelivered:i,nearlyAllDelivered:i&&s}}#p(t){t.copies=1,this.#n.acknowledgements.countRetries(t.items.length),this.#s.retry(t)}#m(t,e){this.#r.lose(t,e,this.#s.isEmpty)}};var K=class{typicalMs;leastMs;#t;#n={warm:new V,cold:new V};#e;constructor(t){this.#t=t}onAnswer(t){this.leastMs=Math.min(t,this.leastMs??t)}onDelivered(t,e,s){if(e){let u=this.typicalMs??t;this.typicalMs=u+.1*(t-u)}let i=e?this.#n.warm:this.#n.cold;if(i.add(t),i.count<s)return;let r=i.take(),o=this.#t(),{ms:c,at:h}=this.#e??{ms:r,at:o},a=Math.min(r,c*1.1**((o-h)/1e3));return this.#e={ms:a,at:o},e?r/a:void 0}},V=class{count=0;#t=0;add(t){this.count++,this.#t+=t}take(){let t=this.#t/this.count;return this.count=this.#t=0,t}};var me=32,ge=.7,ye=.4,gs=1.5,ys=8,xt=100,Y=class{latency;#t;#n;#e;#i;#s=!0;#r;#o=0;#c;#a=!1;constructor(t,e){this.latency=new K(e),this.#t=t,this.#n=e,this.#e=Math.min(me,t),this.#i=2*this.#e}get size(){return Math.round(this.#e)}get epoch(){return this.#o}onDelivered(t,e,s,i){this.#a=!0,t===this.#c?.epoch&&this.#h({isAnyDelivered:!0}),i&&(this.#e=Math.max(this.#e,Math.min(this.#e+1,this.#u)));let r=this.latency.onDelivered(e,s,this.#e/4);r!==void 0&&this.#d(r)}onRefused(t){if(t===this.#c?.epoch&&this.#h({refused:this.#c.refused+1}),t!==this.#o)return!1;let e=this.#a;return(e||this.#r===void 0)&&(this.#c={epoch:t,from:this.#e,refused:1,isAnyDelivered:!1},this.#r={from:this.#e,at:this.#n()},this.#e=Math.max(1,ge*this.#e),this.#o++,this.#a=!1),!e||this.#e<2}onCrowded(t){return t>=this.#e?!0:(this.#e=Math.max(1,t),this.#r={from:this.#e,at:this.#n()},this.#o++,t===0)}expedite(t,e){!this.#s||this.#r!==void 0||(this.latency.leastMs??e)<xt||(this.#i=this.#t,this.#e=Math.min(this.#t,Math.max(this.#e,t/ys)))}get#u(){let t=Math.min(this.#t,this.#i);if(this.#r===void 0)return t;let{from:e,at:s}=this.#r,i=(this.#n()-s)/1e3,r=Math.cbrt(e*(1-ge)/ye);return Math.min(t,e+ye*(i-r)**3)}#h(t){let{from:e,refused:s,isAnyDelivered:i}=this.#c={...this.#c,...t};if(!i)return;let r=Math.max(1,e-s);this.#e=Math.min(this.#e,r),this.#r={from:Math.min(r,this.#r.from),at:this.#r.at}}#d(t){if(t>gs){let e=Math.min(me,this.#e);this.#e=Math.max(e,this.#e/t),this.#s=!1,this.#i=this.#e}else this.#i=this.#e+(this.#s?this.#e:Math.sqrt(this.#e))}};var ws=1e3,z=class{#t;#n;#e=0;#i="";#s;constructor(t,e){this.#t=t,this.#n=e}settle(t,{rejected:e=0,diagnostic:s},i){if(s&&e===0&&this.#t.report(s),t.isSettled)return;t.isSettled=!0;let r=t.items.length;s&&e>0&&(this.explain(s),this.#r(Math.min(e,r))),i&&this.#o();for(let{sequence:o}of t.items)this.#t.acknowledgements.acknowledge(o,r-- >e?"delivered":"failed")}lose(t,e,s){this.settle(t,{rejected:1/0,diagnostic:e},s)}explain(t){this.#i=t.message,this.#t.report(t)}giveUp(t){if(t.length!==0){this.#r(t.length),this.#o();for(let{sequence:e}of t)this.#t.acknowledgements.acknowledge(e,"failed")}}#r(t){let e=this.#s===void 0;this.#e===0&&(this.#s=this.#n()),this.#e+=t,(e||this.#n()-this.#s>=ws)&&this.#o()}#o(){this.#e>0&&this.#t.countLost({count:this.#e,reason:this.#i}),this.#e=0}};function M({keyPrefix:n},t){return`${n}-${t}`}var we=0;function Ae(n,t){return n.slice(0,t).replace(/[\\ud800-\\udbff]$/,"")}var As={name:n=>`${n}:`,end:"",string:n=>n,number:String,around:{string:[\'"\',\'"\'],integer:["",""]},boolean:String,null:"null",list:n=>`[${n}]`,map:n=>`{${n}}`},g={name:n=>`{"key":${n},"value":`,end:"}",string:n=>`{"stringValue":${n}}`,number:n=>Number.isSafeInteger(n)?`{"intValue":"${n}"}`:`{"doubleValue":${n}}`,around:{string:[\'{"stringValue":"\',\'"}\'],integer:[\'{"intValue":"\',\'"}\']},boolean:n=>`{"boolValue":${n}}`,null:"{}",list:n=>`{"arrayValue":{"values":[${n}]}}`,map:n=>`{"kvlistValue":{"values":[${n}]}}`};function be(n){return n==="otlp"?g:As}var bs=1024,St="axonpush.truncated",xe="record	",$t="event	";function xs(n){return $t+n}function P(n){if(n.startsWith($t))return{kind:"event",event:n.slice($t.length)};let t=xe.length-1,e=(s=1)=>{let i=t+1;for(;s>0;s--)t=n.indexOf("	",t+1);return n.slice(i,t)};return{kind:"record",source:e(3),time:e(),ordinal:e(),ids:e(),flags:e(),body:e(),attributes:n.slice(t+1)}}function q(n){let[t,e,s]=n.split("	");return{level:Number(t),levelName:e,loggerName:s}}function Se(n,t){let e=P(n);if(e.kind==="event")return Ss(e.event);let{name:s,end:i,boolean:r}=be(t),o=s(`"${St}"`)+r(!0)+i;if(e.attributes===o)return;let c=p.stringify($e(p.parse(e.body))),{source:h,time:a,ordinal:u,ids:f,flags:l}=e;return`${xe}${h}	${a}	${u}	${f}	${l}	${c}	${o}`}function Ss(n){try{let t=p.parse(n),{body:e,attributes:s}=t.payload;if(St in s)return;let i={...t.payload,body:$e(e),attributes:{"logger.name":s["logger.name"],[St]:!0}};return xs(p.stringify({...t,payload:i}))}catch{return}}function $e(n){return`${Ae(String(n),bs)}\\u2026[cut: too large]`}var $s=1024,Es=128;function vs(n){let t=new Map;return e=>{let s=t.get(e);if(s===void 0){if(t.size>=$s||e.length>Es)return n(e);let i=_(e);s=n(i),t.set(i,s)}return s}}function J(n){let t=vs(n),e,s;return i=>(i!==e&&(s=t(i),e=i),s)}function _(n){return p.parse(p.stringify(n))}function Et(n){return n>=10?4*Math.min(5,Math.floor(n/10))+1:0}function vt(n){return n.padStart(6,"0")}function Ee(n){let{trace:t,resource:e,pid:s,envelope:i}=n,r=J(a=>{let{level:u,levelName:f,loggerName:l}=q(a);return{begin:`"identifier":${l},${i},`,severity:`,"severityNumber":${Et(u)},"severityText":${f},`,attributes:`,"attributes":{"logger.name":${l},"process.pid":${s}`}}),o=`},"resource":{${e}}}}`,c="",h="";return(a,u)=>{let f=u===void 0?"":`"dedupKey":"${u}",`,l=P(a);if(l.kind==="event")return`{${f}${l.event.slice(1)}`;let{source:y,time:m,ordinal:w,ids:S,flags:$,body:A,attributes:E}=l,{begin:O,severity:T,attributes:k}=r(y);m!==c&&(c=m,h=new Date(Number(m)).toISOString());let x=m+vt(w);return`{${f}${O}${S||t},"occurredAt":"${h}","payload":{"timeUnixNano":"${x}","observedTimeUnixNano":"${x}"${$&&`,"flags":${$}`}${T}"body":${A}${k}${E&&","}${E}${o}`}}var Os=/^"traceId":"[\\da-f]{32}","spanId":"[\\da-f]{16}"$/i,Z={begin:\'{"key":"axonpush.dedup_key","value":{"stringValue":"\',end:\'"}}\'},Ts=32768;function ve(n){let t=_s(n);return e=>{let s=new Map;for(let{key:r,line:o}of e){let c=P(o),{resource:h,scope:a,record:u}=c.kind==="event"?ks(c.event,M(n,r)):t(c,r),f=s.get(h);f===void 0&&s.set(h,f=new Map);let l=f.get(a);l===void 0?f.set(a,[u]):Rs(l,u)}let i=Array.from(s,Ms);return[\'{"resourceLogs":[\',...Oe(i),"]}"]}}function Rs(n,t){n.at(-1).length<Ts?n[n.length-1]+=`,${t}`:n.push(`,${t}`)}function Ms([n,t]){let e=tt(p.parse(`{${n}}`)),s=Array.from(t,([r,o])=>[`{"scope":{${r}},"logRecords":[`,...o,"]}"]);return[`{"resource":{"attributes":[${e}]},"scopeLogs":[`,...Oe(s),"]}"]}function Oe(n){return n.flatMap((t,e)=>e===0?t:[",",...t])}function _s(n){let{resource:t,trace:e,pid:s,agentId:i}=n.constants,r=M(n,0).slice(0,-1),o=_(`,"attributes":[${Z.begin}${r}`),c=_(Ot(e,"",i)),h=J(u=>{let{level:f,levelName:l,loggerName:y}=q(u),m=g.name(\'"logger.name"\')+g.string(y)+g.end,w=g.name(\'"process.pid"\')+g.number(s)+g.end;return{scope:`"name":${y}`,severity:`"severityNumber":${Et(f)},"severityText":${l}`,afterNumber:_(`${Z.end},${m},${w}`)}}),a;return({source:u,time:f,ordinal:l,ids:y,flags:m,body:w,attributes:S},$)=>{let{scope:A,severity:E,afterNumber:O}=h(u);if(f!==a?.time||u!==a.source){let Xe=_(`{${E},"timeUnixNano":"${f}`);a={source:u,time:f,begin:Xe,middle:_(`","observedTimeUnixNano":"${f}`)}}let{begin:T,middle:k}=a,x=vt(l),Ue=w.startsWith(\'"\')?g.string(w):et(p.parse(w)),Fe=y===""?c:Ot(y,m,i),We=`${T}${x}${k}${x}","body":${Ue}${o}${$}${O}${S&&","}${S}${Fe}`;return{resource:t,scope:A,record:We}}}function ks(n,t){let{payload:e,identifier:s,traceId:i,spanId:r,agentId:o}=p.parse(n),{body:c,attributes:h,resource:a,...u}=e,{timeUnixNano:f,observedTimeUnixNano:l,severityNumber:y,severityText:m,flags:w}=u,S=Q({timeUnixNano:f,observedTimeUnixNano:l,severityNumber:y,severityText:m,flags:w}),$=Ot(Q({traceId:i,spanId:r}),"",o),A=tt(h),E=`{${S}${S&&","}"body":${et(c)},"attributes":[${Z.begin}${t}${Z.end}${A&&","}${A}${$}`;return{resource:Q(a),scope:Q({name:s}),record:E}}function Ot(n,t,e){let s=Os.test(n),{traceId:i}=s?{}:p.parse(`{${n}}`),r=tt({...e!==void 0&&{"axonpush.agent_id":e},...i!==void 0&&{"axonpush.trace_id":i}});return`${r&&","}${r}]${s?`,${n}`:""}${t&&`,"flags":${t}`}}`}function Q(n){return p.stringify(n).slice(1,-1)}function tt(n){return Object.entries(n).map(([t,e])=>g.name(p.stringify(t))+et(e)+g.end).join()}function et(n){switch(typeof n){case"string":return g.string(p.stringify(n));case"number":return g.number(n);case"boolean":return g.boolean(n);default:return n===null?g.null:Array.isArray(n)?g.list(n.map(et).join()):g.map(tt(n))}}function nt(n,t){let[e,s]=[n[0],n.at(-1)],i=e===s?"":`-${s.key}-${n.length}`;return{items:n,key:M(t,e.key)+i,chars:n.reduce((r,{line:o})=>r+o.length,0),dueAt:0,failures:0,failedAt:void 0,retries:0,passedOver:0,cutOff:0,isDoubted:!1,openedAfter:void 0,copies:1,isSettled:!1}}var Ns=1<<20,st=class{#t;#n=new Map;#e=new it;#i=new it;#s=0;#r=[];constructor(t){this.#t=t}push({origin:t,first:e,firstKey:s,lines:i},r){this.pending===0&&(this.#s=r);let o=t===we?this.#e:this.#i,c=0;for(let h of i.split(`\n`))o.push({origin:t,sequence:e+c,key:s+c,line:h}),c++}take(t,e,s){if(!s||this.pending===0){let o=this.#r.findIndex(({dueAt:c})=>c<=t);if(o>=0)return this.#r.splice(o,1)[0]}if(!this.#o(t,e))return;this.#s=t;let i=this.#e.length>0?this.#e:this.#i,r=i.take(this.#c(i));return nt(r,this.#a(r).origin)}#o(t,e){let{pending:s}=this,{batchSize:i,flushIntervalMs:r}=this.#t;return s>0&&(e||s>=i||t-this.#s>=r)}#c(t){let{origin:e}=t.peek(0),s=Math.min(this.#t.batchSize,t.length),i=0,r=0;do r+=t.peek(i++).line.length;while(i<s&&t.peek(i).origin===e&&r+t.peek(i).line.length<=Ns);return i}bodyOf({items:t}){return this.#a(t).bodyOf(t)}#a(t){return this.#n.get(t[0].origin)}addOrigin(t,e){let s=e.protocol==="otlp"?ve:Ds;this.#n.set(t,{origin:e,bodyOf:s(e)})}get pending(){return this.#e.length+this.#i.length}get isEmpty(){return this.pending===0&&this.#r.length===0}dueAfter(t){let e=this.#s+this.#t.flushIntervalMs,s=this.pending>0&&e>t?e:void 0;for(let{dueAt:i}of this.#r)i>t&&(s===void 0||i<s)&&(s=i);return s}isDue(t,e){return this.#o(t,e)||this.#r.some(({dueAt:s})=>s<=t)}expedite(t){for(let e of this.#r)e.dueAt=Math.min(e.dueAt,t)}retry(t){this.#r.push(t)}halve(t){this.#u(t,t.items.length>>1)}isolate(t){this.#u(t,1)}#u({items:t,isDoubted:e,cutOff:s,failedAt:i,retries:r,passedOver:o},c){let{origin:h}=this.#a(t),a=[t.slice(0,c),t.slice(c)].map(u=>nt(u,h));for(let u of a)u.isDoubted=e,u.failedAt=i,u.items.length>1&&Object.assign(u,{retries:r,passedOver:o}),u.cutOff=Math.max(0,s-1);this.#r.unshift(...a)}shorten({items:t}){let{origin:e}=this.#a(t),[s]=t,i=Se(s.line,e.protocol);if(i===void 0)return!1;let r=nt([{...s,line:i}],e);return this.#r.unshift({...r,key:`${r.key}-cut`}),!0}clear(){let t=[...this.#e.clear(),...this.#i.clear()];for(let e of this.#r)e.isSettled||t.push(...e.items),e.isSettled=!0;return this.#r.length=0,t}};function Ds(n){let t=Ee(n.constants);return([e])=>[t(e.line,M(n,e.key))]}var it=class{#t=[];#n=0;get length(){return this.#t.length-this.#n}push(t){this.#t.push(t)}peek(t){return this.#t[this.#n+t]}take(t){let e=this.#t.slice(this.#n,this.#n+=t);return 2*this.#n>=this.#t.length&&(this.#t.splice(0,this.#n),this.#n=0),e}clear(){return this.take(this.length)}};var Is=[],rt=class{#t=new Set;#n=0;#e=0;#i=0;#s;get count(){return this.#t.size}get isWarm(){return this.#t.size<this.#e}open(t){this.#t.add(t),this.#e=Math.max(this.#e,this.#t.size),this.#n+=t.request.chars}close(t){this.#t.delete(t)&&(this.#n-=t.request.chars)}has(t){return this.#t.has(t)}onAnswer(t){this.#s=t}hasAnsweredSince(t){return this.#s!==void 0&&this.#s>t}oldestMs(t){let[e]=this.#t;return e===void 0?0:t-e.sentAt}free(t,e,s){if(this.#i=Math.max(this.#i,t),this.#n>=16777216)return 0;let i=this.#t.size-this.hanging(e,s).length,r=this.isSilent(e,s)?1:t;return Math.min(r-i,2*this.#i-this.#t.size)}isSilent(t,e){let s=this.hanging(t,e).at(-1);return s!==void 0&&(this.#s===void 0||this.#s<s.sentAt+e)}hanging(t,e){let s;for(let i of this.#t){if(i.sentAt+e>t)break;(s??=[]).push(i)}return s??Is}nextHangAt(t,e){for(let{sentAt:s}of this.#t)if(s+e>t)return s+e}nextOverdueAt(t,e){for(let{lateAt:s=-1/0}of this.#t)if(s+e>t)return s+e}};function Te(n,t){return n===void 0?1e3:Math.max(t?500:1e3,4*n)}var Re=5e3,Cs=4,ot=class{#t;#n;#e;#i;#s;#r;#o;#c=new rt;#a;#u;#h;#d=!1;constructor(t,e,s=ce(t),i=Xt){this.#t=t,this.#n=e,this.#e=s,this.#i=i,this.#s=new F(i.now),this.#r=new Y(t.concurrency,i.now),this.#o=new st(t),this.#a=new z(e,i.now),this.#u=new G({settings:t,callbacks:e,backoff:this.#s,limit:this.#r,queue:this.#o,outcomes:this.#a}),this.#h=new W(i,()=>this.#f())}addOrigin(t,e){this.#o.addOrigin(t,e)}send(t){this.#o.push(t,this.#i.now()),this.#f()}#f(){let t=this.#i.now(),{isExpedited:e}=this.#s;e&&this.#r.expedite(this.#o.pending,this.#c.oldestMs(t));let s=Te(this.#r.latency.typicalMs,e);this.#s.isHopeless&&this.#c.hanging(t,s).length===this.#c.count&&(this.#t.isKept?this.#n.acknowledgements.setHopeless():this.#a.giveUp(this.#o.clear())),this.#w(t,s);let{state:i,resumeAt:r,cause:o}=this.#s;if(i==="open")return this.#h.set(r);let c=i==="half-open"?1:this.#r.size,h=i==="half-open"&&(o!=="settings"||this.#t.isKept);for(;this.#c.free(c,t,s)>0;){let u=this.#o.take(t,this.#y,h);if(u===void 0)break;let f=this.#c.isSilent(t,s)?t:u.openedAfter;u.isSettled||this.#l(u,t,f)}let a=this.#b(t,s);a!==void 0&&this.#h.set(a)}async#l(t,e,s){let i={request:t,sentAt:e,epoch:this.#s.epoch,limitEpoch:this.#r.epoch,isProbe:this.#s.state==="half-open",isWarm:this.#c.isWarm};this.#c.open(i);let r;try{r=await this.#e(this.#o.bodyOf(t),t.key,s)}catch(o){await void 0,r=se(o)}!this.#d&&this.#c.has(i)&&this.#p(i,r,this.#i.now())}#p(t,e,s){let{request:i,epoch:r,limitEpoch:o,sentAt:c,isWarm:h}=t;switch((e.kind!=="retry"||Jt(e.cause))&&this.#c.onAnswer(s),e.kind){case"delivered":if(this.#s.onDelivered(r,i.failedAt===void 0,s-c),this.#r.latency.onAnswer(s-c),this.#r.onDelivered(o,s-c,h,this.#o.isDue(s,this.#y)),this.#a.settle(i,e,this.#o.isEmpty),e.finished)return void this.#m(t,e.finished);break;case"refused":this.#u.onRefused(t,e,s);break;case"retry":this.#u.onFailed(t,e,s,this.#c.count-1);break}this.#g(t)}async#m(t,e){let s=await e;this.#d||(s&&this.#n.report(s),this.#g(t))}#g(t){this.#c.close(t),this.#f()}flush(t,e=!0){this.#s.expedite(t,e),this.#s.isExpedited&&this.#o.expedite(this.#i.now()),this.#f()}stop(){this.#d=!0,this.#o.clear(),this.#h.cancel()}get#y(){return this.#c.count===0||this.#s.isExpedited}#w(t,e){let{requestTimeoutMs:s}=this.#t,i=this.#c.hanging(t,e);for(let r of i){if(!this.#c.has(r))continue;let{request:o}=r;t-r.sentAt>=s&&(r.lateAt??=t),o.isSettled?this.#c.close(r):r.lateAt!==void 0&&t-r.lateAt>=Re?this.#p(r,B(this.#t),t):this.#A(o,i)&&(o.copies++,o.dueAt=t,this.#o.retry(o))}}#A(t,e){if(!this.#s.isExpedited||this.#t.protocol!=="events")return!1;if(t.copies===1)return!0;if(t.copies>=Cs)return!1;let s=e.filter(i=>i.request===t);return s.length===t.copies&&this.#c.hasAnsweredSince(s[0].sentAt)}#b(t,e){let{isExpedited:s}=this.#s,i=!this.#o.isEmpty||s,r=s&&!this.#o.isEmpty?this.#c.nextHangAt(t,xt):void 0,o=Me(this.#o.dueAfter(t),r),c=(i?this.#c.nextHangAt(t,e):void 0)??this.#c.nextHangAt(t,this.#t.requestTimeoutMs)??this.#c.nextOverdueAt(t,Re);return Me(o,c)}};function Me(n,t){return n!==void 0&&t!==void 0?Math.min(n,t):n??t}var{add:Ls,compareExchange:Ps,load:Hs,notify:Us,store:Fs,wait:Ws,waitAsync:Xs}=globalThis.Atomics,d={add:Ls,compareExchange:Ps,load:Hs,notify:Us,store:Fs,wait:Ws,waitAsync:Xs};var{Float64Array:Bs,Int32Array:js,SharedArrayBuffer:Gs}=globalThis,H=0,_e=1,ke=2,Tt=3,I=4,Rt=5,Mt=6,ct=class{memory;#t;#n;#e=0;#i=0;constructor(t){this.memory=typeof t=="number"?new Gs(8*(Mt/2+t)):t,this.#t=new js(this.memory,0,Mt),this.#n=new Bs(this.memory,4*Mt)}acknowledge(t,e){let s=e==="delivered"?t:-1-t;this.#n[this.#e%this.#n.length]=s,this.#e++,d.store(this.#t,H,this.#e|0),d.load(this.#t,Tt)===(this.#e|0)&&this.#o()}read(t){for(let e=this.#s;e>0;e--){let s=this.#n[this.#i%this.#n.length];s>=0?t(s,"delivered"):t(-1-s,"failed"),this.#i++}}get#s(){return d.load(this.#t,H)-this.#i|0}get retried(){return d.load(this.#t,_e)}get written(){return d.load(this.#t,H)}get hasCrashed(){return d.load(this.#t,ke)!==0}countRetries(t){d.add(this.#t,_e,t)}crash(){d.store(this.#t,ke,1),this.#o()}setHopeless(){d.store(this.#t,Rt,1),this.#o()}get isHopeless(){return d.load(this.#t,Rt)!==0}clearHopeless(){d.store(this.#t,Rt,0)}peek(t=1/0){let e={delivered:0,failed:0};for(let s=this.#s-1;s>=0;s--){let i=this.#n[(this.#i+s)%this.#n.length];i>=t||-1-i>=t||(i>=0?e.delivered++:e.failed++)}return e}wait(t,e){let s=d.load(this.#t,I);this.#r(t)&&d.wait(this.#t,I,s,e)}async waitAsync(t,e){let s=d.load(this.#t,I);this.#r(t)&&await d.waitAsync(this.#t,I,s,e).value}#r(t){let e=this.#i+t|0,s=d.load(this.#t,Tt),i=d.load(this.#t,H);return(s-i|0)>0&&(s-e|0)<=0||d.store(this.#t,Tt,e),!this.hasCrashed&&(e-d.load(this.#t,H)|0)>0}#o(){d.add(this.#t,I,1),d.notify(this.#t,I)}};var{Int32Array:Ks,SharedArrayBuffer:Ir}=globalThis;function Ne({memory:n,number:t}){d.store(new Ks(n),0,t)}var{defineProperty:Vs}=Object,Ys=Symbol.for,zs=1;function De(n,t){let e=Ys(`@axonpush/std-log ${n} ${zs}`),s=globalThis,i=s[e];if(i!==void 0)return i;let r=t();try{Vs(s,e,{value:r,configurable:!0})}catch{}return r}var{Int32Array:qs,SharedArrayBuffer:Xr}=globalThis,Ie=0,Js=1,Qs=2,Ce=1,Le=2,Zs=3,ti=4,ei=1;var ni=250,_t=class{onChange=()=>{};onPost=()=>{};#t=new Set;get first(){return this.#t.values().next().value}add(t){this.#t.add(t),this.onChange()}delete(t){this.#t.delete(t)&&this.onChange()}},Br=De("watchmen",()=>new _t);function Pe({memory:n,signals:t,answerWithinMs:e}){let s=new qs(n),i=new Map,r=(a,u)=>{d.store(s,a,u),d.notify(s,a)},o=()=>{for(let[a,u]of i)Deno.removeSignalListener(a,u);i.clear(),r(Ie,Qs)},c=async a=>{d.load(s,Ce)===0&&(r(Ce,t.indexOf(a)+1),v(ni).then(o),await d.waitAsync(s,Le,0,e).value,d.load(s,Le)===0&&(o(),Deno.kill(Deno.pid,a)))},h=async()=>{await d.waitAsync(s,Zs,0).value,o()};if(d.compareExchange(s,ti,0,ei)===0){for(let a of t){let u=()=>void c(a);try{Deno.addSignalListener(a,u),i.set(a,u)}catch{}}r(Ie,Js),h()}}var{Int32Array:si,SharedArrayBuffer:ii,TextDecoder:ri,TextEncoder:oi,Uint8Array:kt,Uint32Array:He}=globalThis,Nt=0,Dt=1,It=2,C=4,at=class{memory;#t;#n;constructor(t){this.memory=typeof t=="number"?new ii(4*It+t):t,this.#t=new si(this.memory,0,It),this.#n=new kt(this.memory,4*It)}write(t){let e=new oi().encode(t),s=d.load(this.#t,Nt);if((s-d.load(this.#t,Dt)|0)+C+e.length>this.#n.length)return!1;let r=new kt(new He([e.length]).buffer);return this.#e(r,s),this.#e(e,s+C),d.store(this.#t,Nt,s+C+e.length),!0}read(){let t=d.load(this.#t,Dt);if(t===d.load(this.#t,Nt))return;let[e]=new He(this.#i(t,C).buffer),s=this.#i(t+C,e);return d.store(this.#t,Dt,t+C+e),new ri().decode(s)}#e(t,e){for(let[s,i]of t.entries())this.#n[this.#s(e+s)]=i}#i(t,e){return kt.from({length:e},(s,i)=>this.#n[this.#s(t+i)])}#s(t){return(t>>>0)%this.#n.length}};var Ct=new Map,Lt=new Map,U;for(let n of["error","unhandledrejection"])addEventListener(n,()=>{for(let t of Lt.values())t.crash()});addEventListener("message",n=>{let t=n.data;if(t.kind==="question")return Ne(t);if(t.kind==="watch")return Pe(t);if(t.kind==="open")return ai(t);let e=Ct.get(t.id);switch(t.kind){case"origin":return e.addOrigin(t.number,t.origin);case"chunk":return U!==void 0?void U.push([e,t.chunk]):(e.send(t.chunk),U=[],void ci(U));case"flush":return e.flush(t.forMs,t.isEnding);case"close":e.stop(),Ct.delete(t.id),Lt.delete(t.id);return;default:throw new TypeError(`Cannot read a message: ${p.stringify(t)}`)}});async function ci(n){await dt();for(let[t,e]of n)t.send(e),await dt();U=void 0}function ai(n){let t=new at(n.diagnostics),e=c=>{let h=t.write(p.stringify(c));return h&&postMessage(n.id),h},s=new X(c=>void e({diagnostic:c})),i=0,r=new ct(n.acknowledgements);Lt.set(n.id,r);let o=new ot(n.settings,{acknowledgements:r,report:c=>s.report(c),countLost({count:c,reason:h}){i+=c,e({lost:{count:i,reason:h}})&&(i=0)}});Ct.set(n.id,o)}';

// src/worker/thread.ts
var { URL: URL4, Worker: Worker2, encodeURIComponent: encodeURIComponent2 } = globalThis;
var { cwd } = Deno;
var LIMITS = {
  maxOldGenerationSizeMb: 512,
  maxYoungGenerationSizeMb: 16
};
var CALLS_TO_START = 2e3;
var running = /* @__PURE__ */ new Map();
var nextId = 0;
function joinThread(kind) {
  let thread = running.get("lasting") ?? running.get(kind);
  if (thread === void 0) {
    call(CALLS_TO_START);
    running.set(kind, thread = new WorkerThread(kind));
  }
  return thread;
}
function call(times) {
  if (times > 1) call(times - 1);
}
var WorkerThread = class {
  heartbeat = new Heartbeat((question) => this.post(question));
  #kind;
  #worker;
  #clients = /* @__PURE__ */ new Map();
  /** Has this thread watch for signals. */
  #watch = (message) => this.#worker.postMessage(message);
  constructor(kind) {
    this.#kind = kind;
    const url = new URL4(`data:text/javascript,${encodeURIComponent2(WORKER_SOURCE)}`);
    this.#worker = kind === "lasting" ? this.#startLasting(url) : this.#startBrief(url);
    if (kind === "lasting") watchmen.add(this.#watch);
  }
  /** How many clients share it. */
  get clients() {
    return this.#clients.size;
  }
  /** Opens an exporter for a client in the worker, and returns the number that names it there. */
  join(client, opening) {
    const id2 = nextId++;
    this.#clients.set(id2, client);
    this.post({
      kind: "open",
      id: id2,
      ...opening
    });
    return id2;
  }
  post(message) {
    this.#worker.postMessage(message);
    watchmen.onPost();
  }
  /**
   * Takes a client off. The thread ends with the last one, unless another comes at once: to replace
   * twenty handlers, `log.setup()` ends one after the other, of which each may need a thread.
   */
  leave(id2) {
    if (!this.#clients.delete(id2)) return;
    this.post({
      kind: "close",
      id: id2
    });
    if (this.#clients.size > 0) return;
    void Promise.resolve().then(() => {
      if (this.#clients.size === 0 && running.get(this.#kind) === this) this.#end();
    });
  }
  /** Gives the thread up for all its clients: it has ended, or does not answer. */
  abandon(why) {
    if (running.get(this.#kind) !== this) return;
    this.#end();
    const clients = [
      ...this.#clients.values()
    ];
    this.#clients.clear();
    for (const client of clients) client.onCrash(why);
  }
  #end() {
    running.delete(this.#kind);
    watchmen.delete(this.#watch);
    void this.#worker.terminate();
  }
  /**
   * A worker that does not keep the program alive. Without an environment of its own it would get
   * a copy of the program's, and Deno would ask for the permission to read all of that. In a child
   * of `node:cluster` it would take itself for another child, and fail at that.
   */
  #startLasting(url) {
    if (isClusterChild()) throw new Error("Deno starts none in a child of 'node:cluster'");
    checkDirectory();
    const { Worker: Worker3 } = nodeProcess().getBuiltinModule("node:worker_threads");
    const worker = new Worker3(url, {
      resourceLimits: LIMITS,
      env: {}
    });
    worker.on("error", (error3) => this.abandon(error3?.message));
    worker.on("exit", () => this.abandon());
    worker.on("message", (id2) => this.#clients.get(id2)?.onDiagnostic());
    worker.unref();
    return worker;
  }
  #startBrief(url) {
    const worker = new Worker2(url, {
      type: "module"
    });
    worker.onerror = (event) => {
      event.preventDefault();
      this.abandon(event.message);
    };
    worker.onmessage = ({ data }) => this.#clients.get(data)?.onDiagnostic();
    return worker;
  }
};
function checkDirectory() {
  if (mayReadAll()) cwd();
}
function isClusterChild() {
  if ("DedicatedWorkerGlobalScope" in globalThis) return false;
  const process2 = nodeProcess();
  return process2.connected && process2.getBuiltinModule("node:cluster").isWorker;
}

// src/worker/channel.ts
var { AbortController: AbortController2, URL: URL5 } = globalThis;
var DIAGNOSTICS_BYTES = 1 << 14;
var MAX_CHARACTERS = 1 << 25;
function canFetchHere() {
  try {
    return globalThis.URL === URL5;
  } catch {
    return false;
  }
}
function channelOpener(settings) {
  const { client, exporter, origin } = settings;
  const withOrigin = (channel) => {
    channel.addOrigin(OWN_ORIGIN, origin);
    return channel;
  };
  return {
    hasWorkers: typeof Worker === "function",
    isThisThreadWanted: client !== void 0,
    canFetchHere,
    toWorker: (kind, onCrash) => withOrigin(openWorkerChannel(settings, kind, onCrash)),
    toThisThread(kind) {
      const over = new AbortController2();
      const send = client ? createClientSend(client, exporter) : createHttpSend(exporter, over.signal);
      const stop = () => over.abort();
      return withOrigin(kind === "once" ? openOnceChannel(settings, send, stop) : openChannelHere(kind, settings, markedAsSending(send), stop));
    }
  };
}
function openWorkerChannel({ exporter, maxInFlight, diagnostics }, kind, onCrash) {
  const acknowledgements = new Acknowledgements(maxInFlight);
  const reports = new TextRing(DIAGNOSTICS_BYTES);
  const thread = joinThread(kind);
  const receiveDiagnostics = () => relay(reports, diagnostics);
  const id2 = thread.join({
    onCrash(why) {
      acknowledgements.crash();
      onCrash(why);
    },
    onDiagnostic: receiveDiagnostics
  }, {
    settings: exporter,
    acknowledgements: acknowledgements.memory,
    diagnostics: reports.memory
  });
  let question = 0;
  return {
    kind,
    isBlocking: true,
    acknowledgements,
    get maxCharacters() {
      return MAX_CHARACTERS / Math.max(1, thread.clients);
    },
    addOrigin: (number, origin) => thread.post({
      kind: "origin",
      id: id2,
      number,
      origin
    }),
    post: (chunk) => thread.post({
      kind: "chunk",
      id: id2,
      chunk
    }),
    flush: (forMs, isEnding) => thread.post({
      kind: "flush",
      id: id2,
      forMs,
      isEnding
    }),
    receiveDiagnostics,
    isAlive() {
      const before = question;
      question = thread.heartbeat.ask();
      return question !== before;
    },
    abandon: (why) => thread.abandon(why),
    close() {
      receiveDiagnostics();
      thread.leave(id2);
    }
  };
}
function relay(reports, diagnostics) {
  watchmen.onPost();
  for (let text2; (text2 = reports.read()) !== void 0; ) {
    const { diagnostic, lost } = JSON.parse(text2);
    if (lost) diagnostics.count(lossOf(lost), lost.count);
    else diagnostics.relay(diagnostic);
  }
}
function openOnceChannel(settings, send, stopSending) {
  let letGo;
  let isOver = false;
  const keptSend = async (...request) => {
    await void 0;
    const result = await send(...request);
    if (result.kind !== "delivered" && !isOver) letGo ??= keepAlive();
    return result;
  };
  return openChannelHere("once", settings, keptSend, () => {
    isOver = true;
    stopSending();
    letGo?.();
  });
}
function openChannelHere(kind, { exporter: settings, maxInFlight, diagnostics }, send, stopSending) {
  const acknowledgements = new Acknowledgements(maxInFlight);
  const exporter = new Exporter(settings, {
    acknowledgements,
    report: (diagnostic) => diagnostics.report(diagnostic),
    countLost: (lost) => diagnostics.count(lossOf(lost), lost.count)
  }, send);
  return {
    kind,
    isBlocking: false,
    acknowledgements,
    maxCharacters: MAX_CHARACTERS,
    addOrigin: (number, origin) => exporter.addOrigin(number, origin),
    post: (chunk) => exporter.send(chunk),
    flush: (forMs, isEnding) => exporter.flush(forMs, isEnding),
    receiveDiagnostics() {
    },
    isAlive: () => true,
    abandon() {
    },
    close() {
      exporter.stop();
      stopSending();
    }
  };
}

// src/queue/reports.ts
function overflowLosses({ queueSize, overflowPolicy, exporter, spool, spoolMaxBytes }, characters) {
  const loss = (full, advice) => ({
    level: "warn",
    code: "overflow",
    message: (count) => `${full}: ${records(count)} dropped so far by the overflow policy "${overflowPolicy}": ` + advice
  });
  if (spool !== void 0) {
    const isFull = loss(`The spool ${spool} is full ('spoolMaxBytes' is ${spoolMaxBytes}), or its disk is`, "raise 'spoolMaxBytes', or make room");
    return {
      tooMany: isFull,
      tooLong: isFull
    };
  }
  const others = exporter.protocol === "otlp" ? " or log less" : `, log less, or choose protocol "otlp"`;
  return {
    tooMany: loss(`The queue is full ('queueSize' is ${queueSize})`, `raise 'queueSize'${others}`),
    tooLong: loss(`The queue is full (${characters >> 20} Mi characters of large records)`, "log shorter records or fewer")
  };
}
function reportRemainder(diagnostics, { lost, kept, timeoutMs, silent, spool }) {
  if (lost > 0) {
    diagnostics.report({
      level: "error",
      code: "shutdown",
      message: `${records(lost)} ${lost === 1 ? "was" : "were"} not delivered within ${timeoutMs} ms ('shutdownTimeoutMs', or what close() was given): ` + (silent === void 0 ? "give it more time, or see why the service is slow or cannot be reached" : `${silent} has not answered`)
    });
  }
  if (kept > 0) {
    diagnostics.report({
      level: "warn",
      code: "spooled",
      message: `${records(kept)} ${kept === 1 ? "stays" : "stay"} in the spool ${spool}: whoever uses it next delivers ${kept === 1 ? "it" : "them"}`
    });
  }
}

// src/queue/capacity.ts
var CHUNK_SIZE = 100;
var MAX_IN_FLIGHT = 8192;
var MAX_CHARACTERS2 = {
  least: 1 << 26,
  perRecord: 1024
};
var Capacity = class {
  /** Most records of the handler's own in flight, ever. */
  maxInFlight;
  /** Most records in flight of those that others have left in the spool. None without one. */
  backlogInFlight;
  /** Most records of a chunk. */
  chunkSize;
  /** How much is kept in memory. */
  bounds;
  #losses;
  /** Most records in flight while the program runs. */
  #usualInFlight;
  constructor(settings) {
    const { queueSize, overflowPolicy, exporter, spool } = settings;
    const characters = Math.max(MAX_CHARACTERS2.least, queueSize * MAX_CHARACTERS2.perRecord);
    this.bounds = {
      records: queueSize,
      characters
    };
    const most = Math.max(MAX_IN_FLIGHT, 2 * exporter.batchSize);
    this.maxInFlight = Math.min(queueSize, most);
    const busy = Math.min(most, Math.max(128, 4 * exporter.concurrency, 8 * exporter.batchSize));
    this.backlogInFlight = spool === void 0 ? 0 : busy;
    this.#usualInFlight = overflowPolicy === "drop-oldest" ? Math.max(1, Math.min(queueSize >> 1, busy)) : this.maxInFlight;
    const room = this.#usualInFlight + 1 >> 1;
    this.chunkSize = Math.min(Math.max(CHUNK_SIZE, exporter.batchSize), room);
    this.#losses = overflowLosses(settings, characters);
  }
  /** What is reported of records that found the queue full. */
  overflow({ length }) {
    return length < this.bounds.records ? this.#losses.tooLong : this.#losses.tooMany;
  }
  /**
   * Whether the worker may have the oldest batch that waits.
   * @param isEnding Whether the program ends. Then nothing more is going to be dropped, and a thread
   *   that waits for much wakes up less often.
   */
  canPost(queue, channel, isEnding) {
    const batch = queue.peek();
    if (batch === void 0 || channel === void 0 || channel.kind === "once") return false;
    if (queue.inFlight === 0) return true;
    const most = isEnding ? this.maxInFlight : this.#usualInFlight;
    return queue.inFlight + batch.count <= most && queue.charactersInFlight + batch.lines.length <= channel.maxCharacters;
  }
};

// src/worker/supervisor.ts
var RESTART_AFTER_MS = [
  100,
  500,
  2e3
];
var STABLE_MS = 6e4;
var ASK_EVERY_MS = 100;
var MAX_UNANSWERED = {
  starting: 20,
  blocking: "DedicatedWorkerGlobalScope" in globalThis ? 30 : 10,
  polling: 20
};
var Supervisor = class {
  #opener;
  #user;
  #now;
  #state = {
    kind: "closed"
  };
  #crashes = 0;
  #askedAt = 0;
  #unanswered = 0;
  /** How many signs of life it has given; the first question counts as one before there is an answer. */
  #signs = 0;
  /** How many acknowledgements there were when it was asked last. */
  #writtenBefore = 0;
  /** Whether this thread has shipped by itself, and no worker was started since. */
  #hasShippedHere = false;
  /** The kinds of thread that cannot even be started. */
  #unavailable = /* @__PURE__ */ new Set();
  constructor(opener, user, now2) {
    this.#opener = opener;
    this.#user = user;
    this.#now = now2;
  }
  /** The channel, if it is open. */
  get channel() {
    return this.#state.kind === "open" ? this.#state.channel : void 0;
  }
  /** Whether a thread that blocks can expect that records are delivered meanwhile. */
  get isBlocking() {
    const isRestarted = this.#state.kind === "crashed" && this.#state.isRestarted;
    return this.channel?.isBlocking ?? (this.#opener.hasWorkers && (isRestarted || this.canLast));
  }
  /** Whether there can be a worker that does not keep the program alive. */
  get canLast() {
    return this.#canHave("lasting");
  }
  /** How long until another worker may be started, in milliseconds. */
  get restartsInMs() {
    if (this.#state.kind !== "crashed") return 0;
    return Math.max(0, this.#state.restartAt - this.#now());
  }
  /**
   * Opens the channel, unless it is open, or the worker has crashed only just now. A program that is
   * about to end and ships from its own thread gets another chance to have a worker. Throws where the
   * stack has no room for it.
   */
  open(kind) {
    const before = this.channel;
    const isKept = before && (before.kind !== "fallback" || kind === "lasting");
    if (isKept || this.restartsInMs > 0) return;
    const channel = this.#openToWorker(kind) ?? before ?? this.#opener.toThisThread("fallback");
    if (channel === before) return;
    this.#state = {
      kind: "open",
      channel,
      since: this.#now()
    };
    this.#unanswered = this.#signs = 0;
    if (before === void 0) return;
    before.close();
    this.#user.onLost(before);
  }
  /** Opens the channel as soon as it is asked to: nobody can wait for the pause after a crash. */
  skipPause() {
    if (this.#state.kind === "crashed") this.#state = {
      kind: "closed"
    };
  }
  /**
   * Whether this thread can ship by itself, once: a worker could be started, and none was. What is
   * logged by shipping must not be shipped so again.
   */
  get canOpenHere() {
    return this.#state.kind === "closed" && !this.#hasShippedHere && this.#opener.hasWorkers && this.canLast && this.#opener.canFetchHere();
  }
  /** Opens a channel to this thread, where {@linkcode canOpenHere} says so. */
  openHere() {
    const channel = this.#opener.toThisThread("once");
    this.#hasShippedHere = true;
    this.#state = {
      kind: "open",
      channel,
      since: this.#now()
    };
    return channel;
  }
  /**
   * Closes a channel of this kind, and another one takes over: the program goes on, and a brief
   * thread would keep it from ending; or it blocks, and ships nothing from here meanwhile.
   */
  giveUp(kind) {
    const { channel } = this;
    if (channel?.kind !== kind) return;
    this.close();
    this.#user.onLost(channel);
  }
  /** Called while records are waited for: notices when the worker has ended without a word. */
  checkAlive(how) {
    const { channel } = this;
    if (channel === void 0) return;
    if (channel.acknowledgements.hasCrashed) return channel.abandon();
    const now2 = this.#now();
    if (now2 - this.#askedAt < ASK_EVERY_MS) return;
    this.#askedAt = now2;
    const { written } = channel.acknowledgements;
    const isAlive = channel.isAlive() || written !== this.#writtenBefore;
    this.#writtenBefore = written;
    this.#unanswered = isAlive ? 0 : this.#unanswered + 1;
    if (isAlive) this.#signs++;
    const { starting, [how]: started } = MAX_UNANSWERED;
    const max = this.#signs > 1 ? started : Math.max(starting, started);
    if (this.#unanswered < max << this.#crashes) return;
    channel.abandon("it does not answer");
  }
  /** Closes the channel. */
  close() {
    const { channel } = this;
    this.#state = {
      kind: "closed"
    };
    channel?.close();
  }
  #canHave(kind) {
    return !this.#opener.isThisThreadWanted && !this.#unavailable.has(kind) && (kind === "brief" || this.#crashes <= RESTART_AFTER_MS.length);
  }
  /** Whether there may be one that serves the end of the program. */
  get #hasBrief() {
    return this.#opener.hasWorkers && this.#canHave("brief");
  }
  #openToWorker(kind) {
    if (!this.#canHave(kind)) return void 0;
    try {
      const channel = this.#opener.toWorker(kind, (why) => this.#onCrash(channel, why));
      this.#hasShippedHere = false;
      return channel;
    } catch (error3) {
      if (isStackUsedUp(error3)) throw error3;
      this.#unavailable.add(kind);
      if (this.channel === void 0) {
        this.#reportFallback(`Cannot start the worker: ${reason(error3)}`, this.#hasBrief);
      }
      return void 0;
    }
  }
  #onCrash(channel, why) {
    if (this.channel !== channel) return;
    const { since } = this.#state;
    const now2 = this.#now();
    if (now2 - since >= STABLE_MS) this.#crashes = 0;
    const restartAt = now2 + (RESTART_AFTER_MS[this.#crashes++] ?? 0);
    const isRestarted = this.canLast || channel.kind === "brief" && this.#crashes <= RESTART_AFTER_MS.length;
    this.#state = {
      kind: "crashed",
      restartAt,
      isRestarted
    };
    channel.close();
    const crash = `The worker crashed${why ? `: ${why}` : ""}`;
    if (isRestarted) {
      const message = `${crash}: it is started again, and unacknowledged records are sent again`;
      this.#user.report({
        level: "error",
        code: "worker",
        message
      });
    } else {
      this.#reportFallback(crash);
    }
    this.#user.onLost(channel);
  }
  #reportFallback(why, hasBrief = false) {
    this.#user.report({
      level: "warn",
      code: "no-worker",
      message: `${why}: records are shipped from the program's own thread, ` + (hasBrief ? `and by another kind of worker at its end` : `where Deno.exit() and an uncaught error lose what is pending`)
    });
  }
};

// src/queue/flush_timer.ts
var POLL_MS = {
  min: 1,
  max: 100
};
var RECORDS_PER_CLOCK_READ = 8;
var FlushTimer = class {
  #flush;
  #clock;
  /** Whether a sleep is under way. It cannot be ended early, so there is never a second one. */
  #isAsleep = false;
  /** Since when records wait. */
  #since;
  #pollMs = POLL_MS.min;
  #clockReadAt;
  /** How many records may still come before the clock is read. */
  #skips = 0;
  /** @param flush Posts what it can. It must not throw. */
  constructor(flush, clock) {
    this.#flush = flush;
    this.#clock = clock;
  }
  /**
   * Says that a record waits.
   * @param delayMs How long it may wait for others.
   * @param busyMs The same for a thread that has not yielded since: then it flushes right here.
   */
  schedule(delayMs, busyMs) {
    if (this.#skips > 0 && this.#isAsleep) return void this.#skips--;
    const now2 = this.#clock.now();
    this.#skips = this.#clockReadAt !== void 0 && now2 - this.#clockReadAt < 1 ? RECORDS_PER_CLOCK_READ - 1 : 0;
    this.#clockReadAt = now2;
    this.#since ??= now2;
    if (now2 - this.#since >= busyMs) this.#fire();
    else this.#sleep(delayMs);
  }
  #sleep(ms) {
    if (this.#isAsleep) return;
    void this.#clock.sleep(ms).then(() => {
      this.#isAsleep = false;
      this.#fire();
    });
    this.#isAsleep = true;
  }
  #fire() {
    const result = this.#flush();
    this.#since = result === "empty" ? void 0 : this.#clock.now();
    if (result === "empty") return;
    this.#pollMs = result === "moving" ? POLL_MS.min : Math.min(2 * this.#pollMs, POLL_MS.max);
    this.#sleep(this.#pollMs);
  }
  /** Says that what waited has been posted without this timer: those that come now wait anew. */
  restart() {
    this.#since = void 0;
  }
};

// src/queue/dispatcher.ts
var COLLECT_MS2 = 50;
var BUSY_POLL_MS = 1;
var START_AFTER_MS2 = 20;
var BUSY_START_MS = 100;
var MAX_HERE = 128;
var Dispatcher = class {
  /** Whether the program ends, and if so, whether it cannot go on after that. */
  end = "none";
  /** Without what the open channel has not said yet. */
  #counts = {
    delivered: 0,
    failed: 0,
    retried: 0
  };
  #queue;
  #backlog;
  #capacity;
  #supervisor;
  #timer;
  /** Whether the channel was told that somebody waits, and not that nobody does any more. */
  #isExpedited = false;
  constructor({ queue, backlog, capacity, opener, report }) {
    this.#queue = queue;
    this.#backlog = backlog;
    this.#capacity = capacity;
    const user = {
      onLost: (channel) => this.#onLost(channel),
      report
    };
    this.#supervisor = new Supervisor(opener, user, now);
    this.#timer = new FlushTimer(() => this.#flushDue(), {
      now,
      sleep
    });
  }
  /** A record was pushed: it is posted now or a little later. */
  onPushed() {
    if (this.#supervisor.channel === void 0) {
      return this.#timer.schedule(START_AFTER_MS2, BUSY_START_MS);
    }
    const { hasFullBatch } = this.#queue;
    if (hasFullBatch && this.#canPost) this.post();
    if (hasFullBatch && this.#isIdle) return;
    this.#timer.schedule(COLLECT_MS2, hasFullBatch ? BUSY_POLL_MS : COLLECT_MS2);
  }
  /** The timer is due. Must not throw: nobody could catch it. */
  #flushDue() {
    if (this.#isIdle) return "empty";
    const before = this.#counts.delivered + this.#counts.failed;
    try {
      this.open("lasting");
      this.#supervisor.checkAlive("polling");
      this.post();
    } catch {
    }
    if (this.#isIdle) return "empty";
    return this.#counts.delivered + this.#counts.failed > before ? "moving" : "stuck";
  }
  /** Whether there is nothing to do in the background: with a spool, what is settled is deleted. */
  get #isIdle() {
    const { waiting, length } = this.#queue;
    return (this.#backlog === void 0 ? waiting : length) === 0;
  }
  /** Opens a channel. */
  open(kind = this.#kindNow) {
    if (this.#queue.inFlight === 0) this.#supervisor.giveUp("once");
    this.#supervisor.open(kind);
  }
  /** An end does without a worker that lasts; one after which the program may go on, if it has to. */
  get #kindNow() {
    const isBrief = this.end === "last" || this.end === "near" && !this.#supervisor.canLast;
    return isBrief ? "brief" : "lasting";
  }
  /** Posts as much as may be in flight. */
  post() {
    this.settle();
    while (this.#canPost) {
      this.#supervisor.channel.post(chunkOf(this.#queue.peek()));
      this.#queue.markPosted();
    }
    if (this.#queue.waiting === 0) this.#timer.restart();
  }
  get #canPost() {
    return this.#capacity.canPost(this.#queue, this.#supervisor.channel, this.end !== "none");
  }
  /** Takes off what is acknowledged. */
  settle() {
    this.#supervisor.channel?.acknowledgements.read(this.#onSettled);
    this.#queue.tidy();
  }
  #onSettled = (sequence, outcome) => {
    const from = sequence < FIRST_OF_BACKLOG ? this.#queue : this.#backlog;
    if (!from.settle(sequence)) return;
    if (outcome === "delivered") this.#counts.delivered++;
    else this.#counts.failed++;
  };
  /** What became of the records that were moved. Reading it changes nothing. */
  get stats() {
    const { delivered, failed: failed2, retried } = this.#counts;
    const { acknowledgements } = this.#supervisor.channel ?? {};
    const unread = acknowledgements?.peek() ?? {
      delivered: 0,
      failed: 0
    };
    return {
      delivered: delivered + unread.delivered,
      failed: failed2 + unread.failed,
      retried: retried + (acknowledgements?.retried ?? 0),
      unread: unread.delivered + unread.failed
    };
  }
  /** The handler's own records that are not settled. */
  get pending() {
    const unread = this.#supervisor.channel?.acknowledgements.peek(FIRST_OF_BACKLOG);
    return this.#queue.length - (unread === void 0 ? 0 : unread.delivered + unread.failed);
  }
  /** Whether records are delivered while this thread blocks. */
  get isBlocking() {
    return this.#supervisor.isBlocking;
  }
  /**
   * Whether what waits can be shipped from this thread, since no worker runs, and it is so little
   * that one would take longer to start than all the rest.
   */
  get canShipHere() {
    const { length, spooled } = this.#queue;
    return length > 0 && length <= MAX_HERE && spooled === 0 && this.#supervisor.canOpenHere;
  }
  /**
   * Posts all that waits to an exporter on this thread. What comes later goes another way.
   * @returns Whether it could be done. The program may have replaced what that needs.
   */
  shipHere(forMs) {
    try {
      const channel = this.#supervisor.openHere();
      while (this.#queue.waiting > 0) {
        channel.post(chunkOf(this.#queue.peek()));
        this.#queue.markPosted();
      }
      channel.acknowledgements.clearHopeless();
      channel.flush(forMs, true);
      return true;
    } catch {
      this.#supervisor.giveUp("once");
      return false;
    }
  }
  /** Somebody waits for the records, for `forMs` milliseconds. */
  expedite(forMs, kind) {
    this.settle();
    if (this.#queue.length === 0) return;
    this.open(kind);
    this.post();
    this.#supervisor.channel?.acknowledgements.clearHopeless();
    this.#supervisor.channel?.flush(forMs, this.end !== "none" || kind === "brief");
    this.#isExpedited = true;
  }
  /**
   * Somebody waits no more for the records, though there may have been more time.
   * @param others How many others still wait.
   */
  relax(others) {
    if (!this.#isExpedited || others > 0 || this.end !== "none") return;
    this.#isExpedited = false;
    this.#supervisor.channel?.flush(0, false);
  }
  /** Whether the end of the program waits in vain, since the settings are wrong. */
  get isHopeless() {
    return this.#supervisor.channel?.acknowledgements.isHopeless ?? false;
  }
  /** Settles and posts what it can, and says whether everything before this number is settled. */
  advance(target, kind) {
    this.settle();
    if (this.#queue.countBefore(target) === 0) return true;
    this.open(kind);
    this.post();
    return false;
  }
  /** How many acknowledgements to wait for: of all up to this number, or until there is room. */
  missing(target) {
    const { inFlight } = this.#queue;
    const count = this.#queue.countBefore(target);
    const isPosted = count <= inFlight && (this.#queue.peek()?.first ?? target) >= target;
    return Math.max(1, isPosted ? count : inFlight >> 1);
  }
  /**
   * Waits until `count` more records are acknowledged, or the time is up.
   * @param kind A brief one where the program does nothing but wait.
   */
  async wait(count, timeoutMs, kind) {
    const until = now() + timeoutMs;
    const { channel, restartsInMs } = this.#supervisor;
    if (channel === void 0) await sleep(Math.min(timeoutMs, restartsInMs));
    else await channel.acknowledgements.waitAsync(count, timeoutMs);
    if (kind === "brief") noticeStandstill(until);
    this.#supervisor.checkAlive("polling");
  }
  /** The same, blocking. */
  waitSync(count, timeoutMs) {
    const until = now() + timeoutMs;
    const { channel, restartsInMs } = this.#supervisor;
    if (channel === void 0) return block(Math.min(timeoutMs, restartsInMs));
    channel.acknowledgements.wait(count, timeoutMs);
    noticeStandstill(until);
    this.#supervisor.checkAlive("blocking");
    this.receiveDiagnostics();
  }
  /** Tells what the worker has to say. */
  receiveDiagnostics() {
    this.#supervisor.channel?.receiveDiagnostics();
  }
  /** Nobody can wait for the pause after a crash. */
  skipPause() {
    this.#supervisor.skipPause();
  }
  /** Closes a channel of this kind, if it is open, and another one takes over. */
  giveUp(kind) {
    this.#supervisor.giveUp(kind);
  }
  /**
   * The program goes on after all.
   * @param forMs How long somebody still waits for the records, though the program does not end.
   */
  goOn(forMs) {
    this.end = "none";
    this.#supervisor.giveUp("brief");
    const { channel } = this.#supervisor;
    channel?.flush(forMs, false);
    channel?.acknowledgements.clearHopeless();
  }
  /**
   * Delivers some of what others have left. Must not throw: nobody could catch it.
   * @param kind The worker that is started for it, if none runs.
   * @param leastFiles How many files it looks at, whatever time it takes.
   */
  recover(kind = "lasting", mostChunks = Infinity, leastFiles) {
    const backlog = this.#backlog;
    if (this.#supervisor.channel?.kind === "once") return;
    try {
      this.settle();
      backlog.tidy();
      backlog.takeNext(leastFiles);
      if (!backlog.isBusy) return;
      this.#supervisor.open(kind);
      this.#supervisor.checkAlive("polling");
      this.post();
      const { channel } = this.#supervisor;
      if (channel !== void 0 && this.#queue.waiting === 0) backlog.post(channel, mostChunks);
    } catch {
    }
  }
  /** Somebody waits for what others have left, for so long, and then all ends. */
  hurry(forMs) {
    this.#supervisor.channel?.flush(forMs, true);
  }
  /** Closes the channel. What it has acknowledged until then is not sent again, or lost. */
  close() {
    const { channel } = this.#supervisor;
    this.#supervisor.close();
    if (channel !== void 0) this.#readLast(channel);
    this.#queue.tidy();
    this.end = "none";
  }
  /** Takes what a channel that is gone has to say. */
  #readLast({ acknowledgements }) {
    this.#counts.retried += acknowledgements.retried;
    acknowledgements.read(this.#onSettled);
  }
  /** The channel is gone. What it had not acknowledged goes out again, under the same keys. */
  #onLost(channel) {
    this.#readLast(channel);
    this.#queue.rewind();
    this.#backlog?.rewind();
    if (this.#queue.waiting > 0) this.#timer.schedule(BUSY_POLL_MS, BUSY_START_MS);
  }
};
function chunkOf({ first: first2, count, lines }) {
  return {
    origin: OWN_ORIGIN,
    first: first2,
    firstKey: first2,
    count,
    lines
  };
}

// src/queue/finish_backlog.ts
var GRACE_MS = 1e3;
var POLL_MS2 = 100;
var LOOKED_AT = 32;
var ENOUGH = {
  lines: 100,
  ms: 20
};
async function finishBacklog(backlog, dispatcher, timeoutMs) {
  const deadline = begin(backlog, dispatcher, timeoutMs, "brief");
  for (let left; (left = timeLeft(backlog, dispatcher, deadline)) > 0; ) {
    await dispatcher.wait(backlog.inFlight, left);
    dispatcher.settle();
  }
}
function finishBacklogSync(backlog, dispatcher, timeoutMs, kind) {
  const deadline = begin(backlog, dispatcher, timeoutMs, kind);
  for (let left; dispatcher.isBlocking && (left = timeLeft(backlog, dispatcher, deadline)) > 0; ) {
    dispatcher.waitSync(backlog.inFlight, left);
    dispatcher.settle();
  }
}
function timeLeft(backlog, dispatcher, deadline) {
  if (backlog.inFlight === 0 || dispatcher.isHopeless) return 0;
  return Math.min(POLL_MS2, deadline - now());
}
function begin(backlog, dispatcher, timeoutMs, kind) {
  const deadline = now() + Math.min(timeoutMs, GRACE_MS);
  let until = deadline;
  for (let before = -1; before < backlog.inFlight && backlog.inFlight < ENOUGH.lines && now() < until; ) {
    before = backlog.inFlight;
    dispatcher.recover(kind, 1, LOOKED_AT);
    if (until === deadline) until = Math.min(deadline, now() + ENOUGH.ms);
  }
  backlog.stop();
  const leftMs = deadline - now();
  if (backlog.inFlight > 0 && leftMs > 0) dispatcher.hurry(leftMs);
  return deadline;
}

// src/queue/queue.ts
var { Uint8Array: Uint8Array3 } = globalThis;
var MAX_BATCH_CHARACTERS = 1 << 20;
var UNBOUNDED = {
  records: Infinity,
  characters: Infinity
};
var Queue = class {
  /** Nothing of it is on disk. */
  spooled = 0;
  left = 0;
  /** Number that the next record gets. It may be raised, and then numbers are left out. */
  next = 0;
  waiting = 0;
  inFlight = 0;
  /** Characters of all lines that are kept. */
  characters = 0;
  charactersInFlight = 0;
  #batchSize;
  #bounds;
  #batches = [];
  /** The mark: how many of the batches, from the oldest on, are posted. */
  #posted = 0;
  /** @param batchSize Most records of a batch. */
  constructor(batchSize, bounds = UNBOUNDED) {
    this.#batchSize = batchSize;
    this.#bounds = bounds;
  }
  /** Whether there is no room for one more record. */
  get isFull() {
    return this.length >= this.#bounds.records || this.characters >= this.#bounds.characters;
  }
  get length() {
    return this.waiting + this.inFlight;
  }
  /** All of it: nothing is on disk. */
  get unstored() {
    return this.length;
  }
  push(line) {
    if (this.isFull) return false;
    const last = this.#batches.length > this.#posted ? this.#batches.at(-1) : void 0;
    const follows = last !== void 0 && last.first + last.count === this.next;
    if (!follows || this.#isWhole(last)) {
      if (follows) last.lines = flat2(last.lines);
      this.#batches.push({
        first: this.next,
        count: 1,
        lines: line,
        open: 1
      });
    } else {
      last.lines += "\n" + line;
      last.count++;
      last.open++;
      this.characters++;
    }
    this.next++;
    this.waiting++;
    this.characters += line.length;
    return true;
  }
  #isWhole({ count, lines }) {
    return count >= this.#batchSize || lines.length >= MAX_BATCH_CHARACTERS;
  }
  get hasFullBatch() {
    const oldest = this.#batches[this.#posted];
    return oldest !== void 0 && this.#isWhole(oldest);
  }
  peek() {
    return this.#batches[this.#posted];
  }
  markPosted() {
    const batch = this.#batches[this.#posted];
    batch.settled = new Uint8Array3(batch.count);
    this.#posted++;
    this.waiting -= batch.count;
    this.inFlight += batch.count;
    this.charactersInFlight += batch.lines.length;
  }
  settle(sequence) {
    for (let i = 0; i < this.#posted; i++) {
      const batch = this.#batches[i];
      if (sequence >= batch.first + batch.count) continue;
      const index = sequence - batch.first;
      if (index < 0 || batch.settled[index]) return false;
      if (batch.open === 1) {
        this.#batches.splice(i, 1);
        this.#posted--;
        this.characters -= batch.lines.length;
        this.charactersInFlight -= batch.lines.length;
      }
      batch.settled[index] = 1;
      batch.open--;
      this.inFlight--;
      return true;
    }
    return false;
  }
  fits() {
    return true;
  }
  /** How many more records there is room for. */
  get room() {
    return this.isFull ? 0 : this.#bounds.records - this.length;
  }
  /** Appends a batch that has its numbers already, and for which there is room. */
  append({ first: first2, count, lines }) {
    this.#batches.push({
      first: first2,
      count,
      lines,
      open: count
    });
    this.next = first2 + count;
    this.waiting += count;
    this.characters += lines.length;
  }
  /** What is not settled of the records from this number on, as batches. */
  *unsettledFrom(number) {
    for (const batch of this.#batches) {
      if (batch.first + batch.count <= number) continue;
      const parts = batch.settled === void 0 ? [
        batch
      ] : unsettledParts(batch);
      yield* parts.filter(({ first: first2, count }) => first2 + count > number);
    }
  }
  rewind() {
    const unsettled = this.#batches.slice(0, this.#posted).flatMap(unsettledParts);
    const all = [
      ...unsettled,
      ...this.#batches.slice(this.#posted)
    ];
    const characters = all.reduce((sum, { lines }) => sum + lines.length, 0);
    this.#batches = all;
    this.#posted = 0;
    this.waiting += this.inFlight;
    this.inFlight = this.charactersInFlight = 0;
    this.characters = characters;
  }
  /** Drops the oldest record that waits, if there is one, and says how many it has dropped. */
  dropOldest() {
    return this.dropOldestPart(0)?.count ?? 0;
  }
  /**
   * Drops the oldest records that wait, if there are any, and says which: about this many characters of
   * them, or less if the batch has no more.
   */
  dropOldestPart(characters) {
    const oldest = this.#batches[this.#posted];
    if (oldest === void 0) return void 0;
    const part = beginningOf(oldest, characters);
    const { count, lines } = part;
    if (count === oldest.count) {
      this.#batches.splice(this.#posted, 1);
      this.characters -= lines.length;
    } else {
      oldest.lines = oldest.lines.slice(lines.length + 1);
      oldest.first += count;
      oldest.count -= count;
      oldest.open -= count;
      this.characters -= lines.length + 1;
    }
    this.waiting -= count;
    return part;
  }
  countBefore(sequence) {
    let count = 0;
    for (const { first: first2, count: length, open: open2, settled } of this.#batches) {
      if (first2 >= sequence) break;
      const before = sequence - first2;
      if (before >= length) count += open2;
      else if (settled === void 0) count += before;
      else count += settled.subarray(0, before).reduce((sum, one) => sum + 1 - one, 0);
    }
    return count;
  }
  /** There is no disk. */
  tidy() {
  }
  /** There is no disk. */
  storeAll() {
  }
  /** There is no disk. */
  putAway() {
  }
  leave() {
    const lost = this.length;
    this.#batches = [];
    this.#posted = this.waiting = this.inFlight = this.characters = this.charactersInFlight = 0;
    return lost;
  }
};
function beginningOf({ first: first2, count, lines }, characters) {
  const end = lines.indexOf("\n", characters);
  if (end < 0) return {
    first: first2,
    count,
    lines
  };
  const beginning = lines.slice(0, end);
  return {
    first: first2,
    count: beginning.split("\n").length,
    lines: beginning
  };
}
function unsettledParts({ first: first2, lines, settled }) {
  const parts = [];
  for (const [i, line] of lines.split("\n").entries()) {
    if (settled[i]) continue;
    const last = parts.at(-1);
    if (last !== void 0 && last.first + last.count === first2 + i) {
      last.lines += "\n" + line;
      last.count++;
      last.open++;
    } else {
      parts.push({
        first: first2 + i,
        count: 1,
        lines: line,
        open: 1
      });
    }
  }
  return parts;
}
function flat2(text2) {
  return text2.charCodeAt(0) === 0 ? "" : text2;
}

// src/queue/spooled_queue.ts
var LEAST_DROPPED = 1 << 14;
var SpooledQueue = class {
  #window;
  #file;
  /** Most records that are read back at a time. */
  #sliceSize;
  #next = 0;
  /** The first number that has not been in the window yet. */
  #cursor = 0;
  /** Numbers whose lines are still on disk, for no reason any more. */
  #settled = new Ranges();
  /** From this number on, what is in the window is not on disk. */
  #unstoredFrom;
  left = 0;
  constructor(window, file, sliceSize) {
    this.#window = window;
    this.#file = file;
    this.#sliceSize = sliceSize;
  }
  get next() {
    return this.#next;
  }
  get spooled() {
    return this.#next - this.#cursor;
  }
  get length() {
    return this.#window.length + this.spooled;
  }
  get waiting() {
    return this.#window.waiting + this.spooled;
  }
  get inFlight() {
    return this.#window.inFlight;
  }
  get charactersInFlight() {
    return this.#window.charactersInFlight;
  }
  get hasFullBatch() {
    return this.#window.hasFullBatch;
  }
  push(line) {
    const number = this.#next;
    let stored = this.#file.append(number, line);
    if (stored === "failing" && this.#file.isDamaged) {
      this.#abandon();
      stored = this.#file.append(number, line);
    }
    if (stored === "full") return false;
    const isWindow = this.#cursor === number && !this.#window.isFull;
    if (!isWindow && stored === "failing") return false;
    if (stored === "stored" && this.#unstoredFrom !== void 0) this.#storeWindow();
    if (isWindow) {
      this.#window.next = number;
      this.#window.push(line);
      this.#cursor++;
      if (stored === "failing") this.#unstoredFrom ??= number;
    }
    this.#next++;
    return true;
  }
  peek() {
    return this.#window.peek();
  }
  markPosted() {
    this.#window.markPosted();
  }
  settle(sequence) {
    if (!this.#window.settle(sequence)) return false;
    this.#settled.add(sequence);
    return true;
  }
  /** Deletes from the disk what is settled, and reads back what there is room for. */
  tidy() {
    if (this.length > 0) this.#file.delete(this.#settled);
    else if (this.#settled.merged.length > 0) this.#file.deleteAll(this.#settled);
    while (this.spooled > 0 && this.#hasRoom && this.#readBack()) ;
    if (this.#file.isDamaged) this.#abandon();
    if (this.#file.checkGone() && this.spooled === 0) {
      this.#file.leave();
      this.#unstoredFrom = 0;
    }
    if (this.#unstoredFrom !== void 0 && !this.#file.isFailing) this.#storeWindow();
  }
  storeAll() {
    if (this.#unstoredFrom === void 0) return;
    this.#file.retry();
    this.#storeWindow();
  }
  rewind() {
    this.#window.rewind();
  }
  fits(line) {
    return this.#file.isFailing || this.#file.fits(line);
  }
  dropOldest(room) {
    if (this.#file.isFailing) {
      const oldest = this.#window.peek()?.first ?? this.#next;
      return oldest >= (this.#unstoredFrom ?? this.#next) ? this.#window.dropOldest() : 0;
    }
    const most = Math.max(room, LEAST_DROPPED);
    const dropped = this.#window.dropOldestPart(most) ?? this.#readOldest(most);
    if (dropped === void 0) return 0;
    const { first: first2, count } = dropped;
    this.#cursor = Math.max(this.#cursor, first2 + count);
    this.#settled.addAll(first2, first2 + count - 1);
    this.tidy();
    return count;
  }
  countBefore(sequence) {
    return this.#window.countBefore(sequence) + Math.max(0, Math.min(sequence, this.#next) - this.#cursor);
  }
  /** How many records that are not settled are not on disk. */
  get unstored() {
    const from = this.#unstoredFrom;
    let unstored = 0;
    if (from === void 0) return unstored;
    for (const { first: first2, count } of this.#window.unsettledFrom(from)) {
      unstored += first2 + count - Math.max(first2, from);
    }
    return unstored;
  }
  /** All is settled: leaves nothing on disk until there is something again. */
  putAway() {
    this.#settled.clear();
    this.#file.remove();
  }
  leave() {
    const { length, unstored: lost } = this;
    if (length === 0) this.putAway();
    else {
      this.#file.delete(this.#settled);
      this.#file.leave();
    }
    this.#window.leave();
    this.#cursor = this.#next;
    this.#unstoredFrom = void 0;
    this.left += length - lost;
    return lost;
  }
  /** Whether it is worth to read lines back: a whole slice, or when nothing else is left to post. */
  get #hasRoom() {
    const { room, waiting } = this.#window;
    return room >= this.#sliceSize || room > 0 && waiting === 0;
  }
  /** The oldest of what is on disk alone: about this many characters. */
  #readOldest(characters) {
    const slice = this.#read(this.#sliceSize);
    return slice === void 0 ? void 0 : beginningOf(slice, characters);
  }
  #readBack() {
    const slice = this.#read(Math.min(this.#sliceSize, this.#window.room));
    if (slice === void 0) return false;
    this.#window.append(slice);
    this.#cursor = slice.first + slice.count;
    return true;
  }
  /** Reads lines that are on disk alone. */
  #read(limit) {
    if (this.spooled === 0) return void 0;
    const slice = this.#file.read(this.#cursor, limit);
    if (slice?.first === this.#cursor) return slice;
    if (!this.#file.isFailing) this.#abandon();
    return void 0;
  }
  /**
   * The file is damaged: what is on disk alone is left to whoever takes it over, which reads around
   * that, and what is in the window goes to another file.
   */
  #abandon() {
    const leaveBehind = this.#file.abandon();
    const inWindow = this.#cursor;
    this.left += this.spooled;
    this.#cursor = this.#next;
    this.#settled.clear();
    this.#unstoredFrom = 0;
    this.#storeWindow();
    leaveBehind(this.#unstoredFrom === void 0 ? inWindow : 0);
  }
  /** The disk works again: what was kept in memory alone goes there, too. */
  #storeWindow() {
    const from = this.#unstoredFrom;
    for (const { first: first2, lines } of this.#window.unsettledFrom(from)) {
      for (const [i, line] of lines.split("\n").entries()) {
        if (first2 + i >= from && this.#file.append(first2 + i, line) !== "stored") {
          this.#unstoredFrom = first2 + i;
          return;
        }
      }
    }
    this.#unstoredFrom = void 0;
  }
};

// src/queue/shipper.ts
var POLL_MS3 = 100;
var Shipper = class {
  /** Without what is in the queue, and what the dispatcher counts. */
  #counts = {
    accepted: 0,
    failed: 0,
    dropped: 0
  };
  #settings;
  #diagnostics;
  #beforeShutdown;
  #capacity;
  #queue;
  /** What others have left in the spool, if there is one. */
  #backlog;
  #dispatcher;
  /** How many flushes are under way that do not block, and until when the longest may wait. */
  #flushes = 0;
  #flushesUntil = -Infinity;
  /** While the program ends: how long log calls may still block altogether, in milliseconds. */
  #budgetMs;
  /** @param beforeShutdown Hands over what could not be pushed before. */
  constructor(settings, origin, diagnostics, beforeShutdown) {
    this.#settings = settings;
    this.#diagnostics = diagnostics;
    this.#beforeShutdown = beforeShutdown;
    this.#capacity = new Capacity(settings);
    const { chunkSize, bounds, maxInFlight, backlogInFlight } = this.#capacity;
    const report = diagnostics.report.bind(diagnostics);
    const { spool, spoolMaxBytes } = settings;
    const queue = new Queue(chunkSize, bounds);
    if (spool === void 0) {
      this.#queue = queue;
    } else {
      prefetchSqlite();
      const file = new OwnFile({
        spool,
        spoolMaxBytes
      }, origin, report);
      this.#queue = new SpooledQueue(queue, file, chunkSize);
      const more = {
        spool,
        chunkSize,
        maxInFlight: backlogInFlight
      };
      this.#backlog = new Backlog(more, origin, report);
    }
    this.#dispatcher = new Dispatcher({
      queue: this.#queue,
      backlog: this.#backlog,
      capacity: this.#capacity,
      opener: channelOpener({
        ...settings,
        origin,
        maxInFlight: maxInFlight + backlogInFlight,
        diagnostics
      }),
      report
    });
  }
  /** Takes a record. Blocks only where the user asked for it, and when the program is ending. */
  push(line) {
    this.#counts.accepted++;
    let isTaken = false;
    try {
      if (!this.#queue.push(line)) this.#pushByPolicy(line);
      isTaken = true;
      if (this.#budgetMs !== void 0) return this.drain(Math.max(0, this.#budgetMs));
      if (this.#backlog?.isRunning === false) this.#startBacklog();
      if (this.#settings.mode === "sync" && this.#blockUntilSettled(this.#syncTimeoutMs)) return;
      this.#dispatcher.onPushed();
    } catch (error3) {
      if (isTaken) return;
      this.#counts.accepted--;
      throw error3;
    }
  }
  /** There is no room: makes some, or drops what the overflow policy says. */
  #pushByPolicy(line) {
    this.#dispatcher.settle();
    if (this.#queue.push(line)) return;
    const overflowPolicy = this.#queue.fits(line) ? this.#settings.overflowPolicy : "drop-newest";
    if (overflowPolicy === "block" && this.#pushWhenThereIsRoom(line)) return;
    const why = this.#capacity.overflow(this.#queue);
    while (overflowPolicy === "drop-oldest") {
      const dropped = this.#queue.dropOldest(line.length);
      if (dropped === 0) break;
      this.#drop(dropped, why);
      if (this.#queue.push(line)) return;
    }
    this.#drop(1, why);
  }
  #drop(count, why) {
    this.#counts.dropped += count;
    this.#diagnostics.count(why, count);
  }
  /** Blocks until there is room, or an end has no time left. Only a worker makes room meanwhile. */
  #pushWhenThereIsRoom(line) {
    this.#dispatcher.giveUp("once");
    const deadline = awake() + (this.#budgetMs ?? Infinity);
    for (let left; (left = deadline - awake()) > 0; ) {
      this.#dispatcher.open();
      if (!this.isBlocking) return false;
      this.#dispatcher.post();
      if (this.#queue.push(line)) return true;
      this.#dispatcher.waitSync(1, Math.min(left, POLL_MS3));
      if (this.#budgetMs !== void 0) this.#budgetMs = Math.max(0, deadline - awake());
    }
    return false;
  }
  #startBacklog() {
    void this.#backlog.run(() => this.#dispatcher.recover());
  }
  /** How long a log call may block for its record: what is on disk need not be waited for without end. */
  get #syncTimeoutMs() {
    return this.#backlog === void 0 ? Infinity : this.#settings.shutdownTimeoutMs;
  }
  /** What became of the records so far. Reading it changes nothing. */
  get stats() {
    const { accepted, dropped } = this.#counts;
    const { delivered, failed: failed2, retried, unread } = this.#dispatcher.stats;
    const { length, spooled, left } = this.#queue;
    return {
      accepted,
      delivered,
      failed: this.#counts.failed + failed2,
      dropped,
      pending: length - spooled + (this.#backlog?.inFlight ?? 0) - unread,
      spooled: spooled + left,
      recovered: this.#backlog?.recovered ?? 0,
      retried
    };
  }
  /** The handler's own records that are not settled. */
  get pending() {
    return this.#dispatcher.pending;
  }
  /** Whether a flush may block. */
  get isBlocking() {
    return this.#dispatcher.isBlocking;
  }
  /** Whether a flush with a brief worker needs none, and ships from this thread. */
  get canShipHere() {
    return !this.#mayEndAtOnce && this.#dispatcher.canShipHere;
  }
  /**
   * Waits until all that was taken before the call is settled, or the time is up.
   * @param kind The worker that is started for it, if none runs. A brief one is spared where
   *   {@linkcode canShipHere} says so.
   */
  async flush(timeoutMs, kind) {
    if (!(timeoutMs > 0) && kind === "brief" && this.#backlog !== void 0) {
      this.#dispatcher.settle();
      return this.pending === 0;
    }
    const deadline = awake() + timeoutMs;
    const target = this.#queue.next;
    const isHere = kind === "brief" && this.canShipHere && this.#dispatcher.shipHere(timeoutMs);
    if (!isHere) this.#dispatcher.expedite(timeoutMs, kind);
    const letGo = keepAlive();
    this.#flushes++;
    this.#flushesUntil = Math.max(this.#flushesUntil, deadline);
    try {
      while (!this.#dispatcher.advance(target, kind)) {
        const left = deadline - awake();
        if (!(left > 0) || this.#dispatcher.isHopeless) return false;
        const count = this.#dispatcher.missing(target);
        await this.#dispatcher.wait(count, Math.min(left, POLL_MS3), kind);
      }
      return true;
    } finally {
      if (isHere) this.#dispatcher.giveUp("once");
      this.#flushes--;
      if (kind === void 0) this.#dispatcher.relax(this.#flushes);
      letGo();
      this.#dispatcher.receiveDiagnostics();
    }
  }
  /** The same, blocking. Without a worker there is nobody to wait for, and it returns at once. */
  flushSync(timeoutMs) {
    this.#dispatcher.expedite(timeoutMs);
    const isSettled = this.#blockUntilSettled(timeoutMs);
    this.#dispatcher.relax(this.#flushes);
    return isSettled;
  }
  /** Waits a moment for what is in flight of others, without blocking. */
  async settleBacklog(timeoutMs) {
    if (this.#backlog) await finishBacklog(this.#backlog, this.#dispatcher, timeoutMs);
  }
  /**
   * The program is about to end: everything is posted, no pause is made any more, and what is still
   * logged is delivered inside its log call.
   * @param isLast Whether the program cannot go on after it.
   */
  beginShutdown(isLast) {
    this.#beforeShutdown();
    const { shutdownTimeoutMs } = this.#settings;
    this.#budgetMs = Math.max(this.#budgetMs ?? 0, shutdownTimeoutMs);
    this.#dispatcher.end = isLast ? "last" : "near";
    if (this.#mayEndAtOnce) return;
    this.#dispatcher.skipPause();
    this.#dispatcher.expedite(shutdownTimeoutMs);
  }
  /** Blocks until all is settled or the time is up, and says what was not. */
  drain(timeoutMs) {
    const began = awake();
    const isSettled = timeoutMs > 0 ? this.flushSync(timeoutMs) : this.pending === 0;
    if (isSettled) this.#endSpool(began + timeoutMs);
    this.settle();
    if (this.#budgetMs !== void 0) this.#budgetMs -= awake() - began;
    this.#diagnostics.flush();
    if (!isSettled && this.isBlocking) this.#reportRemainder(this.#settings.shutdownTimeoutMs);
  }
  /** Takes off what is delivered, on disk too: nobody is to find it there, and send it again. */
  settle() {
    this.#dispatcher.settle();
    this.#backlog?.tidy(Infinity);
  }
  /** The program goes on after all. */
  cancelShutdown() {
    this.#budgetMs = void 0;
    this.#dispatcher.goOn(this.#flushes === 0 ? 0 : Math.max(0, this.#flushesUntil - awake()));
  }
  /** Leaves to a worker what this thread ships just once, so that a flush may block. */
  shipHereNoMore() {
    this.#dispatcher.giveUp("once");
  }
  /** Ends the worker. What is still pending after `timeoutMs` counts as failed. */
  close(timeoutMs) {
    this.#dispatcher.close();
    this.#reportRemainder(timeoutMs);
    this.#backlog?.leave();
    this.#counts.failed += this.#queue.leave();
    this.#budgetMs = void 0;
  }
  /** Whether an end waits for nothing, since all of it is on disk. */
  get #mayEndAtOnce() {
    return this.#backlog !== void 0 && this.#settings.shutdownTimeoutMs === 0;
  }
  #blockUntilSettled(timeoutMs) {
    this.#dispatcher.giveUp("once");
    const deadline = awake() + timeoutMs;
    const target = this.#queue.next;
    while (!this.#dispatcher.advance(target)) {
      const left = deadline - awake();
      if (!(left > 0) || !this.isBlocking || this.#dispatcher.isHopeless) return false;
      this.#dispatcher.waitSync(this.#dispatcher.missing(target), Math.min(left, POLL_MS3));
    }
    this.#dispatcher.receiveDiagnostics();
    return true;
  }
  /**
   * All of the handler's own is settled, and the program ends: leaves nothing on disk, and delivers
   * some of what others have left, if that is a matter of a moment.
   */
  #endSpool(deadline) {
    const backlog = this.#backlog;
    if (backlog === void 0) return;
    this.#queue.putAway();
    if (!backlog.isRunning) return;
    const kind = this.#budgetMs === void 0 ? "lasting" : "brief";
    finishBacklogSync(backlog, this.#dispatcher, deadline - awake(), kind);
  }
  /** Says what an end leaves behind. */
  #reportRemainder(timeoutMs) {
    this.#queue.storeAll();
    const { pending } = this;
    const lost = Math.min(pending, this.#queue.unstored);
    this.#dispatcher.receiveDiagnostics();
    this.#diagnostics.flush();
    const { spool, client, exporter } = this.#settings;
    const { delivered, failed: failed2, retried } = this.#dispatcher.stats;
    const silent = client || delivered + failed2 + retried > 0 ? void 0 : exporter.url;
    reportRemainder(this.#diagnostics, {
      lost,
      kept: pending - lost,
      timeoutMs,
      silent,
      spool
    });
  }
};

// src/record/arguments.ts
var EXCEPTION = "exception.";
function argumentsText(writer, { args: args2, msg }, context, caller) {
  try {
    const inText = errorInText(msg, args2);
    if (!context && !caller && !inText) {
      const [only] = args2;
      if (args2.length === 0) return "";
      if (args2.length === 1 && isPlainObject(only) && !Object.hasOwn(only, "toJSON")) {
        return writer.members(only);
      }
    }
    return writer.members(merge([
      {
        ...context,
        ...caller,
        ...inText
      },
      ...args2
    ]));
  } catch (error3) {
    return writer.members({
      args: [
        unreadable(error3)
      ]
    });
  }
}
function isPlainObject(value) {
  if (typeof value !== "object" || value === null) return false;
  try {
    const prototype = Object.getPrototypeOf(value);
    return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "hasOwnProperty");
  } catch {
    return false;
  }
}
function merge(args2) {
  const attributes = /* @__PURE__ */ Object.create(null);
  const others = [];
  for (const given of args2) {
    const argument = isPlainObject(given) ? jsonOf(given) : given;
    if (isPlainObject(argument)) {
      for (const name of Object.keys(argument)) attributes[name] = read(argument, name);
    } else if (isError(argument) && attributes[`${EXCEPTION}type`] === void 0) {
      Object.assign(attributes, errorFields(argument, EXCEPTION));
    } else {
      others.push(argument);
    }
  }
  if (others.length > 0) {
    attributes.args = attributes.args === void 0 ? others : [
      attributes.args,
      ...others
    ];
  }
  return attributes;
}
function jsonOf(object) {
  if (!Object.hasOwn(object, "toJSON")) return object;
  const toJSON = read(object, "toJSON");
  try {
    return typeof toJSON === "function" ? toJSON.call(object, "") : object;
  } catch (error3) {
    return unreadable(error3);
  }
}
var STACK = /^(?:Uncaught )?([\p{L}_$][\p{L}\p{N}_$.]*)(?: \[\w+\])?(?:: ([^]*?))?\n {4}at [^\n]*(?::\d+:\d+|\((?:<anonymous>|native|index \d+)\))/u;
function errorInText(message, args2) {
  if (typeof message !== "string" || !message.includes("\n    at ")) return void 0;
  if (args2.some((argument) => isError(argument) && read(argument, "stack") === message)) {
    return void 0;
  }
  const [, type, text2 = ""] = STACK.exec(message) ?? [];
  return type === void 0 ? void 0 : {
    [`${EXCEPTION}type`]: type,
    [`${EXCEPTION}message`]: text2,
    [`${EXCEPTION}stacktrace`]: message
  };
}

// src/record/context.ts
var storage;
var { captureStackTrace } = Error;
function runInside(caller, scope, fn) {
  if (typeof fn !== "function") {
    const error3 = new TypeError(`Cannot run in a trace or context: the second argument must be a function: current value is of type ${typeof fn}`);
    captureStackTrace?.(error3, caller);
    throw error3;
  }
  storage ??= new (nodeProcess().getBuiltinModule("node:async_hooks")).AsyncLocalStorage();
  return storage.run({
    ...storage.getStore(),
    ...scope
  }, fn);
}
function withTrace(traceId, fn) {
  return runInside(withTrace, {
    trace: {
      traceId: traceId || newTraceId(),
      spanId: newSpanId()
    }
  }, fn);
}
function currentTrace() {
  return activeSpan() ?? storage?.getStore()?.trace;
}
function withContext(attributes, fn) {
  return runInside(withContext, {
    attributes: {
      ...contextAttributes(),
      ...copyOf(attributes)
    }
  }, fn);
}
function copyOf(attributes) {
  try {
    return Object.fromEntries(Object.keys(attributes ?? {}).map((name) => [
      name,
      read(attributes, name)
    ]));
  } catch (error3) {
    return {
      args: [
        unreadable(error3)
      ]
    };
  }
}
function contextAttributes() {
  return storage?.getStore()?.attributes;
}
function newTraceId() {
  return randomUUID().replaceAll("-", "");
}
function newSpanId() {
  return newTraceId().slice(16);
}
var OTEL_API = Symbol.for("opentelemetry.js.api.1");
var OTEL_SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");
function activeSpan() {
  const api = globalThis[OTEL_API];
  if (api?.context === void 0) return void 0;
  try {
    const span = api.context.active().getValue(OTEL_SPAN_KEY);
    if (!span) return void 0;
    const { traceId, spanId, traceFlags } = span.spanContext();
    return /^0*$/.test(traceId) ? void 0 : {
      traceId,
      spanId,
      flags: traceFlags
    };
  } catch {
    return void 0;
  }
}

// src/record/redaction/spelling.ts
var PERCENT = "%(?:25){0,3}";
var MARK = /(?:\\{0,15}(?:["'`]|&quot;|&#3[49];)|\\{1,15}u00(?:2[27]|26(?:quot|#3[49]);))/.source;
var ANY_MARK = `(?:${MARK}|${PERCENT}2[27])`;
var FIELD_NAME = "(?:[A-Z]?[a-z]+|[A-Z]+)(?:[_. -](?:[A-Z]?[a-z]+|[A-Z]+)|[A-Z][a-z]+){0,8}";
var OPENING = /(?:<|(?:&|\\{1,15}u0026)lt;|\\{1,15}u003[cC])/.source;
var CLOSING = /(?:>|(?:&|\\{1,15}u0026)gt;|\\{1,15}u003[eE])/.source;
var AMPERSAND = /\\{1,15}u0026/.source;
var SLASH = /\\{0,15}\//.source;
var ESCAPE_CHARACTER = "(?:\\x1b|\\\\{1,15}(?:u001[bB]|x1[bB]|033))";
var COLOUR = `${ESCAPE_CHARACTER}\\[[\\d;]{0,24}m`;
var BARE_COLOUR = "\\[[\\d;]{1,24}m";
var ESCAPE = `(?:\\\\|${PERCENT}5C)(?:[bfnrt]|u[\\dA-Fa-f]{4}|x[\\dA-Fa-f]{2})|${PERCENT}[\\dA-Fa-f]{2}|${BARE_COLOUR}|${PERCENT}5B(?:[\\d;]|${PERCENT}3B){1,24}m`;
var LINE_END = `(?:\\r{0,2}\\n|(?:\\\\{1,15}r){0,2}\\\\{1,15}n(?:["'\`](?:${COLOUR})? \\+\\s{1,64}(?:${COLOUR})?["'\`])?)(?:[ \\t]|\\\\{1,15}t){0,64}`;

// src/record/redaction/looks.ts
var LOOKS = [
  {
    issuer: "AxonPush",
    prefix: "(?:ak|pt|AK|PT)",
    sign: "_",
    shape: /(?=[\w-]{16}|[\w-]*?(?<![A-Za-z\d])(?=[A-Za-z]*\d)[A-Za-z\d]{5})[\w-]+/.source,
    source: "README"
  },
  {
    issuer: "JSON Web Token",
    prefix: "eyJ[\\w-]{8,2048}",
    sign: ".",
    shape: /eyJ[\w-]*(?:\.[\w-]*){0,3}/.source,
    source: "RFC 7519, 3.1"
  },
  {
    issuer: "JSON Web Token, encrypted or detached, and others that are signed",
    prefix: "eyJ[\\w-]{8,2048}",
    sign: ".",
    shape: /[\w-]*\.(?:[\w-]{8,}\.[\w-]{8,}\.[\w-]{16,}|[\w-]{20,})/.source,
    source: "RFC 7516, 3.1; RFC 7515, F; https://itsdangerous.palletsprojects.com"
  },
  {
    issuer: "GitHub",
    prefix: "gh[pousr]",
    sign: "_",
    // Some are JSON Web Tokens.
    shape: "\\w{16,}(?:\\.[\\w-]{16,})*",
    source: "https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/"
  },
  {
    issuer: "GitHub, fine-grained",
    prefix: "github_pat",
    sign: "_",
    shape: "\\w{16,}",
    source: "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats"
  },
  {
    issuer: "GitLab",
    prefix: "gl(?:pat|ptt|dt|rtr?|cbt|wt|oas|soat|ffct|imt|ft|agent)",
    sign: "-",
    shape: "[\\w.-]{16,}",
    source: "https://docs.gitlab.com/security/tokens/#token-prefixes"
  },
  {
    issuer: "Slack",
    prefix: "(?:xox[a-z]|xapp)",
    sign: "-",
    shape: "[\\w-]{10,}",
    source: "https://docs.slack.dev/authentication/tokens"
  },
  {
    issuer: "Stripe",
    prefix: "[ers]k_(?:org_)?(?:live|test|prod)",
    sign: "_",
    shape: "\\w{10,}",
    source: "https://docs.stripe.com/keys"
  },
  {
    issuer: "Stripe and Standard Webhooks",
    prefix: "whsec",
    sign: "_",
    shape: "[\\w+/=-]{16,}",
    source: "https://docs.stripe.com/webhooks, https://www.standardwebhooks.com"
  },
  {
    issuer: "Google, OAuth",
    prefix: "ya29",
    sign: ".",
    shape: "[\\w.-]{16,}",
    source: "https://developers.google.com/identity/protocols/oauth2"
  },
  {
    issuer: "Google, OAuth client",
    prefix: "GOCSPX",
    sign: "-",
    shape: "[\\w-]{20,}",
    source: "https://docs.cloud.google.com/docs/authentication"
  },
  {
    issuer: "OpenAI, Anthropic and others",
    prefix: "sk",
    sign: "-",
    // `sk-ssh-ed25519@openssh.com` is an algorithm.
    shape: "(?!ssh-|ecdsa-)(?=[\\w-]{0,64}?\\d)[\\w-]{20,}",
    source: "https://platform.openai.com/docs/api-reference/authentication"
  },
  {
    issuer: "SendGrid",
    prefix: "SG",
    sign: ".",
    shape: "[\\w-]{16,}\\.[\\w-]{16,}",
    source: "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys"
  },
  {
    issuer: "npm",
    prefix: "npm",
    sign: "_",
    shape: "[A-Za-z\\d]{36,}",
    source: "https://github.blog/security/announcing-npms-new-access-token-format/"
  },
  {
    issuer: "PyPI",
    prefix: "pypi",
    sign: "-",
    shape: "AgE[\\w-]{16,}",
    source: "https://pypi.org/help/#apitoken"
  },
  {
    issuer: "Hugging Face",
    prefix: "(?:hf|api_org)",
    sign: "_",
    shape: "[A-Za-z\\d]{34,}",
    source: "https://huggingface.co/docs/hub/security-tokens"
  },
  {
    issuer: "DigitalOcean",
    prefix: "do[a-z]_v1",
    sign: "_",
    shape: "[\\da-f]{64}",
    source: "https://docs.digitalocean.com/reference/api/create-personal-access-token/"
  },
  {
    issuer: "Shopify",
    prefix: "shp[a-z]{2}",
    sign: "_",
    shape: "[\\dA-Fa-f]{32,}",
    source: "https://shopify.dev/changelog/length-of-the-shopify-access-token-is-increasing"
  },
  {
    issuer: "HashiCorp Vault",
    prefix: "hv[sbr]",
    sign: ".",
    shape: "[\\w-]{20,}",
    source: "https://developer.hashicorp.com/vault/docs/concepts/tokens"
  },
  {
    issuer: "Deno Deploy",
    prefix: "dd[op]",
    sign: "_",
    shape: "[A-Za-z\\d]{36,}",
    source: "https://docs.deno.com/deploy/"
  },
  {
    issuer: "JSR",
    prefix: "jsr[dp]",
    sign: "_",
    shape: "[A-Za-z\\d]{32,}",
    source: "https://jsr.io/docs/api"
  },
  {
    issuer: "Grafana",
    prefix: "gl(?:sa|c)",
    sign: "_",
    shape: "[\\w+/=]{32,}",
    source: "https://grafana.com/docs/grafana/latest/administration/service-accounts/"
  },
  {
    issuer: "Docker Hub",
    prefix: "dckr_(?:pat|oat)",
    sign: "_",
    shape: "[\\w-]{20,}",
    source: "https://docs.docker.com/security/access-tokens/"
  },
  {
    issuer: "Linear and Notion",
    prefix: "(?:lin_(?:api|oauth)|ntn)",
    sign: "_",
    shape: "[A-Za-z\\d]{32,}",
    source: "https://linear.app/developers/graphql, https://developers.notion.com"
  },
  {
    issuer: "PlanetScale and Supabase",
    prefix: "(?:pscale_(?:pw|tkn|oauth)|sb(?:p|_secret))",
    sign: "_",
    shape: "[\\w.-]{30,}",
    source: "https://planetscale.com/docs, https://supabase.com/docs/guides/api/api-keys"
  },
  {
    issuer: "Groq and Replicate",
    prefix: "(?:gsk|r8)",
    sign: "_",
    shape: "[A-Za-z\\d]{36,}",
    source: "https://console.groq.com/docs, https://replicate.com/docs"
  },
  {
    issuer: "Sentry",
    prefix: "sntry[su]",
    sign: "_",
    shape: "[\\w+/=-]{20,}",
    source: "https://docs.sentry.io/account/auth-tokens/"
  },
  {
    issuer: "Mailgun and Firecrawl",
    prefix: "(?:key|fc)",
    sign: "-",
    shape: "(?=[a-z]{0,31}\\d)[\\da-z]{32}",
    source: "https://documentation.mailgun.com/docs/mailgun/user-manual/api-key-mgmt/"
  },
  {
    issuer: "Google, API key",
    prefix: "AIza",
    pieces: [
      "AIza"
    ],
    shape: "[\\w-]{35,}",
    source: "https://docs.cloud.google.com/docs/authentication/api-keys"
  },
  {
    issuer: "Slack, webhook",
    prefix: "hooks\\.slack\\.",
    pieces: [
      "s.sl"
    ],
    shape: `com(?:${SLASH}|${PERCENT}2F)(?:services|workflows|triggers)(?:[\\w%-]|${SLASH}){20,}`,
    source: "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"
  },
  {
    issuer: "Discord, webhook",
    prefix: "discord(?:app)?\\.",
    pieces: [
      "disc"
    ],
    shape: `com(?:(?:${SLASH}|${PERCENT}2F)(?:api|v\\d{1,2}|webhooks)){2,3}(?:[\\w%-]|${SLASH}){60,}`,
    source: "https://docs.discord.com/developers/resources/webhook"
  },
  {
    issuer: "Telegram, bot",
    prefix: `(?:bot)?\\d{8,10}(?::|${PERCENT}3A)`,
    sign: "AA",
    shape: "[\\w-]{33}",
    source: "https://core.telegram.org/bots/features#botfather"
  },
  {
    issuer: "Twilio",
    prefix: "SK(?=[\\da-f]{32})",
    pieces: [
      ..."0123456789abcdef"
    ].map((digit) => `SK${digit}`),
    shape: "[\\da-f]{32}",
    source: "https://www.twilio.com/docs/iam/api-keys"
  }
];

// src/record/redaction/names.ts
var HEADER_NAMES = [
  "authorization",
  "cookie"
];
var SECRET_NAMES = [
  "passcode",
  "passwd",
  "password",
  "passwort",
  "kennwort"
];
var LAST_WORDS = [
  {
    last: "key",
    before: [
      ...[
        "access",
        "account",
        "admin",
        "aes",
        "api",
        "app",
        "application",
        "auth",
        "decryption"
      ],
      ...[
        "encryption",
        "fastly",
        "fernet",
        "functions",
        "hmac",
        "jwt",
        "license",
        "master",
        "private"
      ],
      ...[
        "secret",
        "secret access",
        "service role",
        "shared",
        "signing",
        "storage"
      ],
      ...[
        "subscription",
        "unseal"
      ]
    ]
  },
  {
    last: "data",
    before: [
      "client key"
    ]
  },
  {
    last: "headers",
    before: [
      "otlp",
      "otlp logs",
      "otlp metrics",
      "otlp traces"
    ]
  },
  {
    last: "token",
    before: [
      "access",
      "public",
      "refresh"
    ]
  },
  {
    last: "signature",
    before: [
      "amz",
      "goog",
      "oauth"
    ]
  },
  {
    last: "phrase",
    before: [
      "mnemonic",
      "pass",
      "recovery",
      "seed"
    ]
  },
  {
    last: "(?:pass|pwd?)",
    before: [
      ...[
        "admin",
        "auth",
        "bind",
        "db",
        "default",
        "email",
        "ftp",
        "imap",
        "ldap",
        "mail"
      ],
      ...[
        "mongo",
        "mqtt",
        "mysql",
        "pg",
        "postgres",
        "rabbit",
        "redis",
        "root",
        "smtp",
        "ssh"
      ],
      ...[
        "sudo",
        "user",
        "wifi"
      ]
    ]
  }
];
var SECRET_CODES = [
  ...[
    "2fa",
    "backup",
    "mfa",
    "one time",
    "otp",
    "recovery",
    "sms",
    "totp",
    "verification"
  ]
];
var NOT_BEFORE_SECRET = "pull";
var ENDINGS = "s|base|base64|\\d{1,4}|confirm|confirmation|digest|hash|header|pem|value";
var OTHER_TOKENS = [
  // Places in lists, and requests and versions of a thing.
  ...[
    "next",
    "page",
    "continuation",
    "pagination",
    "sync",
    "client request",
    "resume",
    "skip"
  ],
  ...[
    "sequence",
    "continue",
    "idempotency",
    "fencing",
    "delta",
    "cursor",
    "scroll",
    "change"
  ],
  ...[
    "creation",
    "update",
    "version",
    "activity",
    "window",
    "cancellation",
    "cancel"
  ],
  // Parts of texts.
  ...[
    "eos",
    "bos",
    "eot",
    "pad",
    "padding",
    "unk",
    "sep",
    "cls",
    "mask",
    "special",
    "added"
  ],
  ...[
    "prompt",
    "completion",
    "input",
    "output",
    "first",
    "last",
    "max",
    "min",
    "per",
    "num"
  ],
  ...[
    "unexpected",
    "expected",
    "illegal",
    "unknown",
    "bad",
    "syntax",
    "lookahead",
    "peek"
  ],
  ...[
    "previous",
    "prev",
    "current",
    "each",
    "of",
    "start",
    "end",
    "begin",
    "stop",
    "stream"
  ],
  ...[
    "lexer",
    "keyword",
    "operator",
    "identifier"
  ]
];
var NAME = new RegExp(`(?:${[
  ...HEADER_NAMES,
  ...SECRET_NAMES
].join("|").replaceAll(" ", "")}|(?<!${NOT_BEFORE_SECRET})secret|(?:^|wifi|wpa)psk|codeverifier|passwordpepper|samlresponse|(?:${SECRET_CODES.join("|").replaceAll(" ", "")})code|` + LAST_WORDS.map(({ last, before }) => `(?:${before.join("|").replaceAll(" ", "")})${last}`).join("|") + `)(?:${ENDINGS})?$`);
var TOKEN = /token(?:_?(?:\d{1,4}|hash|header|value))?$/;
var OTHER_TOKEN = new RegExp(`(?:^|[_\\d])(?:${OTHER_TOKENS.join("|").replaceAll(" ", "_?")})_?token[^a-z]*$`);
var TOKEN_ERROR = /^invalid_/;
var REQUEST_TOKEN = /[Cc]lientToken$/;
var STEM = /auth|code|cookie|key|kennwort|otlp|pass|phrase|psk|pw|saml|secret|signature|token/i;
function isSecretName(name) {
  return STEM.test(name) && (NAME.test(normalise(name)) || isTokenName(name));
}
function isTokenName(name) {
  const words4 = name.replace(/[a-z\d](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g, "$&_").replace(/[-_.\s[\]]+/g, "_").replace(/^_|_$/g, "").toLowerCase();
  return TOKEN.test(words4) && !OTHER_TOKEN.test(words4) && !TOKEN_ERROR.test(words4) && !REQUEST_TOKEN.test(name);
}
function normalise(name) {
  return name.toLowerCase().replace(/[-_.\s[\]]/g, "");
}

// src/record/redaction/service_looks.ts
var RULES = "https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml";
var DETECTORS = "https://github.com/trufflesecurity/trufflehog/tree/main/pkg/detectors";
var UUID2 = "[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}";
var BASE64 = `(?:[\\w+/=-]|${PERCENT}(?:2[BF]|3D))`;
var DOLLAR = `(?:\\$|${PERCENT}24)`;
var END = "(?![\\w-])";
var RANDOM = "(?=[A-Za-z]{0,64}(?:\\d|(?:[A-Z][a-z]?){3}))[A-Za-z\\d]";
var RANDOM_WORD = "(?=[A-Za-z_-]{0,64}\\d)[\\w-]";
var SERVICE_LOOKS = [
  {
    issuer: "RubyGems, Buildkite, Prefect, SonarQube, Vercel, Netlify, Neon, Honeycomb and others",
    prefix: "(?:rubygems|CLOJARS|bkua|pnu|rdme|sq[apu]|sgp(?:_local|_[\\da-f]{16})?|slk|rnd|nf[a-z]|vc[a-z]|cf(?:k|[au]t)|napi|apify_api|aio|shippo_(?:live|test)|hc[a-z]{3}|ph[asx]|alcht|jina|odt|ion|e2b|dtn|nbp|tr_(?:dev|prod|pat)|cal_live|(?=tk_[a-z\\d]{29}(?!\\w))tk|dbt[cu]|polar_[a-z]{2,4}|packagist_[a-z]{3}|depot_(?:project|org)|(?:pi|seti|cs)_[A-Za-z\\d]{14,64}_secret)",
    sign: "_",
    shape: `${RANDOM}{24,}${END}`,
    source: RULES
  },
  {
    issuer: "CircleCI, Figma, MongoDB Atlas, Duffel, LangSmith, Pinecone, Together and others",
    prefix: "(?:CCIPAT|CCIPRJ|fig[dp]|fo1|mdb_sa_sk|y0(?=_Ag|__)|duffel_(?:test|live)|lsv2_[a-z]{2}|pcsk|tgp_v1|wandb_v1|tfp|ops(?=_eyJ)|CCDB1|vercel_blob_rw|pdl_(?:[a-z]{4}_apikey|ntfset)|shltm|ovsx[a-z]{1,2})",
    sign: "_",
    shape: `${RANDOM_WORD}{36,}`,
    source: RULES
  },
  {
    issuer: "Resend",
    prefix: "re",
    sign: "_",
    shape: `[A-Za-z\\d]{8}_${RANDOM}{24}${END}`,
    source: "https://resend.com/docs/api-reference/api-keys"
  },
  {
    issuer: "Fly.io, Elastic, Matrix and Teamwork",
    prefix: "(?:fm[12][ar]?|essu|syt|tkn\\.v1)",
    sign: "_",
    shape: `${BASE64}{30,}`,
    source: RULES
  },
  {
    issuer: "Mollie, GoCardless, Lob, Notion, Fireworks, ImageKit, Telnyx, Twitch and Close",
    prefix: "(?:(?<!pk_)live(?:_\\d{6,12})?|secret|fw|private|KEY[\\dA-F]{32}|(?=api_\\w{22}\\.)api)",
    sign: "_",
    shape: `${RANDOM}{22,}(?:\\.[A-Za-z\\d]{22})?${END}`,
    source: DETECTORS
  },
  {
    issuer: "Aiven",
    prefix: "AVNS",
    sign: "_",
    shape: "[\\w-]{15,}",
    source: DETECTORS
  },
  {
    issuer: "ElevenLabs, Klaviyo, ClickUp, WooCommerce, Courier and Liveblocks",
    prefix: "(?:sk|pk|c[ks])",
    sign: "_",
    shape: `(?:[\\da-f]{32,64}|(?:\\d{1,12}_){1,2}(?:[A-Z\\d]{32}|[\\da-f]{32})|prod_[A-Z\\d]{28}|dev_${RANDOM_WORD}{40,})${END}`,
    source: DETECTORS
  },
  {
    issuer: "MaxMind",
    prefix: "[A-Za-z\\d]{6}",
    sign: "_",
    shape: "[A-Za-z\\d]{29}_mmk",
    source: "https://dev.maxmind.com/license-key/validation-api/"
  },
  {
    issuer: "Braintree",
    prefix: "access",
    sign: "_",
    shape: "token(?:(?:\\$|%24)[\\da-z]{7,16}){2}(?:\\$|%24)[\\da-f]{32}",
    source: DETECTORS
  },
  {
    issuer: "Heroku, Postman, Contentful, Square, Brevo, Tailscale, NVIDIA, xAI and others",
    prefix: "(?:HRKU|PMAK|CFPAT|FLWSECK(?:_TEST)?|nvapi|(?=xai-\\w{60})xai|fio-u|sq0[a-z]{3}|x(?:key|smtp)sib|tskey-[a-z]{3,8}|dnkey|bedrock-api-key|tvly|da2|BBFF|sec-c|(?:scp|signkey)-[a-z]{4,6}|(?=md-(?=[\\w-]{0,21}[A-Z])(?=[\\w-]{0,21}[a-z])[\\w-]{22}(?![\\w-]))md|(?=pa-(?=[\\w-]{0,42}[A-Z])(?=[\\w-]{0,42}[a-z])[\\w-]{43}(?![\\w-]))pa)",
    sign: "-",
    shape: `${RANDOM_WORD}{22,}`,
    source: RULES
  },
  {
    issuer: "Octopus, Adobe, Pulumi, Infracost, Perplexity, Cerebras, Modal and Statsig",
    prefix: "(?:API|p8e|pul|ico|llx|pplx|csk|as|secret)",
    sign: "-",
    shape: `${RANDOM}{22,}${END}`,
    source: RULES
  },
  {
    issuer: "1Password",
    prefix: "A3",
    sign: "-",
    shape: "[A-Z\\d]{6}(?:-[A-Z\\d]{5,11}){4,5}",
    source: RULES
  },
  {
    issuer: "New Relic",
    prefix: "NR(?:AK|II|IQ|SP|BR|JS)",
    sign: "-",
    shape: `(?:[\\da-f]{19}|[A-Z\\d]{27}|${RANDOM_WORD}{25,32})${END}`,
    source: "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/"
  },
  {
    issuer: "Mercado Pago",
    prefix: "(?:APP_USR|TEST)",
    sign: "-",
    shape: "\\d{12,19}-\\d{6}-[\\da-f]{32}(?:-\\d{4,12})?",
    source: DETECTORS
  },
  {
    issuer: "Django",
    prefix: "django",
    sign: "-",
    shape: "insecure-(?:[^\\s\"'`\\\\&]|&(?!\\w{1,32}=)){40,}",
    source: "https://docs.djangoproject.com/en/stable/ref/checks/#security"
  },
  {
    issuer: "PuTTY",
    prefix: "Private",
    sign: "-",
    shape: "Lines: \\d{1,4}[^]*?(?:Private-MAC: [\\da-f]+|$)",
    source: "https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html"
  },
  {
    issuer: "age",
    prefix: "AGE-SECRET-KEY",
    sign: "-",
    shape: "(?:PQ-)?1[\\dA-Z]{50,}",
    source: "https://age-encryption.org/v1"
  },
  {
    issuer: "HubSpot, Plaid, LaunchDarkly, Axiom and Pixie",
    prefix: "(?:pat-[a-z]{2}\\d|access-(?:production|sandbox|development)|sdk|sk-lf|xa[ap]t|px-(?:api|dep))",
    sign: "-",
    shape: UUID2,
    source: RULES
  },
  {
    issuer: "Mailchimp and Mailgun",
    prefix: "[\\da-f]{32}",
    sign: "-",
    shape: `(?:us\\d{1,2}|[\\da-f]{8}-[\\da-f]{8})${END}`,
    source: "https://mailchimp.com/developer/marketing/guides/quick-start/"
  },
  {
    issuer: "Doppler, Dynatrace, Dropbox, Zoho, Snyk, Amazon, Harness, Mapbox, Bitwarden and others",
    prefix: `(?:dp|dt0[a-z]\\d\\d|sl|1000|snyk_[a-z]{3}|amzn\\.mws|amzn1\\.oa2-cs|[ps]at|[st]k|AQ|v1|st|VF|hawk|(?=0\\.${UUID2}\\.)0)`,
    sign: ".",
    shape: `(?:(?:pt|ct|st|sa|scim|audit)\\.(?:[\\w-]{2,35}\\.)?[A-Za-z\\d]{40,}|[A-Z\\d]{24}\\.[A-Z\\d]{64}|(?:u\\.)?[\\w=-]{120,}|[\\da-f]{32}\\.[\\da-f]{32}|[\\da-f]{8}\\.[\\w-]{40,}|${UUID2}(?:\\.[A-Za-z\\d]{30}(?::|${PERCENT}3A)${BASE64}{22,})?|v1\\.[\\da-f]{64}|[\\da-f]{24}(?:\\.[\\da-f]{32}){2}|(?:DM|WS)\\.[\\da-f]{24}\\.[A-Za-z\\d]{16}|${RANDOM}{20}\\.${RANDOM}{20}${END}|[\\w-]{22}\\.[A-Za-z\\d]{24}\\.[A-Za-z\\d]{20}|eyJ[\\w-]{30,}\\.[\\w-]{20,}|Ab[\\w-]{40,}|0-[\\da-f]{24}-[\\da-f]{146})`,
    source: DETECTORS
  },
  {
    issuer: "Airtable and Terraform",
    prefix: "[A-Za-z\\d]{14}(?:[A-Za-z\\d]{3})?",
    sign: ".",
    shape: "(?:[\\da-f]{64}|atlasv1\\.[\\w=-]{60,})",
    source: RULES
  },
  {
    issuer: "Vault, before 1.10",
    prefix: "(?:s|b(?=\\.AAAAA))",
    sign: ".",
    shape: "(?:AAAAA[\\w-]{80,}|CAES[\\w-]{60,}|(?=[A-Za-z]*\\d[A-Za-z]*\\d|(?:[a-z\\d]*[A-Z]){7}|(?!\\w*[a-z]{4})[A-Za-z]*\\d)[A-Za-z\\d]{24}(?:\\.[A-Za-z\\d]{5})?(?![\\w(-]|\\.\\w))",
    source: "https://developer.hashicorp.com/vault/docs/concepts/tokens"
  },
  {
    issuer: "Discord, bot",
    // In base64 digits are few characters: an id of 17 to 19.
    prefix: "(?:[MNO][DTjz][AEIMQUYcgk][\\dw-z]){5,6}\\w{0,3}",
    sign: ".",
    shape: "[\\w-]{6}\\.[\\w-]{27,}",
    source: "https://docs.discord.com/developers/reference#authentication"
  },
  {
    issuer: "hashes of passwords",
    prefix: "",
    sign: "$",
    shape: `(?:2[abxy]${DOLLAR}\\d\\d|argon2(?:id?|d)|[1567yPS]|apr1|scrypt)${DOLLAR}(?:[\\w./=,+-]|${DOLLAR}|${PERCENT}(?:2[BCF]|3D)){30,}`,
    source: "crypt(5)"
  },
  {
    issuer: "Django, hashes of passwords",
    prefix: "pbkdf2",
    sign: "_",
    shape: `sha\\d{1,3}${DOLLAR}\\d{1,8}${DOLLAR}\\w{8,}${DOLLAR}${BASE64}{27,}`,
    source: "https://docs.djangoproject.com/en/stable/topics/auth/passwords/"
  },
  {
    issuer: "PostgreSQL, hashes of passwords",
    prefix: "SCRAM",
    sign: "-",
    shape: `SHA-\\d{1,3}${DOLLAR}\\d{1,8}(?::|${PERCENT}3A)${BASE64}{16,}${DOLLAR}(?:${BASE64}|:|${PERCENT}3A){40,}`,
    source: "https://www.postgresql.org/docs/current/catalog-pg-authid.html"
  },
  {
    issuer: "GitLab, runners",
    prefix: "",
    sign: "GR1348941",
    shape: "[\\w-]{20}",
    source: RULES
  }
];

// src/record/redaction/unsigned_looks.ts
var TILDE = `(?:~|${PERCENT}7E)`;
var AZURE = `(?:\\+|${PERCENT}2B)A(?:St|Sb|Eh|Rm|CR|MC|Ba)|ACDb|AIoT|Az(?:Fu|Se|Ca|EG)|AZDO|JQQJ99`;
var UNSIGNED_LOOKS = [
  {
    issuer: "Microsoft Teams and Zapier, webhook",
    prefix: "(?:webhook\\.office|hooks\\.zapier)\\.",
    pieces: [
      "k.of",
      "s.za"
    ],
    shape: `com(?:${SLASH}|${PERCENT}2F)(?:webhookb2|hooks)(?:[\\w%@-]|${SLASH}){16,}`,
    source: RULES
  },
  {
    issuer: "other webhooks and hosted services, in the path of their addresses",
    prefix: "(?:(?:web)?hooks?|maker\\.ifttt\\.com|hook\\.[a-z\\d]{2,4}\\.(?:make|integromat)\\.com|open\\.(?:feishu|larksuite)\\.[a-z]{2,3}|pagerduty\\.com|loggly\\.com|sumologic\\.com|datadoghq\\.[a-z]{2,3}|(?:alchemy|infura|ankr)\\.(?:com|io)|quiknode\\.pro|oraclecloud\\.com)",
    pieces: [
      ...[
        "ook/",
        "ooks",
        "ook%",
        "ook\\",
        "fttt",
        ".mak",
        "feis",
        "rksu",
        "rdut",
        "oggl",
        "umol"
      ],
      ...[
        "oghq",
        "lche",
        "fura",
        "nkr.",
        "ikno",
        "clec"
      ]
    ],
    shape: `(?:${SLASH}(?:[\\w.-]{1,64}${SLASH}){0,6}|${PERCENT}2F(?:[\\w.-]{1,64}${PERCENT}2F){0,6})(?:(?<=/hook${SLASH}|2Fhook${PERCENT}2F|inputs${SLASH}|2Finputs${PERCENT}2F)${UUID2}|(?=[\\w-]{0,64}\\d)(?=[\\w-]{0,64}[A-Za-z])(?:[\\da-f]{32,64}|(?!${UUID2})[A-Za-z\\d]{22,}|(?<=\\/p\\/|Fp%2F|v2\\/)[\\w-]{30,}))=*(?![\\w-]|\\.\\w)`,
    source: DETECTORS
  },
  {
    issuer: "ASP.NET, Instagram, Nostr, and assertions of SAML",
    prefix: "(?:CfDJ8(?=[\\w-]{60})|IGQV(?=[\\w-]{80})|nsec1(?=[a-z\\d]{58}\\b)|PHNhbWx(?=[\\w+/%]{80}))",
    pieces: [
      "CfDJ",
      "IGQV",
      "nsec",
      "PHNh"
    ],
    shape: `${BASE64}+`,
    source: "https://learn.microsoft.com/aspnet/core/security/data-protection, SAML 2.0 Bindings, 3.5"
  },
  {
    issuer: "Azure, Entra",
    prefix: `(?:[\\w.-]|${TILDE}){3}\\dQ${TILDE}`,
    pieces: [
      ..."0123456789"
    ].flatMap((digit) => [
      `${digit}Q~`,
      `${digit}Q%`
    ]),
    shape: `(?:[\\w.-]|${TILDE}){31,34}`,
    source: "https://learn.microsoft.com/en-us/purview/sit-defn-client-secret-api-key"
  },
  {
    issuer: "OpenShift and Salesforce",
    prefix: `(?:sha256${TILDE}(?=[\\w-]{43})|00D[A-Za-z\\d]{12}(?:!|${PERCENT}21)(?=[\\w.]{80}))`,
    pieces: [
      "256~",
      "256%",
      "00D"
    ],
    shape: "[\\w.-]+",
    source: DETECTORS
  },
  {
    issuer: "Azure",
    // Keys that its scanners find carry their service, and its newer ones `JQQJ99`.
    prefix: `(?:[\\w+/-]|${PERCENT}2[BF]){33,76}(?:${AZURE})`,
    pieces: [
      ...[
        "ASt",
        "ASb",
        "AEh",
        "ARm",
        "ACR",
        "AMC",
        "ABa"
      ],
      ...[
        "ACDb",
        "AIoT",
        "AzFu",
        "AzSe",
        "AzCa",
        "AzEG",
        "AZDO",
        "JQQJ"
      ]
    ],
    shape: `${BASE64}{4,40}`,
    source: "https://learn.microsoft.com/en-us/purview/sit-defn-azure-storage-account-key"
  },
  {
    issuer: "Databricks, Artifactory, Atlassian, Facebook, EasyPost and others",
    prefix: `(?:(?:dapi|dose)(?=[\\da-f]{32})|AKCp(?=[A-Za-z\\d]{69})|cmVmd(?=[A-Za-z\\d]{59})|AT[AC]TT3(?=[\\w=-]{60})|ATBB(?=[A-Za-z\\d]{32})|ATTA(?=[\\dA-Fa-f]{72})|APA91b(?=[\\w-]{100})|cflt(?=[\\w+/]{56})|EZ[AT]K(?=[A-Za-z\\d]{54})|AQVN(?=[\\w-]{35})|EAA(?!\\w{0,99}AAA)(?=[A-Za-z\\d]{96}|A[\\w-]{56})|[xyzt]prv(?=[A-Za-z\\d]{107})|1(?://|${PERCENT}2F${PERCENT}2F)0(?=[\\w-]{40})|4(?:/|${PERCENT}2F)0A(?=[\\w-]{0,60}[g-z])(?=[\\w-]{60}))`,
    pieces: [
      ...[
        "dapi",
        "dose",
        "AKCp",
        "cmVm",
        "ATAT",
        "ATCT",
        "ATBB",
        "ATTA",
        "APA9",
        "cflt",
        "EZAK"
      ],
      ...[
        "EZTK",
        "AQVN",
        "EAA",
        "xprv",
        "yprv",
        "zprv",
        "tprv",
        "1//0",
        "1%2F",
        "1%25",
        "4/0A"
      ],
      ...[
        "4%2F",
        "4%25"
      ]
    ],
    shape: `${BASE64}+`,
    source: RULES
  },
  {
    issuer: "Amazon, Grafana's older, Intercom, Convex and Upstash",
    // Sessions of Amazon's begin with `aws` or `origin` in base64.
    prefix: `(?:(?:ABSK|IQoJb3JpZ2lu|F[Qw]oGZXIvYXdz)(?=${BASE64}{99})|dG9rO(?=${BASE64}{50})|eyJ(?:rIjoi|2MiI6|Vc2VySUQi)(?=${BASE64}{40}))`,
    pieces: [
      "ABSK",
      "IQoJ",
      "FQoG",
      "FwoG",
      "dG9r",
      "eyJr",
      "eyJ2",
      "eyJV"
    ],
    shape: `${BASE64}+`,
    source: RULES
  },
  {
    issuer: "NTLM and Kerberos",
    prefix: `(?:TlRMTVNTUAAD|YII(?<=negotiate.YII|Negotiate.YII))(?=${BASE64}{60})`,
    pieces: [
      "TlRM",
      "YII"
    ],
    shape: `${BASE64}+`,
    source: "MS-NLMP, RFC 4559"
  },
  {
    issuer: "crates.io, ClickHouse, NuGet and New Relic's licenses",
    prefix: "(?:cio(?=[A-Za-z]{0,31}\\d)(?=[A-Za-z\\d]{32}\\b)|4b1d(?=[A-Za-z\\d]{38}\\b)|oy2(?=[a-z\\d]{43}\\b)|[\\da-f]{32}(?=FFFFNRAL))",
    pieces: [
      "cio",
      "4b1d",
      "oy2",
      "NRAL"
    ],
    shape: "[A-Za-z\\d]+",
    source: RULES
  },
  {
    issuer: "private key or JSON Web Token, in base64",
    prefix: "(?:LS0tLS1CRUdJTi(?=[A-Za-z\\d+/]{1,40}(?:UFJJVkFUR|BSSVZBVE|QUklWQVRF))|ZXlK(?=aGJHY2lP|MGVYQWlP|cmFXUWlP))",
    pieces: [
      "LS0t",
      "ZXlK"
    ],
    shape: `${BASE64}{60,}`,
    source: "RFC 7468, RFC 7519"
  }
];

// src/record/redaction/prefixes.ts
var BEFORE = `(?<=^|[^A-Za-z\\d]|${ESCAPE})`;
var ALL_LOOKS = [
  ...LOOKS,
  ...SERVICE_LOOKS,
  ...UNSIGNED_LOOKS
];
var UUID_PART = "(?<=[\\da-f]{4}-)(?:[\\da-f]{4}-|[\\da-f]{12}(?![\\w-]))";
var WORD_CHARACTER = /[\w.%+/~$!\\-]/;
var IS_WORD_CHARACTER = Uint8Array.from({
  length: 128
}, (_, code) => Number(WORD_CHARACTER.test(String.fromCharCode(code))));
var SHORTEST_SIGNED = 15;
var SHORTEST_UNSIGNED = 34;
var CHARACTER = WORD_CHARACTER.source;
var SIGNS = {
  "_": {
    sign: "_",
    behind: `${CHARACTER}{10}`
  },
  "-": {
    sign: "-",
    behind: `(?!${UUID_PART})${CHARACTER}{10}|us\\d|Lines:|insecure-`
  },
  ".": {
    sign: "\\.",
    behind: "[\\w.-]{16}|eyJ"
  },
  "$": {
    sign: DOLLAR,
    behind: "2[abxy]|argon2|[1567yPS]|apr1|scrypt"
  },
  "AA": {
    sign: "AA",
    behind: `${CHARACTER}{24}`
  },
  "GR1348941": {
    sign: "GR1348941",
    behind: `${CHARACTER}{20}`
  }
};
var SIGNED = new RegExp(Object.keys(SIGNS).map((name) => {
  const { sign, behind } = SIGNS[name];
  const looks = ALL_LOOKS.filter((look) => look.sign === name);
  const prefixes = [
    ...new Set(looks.map(({ prefix }) => prefix))
  ].join("|");
  return `${sign}(?=${behind})(?<=${BEFORE}(?:${prefixes})${sign})`;
}).join("|"));
var PREFIXED = new RegExp(`${BEFORE}(?:` + ALL_LOOKS.map(({ prefix, sign, shape }) => prefix + (sign ? SIGNS[sign].sign : "") + shape).join("|") + ")", "g");
var PIECES = new Set(ALL_LOOKS.flatMap(({ pieces = [] }) => pieces));
var BEGINS_PIECE = new Uint8Array(128 * 128);
for (const piece of PIECES) BEGINS_PIECE[piece.charCodeAt(0) << 7 | piece.charCodeAt(1)] = 1;
function mayHavePrefix(text2) {
  return longWordAt(text2, 0, SHORTEST_SIGNED) >= 0 && (SIGNED.test(text2) || hasPiece(text2));
}
function hasPiece(text2) {
  let at = 0;
  for (; (at = longWordAt(text2, at, SHORTEST_UNSIGNED)) >= 0; at++) {
    let code = text2.charCodeAt(at);
    while (IS_WORD_CHARACTER[code] === 1 && ++at < text2.length) {
      const before = code << 7;
      code = text2.charCodeAt(at);
      if (BEGINS_PIECE[before | code] === 1 && isPieceAt(text2, at - 1)) return true;
    }
  }
  return false;
}
function isPieceAt(text2, index) {
  return PIECES.has(text2.slice(index, index + 3)) || PIECES.has(text2.slice(index, index + 4));
}
function longWordAt(text2, from, length) {
  for (let end = from + length; end <= text2.length; ) {
    let begin2 = end;
    while (IS_WORD_CHARACTER[text2.charCodeAt(begin2 - 1)] === 1) {
      if (--begin2 === end - length) return begin2;
    }
    end = begin2 + length;
  }
  return -1;
}

// src/record/redaction/mask_looks.ts
var REDACTED = "[REDACTED]";
var SPACE = `(?: |\\+|${PERCENT}2(?:0|B))`;
var CHALLENGE = "(?:realm|scope|error|error_description|error_uri|charset|resource_metadata|service|expires|expires_in|ext_expires_in)=";
var GLUED = [
  "bearer\\s",
  "</?[a-z!]",
  "&(?:quot|apos|amp|lt|gt|#\\d{1,4});",
  `(?:[;&]|${PERCENT}26)[\\w.-]{1,64}(?:\\s?[:=]|${PERCENT}3)`,
  `(?:authorization|cookie|passwd|password|passphrase|secret|key|token)[\\w-]{0,16}(?:\\s?:|\\s?=(?![=\\s]|$)|${PERCENT}3)`
].join("|");
var TOKEN_CHARACTER = "[^\\s\"'`,\\\\]";
var BEARER = new RegExp(`(bearer(?:\\s{1,8}|${SPACE}))(?!${CHALLENGE})(?=${TOKEN_CHARACTER}{16}|(?=${TOKEN_CHARACTER}{6})[\\w~+/=-]*(?:\\d|\\.\\w))(?:(?!${GLUED})${TOKEN_CHARACTER})+(?<![)\\]};>&])`, "gi");
var URL_HEAD = `:${SLASH}${SLASH}` + /[^\s/?#:[\]"'`<>,;]*:(?!\d{1,5}(?:[/?,;)\]}"'<>|\\]|$))/.source;
var NO_URL = `(?!:${SLASH}${SLASH})`;
var URL_PASSWORD = `(${URL_HEAD})(?:[^\\s/?#]+|(?!${SLASH})(?:${NO_URL}[^\\s"'\`<>])+)(?=@)`;
var LEVEL = "%\\k<level>";
var ENCODED_URL_HEAD = `(%(?<level>(?:25){0,3})3[Aa]${LEVEL}2[Ff]${LEVEL}2[Ff][^\\s%&]*${LEVEL}3[Aa])(?:[^\\s&%]|%(?!\\k<level>(?:40|2[Ff])))+`;
var ENCODED_URL_PASSWORD = `${ENCODED_URL_HEAD}(?=${LEVEL}40)`;
var ENCODED_SLASHES = /%(?:25){0,3}2[Ff]%(?:25){0,3}2[Ff]/;
var UNFINISHED_URL = new RegExp(`(${URL_HEAD})(?:[^\\s/?#]+|(?!${SLASH})(?:${NO_URL}[^\\s"'\`<>@])+)$`);
var UNFINISHED_ENCODED_URL = new RegExp(`${ENCODED_URL_HEAD}$`);
var UNFINISHED_ELEMENT = /(<(?:[\w.-]{1,64}:)?([\w.-]{1,64})(?:\s[^<>]{0,256})?>(?:<!\[CDATA\[)?)[^<>]+(?:\]\]>)?<?$/;
var DSN_PASSWORD = "(?<=[\\w.%-]:)[^\\s\"'`/@:]{1,128}(?=@(?:tcp|unix)\\()|(?<=jdbc:oracle:[a-z\\d]{2,8}:[\\w.]{1,64}/)[^\\s\"'`@/]{1,128}(?=@)";
var ARGON2 = "\\$argon2(?:id?|d)\\$[\\w=,$+/-]{32,}";
var BETWEEN = `(?: |["'],\\s?(?:["']\\d{1,3}["']:)?["'])`;
var BETWEEN_WORDS = / (?![^[]*\])/g;
var COMMAND_PASSWORD = new RegExp("((?:" + [
  "(?:mysql|mariadb)[\\w-]{0,12} OPTIONS-p(?! )",
  "(?:sshpass|(?:docker|podman) login) OPTIONS-p ?",
  "(?:buildah|skopeo|oras|helm registry|az|oc|cf) login OPTIONS-p ",
  "(?:mongo(?:sh|dump|restore|export|import)?|cqlsh) OPTIONS-p ",
  "(?:plink|pscp|psftp) OPTIONS-pw ",
  "(?:sqlcmd|bcp) OPTIONS-P ?",
  "ldap[a-z]{3,8} OPTIONS-w ",
  "openssl OPTIONS-pass(?:in|out)? pass:",
  "redis-cli OPTIONS-a ",
  "(?:mosquitto_[a-z]{2,3}|ipmitool|(?:un)?zip) OPTIONS-P ",
  "(?:7z[a-z]?|unrar|rar) OPTIONS-p(?! )",
  "twine upload OPTIONS-p ",
  `https? OPTIONS(?:-a|--auth) ?["']?[^\\s:"']{1,64}:`,
  `etcdctl OPTIONS--user[ =]["']?[^\\s:"']{1,64}:`,
  `curl OPTIONS(?:-u|--user) ?["']?[^\\s:"']{1,64}:`
].join("|").replaceAll("OPTIONS", "(?:[^\\n|;&]{0,200}? )?").replaceAll(BETWEEN_WORDS, BETWEEN) + `))(?:"[^"\\\\]*"|'[^'\\\\]*'|[^\\s"'\\\\]+)`, "g");
var LABEL = `(?:[A-Z\\d]|${SPACE}){0,48}`;
var PRIVATE_KEY = `----(?:-|${SPACE})BEGIN${LABEL}(?:PRIVATE${SPACE}KEY(?:${SPACE}BLOCK)?|OpenVPN${SPACE}Static${SPACE}key${SPACE}V1)${SPACE}?----[^]*?(?:----(?:-|${SPACE})END(?:${LABEL}|${SPACE}OpenVPN[^-\\n]{1,32})-{4,5}|$)`;
var KEY_BEGIN = new RegExp(`----(?:-|${SPACE})B`);
var OPTION = `[apuwP-](?<=[\\s"']-.)`;
var BLOCK = new RegExp(`${URL_PASSWORD}|${ENCODED_URL_PASSWORD}|${PRIVATE_KEY}|${DSN_PASSWORD}|${ARGON2}`, "g");
var MAY_HAVE_SHORT = new RegExp(`_(?=\\w{5})(?<=${BEFORE}${LOOKS[0].prefix}_)|-${OPTION}`);
var BASE642 = new RegExp(`((?:basic|auth (?:plain|login|xoauth2))${SPACE}|(?<=^|[^A-Za-z\\d]|${ESCAPE})auth${ANY_MARK}?(?:${COLOUR})?\\s{0,8}(?:[:=]|${PERCENT}3[AD])\\s{0,8}(?:${COLOUR})?${ANY_MARK}?)((?:[A-Za-z\\d+/]|${PERCENT}2[BF]){8,1024}(?:=|${PERCENT}3D){0,2})`, "gi");
var WORD_OF_COMMAND = `(?:${COLOUR})?${MARK}(?!-)[^"'\`]{0,256}${MARK}(?:${COLOUR})?`;
var COMMAND = new RegExp(`(name${MARK}?\\s{0,8}:\\s{0,8}(?:${COLOUR})?${MARK}auth${MARK}(?:${COLOUR})?,\\s{0,64}${MARK}?args${MARK}?\\s{0,8}:\\s{0,8})(?:\\[\\s{0,64}${WORD_OF_COMMAND}(?:,\\s{0,64}${WORD_OF_COMMAND})?\\s{0,64}\\]|\\{${MARK}0${MARK}:${WORD_OF_COMMAND}(?:,${MARK}1${MARK}:${WORD_OF_COMMAND})?\\})`, "gi");
var MAY_HAVE_BASE64 = /basic[ +%]|auth[^a-z]/i;
var MAY_HAVE_SCHEME = new RegExp(`beare|${MAY_HAVE_BASE64.source}`, "i");
var MAIL_OR_BASIC = /^[\0\x01\x20-\x7e]*[\0:][\0\x01\x20-\x7e]*$/;
var PRIVATE_MEMBER = new RegExp(`(?<=^|[^\\w-]|${ESCAPE})((?:[dkpq]|d[pq]|qi)${ANY_MARK}{0,2}\\s{0,8}(?:[:=]>?|${PERCENT}3A)\\s{0,8}(?:${COLOUR})?${ANY_MARK}{0,2})[\\w-]{16,}`, "g");
var MAY_HAVE_OTHER = new RegExp(`-(?:-(?:[A-Za-z]| B)|${OPTION})|[Bb](?:[Ee][Aa][Rr][Ee]|[Aa][Ss][Ii][Cc] )|[Aa](?:UTH|uth) [LPXlpx]|\\|[ \\t]|w(?<=login [^ ]{1,128} passw)ord `);
var TOKEN_BEGIN = new RegExp(`${BEFORE}eyJ`);
var TOKEN_PART = /[\w.-]/;
function passwordAtEnd(command) {
  for (const { 0: all, 1: kept, index } of command.matchAll(COMMAND_PASSWORD)) {
    if (index + all.length === command.length) return all.slice(kept.length);
  }
}
function maskBlocks(text2) {
  const mayHave = text2.includes("----") && KEY_BEGIN.test(text2) || text2.includes("$argon2") || text2.includes("@") && /:\/\/|\\\/|@(?:tcp|unix)\(|jdbc:o/.test(text2) || text2.includes("40") && ENCODED_SLASHES.test(text2);
  return mayHave ? text2.replace(BLOCK, (_, url, encoded = "") => (url ?? encoded) + REDACTED) : text2;
}
function maskTokens(text2) {
  const mayHaveShort = MAY_HAVE_SHORT.test(text2);
  let masked2 = mayHaveShort || mayHavePrefix(text2) ? text2.replace(PREFIXED, REDACTED) : text2;
  if (mayHaveShort) masked2 = masked2.replace(COMMAND_PASSWORD, `$1${REDACTED}`);
  if (!MAY_HAVE_SCHEME.test(masked2)) return masked2;
  masked2 = masked2.replace(BEARER, `$1${REDACTED}`);
  if (!MAY_HAVE_BASE64.test(masked2)) return masked2;
  return masked2.replace(COMMAND, `$1${REDACTED}`).replace(BASE642, (all, before, word) => isUserAndPassword(decoded(word)) ? before + REDACTED : all);
}
function maskKeys(text2) {
  return text2.includes("kty") ? text2.replace(PRIVATE_MEMBER, `$1${REDACTED}`) : text2;
}
function isUserAndPassword(word) {
  try {
    return MAIL_OR_BASIC.test(atob(word));
  } catch {
    return false;
  }
}
function decoded(word) {
  return word.replace(/%(?:25)*([\dA-F]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));
}
function maskUnfinished(text2) {
  const masked2 = text2.replace(UNFINISHED_URL, `$1${REDACTED}`).replace(UNFINISHED_ENCODED_URL, `$1${REDACTED}`).replace(UNFINISHED_ELEMENT, (all, tag, name) => isSecretName(name) ? tag + REDACTED : all);
  let word = masked2.length;
  while (word > 0 && TOKEN_PART.test(masked2[word - 1])) word--;
  const token = masked2.slice(word).search(TOKEN_BEGIN);
  return token === -1 ? masked2 : masked2.slice(0, word + token) + REDACTED;
}

// src/record/redaction/siblings.ts
var MAY_BE_SECRET = /value$|^(?:_?auth|args|credential|(?:device_?)?code|t?otp|pass|pwd?|[dkpq]|d[pq]|qi)$/i;
var NAMES = [
  ...[
    "name",
    "key",
    "Name",
    "Key",
    "field",
    "header",
    "ParameterKey",
    "OptionName"
  ],
  ...[
    "path",
    "param",
    "property",
    "attribute",
    "variable"
  ]
];
var COMMANDS = [
  "command",
  "cmd",
  "path",
  "file",
  "spawnfile",
  "program",
  "executable"
];
var PASSWORD_OPTION = /^-(?:[apPuw]|-user$)/;
var MAX_WORDS = 32;
var MAX_WORD = 128;
var ENDS_WORD = /[\s"'\\|;&]/g;
var DIRECTORY = /^(?:[/~]|\.{1,2}\/|[A-Z]:[\\/])/i;
var USERS = [
  "user",
  "username",
  "userName",
  "login",
  "email"
];
var OAUTH = [
  "state",
  "grant_type",
  "grantType",
  "redirect_uri",
  "client_id",
  "user_code",
  "userCode"
];
var OAUTH_CODE = /^(?=\S*\d)(?=\S*[a-z])[\w.~%/+-]{20,}$/;
var ONE_TIME_PASSWORD = /^\d{4,8}$/;
function mayBeSecret(name) {
  return MAY_BE_SECRET.test(name);
}
function isSecretBeside(name, value, object, isName) {
  const has = (names, test) => names.some((property) => {
    const beside = read(object, property);
    return typeof beside === "string" && test(beside);
  });
  const lower = name.toLowerCase();
  if (lower.endsWith("value")) return has(NAMES, isName);
  if (lower === "args") {
    return isCommandLine(value) && has([
      "name"
    ], (command) => command.toLowerCase() === "auth");
  }
  if (lower.endsWith("otp")) return ONE_TIME_PASSWORD.test(String(value));
  if (typeof value !== "string") return false;
  if (lower.endsWith("code")) return OAUTH_CODE.test(value) && has(OAUTH, Boolean);
  if (lower.endsWith("auth")) return isUserAndPassword(value);
  if (lower === "pwd" && DIRECTORY.test(value)) return false;
  return has([
    "credential",
    "pass",
    "pw",
    "pwd"
  ].includes(lower) ? USERS : [
    "kty"
  ], Boolean);
}
function isCommandLine(value) {
  return Array.isArray(value) && value.length <= 2 && value.every((word) => typeof word === "string" && !word.startsWith("-"));
}
function isPasswordOption(word) {
  return typeof word === "string" && word.startsWith("-") && PASSWORD_OPTION.test(word);
}
function keptOfArgument(items, index, item, owner) {
  const words4 = COMMANDS.map((name) => owner && read(owner, name)).filter((command) => typeof command === "string").map(wordOf);
  for (let i = Math.max(0, index - MAX_WORDS); i <= index; i++) {
    words4.push(wordOf(i === index ? item : read(items, i)));
  }
  const password = passwordAtEnd(words4.join(" "));
  return password && words4.at(-1).slice(0, -password.length);
}
function wordOf(value) {
  return typeof value === "string" ? value.slice(0, MAX_WORD).replace(ENDS_WORD, "_") : "_";
}

// src/record/form.ts
var RESERVED = [
  ...[
    "logger.name",
    "process.pid"
  ],
  ...[
    "axonpush.dedup_key",
    "axonpush.agent_id",
    "axonpush.trace_id",
    "axonpush.truncated"
  ]
];
function createForm(dialect, redactor, quoted) {
  const { string, integer: integer2 } = dialect.around;
  return {
    ...dialect,
    masked: dialect.string(`"${REDACTED}"`),
    afterString: string[1] + dialect.end,
    afterInteger: integer2[1] + dialect.end,
    nameOf: memoize((name) => {
      const text2 = dialect.name(quoted(name));
      return {
        text: text2,
        beforeString: text2 + string[0],
        beforeInteger: text2 + integer2[0],
        isSecret: redactor.isName(name),
        isReserved: RESERVED.includes(name),
        mayBeSecret: mayBeSecret(name)
      };
    })
  };
}

// src/record/platform_objects.ts
var WEB_MAPS = [
  "Headers",
  "URLSearchParams",
  "FormData"
];
var BUFFER = [
  "byteLength"
];
var CONNECTION = [
  "url",
  "readyState",
  "protocol"
];
var EVENT2 = [
  ...[
    "type",
    "message",
    "filename",
    "lineno",
    "colno",
    "error"
  ],
  ...[
    "reason",
    "code",
    "wasClean"
  ],
  ...[
    "detail",
    "data",
    "origin",
    "lastEventId"
  ],
  ...[
    "loaded",
    "total",
    "key",
    "newValue"
  ]
];
var FIELDS = {
  AbortSignal: [
    "aborted",
    "reason"
  ],
  ArrayBuffer: BUFFER,
  Blob: [
    "size",
    "type"
  ],
  BroadcastChannel: [
    "name"
  ],
  DataView: BUFFER,
  EventSource: CONNECTION,
  File: [
    "name",
    "size",
    "type"
  ],
  PerformanceMark: [
    "name",
    "startTime",
    "duration"
  ],
  PerformanceMeasure: [
    "name",
    "startTime",
    "duration"
  ],
  Request: [
    "method",
    "url",
    "headers"
  ],
  Response: [
    "status",
    "statusText",
    "url",
    "headers"
  ],
  SharedArrayBuffer: BUFFER,
  WebSocket: CONNECTION
};
function platformFields(value, tag) {
  const names = tag.endsWith("Event") ? EVENT2 : Object.hasOwn(FIELDS, tag) ? FIELDS[tag] : void 0;
  if (names === void 0) return void 0;
  const fields = /* @__PURE__ */ Object.create(null);
  for (const name of /* @__PURE__ */ new Set([
    ...names,
    ...Object.keys(value)
  ])) {
    const field = read(value, name);
    if (field !== "" && field !== null && typeof field !== "function") fields[name] = field;
  }
  return fields;
}

// src/record/redaction/encoded_text.ts
var SEPARATOR = /%(?:25)*(?:2[0267]|3[A-F]|5B|7B|0[AD])|(?:\+|%(?:25)*2B)-[A-Za-z]/i;
var CHARACTER2 = '[^\\s&=?#"<>`\\\\^{|}';
var PART = new RegExp(`(?<!${CHARACTER2}])${CHARACTER2}%]*(?:%|\\+(?=-))${CHARACTER2}]*`, "g");
var SHORTEST = 9;
var PLUS = /(?<!\w)\+|(?<=%\w{2})\+|\+(?!\w)|\+(?=[\w.-]{1,32}%(?:25)*3[AD])/g;
var COMMAND_LINE = /\+-[A-Za-z-]/;
var ENCODED = /%([0-7][\dA-Fa-f])/g;
function maskEncoded(text2, mask) {
  if (!SEPARATOR.test(text2)) return text2;
  return text2.replace(PART, (part) => {
    if (part.length < SHORTEST || !SEPARATOR.test(part)) return part;
    const spaces = COMMAND_LINE.test(part) ? /\+/g : PLUS;
    const decoded2 = part.replace(spaces, " ").replace(ENCODED, (_, code) => fromCode(code));
    const masked2 = mask(decoded2);
    return masked2 === decoded2 ? part : encodedAsBefore(masked2, decoded2, part);
  });
}
function encodedAsBefore(masked2, decoded2, part) {
  const places = placesOf(part);
  let end = 0;
  return masked2.split(REDACTED).map((kept) => {
    const start = decoded2.indexOf(kept, end);
    if (start === -1) return encodeURIComponent(kept);
    end = start + kept.length;
    return part.slice(places[start], places[end]);
  }).join(REDACTED);
}
function placesOf(part) {
  const places = [];
  let place = 0;
  for (const { 0: encoded, index } of part.matchAll(ENCODED)) {
    while (place <= index) places.push(place++);
    place = index + encoded.length;
  }
  while (place <= part.length) places.push(place++);
  return places;
}
function fromCode(code) {
  return String.fromCharCode(parseInt(code, 16));
}

// src/record/redaction/statements.ts
var BEGINNINGS = [
  ...[
    "required",
    "optional",
    "missing",
    "invalid",
    "incorrect",
    "wrong",
    "expired",
    "empty"
  ],
  ...[
    "blank",
    "unset",
    "unknown",
    "denied",
    "failed",
    "rejected",
    "mismatch",
    "mismatched",
    "ok"
  ],
  ...[
    "valid",
    "correct",
    "found",
    "set",
    "present",
    "absent",
    "enabled",
    "disabled",
    "loaded"
  ],
  ...[
    "changed",
    "unchanged",
    "updated",
    "created",
    "deleted",
    "removed",
    "revoked",
    "verified"
  ],
  ...[
    "rotated",
    "refreshed",
    "received",
    "accepted",
    "granted",
    "allowed",
    "pending",
    "completed"
  ],
  ...[
    "sent",
    "obtained",
    "issued",
    "started",
    "stored",
    "renewed",
    "validated",
    "validating"
  ],
  ...[
    "possible",
    "mandatory",
    "malformed",
    "signature",
    "permission",
    "timed",
    "from",
    "path"
  ],
  ...[
    "must",
    "should",
    "may",
    "might",
    "can",
    "cannot",
    "can['\u2019]t",
    "could",
    "too",
    "not",
    "will"
  ],
  ...[
    "is",
    "isn['\u2019]t",
    "are",
    "was",
    "were",
    "has",
    "have",
    "had",
    "do",
    "don['\u2019]t",
    "does"
  ],
  ...[
    "doesn['\u2019]t",
    "did",
    "didn['\u2019]t",
    "expected",
    "contains",
    "at least"
  ]
];
var SUBJECT = "(?:(?:the|this|your|new|current) ){0,2}(?:passwords?|passphrase|secret|token|cookie|key|field|value|string|input)(?: (?:field|confirmation|value))?:? ";
function anyOf(words4) {
  return `(?:${words4.join("|")})`;
}
var STATEMENT = new RegExp(`^(?:${SUBJECT})?${anyOf(BEGINNINGS)}(?:[.,:;!]?$|[.,:;]? (?=[^]))(?:[(>=<]{0,3}(?:[a-z][a-z'\u2019-]{0,20}|\\d{1,3})(?:\\(s\\))?[.,:;!)]{0,2}(?: |$))*$`, "i");
var VERSION = /^[~^]?v?\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[a-z]{2,8}\.\d{1,4})?$/;
var TYPE = /^(?:string|number|integer|boolean|array|object)$/;
var SCHEMA_TEXTS = [
  "description",
  "title",
  "format"
];
var DESCRIPTIONS = [
  ...[
    "name",
    "secretName",
    "namespace",
    "items",
    "key",
    "path",
    "mode",
    "defaultMode",
    "optional"
  ],
  ...[
    "expirationSeconds",
    "_expires",
    "expires",
    "originalMaxAge",
    "maxAge",
    "httpOnly",
    "secure"
  ],
  ...[
    "sameSite",
    "signed",
    "domain"
  ]
];
var SUBJECTS = [
  "name",
  "secretName",
  "path"
];
var IDENTIFIER = /^(?:[a-z/][a-z\d._/-]{0,62}|Lax|Strict|None|\d{4}-\d\d-\d\d\S{0,32})$/;
var MAY_BE_STATEMENT = /(?:name|path|type|required|invalid|\$ref)\\{0,15}["':]|[a-z] [a-z(>]|\d\.\d/i;
var MAX_LENGTH = 512;
var MAX_DEPTH = 4;
var MAX_PARTS = 16;
function isStatement(value, depth = 0) {
  if (typeof value === "string") {
    return value.length <= MAX_LENGTH && (STATEMENT.test(value) || VERSION.test(value));
  }
  if (typeof value !== "object" || value === null || depth === MAX_DEPTH) return false;
  try {
    const parts = partsOf(value);
    if (parts === void 0 || parts.length > MAX_PARTS) return false;
    const isSchema = parts.some(({ name, part }) => name === "type" && TYPE.test(String(part)));
    const isDescription = parts.some(({ name }) => SUBJECTS.includes(name));
    return parts.every(({ name, part }) => isStatement(part, depth + 1) || name === "$ref" && /^[\w./:-]*#\//.test(String(part)) || isSchema && (typeof part === "number" || TYPE.test(String(part)) || typeof part === "string" && SCHEMA_TEXTS.includes(name)) || isDescription && DESCRIPTIONS.includes(name) && (part === null || typeof part === "number" || typeof part === "boolean" || typeof part === "string" && IDENTIFIER.test(part)));
  } catch {
    return false;
  }
}
function isStatementText(text2) {
  if (text2.length > MAX_LENGTH) return false;
  const quoted = /^\\*(["'])\1?([^"\\]*?)\\*\1{1,2}$/.exec(text2);
  if (quoted) return isStatement(quoted[2]);
  if (!/^[[{]/.test(text2) || !MAY_BE_STATEMENT.test(text2)) return false;
  try {
    return isStatement(JSON.parse(jsonOf2(text2)));
  } catch {
    return false;
  }
}
function jsonOf2(text2) {
  return text2.replace(/\\+(?=["'])/g, "").replace(/(?<=[[{:,]\s*)'([^'"]*)'/g, '"$1"').replace(/(?<=[{,]\s*)([a-z_]\w*)(?=:)/gi, '"$1"').replace(/(?<=:\s*)([a-z][\w./-]*)(?=\s*[,}])/gi, '"$1"');
}
function partsOf(value) {
  if (Array.isArray(value)) {
    return value.slice(0, MAX_PARTS + 1).map((part) => ({
      name: "",
      part
    }));
  }
  if (![
    Object.prototype,
    null
  ].includes(Object.getPrototypeOf(value))) return void 0;
  return Object.keys(value).map((name) => ({
    name,
    part: Object.getOwnPropertyDescriptor(value, name).value
  }));
}

// src/record/redaction/innocent.ts
var WORD_END = `[.!]?(?:(?=${COLOUR})|${/(?![^\s,;&}\])\\"'`<|])/.source})`;
var NO_VALUES = [
  ...[
    "true",
    "false",
    "null",
    "undefined",
    "none",
    "nil",
    "yes",
    "no",
    "\\*{3,}",
    "x{4,}",
    "EOF"
  ],
  ...[
    "string(?:\\[\\])?",
    "&?str",
    "number",
    "boolean"
  ],
  ...[
    "amd64",
    "arm64",
    "armhf",
    "i386",
    "all"
  ],
  "[\\w.+~%-]{1,128}\\.u?deb",
  ...[
    "chauthtok",
    "inherit",
    "read",
    "write"
  ],
  "\\d{1,3} of \\d{1,9}",
  "[~^]?\\d{1,4}\\.\\d{1,4}\\.\\d{1,4}",
  "[a-z]\\w{0,64}\\(\\)",
  "(?:[\\w.-]{0,64}/){1,16}[\\w.-]{1,64}\\.(?:pem|key|crt|p12|json|ya?ml|txt|env)"
];
var PLACEHOLDERS = [
  ...[
    "\\?",
    "\\$\\d{1,3}",
    ":[a-z_]{1,32}",
    "%[a-z]",
    "%\\(\\w{1,32}\\)[a-z]"
  ],
  ...[
    "\\$\\{[\\w:?. -]{1,64}\\}",
    "%[A-Z\\d]{1,32}(?:_[A-Z\\d]{1,32}){0,8}%"
  ],
  ...[
    "\\$\\{\\{[^{}\\n]{0,64}\\}\\}",
    "[\u2022\xB7\u25CF]{3,64}",
    "</\\w{1,16}>"
  ],
  ...[
    "\\{\\{[^{}\\n]{0,64}\\}\\}",
    "<[a-z]{1,12}(?:[ _-][a-z]{1,12}){0,4}>"
  ],
  ...[
    "\\[(?:filtered|redacted|hidden|masked|omitted)\\]",
    "\\((?:sensitive|known)[a-z ]{0,16}\\)"
  ],
  "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",
  "(?<=[\"'`])[^\\w\\s\\\\\"'`]{1,2}(?=[\"'`])",
  `(?<=["'=])-`
];
var FUNCTION_WORDS = [
  ...[
    "a",
    "an",
    "the",
    "this",
    "that",
    "it",
    "its",
    "you",
    "your",
    "and",
    "or",
    "if",
    "is",
    "was"
  ],
  ...[
    "must",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "of",
    "on",
    "to",
    "with",
    "has",
    "are",
    "be"
  ],
  ...[
    "updated",
    "changed",
    "unchanged",
    "expiry",
    "successfully"
  ]
];
var PLAIN_WORD = "[a-z'\u2019]{1,20}";
var sticky = (source) => new RegExp(source, "iy");
var NO_VALUE = sticky(anyOf(NO_VALUES) + WORD_END);
var PLACEHOLDER = sticky(`(?:${MARK}){0,2}${anyOf(PLACEHOLDERS)}(?:${MARK}){0,3}${WORD_END}`);
var VARIABLE = new RegExp(`(?:${MARK})?(?:\\$[A-Z]{1,32}(?:_[A-Z\\d]{1,32}){1,8}|KEY|TOKEN|PASSWORD|SECRET|VALUE|STRING)(?:${MARK})?${WORD_END}`, "y");
var BEGINNING = sticky(anyOf(BEGINNINGS) + WORD_END);
var SENTENCE = sticky(`(?=(?:${PLAIN_WORD}[,.]? ){0,2}${anyOf(FUNCTION_WORDS)}\\b)${PLAIN_WORD}(?:[,.]? ${PLAIN_WORD}){2}(?![\\w:=-])`);
var OPTION_PROSE = sticky("(?:and|but|for|in|is|or|to|via|when|with)\\b|[a-z]{1,20}(?:[.,;:!?)](?!\\S)|\\s{1,8}[^-\\s])");
var FIELD = new RegExp(`(${MARK})${FIELD_NAME}\\1`, "y");
var TOKEN_OBJECT = /[A-Z]\w{0,64} ?\{/y;
var URL_PASSWORD2 = sticky(`\\[REDACTED\\]@`);
var WORD_BEFORE = new RegExp(`(?:${ESCAPE})?([\\w.-]*)$`);
var OTHER_TOKEN_BEFORE = new RegExp(`(?:/|\\b${anyOf(OTHER_TOKENS)} )$`, "i");
var FILE_BEFORE = /\/etc\/$|X\.509 cert '[^'\n]{0,80}$/;
var STORE_BEFORE = /\b(?:docker|swarm|kubernetes|k8s) $/i;
var STORED_NAME = /[a-z][a-z_.-]{0,62}(?![^\s,;)\]}"'])/y;
var STORED = /[a-z][a-z\d.-]{0,62}\/[a-z][a-z\d.-]{0,62}(?![^\s,;)\]}"'])/y;
var FAILURE_BEFORE = /\b(?:(?:failed|unable) to|could not|cannot) [a-z]{2,16} (?:[a-z]{1,12} ){0,2}$/i;
var COUNT = new RegExp(`\\d{1,5}(?:(?=${COLOUR})|(?![^\\s,;)\\]}]))`, "y");
var REASON = /[a-z]{2,20} (?=[a-z"'(])/iy;
var ARN_BEFORE = /arn:aws[\w-]{0,16}:[\w:-]{0,64}$/;
var URL_BEFORE = /:\/\/[^\s/:@]{0,64}$/;
var ALTERNATIVE_BEFORE = /\b(?:or|and|invalid|wrong|incorrect|bad) $/i;
var ELEMENT_BEFORE = new RegExp(`${OPENING}(?:[\\w.-]{1,64}:)?$`);
var PROPERTY_BEFORE = new RegExp(`${OPENING}(?:property|string|entry|param|parameter|setting|item|variable|env|header)\\s[^<>]{0,64}?(?:name|key)=${MARK}$`, "i");
var ENTRY_BEFORE = new RegExp(`(?:[[,]\\s{0,16}\\[\\s{0,16}(?:${COLOUR})?|${MARK}\\d{1,4}${MARK}:\\{${MARK}0${MARK}:)${MARK}$`);
var MARK_BEFORE = new RegExp(`${MARK}(?:[\\w.-]{1,64}\\[)?$`);
var PART_BEFORE = new RegExp(`\\bname=(?:${MARK})?(?:[\\w.-]{1,64}\\[)?$`, "i");
var LOOK_BACK = 100;
function isInnocent(text2, found, index, start) {
  const { name, own, named, token, header, mark: mark2, colon, space, list, element, part, option } = found.groups;
  const before = text2.slice(Math.max(0, index - LOOK_BACK), index);
  const [, word = ""] = WORD_BEFORE.exec(before);
  const beforeWord = before.slice(0, before.length - word.length);
  const isAt = (pattern) => {
    pattern.lastIndex = start;
    return pattern.test(text2);
  };
  if (named && !isSecretName(named)) return true;
  if (element && !(mark2 ? PROPERTY_BEFORE : ELEMENT_BEFORE).test(beforeWord)) return true;
  if (part && !PART_BEFORE.test(beforeWord)) return true;
  if (list && (!mark2 || !MARK_BEFORE.test(beforeWord))) return true;
  if (list && isAt(FIELD) && !word.startsWith("--") && !ENTRY_BEFORE.test(beforeWord)) return true;
  if (own) return false;
  if (token) {
    if (!isTokenName(word + text2.slice(index, found.index) + name) || isAt(TOKEN_OBJECT)) {
      return true;
    }
    if (word === "" && OTHER_TOKEN_BEFORE.test(beforeWord)) return true;
  }
  const isObject = text2[start] === "{" || text2[start] === "[" && !text2.startsWith(REDACTED, start);
  if (/s$/i.test(name) && isAt(COUNT)) return true;
  if (isAt(NO_VALUE) || isAt(PLACEHOLDER) || isAt(VARIABLE) || FILE_BEFORE.test(beforeWord)) {
    return true;
  }
  if (option) return isAt(BEGINNING) || isAt(OPTION_PROSE);
  if (!colon) return false;
  if (/secret$/i.test(name) && (isAt(STORED) || STORE_BEFORE.test(beforeWord) && isAt(STORED_NAME))) return true;
  if (FAILURE_BEFORE.test(before) && isAt(REASON)) return true;
  if (space && (isAt(BEGINNING) || !header && isAt(SENTENCE))) return true;
  return isObject && !mark2 && ALTERNATIVE_BEFORE.test(beforeWord) || ARN_BEFORE.test(before) || URL_BEFORE.test(before) && isAt(URL_PASSWORD2);
}

// src/record/redaction/name_pattern.ts
var ANY_COLOUR = `${COLOUR}|${BARE_COLOUR}`;
var BETWEEN2 = `(?:[-_.\\s+]|${PERCENT}20)?`;
var words2 = (names) => names.join("|").replaceAll(" ", BETWEEN2);
var HEADER = `(?<header>(?:set-|proxy-)?(?:${words2(HEADER_NAMES)}))`;
var TWO_WORDS = LAST_WORDS.map(({ last, before }) => `(?<=(?:${words2(before)})${BETWEEN2})${last}`).join("|");
var FIRST_WORDS = new RegExp(`(?:${words2(LAST_WORDS.flatMap(({ before }) => before))})${BETWEEN2}$`, "i");
var MAX_FIRST_WORDS = 32;
var SIGNATURE = `(?<=[?&;]|${AMPERSAND})sig(?:nature)?(?==(?:[\\w+/~-]|${PERCENT}2[BF]){24})`;
var SHORT_PASSWORD = "(?<=[^\\s];\\s?)pwd(?=\\s?=\\s?[^\\s/~.;])";
var MEMBER = `(?:${MARK})?[\\w-]{1,32}(?:${MARK})?\\s{0,8}[:=]\\s{0,8}(?:${MARK}[^"'\`\\\\\\n&]{0,64}${MARK}|[\\w.-]{1,32})(?:,|${LINE_END}|\\s){1,64}`;
var BEFORE_NAME = `value(?=(?:${MARK})?\\s{0,8}[:=]\\s{0,8}(?<opening>${MARK})(?:(?!\\k<opening>)(?:\\\\+[^\\\\]|[^\\\\\\n]))*\\k<opening>(?:,|\\s){1,64}(?:${MEMBER}){0,3}(?:${MARK})?(?:name|key)(?:${MARK})?\\s{0,8}[:=]\\s{0,8}${MARK}(?<named>[\\w.[\\] -]{1,128})${MARK})`;
var DIRECTORY2 = `${ANY_MARK}?\\s{0,8}[:=]\\s{0,8}(?:${ANY_COLOUR})?${ANY_MARK}?(?:[/~]|\\.{1,2}/|[A-Z]:[\\\\/])`;
var COLOURED = `(?:${ANY_COLOUR})?${MARK}{1,2}[^"'\`\\\\\\n&]{0,128}${MARK}{1,2}(?:${ANY_COLOUR})?`;
var BESIDE_USER = `(?<=(?:user(?:name)?|login|email)(?:${MARK}){0,2}\\s{0,8}[:=]>?\\s{0,8}(?:${COLOURED}|[\\w.@%+-]{1,128})(?:[,;&\\s]|\\\\{1,15}[rnt]){1,64}(?:${MARK}){0,2})(?:pass|pwd?(?!${DIRECTORY2}))`;
var IN_QUERY = `(?<=[?&])(?:pass|pwd)(?==)`;
var IDENTIFIED = `IDENTIFIED[ +](?:WITH[ +](?:${MARK}){0,2}\\w{1,64}(?:${MARK}){0,2}[ +])?(?:BY|AS)(?=[ +])`;
var CODE = `code(?:(?<=(?:${words2(SECRET_CODES)})${BETWEEN2}code)(?=s?\\W{1,24}[A-Za-z-]{0,16}\\d)|(?==(?=[^&\\s]{0,64}\\d)[\\w.~%/+-]{20})(?<=(?:[?&]|${AMPERSAND})code)|(?=\\W{1,12}[\\w-]{20})(?<=device[-_ ]?code)|.?verifier(?=\\W{1,12}(?=[\\w.~-]{0,64}\\d)[\\w.~-]{24}))|otp(?=\\W{1,12}\\d{4,8}(?![\\w.-]))(?<=(?<![A-Za-z])t?otp)|psk(?<![A-Za-z\\d]psk)(?=(?:${MARK})?\\s{0,8}[:=]\\s{0,8}${MARK}[^\\s"'\`]{8})`;
var BUILT_IN = `(?:${HEADER}|${SIGNATURE}|${SHORT_PASSWORD}|${BESIDE_USER}|${IN_QUERY}|${BEFORE_NAME}|${IDENTIFIED}|${CODE}|${words2(SECRET_NAMES)}|${TWO_WORDS}|(?<!${NOT_BEFORE_SECRET}${BETWEEN2})secret|(?<token>token)(?!s))(?:${BETWEEN2}(?:${ENDINGS}))?`;
var DOUBLED = `(?:(?<=(?<twice>["']))\\k<twice>)?`;
var CLOSED = `(?:${ANY_COLOUR}|${PERCENT}(?:5D|2[27])|[\\]*\u201D\u2019\xBB]){0,4}(?<mark>${MARK})?${DOUBLED}(?:${ANY_COLOUR}|>>|\\]){0,2}`;
var PAIR = `\\s{0,64}(?:(?<colon>:(?![:=]|//)|\uFF1A)|(?::?={1,3}|\\\\{1,15}u003d)${CLOSING}?|\uFF1D)`;
var BESIDE2 = `(?:,|${LINE_END}|\\s){1,64}(?:${MEMBER}){0,3}(?:${MARK})?\\w{0,16}?value(?:${MARK})?\\s{0,8}(?:[:=]>?)`;
var LIST = `(?<list>\\s{0,8},\\s{0,64}(?:${MARK}\\d{1,4}${MARK}:)?)(?=(?:${ANY_COLOUR}){0,2}${MARK})`;
var ELEMENT = `(?<element>(?:\\s[\\w:.-]{1,64}=[^<>]{0,256}?)?${CLOSING})`;
var SIBLING = `(?<sibling>${OPENING}/[\\w:-]{1,32}${CLOSING}(?:\\s|\\\\{1,15}[nrt]){0,64}${OPENING}(?:[\\w:-]{0,16}value|string)${CLOSING})`;
var OPTION2 = "(?<option>(?<=(?<![\\w-])--[\\w.-]{1,128}) |(?<=(?<![\\w-])-[A-Za-z][\\w.-]{1,128}) (?=[^\\s\\\\]{0,64}\\d))(?![-|=(\\s])";
var QUOTED = `(?<quoted>(?<=passw(?:or)?[dt]|passphrase|secret_access_key|identified(?:[ +][^\\n]{1,80})?[ +](?:by|as)) )(?=(?<quote>\\\\{0,15}(?:["']{1,2}|&#3[49];|&quot;))[^\\s"'\\\\]{1,128}\\k<quote>)`;
var ASSIGNED = `(?<=set password) for [^\\s]{1,128}\\s?=\\s?(?:password\\()?(?=${MARK})`;
var AT_RANDOM = "(?:(?-i:[\\da-f]{32})|" + [
  "\\d",
  "[A-Z]",
  "[a-z]"
].map((kind) => `(?=[\\w+/=.~-]{0,64}(?-i:${kind}))`).join("") + "[\\w+/=.~-]{16})[\\w+/=.~-]*";
var APART = `[ \\t]{1,4}(?=${MARK}${AT_RANDOM}${MARK})`;
var CELL = `(?<=(?:^|[\\n"']|\\\\{1,15}n)[ \\t]{0,8}\\|?[ \\t]{0,64}[\\w.-]{1,64})[ \\t]{1,64}\\|[ \\t]{1,64}(?=${AT_RANDOM}[ \\t]{0,64}(?:[|\\r\\n"']|\\\\|$))`;
var SPACES = "(?:\\s|\\\\{1,15}[rnt]){1,16}";
var NETRC = `(?<=(?:machine${SPACES}\\S{1,256}|default)${SPACES}login${SPACES}\\S{1,128}${SPACES}password)${SPACES}(?=\\S)`;
var SERIALIZED = `;s:\\d{1,9}:(?=${MARK})`;
var PART2 = `(?<part>(?:; filename=[^\\r\\n\\\\]{0,256})?(?:${LINE_END}content-[a-z-]{1,32}:[^\\r\\n\\\\]{0,128}){0,3}(?:${LINE_END}){2})`;
var PRELUDE = `(?:${ANY_COLOUR}|(?:\\\\{1,15}n\\s{0,64})?string\\(\\d{1,9}\\)|<<(?=${MARK})|(?<=:)\\*\\*(?= )|[|>][-+\\d]{0,2}(?:\\r?\\n|\\\\{1,15}n) {1,64}|\\\\\\r?\\n|(?:\\\\{3}|\\\\{6})n)`;
var GAP = `(?:\\s{0,64}(?:${PRELUDE}\\s{0,64}){0,3}(?=${MARK}|\\{|(?!${BARE_COLOUR})\\[)|(?<space>[^\\S\\r\\n]*)(?:${PRELUDE}[^\\S\\r\\n]*){0,3})`;
function nameBegin(text2, index) {
  const before = text2.slice(Math.max(0, index - MAX_FIRST_WORDS), index);
  return index - (FIRST_WORDS.exec(before)?.[0].length ?? 0);
}
function namePattern(redactKeys) {
  const own = [
    ...redactKeys
  ].map((name) => [
    ...name
  ].map((character) => character.replace(/[^\p{L}\p{N}]/u, "\\$&")).join(BETWEEN2));
  const names = own.length > 0 ? `(?<own>(?:(?<![\\w.-])|(?<=${ESCAPE}))(?:${own.join("|")}))|${BUILT_IN}` : BUILT_IN;
  const separators = [
    ...[
      PAIR,
      OPTION2,
      BESIDE2,
      LIST,
      ELEMENT,
      SIBLING,
      SERIALIZED,
      PART2,
      QUOTED,
      ASSIGNED,
      NETRC,
      APART,
      CELL
    ]
  ].join("|");
  return new RegExp(`(?<name>${names})${CLOSED}(?:${separators})${GAP}`, "gi");
}

// src/record/redaction/values.ts
var CLOSED2 = `(?=[\\s,;:)&}\\]<>|\\x1b]|/${CLOSING}|\\\\|${BARE_COLOUR}|$)`;
var NEXT_LINE = /\\{1,15}[rn](?:\\{1,15}[rnt]){0,4}(?=[\s+-]{0,64}(?:\[?[\w."'-]{0,64}\]?\s{0,8}(?:[:=]|$)|\\{0,15}["'`]))/.source;
var TAG = `${OPENING}\\\\{0,15}/[A-Za-z][\\w:.-]{0,64}${CLOSING}`;
var CLOSERS = `[,;)\\]}]{1,8}(?:\\s|$|${MARK}|[\\w.-]{1,64}(?: [\\w.-]{1,32}){0,2}=)`;
var WORD_CHARACTER2 = `(?!${MARK}${CLOSED2}|${CLOSERS}|${NEXT_LINE}|${COLOUR}|${AMPERSAND}|${TAG})[^\\s&]`;
var WORD = `(?:\\[REDACTED\\]|${WORD_CHARACTER2})+`;
var PARAMETER = `=(?:""[^"\\r\\n]{1,1024}""|''[^'\\r\\n]{1,1024}''|&(?:quot|#3[49]);[^&\\r\\n]{1,1024}&(?:quot|#3[49]);|${MARK}(?!${CLOSED2})[^"'\`\\r\\n]*["'\`])`;
var LINE = `(?:${PARAMETER}|=\\{[^{}\\r\\n]{0,2048}\\}|(?!${MARK}${CLOSED2}|${TAG}|\\\\{1,15}[rn])[^\\r\\n])+`;
var INDENTED = /(?:\r?\n|\\{1,15}n)( +)/y;
var SCHEME = "(?:AWS4-HMAC-SHA256|[A-Za-z-]{1,16}) +";
var sticky2 = (source) => new RegExp(source, "sy");
var WORD_VALUE = sticky2(`(?:(?:[Tt]oken|[Bb]earer|[Bb]asic) +)?${WORD}`);
var LINE_VALUE = sticky2(LINE);
var SCHEMED_VALUE = sticky2(`((?:[Bb]asic|[Bb]earer)(?: +|\\+|%20))${WORD}`);
var PAIR_VALUE = sticky2(`(?:${SCHEME})?${WORD}(?:[,;&] *${WORD})*`);
var PARAMETER_VALUE = sticky2(`(?:${SCHEME})?${WORD}(?:[,;] *${WORD})*`);
var ELEMENT_VALUE = sticky2(`(?:${OPENING}!\\[CDATA\\[(?:(?!\\]\\]${CLOSING})[^])+\\]\\]${CLOSING}|(?!\\s{0,64}${OPENING})(?:(?!${OPENING}|${CLOSING})[^])+)(?=${OPENING}/)`);
var NUMBER_VALUE = sticky2("\\d+(?=[\\s,}\\])]|$)");
var OUTER = `(?:${CLOSED2}|(?<=\\\\["'\`])(?=["'\`])|(?<=")(?=['\`])|(?<=['\`])(?="))`;
var QUOTED_VALUES = [
  0,
  1,
  3,
  7,
  15
].map((backslashes) => {
  const same = `\\1(?<=(?<!\\\\)(?:\\\\{${2 * (backslashes + 1)}})*\\1)`;
  const end = `(?:${same}${OUTER}|\\\\?$)`;
  return {
    backslashes,
    value: sticky2(`(${MARK})(?:\\\\.|[^\\\\])*?${end}`),
    line: sticky2(`(${MARK})(?:${PARAMETER}|\\\\.|[^\\\\])*?${end}`)
  };
});
var FIRST_QUOTED = sticky2(`(${MARK})(?:\\\\.|[^\\\\])*?\\1`);
var BACKSLASHES = /\\*/y;
var BLANKS = "(?:\\s|\\\\{1,15}[nrt]){0,64}";
var CONCATENATED = sticky2(`${BLANKS}\\+${BLANKS}(?=["'\`])`);
var OPEN_VALUES = {
  element: ELEMENT_VALUE,
  pair: PAIR_VALUE,
  parameter: PARAMETER_VALUE,
  value: WORD_VALUE
};
var EMPTY = sticky2(`(${MARK})\\1(?:\\1\\1)?${CLOSED2}|\\[\\s{0,8}\\]|\\{\\s{0,8}\\}`);
var CLASS = sticky2(/(?:<ref \*\d{1,9}> )?(?:[A-Z][\w$]{0,64}(?:\(\d{1,9}\) | (?=[{<])))?(?:<[^>\n]{1,64}> )?/.source + "(?!\\[REDACTED\\])(?=[[{])");
var CALL = sticky2("[A-Z]\\w{0,64}(?=\\()");
var AFTER_CLASS = sticky2(" (?:<[^>\\n]{1,64}> )?(?=\\{)");
var MORE = sticky2(`(?=[^\\s,;:)&}\\]<>|"'\`\\\\])${WORD}`);
var MAX_INDENT = 64;
var SEPARATORS_LENGTH = 32;
var SEPARATORS = /(?:\\{1,15}[rnt]|[\s,;&|<>({["'`])+$/;
function valueAt(text2, start, form, limit) {
  if (match(EMPTY, text2, start)) return void 0;
  if (form === "block") return {
    end: blockEnd(text2, start),
    mark: "",
    kept: ""
  };
  const quoted = quotedAt(text2, start, form, limit);
  if (quoted !== void 0) return quoted;
  const nested = nestedEnd(text2, start, limit);
  if (nested !== void 0) return {
    end: nested,
    mark: "",
    kept: ""
  };
  if (form === "line" || form === "parameter") {
    const schemed = match(SCHEMED_VALUE, text2.slice(0, limit), start);
    if (schemed) return openValue(text2, start, limit, schemed[0].length, schemed[1]);
  }
  if (form === "line") {
    const line = match(NUMBER_VALUE, text2, start) ?? match(LINE_VALUE, text2, start);
    return line ? {
      end: start + line[0].length,
      mark: "",
      kept: ""
    } : void 0;
  }
  const found = match(OPEN_VALUES[form], text2.slice(0, limit), start);
  return found ? openValue(text2, start, limit, found[0].length) : void 0;
}
function blockEnd(text2, start) {
  const indent = / *$/.exec(text2.slice(Math.max(0, start - MAX_INDENT), start))[0].length;
  let end = start;
  for (let line; (line = match(LINE_VALUE, text2, end)) !== null; ) {
    end += line[0].length;
    const next = match(INDENTED, text2, end);
    if (!next || next[1].length < indent) break;
    end += next[0].length;
  }
  return end;
}
function openValue(text2, start, limit, length, kept = "") {
  let end = start + length;
  if (end === limit && limit < text2.length) {
    const last = text2.slice(Math.max(start, end - SEPARATORS_LENGTH), end);
    end -= SEPARATORS.exec(last)?.[0].length ?? 0;
  }
  return end > start + kept.length ? {
    end,
    mark: "",
    kept
  } : void 0;
}
function quotedAt(text2, start, form, limit) {
  const backslashes = match(BACKSLASHES, text2, start)[0].length;
  const level2 = QUOTED_VALUES.find((quoted) => quoted.backslashes === backslashes) ?? QUOTED_VALUES[0];
  const pattern = form === "value" ? level2.value : level2.line;
  const bounded = text2.slice(0, limit);
  const isOpen = limit < text2.length && match(FIRST_QUOTED, bounded, start) !== null;
  const first2 = match(pattern, isOpen ? bounded : text2, start);
  if (!first2) return void 0;
  const mark2 = first2[1];
  let end = start + first2[0].length;
  if (isOpen && end === limit && !first2[0].endsWith(mark2)) {
    const value2 = openValue(text2, start, limit, limit - start);
    return value2 && {
      ...value2,
      mark: mark2
    };
  }
  for (let more; (more = match(CONCATENATED, text2, end)) !== null; ) {
    const next = match(pattern, text2, end + more[0].length);
    if (!next) break;
    end += more[0].length + next[0].length;
  }
  const value = text2.slice(start, end);
  const twice = mark2 + mark2;
  const isTwice = value.length > 2 * twice.length && value.startsWith(twice) && value.endsWith(twice);
  return {
    end,
    mark: isTwice ? twice : mark2,
    kept: ""
  };
}
function nestedEnd(text2, start, limit) {
  const name = match(CLASS, text2, start);
  if (name) {
    let end2 = closingBracket(text2, start + name[0].length);
    for (let more; (more = match(AFTER_CLASS, text2, end2)) !== null; ) {
      end2 = closingBracket(text2, end2 + more[0].length);
    }
    return end2 + (match(MORE, text2.slice(0, Math.max(end2, limit)), end2)?.[0].length ?? 0);
  }
  const call2 = match(CALL, text2, start);
  if (!call2) return void 0;
  const end = closingBracket(text2.slice(0, limit), start + call2[0].length);
  return end < limit ? end : void 0;
}
function closingBracket(text2, start) {
  const isCall = text2[start] === "(";
  let depth = 0;
  let backslashes = 0;
  let quote2 = "";
  let escapes = 0;
  for (let i = start; i < text2.length; i++) {
    const character = text2[i];
    if (character === "\\") {
      backslashes++;
      continue;
    }
    if (quote2 !== "") {
      const extra = backslashes - escapes;
      if (character === quote2 && extra >= 0 && extra % (2 * (escapes + 1)) === 0) quote2 = "";
    } else if (character === '"' || character === "'" || character === "`") {
      if (!/\w/.test(text2[i - 1])) {
        quote2 = character;
        escapes = backslashes;
      }
    } else if (isCall ? character === "(" : character === "{" || character === "[") {
      depth++;
    } else if (isCall ? character === ")" : character === "}" || character === "]") {
      if (--depth === 0) return i + 1;
    }
    backslashes = 0;
  }
  return text2.length;
}
function match(pattern, text2, at) {
  pattern.lastIndex = at;
  return pattern.exec(text2);
}

// src/record/redaction/redactor.ts
var MARKS = /[^ !#-$(-9;<?@A-Z[\]^a-z{|}~]/;
var MARKS_OR_OTHER = new RegExp(`${MARKS.source}|${MAY_HAVE_OTHER.source}`);
var SHORTEST_LOOK = 13;
var SEPARATOR2 = /[=:,>|：＝]|-(?:-[a-z]|[ap](?<=\s-.))|login\s| [\\"']|&(?:gt|quot|#3)|\\u00/i;
var STEM2 = new RegExp([
  "c(?:ode(?:(?=.?veri)|(?<=(?:[ok]up|fa|ery|[do]tp|time|vice|sms|tion|[?&]|26|3F).?code))|%(?<=jdbc%))",
  "k(?:ey|ennw|ty|(?<=cook)ie|(?<=tok)en)",
  "p(?:ass(?![a-bd-oq-vx-z])|sk(?![a-z])|wd?(?![a-z])|hrase|[-_]?head(?<=otlp.?head)|lain(?<=th.{1,7}plain)|\\W(?<=otp\\W|tcp[(%]))",
  "s(?:ecr|ig[=%n]|[-_]?head(?<=otlp.?[a-z]{4,7}.?head))",
  "authori",
  "-(?<=[0b+]-)(?:[apuw]|-us)"
].join("|"), "i");
var SQL_STEM = "IDENTIFIED";
var MAX_ENCODINGS = 4;
var MAX_NAME = 256;
var BEARER_LENGTH = 6;
var Redactor = class {
  #redactKeys;
  #name;
  constructor(redactKeys) {
    this.#redactKeys = new Set(redactKeys.map(normalise).filter(Boolean));
    this.#name = namePattern(this.#redactKeys);
  }
  /** Whether the values of properties of this name are secrets. */
  isName(whole) {
    const name = whole.slice(-MAX_NAME).replace(/ \(\d{1,3}\)$/, "");
    return isSecretName(name) || this.#redactKeys.size > 0 && this.#redactKeys.has(normalise(name));
  }
  /** Whether a value under a secret's name is not one; under a name of `redactKeys` any may be one. */
  isHarmless(name, value) {
    return (typeof value === "boolean" || value === null || value === "" || typeof value === "number" && /s$/i.test(name) || // How many there are.
    isStatement(value)) && !this.#redactKeys.has(normalise(name));
  }
  /** Whether a text is the same in JSON, and has nothing to mask. */
  isPlain(text2) {
    return text2.length < SHORTEST_LOOK ? !MARKS.test(text2) : !MARKS_OR_OTHER.test(text2) && !mayHavePrefix(text2);
  }
  /** A text without its secrets, and without those in what is encoded in it, as often as that. */
  mask(text2, encodings = MAX_ENCODINGS) {
    const isEncoded = encodings > 0 && (text2.includes("%") || text2.includes("+-"));
    const mayHaveName = (isEncoded || SEPARATOR2.test(text2)) && (this.#redactKeys.size > 0 || STEM2.test(text2) || text2.includes(SQL_STEM));
    const visible = isEncoded && mayHaveName ? maskEncoded(text2, (decoded2) => this.mask(decoded2, encodings - 1)) : text2;
    const masked2 = maskBlocks(visible);
    return maskTokens(mayHaveName ? maskKeys(this.#maskNamed(masked2)) : masked2);
  }
  /** The beginning of a longer text, without its secrets and that which may be cut in two. */
  maskStart(text2) {
    return this.mask(maskUnfinished(text2));
  }
  /** Names are looked for one ahead, so that a value without bounds never swallows the next one. */
  #maskNamed(text2) {
    let result = "";
    let end = 0;
    for (let name = this.#nextName(text2, 0); name !== void 0; ) {
      const { start, form } = name;
      let next = this.#nextName(text2, start);
      const value = valueAt(text2, start, form, limitOf(text2, start, next?.index));
      if (value !== void 0 && !isStatementText(text2.slice(start, value.end))) {
        const mark2 = value.mark || name.mark;
        result += text2.slice(end, start) + value.kept + mark2 + REDACTED + mark2;
        end = value.end;
        while (next !== void 0 && next.start <= end) next = this.#nextName(text2, next.start);
      }
      name = next;
    }
    return result + text2.slice(end);
  }
  /** The first name of a secret at or behind this place. */
  #nextName(text2, from) {
    this.#name.lastIndex = from;
    for (let found; (found = this.#name.exec(text2)) !== null; ) {
      const start = this.#name.lastIndex;
      const index = nameBegin(text2, found.index);
      if (!isInnocent(text2, found, index, start)) {
        const { part, mark: mark2 = "" } = found.groups;
        return {
          index,
          start,
          mark: part ? "" : mark2,
          form: formOf(text2, found)
        };
      }
      this.#name.lastIndex = start;
    }
  }
};
var MAX_WORD2 = 32;
var BLOCK_BEGIN = /[|>][-+\d]{0,2}(?:\r?\n|\\{1,15}n) +$/;
function formOf(text2, { 0: whole, index, groups }) {
  const { header, colon, element, sibling, part } = groups;
  if (element || sibling) return "element";
  if (BLOCK_BEGIN.test(whole)) return "block";
  if (part) return "line";
  if (!header) return "value";
  if (colon) return "line";
  const before = text2.slice(Math.max(0, index - MAX_WORD2), index);
  if (!/cookie/i.test(header) || /[?&#][\w.-]*$/.test(before)) return "parameter";
  return "pair";
}
function limitOf(text2, start, next = text2.length) {
  const bearer = text2.slice(start + BEARER_LENGTH, next).search(/bearer\s/i);
  return bearer === -1 ? next : start + BEARER_LENGTH + bearer;
}

// src/record/json_writer.ts
var MAX_DEPTH2 = 8;
var MAX_ENTRIES = 128;
var MAX_CHARACTERS3 = 131072;
var MAX_NAME_LENGTH = 256;
var MAX_ERROR_CHARACTERS = 8192;
var LOOK_AHEAD = 1024;
var BOXES = [
  ...[
    Number,
    String,
    Boolean,
    BigInt,
    Symbol
  ].map(({ name, prototype }) => [
    `[object ${name}]`,
    prototype
  ])
];
var LISTED_NAME = /^[\w.[\]-]{1,64}$/;
var FIELD2 = new RegExp(`^${FIELD_NAME}$`);
var OPTION3 = "--";
var AN_OPTION = /^-(?:[a-z]|-[a-z-]+)$/i;
var MAPS = [
  ...WEB_MAPS,
  "Map"
];
var JsonWriter = class {
  #maxLength;
  #redactor;
  #isName = (name) => this.#redactor.isName(name);
  #form;
  #plainForm;
  #charactersLeft = 0;
  #ancestors = [];
  constructor(maxContentLength, redactKeys, dialect = PLAIN) {
    this.#maxLength = maxContentLength;
    this.#redactor = new Redactor(redactKeys);
    const nameText = (name) => quote(this.#safe(name, MAX_NAME_LENGTH));
    const formOf2 = (dialect2) => createForm(dialect2, this.#redactor, nameText);
    this.#form = formOf2(dialect);
    this.#plainForm = dialect === PLAIN ? this.#form : formOf2(PLAIN);
  }
  /** Begins a record: its characters are counted anew. */
  begin() {
    this.#charactersLeft = MAX_CHARACTERS3;
  }
  /** A string as JSON: masked, cut to the limits, or a narrower one, and well-formed. */
  string(value, limit = this.#maxLength) {
    if (this.#takesAsItIs(value, limit)) return `"${value}"`;
    const text2 = this.#safe(value, this.#most(limit));
    this.#charactersLeft -= text2.length;
    return quote(text2);
  }
  /** Any value in the writer's dialect. */
  value(value) {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return Number.isFinite(value) ? this.#form.number(value) : this.#note(String(value));
      case "boolean":
        return this.#form.boolean(value);
      case "bigint":
      case "symbol":
        return this.#text(String(value));
      default:
        return value === null || value === void 0 ? this.#form.null : this.#object(value);
    }
  }
  /** Any value as plain JSON. */
  plain(value) {
    const form = this.#form;
    this.#form = this.#plainForm;
    try {
      return this.value(value);
    } finally {
      this.#form = form;
    }
  }
  /** The properties of an object, joined by commas. Of attributes those that are the handler's are left out. */
  members(object) {
    let text2 = "";
    let count = 0;
    for (const name of Object.keys(object)) {
      const value = read(object, name);
      if (value === void 0) continue;
      const known2 = this.#form.nameOf(name);
      if (known2.isReserved && this.#ancestors.length === 0) continue;
      if (text2 !== "") text2 += ",";
      if (++count > MAX_ENTRIES || this.#charactersLeft <= 0) {
        return text2 + this.#form.name(`"\u2026"`) + this.#note("[more properties cut]") + this.#form.end;
      }
      this.#charactersLeft -= known2.text.length;
      const masked2 = (known2.isSecret || known2.mayBeSecret && isSecretBeside(name, value, object, this.#isName)) && !this.#redactor.isHarmless(name, value);
      text2 += masked2 ? known2.text + this.#form.masked + this.#form.end : this.#property(known2, value);
    }
    return text2;
  }
  /** A property. The most frequent ones are put together of three texts. */
  #property({ text: text2, beforeString, beforeInteger }, value) {
    const form = this.#form;
    if (typeof value === "string" && this.#takesAsItIs(value)) {
      return beforeString + value + form.afterString;
    }
    if (Number.isSafeInteger(value)) return beforeInteger + value + form.afterInteger;
    return text2 + this.value(value) + form.end;
  }
  /** Most characters that a string may have now. */
  #most(limit) {
    return Math.max(0, Math.min(this.#maxLength, this.#charactersLeft, limit));
  }
  /** Whether a string goes between quotes as it is. If so, its characters are counted. */
  #takesAsItIs(value, limit = this.#maxLength) {
    if (value.length > this.#most(limit) || !this.#redactor.isPlain(value)) return false;
    this.#charactersLeft -= value.length;
    return true;
  }
  #text(value) {
    return this.#form.string(this.string(value));
  }
  /** A text of ours. */
  #note(text2) {
    return this.#form.string(`"${text2}"`);
  }
  /** A string without what looks like a secret, cut to a length, and by how much. */
  #safe(text2, length) {
    if (text2.length <= length) return this.#redactor.mask(text2);
    const unseen = text2.length > length + LOOK_AHEAD;
    const seen = unseen ? this.#redactor.maskStart(text2.slice(0, length + LOOK_AHEAD)) : this.#redactor.mask(text2);
    const most = unseen ? Math.min(length, Math.max(0, seen.length - LOOK_AHEAD)) : length;
    return `${cutText(seen, most)}\u2026[${text2.length - length} characters cut]`;
  }
  #object(value) {
    if (this.#ancestors.includes(value)) return this.#note("[circular]");
    if (this.#ancestors.length >= MAX_DEPTH2) return this.#note(`[nested deeper than ${MAX_DEPTH2}]`);
    this.#ancestors.push(value);
    try {
      return this.#contents(value);
    } catch (error3) {
      return this.#text(unreadable(error3));
    } finally {
      this.#ancestors.pop();
    }
  }
  #contents(value) {
    if (Array.isArray(value)) return this.#items(value, value.length);
    if (typeof value === "function") return this.#text(`[function ${value.name || "anonymous"}]`);
    if (isError(value)) return this.#map(errorFields(value));
    if (value instanceof ErrorProperties) return this.#bounded(value.fields);
    const tag = tagOf(value);
    const kind = Object.prototype.toString.call(value);
    if (value instanceof Date || kind === "[object Date]" && tag === "") {
      return this.#note(isNaN(+value) ? "Invalid Date" : value.toISOString());
    }
    if (value instanceof Map || MAPS.includes(tag) && Symbol.iterator in value) {
      const object = /* @__PURE__ */ Object.create(null);
      for (const [key, item] of first(value)) {
        const name = nameOf(key);
        object[name in object ? `${name} (${Object.keys(object).length})` : name] = item;
      }
      return this.#map(object);
    }
    if (value instanceof Set || tag === "Set" && Symbol.iterator in value) {
      return this.#items(first(value), Number(value.size));
    }
    if (ArrayBuffer.isView(value) && "length" in value) {
      return this.#items(value, value.length);
    }
    if (value instanceof RegExp || kind === "[object RegExp]" && tag === "") {
      return this.#text(String(value));
    }
    const { toJSON } = value;
    if (typeof toJSON === "function") {
      const json = toJSON.call(value, "");
      if (json !== value) return this.value(json);
    }
    const primitive = unboxed(value, kind);
    if (primitive !== value) return this.value(primitive);
    const fields = tag === "" ? void 0 : platformFields(value, tag);
    if (fields !== void 0) return this.#map(fields);
    const members2 = this.members(value);
    return members2 === "" && tag !== "" ? this.#text(`[object ${tag}]`) : this.#form.map(members2);
  }
  /** The properties of an error, within a part of the characters that the record has left. */
  #bounded(fields) {
    const most = Math.min(this.#charactersLeft, MAX_ERROR_CHARACTERS);
    const others = this.#charactersLeft - most;
    this.#charactersLeft = most;
    try {
      return this.#map(fields);
    } finally {
      this.#charactersLeft += others;
    }
  }
  #map(object) {
    return this.#form.map(this.members(object));
  }
  #items(items, length) {
    let text2 = "";
    let item;
    let isOption = false;
    for (let i = 0; i < length; i++) {
      if (i === MAX_ENTRIES || this.#charactersLeft <= 0) {
        return this.#form.list(`${text2}${text2 && ","}${this.#note(`[${length - i} more]`)}`);
      }
      this.#charactersLeft -= 8;
      const before = item;
      item = read(items, i);
      const masked2 = typeof before === "string" && (i % 2 === 1 && length % 2 === 0 || before.startsWith(OPTION3)) && this.#isNamedBy(before, item, length);
      const wasOption = isOption;
      isOption = isPasswordOption(item);
      if ((isOption || wasOption) && typeof item === "string") {
        const kept = keptOfArgument(items, i, item, this.#ancestors.at(-2));
        if (kept !== void 0) item = kept + REDACTED;
      }
      text2 += (i === 0 ? "" : ",") + (masked2 ? this.#form.masked : this.value(item));
    }
    return this.#form.list(text2);
  }
  /**
   * Whether an item of a list is the value of the secret that is named before it, as in Node's
   * `rawHeaders` and in lists of entries. A word like a name is one in a list of names.
   */
  #isNamedBy(name, value, length) {
    if (!LISTED_NAME.test(name) || !this.#redactor.isName(name)) return false;
    if (typeof value === "string" && AN_OPTION.test(value)) return false;
    if (this.#redactor.isHarmless(name, value)) return false;
    const isEntry = length === 2 && Array.isArray(this.#ancestors.at(-2));
    return isEntry || name.startsWith(OPTION3) || typeof value !== "string" || !FIELD2.test(value);
  }
};
function tagOf(value) {
  const { [Symbol.toStringTag]: tag } = value;
  return typeof tag === "string" ? tag : "";
}
function unboxed(value, kind) {
  const box = BOXES.find(([known2, prototype]) => known2 === kind || Object.prototype.isPrototypeOf.call(prototype, value));
  try {
    return box ? box[1].valueOf.call(value) : value;
  } catch {
    return value;
  }
}
function first(items) {
  const taken = [];
  for (const item of items) if (taken.push(item) > MAX_ENTRIES) break;
  return taken;
}
function quote(text2) {
  return JSON.stringify(text2.isWellFormed() ? text2 : text2.toWellFormed());
}
function nameOf(key) {
  return typeof key === "object" && key !== null ? "[object]" : String(key);
}

// src/record/encoder.ts
var MAX_NESTED_RECORDS = 2;
var Encoder = class {
  #redact;
  /** A getter or `toJSON` that logs begins a record inside another: each has a writer of its own. */
  #writers;
  /** How many records are being encoded. */
  #nesting = 0;
  /** Writes what says where a record belongs: names and ids. */
  #names;
  /** A level's or logger's name as JSON. */
  #quote;
  #writeRecord = createWriteRecord();
  #eventText;
  #lastTime = NaN;
  #ordinal = 0;
  constructor({ maxContentLength, redactKeys, redact, protocol }, constants) {
    this.#redact = redact;
    const dialect = dialectOf(redact === void 0 ? protocol : "events");
    this.#writers = Array.from({
      length: MAX_NESTED_RECORDS
    }, () => new JsonWriter(maxContentLength, redactKeys, dialect));
    this.#names = new JsonWriter(Math.max(maxContentLength, MAX_NAME_LENGTH), redactKeys);
    this.#quote = memoize((name) => {
      this.#names.begin();
      return this.#names.string(name);
    });
    this.#eventText = createEventText(constants);
  }
  /**
   * The line of a record, or nothing if `redact` drops it or too many are being encoded.
   *
   * @param record What was logged.
   * @param body Its message, or what the `formatter` made of it.
   * @param caller Attributes that say where it was logged.
   * @throws What `redact` throws: an event that could not be redacted must not go.
   */
  encode(record, body, caller) {
    const writer = this.#writers[this.#nesting];
    if (writer === void 0) return void 0;
    this.#nesting++;
    let line;
    try {
      writer.begin();
      const time = record.datetime.getTime() || wallTime();
      this.#ordinal = time === this.#lastTime ? this.#ordinal + 1 : 0;
      this.#lastTime = time;
      const trace = currentTrace();
      line = this.#writeRecord({
        level: record.level,
        levelName: this.#quote(record.levelName),
        loggerName: this.#quote(record.loggerName),
        time,
        ordinal: this.#ordinal,
        ids: trace ? traceText(trace, this.#names) : "",
        flags: String(trace?.flags ?? ""),
        body: bodyText(writer, body),
        attributes: argumentsText(writer, record, contextAttributes(), caller)
      });
    } finally {
      this.#nesting--;
    }
    if (this.#redact === void 0) return line;
    const event = this.#redact(JSON.parse(this.#eventText(line)));
    return event ? writeEvent(checkedText(event)) : void 0;
  }
};
function eventConstants(settings) {
  const own = {
    toJSON: void 0
  };
  const members2 = (object) => JSON.stringify({
    ...object,
    ...own
  }).slice(1, -1);
  return {
    envelope: members2({
      eventType: settings.source === "agent" ? "agent.log" : "app.log",
      channel_id: settings.channelId,
      agentId: settings.agentId,
      metadata: {
        framework: "deno-std-log",
        ...own
      }
    }),
    trace: members2({
      traceId: settings.traceId,
      spanId: newSpanId()
    }),
    resource: members2(settings.resource),
    pid: Deno.pid,
    agentId: settings.agentId
  };
}
function traceText({ traceId, spanId }, writer) {
  writer.begin();
  const id2 = (text2) => writer.string(String(text2), MAX_NAME_LENGTH);
  return `"traceId":${id2(traceId)},"spanId":${id2(spanId)}`;
}
function bodyText(writer, body) {
  if (typeof body === "string") return writer.string(body);
  const text2 = writer.plain(body);
  return typeof body === "object" || body === void 0 ? writer.string(text2) : text2;
}
function checkedText(event) {
  const text2 = String(JSON.stringify(event));
  const { body, attributes, resource } = Object(Object(event).payload);
  if ([
    "string",
    "number",
    "boolean"
  ].includes(typeof body) && isPlainObject(attributes) && isPlainObject(resource) && text2.startsWith("{")) return text2;
  if (event instanceof Promise) event.catch(() => {
  });
  throw new TypeError("'redact' must return an event or nothing, and not a promise of one");
}

// src/exit/guard.ts
function guard(fn) {
  return (...args2) => {
    try {
      const result = fn(...args2);
      result?.catch(() => {
      });
    } catch {
    }
  };
}

// src/exit/host.ts
var { apply, get: getProperty } = Reflect;
var { defineProperty: defineProperty3, getOwnPropertyDescriptor: getOwnPropertyDescriptor2, getPrototypeOf: getPrototypeOf2, values } = Object;
var { Deno: deno, Event, EventTarget, Proxy: Proxy2 } = globalThis;
var { args, build, readTextFileSync } = deno;
var IN_WORKER = "DedicatedWorkerGlobalScope" in globalThis;
var IN_NODE_WORKER = IN_WORKER && !("WorkerGlobalScope" in globalThis);
var { addSignalListener, exit, kill, pid, removeSignalListener } = deno;
var NO_PHASE = 0;
var COMMAND_LINE2 = "/proc/self/cmdline";
var WATCH_WORD = /^(watch$|--(watch|hmr|watch-hmr|unstable-hmr)(=|$))/;
var HOT_WORD = /^(watch$|--(hmr|watch-hmr|unstable-hmr)(=|$))/;
function afterListeners(event, callback) {
  if (!isAsked()) return callback();
  const prototype = getPrototypeOf2(event);
  const before = getOwnPropertyDescriptor2(event, "defaultPrevented")?.get;
  let isOver = false;
  const get = () => {
    if (!isOver && event.eventPhase === NO_PHASE) {
      isOver = true;
      callback();
    }
    return before ? apply(before, event, []) : getProperty(prototype, "defaultPrevented", event);
  };
  const property = {
    __proto__: null,
    configurable: true,
    get
  };
  defineProperty3(event, "defaultPrevented", property);
}
function isAsked() {
  let isAsked2 = false;
  try {
    const event = new Event("probe");
    defineProperty3(event, "defaultPrevented", {
      get: () => isAsked2 = true
    });
    const target = new EventTarget();
    target.addEventListener(event.type, () => {
    });
    target.dispatchEvent(event);
  } catch {
  }
  return isAsked2;
}
function isHandledByNode(type) {
  try {
    const process2 = nodeProcess();
    return process2.listenerCount("uncaughtException") > 0 || process2.hasUncaughtExceptionCaptureCallback() || type === "unhandledrejection" && process2.listenerCount("unhandledRejection") > 0;
  } catch {
    return false;
  }
}
function isMaybeWatched() {
  return words3()?.some((word) => WATCH_WORD.test(word)) ?? true;
}
function isHotReloaded() {
  return words3()?.some((word) => HOT_WORD.test(word)) ?? false;
}
var known;
function words3() {
  return (known ??= {
    words: readWords()
  }).words;
}
function readWords() {
  if (build.standalone) return [];
  if (build.os !== "linux" || !mayReadFile(COMMAND_LINE2)) return void 0;
  try {
    const words4 = readTextFileSync(COMMAND_LINE2).split("\0");
    return words4.slice(0, words4.length - 1 - args.length);
  } catch {
    return void 0;
  }
}
function isTest() {
  return "installTestIsolateExitHandler" in (internals() ?? {});
}
function isListenedTo(signal) {
  const before = countSignalResources();
  if (before === void 0) return isListenedToByNode(signal);
  const listener = () => {
  };
  addSignalListener(signal, listener);
  const after = countSignalResources();
  removeSignalListener(signal, listener);
  return after === before;
}
function isListenedToByNode(signal) {
  try {
    return nodeProcess().listenerCount(signal) > 0;
  } catch {
    return false;
  }
}
function onKill(listener) {
  const undo = [
    wrap("kill", deno, listener)
  ];
  const wrapNode = (process2) => void undo.push(wrap("kill", process2, listener));
  if (isNodeSetUp()) wrapNode(nodeProcess());
  else undo.push(onProcessRead(wrapNode));
  return () => undo.forEach((step) => step());
}
function beforeWorkerEnds(listener) {
  if (!IN_NODE_WORKER) return wrap("close", globalThis, listener);
  nodeProcess().on("exit", listener);
  return () => void nodeProcess().off("exit", listener);
}
function wrap(name, owner, listener) {
  const method = owner[name];
  const wrapper = new Proxy2(method, {
    apply(method2, _owner, args2) {
      const after = listener(...args2);
      try {
        return apply(method2, owner, args2);
      } finally {
        after?.();
      }
    }
  });
  const put = (method2) => {
    try {
      owner[name] = method2;
    } catch {
    }
  };
  put(wrapper);
  return () => owner[name] === wrapper && put(method);
}
function isNodeSetUp() {
  return "dispatchProcessExitEvent" in (internals() ?? {});
}
function countSignalResources() {
  const resources = internals()?.core?.resources?.();
  return resources && values(resources).filter((name) => name === "signal").length;
}
function internals() {
  const { internal } = deno;
  return deno[internal];
}

// src/exit/arrival.ts
var PROBE = "SIGURG";
var ROUNDS = 2;
var MAX_MS = 1e3;
var WITHOUT_PROBE_MS = 50;
var TURNS = 4;
var Arrival = class {
  #began = now();
  #signals;
  #probe;
  #turns = 0;
  /** How many turns have been made since they must have arrived. */
  #turnsAfter = 0;
  #isOver = false;
  constructor(signals) {
    this.#signals = signals;
    this.#probe = signals.isListening ? Probe.send() : void 0;
  }
  /** Whether one may still be on its way. */
  get isAwaited() {
    return !this.#isOver && this.#signals.isListening && this.#turnsAfter <= TURNS;
  }
  /** Waits for them. The program stays alive meanwhile, since each turn begins in the one before. */
  async wait() {
    for (; this.isAwaited; await turn()) {
      if (this.#turnsAfter > 0 || this.#haveArrived) this.#turnsAfter++;
      else if (++this.#turns > TURNS) block(1);
    }
    this.#isOver = true;
    this.#probe?.stop();
  }
  get #haveArrived() {
    const spentMs = now() - this.#began;
    if (this.#probe === void 0) return spentMs >= WITHOUT_PROBE_MS;
    return this.#probe.isBack && this.#signals.hasCaughtUp() || spentMs >= MAX_MS;
  }
};
var Probe = class _Probe {
  #roundsLeft = ROUNDS;
  #listener = guard(() => this.#onSignal());
  /** Sends one, unless the program would hear it, too, or the system has no such signal. */
  static send() {
    const probe = new _Probe();
    try {
      if (isListenedTo(PROBE)) return void 0;
      addSignalListener(PROBE, probe.#listener);
      kill(pid, PROBE);
      return probe;
    } catch {
      return void 0;
    }
  }
  get isBack() {
    return this.#roundsLeft === 0;
  }
  stop() {
    removeSignalListener(PROBE, this.#listener);
  }
  #onSignal() {
    if (this.#roundsLeft > 0 && --this.#roundsLeft > 0) kill(pid, PROBE);
  }
};

// src/exit/drainable.ts
async function flushPending(hooked) {
  const waiting = [
    ...hooked
  ].filter(({ shipper }) => shipper.pending > 0);
  if (waiting.length === 0) return;
  await Promise.all(waiting.map(({ shipper, shutdownTimeoutMs }) => shipper.flush(shutdownTimeoutMs)));
}

// src/exit/listeners.ts
var Listeners = class {
  #onSignal;
  #all = /* @__PURE__ */ new Map();
  constructor(onSignal) {
    this.#onSignal = onSignal;
  }
  /** Those that are listened to. */
  get signals() {
    return [
      ...this.#all.keys()
    ];
  }
  has(signal) {
    return this.#all.has(signal);
  }
  /** Listens to a signal. Throws where the system does not have it. */
  add(signal) {
    if (this.has(signal)) return;
    const listener = guard(() => this.#onSignal(signal));
    addSignalListener(signal, listener);
    this.#all.set(signal, listener);
  }
  remove(signal) {
    const listener = this.#all.get(signal);
    if (listener) removeSignalListener(signal, listener);
    this.#all.delete(signal);
  }
  /** Removes all but these. */
  retain(signals) {
    for (const signal of this.signals) {
      if (!signals.includes(signal)) this.remove(signal);
    }
  }
};

// src/options/schema.ts
var { URL: URL6 } = globalThis;
var EXIT_CODES = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  SIGQUIT: 131,
  SIGBREAK: 149
};
var SIGNALS = Object.keys(EXIT_CODES);
var MAX_DELAY_MS = 2 ** 31 - 1;
var HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
var HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
var text = {
  must: "a non-empty string",
  test: (value) => typeof value === "string" && value.trim() !== ""
};
var id = {
  must: "a non-empty string or an integer",
  test: (value) => text.test(value) || Number.isSafeInteger(value)
};
var texts = {
  must: "an array of non-empty strings",
  test: (value) => Array.isArray(value) && value.every(text.test)
};
var callable = {
  must: "a function",
  test: (value) => typeof value === "function"
};
var bool = {
  must: "true or false",
  test: (value) => typeof value === "boolean"
};
var address = {
  must: "an http: or https: URL without credentials or query",
  test: (value) => parseAddress(value) !== void 0,
  meant: withScheme
};
var path = {
  must: "a path or a file: URL",
  test: (value) => value instanceof URL6 ? value.protocol === "file:" : text.test(value)
};
var oneOf = (...allowed) => ({
  must: `one of ${allowed.map((item) => `"${item}"`).join(", ")}`,
  test: (value) => allowed.includes(value),
  meant: (value) => {
    const given = typeof value === "string" ? value.trim().toLowerCase().replaceAll("_", "-") : "";
    return allowed.find((item) => item === given);
  }
});
var integer = (least, most) => ({
  must: least === 1 ? `a positive integer up to ${most}` : `an integer from ${least} to ${most}`,
  test: (value) => Number.isSafeInteger(value) && value >= least && value <= most,
  hasRange: true
});
function parseAddress(value) {
  const url = value instanceof URL6 || typeof value === "string" ? URL6.parse(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return void 0;
  if (url.username || url.password || url.search) return void 0;
  url.search = url.hash = "";
  return url.href;
}
function withScheme(value) {
  if (typeof value !== "string") return void 0;
  const given = value.trim().replace(/^https?\/\//, "");
  if (!/^[\w[][^/@?#]*(\/[^@?#]*)?$/.test(given) || given.includes("://")) return void 0;
  const scheme = /^(localhost|[\d.]+|\[.*\]|[^/]+:(?!443\b)\d+)(:|\/|$)/.test(given) ? "http" : "https";
  const address2 = `${scheme}://${given}`;
  return parseAddress(address2) && address2;
}
var TABLE = {
  formatter: {
    kind: callable
  },
  apiKey: {
    kind: text,
    env: [
      "AXONPUSH_API_KEY"
    ]
  },
  tenantId: {
    kind: id,
    env: [
      "AXONPUSH_TENANT_ID",
      "AXONPUSH_ORG_ID"
    ]
  },
  channelId: {
    kind: id,
    env: [
      "AXONPUSH_CHANNEL_ID"
    ]
  },
  baseUrl: {
    kind: address,
    env: [
      "AXONPUSH_BASE_URL"
    ],
    fallback: "https://api.axonpush.xyz"
  },
  endpoint: {
    kind: address
  },
  headers: {
    kind: {
      must: "an object whose values are strings",
      // An instance of Headers or Map has no values of its own to be seen.
      test: (value) => String(value) === "[object Object]" && Object.values(value).every((item) => typeof item === "string")
    }
  },
  environment: {
    kind: text,
    env: [
      "AXONPUSH_ENVIRONMENT"
    ]
  },
  client: {
    kind: {
      must: "an object with events.publish(params)",
      test: (value) => typeof value?.events?.publish === "function"
    }
  },
  envFile: {
    kind: path
  },
  source: {
    kind: oneOf("app", "agent"),
    fallback: "app"
  },
  serviceName: {
    kind: text,
    env: [
      "OTEL_SERVICE_NAME"
    ]
  },
  serviceVersion: {
    kind: text
  },
  agentId: {
    kind: text
  },
  traceId: {
    kind: text
  },
  excludeLoggers: {
    kind: texts,
    fallback: []
  },
  mode: {
    kind: oneOf("background", "sync"),
    fallback: "background"
  },
  protocol: {
    kind: oneOf("events", "otlp"),
    fallback: "events"
  },
  batchSize: {
    kind: integer(1, 1e4),
    fallback: 512
  },
  flushIntervalMs: {
    kind: integer(1, MAX_DELAY_MS),
    fallback: 1e3
  },
  compression: {
    kind: oneOf("none", "gzip"),
    fallback: "none"
  },
  queueSize: {
    kind: integer(1, 1e6),
    fallback: 1e3
  },
  overflowPolicy: {
    kind: oneOf("drop-oldest", "drop-newest", "block"),
    fallback: "drop-oldest"
  },
  concurrency: {
    kind: integer(1, 256),
    fallback: 256
  },
  requestTimeoutMs: {
    kind: integer(1, MAX_DELAY_MS),
    fallback: 3e4,
    env: [
      "AXONPUSH_TIMEOUT"
    ],
    parse: (seconds) => Math.round(Number(seconds) * 1e3),
    mustBe: `a number of seconds from 0.001 to ${MAX_DELAY_MS / 1e3}`
  },
  maxRetries: {
    kind: integer(0, 100),
    fallback: 3,
    env: [
      "AXONPUSH_MAX_RETRIES"
    ],
    parse: Number
  },
  spool: {
    kind: path,
    env: [
      "AXONPUSH_SPOOL"
    ]
  },
  spoolMaxBytes: {
    kind: integer(2 ** 20, 2 ** 40),
    fallback: 64 * 2 ** 20,
    env: [
      "AXONPUSH_SPOOL_MAX_BYTES"
    ],
    parse: Number
  },
  shutdownTimeoutMs: {
    kind: integer(0, MAX_DELAY_MS),
    fallback: 2e3
  },
  redactKeys: {
    kind: texts,
    fallback: [],
    env: [
      "AXONPUSH_REDACT_KEYS"
    ],
    parse: (list) => list.split(",").map((key) => key.trim()).filter(Boolean)
  },
  redact: {
    kind: callable
  },
  caller: {
    kind: bool,
    fallback: false
  },
  maxContentLength: {
    kind: integer(1, 65536),
    fallback: 4096,
    env: [
      "AXONPUSH_MAX_CONTENT_LENGTH"
    ],
    parse: Number
  },
  signals: {
    kind: {
      must: `false or an array of ${SIGNALS.join(", ")}`,
      test: (value) => value === false || Array.isArray(value) && value.every((item) => SIGNALS.includes(item))
    },
    fallback: [
      "SIGINT",
      "SIGTERM",
      "SIGHUP"
    ]
  },
  diagnostics: {
    kind: callable
  }
};
var RULES2 = TABLE;

// src/exit/own_signals.ts
var SIGNALS2 = Object.keys(EXIT_CODES);
var ARRIVAL_MS = 100;
function sendToSelf(signal) {
  try {
    kill(pid, signal);
  } catch {
    exit(EXIT_CODES[signal]);
  }
  block(ARRIVAL_MS);
}
function hearOwnSignals(at) {
  return onKill((to, sent = "SIGTERM") => {
    const signal = SIGNALS2.find((name) => sent === name || sent === EXIT_CODES[name] - 128);
    if (to !== pid || signal === void 0) return;
    let isEnd = false;
    guard(() => {
      isEnd = at.onSent(signal);
    })();
    if (!isEnd) return;
    return guard(() => {
      block(ARRIVAL_MS);
      sendToSelf(signal);
      at.goOn();
    });
  });
}

// src/exit/signals.ts
var GRACE_MS2 = 2e3;
var WATCHER_WAITS_MS = 600;
var LOOK_MS = 500;
var LOOK_SHARED_MS = 100;
var TURN_MS = 20;
var TURNS2 = 2;
var BUSY_TURN_MS = 100;
var Signals = class {
  #hooked;
  #at;
  #listeners = new Listeners((signal) => this.#onSignal(signal));
  #watch;
  #dealing;
  /** Whether the signal that is dealt with came again meanwhile. */
  #cameAgain = false;
  /** Whether this thread has yielded since the first record. */
  #hasYielded = false;
  /** When a thread that does not yield leaves the signals to the worker that listens. */
  #leavesAt;
  /** Signals that the program listened to when we looked: its listener may take itself off first. */
  #shared = /* @__PURE__ */ new Set();
  /**
   * Signals that it has heard, and has gone on listening to. If it does not when the next one comes
   * it has cleaned up, and sent that itself in order to end.
   */
  #stale = /* @__PURE__ */ new Set();
  /** How far this worker is with signals that it has heard. */
  #inWorker = /* @__PURE__ */ new Map();
  /** Has us hear no more of the signals that the program sends itself. */
  #ignoreOwn;
  constructor(hooked, at) {
    this.#hooked = hooked;
    this.#at = at;
    watchmen.onChange = guard(() => this.update());
    watchmen.onPost = guard(() => this.#onPost());
  }
  /** Whether a signal would be heard here. */
  get isListening() {
    return this.#listeners.signals.length > 0 || this.#watch !== void 0;
  }
  /** Whether what Deno has handed on was heard, since this was called first. */
  hasCaughtUp() {
    return this.#watch?.hasCaughtUp() ?? true;
  }
  /**
   * Has those signals listened to that are wanted, and no others.
   * @param hasBlocked Whether this thread has blocked, and a signal may have come meanwhile.
   */
  update(hasBlocked = false) {
    const wanted = this.#wanted;
    if (wanted.length > 0) this.#ignoreOwn ??= hearOwnSignals(this);
    guard(() => this.#unlistenUnwanted(hasBlocked ? TURNS2 : 0))();
    if (this.#dealing) return;
    const watchman = IN_WORKER || wanted.length === 0 ? void 0 : watchmen.first;
    const watch = this.#watch;
    if (watch && watch.watchman === watchman && String(watch.signals) === String(wanted)) return;
    if (this.#hasYielded) {
      for (const signal of wanted) this.#listen(signal);
    } else if (wanted.length > 0) void Promise.resolve().then(guard(() => this.#onYield()));
    this.#watch = void 0;
    const isLast = wanted.length === 0 && watch?.watchman === watchmen.first;
    const heard = watch?.release(isLast ? void 0 : 0);
    if (heard !== void 0) return guard(() => this.#onSignal(heard))();
    if (watchman === void 0) return;
    const timeouts = [
      ...this.#hooked
    ].map(({ shutdownTimeoutMs }) => shutdownTimeoutMs);
    this.#leavesAt = void 0;
    this.#watch = new SignalWatch(watchman, wanted, Math.max(...timeouts));
    guard(() => this.#follow(this.#watch))();
  }
  /** @param turns How many turns of the event loop to make first. */
  async #unlistenUnwanted(turns) {
    for (let i = 0; i < turns; i++) await sleep(1);
    if (this.#wanted.length === 0) this.#ignoreOwn = void this.#ignoreOwn?.();
    this.#listeners.retain(this.#wanted);
  }
  /** The signals that those want to hear who are hooked. */
  get #wanted() {
    const hooked = isTest() ? [] : [
      ...this.#hooked
    ];
    return [
      ...new Set(hooked.flatMap(({ signals }) => signals))
    ];
  }
  /**
   * This thread does not listen before it yields for the first time. One that computes for minutes
   * right after its first record, or asks somebody a question, would not be ended by a signal, and
   * there is no worker yet that could do it.
   */
  #onYield() {
    if (this.#hasYielded) return;
    this.#hasYielded = true;
    if (!this.#watch?.isListening) {
      for (const signal of this.#wanted) this.#listen(signal);
    }
  }
  /** The program is about to send itself a signal. Says whether it ends by it; then all is drained. */
  onSent(signal) {
    if (![
      ...this.#wanted,
      ...this.#listeners.signals
    ].includes(signal)) return false;
    const canDrain = !IN_WORKER && [
      ...this.#hooked
    ].every(({ shipper }) => shipper.isBlocking || shipper.pending === 0);
    if (!canDrain || this.#isListenedTo(signal)) {
      this.#onYield();
      return false;
    }
    this.#at.drainAll(awake(), true);
    this.stop();
    for (const watch of [
      this.#watch,
      this.#dealing?.watch
    ]) watch?.release();
    this.#watch = void 0;
    return true;
  }
  /** A thread that never yields does nothing but post, and makes no turn of its event loop. */
  #onPost() {
    this.#endEcho();
    const isLeft = this.#listeners.signals.every((signal) => this.#shared.has(signal));
    if (isLeft || !this.#watch?.hasBegun) return;
    this.#leavesAt ??= awake() + BUSY_TURN_MS;
    if (awake() >= this.#leavesAt) this.#leaveToWorker();
  }
  /** A signal that this thread listens to would not end it while it is busy. */
  #leaveToWorker() {
    if (!this.#watch?.hasBegun) return;
    for (const signal of this.#watch.signals) {
      this.#listeners.remove(signal);
      this.#lookWhoListens(signal);
      if (this.#shared.has(signal)) this.#listeners.add(signal);
    }
  }
  async #follow(watch) {
    await watch.started();
    for (let i = 0; i < TURNS2; i++) await sleep(1);
    while (this.#watch === watch) {
      this.#leaveToWorker();
      const signal = await watch.heard(this.#shared.size > 0 ? LOOK_SHARED_MS : LOOK_MS);
      if (signal === void 0 || this.#watch !== watch) continue;
      if (this.#listeners.has(signal)) return watch.takeOver();
      return await this.#onSignal(signal);
    }
  }
  #lookWhoListens(signal) {
    if (!isListenedTo(signal)) {
      this.#shared.delete(signal);
      this.#stale.delete(signal);
    } else if (!this.#stale.has(signal)) {
      this.#shared.add(signal);
    }
  }
  #listen(signal) {
    if (this.#listeners.has(signal)) return;
    try {
      this.#lookWhoListens(signal);
      this.#listeners.add(signal);
    } catch {
    }
  }
  async #onSignal(signal) {
    const heardAt = awake();
    if (this.#inWorker.get(signal) === "drained") return this.#endBy(signal);
    if (this.#inWorker.has(signal)) return void this.#inWorker.set(signal, "came again");
    if (IN_WORKER) this.#inWorker.set(signal, "draining");
    if (this.#dealing) return void (this.#cameAgain ||= this.#dealing.signal === signal);
    const watch = this.#watch;
    watch?.takeOver();
    this.#watch = void 0;
    const isShared = this.#shared.has(signal) || this.#isListenedTo(signal);
    if (!IN_WORKER) {
      this.#dealing = {
        signal,
        isShared,
        heardAt,
        watch
      };
      this.#cameAgain = false;
      void sleep(ECHO_MS).then(guard(() => this.#endEcho()));
    }
    this.#shared.delete(signal);
    if (isShared) this.#stale.add(signal);
    try {
      if (isShared && !IN_WORKER) await flushPending(this.#hooked);
      else await this.#drain(heardAt);
    } finally {
      watch?.release();
      if (isShared && !await this.#isToEnd(signal)) this.#goOnLater(signal);
      else await this.#end(signal, heardAt);
    }
  }
  /**
   * While a signal is dealt with nobody listens, so that another one ends the program at once; but
   * its echo does not, nor the same signal where the program listens to it. A thread that drains by
   * blocking looks at the clock whenever it looks at the worker.
   */
  #endEcho() {
    if (this.#dealing === void 0 || awake() - this.#dealing.heardAt < ECHO_MS) return;
    const { signal, isShared } = this.#dealing;
    this.#listeners.retain(isShared ? [
      signal
    ] : []);
  }
  async #drain(began) {
    this.#at.drainAll(began);
    await flushPending([
      ...this.#hooked
    ].filter(({ shipper }) => !shipper.isBlocking));
  }
  async #end(signal, heardAt) {
    if (IN_WORKER) {
      if (this.#inWorker.get(signal) === "draining") {
        this.#inWorker.set(signal, "drained");
        await stay(GRACE_MS2);
      }
      if (this.#inWorker.has(signal)) this.#endBy(signal);
      return;
    }
    if ((signal === "SIGTERM" || this.#dealing?.isShared) && isMaybeWatched()) {
      const spentMs = awake() - heardAt;
      await stay(Math.max(0, heardAt + WATCHER_WAITS_MS - awake()));
      await stay(TURN_MS);
      await this.#drain(awake() - spentMs);
    }
    this.#endBy(signal);
    await stay(GRACE_MS2);
    this.#endBy(signal);
  }
  /** Whether the program listens to the signal, too: then its end is its own decision. */
  #isListenedTo(signal) {
    if (IN_WORKER) return isListenedToByNode(signal);
    const isOurs = this.#listeners.has(signal);
    this.#listeners.remove(signal);
    const isShared = isListenedTo(signal);
    if (isOurs && isShared) void Promise.resolve().then(guard(() => this.#listeners.add(signal)));
    else if (isOurs) this.#listeners.add(signal);
    return isShared;
  }
  /** Whether a signal that the program heard came again, and it did not listen any more. */
  async #isToEnd(signal) {
    if (IN_WORKER) return false;
    await new Arrival(this).wait();
    if (!this.#cameAgain) return false;
    this.#cameAgain = false;
    this.#listeners.remove(signal);
    if (isListenedTo(signal)) return false;
    await this.#drain(this.#dealing?.heardAt ?? awake());
    return true;
  }
  #goOnLater(signal) {
    void turn().then(guard(() => {
      this.goOn();
      if (this.#cameAgain) guard(() => this.#onSignal(signal))();
    }));
  }
  /** The program goes on after all. */
  goOn() {
    this.#dealing = void 0;
    this.#inWorker.clear();
    this.#at.cancelShutdown();
    this.update();
  }
  /**
   * The program ends itself. If a signal has come before, it ends by that, as it would have without
   * us: at Ctrl-C its child processes end, too, and it may notice that first.
   */
  endByHeard() {
    for (const [signal2, state] of this.#inWorker) {
      if (state === "draining") continue;
      if (state === "drained") block(GRACE_MS2);
      this.#endBy(signal2);
    }
    const { signal, watch, isShared } = this.#dealing ?? {
      watch: this.#watch
    };
    const heard = signal ?? watch?.signal;
    if (heard === void 0 || IN_WORKER || heard === "SIGTERM" && isMaybeWatched()) return;
    if (isShared ?? (this.#shared.has(heard) || isListenedTo(heard))) return;
    watch?.release();
    this.#endBy(heard);
  }
  /** Hears no signal any more. */
  stop() {
    this.#listeners.retain([]);
  }
  #endBy(signal) {
    this.#inWorker.delete(signal);
    this.stop();
    sendToSelf(signal);
  }
};

// src/exit/hook.ts
var { defineProperty: defineProperty4 } = Object;
var Ends = class {
  #hooked = /* @__PURE__ */ new Set();
  #signals = new Signals(this.#hooked, {
    drainAll: (began, isLast = false) => this.#drainAll(isLast, began, true),
    cancelShutdown: () => this.#cancelShutdown()
  });
  /** Whether the program cannot go on any more. */
  #isUnloading = false;
  /** Stops watching for the end of this worker, if it is one of the program's. */
  #unwatchWorker = () => {
  };
  /** When the program ran out of work, if it goes on for nothing but us. */
  #endBegan;
  /** The wait for signals that were under way then. */
  #arrival;
  /**
   * Listens to the events from the beginning, so that ours come first: another listener may end the
   * program by `Deno.exit()`. And the first record may be logged by one, when it is too late to add ours.
   */
  constructor() {
    listen("unload", this.#onUnload);
    listen("beforeunload", guard((event) => this.#onBeforeUnload(event)));
    for (const type of [
      "error",
      "unhandledrejection"
    ]) {
      listen(type, guard((event) => this.#onUncaught(event)));
    }
  }
  /** Drains this at every end of the program, until it is unhooked. Does not throw. */
  hook = guard((entry) => {
    if (this.#hooked.has(entry)) return;
    if (IN_WORKER && this.#hooked.size === 0) {
      this.#unwatchWorker = beforeWorkerEnds(this.#onUnload);
    }
    this.#hooked.add(entry);
    this.#signals.update();
    if (this.#isUnloading) entry.shipper.beginShutdown(true);
  });
  /**
   * Undoes {@linkcode hook}. Does not throw.
   * @param hasBlocked Whether this thread has blocked until now, and heard no signal.
   */
  unhook = guard((entry, hasBlocked) => {
    if (!this.#hooked.delete(entry)) return;
    this.#signals.update(hasBlocked);
    if (this.#hooked.size === 0) this.#unwatchWorker();
  });
  /** What is logged after this is delivered inside its log call. */
  #onUnload = guard(() => {
    this.#isUnloading = true;
    void sleep(1).then(guard(() => {
      this.#isUnloading = false;
      this.#cancelShutdown();
      this.#signals.update();
    }));
    if (IN_WORKER) this.#signals.stop();
    this.#drainAll(true);
    this.#signals.endByHeard();
  });
  /**
   * Drains all, blocking.
   * @param isLast Whether the program cannot go on after it.
   * @param mayWait Whether what is being shipped from this thread is waited for by somebody else.
   */
  #drainAll(isLast, began = awake(), mayWait = false) {
    for (const { shipper } of this.#hooked) shipper.beginShutdown(isLast);
    for (const { shipper, shutdownTimeoutMs } of this.#hooked) {
      if (mayWait && !shipper.isBlocking) continue;
      shipper.drain(Math.max(0, began + shutdownTimeoutMs - awake()));
    }
    for (const { shipper } of this.#hooked) shipper.settle();
  }
  #cancelShutdown() {
    for (const { shipper } of this.#hooked) shipper.cancelShutdown();
  }
  /**
   * The program has run out of work. If this prevents the default it goes on, and each time that it
   * runs out of work again this is called again.
   */
  #onBeforeUnload(event) {
    if (this.#hooked.size > 0 && isHotReloaded()) return;
    if (event.defaultPrevented) this.#endBegan = void 0;
    if (this.#endBegan === void 0) this.#arrival = void 0;
    else event.stopImmediatePropagation();
    const began = this.#endBegan ?? awake();
    this.#arrival ??= this.#awaitArrival();
    if (!this.#waitForShippers(began) && !this.#arrival.isAwaited) {
      this.#endBegan = void 0;
      return;
    }
    if (event.defaultPrevented) return;
    event.preventDefault();
    this.#endBegan = began;
    const prevent = () => this.#endBegan = void 0;
    defineProperty4(event, "preventDefault", {
      value: prevent
    });
  }
  #awaitArrival() {
    const arrival = new Arrival(this.#signals);
    guard(() => arrival.wait())();
    return arrival;
  }
  /** A drain without a worker needs the program to go on for a while. */
  #waitForShippers(began) {
    const waiting = [
      ...this.#hooked
    ].filter(({ shipper }) => shipper.pending > 0 && (!shipper.isBlocking || shipper.canShipHere));
    for (const entry of waiting) guard(() => this.#flushUntil(entry, began))();
    return waiting.some(({ shipper }) => shipper.pending > 0);
  }
  async #flushUntil({ shipper, shutdownTimeoutMs }, began) {
    const left = began + shutdownTimeoutMs - awake();
    const isSettled = left > 0 && await shipper.flush(left, shipper.canShipHere ? "brief" : void 0);
    if (!isSettled && this.#endBegan === began) shipper.close(shutdownTimeoutMs);
  }
  /** Drains before Deno ends the program, if none of the listeners that are still to come prevents it. */
  #onUncaught(event) {
    afterListeners(event, guard(() => {
      if (event.defaultPrevented || isHandledByNode(event.type)) return;
      void sleep(1).then(guard(() => this.#cancelShutdown()));
      this.#drainAll(false);
      this.#signals.endByHeard();
    }));
  }
};
var { hook, unhook } = inCommon("ends", () => new Ends());

// src/record/redaction/mask_diagnostics.ts
var { URL: URL7 } = globalThis;
var SHORTEST_CREDENTIAL = 8;
function credentialsIn(url) {
  return new URL7(url).pathname.split("/").filter((part) => part.length >= 16 && /\d/.test(part) && /[a-z]/i.test(part));
}
function diagnosticsMask(redactKeys, headers, url) {
  let redactor;
  return (text2) => {
    redactor ??= new Redactor(redactKeys);
    let masked2 = text2;
    for (const credential of credentialsIn(url)) masked2 = masked2.replaceAll(credential, REDACTED);
    for (const [name, value] of Object.entries(headers)) {
      const credential = value.slice(value.lastIndexOf(" ") + 1);
      if (credential.length < SHORTEST_CREDENTIAL || !redactor.isName(name)) continue;
      masked2 = masked2.replaceAll(credential, REDACTED);
    }
    return redactor.mask(masked2);
  };
}

// src/options/check.ts
import { LogLevels } from "@std/log";
var ACTION = "Cannot create AxonPushHandler";
var LEVELS = Object.entries(LogLevels);
var level = {
  ...oneOf(...LEVELS.map(([name]) => name)),
  meant: (value) => {
    const given = String(value).trim().toUpperCase();
    return LEVELS.find(([name, number]) => given === String(number) || given.startsWith(name) || /^\w{3}/.test(given) && name.startsWith(given))?.[0];
  }
};
var { captureStackTrace: captureStackTrace2 } = Error;
var { URL: URL8 } = globalThis;
function blamingCallOf(caller, fn) {
  try {
    return fn();
  } catch (error3) {
    if (error3 instanceof Error) captureStackTrace2?.(error3, caller);
    throw error3;
  }
}
function checkLevel(value) {
  if (level.test(value)) return;
  const isObject = typeof value === "object" && value !== null;
  const first2 = isObject ? "the level comes first, and then the options: " : "";
  refuseValue(level, TypeError, `${first2}'levelName' must be ${level.must}`, value, isObject);
}
function checkOption(name, value) {
  const { kind } = RULES2[name];
  return checkKind(name, kind, kind.must, value, value);
}
function checkVariable(name, variable, text2) {
  const { kind, parse: parse3 = (text3) => text3, mustBe = kind.must } = RULES2[name];
  return checkKind(variable, kind, mustBe, parse3(text2), text2, name);
}
function checkKind(from, kind, must, value, given, name = from) {
  if (attempt(() => kind.test(value))) return value;
  const Refusal = kind.hasRange && typeof value === "number" ? RangeError : TypeError;
  const isSecret = name === "apiKey" || name === "headers";
  return refuseValue(kind, Refusal, `'${from}' must be ${must}`, given, isSecret);
}
function refuseValue(kind, Refusal, what, value, isSecret) {
  const shown = isSecret ? void 0 : show(value);
  const meant = shown && attempt(() => kind.meant?.(value));
  return refuse(Refusal, `${what}: current value is ${shown ?? `of type ${typeof value}, not shown`}` + (meant ? `: did you mean "${meant}"?` : ""));
}
function checkTimeout(action, timeoutMs) {
  if (typeof timeoutMs === "number" && timeoutMs >= 0) return;
  throw new (typeof timeoutMs === "number" ? RangeError : TypeError)(`Cannot ${action} AxonPushHandler: 'timeoutMs' must be a number of milliseconds, not negative: current value is ${show(timeoutMs) ?? `of type ${typeof timeoutMs}`}`);
}
function refuse(Refusal, why, options) {
  throw new Refusal(`${ACTION}: ${why}`, options);
}
function show(value) {
  const shown = attempt(() => Deno.inspect(value instanceof URL8 ? value.href : value, {
    depth: 1,
    breakLength: Infinity,
    strAbbreviateSize: 80
  }));
  if (shown === void 0 || /[@?]|\b(ak|pt)_/.test(shown)) return void 0;
  return withoutSecrets(shown) === shown ? shown : void 0;
}
function withoutSecrets(text2) {
  return new Redactor([]).mask(text2);
}
function suggestion(name) {
  const plain = (word) => word.toLowerCase().replaceAll(/[_-]|^axonpush/g, "");
  const given = plain(name);
  if (/level(name)?$/.test(given)) return ": the level is the first argument";
  const pairs = Array.from({
    length: given.length - 1
  }, (_, i) => given.slice(i, i + 2));
  const likeness = (known3) => pairs.filter((pair) => plain(known3).includes(pair)).length / pairs.length;
  const known2 = Object.keys(RULES2);
  const [likely, most] = known2.map((known3) => [
    known3,
    Math.max(...[
      known3,
      ...RULES2[known3].env ?? []
    ].map(likeness))
  ]).reduce((best, next) => next[1] > best[1] ? next : best);
  return most > (pairs.length > 3 ? 0.6 : 0.99) ? `: did you mean '${likely}'?` : `: known are ${known2.join(", ")}`;
}

// src/platform.ts
var PLATFORMS = [
  [
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS Lambda"
  ],
  [
    "FUNCTION_TARGET",
    "Google Cloud Functions"
  ],
  [
    "K_SERVICE",
    "Google Cloud Run"
  ],
  [
    "AZURE_FUNCTIONS_ENVIRONMENT",
    "Azure Functions"
  ],
  [
    "DENO_DEPLOY",
    "Deno Deploy"
  ],
  [
    "DENO_DEPLOYMENT_ID",
    "Deno Deploy"
  ]
];
function serverlessPlatform() {
  return PLATFORMS.find(([variable]) => readVariable(variable))?.[1];
}
var reminded = false;
function remindOfPlatform(diagnostics, spool) {
  const platform = reminded ? void 0 : serverlessPlatform();
  if (platform === void 0) return;
  reminded = true;
  diagnostics.report({
    level: "warn",
    code: "serverless",
    message: `${platform} may freeze this program between invocations: wrap its handler in flushAfterInvocation() so that each delivers what it logged`
  });
  if (spool === void 0) return;
  diagnostics.report({
    level: "warn",
    code: "spool-ephemeral",
    message: `On ${platform} a disk usually ends with its instance, and the spool ${spool} with it: it helps in an outage, but not when the instance is killed`
  });
}
function resourceAttributes() {
  return {
    "process.runtime.name": "deno",
    "process.runtime.version": Deno.version.deno,
    "host.name": readHostname(),
    "cloud.region": readVariable("DENO_REGION") || void 0,
    "service.instance.id": readVariable("DENO_DEPLOYMENT_ID") || void 0
  };
}

// src/options/otel.ts
function otelResource(variables) {
  const name = "OTEL_RESOURCE_ATTRIBUTES";
  const pairs = pairsOf(variables(name));
  if (!pairs.includes(void 0)) {
    return {
      value: Object.fromEntries(pairs),
      notices: []
    };
  }
  return {
    value: {},
    notices: [
      malformed2(name, "otel-resource", "none of its attributes is sent")
    ]
  };
}
function otelDestination(variables) {
  const [own, all] = [
    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT"
  ];
  const [address2, base] = [
    variables(own),
    variables(all)
  ];
  if (address2 === void 0 && base === void 0) return void 0;
  const url = address2 !== void 0 ? parseAddress(checkVariable("endpoint", own, address2)) : parseAddress(checkVariable("endpoint", all, base)).replace(/\/*$/, "/v1/logs");
  const list = [
    "OTEL_EXPORTER_OTLP_LOGS_HEADERS",
    "OTEL_EXPORTER_OTLP_HEADERS"
  ].find((name) => variables(name) !== void 0);
  const pairs = list === void 0 ? [] : pairsOf(variables(list)).map((pair) => pair && HEADER_NAME.test(pair[0]) && HEADER_VALUE.test(pair[1]) ? pair : void 0);
  return {
    value: {
      url,
      headers: Object.fromEntries(pairs.filter((pair) => pair !== void 0))
    },
    notices: [
      ...pairs.includes(void 0) ? [
        malformed2(list, "otel-headers", "what cannot be read of it is not sent")
      ] : [],
      ...exportsConsole(variables) ? [
        TWICE
      ] : []
    ]
  };
}
function pairsOf(list = "") {
  return list.split(",").filter((member) => member.trim() !== "").map((member) => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(member) ?? [];
    if (key === void 0 || value === void 0 || key.trim() === "") return void 0;
    try {
      return [
        decodeURIComponent(key.trim()),
        decodeURIComponent(value.trim())
      ];
    } catch {
      return void 0;
    }
  });
}
function malformed2(name, code, consequence) {
  return {
    level: "warn",
    code,
    message: `Cannot read ${name}: it must be a list as in key1=value1,key2=value2, with percent-encoding for commas, percent signs and what is not ASCII: ${consequence}`
  };
}
function exportsConsole(variables) {
  return variables("OTEL_DENO") === "true" && variables("OTEL_DENO_CONSOLE") !== "ignore" && variables("OTEL_SDK_DISABLED")?.toLowerCase() !== "true";
}
var TWICE = {
  level: "warn",
  code: "otel-deno",
  message: "Deno exports what is printed on the console (OTEL_DENO=true) to the same endpoint: a record that another handler prints arrives there twice: set OTEL_DENO_CONSOLE=ignore"
};

// src/options/destination.ts
var OF_BODIES = [
  "content-type",
  "content-encoding",
  "content-length",
  "idempotency-key"
];
function destinationOf(options, configured, baseUrl, variables) {
  const { client, endpoint, headers: more = {} } = options;
  const { environment: environment2 } = configured;
  const channelId = configured.channelId === void 0 ? void 0 : String(configured.channelId);
  const otlp = configured.protocol === "otlp";
  const isOpen = (endpoint ?? configured.baseUrl ?? configured.apiKey) === void 0;
  const otel = otlp && isOpen ? otelDestination(variables) : void 0;
  const elsewhere = parseAddress(endpoint) ?? otel?.value.url;
  const isEndpoint = elsewhere !== void 0;
  const route = `${parseAddress(baseUrl).replace(/\/+$/, "")}/${otlp ? "v1/logs" : "event"}`;
  const url = elsewhere ?? route;
  const who = isEndpoint ? options : configured;
  const ours = {
    ...client ? {} : credentials(who, isEndpoint),
    ...environment2 !== void 0 && {
      "X-Axonpush-Environment": environment2
    },
    ...otlp && channelId !== void 0 && {
      "X-Axonpush-Channel": channelId
    }
  };
  const headers = sendable(ours, otel?.value.headers ?? {}, more);
  if (headers["x-public-token"] && !isEndpoint && otlp && !headers["x-axonpush-channel"]) {
    refuse(TypeError, `a public token with protocol "otlp" needs 'channelId' (AXONPUSH_CHANNEL_ID): the service has no default channel for it`);
  }
  return {
    url,
    isEndpoint,
    headers,
    name: JSON.stringify([
      storable(url),
      tenantOf(who),
      channelId,
      environment2
    ]),
    notices: otel?.notices ?? []
  };
}
function storable(url) {
  return credentialsIn(url).reduce((text2, part) => text2.replace(part, `#${fingerprint(part)}`), url);
}
function tenantOf({ apiKey, tenantId }) {
  if (tenantId !== void 0) return String(tenantId);
  return apiKey?.startsWith("pt_") ? `token ${fingerprint(apiKey)}` : void 0;
}
function fingerprint(text2) {
  let hash = 2166136261;
  for (let i = 0; i < text2.length; i++) {
    hash = Math.imul(hash ^ text2.charCodeAt(i), 16777619);
  }
  return hash >>> 0;
}
function credentials({ apiKey, tenantId, envFile }, isEndpoint) {
  if (apiKey === void 0 && isEndpoint) return {};
  if (apiKey?.startsWith("pt_")) return {
    "X-Public-Token": apiKey
  };
  if (tenantId === void 0 && isEndpoint) {
    refuse(TypeError, "missing 'tenantId': to an 'endpoint' only those credentials are sent that are options: set it as one, or leave out 'apiKey'");
  }
  if (apiKey === void 0 || tenantId === void 0) {
    return refuseMissing({
      apiKey,
      tenantId
    }, envFile);
  }
  return {
    "X-API-Key": apiKey,
    "x-axonpush-api-key": apiKey,
    "x-tenant-id": String(tenantId)
  };
}
function refuseMissing(given, envFile) {
  const missing = [
    "apiKey",
    "tenantId"
  ].filter((name) => given[name] === void 0).map((name) => ({
    name,
    variable: RULES2[name].env[0]
  }));
  const problems = missing.map(({ name, variable }) => `'${name}' (${variable} is ${envFile !== void 0 ? `not in 'envFile', ${show(envFile) ?? "not shown"}` : mayReadVariable(variable) ? "unset" : "not readable: no env permission"})`);
  const denied = missing.map(({ variable }) => variable).filter((variable) => !mayReadVariable(variable));
  return refuse(TypeError, `missing ${problems.join(" and ")}: set the option, or the variable` + (envFile !== void 0 ? " there" : denied.length > 0 ? ` and run with --allow-env=${denied.join(",")}` : "; a .env file is read with --env-file or 'envFile'"));
}
var OPTION_OF = {
  "X-API-Key": "apiKey",
  "X-Public-Token": "apiKey",
  "x-tenant-id": "tenantId",
  "X-Axonpush-Environment": "environment",
  "X-Axonpush-Channel": "channelId"
};
function sendable(ours, ...added) {
  const others = added.flatMap((headers) => Object.entries(headers)).filter(([name]) => !OF_BODIES.includes(name.toLowerCase()));
  const entries = [
    ...Object.entries(ours),
    ...others
  ];
  for (const [name, value] of entries) {
    if (!HEADER_NAME.test(name)) {
      refuse(TypeError, "the name of a header must be letters, digits and - alone, apart from the value: current name has another character, and is not shown, as it may hold a credential");
    }
    if (!HEADER_VALUE.test(value)) {
      const option = ours[name] === value ? OPTION_OF[name] : void 0;
      refuse(TypeError, `${option ? `'${option}', sent as header` : "header"} '${name}' must have a value that HTTP can carry: current value has a line break or a character beyond Latin-1`);
    }
  }
  return Object.fromEntries(entries.map(([name, value]) => [
    name.toLowerCase(),
    value
  ]));
}

// src/options/environment.ts
import { parse as parseDotenv } from "@std/dotenv/parse";

// src/options/path.ts
var { URL: URL9 } = globalThis;
function pathOf(file) {
  if (typeof file === "string" && !file.startsWith("file:")) return file;
  const { pathname } = new URL9(file);
  const path2 = attempt(() => decodeURIComponent(pathname)) ?? pathname;
  return Deno.build.os === "windows" ? path2.replace(/^\/(?=[a-z]:)/i, "") : path2;
}
function permissionFlag(access, path2) {
  const list = path2.replaceAll(",", ",,");
  return `--allow-${access}=${/^[\w./\\:@%+,~-]+$/.test(list) ? list : `"${list}"`}`;
}

// src/options/environment.ts
function environment(envFile) {
  const file = envFile === void 0 ? {} : readEnvFile(envFile);
  return (variable) => bare(readVariable(variable)) || bare(file[variable]) || void 0;
}
function bare(value = "") {
  return value.trim().replace(/^(["'])(.*)\1$/s, "$2").trim();
}
var OURS2 = /^(AXONPUSH|OTEL)_/;
var DOLLAR2 = "\uE000";
function readEnvFile(file) {
  const path2 = pathOf(file);
  if (!mayReadFile(path2)) {
    const flag = permissionFlag("read", path2);
    refuse(TypeError, `cannot read 'envFile', no read permission: run with ${flag}`);
  }
  try {
    const text2 = Deno.readTextFileSync(path2).replace(/^\uFEFF/, "");
    const ours = Object.entries(parseDotenv(text2.replaceAll("$", DOLLAR2))).filter(([name]) => OURS2.test(name)).map(([name, value]) => [
      name,
      value.replaceAll(DOLLAR2, "$")
    ]);
    if (!ours.some(([name, value]) => value.includes("$") && !isQuoted(name, text2))) {
      return Object.fromEntries(ours);
    }
    const foreign = [
      ...text2.matchAll(/\$\{?(\w+)/g)
    ].map(([, name]) => name).filter((name) => !mayReadVariable(name) && !isDefined(name, text2));
    if (foreign.length > 0) throw new TypeError(`it refers to ${foreign}, which may not be read`);
    return parseDotenv(text2);
  } catch (error3) {
    const why = reason(error3).replace(/: readfile .*/s, "");
    return refuse(TypeError, `cannot read 'envFile': ${why}: current value is ${show(path2) ?? "not shown"}`);
  }
}
function isDefined(name, text2, value = "") {
  return new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=[ \\t]*${value}`, "m").test(text2);
}
function isQuoted(name, text2) {
  return isDefined(name, text2, `['"]`);
}

// src/options/spool.ts
function spoolOf(options, configured) {
  if (options.client && options.spool !== void 0) {
    refuse(TypeError, `'spool' keeps what the handler itself delivers, and a client delivers by itself: leave out 'spool' or 'client'`);
  }
  const { spool } = configured;
  if (spool === void 0 || options.client) {
    if (options.spoolMaxBytes !== void 0) refuse(TypeError, `'spoolMaxBytes' needs 'spool'`);
    return void 0;
  }
  const path2 = pathOf(spool);
  const isRelative = !/^([a-z]:)?[/\\]/i.test(path2);
  const directory = isRelative && mayReadFile(".") ? `${Deno.cwd()}/${path2}` : path2;
  const flags = [
    mayReadFile(directory) ? "" : permissionFlag("read", directory),
    mayWriteFile(directory) ? "" : permissionFlag("write", directory)
  ].filter(Boolean);
  if (flags.length > 0) {
    refuse(TypeError, `cannot use 'spool', no permission: run with ${flags.join(" ")}`);
  }
  return directory;
}

// src/options/settings.ts
var FAILURES = Array.from({
  length: 100
}, (_, i) => 500 + i);
var NAMES2 = Object.keys(RULES2);
function resolveOptions(given) {
  const options = checkEach(given);
  checkTogether(options);
  const variables = environment(options.envFile);
  const configured = Object.fromEntries(NAMES2.map((name) => [
    name,
    options[name] ?? fromEnvironment(name, variables)
  ]));
  const resolved = Object.fromEntries(NAMES2.map((name) => [
    name,
    configured[name] ?? RULES2[name].fallback
  ]));
  const { traceId, channelId, spool: _, ...others } = resolved;
  const spool = spoolOf(options, configured);
  const destination = destinationOf(options, configured, resolved.baseUrl, variables);
  const attributes = otelResource(variables);
  return {
    ...others,
    traceId: traceId ?? newTraceId(),
    ...channelId !== void 0 && {
      channelId: String(channelId)
    },
    spool,
    exporter: exporterSettings(resolved, destination, spool !== void 0),
    destination: destination.name,
    resource: resourceOf(configured, masked(attributes.value, resolved.redactKeys)),
    notices: [
      ...attributes.notices,
      ...destination.notices
    ]
  };
}
function resourceOf({ serviceName, serviceVersion, environment: environment2 }, attributes) {
  const named = {
    "service.name": serviceName,
    "service.version": serviceVersion,
    "deployment.environment.name": environment2
  };
  const resource = {};
  for (const part of [
    named,
    attributes,
    resourceAttributes()
  ]) {
    for (const [name, value] of Object.entries(part)) {
      if (value !== void 0 && !Object.hasOwn(resource, name)) resource[name] = value;
    }
  }
  return resource;
}
function masked(attributes, redactKeys) {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return attributes;
  const redactor = new Redactor(redactKeys);
  return Object.fromEntries(entries.map(([name, value]) => {
    const isSecret = redactor.isName(name) && !redactor.isHarmless(name, value);
    return [
      name,
      isSecret ? REDACTED : redactor.mask(value)
    ];
  }));
}
function exporterSettings(resolved, { url, isEndpoint, headers }, isKept) {
  const { protocol, flushIntervalMs, concurrency, requestTimeoutMs, maxRetries } = resolved;
  const otlp = protocol === "otlp";
  return {
    protocol,
    url,
    isEndpoint,
    headers,
    isKept,
    // By the specification of OTLP ("Failures"); on /event by the service's contract, and what gateways
    // answer in its place. What is on disk can wait for longer than a service that fails, in whatever
    // way.
    retryable: isKept ? [
      408,
      425,
      429,
      ...FAILURES
    ] : otlp ? [
      429,
      502,
      503,
      504
    ] : [
      408,
      425,
      429,
      ...FAILURES.filter((status) => status !== 501 && status !== 505)
    ],
    gzip: resolved.compression === "gzip",
    batchSize: otlp ? resolved.batchSize : 1,
    flushIntervalMs,
    concurrency,
    requestTimeoutMs,
    maxRetries,
    // A log call that waits for its record must return.
    retryUnreachable: resolved.mode === "background"
  };
}
function fromEnvironment(name, variables) {
  for (const variable of RULES2[name].env ?? []) {
    const text2 = variables(variable);
    if (text2 !== void 0) return checkVariable(name, variable, text2);
  }
}
function checkEach(options) {
  const kind = attempt(() => Object.prototype.toString.call(options)) ?? "unreadable";
  if (kind !== "[object Object]") {
    const shown = typeof options === "object" && options !== null ? kind : show(options);
    refuse(TypeError, `'options' must be an object: current value is ${shown ?? typeof options}`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(RULES2, name)) {
      refuse(TypeError, `unknown option '${withoutSecrets(name)}'${suggestion(name)}`);
    }
  }
  const given = NAMES2.map((name) => {
    try {
      return [
        name,
        options[name]
      ];
    } catch (cause) {
      return refuse(TypeError, `cannot read the option '${name}': it throws`, {
        cause
      });
    }
  }).filter(([, value]) => value !== void 0);
  for (const [name, value] of given) checkOption(name, value);
  return Object.fromEntries(given);
}
function checkTogether(options) {
  const { client, protocol } = options;
  const given = (names) => names.filter((name) => options[name] !== void 0);
  const needless = given([
    "apiKey",
    "tenantId",
    "baseUrl",
    "endpoint"
  ]);
  if (client && needless.length > 0) {
    refuse(TypeError, `'client' brings its own credentials: leave out ${needless.join(", ")}, or 'client'`);
  }
  if (client && (options.mode === "sync" || protocol === "otlp")) {
    refuse(TypeError, `'client' publishes single events from the program's own thread: leave it out, or mode "sync" and protocol "otlp"`);
  }
  if (protocol === "otlp") return;
  if (options.compression === "gzip") refuse(TypeError, `compression "gzip" needs protocol "otlp"`);
  const [alone] = given([
    "batchSize",
    "flushIntervalMs"
  ]);
  if (alone) {
    refuse(TypeError, `'${alone}' needs protocol "otlp": with "events" each record is a request of its own`);
  }
}

// src/handler.ts
var DEFAULT_EXCLUDED_LOGGERS = [
  "axonpush"
];
var diagnosticsOf;
var AxonPushHandler = class extends BaseHandler {
  #settings;
  #diagnostics;
  #encoder;
  #shipper;
  #hooked;
  #state = "idle";
  /** How often it was set up anew: a `close()` that was called before that ends it no more. */
  #life = 0;
  /** While `formatter` or `redact` runs, nothing is shipped: it would be called for what it logs. */
  #inUserCode = false;
  #filtered = 0;
  /** Records that came after `close()`. */
  #tooLate = 0;
  /** Records of which no event could be made. */
  #unencoded = 0;
  #deferred = new DeferredRecords({
    take: (record, isLast) => this.#take(record, isLast),
    onFailed: (error3) => this.#onUnencoded(error3)
  });
  static {
    diagnosticsOf = (handler) => handler.#diagnostics;
  }
  /**
   * Creates a handler. Nothing runs before the first record.
   *
   * @param levelName Records below this level are ignored. The default is `"NOTSET"`: none is.
   * @param options See {@linkcode AxonPushHandlerOptions}. The default is `{}`: what is not given
   *   comes from the environment.
   * @throws {TypeError} If the level does not exist, an option is unknown, has the wrong type or
   *   conflicts with another one, or credentials are missing.
   * @throws {RangeError} If a number is out of range.
   */
  constructor(levelName = "NOTSET", options = {}) {
    const settings = blamingCallOf(itself(), () => {
      checkLevel(levelName);
      return resolveOptions(options);
    });
    super(levelName, options.formatter ? {
      formatter: options.formatter
    } : {});
    this.#settings = settings;
    this.#diagnostics = new Diagnostics(settings.diagnostics, diagnosticsMask(settings.redactKeys, settings.exporter.headers, settings.exporter.url));
    const constants = eventConstants(settings);
    const { redact, protocol, destination } = settings;
    this.#encoder = new Encoder(redact ? {
      ...settings,
      redact: (event) => this.#suppressed(() => redact(event))
    } : settings, constants);
    const keyPrefix = randomUUID();
    this.#shipper = new Shipper(settings, {
      version: 1,
      protocol,
      keyPrefix,
      constants,
      destination
    }, this.#diagnostics, () => this.#deferred.takeAll(true));
    this.#hooked = {
      signals: settings.signals || [],
      shutdownTimeoutMs: settings.shutdownTimeoutMs,
      shipper: this.#shipper
    };
  }
  /** Makes the handler live, also after `destroy()`. `log.setup()` calls it. */
  setup() {
    if (this.#state === "ready" || this.#state === "running") return;
    remindOfPlatform(this.#diagnostics, this.#settings.spool);
    if (this.#state === "idle") {
      for (const notice of this.#settings.notices) this.#diagnostics.report(notice);
    }
    if (this.#state === "closing") this.#shipper.cancelShutdown();
    this.#state = "ready";
    this.#life++;
  }
  /**
   * Accepts a record. The logger calls it for each record at or above its level. It never throws,
   * and waits only if `mode` is `"sync"` or `overflowPolicy` is `"block"`.
   */
  handle(record) {
    if (this.level > record.level) return;
    try {
      if (this.#deferred.last !== void 0) this.#deferred.takeAll(false);
      this.#take(record);
    } catch (error3) {
      this.#deferred.last = {
        record,
        attempts: 0,
        next: this.#deferred.last
      };
      try {
        this.#deferred.onThrown(error3);
      } catch {
      }
    }
  }
  /**
   * Makes a line of a record and pushes it. Throws where the stack is used up, and what `redact` throws.
   * @param isLast Whether it is not deferred any more, wherever the stack is used up.
   */
  #take(record, isLast = false) {
    if (this.#inUserCode || this.#diagnostics.isWriting || isSending() || this.#isExcluded(record.loggerName)) {
      this.#filtered++;
      return;
    }
    if (this.#state !== "running" && !this.#ensureRunning()) return;
    const { formatter, caller } = this.#settings;
    const body = formatter ? this.#format(record, isLast) : record.msg;
    const location = caller ? callerAttributes(this, record.levelName) : void 0;
    const line = this.#encoder.encode(record, body, location);
    if (line === void 0) this.#filtered++;
    else if (this.#state === "running" || this.#ensureRunning()) this.#shipper.push(line);
  }
  /** Ships a bare message at the handler's own level, under the logger name `default`. */
  log(message) {
    this.handle(new LogRecord({
      msg: message,
      args: [],
      level: this.level,
      loggerName: "default"
    }));
  }
  /**
   * Waits until all that was logged before the call is settled: delivered, failed or dropped.
   * The program stays alive meanwhile.
   *
   * @param timeoutMs Longest wait in milliseconds, 0 or more; `Infinity` waits for as long as it
   *   takes. The default is `shutdownTimeoutMs`.
   * @returns Whether everything was settled in time.
   * @throws {TypeError} If `timeoutMs` is not a number.
   * @throws {RangeError} If it is negative or `NaN`.
   */
  async flush(timeoutMs = this.#settings.shutdownTimeoutMs) {
    blamingCallOf(itself().prototype.flush, () => checkTimeout("flush", timeoutMs));
    this.#deferred.takeAll(true);
    return await this.#shipper.flush(timeoutMs);
  }
  /**
   * Does the same as {@linkcode flush}, blocking the thread. Without a worker (option `client`) it
   * cannot wait, and returns `false` if anything is pending.
   *
   * @param timeoutMs Longest wait in milliseconds, 0 or more; `Infinity` waits for as long as it
   *   takes. The default is `shutdownTimeoutMs`.
   * @returns Whether everything was settled in time.
   * @throws {TypeError} If `timeoutMs` is not a number.
   * @throws {RangeError} If it is negative or `NaN`.
   */
  flushSync(timeoutMs = this.#settings.shutdownTimeoutMs) {
    blamingCallOf(itself().prototype.flushSync, () => checkTimeout("flush", timeoutMs));
    this.#deferred.takeAll(true);
    return this.#shipper.flushSync(timeoutMs);
  }
  /**
   * Drains, ends the worker and stops listening to signals. What is pending after the timeout counts
   * as failed, or stays in the spool; records that are logged later count as dropped, until `setup()`.
   *
   * @param timeoutMs Longest drain in milliseconds, 0 or more; `Infinity` waits for as long as it
   *   takes. The default is `shutdownTimeoutMs`.
   * @throws {TypeError} If `timeoutMs` is not a number.
   * @throws {RangeError} If it is negative or `NaN`.
   */
  async close(timeoutMs = this.#settings.shutdownTimeoutMs) {
    blamingCallOf(itself().prototype.close, () => checkTimeout("close", timeoutMs));
    if (this.#state === "closed") return;
    this.#deferred.takeAll(true);
    this.#state = "closing";
    const life = this.#life;
    const isClosing = () => this.#state === "closing" && this.#life === life;
    const deadline = awake() + timeoutMs;
    do {
      if (!await this.#shipper.flush(Math.max(0, deadline - awake()), "brief")) break;
      await this.#shipper.settleBacklog(Math.max(0, deadline - awake()));
    } while (isClosing() && this.#shipper.pending > 0);
    if (isClosing()) this.#end(timeoutMs, false);
  }
  /**
   * Does the same as {@linkcode close}, blocking the thread for `shutdownTimeoutMs` at most.
   * `log.setup()` calls it on the handlers of the old configuration. Without a worker (option
   * `client`) it cannot wait, and what is pending is delivered after it returns.
   */
  destroy() {
    if (this.#state === "closed") return;
    this.#deferred.takeAll(true);
    this.#shipper.shipHereNoMore();
    const { isBlocking, pending } = this.#shipper;
    if (!isBlocking && pending > 0) return void this.close();
    const { shutdownTimeoutMs } = this.#settings;
    this.#shipper.beginShutdown(true);
    this.#shipper.drain(shutdownTimeoutMs);
    this.#end(shutdownTimeoutMs, true);
  }
  /** Makes `await using` call {@linkcode close}. */
  async [Symbol.asyncDispose]() {
    await this.close();
  }
  /** What became of the records so far. */
  get stats() {
    const { accepted, delivered, failed: failed2, dropped, pending, spooled, recovered, retried } = this.#shipper.stats;
    const { count: deferred } = this.#deferred;
    return {
      accepted: accepted + this.#tooLate + this.#unencoded + deferred,
      delivered,
      failed: failed2 + this.#unencoded,
      dropped: dropped + this.#tooLate,
      filtered: this.#filtered,
      pending: pending + deferred,
      spooled,
      recovered,
      retried
    };
  }
  /** What the `formatter` makes of a record, or what was logged, where it makes nothing. */
  #format(record, isLast) {
    try {
      const body = this.#suppressed(() => this.format(record));
      if (!(body instanceof Promise)) return body;
      body.catch(() => {
      });
      throw new TypeError("it must return a text, and not a promise of one");
    } catch (error3) {
      if (isStackUsedUp(error3) && !isLast) throw error3;
      this.#diagnostics.report({
        level: "warn",
        code: "formatter",
        message: `Cannot use what 'formatter' makes of a record: ${reason(error3)}: the record is shipped with its message`
      });
      return record.msg;
    }
  }
  /** No event can be made of a record. */
  #onUnencoded(error3) {
    this.#unencoded++;
    this.#diagnostics.report({
      level: "error",
      code: "encode",
      message: `Cannot make an event of a record: ${reason(error3)}: the record counts as failed`
    });
  }
  /** Calls a function of the user's; what it logs is not shipped. */
  #suppressed(fn) {
    this.#inUserCode = true;
    try {
      return fn();
    } finally {
      this.#inUserCode = false;
    }
  }
  #end(timeoutMs, hasBlocked) {
    unhook(this.#hooked, hasBlocked);
    this.#shipper.close(timeoutMs);
    this.#state = "closed";
  }
  /** Starts on the first record where nobody called `setup()`; drops those that come too late. */
  #ensureRunning() {
    if (this.#state === "idle") this.setup();
    if (this.#state === "ready") this.#state = "running";
    if (this.#state !== "closed") {
      hook(this.#hooked);
      return true;
    }
    this.#tooLate++;
    this.#diagnostics.report({
      level: "warn",
      code: "closed",
      message: "A record was logged after the handler was closed: it is dropped"
    });
    return false;
  }
  #isExcluded(name) {
    return DEFAULT_EXCLUDED_LOGGERS.includes(name) || typeof name === "string" && this.#settings.excludeLoggers.some((prefix) => name.startsWith(prefix));
  }
};
function itself() {
  return AxonPushHandler;
}

// src/with_axonpush.ts
var CONSOLE = "default";
function withAxonPush(config = {}, handler, name = "axon") {
  return blamingCallOf(withAxonPush, () => {
    checkConfig(config);
    if (handler === void 0) handler = new AxonPushHandler();
    if (!(handler instanceof AxonPushHandler)) {
      refuse2(`the second argument must be one, as in withAxonPush({}, new AxonPushHandler()): current value is of type ${typeof handler}`);
    }
    return add2(config, handler, nameFor(handler, config.handlers ?? {}, name));
  });
}
function add2(config, handler, name) {
  const handlers = {
    ...config.handlers,
    [name]: handler
  };
  const loggers = {
    default: {
      level: "INFO",
      handlers: [
        CONSOLE
      ]
    },
    ...config.loggers
  };
  const withHandler = Object.fromEntries(Object.entries(loggers).map(([logger, settings]) => {
    const names = [
      .../* @__PURE__ */ new Set([
        ...settings.handlers ?? [],
        name
      ])
    ];
    return [
      logger,
      {
        ...settings,
        handlers: names
      }
    ];
  }));
  reportUnknown(withHandler, handlers, handler);
  return {
    handlers,
    loggers: withHandler
  };
}
function nameFor(handler, handlers, name) {
  const own = Object.entries(handlers).find(([, other]) => other === handler)?.[0];
  if (own !== void 0) return own;
  if (typeof name !== "string" || name === "") {
    refuse2(`the name must be a non-empty string: current value is ${show(name) ?? typeof name}`);
  }
  if (name === CONSOLE || Object.hasOwn(handlers, name) && handlers[name] !== void 0) {
    refuse2(`another handler is named '${name}' in the configuration: give a name as the third argument`);
  }
  return name;
}
function checkConfig(config) {
  if (config instanceof AxonPushHandler) {
    refuse2("the configuration comes first, and then the handler: withAxonPush({}, handler)");
  }
  if (typeof config !== "object" || config === null) {
    refuse2(`the configuration must be an object: current value is ${show(config)}`);
  }
  for (const [logger, settings] of Object.entries(config.loggers ?? {})) {
    if (typeof settings !== "object" || settings === null) {
      refuse2(`the logger '${logger}' must be an object: current value is ${show(settings)}`);
    }
    const { handlers = [] } = settings;
    if (!Array.isArray(handlers)) {
      refuse2(`'handlers' of the logger '${logger}' must be an array of names: current value is ${show(handlers)}`);
    }
  }
}
function refuse2(why) {
  throw new TypeError(`Cannot add AxonPushHandler: ${why}`);
}
function reportUnknown(loggers, handlers, handler) {
  const isKnown = (name) => name === CONSOLE || Object.hasOwn(handlers, name);
  const unknown = Object.entries(loggers).flatMap(([logger, { handlers: names = [] }]) => {
    const missing = names.filter((name) => !isKnown(name));
    return missing.length > 0 ? [
      `logger '${logger}' lists ${missing.join(", ")}`
    ] : [];
  });
  if (unknown.length > 0) {
    diagnosticsOf(handler).report({
      level: "warn",
      code: "unknown-handler",
      message: `Handlers that are not configured are skipped silently by std/log: ${unknown.join("; ")}: configured are ${Object.keys(handlers).join(", ")}`
    });
  }
}

// src/flush_after_invocation.ts
function flushAfterInvocation(handlers, fn, options = {}) {
  const all = [
    handlers
  ].flat();
  const timeoutMs = blamingCallOf(flushAfterInvocation, () => check(all, fn, options));
  const flush = () => Promise.all(all.map((handler) => handler.flush(timeoutMs)));
  const wrapped = function(...args2) {
    let pending = false;
    try {
      const result = fn.apply(this, args2);
      pending = typeof result?.then === "function";
      return pending ? Promise.resolve(result).finally(flush) : result;
    } finally {
      if (!pending) {
        for (const handler of all) handler.flushSync(timeoutMs);
      }
    }
  };
  for (const property of [
    "length",
    "name"
  ]) {
    Object.defineProperty(wrapped, property, {
      value: fn[property],
      configurable: true
    });
  }
  return wrapped;
}
function check(handlers, fn, options) {
  const isHandler = (value) => typeof value?.flushSync === "function";
  if (handlers.length === 0) refuse3("first", "an AxonPushHandler: current value is an empty array");
  const other = handlers.find((value) => !isHandler(value));
  if (other !== void 0 || handlers.includes(void 0)) {
    refuse3("first", `an AxonPushHandler or an array of them: current value is of type ${typeof other}`);
  }
  if (typeof fn !== "function") {
    refuse3("second", `a function: current value is of type ${typeof fn}`);
  }
  const isKnown = Object.keys(Object(options)).every((name) => name === "timeoutMs");
  if (typeof options !== "object" || options === null || !isKnown) {
    refuse3("third", `an object as in { timeoutMs: 3000 }: current value is ${show(options) ?? typeof options}`);
  }
  const { timeoutMs = 5e3 } = options;
  checkTimeout("flush", timeoutMs);
  return timeoutMs;
}
function refuse3(which, must) {
  throw new TypeError(`Cannot flush after invocations: the ${which} argument must be ${must}`);
}
export {
  AxonPushHandler,
  DEFAULT_EXCLUDED_LOGGERS,
  currentTrace,
  flushAfterInvocation,
  withAxonPush,
  withContext,
  withTrace
};
