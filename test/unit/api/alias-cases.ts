import { REFERENCE_CASES } from "./reference-cases.ts";
import { STEERING_CASES } from "./steering-cases.ts";

/** A spec, and what must be said of it: by the apiserver and by the program alike. */
export interface SpecCase {
  readonly name: string;
  readonly spec: unknown;
  /** Absent: the spec is good. */
  readonly bad?: {
    readonly path: string;
    /** A part of the message. */
    readonly says: string;
    /**
     * `rule`: the apiserver says the very same sentence. `structure`: it refuses with its own words for the same field. `program`: it accepts, because CEL
     * cannot see it, and the program refuses. `unknown`: an unknown field, refused where typing mistakes are looked for.
     */
    readonly by: "rule" | "structure" | "program" | "unknown";
    /** What the CRD's message of the rule says, where ours says more. */
    readonly crdSays?: string;
  };
}

const targets = [{ hostname: "d111.cloudfront.example" }];
const label = "a".repeat(63);
const name253 = `${"a".repeat(61)}.${label}.${label}.${label}`;

function named(...hostnames: readonly string[]): object {
  return { hostnames, targets };
}

function aimed(...list: readonly unknown[]): object {
  return { hostnames: ["example.com"], targets: list };
}

function also(fields: object): object {
  return { hostnames: ["example.com"], targets, ...fields };
}

const NOT_A_HOST = "not a hostname";

const good: readonly SpecCase[] = [
  { name: "name and target are enough", spec: named("example.com") },
  {
    name: "every field",
    spec: also({
      hostnames: ["example.com", "*.example.com", "_sip.example.com"],
      targets: [{ hostname: "lb.example.net." }, { addresses: ["203.0.113.7", "2001:db8::7"] }],
      ipFamilies: ["IPv6"],
      ttl: { min: 60, max: 120 },
      onEmpty: "Withdraw",
      onStale: "Fallback",
      fallbackAddresses: ["192.0.2.1"],
      maxStaleness: "1h30m",
      allowPrivate: true,
      paused: true,
    }),
  },
  { name: "an HTTPS alias", spec: also({ httpsAlias: true, ipFamilies: ["IPv6", "IPv4"] }) },
  { name: "no HTTPS alias, of addresses", spec: { ...aimed({ addresses: ["192.0.2.1"] }), httpsAlias: false } },
  { name: "a name with other letters, in A-labels", spec: named("xn--bcher-kva.example", "xn--e1afmkfd.example") },
  { name: "upper case and a final dot", spec: named("Example.COM.") },
  { name: "a name of 253 characters and a final dot", spec: named(`${name253}.`) },
  { name: "a name of one label", spec: named("localhost") },
  { name: "a label of digits in front", spec: named("123.example") },
  { name: "two wildcards", spec: named("*.example.com", "*.shop.example.com") },
  { name: "64 names", spec: named(...Array.from({ length: 64 }, (_, n) => `n${n}.example.com`)) },
  { name: "16 targets", spec: aimed(...Array.from({ length: 16 }, (_, n) => ({ hostname: `t${n}.example.net` }))) },
  { name: "only static addresses", spec: aimed({ addresses: ["203.0.113.7"] }) },
  { name: "IPv6 in a long spelling", spec: aimed({ addresses: ["2001:0DB8:0:0:0:0:0:7", "2001:db8::ffff:0:0:1"] }) },
  { name: "ttl with max alone", spec: also({ ttl: { max: 20 } }) },
  { name: "ttl with min equal to max", spec: also({ ttl: { min: 60, max: 60 } }) },
  { name: "an empty ttl", spec: also({ ttl: {} }) },
  { name: "a null where a default is", spec: also({ onEmpty: null }) },
  { name: "a null where no default is", spec: also({ ttl: null }) },
  { name: "a staleness in Go's own spelling", spec: also({ maxStaleness: "24h0m0s" }) },
  { name: "a staleness from small to large units", spec: also({ maxStaleness: "500ms90s1h" }) },
  { name: "the longest staleness", spec: also({ maxStaleness: "8760h" }) },
  { name: "fallback addresses that no policy uses", spec: also({ fallbackAddresses: ["192.0.2.1"] }) },
  {
    name: "a target below an own wildcard",
    spec: { hostnames: ["*.example.com"], targets: [{ hostname: "lb.example.com" }] },
  },
];

