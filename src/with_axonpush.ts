/**
 * Adds the handler to a whole configuration of std/log at once: loggers there do not pass records
 * on to each other, so each of them needs it. Runs on the program's thread.
 *
 * @module
 */
import type { LogConfig } from "@std/log";
import { AxonPushHandler, diagnosticsOf } from "./handler.ts";
import { blamingCallOf } from "./options/check.ts";

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
 * @throws {TypeError} If another handler has the name, or `handler` is not an `AxonPushHandler`;
 *   and what {@linkcode AxonPushHandler} throws, if it is created here.
 */
export function withAxonPush(
  config: LogConfig = {},
  handler?: AxonPushHandler,
  name: string = "axon",
): LogConfig {
  if (config instanceof AxonPushHandler) {
    refuse("the configuration comes first, and then the handler: withAxonPush({}, handler)");
  }
  if (handler === undefined) handler = blamingCallOf(withAxonPush, () => new AxonPushHandler());
  if (!(handler instanceof AxonPushHandler)) {
    refuse(
      "the second argument must be one, as in withAxonPush({}, new AxonPushHandler()): " +
        `current value is of type ${typeof handler}`,
    );
  }
  const configured = Object.entries(config.handlers ?? {});
  name = configured.find(([, other]) => other === handler)?.[0] ?? name;
  const handlers = { ...config.handlers, [name]: handler };
  if (config.handlers?.[name] !== undefined && config.handlers[name] !== handler) {
    refuse(
      `another handler is named '${name}' in the configuration: give a name as the third argument`,
    );
  }
  const loggers = {
    default: { level: "INFO", handlers: ["default"] } as const,
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

function refuse(why: string): never {
  throw new TypeError(`Cannot add AxonPushHandler: ${why}`);
}

/** Reports handlers that loggers list and that are not configured. */
function reportUnknown(
  loggers: NonNullable<LogConfig["loggers"]>,
  handlers: Readonly<Record<string, unknown>>,
  handler: AxonPushHandler,
): void {
  // "default" is the console handler that std/log always has.
  const isKnown = (name: string) => name === "default" || Object.hasOwn(handlers, name);
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
