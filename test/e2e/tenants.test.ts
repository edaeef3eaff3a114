import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest, baseZoneText } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { answerData, dig } from "../support/dig.ts";
import { aliasShows, readAlias } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

const DOMAIN = "teams.example";
const TENANTS = {
  hostnames: [`*.{namespace}.${DOMAIN}`, `*.{label:team}.${DOMAIN}`],
  wildcards: "Deny",
  privateAddresses: "Deny",
  maxHostnames: 2,
};

/** In a DnsZone with `spec.tenants`, one namespace asks for all that it must not have. Servers: kube-apiserver, Unbound, CoreDNS by zoneFile. */
describe("a DnsZone that limits its tenants", { skip: REAL_SERVERS }, () => {
  let lab: ClusterLab;

  before(async () => {
    lab = await startClusterLab({ targets: [{ name: "inside.lb.test", type: "A", ttl: 5, data: ["10.9.9.9"] }] });
    await lab.addZone(DOMAIN, {
      base: baseZoneText(DOMAIN),
      spec: { allowedNamespaces: { from: "All" }, tenants: TENANTS, guard: { maxDeletePercent: 100 } },
    });
    await lab.apply(fixed("ours", "shop", [`www.shop.${DOMAIN}`], "11.1.1.1"));
    await aliasShows(lab, "shop/ours", "Ready", /^True/);
  });
  after(() => lab[Symbol.asyncDispose]());

  test("each namespace keeps its own subdomain, whoever asks first", async () => {
    await lab.apply(
      fixed("thief", "web", [`api.shop.${DOMAIN}`, DOMAIN, `*.web.${DOMAIN}`, `mine.web.${DOMAIN}`], "11.6.6.6"),
    );
    const thief = await aliasShows(lab, "web/thief", "Accepted", /^False HostnameNotAllowed/);
    assert.match(thief.condition("Accepted"), new RegExp(`api\\.shop\\.${DOMAIN} .* allows it \\*\\.web\\.${DOMAIN}`));
    await addressesBecome(lab.dns, `mine.web.${DOMAIN}`, "A", ["11.6.6.6"]);
    await lab.apply(fixed("api", "shop", [`api.shop.${DOMAIN}`], "11.1.1.2"));
    await addressesBecome(lab.dns, `api.shop.${DOMAIN}`, "A", ["11.1.1.2"]);
    assert.deepEqual(await addresses(`www.shop.${DOMAIN}`), ["11.1.1.1"]);
    assert.deepEqual(await addresses(`x.web.${DOMAIN}`), []);
    assert.match((await readAlias(lab, "shop/ours")).condition("Ready"), /^True/);
    await lab.kubectl("delete", "dnsalias", "thief", "-n", "web");
    await waitFor("the withdrawal", async () => assert.deepEqual(await addresses(`mine.web.${DOMAIN}`), []));
  });

  test("a private address of another namespace isn't published, from a lookup or from the manifest", async () => {
    await lab.apply(
      aliasManifest({
        name: "inside",
        hostnames: [`inside.web.${DOMAIN}`],
        targets: ["inside.lb.test", ["10.9.9.8", "11.6.6.7"]],
        spec: { allowPrivate: true },
      }),
    );
    const shown = await aliasShows(lab, "web/inside", "Resolved", /^False SpecialUseRefused/);
    assert.match(shown.condition("Resolved"), /10\.9\.9\.9.*so 10\.9\.9\.8 is left out.*ignores spec\.allowPrivate/);
    await addressesBecome(lab.dns, `inside.web.${DOMAIN}`, "A", ["11.6.6.7"]);
    await patchZone({ privateAddresses: "Allow" });
    await addressesBecome(lab.dns, `inside.web.${DOMAIN}`, "A", ["10.9.9.8", "10.9.9.9", "11.6.6.7"]);
    await patchZone({ privateAddresses: "Deny" });
    await addressesBecome(lab.dns, `inside.web.${DOMAIN}`, "A", ["11.6.6.7"]);
    await lab.kubectl("delete", "dnsalias", "inside", "-n", "web");
  });

  test("the youngest hostname beyond the limit waits until there is room", async () => {
    for (const name of ["one", "two"]) {
      await lab.apply(fixed(name, "web", [`${name}.web.${DOMAIN}`], "11.6.6.8"));
      await addressesBecome(lab.dns, `${name}.web.${DOMAIN}`, "A", ["11.6.6.8"]);
    }
    await lab.apply(fixed("three", "web", [`three.web.${DOMAIN}`], "11.6.6.8"));
    await aliasShows(lab, "web/three", "Accepted", /^False HostnameNotAllowed: .*spec\.tenants\.maxHostnames/);
    assert.deepEqual(await addresses(`three.web.${DOMAIN}`), []);
    await lab.kubectl("delete", "dnsalias", "one", "-n", "web");
    await addressesBecome(lab.dns, `three.web.${DOMAIN}`, "A", ["11.6.6.8"]);
    await lab.kubectl("delete", "dnsalias", "two", "three", "-n", "web");
  });

  test("a label of the namespace gives it the names of its team", async () => {
    await lab.apply(fixed("team", "web", [`www.blue.${DOMAIN}`], "11.6.6.9"));
    await aliasShows(lab, "web/team", "Accepted", /^False HostnameNotAllowed/);
    await lab.kubectl("label", "namespace", "web", "team=blue");
    await addressesBecome(lab.dns, `www.blue.${DOMAIN}`, "A", ["11.6.6.9"]);
  });

  async function addresses(name: string): Promise<readonly string[]> {
    return answerData(await dig(lab.dns, name, "A"), "A");
  }

  function patchZone(tenants: object): Promise<unknown> {
    const patch = JSON.stringify({ spec: { tenants } });
    return lab.kubectl("patch", "dnszone", "teams-example", "-n", "dns-system", "--type=merge", `--patch=${patch}`);
  }
});

function fixed(name: string, namespace: string, hostnames: readonly string[], address: string): string {
  return aliasManifest({ name, namespace, hostnames, targets: [[address]] });
}
