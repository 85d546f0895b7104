/**
 * The handler that a program adds to its `@std/log` configuration: the way in for records, and the
 * life cycle around the shipper. Runs on the program's thread; `handle()` is what a log call waits
 * for.
 *
 * @module
 */
import { BaseHandler, type LevelName } from "@std/log";
import { LogRecord } from "@std/log/logger";
import { awake } from "./clock.ts";
import { callerAttributes } from "./record/caller.ts";
import { DeferredRecords } from "./deferred_records.ts";
import { Diagnostics } from "./diagnostics.ts";
import { Shipper } from "./queue/shipper.ts";
import { Encoder, eventConstants } from "./record/encoder.ts";
import type { Hooked } from "./exit/drainable.ts";
import { hook, unhook } from "./exit/hook.ts";
import { isStackUsedUp, reason } from "./record/errors.ts";
import { diagnosticsMask } from "./record/redaction/mask_diagnostics.ts";
import { isSending } from "./worker/sending.ts";
import type { AxonPushHandlerOptions } from "./options/options.ts";
import { blamingCallOf, checkLevel, checkTimeout } from "./options/check.ts";
import { resolveOptions, type Settings } from "./options/settings.ts";
import { remindOfPlatform } from "./platform.ts";
import { randomUUID } from "./random.ts";
import type { HandlerStats } from "./handler_stats.ts";

/** Loggers whose records are never shipped: our own, by its exact name. */
export const DEFAULT_EXCLUDED_LOGGERS: readonly string[] = ["axonpush"];

/** What a handler says about itself. For `withAxonPush`, which speaks for its handler. */
export let diagnosticsOf: (handler: AxonPushHandler) => Diagnostics;

/**
 * Ships the records of `@std/log` to AxonPush as OpenTelemetry-shaped `app.log` events.
 *
 * A log call takes a snapshot of the record, which costs a few microseconds, and never throws; a
 * worker sends it. What was logged is delivered before the program ends, however it ends: on its
 * own, by `Deno.exit()`, an uncaught error, SIGINT, SIGTERM or SIGHUP.
 *
 * @example With the settings in the environment
 * ```ts
 * import * as log from "@std/log";
 * import { AxonPushHandler } from "@axonpush/std-log";
 *
 * log.setup({
 *   handlers: { axon: new AxonPushHandler() },
 *   loggers: { default: { level: "INFO", handlers: ["axon"] } },
 * });
 * log.info("Order placed", { order_id: 42 });
 * ```
 *
 * @example With options
 * ```ts
 * import { AxonPushHandler } from "@axonpush/std-log";
 *
 * await using handler = new AxonPushHandler("WARN", {
 *   apiKey: "ak_example",
 *   tenantId: "1",
 *   serviceName: "shop",
 * });
 * handler.stats.pending; // 0
 * ```
 */