const badNames: readonly SpecCase[] = [
  { name: "no names", spec: named(), bad: { path: "spec.hostnames", says: "at least 1", by: "structure" } },
  {
    name: "65 names",
    spec: named(...Array.from({ length: 65 }, (_, n) => `n${n}.example.com`)),
    bad: { path: "spec.hostnames", says: "at most 64", by: "structure" },
  },
  { name: "names missing", spec: { targets }, bad: { path: "spec.hostnames", says: "is required", by: "structure" } },
  {
    name: "a name that is a number",
    spec: { hostnames: [42], targets },
    bad: { path: "spec.hostnames[0]", says: "must be text, not a number", by: "structure" },
  },
  {
    name: "one name that is no list",
    spec: { hostnames: "example.com", targets },
    bad: { path: "spec.hostnames", says: "must be a list", by: "structure" },
  },
  {
    name: "an empty name",
    spec: named(""),
    bad: { path: "spec.hostnames[0]", says: "must not be empty", by: "structure" },
  },
  {
    name: "the same name twice",
    spec: named("example.com", "example.com"),
    bad: { path: "spec.hostnames[1]", says: "twice", by: "structure" },
  },
  {
    name: "the same name in two spellings",
    spec: named("example.com", "EXAMPLE.com."),
    bad: { path: "spec.hostnames", says: "the same name twice", by: "rule" },
  },
  {
    name: "an empty label",
    spec: named("a..example.com"),
    bad: { path: "spec.hostnames[0]", says: NOT_A_HOST, by: "rule" },
  },
  {
    name: "a leading dot",
    spec: named(".example.com"),
    bad: { path: "spec.hostnames[0]", says: NOT_A_HOST, by: "rule" },
  },
  { name: "the root", spec: named("."), bad: { path: "spec.hostnames[0]", says: NOT_A_HOST, by: "rule" } },
  {
    name: "a label of 64",
    spec: named(`${label}a.example.com`),
    bad: { path: "spec.hostnames[0]", says: NOT_A_HOST, by: "rule" },
  },
  {
    name: "a hyphen at the start",
    spec: named("-a.example.com"),
    bad: { path: "spec.hostnames[0]", says: NOT_A_HOST, by: "rule" },
  },
  {
    name: "a hyphen at the end",
    spec: named("a-.example.com"),
    bad: { path: "spec.hostnames[0]", says: NOT_A_HOST, by: "rule" },
  },
  { name: "a space", spec: named("exam ple.com"), bad: { path: "spec.hostnames[0]", says: NOT_A_HOST, by: "rule" } },
  {
    name: "a URL",
    spec: named("https://example.com/"),
    bad: { path: "spec.hostnames[0]", says: "no scheme, port or path", by: "rule" },
  },
  { name: "a port", spec: named("example.com:443"), bad: { path: "spec.hostnames[0]", says: NOT_A_HOST, by: "rule" } },
  {
    name: "a percent sign",
    spec: named("%41.example.com"),
    bad: { path: "spec.hostnames[0]", says: NOT_A_HOST, by: "rule" },
  },
  {
    name: "a backslash",
    spec: named("a\\.b.example.com"),
    bad: { path: "spec.hostnames[0]", says: NOT_A_HOST, by: "rule" },
  },
  {
    name: "a backquote and a quote",
    spec: named("a`'b.example.com"),
    bad: { path: "spec.hostnames[0]", says: NOT_A_HOST, by: "rule" },
  },
  {
    name: "254 characters without a final dot",
    spec: named(`a${name253}`),
    bad: { path: "spec.hostnames[0]", says: "at most 253", by: "rule" },
  },
  {
    name: "255 characters",
    spec: named(`abc.${name253}`),
    bad: { path: "spec.hostnames[0]", says: "too long", by: "structure" },
  },
  {
    name: "a wildcard in the middle",
    spec: named("a.*.example.com"),
    bad: { path: "spec.hostnames[0]", says: "leftmost label", by: "rule" },
  },
  {
    name: "a wildcard that is part of a label",
    spec: named("www*.example.com"),
    bad: { path: "spec.hostnames[0]", says: "leftmost label", by: "rule" },
  },
  {
    name: "a wildcard alone",
    spec: named("*"),
    bad: { path: "spec.hostnames[0]", says: "leftmost label", by: "rule" },
  },
  {
    name: "two wildcards in one name",
    spec: named("*.*.example.com"),
    bad: { path: "spec.hostnames[0]", says: "leftmost label", by: "rule" },
  },
  {
    name: "an address for a name",
    spec: named("203.0.113.7"),
    bad: { path: "spec.hostnames[0]", says: "write a name", by: "rule" },
  },
  {
    name: "a name with other letters",
    spec: named("münchen.example.com"),
    bad: {
      path: "spec.hostnames[0]",
      says: "write its A-label xn--mnchen-3ya.example.com (RFC 5890)",
      crdSays: "A-label",
      by: "rule",
    },
  },
  {
    name: "a wildcard with other letters",
    spec: named("*.bücher.example"),
    bad: { path: "spec.hostnames[0]", says: "A-label *.xn--bcher-kva.example ", crdSays: "A-label", by: "rule" },
  },
  {
    name: "letters that have no A-label",
    spec: named("\u200b.example"),
    bad: { path: "spec.hostnames[0]", says: "cannot be written in A-labels", crdSays: "A-label", by: "rule" },
  },
  {
    name: "a wildcard that is too long in A-labels",
    spec: named(`*.${label}.${label}.${label}.${"ü".repeat(54)}`),
    bad: { path: "spec.hostnames[0]", says: "cannot be written in A-labels", crdSays: "A-label", by: "rule" },
  },
  {
    name: "an A-label that is longer than 63",
    spec: named(`${"ü".repeat(60)}.example`),
    bad: { path: "spec.hostnames[0]", says: "cannot be written in A-labels", crdSays: "A-label", by: "rule" },
  },
];

