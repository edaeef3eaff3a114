import assert from "node:assert/strict";
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import { listAt, numberAt, textAt, textsAt } from "../../../src/base/json.ts";
import { displayName, type Name, parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import type { RRset } from "../../../src/dns/record.ts";
import type { RecordBackend } from "../../../src/providers/backend.ts";
import { createWebhookBackend } from "../../../src/providers/external-dns-webhook/webhook.ts";
import { sortedSets } from "../../../src/providers/rrset-changes.ts";
import { canonicalData } from "../../../src/providers/canonical-rdata.ts";
import type { HttpClient } from "../../../src/transport/http-client.ts";
import type { ToolKey } from "../../support/nsupdate.ts";
import { tlsOf } from "../../support/tls-source.ts";

export const ZONE = parseName("example.com");
export const KEY: ToolKey = {
  name: "update",
  algorithm: "hmac-sha256",
  secret: "c2VjcmV0LW9mLXRoZS10ZXN0cy0wMTIzNDU2Nzg5",
};
/** For BIND: who may update with {@link KEY}. */
export const BIND_WITH_KEY = {
  moreConfig: `key "${KEY.name}" { algorithm ${KEY.algorithm}; secret "${KEY.secret}"; };`,
  moreZone: `allow-update { key "${KEY.name}"; };`,
};

export interface BackendOptions {
  readonly url: string;
  readonly http: HttpClient;
  readonly domain?: string;
  readonly clock?: Clock;
}

export function webhookBackend({ url, http, domain, clock = systemClock }: BackendOptions): RecordBackend {
  return createWebhookBackend({
    spec: { url },
    domain: domain === undefined ? ZONE : parseName(domain),
    http,
    tls: tlsOf(),
    clock,
  });
}

/** "x.example.com 60 A 192.0.2.1 192.0.2.2". */
export function recordSet(line: string): RRset {
  const [name = "", ttl = "", type = "", ...data] = line.split(" ");
  return { name: parseOwnerName(name), ttl: Number(ttl), type, data };
}

/** Another client of a webhook provider: plain fetch, and as little as will do. */
export interface WebhookHand {
  put(set: RRset): Promise<void>;
  remove(name: Name, type: string): Promise<void>;
  list(): Promise<readonly RRset[]>;
}

const TYPE = "application/external.dns.webhook+json;version=1";

export function webhookHand(url: string): WebhookHand {
  const records = async (): Promise<readonly unknown[]> => {
    const response = await fetch(`${url}/records`, { headers: { accept: TYPE } });
    assert.equal(response.status, 200);
    return listAt({ records: await response.json() }, "records");
  };
  const change = async (body: object): Promise<void> => {
    const response = await fetch(`${url}/records`, {
      method: "POST",
      headers: { "content-type": TYPE },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 204);
  };
  const find = async (name: Name, type: string): Promise<unknown> =>
    (await records()).find(
      (entry) => textAt(entry, "dnsName") === displayName(name) && textAt(entry, "recordType") === type,
    );
  return {
    put: async ({ name, type, ttl, data }) => {
      const old = await find(name, type);
      const targets = type === "TXT" ? data : data.map((target) => target.replace(/\.$/, ""));
      const labels = textsAt(old, "labels");
      const wanted = { dnsName: displayName(name), recordType: type, recordTTL: ttl, targets, labels };
      await change(old === undefined ? { create: [wanted] } : { updateOld: [old], updateNew: [wanted] });
    },
    remove: async (name, type) => {
      const old = await find(name, type);
      await change({ delete: old === undefined ? [] : [old] });
    },
    list: async () =>
      sortedSets(
        (await records()).map((entry) => {
          const type = textAt(entry, "recordType");
          const targets = listAt(entry, "targets").map(String);
          return {
            name: parseOwnerName(textAt(entry, "dnsName")),
            type,
            ttl: numberAt(entry, "recordTTL") ?? 0,
            data: targets.map((target) => canonicalData(type, target) ?? target),
          };
        }),
      ),
  };
}
