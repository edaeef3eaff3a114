import assert from "node:assert/strict";
import { test } from "node:test";
import { createExternalProviders, type ExternalProvidersDeps } from "../../../../src/cli/compose/external-providers.ts";
import { ownerOf } from "../../../../src/cli/compose/owner.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { SecretRead } from "../../../../src/providers/backend.ts";
import type { ReadResult } from "../../../../src/providers/provider.ts";
import { parsedZone } from "./parsed-zone.ts";

const NEVER = new AbortController().signal;
const NAMES = [parseName("example.com")];
const secretRef = { name: "credentials", key: "text" };

interface Play {
  readonly id: string;
  readonly result: ReadResult;
  /** Secrets, and namespaces of DNSEndpoints, that were read. */
  readonly did: readonly string[];
}

async function play(provider: object, secret: SecretRead, more: Partial<ExternalProvidersDeps> = {}): Promise<Play> {
  const did: string[] = [];
  await using providers = createExternalProviders({
    owner: ownerOf({ ownerId: "me", adoptOwnerIds: [] }, () => "me"),
    stores: {
      base: (namespace, name, key) => ({
        location: `ConfigMap ${namespace}/${name}/${key}`,
        read: async () => ({ kind: "ok", text: undefined, revision: "", owner: undefined }),
      }),
    },
    exchange: async () => ({ kind: "unreachable", message: "there is no network" }),
    secretText: (namespace, { name, key }) => {
      const location = `Secret ${namespace}/${name}/${key}`;
      return async () => {
        did.push(location);
        return secret;
      };
    },
    endpointStore: (namespace) => ({
      list: async () => {
        did.push(`DNSEndpoints in ${namespace}`);
        return { kind: "ok", objects: [] };
      },
      put: () => assert.fail("nothing is written"),
      remove: () => assert.fail("nothing is removed"),
    }),
    onBudget: () => undefined,
    ...more,
  });
  const zone = parsedZone(provider);
  const { provider: spec } = zone.spec;
  if (spec.kind === "coreDNSZoneFile" || spec.kind === "coreDNSOverlay" || spec.kind === "transfer") {
    return assert.fail(`${spec.kind} isn't an external provider`);
  }
  const made = providers.providerOf(zone, spec);
  return { id: made.id, result: await made.read(NAMES, NEVER), did };
}

const missing: SecretRead = {
  kind: "refused",
  reason: "SecretMissing",
  message: "Secret dns/credentials has no key text",
};
const away: SecretRead = { kind: "failed", message: "the apiserver cannot be reached" };

/** Each needs a secret, of the zone's own namespace, before it calls anybody. */
const WITH_SECRET: Readonly<Record<string, object>> = {
  rfc2136: { rfc2136: { servers: [{ address: "192.0.2.1" }], tsig: { keyName: "k", secretRef } } },
  powerDNS: { powerDNS: { url: "https://pdns.example", apiKeyRef: secretRef } },
  coreDNSEtcd: {
    coreDNSEtcd: { endpoints: ["https://etcd.example:2379"], auth: { username: "dns", passwordRef: secretRef } },
  },
};

for (const [id, provider] of Object.entries(WITH_SECRET)) {
  test(`${id}: a Secret that isn't there is the user's to make, and its message is passed on`, async () => {
    const played = await play(provider, missing);
    assert.deepEqual([played.id, played.result.kind], [id, "refused"]);
    assert.match(JSON.stringify(played.result), /Secret dns\/credentials has no key text/);
    assert.deepEqual(new Set(played.did), new Set(["Secret dns/credentials/text"]));
  });

  test(`${id}: a Secret that can't be read now is tried again`, async () => {
    const { result } = await play(provider, away);
    assert.equal(result.kind, "failed");
    assert.match(JSON.stringify(result), /the apiserver cannot be reached/);
  });
}

test("without TSIG no Secret is read, and the servers are called", async () => {
  const { result, did } = await play({ rfc2136: { servers: [{ address: "192.0.2.1" }], read: "Query" } }, missing);
  assert.equal(result.kind, "failed");
  assert.match(JSON.stringify(result), /there is no network/);
  assert.deepEqual(did, []);
});

test("DNSEndpoint objects are those of the zone's namespace", async () => {
  const { id, result, did } = await play({ dnsEndpoint: {} }, missing);
  assert.deepEqual([id, result.kind, did], ["dnsEndpoint", "ok", ["DNSEndpoints in dns"]]);
});

test("without a cluster there are no DNSEndpoint objects: the zone is refused, read and written", async () => {
  const { id, result } = await play({ dnsEndpoint: {} }, missing, { endpointStore: undefined });
  assert.equal(id, "dnsEndpoint");
  assert.ok(result.kind === "refused");
  assert.equal(result.reason, "NotSupported");
  assert.match(result.message, /^DnsZone dns\/com: dnsEndpoint requires a cluster/);
});
