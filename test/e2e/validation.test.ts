import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest, baseZoneManifest, baseZoneText, zoneFileProvider, zoneManifest } from "../lab/manifests.ts";
import { endChecked } from "./checked-zones.ts";
import { aliasShows, zoneShows } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

describe("what is wrong is refused or named", { skip: REAL_SERVERS, concurrency: true }, () => {
  let lab: ClusterLab;
  before(async () => {
    lab = await startClusterLab({ targets: [{ name: "ok.lb.test", type: "A", ttl: 5, data: ["11.8.0.1"] }] });
  });
  after(() => endChecked(lab));

  const alias = (more: Readonly<Record<string, unknown>>): string =>
    aliasManifest({ name: "bad", hostnames: ["ok.example"], targets: ["ok.lb.test"], spec: more });
  const zone = (more: Readonly<Record<string, unknown>>): string =>
    zoneManifest({ domain: "bad.example", provider: zoneFileProvider("bad.example"), spec: more });

  const refused: readonly { readonly name: string; readonly manifest: string; readonly says: RegExp }[] = [
    {
      name: "a URL as a host name",
      manifest: alias({ hostnames: ["https://example.com/"] }),
      says: /spec\.hostnames\[0\].*not a hostname/s,
    },
    {
      name: "a wildcard in the middle",
      manifest: alias({ hostnames: ["a.*.example"] }),
      says: /write it like \*\.example\.com/,
    },
    {
      name: "one name twice",
      manifest: alias({ hostnames: ["a.example", "A.example."] }),
      says: /the same name twice/,
    },
    { name: "no targets", manifest: alias({ targets: [] }), says: /spec\.targets.*at least 1 items/s },
    {
      name: "an address as a host name",
      manifest: alias({ targets: [{ hostname: "192.0.2.1" }] }),
      says: /put it under addresses/,
    },
    {
      name: "a host name and addresses in one target",
      manifest: alias({ targets: [{ hostname: "ok.lb.test", addresses: ["11.8.0.2"] }] }),
      says: /exactly one of hostname, addresses, and resourceRef/,
    },
    {
      name: "its own name as its target",
      manifest: alias({ targets: [{ hostname: "OK.example." }] }),
      says: /would be a loop/,
    },
    { name: "no address", manifest: alias({ targets: [{ addresses: ["192.0.2.256"] }] }), says: /not an address/ },
    {
      name: "a least TTL above the greatest",
      manifest: alias({ ttl: { min: 60, max: 30 } }),
      says: /min is above max/,
    },
    { name: "Fallback to nothing", manifest: alias({ onEmpty: "Fallback" }), says: /fallbackAddresses/ },
    {
      name: "a length of time in days",
      manifest: alias({ maxStaleness: "1d" }),
      says: /use 1s to 8760h, for example 24h/,
    },
    { name: "a misspelt field", manifest: alias({ target: "ok.lb.test" }), says: /unknown field "spec\.target"/ },
    { name: "a zone without provider", manifest: zone({ provider: {} }), says: /exactly one provider/ },
    {
      name: "a zone with both deliveries",
      manifest: zone({
        provider: {
          coreDNS: { zoneFile: { baseZone: { inline: "x" } }, overlay: { configMap: { name: "c", key: "k" } } },
        },
      }),
      says: /exactly one of zoneFile and overlay/,
    },
    {
      name: "a selector that selects nothing",
      manifest: zone({ allowedNamespaces: { from: "Selector" } }),
      says: /needs selector/,
    },
    {
      name: "a certificate's name over UDP",
      manifest: zone({ resolvers: [{ address: "192.0.2.53", serverName: "dns.example" }] }),
      says: /serverName applies only if protocol is TLS or HTTPS/,
    },
  ];
  for (const { name, manifest, says } of refused) {
    test(`kubectl apply refuses ${name}`, async () => {
      const { code, stderr } = await lab.api.kubectl(["apply", "-f", "-"], { input: manifest });
      assert.notEqual(code, 0, "it was accepted");
      assert.match(stderr, says);
    });
  }

  const badBases: readonly { readonly id: string; readonly text: string; readonly says: RegExp }[] = [
    {
      id: "syntax",
      text: `${baseZoneText("syntax.example")}broken IN MX mail\n`,
      says: /False BaseZoneInvalid: .*line 14/,
    },
    { id: "nosoa", text: "@ 60 IN NS ns1\nns1 60 IN A 11.8.0.9\n", says: /False BaseZoneInvalid: .*SOA/ },
    {
      id: "cname",
      text: `${baseZoneText("cname.example")}@ IN CNAME elsewhere.test.\n`,
      says: /False BaseZoneInvalid: .*CNAME/,
    },
    {
      id: "outside",
      text: `${baseZoneText("outside.example")}www.other.test. IN A 11.8.0.9\n`,
      says: /False BaseZoneInvalid: .*other\.test/,
    },
    { id: "missing", text: "", says: /False BaseZoneMissing: .*base-missing-example/ },
  ];
  for (const { id, text, says } of badBases) {
    test(`a base zone with a mistake (${id}) is named in the conditions, and taken once it is corrected`, async () => {
      const domain = `${id}.example`;
      await lab.addZone(domain, { base: text });
      await lab.apply(aliasManifest({ name: id, hostnames: [domain], targets: ["ok.lb.test"] }));
      await zoneShows(lab, `dns-system/${id}-example`, "Ready", says);
      await aliasShows(lab, `web/${id}`, "Programmed", says);
      await lab.apply(baseZoneManifest(domain));
      await addressesBecome(lab.dns, domain, "A", ["11.8.0.1"]);
      await zoneShows(lab, `dns-system/${id}-example`, "Ready", /^True/);
      await aliasShows(lab, `web/${id}`, "Ready", /^True/);
    });
  }

  test("an edit that breaks the base zone leaves the last good one in force, in which names come and follow, and says so", async () => {
    await lab.addZone("edit.example");
    await lab.apply(aliasManifest({ name: "edit", hostnames: ["edit.example"], targets: ["ok.lb.test"] }));
    await aliasShows(lab, "web/edit", "Ready", /^True/);
    await lab.apply(baseZoneManifest("edit.example", "this is no zone"));
    await zoneShows(lab, "dns-system/edit-example", "Programmed", /^False BaseZoneInvalid/);
    await lab.apply(aliasManifest({ name: "edit-new", hostnames: ["new.edit.example"], targets: ["ok.lb.test"] }));
    await addressesBecome(lab.dns, "new.edit.example", "A", ["11.8.0.1"]);
    await addressesBecome(lab.dns, "edit.example", "A", ["11.8.0.1"]);
    await aliasShows(lab, "web/edit-new", "Ready", /^True/);
  });

  test("a name without a zone, and one whose zone does not admit the namespace, say what to do", async () => {
    await lab.addZone("closed.example", { spec: { allowedNamespaces: { from: "Same" } } });
    await lab.apply(
      aliasManifest({ name: "homeless", hostnames: ["nowhere.test"], targets: ["ok.lb.test"] }),
      aliasManifest({ name: "outsider", hostnames: ["closed.example"], targets: ["ok.lb.test"] }),
      aliasManifest({
        name: "insider",
        namespace: "dns-system",
        hostnames: ["closed.example"],
        targets: ["ok.lb.test"],
      }),
    );
    await aliasShows(lab, "web/homeless", "Accepted", /^False NoZone: .*nowhere\.test/);
    await aliasShows(lab, "web/outsider", "Accepted", /^False NamespaceNotAllowed: .*closed\.example/);
    await aliasShows(lab, "dns-system/insider", "Ready", /^True/);
    await lab.apply(
      zoneManifest({
        domain: "nowhere.test",
        provider: { zoneFile: { baseZone: { inline: baseZoneText("nowhere.test") } } },
      }),
    );
    await aliasShows(lab, "web/homeless", "Accepted", /^True/);
    await addressesBecome(lab.dns, "nowhere.test", "A", ["11.8.0.1"]);
  });
});
