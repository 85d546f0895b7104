/**
 * The handler that a program adds to its `@std/log` configuration: the way in for records, and the
 * life cycle around the drain.
 *
 * @module
 */
import { now } from "./clock.ts";
import { BaseHandler } from "@std/log/base-handler";
import type { LevelName } from "@std/log/levels";
import { LogRecord } from "@std/log/logger";
import { callerAttributes } from "./record/caller.ts";
import { Diagnostics } from "./diagnostics.ts";
import { Drain } from "./queue/shipper.ts";
import { eventConstants } from "./record/event_constants.ts";
import { Encoder } from "./record/encoder.ts";
import type { Drainable } from "./exit/drainable.ts";
import { hook, unhook } from "./exit/hook.ts";
import { reason } from "./record/errors.ts";
import { isShipping } from "./worker/channel.ts";
import type { AxonPushHandlerOptions } from "./options/options.ts";
import { checkLevel, checkTimeout } from "./options/check.ts";
import { resolveOptions, type Settings } from "./options/settings.ts";
import { serverlessPlatform } from "./platform.ts";

/** Loggers whose records are never shipped: our own, by its exact name. */
export const DEFAULT_EXCLUDED_LOGGERS: readonly string[] = ["axonpush"];

/**
 * What became of the records so far. At any time
 * `accepted = delivered + failed + dropped + pending`.
 */
export interface HandlerStats {
  /** Records taken from the program. */
  readonly accepted: number;
  /** Records that the service has. */
  readonly delivered: number;
  /** Records that the service refused, or that could not be delivered in time. */
  readonly failed: number;
  /** Records that found the queue full, or the handler closed. */
  readonly dropped: number;
  /**
   * Records not taken: of excluded loggers, dropped by `redact`, or logged by our own diagnostics,
   * `formatter` or `redact` while they run.
   */
  readonly filtered: number;
  /** Records queued or in flight. */
  readonly pending: number;
  /** Times that a record was sent again. */
  readonly retried: number;
}

/** What a handler says about itself. For `withAxonPush`, which speaks for its handler. */
export let diagnosticsOf: (handler: AxonPushHandler) => Diagnostics;

