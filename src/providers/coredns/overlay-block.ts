import { byCodeUnit } from "../../base/order.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { isWildcard, type Name } from "../../dns/name/name.ts";
import { type AliasType, FAMILIES, isAliasType, type Seconds, rrsetKey } from "../../dns/record.ts";
import type { CorefileListener } from "./corefile-listeners.ts";
import { ownerNameIn } from "../owner-name.ts";
import { canonical, type OwnedRRset } from "../owned-rrset.ts";
import { beginMarker, endMarker, trimLineEnd } from "./overlay-part.ts";
import { fingerprint } from "../fingerprint.ts";

export interface PartInput {
  readonly zone: ObjectKey;
  readonly domain: Name;
  readonly owner: string;
  readonly listeners: readonly CorefileListener[];
  readonly sets: readonly OwnedRRset[];
}

/**
 * Returns the dnsalias section of a Corefile: one server block for each hostname and listener. The `view` of a block accepts A and
 * AAAA queries for exactly this name, and HTTPS queries if it has such a record. All other queries go to the blocks that got them
 * before. The same input always renders to the same bytes. Without RRsets, the text is empty.
 */
export function renderPart({ zone, domain, owner, listeners, sets }: PartInput): string {
  const body = renderBlocks({ domain, listeners, sets }, namesOf(sets));
  return body === "" ? "" : wrapped(zone, owner, body);
}

/** The size of a section without its blocks, in bytes. */
export function partOverhead(zone: ObjectKey, owner: string): number {
  return wrapped(zone, owner, "").length;
}

function wrapped(zone: ObjectKey, owner: string, body: string): string {
  return `${beginMarker(zone, owner)}# Changes here are undone. sum=${fingerprint(body)}\n${body}${endMarker(zone)}`;
}

/** Returns only the server blocks of these RRsets. `partNames` are all hostnames of the section, sorted. */
export function renderBlocks(
  { domain, listeners, sets }: Pick<PartInput, "domain" | "listeners" | "sets">,
  partNames: readonly Name[],
): string {
  const byKey = new Map(sets.map((set) => [rrsetKey(set), set]));
  const blocks = namesOf(sets).flatMap((name) =>
    listeners.map((listener) =>
      renderBlock({ name, domain, listener, byKey, condition: conditionOf(name, partNames) }),
    ),
  );
  return blocks.join("");
}

/** The hostnames of the RRsets, sorted. */
export function namesOf(sets: readonly OwnedRRset[]): readonly Name[] {
  return [...new Set(sets.map(({ name }) => name))].sort(byCodeUnit);
}

/**
 * True if the section is unchanged since dnsalias wrote it. If a new rendering is different, the cause is then outside the section.
 */
export function isIntact(part: string): boolean {
  const [, sum, body = ""] = WRITTEN.exec(part) ?? [];
  return sum === fingerprint(body);
}

/**
 * Reads the RRsets in a section, even if the section is damaged. It ignores lines that {@link renderPart} would not have written,
 * and white space at the end of a line.
 */
export function readPart(text: string): readonly OwnedRRset[] {
  const sets = new Map<string, { name: Name; type: AliasType; ttl: Seconds; data: string[] }>();
  let name: Name | undefined;
  for (const line of text.split("\n").map(trimLineEnd)) {
    const viewed = VIEW.exec(line)?.[1];
    name = viewed === undefined ? name : ownerNameIn(viewed);
    const [, ttl, type = "", written = ""] = ANSWER.exec(line) ?? [];
    const data = isAliasType(type) ? canonical(type, written) : undefined;
    if (name !== undefined && isAliasType(type) && data !== undefined && Number(ttl) <= MAX_TTL) {
      const set = sets.get(`${name} ${type}`) ?? { name, type, ttl: Number(ttl), data: [] };
      set.data.push(data);
      sets.set(`${name} ${type}`, set);
    }
  }
  return [...sets.values()].map((set) => Object.assign(set, { data: [...new Set(set.data)].sort(byCodeUnit) }));
}

/** The zone of the server block for a hostname. */
export function blockZone(name: Name): string {
  return isWildcard(name) ? name.slice(2) : name;
}

const WRITTEN = /^# BEGIN .*\n# Changes here are undone\. sum=([0-9a-f]+)\n([^]*)# END .*\n?$/;
const MAX_TTL = 2 ** 31 - 1;
const VIEW = /^ {2}view dnsalias\/(\S+) \{$/;
const ANSWER = /^ {4}answer "\{\{ \.Question\.Name \}\} (\d{1,10}) IN (A|AAAA|HTTPS) ([^"]+)"$/;

interface BlockInput {
  readonly name: Name;
  readonly domain: Name;
  readonly listener: CorefileListener;
  readonly byKey: ReadonlyMap<string, OwnedRRset>;
  readonly condition: string;
}

function renderBlock({ name, domain, listener, byKey, condition }: BlockInput): string {
  const own = FAMILIES.map((type) => byKey.get(rrsetKey({ name, type })));
  const https = byKey.get(rrsetKey({ name, type: "HTTPS" }));
  const types = ["'A'", "'AAAA'", ...(https === undefined ? [] : ["'HTTPS'"])];
  const negativeTtl = Math.min(...own.map((set) => set?.ttl ?? MAX_TTL));
  return [
    `${blockZone(name)}${listener.suffix} {`,
    `  view dnsalias/${name} {`,
    `    expr type() in [${types.join(", ")}] && ${condition}`,
    "  }",
    ...listener.bind.map((bind) => `  ${bind}`),
    ...FAMILIES.flatMap((type, index) => renderTemplate(type, own[index], domain, negativeTtl)),
    ...(https === undefined ? [] : renderTemplate("HTTPS", https, domain, negativeTtl)),
    "  errors",
    "}\n",
  ].join("\n");
}

/** A family without addresses is NODATA with an SOA (RFC 2308 2.2), and the query is not forwarded. */
function renderTemplate(
  type: AliasType,
  set: OwnedRRset | undefined,
  domain: Name,
  negativeTtl: Seconds,
): readonly string[] {
  const soa = `${domain} ${negativeTtl} IN SOA ${domain} hostmaster.${domain} 1 3600 600 86400 ${negativeTtl}`;
  const lines =
    set === undefined
      ? ["rcode NOERROR", `authority "${soa}"`]
      : set.data.map((data) => `answer "{{ .Question.Name }} ${set.ttl} IN ${type} ${data}"`);
  return [`  template IN ${type} {`, ...lines.map((line) => `    ${line}`), "  }"];
}

/**
 * Returns the condition for the queries that a block answers. A wildcard answers for names of letters, digits, hyphens,
 * underscores, and asterisks (its own name) below it. It doesn't answer below another hostname of dnsalias, which is then the
 * closest encloser (RFC 4592 3.3.1).
 */
function conditionOf(name: Name, names: readonly Name[]): string {
  if (!isWildcard(name)) {
    return `name() == '${name}'`;
  }
  const above = name.slice(2);
  const closer = names.filter((other) => !isWildcard(other) && other.endsWith(`.${above}`));
  const pattern = `^([a-z0-9_*-]+[.])+${above.replaceAll(".", "[.]")}$`;
  return [
    `name() matches '${pattern}'`,
    ...closer.map((other) => `!(name() == '${other}' || name() endsWith '.${other}')`),
  ].join(" && ");
}
