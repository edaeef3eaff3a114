import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { FINALIZER, PIN_ANNOTATION } from "../../src/api/meta.ts";
import { DNS_ALIASES, DNS_ENDPOINTS, DNS_ZONES, pathOf, type Resource } from "../../src/kube/client/resource.ts";
import { MERGE_PATCH, type Transport } from "../../src/kube/client/transport.ts";
import { ok, openTransport } from "../integration/kube/fixture.ts";
import { waitFor } from "../lab/wait-for.ts";
import { listAt, valueAt } from "../support/json-at.ts";
import { FIXED, TARGET } from "./followed.ts";
import type { Node } from "./node.ts";
import type { Account } from "./rights.ts";

/** Objects of an installation, as NAMESPACE/NAME, by which it is led to requests that it makes only while another writer or a user does something. */
export interface RareUses {
  /** DnsAliases with {@link FIXED}: dnsalias reads one after a conflict, and repeats an Event of it. */
  readonly aliases: readonly string[];
  /** DnsZones: dnsalias reads one after a conflict, and adds and removes its finalizer. */
  readonly zones: readonly string[];
  /** A namespace with DNSEndpoints for a DnsAlias: dnsalias reads one after a conflict. */
  readonly endpoints?: { readonly namespace: string; readonly alias: string };
}

/** Makes the first of two equal mistakes in each alias. The second makes dnsalias repeat the Event, at least a minute later. */
export async function reportMistakes(node: Node, { aliases }: RareUses): Promise<void> {
  for (const alias of aliases) {
    await annotate(node, alias, `${PIN_ANNOTATION}=${MISTAKE}`);
    await waitFor(`an Event of ${alias}`, async () => assert.equal((await mistakeEvents(node, alias)).length, 1));
    await annotate(node, alias, `${PIN_ANNOTATION}-`);
  }
}

/** Leads an installation to its rare requests. Ends when each was made; throws with the request that was not. {@link reportMistakes} comes first. */
export async function makeRareRequests(node: Node, account: Account, uses: RareUses): Promise<void> {
  await using transport = await openTransport(node.kubeconfig);
  const contest: Contest = { transport, node, user: `system:serviceaccount:${account.namespace}:${account.name}` };
  for (const zone of uses.zones) {
    await addAndRemoveFinalizer(node, zone);
    await contend(contest, { resource: DNS_ZONES, key: zone, edit: guardEdit });
  }
  for (const alias of uses.aliases) {
    await contend(contest, { resource: DNS_ALIASES, key: alias, edit: targetEdit });
  }
  if (uses.endpoints !== undefined) {
    await contendForEndpoints(contest, uses.endpoints);
  }
  await Promise.all(uses.aliases.map((key) => repeatMistake(node, key)));
}

/** An end that is too late: the text of its Event has no time of its own. */
const MISTAKE = "r1 until 2126-01-01T00:00:00Z";

/** dnsalias raises the count of an Event at most once a minute. */
const REPEATED_WITHIN_MS = 100_000;

async function repeatMistake(node: Node, alias: string): Promise<void> {
  const repeat = async (): Promise<void> => {
    await annotate(node, alias, `${PIN_ANNOTATION}=${MISTAKE}`);
    await delay(1500);
    await annotate(node, alias, `${PIN_ANNOTATION}-`);
    const [event] = await mistakeEvents(node, alias);
    assert.notEqual(valueAt(event, "series"), undefined, JSON.stringify(event));
  };
  await waitFor(`the repetition of an Event of ${alias}`, repeat, { withinMs: REPEATED_WITHIN_MS, everyMs: 1500 });
}

async function annotate(node: Node, alias: string, annotation: string): Promise<void> {
  const { namespace, name } = placeOf(alias);
  await node.kubectl(["annotate", "dnsalias", name, "-n", namespace, "--overwrite", annotation]);
}

/** Of this object, not of an earlier one with its name. */
async function mistakeEvents(node: Node, alias: string): Promise<readonly unknown[]> {
  const { namespace, name } = placeOf(alias);
  const uid = await node.kubectl(["get", "dnsalias", name, "-n", namespace, "-o", "jsonpath={.metadata.uid}"]);
  const args = ["get", "events.v1.events.k8s.io", "-n", namespace, "-o", "json"];
  const events = listAt(JSON.parse(await node.kubectl(args)), "items");
  return events.filter(
    (event) => valueAt(event, "regarding", "uid") === uid && valueAt(event, "reason") === "BadAnnotation",
  );
}

