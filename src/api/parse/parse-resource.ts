import { listAt, memberAt, textAt } from "../../base/json.ts";
import { addressSet, parseAddress } from "../../dns/address/address.ts";
import type { Name } from "../../dns/name/name.ts";
import { referenceText, type ResourceFinding, type ResourceRef } from "../resource-ref.ts";
import { readName } from "../schema/name-reader.ts";

/** The maximum number of entries of a status that count. `status.addresses` of a Gateway has this limit. */
const MAX_ENTRIES = 16;

/**
 * Returns the addresses and hostnames in the status of a referenced object. Entries that are neither an address nor a hostname are
 * left out. Never throws.
 */
export function parseResource(ref: ResourceRef, object: unknown): ResourceFinding {
  switch (ref.kind) {
    case "Service":
      return serviceFinding(ref, object);
    case "Ingress":
      return findingOf(ingressEntries(object).map((entry) => ({ ...entry, isVip: false })));
    case "Gateway":
      return gatewayFinding(ref, object);
  }
}

/** One entry of a status. */
interface Entry {
  readonly ip: string;
  readonly hostname: string;
  /** True if kube-proxy answers for the address inside the cluster. */
  readonly isVip: boolean;
}

function serviceFinding(ref: ResourceRef, object: unknown): ResourceFinding {
  const type = textAt(object, "spec", "type") || "ClusterIP";
  return type === "LoadBalancer"
    ? findingOf(ingressEntries(object))
    : unsupported(ref, `has type ${type} and no load balancer`);
}

function gatewayFinding(ref: ResourceRef, object: unknown): ResourceFinding {
  const addresses = listAt(object, "status", "addresses");
  const isDown = listAt(object, "status", "conditions").some(
    (condition) => textAt(condition, "type") === "Programmed" && textAt(condition, "status") === "False",
  );
  const usable = addresses.flatMap((entry) => gatewayEntry(entry) ?? []);
  const [first] = addresses;
  return first !== undefined && usable.length === 0
    ? unsupported(ref, `has only addresses of type ${textAt(first, "type")}`)
    : findingOf(isDown ? [] : usable);
}

/** Reads one address of a Gateway. Undefined: the type of the address isn't supported. */
function gatewayEntry(entry: unknown): Entry | undefined {
  const value = textAt(entry, "value");
  switch (textAt(entry, "type")) {
    case "":
    case "IPAddress":
      return { ip: value, hostname: "", isVip: false };
    case "Hostname":
      return { ip: "", hostname: value, isVip: false };
    default:
      return undefined;
  }
}

/**
 * The entries of an Ingress or a Service. An entry with an error at a port is left out, because the load balancer doesn't serve
 * that port.
 */
function ingressEntries(object: unknown): readonly Entry[] {
  return listAt(object, "status", "loadBalancer", "ingress")
    .filter((entry) => listAt(entry, "ports").every((port) => memberAt(port, "error") === undefined))
    .map((entry) => ({
      ip: textAt(entry, "ip"),
      hostname: textAt(entry, "hostname"),
      isVip: textAt(entry, "ipMode") !== "Proxy",
    }));
}

/** The finding for these entries. If an entry has an IP address and a hostname, the IP address counts. */
function findingOf(entries: readonly Entry[]): ResourceFinding {
  const counted = entries.slice(0, MAX_ENTRIES).map(({ ip, hostname, isVip }) => {
    const address = parseAddress(ip);
    return { address, name: address === undefined ? hostnameOf(hostname) : undefined, isVip };
  });
  return {
    kind: "found",
    addresses: addressSet(counted.flatMap(({ address }) => address ?? [])),
    hostnames: [...new Set(counted.flatMap(({ name }) => name ?? []))],
    isAnsweredInside: counted.some(({ address, isVip }) => address !== undefined && isVip),
  };
}

function hostnameOf(text: string): Name | undefined {
  return text === "" ? undefined : readName(text);
}

function unsupported(ref: ResourceRef, what: string): ResourceFinding {
  return { kind: "unsupported", message: `${referenceText(ref)} ${what}. Use hostname or addresses instead.` };
}
