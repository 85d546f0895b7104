/**
 * Where this package speaks OpenTelemetry, OpenTelemetry's own packages say whether it does so
 * right. They have a configuration and a lock file of their own, so that nothing of them enters the
 * package's, and this is plain JavaScript, so that checking the package needs none of them:
 *
 *     deno test -A --config tests/peers/deno.json tests/peers/opentelemetry.mjs
 *
 * @module
 */
import assert from "node:assert/strict";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import * as stable from "@opentelemetry/semantic-conventions";
import * as incubating from "@opentelemetry/semantic-conventions/incubating";
// Made from the protocol's .proto files. Later versions write the bytes by hand.
import definitions from "./node_modules/@opentelemetry/otlp-transformer/build/src/generated/root.js";

const { AxonPushHandler, log, withTrace } = await importBundle();
const { ExportLogsServiceRequest } = definitions.opentelemetry.proto.collector.logs.v1;

/** Bundles the package the way an application would, and imports the bundle. */
async function importBundle() {
  const path = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "bundle",
        "--quiet",
        "--platform",
        "deno",
        "--output",
        path,
        "tests/peers/whole.ts",
      ],
      cwd: new URL("../../", import.meta.url),
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return await import(`file://${path}`);
  } finally {
    await Deno.remove(path);
  }
}

/** A service that keeps the requests it gets. */
function startReceiver() {
  const requests = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      requests.push(await request.json());
      return Response.json({});
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The requests that come of what is logged. */
async function requestsOf(use, options) {
  await using receiver = startReceiver();
  const handler = new AxonPushHandler("NOTSET", {
    apiKey: "ak_test",
    tenantId: "1",
    baseUrl: receiver.url,
    protocol: "otlp",
    traceId: "0af7651916cd43dd8448eb211c80319c",
    ...options,
  });
  await use(new log.Logger("shop", "NOTSET", { handlers: [handler] }));
  await handler.close(60_000);
  assert.equal(handler.stats.delivered, handler.stats.accepted);
  return receiver.requests;
}

/** A request after a journey through the protocol's binary form: what its definitions know of it. */
function understood(request) {
  const bytes = ExportLogsServiceRequest.encode(
    ExportLogsServiceRequest.fromObject(request),
  );
  const message = ExportLogsServiceRequest.decode(bytes.finish());
  return ExportLogsServiceRequest.toObject(message, {
    longs: String,
    bytes: String,
  });
}

/** The binary form cannot tell an empty list from none. */
function withoutEmpty(value) {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field?.length !== 0 || field === "");
  return Object.fromEntries(
    fields.map(([name, field]) => [name, withoutEmpty(field)]),
  );
}

const VALUES = {
  text: "a",
  empty: "",
  yes: true,
  no: false,
  zero: 0,
  negative: -5,
  large: 2 ** 53 - 1,
  fraction: 0.1,
  unicode: "Grüße 👋",
  list: [1, "two", [3.5], { four: 4 }],
  object: { a: { b: [{ c: true }] } },
};

Deno.test('protocol "otlp" is what the official definitions say, without anything more', async () => {
  const requests = await requestsOf((logger) => {
    logger.info("a", VALUES, {
      nothing: null,
      none: [],
      bare: {},
      big: 2n ** 70n,
      nan: NaN,
    });
    logger.error(
      "b",
      new AggregateError([new Error("c", { cause: "d" })]),
      new Map([["e", 1]]),
    );
    logger.critical("c", "d", 5);
    withTrace("4bf92f3577b34da6a3ce929d0e0e4736", () => logger.debug("e"));
    withTrace("not hexadecimal", () => logger.warn("f"));
  }, { serviceName: "shop", agentId: "planner", caller: true });
  for (const request of requests) {
    assert.deepEqual(understood(request), withoutEmpty(request));
  }
});

