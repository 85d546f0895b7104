/**
 * A serverless platform freezes a program as soon as it has answered, and may never thaw it again.
 * So what an invocation logged has to be delivered before it answers, and a frozen and thawed
 * program has to go on as if nothing had been.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Logger } from "@std/log/logger";
import { AxonPushHandler, flushAfterInvocation } from "../mod.ts";
import {
  accept,
  assertInvariant,
  type FaultyService,
  handlerFor,
  hang,
  slow,
  startFaultyService,
  startServiceProcess,
} from "./faulty_service.ts";
import { runProgram, startProgram } from "./program.ts";

function loggerTo(...handlers: ReturnType<typeof handlerFor>[]): Logger {
  return new Logger("shop", "NOTSET", { handlers });
}

// ——— flushAfterInvocation() ———

Deno.test("flushAfterInvocation() delivers before an asynchronous function returns", async () => {
  await using service = startFaultyService(() => slow(20));
  const handler = handlerFor(service);
  const logger = loggerTo(handler);
  const invoke = flushAfterInvocation(handler, async (a: number, b: string) => {
    await Promise.resolve();
    for (let n = 0; n < 10; n++) logger.info("invoked", { n });
    return a + b;
  });
  const typed: (a: number, b: string) => Promise<string> = invoke;

  assertEquals(await typed(1, "x"), "1x");
  assertEquals(service.stored.size, 10);
  assertEquals(handler.stats.delivered, 10);
  await handler.close();
});

Deno.test("flushAfterInvocation() delivers before a synchronous function returns", async () => {
  await using service = await startServiceProcess();
  const handler = handlerFor(service);
  const logger = loggerTo(handler);
  const invoke = flushAfterInvocation(handler, (n: number) => {
    logger.info("invoked", { n });
    return n + 1;
  });

  assertEquals([1, 2, 3].map(invoke), [2, 3, 4]);
  assertEquals(handler.stats.delivered, 3);
  await handler.close();
});

Deno.test("flushAfterInvocation() waits for whatever can be awaited", async () => {
  await using service = startFaultyService();
  const handler = handlerFor(service);
  const logger = loggerTo(handler);
  const invoke = flushAfterInvocation(handler, () => ({
    then(resolve: (value: number) => void) {
      logger.info("invoked");
      resolve(42);
    },
  }));

  assertEquals(await invoke(), 42);
  assertEquals(handler.stats.delivered, 1);
  await handler.close();
});

Deno.test("flushAfterInvocation() keeps this, and the very result", async () => {
  await using service = startFaultyService();
  const handler = handlerFor(service);
  const result = { of: "mine" };
  const it = {
    result,
    invoke: flushAfterInvocation(handler, function (this: { result: unknown }) {
      return this.result;
    }),
    later: flushAfterInvocation(handler, function (this: { result: unknown }) {
      return Promise.resolve(this.result);
    }),
  };

  assertStrictEquals(it.invoke(), result);
  assertStrictEquals(await it.later(), result);
  await handler.close();
});

Deno.test("flushAfterInvocation() delivers what was logged before an error, and keeps the error", async () => {
  await using service = await startServiceProcess();
  const handler = handlerFor(service);
  const logger = loggerTo(handler);
  const failure = new RangeError("mine");
  const fail = flushAfterInvocation(handler, () => {
    logger.error("failing", { n: 0 });
    throw failure;
  });
  const reject = flushAfterInvocation(handler, async () => {
    logger.error("failing", { n: 1 });
    await Promise.resolve();
    throw failure;
  });

  assertStrictEquals(assertThrows(fail), failure);
  assertStrictEquals(await assertRejects(reject), failure);
  assertEquals(handler.stats.delivered, 2);
  await handler.close();
});

Deno.test("flushAfterInvocation() gives up after timeoutMs, and the result is the same", async () => {
  await using service = startFaultyService(() => hang);
  const handler = handlerFor(service);
  const logger = loggerTo(handler);
  const invoke = flushAfterInvocation(handler, async () => {
    logger.info("invoked", { n: 0 });
    return await Promise.resolve("result");
  }, { timeoutMs: 50 });
  const invokeSync = flushAfterInvocation(handler, () => "result", { timeoutMs: 50 });
  const fail = flushAfterInvocation(handler, () => Promise.reject(new Error("mine")), {
    timeoutMs: 50,
  });

  assertEquals(await invoke(), "result");
  assertEquals(invokeSync(), "result");
  await assertRejects(fail, Error, "mine");
  assertEquals(handler.stats.pending, 1);
  await handler.close(0);
});

Deno.test("flushAfterInvocation() flushes several handlers at a time", async () => {
  await using one = startFaultyService(() => hang);
  await using other = startFaultyService();
  const handlers = [handlerFor(one), handlerFor(other)];
  const logger = loggerTo(...handlers);
  const invoke = flushAfterInvocation(handlers, () => {
    for (let n = 0; n < 5; n++) logger.info("invoked", { n });
    return Promise.resolve();
  }, { timeoutMs: 1000 });
  await invoke();

  // The service that hangs takes nothing from the one that answers.
  assertEquals([one.stored.size, other.stored.size], [0, 5]);
  for (const handler of handlers) await handler.close(0);
});

Deno.test("flushAfterInvocation() wraps a handler of Deno.serve()", async () => {
  await using service = startFaultyService();
  const handler = handlerFor(service);
  const logger = loggerTo(handler);
  const serve: Deno.ServeHandler = flushAfterInvocation(handler, async (request: Request) => {
    logger.info("request", { n: Number(await request.text()) });
    return new Response("served");
  });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, serve);
  const url = `http://127.0.0.1:${server.addr.port}`;
  const answers = await Promise.all([0, 1, 2].map(async (n) => {
    return await (await fetch(url, { method: "POST", body: String(n) })).text();
  }));

  assertEquals(answers, ["served", "served", "served"]);
  assertEquals(service.stored.size, 3);
  await handler.close();
});

// ——— Platforms ———

Deno.test("flushAfterInvocation() refuses what is no time, before it is too late", () => {
  const handler = new AxonPushHandler("INFO", { apiKey: "ak_1", tenantId: "1" });
  for (const [timeoutMs, refusal] of [[NaN, RangeError], [-1, RangeError], ["5s", TypeError]]) {
    assertThrows(
      () => flushAfterInvocation([handler], () => {}, { timeoutMs: timeoutMs as number }),
      refusal as ErrorConstructor,
      "Cannot flush AxonPushHandler: 'timeoutMs' must be",
    );
  }
});

Deno.test("flushAfterInvocation() refuses other arguments before they cost a result", () => {
  const handler = new AxonPushHandler("INFO", { apiKey: "ak_1", tenantId: "1" });
  const fn = () => {};
  for (
    const [args, problem] of [
      [[fn], "first argument must be an AxonPushHandler or an array of them"],
      [[fn, handler], "current value is of type function"],
      [[[], fn], "first argument must be an AxonPushHandler: current value is an empty array"],
      [[[handler, undefined], fn], "first argument must be"],
      [[undefined, fn], "first argument must be"],
      [[[handler, null], fn], "first argument must be"],
      [[handler], "second argument must be a function: current value is of type undefined"],
      [[handler, fn, 3000], "third argument must be an object as in { timeoutMs: 3000 }: current "],
      [[handler, fn, { timeout: 3000 }], "current value is { timeout: 3000 }"],
      [[handler, fn, null], "third argument must be an object as in { timeoutMs: 3000 }: current "],
    ] as const
  ) {
    const { stack } = assertThrows(
      () => (flushAfterInvocation as (...args: readonly unknown[]) => unknown)(...args),
      TypeError,
      problem,
    );
    assertMatch(stack!, /^[^\n]+\n {4}at [^\n]*flush_after_invocation_test\.ts/);
  }
});

const PLATFORMS = [
  ["AWS_LAMBDA_FUNCTION_NAME", "AWS Lambda"],
  ["FUNCTION_TARGET", "Google Cloud Functions"],
  ["K_SERVICE", "Google Cloud Run"],
  ["AZURE_FUNCTIONS_ENVIRONMENT", "Azure Functions"],
  ["DENO_DEPLOY", "Deno Deploy"],
  ["DENO_DEPLOYMENT_ID", "Deno Deploy"],
] as const;

Deno.test("AxonPushHandler reminds once in a process of flushAfterInvocation() on each platform", async () => {
  await Promise.all(PLATFORMS.map(async ([variable, platform]) => {
    const { code, stderr } = await runProgram("platform.ts", {
      flags: ["--no-prompt", `--allow-env=${variable}`],
      env: { [variable]: "1" },
    });

    assertEquals(code, 0, stderr);
    assertEquals(stderr.match(/wrap its handler in flushAfterInvocation\(\)/g)?.length, 1, stderr);
    assert(stderr.includes(platform), stderr);
  }));
});

Deno.test("AxonPushHandler asks for no variable that it may not read", async () => {
  const env = Object.fromEntries(PLATFORMS.map(([variable]) => [variable, "1"]));
  const [denied, elsewhere] = await Promise.all([
    runProgram("platform.ts", { env }), // A question would be an answer of "no" on no terminal.
    runProgram("platform.ts", { flags: ["--allow-env"] }),
  ]);

  for (const { code, stdout, stderr } of [denied, elsewhere]) {
    assertEquals({ code, stdout, stderr }, { code: 0, stdout: "", stderr: "" });
  }
});

// ——— Freezing ———

/** Starts the program of a platform, and answers how to call it. */
async function startFunction(service: FaultyService) {
  const program = startProgram("invocations.ts", {
    flags: ["-A"],
    args: [JSON.stringify({ baseUrl: service.url, apiKey: "ak_test", tenantId: "1" })],
  });
  const [, port] = await program.output(/port (\d+)/);
  const call = (path: number | "stats", method: "GET" | "POST") =>
    fetch(`http://127.0.0.1:${port}/${path}`, { method });
  return {
    program,
    invoke: async (n: number) => await (await call(n, "POST")).text(),
    /** The same without the wrapper. */
    invokeBare: async (n: number) => await (await call(n, "GET")).text(),
    stats: async () => await (await call("stats", "GET")).json(),
  };
}

