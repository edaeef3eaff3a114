import assert from "node:assert/strict";
import { parseDuration } from "../../src/api/schema/duration.ts";
import type { ClusterLab } from "../lab/cluster-lab.ts";
import { listAt, memberAt, textAt } from "../lab/kube-requests.ts";
import { waitFor, type WaitOptions } from "../lab/wait-for.ts";

/** What the tests look at in a DnsAlias or DnsZone. */
export interface ObjectState {
  /** `True LookupFailed: message`, by condition type; absent ones are "". */
  condition(type: string): string;
  /** Of a DnsAlias. */
  readonly addresses: readonly string[];
  /** `d111.cdn.test`, …: the chain of the first target. */
  readonly chain: readonly string[];
  readonly outcome: string;
  readonly boundMs: number;
  readonly json: unknown;
}

/** `web/shop` of the DnsAliases; throws when it is not there. */
export async function readAlias(lab: ClusterLab, key: string): Promise<ObjectState> {
  return stateOf(await lab.requests.get(pathOf("dnsaliases", key)));
}

/** `dns-system/example-com` of the DnsZones. */
export async function readZone(lab: ClusterLab, key: string): Promise<ObjectState> {
  return stateOf(await lab.requests.get(pathOf("dnszones", key)));
}

/** Waits for a condition's text, as {@link ObjectState.condition} gives it. */
export async function aliasShows(
  lab: ClusterLab,
  key: string,
  type: string,
  wanted: RegExp,
  options?: WaitOptions,
): Promise<ObjectState> {
  return waitFor(
    `${key} to show ${type} ${wanted}`,
    async () => {
      const alias = await readAlias(lab, key);
      assert.match(alias.condition(type), wanted);
      return alias;
    },
    options,
  );
}

/** As {@link aliasShows}, for a DnsZone. */
export async function zoneShows(
  lab: ClusterLab,
  key: string,
  type: string,
  wanted: RegExp,
  options?: WaitOptions,
): Promise<ObjectState> {
  return waitFor(
    `${key} to show ${type} ${wanted}`,
    async () => {
      const zone = await readZone(lab, key);
      assert.match(zone.condition(type), wanted);
      return zone;
    },
    options,
  );
}

/** The Events of an object, as `Warning DriftRepaired: message`, oldest first. */
export async function eventsOf(lab: ClusterLab, namespace: string, name: string): Promise<readonly string[]> {
  const events = listAt(await lab.requests.get(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`), "items");
  return events
    .filter((event) => textAt(event, "regarding", "name") === name)
    .map((event) => `${textAt(event, "type")} ${textAt(event, "reason")}: ${textAt(event, "note")}`);
}

/** The rendered zone file of a domain, or undefined while there is none. */
export async function renderedZone(lab: ClusterLab, domain: string): Promise<RenderedZone> {
  const name = `dnsalias-${domain.replaceAll(".", "-")}`;
  const map = await lab.requests.get(`/api/v1/namespaces/dns-system/configmaps/${name}`);
  const text = textAt(map, "data", `${domain}.zone`);
  return {
    configMap: name,
    text,
    serial: Number(/\sSOA\s+\S+\s+\S+\s+(\d+)/.exec(text)?.[1]),
    records: text.split("\n").filter((line) => line !== "" && !line.startsWith(";") && !/\sSOA\s/.test(line)),
    revision: textAt(map, "metadata", "resourceVersion"),
  };
}

export interface RenderedZone {
  readonly configMap: string;
  readonly text: string;
  readonly serial: number;
  /** Without comments and SOA. */
  readonly records: readonly string[];
  readonly revision: string;
}

function pathOf(resource: string, key: string): string {
  const [namespace = "", name = ""] = key.split("/");
  return `/apis/dnsalias.io/v1alpha1/namespaces/${namespace}/${resource}/${name}`;
}

function stateOf(json: unknown): ObjectState {
  const conditions = listAt(json, "status", "conditions");
  const [target] = listAt(json, "status", "targets");
  return {
    condition: (type) => {
      const found = conditions.find((condition) => textAt(condition, "type") === type);
      return found === undefined
        ? ""
        : `${textAt(found, "status")} ${textAt(found, "reason")}: ${textAt(found, "message")}`;
    },
    addresses: textAt(json, "status", "summary", "addresses").split(","),
    chain: listAt(memberAt(target, "chain")).map(String),
    outcome: textAt(target, "outcome"),
    boundMs: parseDuration(textAt(json, "status", "stalenessBound")) ?? Number.NaN,
    json,
  };
}