Deno.test("The comparison with the official definitions is strict", async () => {
  const [request] = await requestsOf((logger) => logger.info("a", { n: 1 }));
  const recordOf = (
    { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] },
  ) => record;
  const mistakes = [
    (record) => record.unknown = 1,
    (record) => record.severityNumber = "9",
    (record) => record.severityText = 9,
    (record) => record.timeUnixNano = 1.5,
    (record) => record.body = "a",
    (record) => record.body = { stringValue: 1 },
    (record) => record.attributes[0].value = { intValue: "a" },
    (record) => record.attributes = { n: 1 },
    (record) => record.traceId = "xyz",
  ];
  for (const make of mistakes) {
    const wrong = structuredClone(request);
    make(recordOf(wrong));
    assert.throws(
      () => assert.deepEqual(understood(wrong), withoutEmpty(wrong)),
      String(make),
    );
  }
});

/** Attributes in one order; the difference has no meaning. */
function sorted(attributes) {
  return attributes.toSorted((one, other) => one.key < other.key ? -1 : 1);
}

Deno.test('protocol "otlp" means what the official exporter says of the same records', async () => {
  const span = trace.wrapSpanContext({
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    traceFlags: 1,
  });
  const levels = ["debug", "info", "warn", "error", "critical"];
  const ours = await requestsOf(
    (logger) =>
      withManager(() =>
        context.with(trace.setSpan(context.active(), span), () => {
          for (const level of levels) logger[level](`at ${level}`, VALUES);
        })
      ),
    { serviceName: "shop", serviceVersion: "1.4.0" },
  );
  assert.equal(ours.length, 1);
  const [{ resource, scopeLogs: [{ logRecords }] }] = understood(ours[0]).resourceLogs;

  await using receiver = startReceiver();
  const exporter = new OTLPLogExporter({ url: `${receiver.url}/v1/logs` });
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({
      "service.name": "shop",
      "service.version": "1.4.0",
      "process.runtime.name": "deno",
      "process.runtime.version": Deno.version.deno,
      "host.name": Deno.hostname(),
    }),
    processors: [makeProcessor(exporter)],
  });
  const logger = provider.getLogger("shop");
  for (const [i, level] of levels.entries()) {
    const time = Number(BigInt(logRecords[i].timeUnixNano) / 1_000_000n);
    logger.emit({
      timestamp: time,
      observedTimestamp: time,
      severityNumber: 5 + 4 * i,
      severityText: level.toUpperCase(),
      body: `at ${level}`,
      attributes: { ...VALUES, "logger.name": "shop", "process.pid": Deno.pid },
      context: trace.setSpan(context.active(), span),
    });
  }
  await provider.forceFlush();
  await provider.shutdown();

  const theirs = receiver.requests.flatMap((request) => understood(request).resourceLogs);
  assert.deepEqual(
    sorted(resource.attributes),
    sorted(theirs[0].resource.attributes),
  );
  const theirRecords = theirs.flatMap(({ scopeLogs }) => scopeLogs.flatMap((s) => s.logRecords));
  assert.equal(theirRecords.length, levels.length);
  for (
    const [i, { droppedAttributesCount, attributes, ...record }] of theirRecords
      .entries()
  ) {
    assert.equal(droppedAttributesCount ?? 0, 0);
    const { attributes: ourAttributes, ...ourRecord } = logRecords[i];
    // The exporter is given milliseconds; below them ours counts records.
    for (const name of ["timeUnixNano", "observedTimeUnixNano"]) {
      assert.equal(ourRecord[name].slice(0, -6), record[name].slice(0, -6));
      ourRecord[name] = record[name];
    }
    assert.deepEqual(ourRecord, record);
    const own = ourAttributes.filter(({ key }) => key !== "axonpush.dedup_key");
    assert.deepEqual(sorted(own), sorted(attributes));
  }
  assert.deepEqual(theirs[0].scopeLogs[0].scope.name, "shop");
});

/** The constructor took the exporter itself before it took options. */
function makeProcessor(exporter) {
  return new SimpleLogRecordProcessor({ exporter });
}

