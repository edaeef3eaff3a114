import {
  displayName,
  isAtOrBelow,
  isWildcard,
  type Name,
  nameOfCanonical,
  parentOf,
  wildcardBelow,
} from "../name/name.ts";
import { cutAbove, cutsOf } from "./zone-cuts.ts";
import type { ZoneFileRecord } from "./records.ts";
import type { ZoneFileProblem } from "../presentation/parse-result.ts";

/** Returns the problems that make name servers refuse the records as a zone, sorted by position. Each has its cure. */
export function checkZone(origin: Name, records: readonly ZoneFileRecord[]): readonly ZoneFileProblem[] {
  const index: ZoneIndex = {
    origin,
    types: typesByName(records),
    dnames: cutsOf(origin, records, "DNAME"),
  };
  const problems = [
    ...apexProblems(origin, records),
    ...records.flatMap((record) => recordProblem(record, index) ?? []),
    ...soleProblems(records),
  ];
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

type TypesByName = ReadonlyMap<Name, ReadonlySet<string>>;

interface ZoneIndex {
  readonly origin: Name;
  readonly types: TypesByName;
  readonly dnames: ReadonlySet<Name>;
}

function typesByName(records: readonly { readonly name: Name; readonly type: string }[]): TypesByName {
  const types = new Map<Name, Set<string>>();
  for (const { name, type } of records) {
    const known = types.get(name) ?? new Set();
    types.set(name, known.add(type));
  }
  return types;
}

function apexProblems(origin: Name, records: readonly ZoneFileRecord[]): readonly ZoneFileProblem[] {
  const atApex = records.filter(({ name }) => name === origin);
  // A zone transfer begins and ends with the same SOA (RFC 5936 2.2).
  const [firstSoa, ...moreSoa] = atApex.filter(({ type }) => type === "SOA");
  const secondSoa = moreSoa.find(({ data }) => data !== firstSoa?.data);
  const missing = (["SOA", "NS"] as const).filter((wanted) => !atApex.some(({ type }) => type === wanted));
  return [
    ...missing.map((type) => ({ line: 1, column: 1, message: MISSING[type](displayName(origin)) })),
    ...(secondSoa === undefined ? [] : [problemAt(secondSoa, "a second SOA record: a zone has exactly one")]),
  ];
}

const MISSING = {
  SOA: (zone: string) =>
    `no SOA record at ${zone}: add one, such as "@ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 300"`,
  NS: (zone: string) => `no NS record at ${zone}: add one for each name server, such as "@ 3600 IN NS ns1"`,
};

function recordProblem(record: ZoneFileRecord, index: ZoneIndex): ZoneFileProblem | undefined {
  const { origin, types } = index;
  const { name, type } = record;
  const zone = displayName(origin);
  if (!isAtOrBelow(name, origin)) {
    return problemAt(
      record,
      `${displayName(name)} is not inside ${zone}: remove it, or check $ORIGIN and the final dots`,
    );
  }
  if (type === "SOA" && name !== origin) {
    return problemAt(record, `an SOA record below the apex: it belongs at ${zone} alone`);
  }
  if (isWildcard(name) && type === "NS") {
    return problemAt(record, `a wildcard cannot be delegated (RFC 4592 4.2): write the NS records at each name`);
  }
  if (type === "CNAME") {
    return cnameProblem(origin, record, types) ?? dnameProblem(record, index);
  }
  if (type === "NS" && name === origin) {
    return nameServerProblem(record, index);
  }
  return dnameProblem(record, index);
}

/** RFC 6672 2.3, 2.4: no records exist below a DNAME, and no delegation at its name. */
function dnameProblem(record: ZoneFileRecord, { origin, types, dnames }: ZoneIndex): ZoneFileProblem | undefined {
  const { name, type } = record;
  const dname = name === origin ? undefined : cutAbove(parentOf(name) ?? origin, origin, dnames);
  if (dname !== undefined) {
    return problemAt(
      record,
      `${displayName(name)} is below the DNAME of ${displayName(dname)} (RFC 6672 2.4): remove one of them`,
    );
  }
  return type === "NS" && types.get(name)?.has("DNAME") === true
    ? problemAt(record, `${displayName(name)} is delegated and has a DNAME (RFC 6672 2.3): remove one of them`)
    : undefined;
}

function cnameProblem(origin: Name, record: ZoneFileRecord, types: TypesByName): ZoneFileProblem | undefined {
  if (record.name === origin) {
    const message = `a CNAME at the apex hides the zone's SOA, NS and MX (RFC 1034 3.6.2): remove it, and let a DnsAlias follow ${record.data}`;
    return problemAt(record, message);
  }
  const others = [...(types.get(record.name) ?? [])].filter((type) => type !== "CNAME").sort();
  return others.length === 0
    ? undefined
    : problemAt(
        record,
        `${displayName(record.name)} has a CNAME beside ${others.join(", ")} (RFC 1034 3.6.2): remove one of them`,
      );
}

/** A zone must contain the addresses of its name servers if their names are in it (RFC 1034 4.2.1). BIND loads no zone without them. */
function nameServerProblem(record: ZoneFileRecord, { origin, types }: ZoneIndex): ZoneFileProblem | undefined {
  const server = nameOfCanonical(record.data);
  if (!isAtOrBelow(server, origin)) {
    return undefined;
  }
  const having = types.get(server) ?? wildcardTypes(server, origin, types);
  if (having?.has("CNAME") === true) {
    return problemAt(
      record,
      `the name server ${displayName(server)} is a CNAME (RFC 2181 10.3): give it an address instead`,
    );
  }
  if (having?.has("A") === true || having?.has("AAAA") === true) {
    return undefined;
  }
  return problemAt(
    record,
    `the name server ${displayName(server)} has no address in the zone: add an A or AAAA record for it`,
  );
}

/** RFC 4592: the types at the nearest wildcard that answers for a name that does not exist. */
function wildcardTypes(name: Name, origin: Name, types: TypesByName): ReadonlySet<string> | undefined {
  for (let at = parentOf(name); at !== undefined && isAtOrBelow(at, origin); at = parentOf(at)) {
    const found = types.get(wildcardBelow(at));
    if (found !== undefined || types.has(at)) {
      return found;
    }
  }
  return undefined;
}

/** A name has at most one CNAME and one DNAME (RFC 2181 10.1, RFC 6672 2.4). */
function soleProblems(records: readonly ZoneFileRecord[]): readonly ZoneFileProblem[] {
  const first = new Map<string, string>();
  return records.flatMap((record) => {
    if (record.type !== "CNAME" && record.type !== "DNAME") {
      return [];
    }
    const key = `${record.name} ${record.type}`;
    const known = first.get(key);
    first.set(key, known ?? record.data);
    return known === undefined || known === record.data
      ? []
      : [problemAt(record, `${displayName(record.name)} has two ${record.type} records: keep one`)];
  });
}

function problemAt({ line, column }: ZoneFileRecord, message: string): ZoneFileProblem {
  return { line, column, message };
}
