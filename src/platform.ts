/**
 * On what the program runs: what OpenTelemetry calls the resource, and the serverless platforms that
 * freeze a program between invocations. Runs on the program's thread.
 *
 * @module
 */
import type { Diagnostics } from "./diagnostics.ts";
import { readHostname, readVariable } from "./permissions.ts";

/** Variables that identify a platform which may freeze a program between invocations. */
const PLATFORMS: ReadonlyArray<readonly [variable: string, platform: string]> = [
  ["AWS_LAMBDA_FUNCTION_NAME", "AWS Lambda"],
  ["FUNCTION_TARGET", "Google Cloud Functions"],
  ["K_SERVICE", "Google Cloud Run"],
  ["AZURE_FUNCTIONS_ENVIRONMENT", "Azure Functions"],
  ["DENO_DEPLOY", "Deno Deploy"],
  ["DENO_DEPLOYMENT_ID", "Deno Deploy"],
];

/** The serverless platform that this program runs on, if any. */
function serverlessPlatform(): string | undefined {
  return PLATFORMS.find(([variable]) => readVariable(variable))?.[1];
}

let reminded = false;

/** Says once in a process what to do where the process is frozen between invocations. */
export function remindOfPlatform(diagnostics: Diagnostics, spool: string | undefined): void {
  const platform = reminded ? undefined : serverlessPlatform();
  if (platform === undefined) return;
  reminded = true;
  diagnostics.report({
    level: "warn",
    code: "serverless",
    message: `${platform} may freeze this program between invocations: wrap its handler in ` +
      `flushAfterInvocation() so that each delivers what it logged`,
  });
  if (spool === undefined) return;
  diagnostics.report({
    level: "warn",
    code: "spool-ephemeral",
    message:
      `On ${platform} a disk usually ends with its instance, and the spool ${spool} with it: ` +
      `it helps in an outage, but not when the instance is killed`,
  });
}

/**
 * Resource attributes by OpenTelemetry's semantic conventions ("Process", "Host", "Cloud",
 * "Service"). Only what is permitted already; none of it is worth another permission.
 */
export function resourceAttributes(): Record<string, string | undefined> {
  return {
    "process.runtime.name": "deno",
    "process.runtime.version": Deno.version.deno,
    "host.name": readHostname(),
    "cloud.region": readVariable("DENO_REGION") || undefined,
    "service.instance.id": readVariable("DENO_DEPLOYMENT_ID") || undefined,
  };
}