/** Runs a function with a context manager registered, as an application's SDK does it. */
async function withManager(use) {
  const manager = new AsyncLocalStorageContextManager().enable();
  assert(context.setGlobalContextManager(manager));
  try {
    return await use();
  } finally {
    context.disable();
    manager.disable();
  }
}

Deno.test("handle() takes the active span of the real @opentelemetry/api", async () => {
  const spans = ["a", "b"].map((digit) =>
    trace.wrapSpanContext({
      traceId: digit.repeat(32),
      spanId: digit.repeat(16),
      traceFlags: digit === "a" ? 1 : 0,
    })
  );
  const inside = (span, use) => context.with(trace.setSpan(context.active(), span), use);
  const requests = await requestsOf((logger) =>
    withManager(async () => {
      logger.info("outside");
      await Promise.all(spans.map((span) =>
        inside(span, async () => {
          await new Promise((resolve) => setTimeout(resolve));
          withTrace("f".repeat(32), () => logger.info(span.spanContext().traceId));
        })
      ));
      await inside(spans[0], () => inside(spans[1], () => logger.info("b".repeat(32))));
      withTrace("f".repeat(32), () => logger.info("f".repeat(32)));
    })
  );
  const records = requests.flatMap(({ resourceLogs }) => resourceLogs[0].scopeLogs[0].logRecords);
  const [outside, ...others] = records;
  assert.equal(outside.traceId, "0af7651916cd43dd8448eb211c80319c");
  assert.equal(outside.flags, undefined);
  assert.equal(others.length, 4);
  for (const { traceId, spanId, flags, body } of others) {
    assert.equal(traceId, body.stringValue);
    assert.match(spanId, /^[\da-f]{16}$/);
    assert.equal(flags, { a: 1, b: 0 }[traceId[0]]);
    if (flags !== undefined) assert.equal(spanId, traceId.slice(16));
  }
});

/** Names that OpenTelemetry has none for. */
const OWN_NAMES = [
  "axonpush.agent_id",
  "axonpush.dedup_key",
  "axonpush.trace_id",
  "exception.cause",
  "exception.errors",
  "logger.name",
];
/** Names that its conventions have, but do not call stable yet. */
const UNSTABLE_NAMES = [
  "cloud.region",
  "host.name",
  "process.pid",
  "process.runtime.name",
  "process.runtime.version",
];

/** The names of attributes that a version of the conventions has. */
function namesOf(conventions) {
  const entries = Object.entries(conventions).filter(([name]) => name.startsWith("ATTR_"));
  return new Set(entries.map(([, name]) => name));
}

Deno.test("handle() names attributes as the semantic conventions do", async () => {
  const variables = { DENO_REGION: "us-east-2", DENO_DEPLOYMENT_ID: "d-1" };
  for (const [name, value] of Object.entries(variables)) {
    Deno.env.set(name, value);
  }
  const requests = await requestsOf((logger) => {
    function place() {
      logger.error("a", new AggregateError([], "b", { cause: "c" }));
    }
    place();
    withTrace("not hexadecimal", () => logger.error("d"));
  }, {
    serviceName: "shop",
    serviceVersion: "1.4.0",
    environment: "staging",
    agentId: "planner",
    caller: true,
    diagnostics() {},
  }).finally(() => Object.keys(variables).forEach((name) => Deno.env.delete(name)));

  const [{ resource, scopeLogs: [{ logRecords }] }] = requests[0].resourceLogs;
  const names = [resource, ...logRecords].flatMap(({ attributes }) =>
    attributes.map(({ key }) => key)
  );
  const others = new Set(names).difference(namesOf(stable));
  assert.deepEqual([...others].toSorted(), [...OWN_NAMES, ...UNSTABLE_NAMES].toSorted());
  const unknown = others.difference(namesOf(incubating));
  assert.deepEqual([...unknown].toSorted(), OWN_NAMES);
  for (
    const name of [
      "code.function.name",
      "exception.type",
      "service.instance.id",
    ]
  ) {
    assert(names.includes(name), name);
  }
});
