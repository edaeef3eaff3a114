import type { RRset } from "../../../src/dns/record.ts";

/** A zone as a name server has it. Names are absolute, `shop.example.com.`. */
export interface PublishedZone {
  readonly domain: string;
  readonly records: readonly RRset[];
  /** Names that exist without records. No zone file has such names. */
  readonly emptyNames?: readonly string[];
}

/** What an answer says, in any order of records. */
export interface PlaneAnswer {
  readonly rcode: string;
  readonly authoritative: boolean;
  readonly answers: readonly AnsweredSet[];
  /** The SOA of a negative answer, or the NS of a referral. */
  readonly authorities: readonly AnsweredSet[];
  /** Extended error 3 (RFC 8914 4.4). */
  readonly isStale?: boolean;
}

export interface AnsweredSet {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly data: readonly string[];
}

/** RFC 1034 4.3.2 and RFC 4592 for records that don't change, written again and not taken from the responder. Without DNAME, which no published zone of the tests has. */
export function publishedAnswer(all: readonly PublishedZone[], name: string, type: string): PlaneAnswer {
  const zones = all.filter(isAtServer);
  const zone = zoneOf(zones, name);
  if (zone === undefined) {
    return { rcode: "REFUSED", authoritative: false, answers: [], authorities: [] };
  }
  const chain: AnsweredSet[] = [];
  let at = name;
  for (;;) {
    const step = stepIn(zone, at, type);
    if (step.kind === "end") {
      const { answer } = step;
      return {
        ...answer,
        authoritative: answer.authoritative || chain.length > 0,
        answers: [...chain, ...answer.answers],
      };
    }
    if (chain.some((set) => set.name === at)) {
      return { rcode: "NOERROR", authoritative: true, answers: chain, authorities: [] };
    }
    chain.push(step.cname);
    at = step.cname.data[0] ?? "";
    if (zoneOf(zones, at) !== zone) {
      return { rcode: "NOERROR", authoritative: true, answers: chain, authorities: [] };
    }
  }
}

/** A zone that has never been written is at no server. */
function isAtServer({ records }: PublishedZone): boolean {
  return records.length > 0;
}

/** The zone with the longest domain at or above the name. */
export function zoneOf(zones: readonly PublishedZone[], name: string): PublishedZone | undefined {
  return zones
    .filter(({ domain }) => isAtOrBelow(name, domain))
    .toSorted((a, b) => b.domain.length - a.domain.length)[0];
}

type Step =
  | { readonly kind: "end"; readonly answer: PlaneAnswer }
  | { readonly kind: "cname"; readonly cname: AnsweredSet };

function stepIn(zone: PublishedZone, name: string, type: string): Step {
  const cut = zone.records.find((set) => set.type === "NS" && set.name !== zone.domain && isAtOrBelow(name, set.name));
  // RFC 4035 3.1.4.1: DS belongs to the zone above the delegation.
  if (cut !== undefined && !(type === "DS" && cut.name === name)) {
    const answer = { rcode: "NOERROR", authoritative: false, answers: [], authorities: [atName(cut, cut.name)] };
    return { kind: "end", answer };
  }
  const owner = ownerOf(zone, name);
  const sets = zone.records.filter((set) => set.name === owner);
  const cname = sets.find((set) => set.type === "CNAME");
  if (cname !== undefined && type !== "CNAME") {
    return { kind: "cname", cname: atName(cname, name) };
  }
  const found = sets.filter((set) => set.type === type).map((set) => atName(set, name));
  const answer = {
    rcode: owner === undefined ? "NXDOMAIN" : "NOERROR",
    authoritative: true,
    answers: found,
    authorities: found.length > 0 ? [] : negativeSoa(zone),
  };
  return { kind: "end", answer };
}

/** The name itself if it or a name below it has records, else the wildcard below its closest encloser; undefined: the name doesn't exist. */
export function ownerOf({ domain, records, emptyNames = [] }: PublishedZone, name: string): string | undefined {
  const exists = (at: string): boolean =>
    at === domain || [...records.map((set) => set.name), ...emptyNames].some((other) => isAtOrBelow(other, at));
  if (exists(name)) {
    return name;
  }
  let encloser = parentOf(name);
  while (!exists(encloser)) {
    encloser = parentOf(encloser);
  }
  return exists(`*.${encloser}`) ? `*.${encloser}` : undefined;
}

/** RFC 2308 3. */
function negativeSoa({ domain, records }: PublishedZone): readonly AnsweredSet[] {
  return records
    .filter((set) => set.type === "SOA" && set.name === domain)
    .map((set) => ({ ...atName(set, domain), ttl: Math.min(set.ttl, Number(set.data[0]?.split(" ").at(-1))) }));
}

function atName({ type, ttl, data }: RRset, name: string): AnsweredSet {
  return { name, type, ttl, data };
}

export function isAtOrBelow(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function parentOf(name: string): string {
  return name.slice(name.indexOf(".") + 1);
}
