/**
 * Who takes part: each contender's program, the runtime that it needs, and where its records go.
 *
 * @module
 */

/** One program of the benchmark. */
export interface Contender {
  /** Its name in the tables. */
  readonly label: string;
  /** Node, or Deno with this package's own configuration or the one that has the peers. */
  readonly runtime: "package" | "peers" | "node";
  /** File in `contenders/`, without its extension. */
  readonly program: string;
  readonly variant?: string;
  /** Where the records go. */
  readonly ships: "event" | "otlp" | "file" | "nowhere";
  readonly role: "ours" | "peer" | "floor" | "ceiling";
  readonly environment?: (url: string) => Record<string, string>;
  /** Records of its tight loop, if they are not as many as others' of its kind. */
  readonly count?: number;
  /** Whether it has paced rows too. */
  readonly paced: boolean;
  /** Whether it takes part in the quick run. */
  readonly quick: boolean;
}

/**
 * Records of a tight loop. Who posts one request a record gets fewer, so that a round takes a
 * minute and not ten.
 */
export const COUNTS = {
  event: 20_000,
  otlp: 100_000,
  file: 100_000,
  nowhere: 100_000,
} as const;
/** Records of a paced run, one a millisecond. */
export const PACED_COUNT = 1000;

const ours = {
  runtime: "package",
  program: "axonpush",
  role: "ours",
  paced: true,
} as const;
const stdLog = { runtime: "package", program: "std_log", paced: true } as const;
const pino = {
  runtime: "node",
  program: "pino",
  role: "peer",
  paced: true,
} as const;
const peer = { role: "peer", paced: true } as const;
const bareWorker = {
  runtime: "package",
  program: "bare_worker",
  role: "ceiling",
} as const;
const bareLoop = {
  program: "nothing",
  ships: "nowhere",
  role: "ceiling",
  paced: true,
} as const;

/** Everybody, in the order of the tables. */
export const CONTENDERS = {
  events: {
    ...ours,
    label: "AxonPush, `/event`",
    variant: "events-info",
    ships: "event",
    paced: false,
    quick: false,
  },
  eventsNative: {
    ...ours,
    label: "AxonPush, `/event`, native logger",
    variant: "events-native",
    ships: "event",
    quick: true,
  },
  otlp: {
    ...ours,
    label: "AxonPush, `/v1/logs`",
    variant: "otlp-info",
    ships: "otlp",
    paced: false,
    quick: false,
  },
  otlpNative: {
    ...ours,
    label: "AxonPush, `/v1/logs`, native logger",
    variant: "otlp-native",
    ships: "otlp",
    quick: true,
  },
  file: {
    ...stdLog,
    label: "std/log FileHandler, JSON",
    variant: "file",
    ships: "file",
    role: "floor",
    paced: false,
    quick: false,
  },
  fileNative: {
    ...stdLog,
    label: "std/log FileHandler, JSON, native logger",
    variant: "file-native",
    ships: "file",
    role: "floor",
    quick: true,
  },
  console: {
    ...stdLog,
    label: "std/log ConsoleHandler, JSON",
    variant: "console",
    ships: "file",
    role: "floor",
    paced: false,
    quick: false,
  },
  sequential: {
    ...peer,
    label: "A queue, one request at a time",
    runtime: "peers",
    program: "sequential",
    ships: "event",
    count: 5000,
    quick: true,
  },
  pinoEvent: {
    ...pino,
    label: "pino, worker, `/event`",
    variant: "event",
    ships: "event",
    count: 10_000,
    quick: true,
  },
  winston: {
    ...peer,
    label: "winston, HTTP transport",
    runtime: "node",
    program: "winston",
    ships: "event",
    count: 10_000,
    quick: false,
  },
  pinoOtlp: {
    ...pino,
    label: "pino, worker, OpenTelemetry",
    variant: "otlp",
    ships: "otlp",
    quick: true,
  },
  otel: {
    ...peer,
    label: "OpenTelemetry JS",
    runtime: "peers",
    program: "opentelemetry",
    ships: "otlp",
    quick: true,
  },
  otelNode: {
    ...peer,
    label: "OpenTelemetry JS",
    runtime: "node",
    program: "opentelemetry",
    ships: "otlp",
    quick: false,
  },
  logtape: {
    ...peer,
    label: "LogTape, OpenTelemetry sink",
    runtime: "peers",
    program: "logtape",
    ships: "otlp",
    quick: false,
  },
  denoOtel: {
    ...peer,
    label: "Deno's built-in OpenTelemetry",
    runtime: "peers",
    program: "deno_otel",
    ships: "otlp",
    quick: false,
    environment: (url: string) => ({
      OTEL_DENO: "true",
      OTEL_DENO_CONSOLE: "replace",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_BLRP_MAX_QUEUE_SIZE: "200000",
    }),
  },
  loop: {
    ...bareLoop,
    label: "The bare loop",
    runtime: "package",
    quick: true,
  },
  loopNode: {
    ...bareLoop,
    label: "The bare loop",
    runtime: "node",
    quick: true,
  },
  nullHandler: {
    ...stdLog,
    label: "A handler that does nothing",
    variant: "null",
    ships: "nowhere",
    role: "ceiling",
    paced: false,
    quick: false,
  },
  nullNative: {
    ...stdLog,
    label: "A handler that does nothing, native logger",
    variant: "null-native",
    ships: "nowhere",
    role: "ceiling",
    paced: false,
    quick: true,
  },
  stringify: {
    ...bareLoop,
    label: "`JSON.stringify` of the record",
    runtime: "package",
    variant: "stringify",
    paced: false,
    quick: false,
  },
  bareEvent: {
    ...bareWorker,
    label: "A bare worker, `/event`",
    variant: "event-32",
    ships: "event",
    paced: false,
    quick: true,
  },
  bareOtlp: {
    ...bareWorker,
    label: "A bare worker, `/v1/logs`",
    variant: "otlp-4",
    ships: "otlp",
    paced: false,
    quick: true,
  },
} as const satisfies Record<string, Contender>;

export type ContenderName = keyof typeof CONTENDERS;

/** Everybody's name, in the order of the tables. */
export const NAMES = Object.keys(CONTENDERS) as ContenderName[];

/** A contender with all that it may have. */
export function contender(name: ContenderName): Contender {
  return CONTENDERS[name];
}
