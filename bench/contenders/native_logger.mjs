/**
 * The `info()` of std/log's Logger, and its LogRecord, as their source has them: with private
 * fields. The build of std/log that this repository is developed with has WeakMaps in their place,
 * which costs every handler two microseconds a record that its users do not pay.
 */
import { getLevelName, LogLevels } from "@std/log/levels";

class LogRecord {
  msg;
  #args;
  #datetime;
  level;
  levelName;
  loggerName;

  constructor({ msg, args, level, loggerName }) {
    this.msg = msg;
    this.#args = [...args];
    this.level = level;
    this.loggerName = loggerName;
    this.#datetime = new Date();
    this.levelName = getLevelName(level);
  }

  get args() {
    return [...this.#args];
  }

  get datetime() {
    return new Date(this.#datetime.getTime());
  }
}

export class NativeLogger {
  #level = LogLevels.INFO;
  #loggerName = "default";
  handlers;

  constructor(handlers) {
    this.handlers = handlers;
  }

  info(msg, ...args) {
    return this.#log(LogLevels.INFO, msg, ...args);
  }

  #log(level, msg, ...args) {
    if (this.#level > level) return msg instanceof Function ? undefined : msg;
    const logMessage = msg instanceof Function ? String(msg()) : String(msg);
    const record = new LogRecord({ msg: logMessage, args, level, loggerName: this.#loggerName });
    this.handlers.forEach((handler) => handler.handle(record));
    return msg;
  }
}
