import type { Static, TSchema } from "typebox";
import { duration, list, object, oneOf, optional, text, whole, yesNo } from "../schema/builders.ts";
import { MAX_NAME_TEXT, PORT } from "./field-limits.ts";

/** The values of fields that a manifest leaves out. */
export const HEALTH_CHECK_DEFAULTS = {
  scheme: "HTTPS",
  path: "/",
  expectedStatuses: ["200-399"],
  insecureSkipTLSVerify: false,
  period: "10s",
  timeout: "2s",
  failureThreshold: 3,
  successThreshold: 2,
  minHealthyPercent: 50,
} as const;

const THRESHOLD = { minimum: 1, maximum: 10 };
const PERCENT = { minimum: 1, maximum: 100 };
const MAX_PATH = 1024;
const MAX_BODY_TEXT = 256;
const MAX_HEADER_NAME = 64;
const MAX_HEADER_VALUE = 256;
const MAX_ITEMS = 8;
/** The length of a text such as "200-399". It has room for mistakes, so that a rule can explain them. */
const STATUS_TEXT = { minLength: 1, maxLength: 16 };

const httpHeader = object("HTTP header of the request.", {
  name: text("Name of the header.", { minLength: 1, maxLength: MAX_HEADER_NAME }),
  value: text("Value of the header. Everyone who can read the DnsAlias can read it.", { maxLength: MAX_HEADER_VALUE }),
});

/** The health check for all targets. */
export const specHealthCheckSchema = object(
  "Health check of the addresses of all targets. The healthCheck of a target replaces the whole spec.healthCheck. Exactly one of httpGet and tcpSocket.",
  healthCheckFields("spec"),
);

/** The health check of one target. */
export const targetHealthCheckSchema = object(
  "Health check of this target, instead of spec.healthCheck. Exactly one of httpGet, tcpSocket, and none.",
  healthCheckFields("item"),
);

/** A health check as a user writes it, in either place. */
export type HealthCheckText = Static<typeof targetHealthCheckSchema>;

/** The schema of a list item has no defaults, because with them Argo CD reports the object as out of sync. */
type Place = "spec" | "item";

function healthCheckFields(place: Place) {
  return {
    httpGet: optional(httpGet(place)),
    tcpSocket: optional(
      object("TCP connection to each address. The check is successful if the address accepts the connection.", {
        port: whole("Port of the connection.", PORT),
      }),
    ),
    none: optional(object("No check: the target always counts as healthy. Applies only to a single target.", {})),
    period: optional(
      field(
        place,
        "period",
        "Duration from the start of a check to the start of the next one, from 5s to 5m.",
        duration,
      ),
    ),
    timeout: optional(
      field(place, "timeout", "Timeout of the whole check, from 1s to 10s and less than period.", duration),
    ),
    failureThreshold: optional(
      field(
        place,
        "failureThreshold",
        "Number of consecutive failures after which an address is down.",
        (about, options) => whole(about, { ...THRESHOLD, ...options }),
      ),
    ),
    successThreshold: optional(
      field(
        place,
        "successThreshold",
        "Number of consecutive successes after which an address is up.",
        (about, options) => whole(about, { ...THRESHOLD, ...options }),
      ),
    ),
    minHealthyPercent: optional(
      field(
        place,
        "minHealthyPercent",
        "Percentage of the addresses of a target that must be up in each family. If fewer are up, dnsalias prefers another target.",
        (about, options) => whole(about, { ...PERCENT, ...options }),
      ),
    ),
  };
}

function httpGet(place: Place) {
  return object("HTTP request to each address. dnsalias does not follow redirects.", {
    scheme: optional(
      field(place, "scheme", "Scheme of the request. HTTPS checks the certificate, too.", (about, options) =>
        oneOf(about, ["HTTP", "HTTPS"], options),
      ),
    ),
    port: optional(whole("Port of the request. Defaults to 80 for HTTP and 443 for HTTPS.", PORT)),
    path: optional(
      field(place, "path", "Path of the request, with its query, for example /healthz.", (about, options) =>
        text(about, { minLength: 1, maxLength: MAX_PATH, ...options }),
      ),
    ),
    host: optional(
      text(
        "Hostname for the Host header, SNI, and the certificate. Defaults to the first hostname of the DnsAlias that is not a wildcard.",
        { minLength: 1, maxLength: MAX_NAME_TEXT },
      ),
    ),
    httpHeaders: optional(list("HTTP headers of the request.", httpHeader, { kind: "atomic", maxItems: MAX_ITEMS })),
    expectedStatuses: optional(
      field(
        place,
        "expectedStatuses",
        "HTTP status codes of a success, each a code or a range.",
        (about, { default: given }) =>
          list(about, text("HTTP status code or range, for example 200 or 200-399.", STATUS_TEXT), {
            kind: "atomic",
            minItems: 1,
            maxItems: MAX_ITEMS,
            ...(given === undefined ? {} : { default: given }),
          }),
      ),
    ),
    bodyContains: optional(
      text("Text in the first 8 KiB of the body of a success. It is plain text, not a regular expression.", {
        minLength: 1,
        maxLength: MAX_BODY_TEXT,
      }),
    ),
    insecureSkipTLSVerify: optional(
      field(
        place,
        "insecureSkipTLSVerify",
        "Permission to accept any certificate, for example an expired certificate.",
        yesNo,
      ),
    ),
  });
}

type Defaults = typeof HEALTH_CHECK_DEFAULTS;

/** A field of a health check. In `spec`, the schema has its default; in a list item, only the description names the default. */
function field<Name extends keyof Defaults, Schema extends TSchema>(
  place: Place,
  name: Name,
  description: string,
  build: (description: string, options: { readonly default?: Defaults[Name] }) => Schema,
): Schema {
  const value = HEALTH_CHECK_DEFAULTS[name];
  return place === "spec"
    ? build(description, { default: value })
    : build(`${description} Defaults to ${String(value)}.`, {});
}
