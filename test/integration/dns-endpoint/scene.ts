import assert from "node:assert/strict";
import type { DnsZone, ZoneSpec } from "../../../src/api/dns-zone.ts";
import { listAt, memberAt, textAt } from "../../../src/base/json.ts";
import { parseOwnerName, type Name } from "../../../src/dns/name/name.ts";
import { createEndpointStore } from "../../../src/kube/objects/dns-endpoint-store.ts";
import type { Transport } from "../../../src/kube/client/transport.ts";
import { diff } from "../../../src/plan/diff.ts";
import type { Change, DesiredRRset } from "../../../src/plan/change.ts";
import { createDnsEndpointProvider } from "../../../src/providers/dns-endpoint/dns-endpoint.ts";
import type { ActualZone, ApplyResult, ZoneProvider } from "../../../src/providers/provider.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { labZone } from "../../support/provider-lab.ts";
import { kubectl, NEVER } from "../kube/fixture.ts";

/** A namespace of its own with a provider in it. Record sets are texts: "example.com A 60 192.0.2.1 192.0.2.2". */
export interface Scene {
  readonly namespace: string;
  readonly clock: FakeClock;
  read(): Promise<ActualZone>;
  /** What would be done now, or to `actual`. */
  plan(wanted: readonly string[], actual?: ActualZone): Promise<readonly Change[]>;
  write(actual: ActualZone, wanted: readonly string[], aliases?: readonly string[]): Promise<ApplyResult>;
  /** Reads, plans and writes once. */
  reach(wanted: readonly string[], aliases?: readonly string[]): Promise<ApplyResult["kind"]>;
  /** Another process in the same namespace. */
  restarted(other?: Partial<Setting>): Scene;
  objects(...flags: readonly string[]): Promise<readonly unknown[]>;
  /** What ExternalDNS would publish of the objects that dnsalias wrote. */
  served(): Promise<readonly string[]>;
  /** Merges this into the first object. */
  patch(patch: object, ...flags: readonly string[]): Promise<void>;
}

export interface Setting {
  readonly server: KubeApiserver;
  readonly transport: Transport;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ownerId?: string;
  readonly spec?: Partial<ZoneSpec>;
}

export async function openScene(namespace: string, setting: Setting): Promise<Scene> {
  await kubectl(setting.server, "create", "namespace", namespace);
  return sceneIn(namespace, setting, fakeClock());
}

function sceneIn(namespace: string, setting: Setting, clock: FakeClock): Scene {
  const { server, transport, ownerId = "me" } = setting;
  const zone = zoneIn(namespace, setting.labels ?? {}, setting.spec ?? {});
  const store = createEndpointStore(transport, namespace);
  const provider = createDnsEndpointProvider({ zone, ownerId, store, clock });
  const run = (verb: string, ...args: readonly string[]) => kubectl(server, verb, ...args, "-n", namespace);
  let names: readonly Name[] = [];
  const scene: Scene = {
    namespace,
    clock,
    read: async () => asOk(await provider.read(names, NEVER)),
    plan: async (wanted, actual) => {
      const sets = wanted.map((text) => wantedOf(text, []));
      names = [...new Set(sets.map(({ name }) => name))];
      return changes(zone, ownerId, sets, actual ?? (await scene.read()));
    },
    write: async (actual, wanted, aliases = []) => {
      const sets = wanted.map((text) => wantedOf(text, aliases));
      const writes = changes(zone, ownerId, sets, actual).filter((change) => change.kind !== "refuse");
      return provider.apply({ zone: actual, writes }, NEVER);
    },
    reach: async (wanted, aliases) => {
      names = [...new Set(wanted.map((text) => wantedOf(text, []).name))];
      return (await scene.write(await scene.read(), wanted, aliases)).kind;
    },
    restarted: (other) => sceneIn(namespace, { ...setting, ...other }, clock),
    objects: async (...flags) => {
      const all: unknown = JSON.parse(await run("get", "dnsendpoints", "-o", "json", ...flags));
      return listAt(all, "items");
    },
    served: async () => {
      const objects = await scene.objects("-l", "app.kubernetes.io/managed-by");
      return objects.flatMap((object) => listAt(object, "spec", "endpoints").map(endpointText)).sort();
    },
    patch: async (patch, ...flags) => {
      const name = textAt((await scene.objects())[0], "metadata", "name");
      await run("patch", "dnsendpoint", name, "--type=merge", "-p", JSON.stringify(patch), ...flags);
    },
  };
  return scene;
}

function zoneIn(namespace: string, labels: Readonly<Record<string, string>>, spec: Partial<ZoneSpec>): DnsZone {
  const zone = labZone("example.com", {
    kind: "dnsEndpoint",
    dnsEndpoint: { labels },
  });
  return { ...zone, meta: { ...zone.meta, namespace }, spec: { ...zone.spec, ...spec } };
}

function changes(zone: DnsZone, ownerId: string, sets: readonly DesiredRRset[], actual: ActualZone): readonly Change[] {
  const names = [...Map.groupBy(sets, ({ name }) => name)].map(([name, own]) => ({
    name,
    sets: own,
    frozen: false,
    keepPublished: [],
  }));
  const { policy, conflict } = zone.spec;
  return diff({ names, actual: actual.sets, ownerId, policy, conflict });
}

function wantedOf(text: string, resources: readonly string[]): DesiredRRset {
  const [name = "", type, ttl, ...data] = text.split(" ");
  return { name: parseOwnerName(name), type: type === "A" ? "A" : "AAAA", ttl: Number(ttl), data, resources };
}

function endpointText(endpoint: unknown): string {
  const targets = listAt(endpoint, "targets").map(String).join(" ");
  return `${textAt(endpoint, "dnsName")} ${textAt(endpoint, "recordType")} ${String(memberAt(endpoint, "recordTTL"))} ${targets}`;
}

function asOk(read: Awaited<ReturnType<ZoneProvider["read"]>>): ActualZone {
  return read.kind === "ok"
    ? read.zone
    : assert.fail(read.kind === "refused" ? `${read.reason}: ${read.message}` : read.message);
}
