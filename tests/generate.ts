/**
 * Makes up values that are hard to log, from a seed, so that a test that fails can be run again
 * with the same ones. Among them are secrets, which it remembers.
 *
 * @module
 */

/** Texts that are hard to write, to cut or to read. */
const TEXTS = [
  "",
  " ",
  "plain",
  "line one\nline two\r\n\u2028\u2029",
  'quotes " \' ` and \\ backslashes \\" \\n',
  "\u0000\u0001\u001f\u007f\u0085",
  "\ud800",
  "\udfff and \ud83d alone",
  "😀 ä 漢字 \u202e",
  "</script><!-- ${{x}} %s %o \u001b[31m",
  '{"json":"in a string"}',
  "…",
  "=",
  "ak_",
  "Bearer ",
  "://:@",
];
const NAMES = [
  ...["", "a", "name", "0", "-1", "__proto__", "constructor", "toString", "hasOwnProperty"],
  ...["toJSON", "then", "length", "…", "args", "logger.name", "process.pid", "exception.type"],
];
const SECRET_NAMES = [
  ...["password", "PASSWORD", "db_password", "apiKey", "api_key", "X-API-Key", "Authorization"],
  ...["client_secret", "accessToken", "refresh.token", "Set-Cookie", "private key"],
  ...["token", "session_token", "idToken", "passphrase", "signing-key"],
];
const NUMBERS = [0, -0, 1, -1, 1.5, 1e21, 5e-324, 2 ** 53, NaN, Infinity, -Infinity];

/** Values from a seed. */
export class Generator {
  /** The secrets that are somewhere in what was made. */
  readonly secrets: string[] = [];
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer from 0 up to, but not including, this one. By mulberry32. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * limit);
  }

  /** One of these. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** A text: a hard one, several of them, a very long one, or one with a secret in it. */
  text(): string {
    switch (this.below(8)) {
      case 0:
        return this.#list(4, () => this.pick(TEXTS)).join("");
      case 1:
        return this.pick(TEXTS).repeat(this.below(20_000));
      case 2:
        return this.#secretText();
      default:
        return this.pick(TEXTS);
    }
  }

  /** Any value, nested up to this depth by itself and deeper where it is circular. */
  value(depth = 5): unknown {
    return this.below(2) === 0 || depth === 0 ? this.#simple() : this.#nested(depth - 1);
  }

  #simple(): unknown {
    return this.pick([
      () => this.text(),
      () => this.pick(NUMBERS),
      () => this.pick([true, false, null, undefined]),
      () => this.pick([0n, -1n, 10n ** 100n]),
      () => this.pick([Symbol(), Symbol(this.text()), Symbol.iterator]),
      () => this.pick([() => {}, function named() {}, class Named {}, Math.max]),
      () => this.pick([new Date(0), new Date(NaN), new Date(8.64e15)]),
      () => this.pick([/x\n/g, new URL(`https://example.com/?q=${this.below(9)}`), new Headers()]),
      () => this.pick([new Uint8Array(300), new Float64Array([NaN, -0]), new BigInt64Array(2)]),
      () => this.pick([new ArrayBuffer(8), new DataView(new ArrayBuffer(8)), new WeakMap()]),
      () =>
        this.pick([Object(1), Object("boxed"), Object(1n), Object(Symbol()), Promise.resolve()]),
      () => this.#refusing(),
    ])();
  }

  #nested(depth: number): unknown {
    const value = () => this.value(depth);
    return this.pick([
      () => this.#object({}, depth),
      () => this.#object(Object.create(null), depth),
      () => this.#object(new (class Named {})(), depth),
      () => this.#list(6, value),
      () => Object.assign(new Array(this.below(1000)), this.#list(3, value)),
      () => this.#list(200 + this.below(200), () => this.pick(NUMBERS)),
      () => new Map(this.#list(5, () => [this.below(3) === 0 ? value() : this.#name(), value()])),
      () => new Map([[this.pick(SECRET_NAMES), this.#secret()]]),
      () => new Set(this.#list(5, value)),
      () => new Error(this.text(), { cause: value() }),
      () => new AggregateError(this.#list(3, value), this.text()),
      () => Object.assign(new TypeError(this.text()), { name: value(), stack: value() }),
      () => ({ toJSON: value }),
      () => this.#circular(depth),
      () => this.#deep(),
      () => this.#wide(depth),
    ])();
  }

  #object(object: object, depth: number): object {
    for (let i = this.below(6); i > 0; i--) {
      const secret = this.below(6) === 0;
      const name = secret ? this.pick(SECRET_NAMES) : this.#name();
      const value = secret ? this.#secretValue() : this.value(depth);
      const property = this.below(4) === 0 ? { get: () => value } : { value };
      // Not by assignment, which for __proto__ would not make a property.
      Object.defineProperty(object, name, { ...property, enumerable: true, configurable: true });
    }
    return object;
  }

  #name(): string {
    return this.below(3) === 0 ? this.text() : this.pick(NAMES);
  }

  #list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  /** What throws at whoever looks at it. */
  #refusing(): unknown {
    const refuse = () => {
      throw this.pick([new Error("refused"), "refused", null, Object.create(null)]);
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return this.pick([
      proxy,
      new Proxy({}, { ownKeys: refuse, get: refuse, getPrototypeOf: refuse }),
      new Proxy([], { get: refuse }),
      new Proxy(new Error("inner"), { get: refuse }),
      Object.defineProperty({ a: 1 }, "b", { get: refuse, enumerable: true }),
      { toJSON: refuse },
      { [Symbol.toStringTag]: "Error", message: { toString: refuse } },
      new (class extends Map {
        override [Symbol.iterator]() {
          return refuse();
        }
      })(),
    ]);
  }

  #circular(depth: number): unknown {
    const object: Record<string, unknown> = { value: this.value(depth) };
    object.self = this.pick<unknown>([object, [object], new Map([["self", object]]), { object }]);
    return this.pick([object, Object.assign(new Error("circular"), { cause: object })]);
  }

  #deep(): unknown {
    let value: unknown = { [this.pick(SECRET_NAMES)]: this.#secret() };
    for (let i = this.below(2000); i > 0; i--) value = this.below(2) === 0 ? [value] : { value };
    return value;
  }

  #wide(depth: number): unknown {
    const value = this.value(Math.min(depth, 1));
    return Object.fromEntries(Array.from({ length: this.below(2000) }, (_, i) => [`${i}`, value]));
  }

  /** A secret that is recognised by the name of its property alone, whatever it looks like. */
  #secretValue(): unknown {
    return this.pick<unknown>([
      this.#secret(),
      [this.#secret()],
      { inner: this.#secret() },
      new Error(this.#secret()),
    ]);
  }

  /** A secret that is recognised wherever it is. */
  #secretText(): string {
    const secret = this.#secret();
    return this.pick(["", "before ", 'a "', "x".repeat(this.below(9000)) + " "]) + this.pick([
      `Bearer ${secret}`,
      `bearer  ${secret}`,
      `ak_${secret}`,
      `pt_${secret}`,
      `postgres://user:${secret}@host/db`,
      `https://user:${secret}@example.com`,
    ]) + this.pick(["", " after", "\n", '"', ", more"]);
  }

  #secret(): string {
    const secret = `hunter2x${this.secrets.length}z`;
    this.secrets.push(secret);
    return secret;
  }
}
