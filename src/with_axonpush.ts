/**
 * Adds the handler to a whole configuration of std/log at once: loggers there do not pass records
 * on to each other, so each of them needs it. Runs on the program's thread.
 *
 * @module
 */
import type { LogConfig } from "@std/log";
import { AxonPushHandler, diagnosticsOf } from "./handler.ts";
import { blamingCallOf, show } from "./options/check.ts";

/** The name of the console handler that std/log always has. */
const CONSOLE = "default";

/**
 * Adds the handler to every logger of a configuration, once. Handlers that a logger lists but that
 * are not configured, which std/log skips silently, are reported by the handler's diagnostics.
 *
 * @example
 * ```ts
 * import { withAxonPush } from "@axonpush/std-log";
 * import * as log from "@std/log";
 *
 * log.setup(withAxonPush({
 *   loggers: { default: { level: "INFO", handlers: ["default"] }, db: { level: "WARN" } },
 * }));
 * ```
 *
 * @param config What `log.setup()` takes. The default is `{}`: std/log's own configuration, which logs
 *   to the console from INFO on. The default logger is added if it is missing.
 * @param handler The handler. The default is `new AxonPushHandler()`, with the settings of the
 *   environment.
 * @param name The handler's name in the configuration. The default is `"axon"`. A handler that is
 *   configured already keeps its name.
 * @returns A new configuration; the given one is not changed.
 * @throws {TypeError} If `config` is not what `log.setup()` takes, `handler` is not an
 *   `AxonPushHandler`, or another handler has the name, as std/log's own has `"default"`; and what
 *   {@linkcode AxonPushHandler} throws, if it is created here.
 */
export function withAxonPush(
  config: LogConfig = {},
  handler?: AxonPushHandler,
  name: string = "axon",
): LogConfig {
  return blamingCallOf(withAxonPush, () => {
    checkConfig(config);
    if (handler === undefined) handler = new AxonPushHandler();
    if (!(handler instanceof AxonPushHandler)) {
      refuse(
        "the second argument must be one, as in withAxonPush({}, new AxonPushHandler()): " +
          `current value is of type ${typeof handler}`,
      );
    }
    return add(config, handler, nameFor(handler, config.handlers ?? {}, name));
  });
}

/** A configuration whose loggers all have the handler. */
function add(config: LogConfig, handler: AxonPushHandler, name: string): LogConfig {
  const handlers = { ...config.handlers, [name]: handler };
  const loggers = {
    default: { level: "INFO", handlers: [CONSOLE] } as const,
    ...config.loggers,
  };
  const withHandler = Object.fromEntries(
    Object.entries(loggers).map(([logger, settings]) => {
      const names = [...new Set([...settings.handlers ?? [], name])];
      return [logger, { ...settings, handlers: names }] as const;
    }),
  );
  reportUnknown(withHandler, handlers, handler);
  return { handlers, loggers: withHandler };
}

/** The name that a handler has already, or else the one that it is to get. */
function nameFor(
  handler: AxonPushHandler,
  handlers: NonNullable<LogConfig["handlers"]>,
  name: unknown,
): string {
  const own = Object.entries(handlers).find(([, other]) => other === handler)?.[0];
  if (own !== undefined) return own;
  if (typeof name !== "string" || name === "") {
    refuse(`the name must be a non-empty string: current value is ${show(name) ?? typeof name}`);
  }
  if (name === CONSOLE || Object.hasOwn(handlers, name) && handlers[name] !== undefined) {
    refuse(
      `another handler is named '${name}' in the configuration: give a name as the third argument`,
    );
  }
  return name;
}

/** Refuses what plain JavaScript may pass, where std/log would skip it, or take a name for letters. */
function checkConfig(config: LogConfig): void {
  if (config instanceof AxonPushHandler) {
    refuse("the configuration comes first, and then the handler: withAxonPush({}, handler)");
  }
  if (typeof config !== "object" || config === null) {
    refuse(`the configuration must be an object: current value is ${show(config)}`);
  }
  for (const [logger, settings] of Object.entries(config.loggers ?? {})) {
    if (typeof settings !== "object" || settings === null) {
      refuse(`the logger '${logger}' must be an object: current value is ${show(settings)}`);
    }
    const { handlers = [] } = settings;
    if (!Array.isArray(handlers)) {
      refuse(
        `'handlers' of the logger '${logger}' must be an array of names: ` +
          `current value is ${show(handlers)}`,
      );
    }
  }
}

function refuse(why: string): never {
  throw new TypeError(`Cannot add AxonPushHandler: ${why}`);
}

/** Reports handlers that loggers list and that are not configured. */
function reportUnknown(
  loggers: NonNullable<LogConfig["loggers"]>,
  handlers: Readonly<Record<string, unknown>>,
  handler: AxonPushHandler,
): void {
  const isKnown = (name: string) => name === CONSOLE || Object.hasOwn(handlers, name);
  const unknown = Object.entries(loggers).flatMap(([logger, { handlers: names = [] }]) => {
    const missing = names.filter((name) => !isKnown(name));
    return missing.length > 0 ? [`logger '${logger}' lists ${missing.join(", ")}`] : [];
  });
  if (unknown.length > 0) {
    diagnosticsOf(handler).report({
      level: "warn",
      code: "unknown-handler",
      message: `Handlers that are not configured are skipped silently by std/log: ` +
        `${unknown.join("; ")}: configured are ${Object.keys(handlers).join(", ")}`,
    });
  }
}