Deno.test({
  name: "flushAfterInvocation() loses nothing where a program is frozen after each answer",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using service = startFaultyService(() => slow(10));
    const { program, invoke, stats } = await startFunction(service);
    for (let n = 0; n < 5; n++) {
      assertEquals(await invoke(n), `served /${n}`);
      program.kill("SIGSTOP");
      // With its answer it was done: what is not here now would never come.
      assertEquals(service.stored.size, 10 * (n + 1));
      program.kill("SIGCONT");
    }
    const numbers = await stats();
    assertEquals([numbers.delivered, numbers.retried], [50, 0]);
    assertEquals(service.requests.length, 50);
    assertInvariant(numbers, service);
    program.kill("SIGTERM");
    await program.ended;
  },
});

Deno.test({
  name: "AxonPushHandler sends nothing twice that was in flight while the program was frozen",
  ignore: Deno.build.os === "windows",
  async fn() {
    const frozen = Promise.withResolvers<void>();
    await using service = startFaultyService(() =>
      Object.assign(async (...args: Parameters<typeof accept>) => {
        await frozen.promise;
        return await accept(...args);
      }, { stores: true })
    );
    const { program, invokeBare, stats } = await startFunction(service);
    await invokeBare(0);
    await service.seen(10);
    program.kill("SIGSTOP");
    frozen.resolve(); // The answers wait on the frozen side.
    await new Promise((resolve) => setTimeout(resolve, 50));
    program.kill("SIGCONT");

    const numbers = await stats();
    assertEquals([numbers.delivered, numbers.retried, numbers.pending], [10, 0, 0]);
    assertEquals(service.requests.length, 10);
    program.kill("SIGTERM");
    await program.ended;
  },
});
