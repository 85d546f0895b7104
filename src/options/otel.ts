/**
 * The variables that OpenTelemetry's specification defines for every program, read where neither an
 * option nor an `AXONPUSH_` variable is set: who logs ("Resource SDK") and, with `protocol: "otlp"`,
 * where to ("OTLP Exporter").
 * It runs once for each handler, in the constructor.
 *
 * @module
 */
import type { Diagnostic } from "../diagnostics.ts";
import type { Environment } from "./environment.ts";
import { checkVariable } from "./check.ts";
import { HEADER_NAME, HEADER_VALUE, parseAddress } from "./schema.ts";

/** The value of variables, and what there is to report about them. */
export interface Found<Value> {
  readonly value: Value;
  readonly notices: readonly Diagnostic[];
}

/** Where OTLP requests go according to the variables. */
export interface OtelDestination {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The attributes of `OTEL_RESOURCE_ATTRIBUTES`. By the specification none of them counts if one of
 * them cannot be read.
 */
export function otelResource(variables: Environment): Found<Readonly<Record<string, string>>> {
  const name = "OTEL_RESOURCE_ATTRIBUTES";
  const pairs = pairsOf(variables(name));
  if (!pairs.includes(undefined)) {
    return { value: Object.fromEntries(pairs as Pair[]), notices: [] };
  }
  return {
    value: {},
    notices: [malformed(name, "otel-resource", "none of its attributes is sent")],
  };
}

/**
 * Where OTLP requests go, if a variable says so. Variables for logs take precedence over those for all
 * signals, and replace them as a whole: of two lists of headers only one counts.
 */
export function otelDestination(variables: Environment): Found<OtelDestination> | undefined {
  const [own, all] = ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"] as const;
  const [address, base] = [variables(own), variables(all)];
  if (address === undefined && base === undefined) return undefined;
  const url = address !== undefined
    ? parseAddress(checkVariable("endpoint", own, address))!
    : parseAddress(checkVariable("endpoint", all, base!))!.replace(/\/*$/, "/v1/logs");
  const list = ["OTEL_EXPORTER_OTLP_LOGS_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"]
    .find((name) => variables(name) !== undefined);
  // "Authorization: Bearer …" has a credential in what would be the name.
  const pairs = list === undefined
    ? []
    : pairsOf(variables(list)).map((pair) =>
      pair && HEADER_NAME.test(pair[0]) && HEADER_VALUE.test(pair[1]) ? pair : undefined
    );
  return {
    value: { url, headers: Object.fromEntries(pairs.filter((pair) => pair !== undefined)) },
    notices: [
      ...pairs.includes(undefined)
        ? [malformed(list!, "otel-headers", "what cannot be read of it is not sent")]
        : [],
      ...exportsConsole(variables) ? [TWICE] : [],
    ],
  };
}

type Pair = readonly [key: string, value: string];

/**
 * The members of a list such as `key1=value1,key2=value2`, in the form of W3C Baggage: percent-encoded
 * in UTF-8, blanks around them do not count. One that cannot be read is undefined.
 */
function pairsOf(list = ""): (Pair | undefined)[] {
  return list.split(",").filter((member) => member.trim() !== "").map((member) => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(member) ?? [];
    if (key === undefined || value === undefined || key.trim() === "") return undefined;
    try {
      return [decodeURIComponent(key.trim()), decodeURIComponent(value.trim())];
    } catch {
      return undefined;
    }
  });
}

/** Reports that a variable is malformed, without its value, which may be a credential. */
function malformed(name: string, code: string, consequence: string): Diagnostic {
  return {
    level: "warn",
    code,
    message: `Cannot read ${name}: it must be a list as in key1=value1,key2=value2, with percent-` +
      `encoding for commas, percent signs and what is not ASCII: ${consequence}`,
  };
}

/** Whether Deno itself exports what is printed, to the same endpoint as our records. */
function exportsConsole(variables: Environment): boolean {
  return variables("OTEL_DENO") === "true" && variables("OTEL_DENO_CONSOLE") !== "ignore" &&
    variables("OTEL_SDK_DISABLED")?.toLowerCase() !== "true";
}

const TWICE: Diagnostic = {
  level: "warn",
  code: "otel-deno",
  message:
    "Deno exports what is printed on the console (OTEL_DENO=true) to the same endpoint: a record " +
    "that another handler prints arrives there twice: set OTEL_DENO_CONSOLE=ignore",
};