const badTargets: readonly SpecCase[] = [
  {
    name: "a target with other letters",
    spec: { hostnames: ["example.com"], targets: [{ hostname: "bücher.example" }] },
    bad: {
      path: "spec.targets[0].hostname",
      says: "A-label xn--bcher-kva.example ",
      crdSays: "A-label",
      by: "rule",
    },
  },
  { name: "no targets", spec: aimed(), bad: { path: "spec.targets", says: "at least 1", by: "structure" } },
  {
    name: "17 targets",
    spec: aimed(...Array.from({ length: 17 }, (_, n) => ({ hostname: `t${n}.example.net` }))),
    bad: { path: "spec.targets", says: "at most 16", by: "structure" },
  },
  {
    name: "an empty target",
    spec: aimed({}),
    bad: { path: "spec.targets[0]", says: "exactly one of hostname, addresses, and resourceRef", by: "rule" },
  },
  {
    name: "a target with both",
    spec: aimed({ hostname: "a.example", addresses: ["192.0.2.1"] }),
    bad: { path: "spec.targets[0]", says: "use two targets", by: "rule" },
  },
  {
    name: "an address for a target's name",
    spec: aimed({ hostname: "203.0.113.7" }),
    bad: { path: "spec.targets[0].hostname", says: "put it under addresses", by: "rule" },
  },
  {
    name: "an IPv6 address for a target's name",
    spec: aimed({ hostname: "2001:db8::7" }),
    bad: { path: "spec.targets[0].hostname", says: NOT_A_HOST, by: "rule" },
  },
  {
    name: "a wildcard target",
    spec: aimed({ hostname: "*.example.net" }),
    bad: { path: "spec.targets[0].hostname", says: "cannot be a wildcard", by: "rule" },
  },
  {
    name: "a target that is an own name",
    spec: aimed({ hostname: "a.example" }, { hostname: "Example.com." }),
    bad: { path: "spec.targets[1].hostname", says: "would be a loop", by: "rule" },
  },
  {
    name: "a text for a target",
    spec: aimed("lb.example.net"),
    bad: { path: "spec.targets[0]", says: "must be a mapping", by: "structure" },
  },
  {
    name: "no addresses",
    spec: aimed({ addresses: [] }),
    bad: { path: "spec.targets[0].addresses", says: "at least 1", by: "structure" },
  },
  {
    name: "the same address twice",
    spec: aimed({ addresses: ["192.0.2.1", "192.0.2.1"] }),
    bad: { path: "spec.targets[0].addresses[1]", says: "twice", by: "structure" },
  },
  ...[
    "1.2.3",
    "010.0.0.1",
    "1.2.3.4/32",
    "fe80::1%eth0",
    "::ffff:1.2.3.4",
    "[2001:db8::1]",
    "0x7f.0.0.1",
    "1.2.3.4:80",
    "lb.example.net",
  ].map((text): SpecCase => ({
    name: `${text} for an address`,
    spec: aimed({ addresses: [text] }),
    bad: { path: "spec.targets[0].addresses[0]", says: "not an address", by: "rule" },
  })),
];

