import type { SpecCase } from "./alias-cases.ts";

const main = { name: "main", hostname: "d111.cloudfront.example" };
const second = { name: "second", hostname: "shop.cdn.example" };
const tcp = { tcpSocket: { port: 443 } };

function aliasOf(fields: object): object {
  return { hostnames: ["example.com"], targets: [main, second], ...fields };
}

function failover(...targets: readonly object[]): object {
  return aliasOf({ selection: "Failover", targets });
}

function weighted(...targets: readonly object[]): object {
  return aliasOf({ selection: "Weighted", targets });
}

/** The same health check for all targets, and for one of them. */
const PLACES = [
  { place: "spec.healthCheck", specOf: (healthCheck: object) => aliasOf({ healthCheck }) },
  {
    place: "spec.targets[1].healthCheck",
    specOf: (healthCheck: object) => aliasOf({ targets: [main, { ...second, healthCheck }] }),
  },
] as const;

const good: readonly SpecCase[] = [
  { name: "failover without a health check, in the order of the list", spec: failover(main, second) },
  {
    name: "failover with priorities, two of them equal",
    spec: failover({ ...main, priority: 0 }, { ...second, priority: 15 }, { hostname: "c.example", priority: 15 }),
  },
  { name: "weights without a weight, which are all 1", spec: weighted(main, second) },
  { name: "weights with one target", spec: weighted(main) },
  { name: "the least and the greatest weight", spec: weighted({ ...main, weight: 255 }, { ...second, weight: 0 }) },
  { name: "a weight of 0 next to none", spec: weighted({ ...main, weight: 0 }, second) },
  {
    name: "weights among equal priorities",
    spec: failover(
      { ...main, priority: 0, weight: 70 },
      { ...second, priority: 0, weight: 30 },
      { hostname: "c.example", priority: 1 },
    ),
  },
  {
    name: "weights that differ only across priorities",
    spec: failover({ ...main, priority: 0, weight: 70 }, { ...second, priority: 1, weight: 30 }),
  },
  { name: "failover with an empty failback", spec: { ...failover(main, second), failback: {} } },
  ...["0s", "24h", "1h30m"].map((after) => ({
    name: `failback after ${after}`,
    spec: { ...failover(main, second), failback: { mode: "Manual", after } },
  })),
  {
    name: "health checks that differ",
    spec: aliasOf({
      healthCheck: tcp,
      onUnhealthy: "Fallback",
      fallbackAddresses: ["192.0.2.1"],
      targets: [
        { ...main, healthCheck: { httpGet: {}, period: "5s" } },
        { addresses: ["203.0.113.7"], healthCheck: { none: {} } },
      ],
    }),
  },
  {
    name: "a wildcard with a host to request",
    spec: aliasOf({ hostnames: ["*.example.com"], healthCheck: { httpGet: { host: "www.example.com" } } }),
  },
  {
    name: "a wildcard next to a hostname",
    spec: aliasOf({ hostnames: ["*.example.com", "example.com"], healthCheck: { httpGet: {} } }),
  },
  { name: "a wildcard with a TCP check", spec: aliasOf({ hostnames: ["*.example.com"], healthCheck: tcp }) },
  ...PLACES.flatMap(({ place, specOf }) => [
    { name: `${place}: httpGet is enough`, spec: specOf({ httpGet: {} }) },
    {
      name: `${place}: every field`,
      spec: specOf({
        httpGet: {
          scheme: "HTTP",
          port: 8080,
          path: "/healthz?full=1&q=a'b",
          host: "Shop.example.com.",
          httpHeaders: [
            { name: "X-Probe", value: "dnsalias \t~" },
            { name: "user-agent", value: "" },
          ],
          expectedStatuses: ["200", "301-399", "599-599"],
          bodyContains: "ok ✓",
          insecureSkipTLSVerify: true,
        },
        period: "5m",
        timeout: "10s",
        failureThreshold: 10,
        successThreshold: 1,
        minHealthyPercent: 100,
      }),
    },
    {
      name: `${place}: tcpSocket with the least values`,
      spec: specOf({ tcpSocket: { port: 1 }, period: "5s", timeout: "1s" }),
    },
  ]),
];

const NOTHING = "nothing to fail over to: add a target, or selection: Merge";

