import { isObject, listAt, numberAt, textAt, textsAt } from "../../base/json.ts";

/** One RRset in the form of ExternalDNS: names without final dots, TXT targets usually in quotes, TTL 0 for an unset TTL. */
export interface Endpoint {
  readonly dnsName: string;
  readonly recordType: string;
  readonly targets: readonly string[];
  readonly recordTTL: number;
  /** Distinguishes several RRsets of one name and type (weighted and other routing policies). "" if there is only one. */
  readonly setIdentifier: string;
  /** Data of the provider. A change of the record must contain this data again. */
  readonly labels: Readonly<Record<string, string>>;
  readonly providerSpecific: readonly { readonly name: string; readonly value: string }[];
}

/** The body of `POST /records`. The old and the new RRset of an update have the same index. */
export interface Changes {
  readonly create: readonly Endpoint[];
  readonly updateOld: readonly Endpoint[];
  readonly updateNew: readonly Endpoint[];
  readonly delete: readonly Endpoint[];
}

/** The domains that a provider serves, without final dots. A leading dot means only names below the domain. */
export interface DomainFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Regular expressions in Go's syntax. dnsalias does not evaluate them. */
  readonly hasExpressions: boolean;
}

/** A list of endpoints. null counts as an empty list. Undefined for any other value. */
export function endpointsOf(body: unknown): readonly Endpoint[] | undefined {
  if (body === null) {
    return [];
  }
  return Array.isArray(body) && body.every(isObject) ? body.map(endpointOf) : undefined;
}

export function domainFilterOf(body: unknown): DomainFilter | undefined {
  if (!isObject(body)) {
    return undefined;
  }
  return {
    include: textList(body, "include"),
    exclude: textList(body, "exclude"),
    hasExpressions: textAt(body, "regexInclude") !== "" || textAt(body, "regexExclude") !== "",
  };
}

/** Identifies an RRset, as in ExternalDNS. */
export function endpointKey({ dnsName, recordType, setIdentifier }: Endpoint): string {
  return `${dnsName.toLowerCase()} ${recordType} ${setIdentifier}`;
}

function endpointOf(value: unknown): Endpoint {
  return {
    dnsName: textAt(value, "dnsName"),
    recordType: textAt(value, "recordType"),
    targets: textList(value, "targets"),
    recordTTL: numberAt(value, "recordTTL") ?? 0,
    setIdentifier: textAt(value, "setIdentifier"),
    labels: textsAt(value, "labels"),
    providerSpecific: listAt(value, "providerSpecific").map((property) => ({
      name: textAt(property, "name"),
      value: textAt(property, "value"),
    })),
  };
}

function textList(value: unknown, member: string): readonly string[] {
  return listAt(value, member).filter((entry) => typeof entry === "string");
}
