import assert from "node:assert/strict";
import { test } from "node:test";
import type { TenantsSpec } from "../../../../src/api/dns-zone.ts";
import { parseHostnamePattern } from "../../../../src/api/zone/hostname-pattern.ts";
import { parseOwnerName } from "../../../../src/dns/name/name.ts";
import { indexZones, refusalsOf, zonesFor } from "../../../../src/plan/claims.ts";
import type { NamespaceLabels } from "../../../../src/plan/domain/admission.ts";
import { asAllowed, followsPrivate } from "../../../../src/plan/domain/private-addresses.ts";
import { refusedHostname } from "../../../../src/plan/domain/tenants.ts";
import { alias, zone } from "../../../support/objects.ts";

type Limits = Partial<Omit<TenantsSpec, "hostnames">> & { readonly hostnames?: readonly string[] };

function tenants({ hostnames, ...more }: Limits): TenantsSpec {
  return {
    wildcards: "Allow",
    privateAddresses: "Deny",
    ...more,
    ...(hostnames && { hostnames: hostnames.map(parseHostnamePattern) }),
  };
}

const LABELS: NamespaceLabels = new Map([
  ["web", { "example.com/team": "Shop" }],
  ["dotted", { "example.com/team": "x.shop" }],
  ["empty", { "example.com/team": "" }],
]);
const OWN = ["*.{namespace}.example.com"];
const TEAM = ["*.{label:example.com/team}.example.com"];

const CASES: readonly {
  readonly name: string;
  readonly limits: Limits;
  readonly namespace?: string;
  readonly hostname: string;
  readonly allowed: boolean;
}[] = [
  { name: "without patterns every name is allowed", limits: {}, hostname: "example.com", allowed: true },
  {
    name: "a name of the namespace's subdomain",
    limits: { hostnames: OWN },
    hostname: "a.web.example.com",
    allowed: true,
  },
  { name: "deep below it", limits: { hostnames: OWN }, hostname: "a.b.web.example.com", allowed: true },
  { name: "not the subdomain itself", limits: { hostnames: OWN }, hostname: "web.example.com", allowed: false },
  { name: "not the apex", limits: { hostnames: OWN }, hostname: "example.com", allowed: false },
  { name: "not another team's name", limits: { hostnames: OWN }, hostname: "a.api.example.com", allowed: false },
  {
    name: "patterns end at label boundaries",
    limits: { hostnames: OWN },
    hostname: "a.evilweb.example.com",
    allowed: false,
  },
  { name: "a wildcard below it", limits: { hostnames: OWN }, hostname: "*.web.example.com", allowed: true },
  { name: "a wildcard above it", limits: { hostnames: OWN }, hostname: "*.example.com", allowed: false },
  {
    name: "the DnsZone's own namespace",
    limits: { hostnames: OWN },
    namespace: "dns",
    hostname: "example.com",
    allowed: true,
  },
  {
    name: "a pattern without *",
    limits: { hostnames: ["{namespace}.example.com."] },
    hostname: "web.example.com",
    allowed: true,
  },
  {
    name: "… is that name only",
    limits: { hostnames: ["{namespace}.example.com"] },
    hostname: "a.web.example.com",
    allowed: false,
  },
  {
    name: "a variable as a part of a label",
    limits: { hostnames: ["*.t-{namespace}.example.com"] },
    hostname: "a.t-web.example.com",
    allowed: true,
  },
  {
    name: "upper case in a pattern",
    limits: { hostnames: ["WWW.Example.COM"] },
    hostname: "www.example.com",
    allowed: true,
  },
  {
    name: "any of several patterns",
    limits: { hostnames: [...OWN, "www.example.com"] },
    hostname: "www.example.com",
    allowed: true,
  },
  {
    name: "the value of a label, in lower case",
    limits: { hostnames: TEAM },
    hostname: "a.shop.example.com",
    allowed: true,
  },
  { name: "another value", limits: { hostnames: TEAM }, hostname: "a.web.example.com", allowed: false },
  {
    name: "a namespace without the label",
    limits: { hostnames: TEAM },
    namespace: "api",
    hostname: "a.api.example.com",
    allowed: false,
  },
  {
    name: "… nor the name that the pattern has without it",
    limits: { hostnames: TEAM },
    namespace: "api",
    hostname: "a.example.com",
    allowed: false,
  },
  {
    name: "an empty value",
    limits: { hostnames: TEAM },
    namespace: "empty",
    hostname: "a.example.com",
    allowed: false,
  },
  {
    name: "a value with a dot doesn't lead into another team's names",
    limits: { hostnames: TEAM },
    namespace: "dotted",
    hostname: "a.x.shop.example.com",
    allowed: false,
  },
  { name: "wildcards are denied", limits: { wildcards: "Deny" }, hostname: "*.web.example.com", allowed: false },
  { name: "… and other names are not", limits: { wildcards: "Deny" }, hostname: "web.example.com", allowed: true },
  {
    name: "… nor those of the own namespace",
    limits: { wildcards: "Deny" },
    namespace: "dns",
    hostname: "*.example.com",
    allowed: true,
  },
];