const badSelections: readonly SpecCase[] = [
  {
    name: "failover with one target",
    spec: failover(main),
    bad: { path: "spec", says: NOTHING, by: "rule" },
  },
  {
    name: "failover with one priority",
    spec: failover({ ...main, priority: 3 }, { ...second, priority: 3 }),
    bad: { path: "spec", says: NOTHING, by: "rule" },
  },
  {
    name: "a priority without failover",
    spec: aliasOf({ targets: [{ ...main, priority: 0 }, second, { addresses: ["192.0.2.1"], priority: 1 }] }),
    bad: {
      path: "spec",
      says: "priority applies only if selection is Failover: remove it from main, addresses, or set selection: Failover",
      by: "rule",
    },
  },
  {
    name: "a priority on some targets only",
    spec: failover({ ...main, priority: 0 }, { hostname: "b.example" }, { addresses: ["192.0.2.1"] }),
    bad: {
      path: "spec",
      says: "priority is missing on b.example, addresses: add it there, or remove it from all targets",
      by: "rule",
    },
  },
  {
    name: "failback without failover",
    spec: aliasOf({ failback: { after: "5m" } }),
    bad: {
      path: "spec",
      says: "failback applies only if selection is Failover: remove failback, or set selection: Failover",
      by: "rule",
    },
  },
  {
    name: "Fallback for unhealthy targets without addresses",
    spec: aliasOf({ onUnhealthy: "Fallback" }),
    bad: { path: "spec", says: "onEmpty, onStale, or onUnhealthy is Fallback", by: "rule" },
  },
  ...["24h1s", "50", "-1s", "1d"].map((after): SpecCase => ({
    name: `failback after ${after}`,
    spec: { ...failover(main, second), failback: { after } },
    bad: { path: "spec.failback.after", says: "invalid duration: use 0s to 24h, for example 5m", by: "rule" },
  })),
  {
    name: "a priority of 16",
    spec: failover({ ...main, priority: 0 }, { ...second, priority: 16 }),
    bad: { path: "spec.targets[1].priority", says: "at most 15", by: "structure" },
  },
  {
    name: "a priority below 0",
    spec: failover({ ...main, priority: -1 }, { ...second, priority: 1 }),
    bad: { path: "spec.targets[0].priority", says: "at least 0", by: "structure" },
  },
  {
    name: "a selection that does not exist",
    spec: aliasOf({ selection: "Random" }),
    bad: { path: "spec.selection", says: "must be one of Merge, Failover, Weighted", by: "structure" },
  },
  {
    name: "a field that is not built",
    spec: aliasOf({ targets: [{ ...main, subnets: ["192.0.2.0/24"] }, second] }),
    bad: { path: "spec.targets[0].subnets", says: "there is no such field", by: "unknown" },
  },
];

const NO_WEIGHT = "all weights are 0: give one target a weight above 0";

const badWeights: readonly SpecCase[] = [
  {
    name: "a weight with Merge",
    spec: aliasOf({ targets: [{ ...main, weight: 1 }, second, { addresses: ["192.0.2.1"], weight: 0 }] }),
    bad: {
      path: "spec",
      says: "weight does not apply if selection is Merge: remove it from main, addresses, or set selection: Weighted",
      by: "rule",
    },
  },
  {
    name: "weights of 0 only",
    spec: weighted({ ...main, weight: 0 }, { ...second, weight: 0 }),
    bad: { path: "spec", says: NO_WEIGHT, by: "rule" },
  },
  {
    name: "failover with weights of 0 only",
    spec: failover({ ...main, weight: 0 }, { ...second, weight: 0 }),
    bad: { path: "spec", says: NO_WEIGHT, by: "rule" },
  },
  {
    name: "a priority with weights",
    spec: weighted({ ...main, priority: 0, weight: 90 }, { ...second, weight: 10 }),
    bad: { path: "spec", says: "priority applies only if selection is Failover: remove it from main", by: "rule" },
  },
  {
    name: "failback with weights",
    spec: { ...weighted(main, second), failback: {} },
    bad: { path: "spec", says: "failback applies only if selection is Failover", by: "rule" },
  },
  {
    name: "a weight of 256",
    spec: weighted(main, { ...second, weight: 256 }),
    bad: { path: "spec.targets[1].weight", says: "at most 255", by: "structure" },
  },
  {
    name: "a weight below 0",
    spec: weighted(main, { ...second, weight: -1 }),
    bad: { path: "spec.targets[1].weight", says: "at least 0", by: "structure" },
  },
  {
    name: "a weight with a fraction",
    spec: weighted(main, { ...second, weight: 0.5 }),
    bad: { path: "spec.targets[1].weight", says: "whole number", by: "structure" },
  },
];

