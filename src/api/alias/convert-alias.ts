import { addressSet, parseAddress } from "../../dns/address/address.ts";
import { isWildcard } from "../../dns/name/name.ts";
import type { Family } from "../../dns/record.ts";
import type { AliasSpecText } from "./schema.ts";
import type { AliasSpec, AliasTarget, Failback, TtlRange } from "../dns-alias.ts";
import { connects } from "../health-check.ts";
import { healthCheckOf, type HealthCheckPlace } from "./convert-health-check.ts";
import { parseDuration } from "../schema/duration.ts";
import { nameReader } from "../schema/name-reader.ts";
import type { Parsed } from "../schema/problem.ts";

/**
 * Converts a spec that has passed the schema and the rules to the domain model. Two spellings of one name or address become one.
 */
export function aliasSpecOf(text: AliasSpecText): Parsed<AliasSpec> {
  const names = nameReader();
  const hostnames = text.hostnames.flatMap((hostname, index) => names.read(hostname, `spec.hostnames[${index}]`) ?? []);
  const place = { path: "spec", names, defaultHost: hostnames.find((name) => !isWildcard(name)) };
  const shared = checkIn(text.healthCheck, place);
  const targets = text.targets.flatMap((target, index) => {
    const parts = { priority: priorityOf(text, index), ...weightOf(text, index), ...shared };
    return targetOf(target, { ...place, path: `spec.targets[${index}]` }, parts);
  });
  if (names.problems.length > 0) {
    return { kind: "invalid", problems: names.problems };
  }
  const ttl = ttlOf(
    text.ttl,
    targets.some(({ healthCheck }) => connects(healthCheck)),
  );
  const spec: AliasSpec = {
    hostnames: [...new Set(hostnames)],
    targets,
    selection: text.selection,
    failback: failbackOf(text.failback),
    families: [...new Set(text.ipFamilies.map((family) => FAMILY[family]))],
    ...(ttl === undefined ? {} : { ttl }),
    onEmpty: text.onEmpty,
    onStale: text.onStale,
    onUnhealthy: text.onUnhealthy,
    fallbackAddresses: addressesOf(text.fallbackAddresses ?? []),
    maxStalenessMs: parseDuration(text.maxStaleness) ?? 0,
    allowPrivate: text.allowPrivate,
    paused: text.paused,
    httpsAlias: text.httpsAlias,
  };
  return { kind: "ok", value: spec };
}

const FAMILY: Readonly<Record<AliasSpecText["ipFamilies"][number], Family>> = { IPv4: "A", IPv6: "AAAA" };

/** The bounds of a TTL by RFC 2181 8. They mean "not set", because the zone's own bounds are always narrower. */
const LEAST_TTL = 0;
const GREATEST_TTL = 2_147_483_647;
/**
 * The default of `ttl.max` with a health check, because clients see a switch only when their caches expire. Amazon Route 53 has the
 * same value for records with health checks.
 */
const CHECKED_TTL = 60;

function ttlOf(given: AliasSpecText["ttl"], isAnyChecked: boolean): TtlRange | undefined {
  if (given === undefined && !isAnyChecked) {
    return undefined;
  }
  const min = given?.min ?? LEAST_TTL;
  return { min, max: given?.max ?? (isAnyChecked ? Math.max(CHECKED_TTL, min) : GREATEST_TTL) };
}

function failbackOf(given: AliasSpecText["failback"]): Failback {
  return { mode: given?.mode ?? "Automatic", afterMs: parseDuration(given?.after ?? "5m") ?? 0 };
}

type TargetText = AliasSpecText["targets"][number];
type Shared = Pick<AliasTarget, "priority" | "weight" | "healthCheck">;

function priorityOf({ selection, targets }: AliasSpecText, index: number): number {
  return selection === "Failover" ? (targets[index]?.priority ?? index) : 0;
}

const DEFAULT_WEIGHT = 1;

/** The weight of a target. With Failover, targets of equal priority share by weight only if one of them has a weight. */
function weightOf(text: AliasSpecText, index: number): Pick<AliasTarget, "weight"> {
  const { selection, targets } = text;
  const equal = targets.filter((_, other) => priorityOf(text, other) === priorityOf(text, index));
  const isShared = selection === "Weighted" || equal.some(({ weight }) => weight !== undefined);
  return isShared ? { weight: targets[index]?.weight ?? DEFAULT_WEIGHT } : {};
}

function targetOf(target: TargetText, place: HealthCheckPlace, shared: Shared): readonly AliasTarget[] {
  const { name, hostname, addresses, resourceRef, healthCheck } = target;
  const parts = { ...(name === undefined ? {} : { name }), ...shared, ...checkIn(healthCheck, place) };
  if (resourceRef !== undefined) {
    const { group: _group, ...ref } = resourceRef;
    return [{ kind: "resourceRef", ...parts, ref }];
  }
  if (hostname === undefined) {
    return [{ kind: "addresses", ...parts, addresses: addressesOf(addresses ?? []) }];
  }
  const read = place.names.read(hostname, `${place.path}.hostname`);
  return read === undefined ? [] : [{ kind: "hostname", ...parts, hostname: read }];
}

function checkIn(text: TargetText["healthCheck"], place: HealthCheckPlace): Pick<AliasTarget, "healthCheck"> {
  const path = `${place.path}.healthCheck`;
  const healthCheck = text === undefined ? undefined : healthCheckOf(text, { ...place, path });
  return healthCheck === undefined ? {} : { healthCheck };
}

function addressesOf(texts: readonly string[]): readonly string[] {
  return addressSet(texts.flatMap((text) => parseAddress(text) ?? []));
}