for (const { name, limits, namespace = "web", hostname, allowed } of CASES) {
  test(`${name}: ${hostname} is ${allowed ? "allowed" : "refused"} to ${namespace}`, () => {
    const of = zone("dns/com", "example.com", { tenants: tenants(limits) });
    const message = refusedHostname(of, namespace, parseOwnerName(hostname), LABELS);
    assert.equal(message === undefined, allowed, message ?? "");
  });
}

test("a refusal names the hostname, the DnsZone, and the patterns of the namespace", () => {
  const message = (namespace: string): string | undefined =>
    refusedHostname(
      zone("dns/com", "example.com", { tenants: tenants({ hostnames: [...TEAM, "*.{label:other}.example.com"] }) }),
      namespace,
      parseOwnerName("example.com"),
      LABELS,
    );
  assert.equal(
    message("web"),
    "DnsZone dns/com does not allow the hostname example.com to namespace web. spec.tenants.hostnames allows it *.shop.example.com. Choose another hostname, or ask the owner of the DnsZone to allow this one",
  );
  assert.match(
    message("api") ?? "",
    /has no pattern for the labels of this namespace \(\*\.\{label:example\.com\/team\}\.example\.com, /,
  );
});

test("a refused hostname doesn't go to a DnsZone above, and a second DnsZone of the domain can take it", () => {
  const strict = zone("dns/strict", "shop.example.com", { tenants: tenants({ hostnames: ["www.shop.example.com"] }) });
  const above = zone("dns/com", "example.com");
  const open = zone("dns/open", "shop.example.com");
  const find = (...zones: readonly ReturnType<typeof zone>[]) =>
    zonesFor(parseOwnerName("a.shop.example.com"), "web", indexZones(zones), LABELS);
  const alone = find(strict, above);
  assert.equal(alone.kind === "none" && alone.reason, "HostnameNotAllowed");
  const both = find(strict, above, open);
  assert.deepEqual(both.kind === "zones" && both.zones.map(({ meta }) => meta.name), ["open"]);
  assert.deepEqual(
    refusalsOf(both).map(({ reason, message }) => [reason, message.includes("dns/strict")]),
    [["HostnameNotAllowed", true]],
  );
});

const PRIVATE = alias("web/shop", {
  targets: ["lb.test", ["10.0.0.1", "93.184.216.34", "203.0.113.7", "fd00::1"]],
  spec: { allowPrivate: true, fallbackAddresses: ["127.0.0.1", "2001:db8::1"] },
});

test("with Deny, an alias of another namespace has no private addresses", () => {
  const deny = zone("dns/com", "example.com");
  const { spec } = asAllowed(deny, PRIVATE);
  assert.deepEqual(spec.targets, [
    PRIVATE.spec.targets[0],
    { kind: "addresses", priority: 0, addresses: ["93.184.216.34", "203.0.113.7"] },
  ]);
  assert.deepEqual(spec.fallbackAddresses, ["2001:db8::1"]);
  assert.equal(spec.allowPrivate, false);
  assert.equal(followsPrivate(deny, PRIVATE), false);
});

test("with Allow, and in the DnsZone's own namespace, an alias is taken as it is", () => {
  for (const one of [
    zone("dns/com", "example.com", { tenants: tenants({ privateAddresses: "Allow" }) }),
    zone("web/com", "example.com"),
  ]) {
    assert.equal(asAllowed(one, PRIVATE), PRIVATE);
    assert.equal(followsPrivate(one, PRIVATE), true);
  }
  assert.equal(followsPrivate(zone("web/com", "example.com"), alias("web/shop")), false);
});
