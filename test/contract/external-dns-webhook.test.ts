import { systemClock } from "../../src/base/clock.ts";
import { createHttpClient } from "../../src/transport/http-client.ts";
import { BIND_WITH_KEY, KEY, webhookBackend, webhookHand, ZONE } from "../integration/external-dns-webhook/lab.ts";
import { startBind } from "../support/bind.ts";
import { skipWithout } from "../support/component.ts";
import { startEtcd } from "../support/etcd.ts";
import { startExternalDnsWebhook, type ExternalDnsWebhookOptions } from "../support/external-dns-webhook.ts";
import { listSets, putSet, removeSet } from "../support/nsupdate.ts";
import { startPdns } from "../support/pdns.ts";
import { skyDns } from "../support/skydns.ts";
import { zoneText } from "../support/zone-text.ts";
import { CAPABILITIES } from "./capabilities.ts";
import type { ContractBackend } from "./contract-backend.ts";
import { providerContract } from "./provider-contract.ts";

/** The provider's own limits (ExternalDNS v0.22.0), which nothing on this side can mend. */
const COREDNS_CANNOT: ContractBackend["cannot"] = {
  "follows at the apex, beside its MX and TXT": "it lists an MX record as a CNAME, so that the name counts as taken",
  "leaves everything else at the name and beside it alone":
    "it lists an MX record as a CNAME, so that the name counts as taken",
  "keeps somebody's text at the marker's name": "it writes only the first of several texts",
};

const NO_DELEGATIONS: ContractBackend["cannot"] = {
  "knows that a name below a delegation isn't a wildcard's": "its providers list no NS records",
};

const ZONES = { "example.com": zoneText(["www CNAME mail.example.net."]) };

providerContract(
  "externalDNSWebhook against ExternalDNS's inmemory provider",
  async () => {
    const peer = await openPeer({ kind: "inmemory" });
    return { ...peer, ...webhookHand(peer.url), cannot: NO_DELEGATIONS };
  },
  { skip: skipWithout("external-dns-webhook") },
);

providerContract(
  "externalDNSWebhook against ExternalDNS's rfc2136 provider with BIND",
  async () => {
    const bind = await startBind({ zones: ZONES, ...BIND_WITH_KEY });
    const peer = await openPeer({ kind: "rfc2136", host: bind.host, port: bind.port, key: KEY }, bind);
    const tool = { server: bind, zone: ZONE, key: KEY };
    return {
      ...peer,
      cannot: NO_DELEGATIONS,
      // BIND's check-names refuses it by default.
      rejected: { line: "my_app 60 192.0.2.1 2001:db8::1", message: /answers 500/ },
      put: (set) => putSet(tool, set),
      remove: (name, type) => removeSet(tool, name, type),
      list: () => listSets(tool),
    };
  },
  { skip: skipWithout("external-dns-webhook", "named", "nsupdate", "dig") },
);

providerContract(
  "externalDNSWebhook against ExternalDNS's pdns provider with PowerDNS",
  async () => {
    const pdns = await startPdns({
      apiKey: "k3y",
      zones: ZONES,
      tsigKeys: [KEY],
      metadata: { "TSIG-ALLOW-DNSUPDATE": [KEY.name] },
      moreConfig: "dnsupdate=yes",
    });
    const peer = await openPeer({ kind: "pdns", url: pdns.apiUrl, apiKey: "k3y" }, pdns);
    const tool = { server: pdns, zone: ZONE, key: KEY };
    return {
      ...peer,
      cannot: NO_DELEGATIONS,
      rejected: { line: "mapped 60 ::ffff:192.0.2.1", message: /the provider would change .* to "::ffff:192/ },
      put: (set) => putSet(tool, set),
      remove: (name, type) => removeSet(tool, name, type),
      list: () => listSets({ server: pdns, zone: ZONE }),
    };
  },
  { skip: skipWithout("external-dns-webhook", "pdns_server", "sqlite3", "nsupdate", "dig") },
);

providerContract(
  "externalDNSWebhook against ExternalDNS's coredns provider with etcd",
  async () => {
    const etcd = await startEtcd();
    const peer = await openPeer({ kind: "coredns", etcdUrl: etcd.clientUrl }, etcd);
    return { ...peer, ...skyDns(etcd.clientUrl), cannot: { ...COREDNS_CANNOT, ...NO_DELEGATIONS } };
  },
  { skip: skipWithout("external-dns-webhook", "etcd") },
);

interface Peer extends Pick<ContractBackend, "backend" | "capabilities" | "domain">, AsyncDisposable {
  readonly url: string;
}

async function openPeer(provider: ExternalDnsWebhookOptions["provider"], server?: AsyncDisposable): Promise<Peer> {
  const webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider });
  const http = createHttpClient({ clock: systemClock });
  return {
    url: webhook.url,
    backend: webhookBackend({ url: webhook.url, http }),
    capabilities: CAPABILITIES.externalDNSWebhook,
    domain: ZONE,
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await webhook[Symbol.asyncDispose]();
      await server?.[Symbol.asyncDispose]();
    },
  };
}
