/**
 * Draws results.svg: four panels of bars, the best on top. It brings its own background and follows
 * the reader's light or dark setting, so that it can be read on any page.
 *
 * @module
 */
import { contender, type ContenderName } from "./contenders.ts";
import type { Results } from "./report.ts";
import type { Run } from "./runner.ts";
import { digits, median } from "./statistics.ts";

interface Panel {
  readonly title: string;
  readonly better: "less" | "more";
  readonly names: readonly ContenderName[];
  readonly metric: (run: Run) => number;
}

const SHIPPERS: readonly ContenderName[] = [
  "eventsNative",
  "otlpNative",
  "fileNative",
  "sequential",
  "pinoEvent",
  "pinoOtlp",
  "winston",
  "otel",
  "logtape",
  "denoOtel",
];

const PANELS: readonly Panel[] = [
  {
    title: "Log call, µs a record",
    better: "less",
    names: SHIPPERS,
    metric: (run) => run.callUs?.median ?? NaN,
  },
  {
    title: "CPU of the program's thread until its end, µs a record",
    better: "less",
    names: SHIPPERS,
    metric: (run) => run.threadUs,
  },
  {
    title: "Records/s, one request a record (/event)",
    better: "more",
    names: [
      "eventsNative",
      "sequential",
      "pinoEvent",
      "winston",
      "bareEvent",
    ],
    metric: (run) => run.perSecond,
  },
  {
    title: "Records/s, in batches (/v1/logs)",
    better: "more",
    names: ["otlpNative", "pinoOtlp", "otel", "otelNode", "logtape", "denoOtel"],
    metric: (run) => run.perSecond,
  },
];

const WIDTH = 960;
const LABEL_WIDTH = 250;
const VALUE_WIDTH = 70;
const MARGIN = 24;
const ROW = 22;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 14px; }
  .value, .note { fill: #59636e; }
  .card { fill: #ffffff; stroke: #d1d9e0; }
  .bar { fill: #8c959f; }
  .ours { fill: #0969da; }
  .ceiling { fill: none; stroke: #8c959f; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .value, .note { fill: #9198a1; }
    .card { fill: #0d1117; stroke: #3d444d; }
    .bar { fill: #656c76; }
    .ours { fill: #4493f8; }
    .ceiling { stroke: #9198a1; }
  }`;

/** The chart, as the text of an SVG file. */
export function drawChart(results: Results): string {
  let y = MARGIN;
  const drawn = PANELS.map((panel) => {
    const { text, height } = drawPanel(panel, results, y);
    y += height;
    return text;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img">
<title>Cost of a log call, CPU and records per second of log shippers</title>
<style>${STYLE}
</style>
<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${y - 1}" rx="6"/>
${drawn.join("\n")}
</svg>
`;
}

function drawPanel(
  { title, better, names, metric }: Panel,
  { rows }: Results,
  top: number,
) {
  const bars = names
    .map((name) => ({ name, value: median((rows.get(name)?.tight ?? []).map(metric)) }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => better === "less" ? a.value - b.value : b.value - a.value);
  const most = Math.max(...bars.map(({ value }) => value));
  const room = WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH;
  const lines = bars.map(({ name, value }, i) => {
    const { label, role, runtime } = contender(name);
    const y = top + 16 + (i + 0.5) * ROW;
    const x = MARGIN + LABEL_WIDTH;
    const width = Math.max(1, room * value / most);
    const kind = role === "ours" || role === "ceiling" ? role : "bar";
    const text = label.replaceAll("`", "") +
      (runtime === "node" ? " (Node)" : "");
    const middle = y + 11;
    return `<text x="${x - 10}" y="${middle + 4}" text-anchor="end">${text}</text>
<rect class="${kind}" x="${x}" y="${middle - 7}" width="${width.toFixed(1)}" height="14" rx="2"/>
<text class="value" x="${(x + width + 8).toFixed(1)}" y="${middle + 4}">${digits(value)}</text>`;
  });
  const text = `<text class="title" x="${MARGIN}" y="${top + 14}">${title}
<tspan class="note" font-weight="400">· ${better} is better</tspan></text>
${lines.join("\n")}`;
  return { text, height: 16 + (bars.length + 1.5) * ROW };
}
