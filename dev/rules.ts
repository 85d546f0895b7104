/**
 * What the service requires of a write besides its body: a key, the tenant it is for, a registered
 * environment, and a channel if the key alone does not determine one.
 *
 * @module
 */
import { Refusal } from "./refusal.ts";

/** The channel of OTLP records that name none: the service creates it at first use. */
const OTLP_CHANNEL = "otlp-logs";

/** The settings that decide what is accepted. */
export interface Rules {
  /** The only key to accept; without it, any that looks like one. */
  readonly apiKey: string | undefined;
  /** The only tenant to accept; without it, any. */
  readonly tenantId: string | undefined;
  /** The registered environments; without them, any is accepted. */
  readonly environments: readonly string[] | undefined;
  /** Whether keys belong to an app, whose channels the service may make. */
  readonly appKeys: boolean;
}

/** Refuses a write that does not say who sends it, for which tenant and environment. */
export function checkSender(headers: Headers, rules: Rules): void {
  authenticate(headers, rules.apiKey);
  checkTenant(headers, rules.tenantId);
  checkEnvironment(headers, rules.environments);
}

/** The channel of records of OTLP. Refuses a request that must name one and does not. */
export function otlpChannel(headers: Headers, { appKeys }: Rules): string {
  const channel = headers.get("x-axonpush-channel");
  if (channel) return channel;
  const isPublic = keyOf(headers)!.startsWith("pt_");
  if (appKeys && !isPublic) return OTLP_CHANNEL;
  throw new Refusal(400, {
    code: "missing_channel",
    message: isPublic
      ? "A public token must name a channel"
      : "The API key belongs to no app, so that the request must name a channel",
    hint: "Send X-Axonpush-Channel: set 'channelId' or AXONPUSH_CHANNEL_ID",
  });
}

/** The headers of an answer that name the environment of the write. */
export function resolvedEnvironment(headers: Headers): Record<string, string> {
  const environment = headers.get("x-axonpush-environment");
  return environment
    ? {
      "x-axonpush-resolved-environment": environment,
      "x-axonpush-resolved-via": "header",
    }
    : {};
}

function keyOf(headers: Headers): string | null {
  return secretKeyOf(headers) ?? headers.get("x-public-token");
}

function secretKeyOf(headers: Headers): string | null {
  return headers.get("x-api-key") ?? headers.get("x-axonpush-api-key");
}

function authenticate(headers: Headers, apiKey: string | undefined): void {
  const key = keyOf(headers);
  if (apiKey === undefined ? /^(ak|pt)_/.test(key ?? "") : key === apiKey) return;
  throw new Refusal(401, {
    code: key ? "unknown_api_key" : "missing_api_key",
    message: key ? "The API key is not known" : "No API key was sent",
    hint: apiKey === undefined
      ? "Here any key will do that begins with ak_ or pt_"
      : "This server was started for one key: send that one",
  });
}

/** A secret key needs the tenant it is for; a public token has its own. */
function checkTenant(headers: Headers, wanted: string | undefined): void {
  if (!secretKeyOf(headers)?.startsWith("ak_")) return;
  const tenant = headers.get("x-tenant-id");
  if (!tenant) {
    throw new Refusal(401, {
      code: "missing_tenant_id",
      message: "No tenant was sent with the API key",
      hint: `Send x-tenant-id; set AXONPUSH_TENANT_ID, here to ${wanted ?? "any text"}`,
    });
  }
  if (wanted === undefined || tenant === wanted) return;
  throw new Refusal(403, {
    code: "unknown_tenant",
    message: "The API key is not one of this tenant",
    hint: `This server was started for one tenant: set AXONPUSH_TENANT_ID to ${wanted}`,
  });
}

function checkEnvironment(headers: Headers, known: readonly string[] | undefined): void {
  const environment = headers.get("x-axonpush-environment");
  if (!environment || known === undefined || known.includes(environment)) return;
  throw new Refusal(400, {
    code: "unknown_environment",
    message: `The environment ${environment} is not registered for this tenant`,
    hint: known.length > 0
      ? `Known are ${known.join(", ")}: register it, or leave 'environment' out`
      : "Register it, or leave 'environment' out",
  });
}
