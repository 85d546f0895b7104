/**
 * What every contender does between its setup and its end: log the records, and measure what that
 * costs the thread it runs on. It is plain JavaScript without any import, so that the same code
 * measures in Deno and in Node, and loads nothing in Deno that a contender would have to load by
 * itself: a `node:` module would spare our first worker 12 ms.
 *
 * A contender is started with: address of the service, number of records, number of records before
 * those or `cold`, milliseconds between records (0 is a tight loop), a file for the result, a variant
 * of its own, and a file for its output.
 */
const { Deno } = globalThis;
const [readText, writeText, pid, args] = Deno
  ? [Deno.readTextFileSync, Deno.writeTextFileSync, Deno.pid, Deno.args]
  : fromNode(globalThis.process);

function fromNode({ getBuiltinModule, pid, argv }) {
  const { readFileSync, writeFileSync } = getBuiltinModule("node:fs");
  return [(path) => readFileSync(path, "utf8"), writeFileSync, pid, argv.slice(2)];
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Records whose cost is taken together: a single one costs too little to be timed. */
const BLOCK = 100;
/** What stands in the result file when a contender is ready to be measured. */
const WARM = "warm";

export const [url, , , , resultFile, variant, outputFile] = args;
/** Whether nothing is logged before the first record that is measured. */
const isCold = args[2] === "cold";
export const [count, warmUp, paceMs] = [args[1], isCold ? 0 : args[2], args[3]].map(Number);

/** The ids of all records, made beforehand. Nine digits, so that every record is of one size. */
const ids = Array.from(
  { length: warmUp + count },
  (_, i) => `rid-${String(i).padStart(9, "0")}`,
);

/** Room for everything: what a contender's queue must hold to lose nothing. */
export const room = warmUp + count;

/**
 * Runs a contender.
 *
 * @param {(id: string) => void} log Logs one record: a short message and three attributes, one of
 * which is the id.
 * @param {() => unknown} end What the contender's documentation says must be done at the end.
 */
export async function run(log, end = () => {}) {
  // Not measured: every contender compiles its code and connects.
  for (let i = 0; i < warmUp; i++) {
    log(ids[i]);
    if (i % BLOCK === 0) await sleep(1);
  }
  if (!isCold) await ready();

  const cpuBefore = threadCpuMs();
  const processBefore = isCold ? cpuBefore : processCpuMs();
  const first = now();
  const blocksUs = paceMs === 0 ? tightLoop(log) : await pacedLoop(log);
  const last = now();

  onExit(() => {
    const exitBegan = now();
    const result = {
      started: performance.timeOrigin,
      first,
      last,
      callUs: blocksUs && summary(blocksUs),
      threadUs: (threadCpuMs() - cpuBefore) * 1000 / count,
      wholeThreadMs: threadCpuMs(),
      processUs: (processCpuMs() - processBefore) * 1000 / count,
      peakMiB: peakMiB(),
    };
    finish({ ...result, measuringMs: now() - exitBegan });
  });
  await end();
}

/** Waits until the service has all that was sent so far, so that nobody begins with a backlog. */
export async function ready() {
  writeText(resultFile, WARM);
  while (readText(resultFile) === WARM) await sleep(5);
  await sleep(100);
}

/** Hands the result to whoever started the contender. */
export function finish(result) {
  writeText(resultFile, JSON.stringify(result));
}

/** Logs without a pause. Returns the cost per record of each block, in microseconds. */
function tightLoop(log) {
  const blocks = new Float64Array(count / BLOCK);
  for (let block = 0; block < blocks.length; block++) {
    const begin = warmUp + block * BLOCK;
    const began = performance.now();
    for (let i = begin; i < begin + BLOCK; i++) log(ids[i]);
    blocks[block] = (performance.now() - began) * 1000 / BLOCK;
  }
  return blocks;
}

/** Logs one record each `paceMs` milliseconds on average: a timer is late at times and catches up. */
async function pacedLoop(log) {
  const began = performance.now();
  for (let i = 0; i < count;) {
    await new Promise((resolve) => setTimeout(resolve, paceMs));
    const due = Math.min(
      count,
      Math.floor((performance.now() - began) / paceMs),
    );
    while (i < due) log(ids[warmUp + i++]);
  }
}

function summary(blocks) {
  const sorted = blocks.toSorted();
  return {
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    median: sorted[sorted.length >> 1],
    p99: sorted[Math.floor(sorted.length * 0.99)],
  };
}

/** Milliseconds since 1970, with fractions, comparable between processes. */
export function now() {
  return performance.timeOrigin + performance.now();
}

/** CPU time of the program's own thread so far, in milliseconds. Only Linux tells. */
function threadCpuMs() {
  // The kernel brings the figure up to date when the thread sleeps.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  try {
    return Number(
      readText(`/proc/self/task/${pid}/schedstat`).split(" ")[0],
    ) /
      1e6;
  } catch {
    return NaN;
  }
}

/** CPU time of all threads so far, in milliseconds. By now nobody is spared to load `process`. */
function processCpuMs() {
  const { user, system } = globalThis.process.cpuUsage();
  return (user + system) / 1000;
}

/** The most memory that the process had, in MiB. Only Linux tells. */
function peakMiB() {
  try {
    return Number(
      /VmHWM:\s*(\d+)/.exec(readText("/proc/self/status"))[1],
    ) / 1024;
  } catch {
    return NaN;
  }
}

/** Calls back at the very end: after the hooks of the contender, which were there before. */
function onExit(callback) {
  if (Deno) addEventListener("unload", callback);
  else globalThis.process.on("exit", callback);
}