const badKinds: readonly SpecCase[] = [
  ...[{}, { httpGet: {}, ...tcp }].map((healthCheck): SpecCase => ({
    name: `a health check with ${Object.keys(healthCheck).length} kinds`,
    spec: aliasOf({ healthCheck }),
    bad: { path: "spec.healthCheck", says: "healthCheck has exactly one of httpGet, tcpSocket: keep one", by: "rule" },
  })),
  {
    name: "none for all targets",
    spec: aliasOf({ healthCheck: { none: {} } }),
    bad: { path: "spec.healthCheck", says: "none applies only to a single target: leave healthCheck out", by: "rule" },
  },
  ...[{}, { httpGet: {}, ...tcp }, { none: {}, ...tcp }].map((healthCheck): SpecCase => ({
    name: `a target's health check with ${Object.keys(healthCheck).join(" and ") || "no kind"}`,
    spec: aliasOf({ targets: [{ ...main, healthCheck }] }),
    bad: {
      path: "spec.targets[0].healthCheck",
      says: "a target's healthCheck has exactly one of httpGet, tcpSocket, none: keep one",
      by: "rule",
    },
  })),
  ...[
    aliasOf({ hostnames: ["*.example.com"], healthCheck: { httpGet: {} } }),
    aliasOf({ hostnames: ["*.example.com"], targets: [main, { ...second, healthCheck: { httpGet: {} } }] }),
  ].map((spec, index): SpecCase => ({
    name: `only wildcards to request, ${index === 0 ? "for all targets" : "for one target"}`,
    spec,
    bad: {
      path: "spec",
      says: "no hostname to request, because all hostnames are wildcards: set httpGet.host",
      by: "rule",
    },
  })),
];

interface BadCheck {
  readonly name: string;
  readonly check: object;
  /** Below the health check. */
  readonly at: string;
  readonly says: string;
  readonly by?: "structure" | "unknown";
  readonly crdSays?: string;
}

const LABEL = "a".repeat(63);

function badHttp(name: string, httpGet: object, at: string, says: string): BadCheck {
  return { name, check: { httpGet }, at: `.httpGet${at}`, says };
}

function badHeader(name: string, value: string, says: string): BadCheck {
  return badHttp(
    `the header ${JSON.stringify(`${name}: ${value}`)}`,
    { httpHeaders: [{ name, value }] },
    ".httpHeaders[0]",
    says,
  );
}

function outside(name: string, check: object, at: string, says: string): BadCheck {
  return { name, check: { ...tcp, ...check }, at, says, by: "structure" };
}