const badSettings: readonly SpecCase[] = [
  {
    name: "a family that does not exist",
    spec: also({ ipFamilies: ["IPv5"] }),
    bad: { path: "spec.ipFamilies[0]", says: "did you mean IPv4?", by: "structure" },
  },
  {
    name: "no family",
    spec: also({ ipFamilies: [] }),
    bad: { path: "spec.ipFamilies", says: "at least 1", by: "structure" },
  },
  {
    name: "ttl.min above ttl.max",
    spec: also({ ttl: { min: 61, max: 60 } }),
    bad: { path: "spec.ttl", says: "lower min or raise max", by: "rule" },
  },
  {
    name: "a TTL of 0",
    spec: also({ ttl: { min: 0 } }),
    bad: { path: "spec.ttl.min", says: "at least 1", by: "structure" },
  },
  {
    name: "a TTL over a day",
    spec: also({ ttl: { max: 86_401 } }),
    bad: { path: "spec.ttl.max", says: "at most 86400", by: "structure" },
  },
  {
    name: "a TTL that is text",
    spec: also({ ttl: { max: "60" } }),
    bad: { path: "spec.ttl.max", says: "must be a whole number, not text", by: "structure" },
  },
  {
    name: "a TTL with a fraction",
    spec: also({ ttl: { max: 60.5 } }),
    bad: { path: "spec.ttl.max", says: "a fraction", by: "structure" },
  },
  {
    name: "named targets",
    spec: also({
      targets: [
        { name: "main", hostname: "a.example" },
        { name: "1-x", addresses: ["192.0.2.1"] },
        { hostname: "b.example" },
      ],
    }),
  },
  ...["Main", "a.b", "-a", "a-", "mäin", "a b", "a_b"].map((text): SpecCase => ({
    name: `a target named ${text}`,
    spec: also({ targets: [{ name: text, hostname: "a.example" }] }),
    bad: { path: "spec.targets[0].name", says: "invalid target name: use 1 to 63", by: "rule" },
  })),
  {
    name: "a target name of digits only",
    spec: also({ targets: [{ name: "203", hostname: "a.example" }] }),
    bad: { path: "spec.targets[0].name", says: "looks like an address", by: "rule" },
  },
  {
    name: "a target name of 64 characters",
    spec: also({ targets: [{ name: "a".repeat(64), hostname: "a.example" }] }),
    bad: { path: "spec.targets[0].name", says: "at most 63", by: "structure" },
  },
  {
    name: "a target name twice",
    spec: also({
      targets: [
        { name: "main", hostname: "a.example" },
        { name: "main", addresses: ["192.0.2.1"] },
      ],
    }),
    bad: { path: "spec.targets", says: "duplicate target name: rename one", by: "rule" },
  },
  {
    name: "the former word for Keep",
    spec: also({ onEmpty: "Hold" }),
    bad: { path: "spec.onEmpty", says: "did you mean Keep?", by: "structure" },
  },
  {
    name: "an unknown policy",
    spec: also({ onEmpty: "Delete" }),
    bad: { path: "spec.onEmpty", says: "must be one of Keep, Withdraw, Fallback", by: "structure" },
  },
  {
    name: "Fallback without addresses",
    spec: also({ onEmpty: "Fallback" }),
    bad: { path: "spec", says: "list at least one", by: "rule" },
  },
  {
    name: "Fallback with an empty list",
    spec: also({ onStale: "Fallback", fallbackAddresses: [] }),
    bad: { path: "spec", says: "list at least one", by: "rule" },
  },
  {
    name: "a fallback address that is none",
    spec: also({ fallbackAddresses: ["nowhere"] }),
    bad: { path: "spec.fallbackAddresses[0]", says: "not an address", by: "rule" },
  },
  ...[
    "::8.8.8.8",
    "::2",
    "::ffff:0:808:808",
    "64:ff9b::808:808",
    "64:ff9b:1::8.8.8.8",
    "2001:0:1::1",
    "2002:808:808::1",
  ].map((text): SpecCase => ({
    name: `the address ${text}, which carries an IPv4 address`,
    spec: also({ targets: [{ addresses: ["192.0.2.1", text] }] }),
    bad: { path: "spec.targets[0].addresses[1]", says: "carries an IPv4 address", by: "rule" },
  })),
  {
    name: "a fallback address that carries an IPv4 address",
    spec: also({ fallbackAddresses: ["2002::1"] }),
    bad: { path: "spec.fallbackAddresses[0]", says: "carries an IPv4 address", by: "rule" },
  },
  {
    name: "an IPv4-mapped address",
    spec: also({ targets: [{ addresses: ["::ffff:34.56.78.200"] }] }),
    bad: { path: "spec.targets[0].addresses[0]", says: "IPv4-mapped form", by: "rule" },
  },
  ...["::", "::1", "0:0:0:0:0:0:0:1", "2001:db8::7", "fd00::1", "2001:1::1", "64:ff9b:2::1"].map((text): SpecCase => ({
    name: `the address ${text}`,
    spec: also({ targets: [{ addresses: [text] }] }),
  })),
  ...["1d", "24", "-1h", "1.5h", "0s", "999ms", "8761h", "24 h", "99999h", "100000s"].map((text): SpecCase => ({
    name: `a staleness of ${text}`,
    spec: also({ maxStaleness: text }),
    bad: { path: "spec.maxStaleness", says: "invalid duration: use 1s to 8760h, for example 24h", by: "rule" },
  })),
  {
    name: "paused as text",
    spec: also({ paused: "yes" }),
    bad: { path: "spec.paused", says: "must be true or false, not text", by: "structure" },
  },
  {
    name: "an HTTPS alias of two targets",
    spec: { ...aimed(...targets, { hostname: "b.example" }), httpsAlias: true },
    bad: { path: "spec", says: "leads to one hostname", by: "rule" },
  },
  {
    name: "an HTTPS alias of addresses",
    spec: { ...aimed({ addresses: ["192.0.2.1"] }), httpsAlias: true },
    bad: { path: "spec", says: "leads to one hostname", by: "rule" },
  },
  {
    name: "an HTTPS alias of one family",
    spec: also({ httpsAlias: true, ipFamilies: ["IPv4"] }),
    bad: { path: "spec", says: "list both families", by: "rule" },
  },
  {
    name: "an HTTPS alias as text",
    spec: also({ httpsAlias: "yes" }),
    bad: { path: "spec.httpsAlias", says: "must be true or false, not text", by: "structure" },
  },
  {
    name: "a mistyped field",
    spec: also({ hostname: ["example.org"] }),
    bad: { path: "spec.hostname", says: "did you mean hostnames?", by: "unknown" },
  },
  {
    name: "a mistyped field of a target",
    spec: aimed({ hostname: "a.example", adresses: ["192.0.2.1"] }),
    bad: { path: "spec.targets[0].adresses", says: "did you mean addresses?", by: "unknown" },
  },
];

export const ALIAS_CASES: readonly SpecCase[] = [
  ...good,
  ...badNames,
  ...badTargets,
  ...badSettings,
  ...REFERENCE_CASES,
  ...STEERING_CASES,
];