async function addAndRemoveFinalizer(node: Node, zone: string): Promise<void> {
  const { namespace, name } = placeOf(zone);
  const change = async (deletionPolicy: string, isFinal: boolean): Promise<void> => {
    const patch = JSON.stringify({ spec: { deletionPolicy } });
    await node.kubectl(["patch", "dnszone", name, "-n", namespace, "--type=merge", "-p", patch]);
    const args = ["get", "dnszone", name, "-n", namespace, "-o", "jsonpath={.metadata.finalizers}"];
    await waitFor(
      `${zone} ${isFinal ? "with" : "without"} a finalizer`,
      async () => assert.equal((await node.kubectl(args)).includes(FINALIZER), isFinal),
      { withinMs: 30_000 },
    );
  };
  await change("Delete", true);
  await change("Retain", false);
}

interface Contest {
  readonly transport: Transport;
  readonly node: Node;
  /** Whose requests count. */
  readonly user: string;
}

interface Contended {
  readonly resource: Resource;
  readonly key: string;
  readonly subresource?: string;
  /** The body of the merge patch with a number. The one with 0 is the last. */
  readonly edit: (number: number) => unknown;
  /** Between two edits. */
  readonly pauseMs?: number;
}

/** Each edit changes the generation, so dnsalias wants to write the status each time. */
const guardEdit = (number: number): unknown => ({ spec: { guard: { maxDeletePercent: 30 + (number % 2) } } });
const targetEdit = (number: number): unknown => ({
  spec: { targets: [{ hostname: TARGET }, { addresses: [number % 2 === 0 ? FIXED : "11.1.0.4"] }] },
});

/** Edits an object as fast as the API server takes it, until dnsalias has read it after a conflict with an edit. */
async function contend(contest: Contest, contended: Contended): Promise<void> {
  const { namespace } = placeOf(contended.key);
  await editWhile(contest, contended, untilRead(contest, contended.resource, namespace));
}

/** ExternalDNS writes the status of a DNSEndpoint, as these edits do, while a change of the alias makes dnsalias write its spec. */
async function contendForEndpoints(
  contest: Contest,
  { namespace, alias }: NonNullable<RareUses["endpoints"]>,
): Promise<void> {
  const list = await contest.node.kubectl(["get", "dnsendpoints", "-n", namespace, "-o", "name"]);
  const name = list.trim().split("\n")[0]?.split("/")[1] ?? assert.fail(`no DNSEndpoint in ${namespace}`);
  const read = untilRead(contest, DNS_ENDPOINTS, namespace);
  const edit = (number: number): unknown => ({ status: { observedGeneration: number + 1 } });
  await Promise.all([
    editWhile(contest, { resource: DNS_ENDPOINTS, key: `${namespace}/${name}`, subresource: "status", edit }, read),
    editWhile(contest, { resource: DNS_ALIASES, key: alias, edit: targetEdit, pauseMs: 1000 }, read),
  ]);
}

async function untilRead({ node, user }: Contest, { plural }: Resource, namespace: string): Promise<void> {
  const startedAt = Date.now();
  const look = async (): Promise<void> => {
    const reads = (await node.auditEvents()).filter(
      (event) =>
        event.at >= startedAt &&
        event.user === user &&
        event.verb === "get" &&
        event.resource === plural &&
        event.namespace === namespace,
    );
    assert.notEqual(reads.length, 0);
  };
  await waitFor(`${user} to read ${plural} in ${namespace}`, look, { withinMs: 60_000, everyMs: 300 });
}

async function editWhile({ transport }: Contest, contended: Contended, end: Promise<void>): Promise<void> {
  const { resource, key, subresource, edit, pauseMs = 0 } = contended;
  const path = pathOf(resource, { ...placeOf(key), ...(subresource !== undefined && { subresource }) });
  const send = (number: number) =>
    ok(transport, { method: "PATCH", path, contentType: MERGE_PATCH, body: edit(number) });
  const ended = new AbortController();
  const edits = async (): Promise<void> => {
    for (let number = 1; !ended.signal.aborted; number += 1) {
      await Promise.all([send(number), delay(pauseMs)]);
    }
    await send(0);
  };
  await Promise.all([end.finally(() => ended.abort()), edits()]);
}

function placeOf(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}