/**
 * Ships the records of `@std/log` to AxonPush as OpenTelemetry-shaped `app.log` events.
 *
 * A log call takes a snapshot of the record, a few microseconds, and never throws; a worker sends
 * it. Whatever was logged is delivered before the program ends, however it ends: on its own, by
 * `Deno.exit()`, an uncaught error, SIGINT, SIGTERM or SIGHUP.
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
  #formatted: boolean;
  #diagnostics: Diagnostics;
  #encoder: Encoder;
  #drain: Drain;
  #hooked: Parameters<typeof hook>[0];
  #state: "idle" | "ready" | "running" | "closing" | "closed" = "idle";
  /** While it runs, nothing is shipped: a `redact` that logs would be called for that, too. */
  #inUserCode = false;
  #filtered = 0;
  #late = 0;

  static {
    diagnosticsOf = (handler) => handler.#diagnostics;
  }

  /**
   * Creates a handler. Nothing runs before the first record.
   *
   * @param levelName Records below this level are ignored. The default, `"NOTSET"`, takes all.
   * @param options By default those of the environment. See {@linkcode AxonPushHandlerOptions}.
   * @throws {TypeError} If the level does not exist, an option is unknown, of the wrong type or does
   *   not go with another one, or credentials are missing.
   * @throws {RangeError} If a number is out of range.
   */
  constructor(levelName: LevelName = "NOTSET", options: AxonPushHandlerOptions = {}) {
    checkLevel(levelName);
    const settings = resolveOptions(options);
    super(levelName, options.formatter ? { formatter: options.formatter } : {});
    this.#settings = settings;
    this.#formatted = options.formatter !== undefined;
    this.#diagnostics = new Diagnostics(settings.diagnostics);
    const constants = eventConstants(settings);
    const { redact } = settings;
    this.#encoder = new Encoder(
      redact ? { ...settings, redact: (event) => this.#quietly(() => redact(event)) } : settings,
      constants,
    );
    this.#drain = new Drain(settings, constants, this.#diagnostics);
    this.#hooked = {
      signals: settings.signals || [],
      shutdownTimeoutMs: settings.shutdownTimeoutMs,
      shipper: asDrainable(this.#drain),
    };
  }

  /** Called by `log.setup()`: makes the handler live, again after `destroy()` too. */
  override setup(): void {
    if (this.#state === "ready" || this.#state === "running") return;
    remindOfPlatform(this.#diagnostics);
    if (this.#state === "idle") {
      for (const notice of this.#settings.notices) this.#diagnostics.report(notice);
    }
    this.#state = "ready";
  }

  /**
   * Takes a record. Called by the logger for each record of its level or above.
   * It does not throw, and does not wait unless `mode` is `"sync"` or `overflowPolicy` `"block"`.
   */
  override handle(record: LogRecord): void {
    if (this.level > record.level) return;
    if (
      this.#inUserCode || this.#diagnostics.active || isShipping() ||
      this.#isExcluded(record.loggerName)
    ) {
      this.#filtered++;
      return;
    }
    if (this.#state !== "running" && !this.#revive()) return;
    let line: string | undefined;
    try {
      const body = this.#formatted ? this.#quietly(() => this.format(record)) : record.msg;
      const caller = this.#settings.caller ? callerAttributes(this, record.levelName) : undefined;
      line = this.#encoder.encode(record, body, caller);
    } catch (error) {
      this.#drain.fail();
      this.#diagnostics.report({
        level: "error",
        code: "encode",
        message: `Cannot make an event of a record: ${reason(error)}: the record counts as failed`,
      });
      return;
    }
    if (line === undefined) this.#filtered++;
    else this.#drain.push(line);
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
   * @param timeoutMs Longest wait in milliseconds. The default is `shutdownTimeoutMs`.
   * @returns Whether everything was settled in time.
   * @throws {TypeError} If `timeoutMs` is not a number.
   * @throws {RangeError} If it is negative or `NaN`.
   */
  async flush(timeoutMs: number = this.#settings.shutdownTimeoutMs): Promise<boolean> {
    checkTimeout("flush", timeoutMs);
    return await this.#drain.flush(timeoutMs);
  }

  /**
   * Does the same, blocking the thread. Without a worker (option `client`) it cannot wait, and
   * says `false` if anything is pending.
   *
   * @param timeoutMs Longest wait in milliseconds. The default is `shutdownTimeoutMs`.
   * @returns Whether everything was settled in time.
   * @throws {TypeError} If `timeoutMs` is not a number.
   * @throws {RangeError} If it is negative or `NaN`.
   */
  flushSync(timeoutMs: number = this.#settings.shutdownTimeoutMs): boolean {
    checkTimeout("flush", timeoutMs);
    return this.#drain.flushSync(timeoutMs);
  }

  /**
   * Drains, ends the worker and removes all hooks. What is pending after the timeout counts as
   * failed; records that come later count as dropped, until `setup()`.
   *
   * @param timeoutMs Longest drain in milliseconds. The default is `shutdownTimeoutMs`.
   * @throws {TypeError} If `timeoutMs` is not a number.
   * @throws {RangeError} If it is negative or `NaN`.
   */
  async close(timeoutMs: number = this.#settings.shutdownTimeoutMs): Promise<void> {
    checkTimeout("close", timeoutMs);
    if (this.#state === "closed") return;
    this.#state = "closing";
    const deadline = now() + timeoutMs;
    do {
      const left = Math.max(0, deadline - now());
      this.#drain.hurry(left);
      if (!await this.#drain.flush(left)) break;
    } while (this.#drain.pending > 0); // Logged meanwhile.
    // Somebody may have called setup() or destroy() in the meantime.
    if ((this.#state as string) === "closing") this.#end(timeoutMs);
  }

  /**
   * Does the same, blocking the thread for `shutdownTimeoutMs` at most. `log.setup()` calls it on
   * the handlers of the old configuration. Without a worker (option `client`) nothing can be waited
   * for here, and what is pending is delivered after it returns.
   */
  override destroy(): void {
    if (this.#state === "closed") return;
    if (!this.#drain.blocking && this.#drain.pending > 0) return void this.close();
    this.#drain.destroy();
    this.#end(this.#settings.shutdownTimeoutMs);
  }

  /** Makes `await using` call {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What became of the records so far. */
  get stats(): HandlerStats {
    const { pending, accepted, delivered, failed, dropped, retried } = this.#drain;
    return {
      accepted: accepted + this.#late,
      delivered,
      failed,
      dropped: dropped + this.#late,
      filtered: this.#filtered,
      pending,
      retried,
    };
  }

  #quietly<T>(fn: () => T): T {
    this.#inUserCode = true;
    try {
      return fn();
    } finally {
      this.#inUserCode = false;
    }
  }

  #end(timeoutMs: number): void {
    unhook(this.#hooked);
    this.#drain.stop(timeoutMs);
    this.#state = "closed";
  }

  /** Starts on the first record where nobody called `setup()`; drops those that come too late. */
  #revive(): boolean {
    if (this.#state === "idle") this.setup();
    if (this.#state === "ready") {
      // Not before, because a program that has logged nothing is to end as if we were not there.
      this.#state = "running";
      hook(this.#hooked);
    }
    if (this.#state !== "closed") return true;
    this.#late++;
    this.#diagnostics.report({
      level: "warn",
      code: "closed",
      message: "A record came after the handler was closed: it is dropped",
    });
    return false;
  }

  #isExcluded(name: string): boolean {
    return DEFAULT_EXCLUDED_LOGGERS.includes(name) ||
      typeof name === "string" &&
        this.#settings.excludeLoggers.some((prefix) => name.startsWith(prefix));
  }
}

function asDrainable(drain: Drain): Drainable {
  return {
    get pending() {
      return drain.pending;
    },
    get isBlocking() {
      return drain.blocking;
    },
    beginShutdown: (isLast) => drain.end(isLast),
    drain: (timeoutMs) => drain.flushAtEnd(timeoutMs),
    cancelShutdown: () => drain.goOn(),
    flush(timeoutMs) {
      drain.hurry(timeoutMs);
      return drain.flush(timeoutMs);
    },
    close: (timeoutMs) => drain.stop(timeoutMs),
  };
}

let reminded = false;

/** Says once in a process what to do where the process is frozen between invocations. */
function remindOfPlatform(diagnostics: Diagnostics): void {
  const platform = reminded ? undefined : serverlessPlatform();
  if (platform === undefined) return;
  reminded = true;
  diagnostics.report({
    level: "warn",
    code: "serverless",
    message: `${platform} may freeze this program between invocations: wrap its handler in ` +
      `flushAfterInvocation() so that each delivers what it logged`,
  });
}
