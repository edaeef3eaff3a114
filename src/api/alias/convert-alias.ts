import { addressSet, parseAddress } from "../../dns/address/address.ts";
import type { Family } from "../../dns/record.ts";
import type { AliasSpecText } from "./schema.ts";
import type { AliasSpec, AliasTarget, TtlRange } from "../dns-alias.ts";
import { parseDuration } from "../schema/duration.ts";
import { nameReader, type NameReader } from "../schema/name-reader.ts";
import type { Parsed } from "../schema/problem.ts";

/** Makes the domain model of a spec that has passed the schema and the rules. Two spellings of one name or address become one. */
export function aliasSpecOf(text: AliasSpecText): Parsed<AliasSpec> {
  const names = nameReader();
  const hostnames = text.hostnames.flatMap((hostname, index) => names.read(hostname, `spec.hostnames[${index}]`) ?? []);
  const targets = text.targets.flatMap((target, index) => targetOf(target, `spec.targets[${index}]`, names));
  if (names.problems.length > 0) {
    return { kind: "invalid", problems: names.problems };
  }
  const spec: AliasSpec = {
    hostnames: [...new Set(hostnames)],
    targets,
    families: [...new Set(text.ipFamilies.map((family) => FAMILY[family]))],
    ...(text.ttl === undefined ? {} : { ttl: ttlOf(text.ttl) }),
    onEmpty: text.onEmpty,
    onStale: text.onStale,
    fallbackAddresses: addressesOf(text.fallbackAddresses ?? []),
    maxStalenessMs: parseDuration(text.maxStaleness) ?? 0,
    allowPrivate: text.allowPrivate,
    paused: text.paused,
    httpsAlias: text.httpsAlias,
  };
  return { kind: "ok", value: spec };
}

const FAMILY: Readonly<Record<AliasSpecText["ipFamilies"][number], Family>> = { IPv4: "A", IPv6: "AAAA" };

/** RFC 2181 8. The zone's own bounds are always narrower than these, so they stand for "not given". */
const LEAST_TTL = 0;
const GREATEST_TTL = 2_147_483_647;

function ttlOf({ min, max }: NonNullable<AliasSpecText["ttl"]>): TtlRange {
  return { min: min ?? LEAST_TTL, max: max ?? GREATEST_TTL };
}

function targetOf(
  { name, hostname, addresses }: AliasSpecText["targets"][number],
  path: string,
  names: NameReader,
): readonly AliasTarget[] {
  const named = name === undefined ? {} : { name };
  if (hostname === undefined) {
    return [{ kind: "addresses", ...named, addresses: addressesOf(addresses ?? []) }];
  }
  const read = names.read(hostname, `${path}.hostname`);
  return read === undefined ? [] : [{ kind: "hostname", ...named, hostname: read }];
}

function addressesOf(texts: readonly string[]): readonly string[] {
  return addressSet(texts.flatMap((text) => parseAddress(text) ?? []));
}