const badChecks: readonly BadCheck[] = [
  ...["4s", "4s999ms", "5m1s", "100"].map((period) => ({
    name: `a period of ${period}`,
    check: { ...tcp, period, timeout: "1s" },
    at: ".period",
    says: "invalid duration: use 5s to 5m, for example 10s",
  })),
  ...["999ms", "11s", "2.5s"].map((timeout) => ({
    name: `a timeout of ${timeout}`,
    check: { ...tcp, timeout, period: "1m" },
    at: ".timeout",
    says: "invalid duration: use 1s to 10s, for example 2s",
  })),
  ...[{ timeout: "10s" }, { period: "5s", timeout: "5s" }, { period: "10s", timeout: "10000ms" }].map((pace) => ({
    name: `a timeout that isn't less than the period: ${Object.values(pace).join(" ")}`,
    check: { ...tcp, ...pace },
    at: "",
    says: "timeout is not less than period: lower timeout, or raise period",
  })),
  ...["healthz", "/a b", "/a\nb", "/ü", "/\u007f"].map((path) =>
    badHttp(
      `the path ${JSON.stringify(path)}`,
      { path },
      ".path",
      "invalid path: begin with / and use ASCII without spaces, for example /healthz",
    ),
  ),
  ...["99", "600", "2xx", "200-", "399-200", "200-399-400", "200 - 399", "20"].map((status) =>
    badHttp(
      `the status ${status}`,
      { expectedStatuses: ["200", status] },
      ".expectedStatuses[1]",
      "invalid HTTP status or range: use 200 or 200-399, from 100 to 599",
    ),
  ),
  badHeader("Host", "example.com", "Host has its own field: set httpGet.host"),
  ...["Connection", "content-length", "Transfer-Encoding", "UPGRADE", "Expect"].map((name) =>
    badHeader(name, "x", "the check sets this header itself: remove it"),
  ),
  ...["Cookie", "authorization", "Proxy-Authorization", "proxy-x"].map((name) =>
    badHeader(name, "x", "secrets don't belong in a spec that everyone can read: remove this header"),
  ),
  ...[
    ["X Probe", "x"],
    ["X_Probe", "x"],
    ["X-Probe", "a\nb"],
    ["X-Probe", "a\r"],
    ["X-Probe", "ü"],
    ["X-Probe", "a\u0000"],
  ].map(([name = "", value = ""]) =>
    badHeader(
      name,
      value,
      "invalid HTTP header: use a name of letters, digits, and hyphens, and an ASCII value on one line",
    ),
  ),
  badHttp("a host with a port", { host: "example.com:443" }, ".host", "not a hostname"),
  badHttp("an address for a host", { host: "203.0.113.7" }, ".host", "looks like an address"),
  badHttp("a host of 254 characters", { host: `${LABEL}.${LABEL}.${LABEL}.${"b".repeat(62)}` }, ".host", "at most 253"),
  {
    ...badHttp("a host with other letters", { host: "bücher.example" }, ".host", "A-label xn--bcher-kva.example "),
    crdSays: "A-label",
  },
  badHttp("a wildcard for a host", { host: "*.example.com" }, ".host", "not a hostname"),
  outside("port 0", { tcpSocket: { port: 0 } }, ".tcpSocket.port", "at least 1"),
  outside("port 65536", { tcpSocket: { port: 65_536 } }, ".tcpSocket.port", "at most 65535"),
  outside("no port", { tcpSocket: {} }, ".tcpSocket.port", "is required"),
  outside("a failureThreshold of 0", { failureThreshold: 0 }, ".failureThreshold", "at least 1"),
  outside("a failureThreshold of 11", { failureThreshold: 11 }, ".failureThreshold", "at most 10"),
  outside("a successThreshold of 0", { successThreshold: 0 }, ".successThreshold", "at least 1"),
  outside("a successThreshold of 11", { successThreshold: 11 }, ".successThreshold", "at most 10"),
  outside("a minHealthyPercent of 0", { minHealthyPercent: 0 }, ".minHealthyPercent", "at least 1"),
  outside("a minHealthyPercent of 101", { minHealthyPercent: 101 }, ".minHealthyPercent", "at most 100"),
  ...(
    [
      ["a scheme in lower case", { scheme: "https" }, ".scheme", "did you mean HTTPS?"],
      ["a path of 1,025 characters", { path: `/${"a".repeat(1024)}` }, ".path", "at most 1024"],
      ["a host of 255 characters", { host: "a".repeat(255) }, ".host", "at most 254"],
      ["no expected status", { expectedStatuses: [] }, ".expectedStatuses", "at least 1"],
      [
        "9 expected statuses",
        { expectedStatuses: Array.from({ length: 9 }, () => "200") },
        ".expectedStatuses",
        "at most 8",
      ],
      ["a status of 17 characters", { expectedStatuses: ["2".repeat(17)] }, ".expectedStatuses[0]", "at most 16"],
      [
        "9 headers",
        { httpHeaders: Array.from({ length: 9 }, () => ({ name: "a", value: "b" })) },
        ".httpHeaders",
        "at most 8",
      ],
      [
        "a long header name",
        { httpHeaders: [{ name: "a".repeat(65), value: "" }] },
        ".httpHeaders[0].name",
        "at most 64",
      ],
      [
        "a long header value",
        { httpHeaders: [{ name: "a", value: "b".repeat(257) }] },
        ".httpHeaders[0].value",
        "at most 256",
      ],
      ["a header without a value", { httpHeaders: [{ name: "a" }] }, ".httpHeaders[0].value", "is required"],
      ["a body of 257 characters", { bodyContains: "a".repeat(257) }, ".bodyContains", "at most 256"],
    ] as const
  ).map(([name, httpGet, at, says]) => ({ ...badHttp(name, httpGet, at, says), by: "structure" as const })),
  { ...badHttp("a mistyped field", { portt: 80 }, ".portt", "did you mean port?"), by: "unknown" as const },
  {
    name: "a field of none",
    check: { none: { port: 80 } },
    at: ".none.port",
    says: "there is no such field: leave it out",
    by: "unknown",
  },
];

/** Every mistake of a health check is refused with the same words in both places. */
const badInPlaces: readonly SpecCase[] = PLACES.flatMap(({ place, specOf }) =>
  badChecks
    .filter(({ check }) => place !== "spec.healthCheck" || !("none" in check))
    .map(({ name, check, at, says, by, crdSays }): SpecCase => ({
      name: `${place}: ${name}`,
      spec: specOf(check),
      bad: { path: `${place}${at}`, says, by: by ?? "rule", ...(crdSays === undefined ? {} : { crdSays }) },
    })),
);

export const STEERING_CASES: readonly SpecCase[] = [
  ...good,
  ...badSelections,
  ...badWeights,
  ...badKinds,
  ...badInPlaces,
];