export class AxonPushHandler extends BaseHandler {
  #settings: Settings;
  #diagnostics: Diagnostics;
  #encoder: Encoder;
  #shipper: Shipper;
  #hooked: Hooked;
  #state: "idle" | "ready" | "running" | "closing" | "closed" = "idle";
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
    onFailed: (error) => this.#onUnencoded(error),
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
  constructor(levelName: LevelName = "NOTSET", options: AxonPushHandlerOptions = {}) {
    const settings = blamingCallOf(itself(), () => {
      checkLevel(levelName);
      return resolveOptions(options);
    });
    super(levelName, options.formatter ? { formatter: options.formatter } : {});
    this.#settings = settings;
    this.#diagnostics = new Diagnostics(
      settings.diagnostics,
      diagnosticsMask(settings.redactKeys, settings.exporter.headers, settings.exporter.url),
    );
    const constants = eventConstants(settings);
    const { redact, protocol, destination } = settings;
    this.#encoder = new Encoder(
      redact ? { ...settings, redact: (event) => this.#suppressed(() => redact(event)) } : settings,
      constants,
    );
    const keyPrefix = randomUUID();
    this.#shipper = new Shipper(
      settings,
      { version: 1, protocol, keyPrefix, constants, destination },
      this.#diagnostics,
      () => this.#deferred.takeAll(true),
    );
    this.#hooked = {
      signals: settings.signals || [],
      shutdownTimeoutMs: settings.shutdownTimeoutMs,
      shipper: this.#shipper,
    };
  }

  /** Makes the handler live, also after `destroy()`. `log.setup()` calls it. */
  override setup(): void {
    if (this.#state === "ready" || this.#state === "running") return;
    remindOfPlatform(this.#diagnostics, this.#settings.spool);
    if (this.#state === "idle") {
      for (const notice of this.#settings.notices) this.#diagnostics.report(notice);
    }
    if (this.#state === "closing") this.#shipper.cancelShutdown(); // Somebody may be awaiting close().
    this.#state = "ready";
    this.#life++;
  }

  /**
   * Accepts a record. The logger calls it for each record at or above its level. It never throws,
   * and waits only if `mode` is `"sync"` or `overflowPolicy` is `"block"`.
   */
  override handle(record: LogRecord): void {
    if (this.level > record.level) return;
    try {
      if (this.#deferred.last !== undefined) this.#deferred.takeAll(false);
      this.#take(record);
    } catch (error) {
      // Where the stack is used up any call throws, so what comes first is none.
      this.#deferred.last = { record, attempts: 0, next: this.#deferred.last };
      try {
        this.#deferred.onThrown(error);
      } catch { /* It is deferred. */ }
    }
  }

  /**
   * Makes a line of a record and pushes it. Throws where the stack is used up, and what `redact` throws.
   * @param isLast Whether it is not deferred any more, wherever the stack is used up.
   */
  #take(record: LogRecord, isLast = false): void {
    if (
      this.#inUserCode || this.#diagnostics.isWriting || isSending() ||
      this.#isExcluded(record.loggerName)
    ) {
      this.#filtered++;
      return;
    }
    if (this.#state !== "running" && !this.#ensureRunning()) return;
    const { formatter, caller } = this.#settings;
    const body = formatter ? this.#format(record, isLast) : record.msg;
    const location = caller ? callerAttributes(this, record.levelName) : undefined;
    const line = this.#encoder.encode(record, body, location);
    if (line === undefined) this.#filtered++;
    // A getter of the record's, say, may have closed the handler.
    else if (this.#state === "running" || this.#ensureRunning()) this.#shipper.push(line);
  }

  /** Ships a bare message at the handler's own level, under the logger name `default`. */
  override log(message: string): void {
    this.handle(
      new LogRecord({ msg: message, args: [], level: this.level, loggerName: "default" }),
    );
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
  async flush(timeoutMs: number = this.#settings.shutdownTimeoutMs): Promise<boolean> {
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
  flushSync(timeoutMs: number = this.#settings.shutdownTimeoutMs): boolean {
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
  async close(timeoutMs: number = this.#settings.shutdownTimeoutMs): Promise<void> {
    blamingCallOf(itself().prototype.close, () => checkTimeout("close", timeoutMs));
    if (this.#state === "closed") return;
    this.#deferred.takeAll(true);
    this.#state = "closing";
    const life = this.#life;
    const isClosing = () => this.#state === "closing" && this.#life === life;
    const deadline = awake() + timeoutMs;
    do {
      // A worker that is started for this need not outlive it.
      if (!await this.#shipper.flush(Math.max(0, deadline - awake()), "brief")) break;
      await this.#shipper.settleBacklog(Math.max(0, deadline - awake()));
    } while (isClosing() && this.#shipper.pending > 0); // Logged meanwhile.
    // Somebody may have called setup() or destroy() in the meantime.
    if (isClosing()) this.#end(timeoutMs, false);
  }

  /**
   * Does the same as {@linkcode close}, blocking the thread for `shutdownTimeoutMs` at most.
   * `log.setup()` calls it on the handlers of the old configuration. Without a worker (option
   * `client`) it cannot wait, and what is pending is delivered after it returns.
   */
  override destroy(): void {
    if (this.#state === "closed") return;
    this.#deferred.takeAll(true);
    this.#shipper.shipHereNoMore(); // Somebody may be awaiting close().
    const { isBlocking, pending } = this.#shipper;
    if (!isBlocking && pending > 0) return void this.close();
    const { shutdownTimeoutMs } = this.#settings;
    this.#shipper.beginShutdown(true);
    this.#shipper.drain(shutdownTimeoutMs);
    this.#end(shutdownTimeoutMs, true);
  }

  /** Makes `await using` call {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What became of the records so far. */
  get stats(): HandlerStats {
    const { accepted, delivered, failed, dropped, pending, spooled, recovered, retried } =
      this.#shipper.stats;
    const { count: deferred } = this.#deferred;
    return {
      accepted: accepted + this.#tooLate + this.#unencoded + deferred,
      delivered,
      failed: failed + this.#unencoded,
      dropped: dropped + this.#tooLate,
      filtered: this.#filtered,
      pending: pending + deferred,
      spooled,
      recovered,
      retried,
    };
  }

  /** What the `formatter` makes of a record, or what was logged, where it makes nothing. */
  #format(record: LogRecord, isLast: boolean): unknown {
    try {
      const body: unknown = this.#suppressed(() => this.format(record));
      if (!(body instanceof Promise)) return body;
      body.catch(() => {}); // A rejection that nobody waits for would end the program.
      throw new TypeError("it must return a text, and not a promise of one");
    } catch (error) {
      if (isStackUsedUp(error) && !isLast) throw error; // It may not be the formatter's own doing.
      this.#diagnostics.report({
        level: "warn",
        code: "formatter",
        message: `Cannot use what 'formatter' makes of a record: ${reason(error)}: the record is ` +
          "shipped with its message",
      });
      return record.msg;
    }
  }

  /** No event can be made of a record. */
  #onUnencoded(error: unknown): void {
    this.#unencoded++;
    this.#diagnostics.report({
      level: "error",
      code: "encode",
      message: `Cannot make an event of a record: ${reason(error)}: the record counts as failed`,
    });
  }

  /** Calls a function of the user's; what it logs is not shipped. */
  #suppressed<T>(fn: () => T): T {
    this.#inUserCode = true;
    try {
      return fn();
    } finally {
      this.#inUserCode = false;
    }
  }

  #end(timeoutMs: number, hasBlocked: boolean): void {
    unhook(this.#hooked, hasBlocked);
    this.#shipper.close(timeoutMs);
    this.#state = "closed";
  }

  /** Starts on the first record where nobody called `setup()`; drops those that come too late. */
  #ensureRunning(): boolean {
    if (this.#state === "idle") this.setup();
    if (this.#state === "ready") this.#state = "running";
    if (this.#state !== "closed") {
      // Not before, because a program that has logged nothing is to end as if we were not there. While
      // somebody awaits close(), this may be the first record.
      hook(this.#hooked);
      return true;
    }
    this.#tooLate++;
    this.#diagnostics.report({
      level: "warn",
      code: "closed",
      message: "A record was logged after the handler was closed: it is dropped",
    });
    return false;
  }

  #isExcluded(name: string): boolean {
    return DEFAULT_EXCLUDED_LOGGERS.includes(name) ||
      typeof name === "string" &&
        this.#settings.excludeLoggers.some((prefix) => name.startsWith(prefix));
  }
}

/** A class that names itself gets another name from the bundler, `_AxonPushHandler`. */
function itself(): typeof AxonPushHandler {
  return AxonPushHandler;
}
