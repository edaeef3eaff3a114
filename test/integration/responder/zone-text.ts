/** One line of a random zone; names in lower case and absolute. */
export interface ZoneLine {
  readonly owner: string;
  readonly type: string;
  /** The name at the end of the data, for types that name one. */
  readonly target: string;
}

/** Where the text of a zone leads a question. */
export interface Course {
  /** `endless`: the names come round again, or there are more of them than any server follows. */
  readonly end: "data" | "absent" | "referral" | "outside" | "too-long" | "endless";
  /** CNAMEs on the way, those of a DNAME included. */
  readonly hops: number;
}

/** A zone as its lines say it: RFC 1034 4.3.2 in the fewest words, on text alone and without the product's code. */
export interface ZoneText {
  readonly courseOf: (name: string, type: string) => Course;
  /** The name is at or below a delegation: the zone says nothing about it with authority. */
  readonly isDelegated: (name: string) => boolean;
  /** A line has exactly this owner and type. */
  readonly has: (name: string, type: string) => boolean;
}

/** Reads the text that random-zones.ts makes: `owner TYPE data`, absolute names except for `@`. */
export function readZoneText(domain: string, text: string): ZoneText {
  const lines = text.split("\n").flatMap((line) => lineOf(domain, line));
  const byOwner = Map.groupBy(lines, ({ owner }) => owner);
  const names = new Set([...byOwner.keys()].flatMap((owner) => ancestorsIn(domain, owner)));
  const of = (owner: string, type: string): ZoneLine | undefined =>
    byOwner.get(owner)?.find((line) => line.type === type);
  const cutAbove = (name: string): string | undefined =>
    ancestorsIn(domain, name)
      .filter((owner) => owner !== domain)
      .find((owner) => of(owner, "NS") !== undefined);
  return {
    courseOf: (name, type) => courseOf({ domain, names, of }, name, type),
    isDelegated: (name) => cutAbove(name) !== undefined,
    has: (name, type) => of(name, type) !== undefined,
  };
}

interface Lines {
  readonly domain: string;
  /** Every owner, and what lies between it and the domain. */
  readonly names: ReadonlySet<string>;
  readonly of: (owner: string, type: string) => ZoneLine | undefined;
}

/** More than any server follows. */
const MANY_HOPS = 40;
/** RFC 1035 2.3.4, as text with the final dot. */
const LONGEST_NAME = 254;

function courseOf(lines: Lines, first: string, type: string): Course {
  const seen = new Set<string>();
  let name = first;
  for (let hops = 0; hops < MANY_HOPS && !seen.has(name); hops += 1) {
    seen.add(name);
    const step = stepAt(lines, name, type);
    if (step.kind === "end") {
      return { end: step.end, hops };
    }
    if (step.next.length > LONGEST_NAME) {
      return { end: "too-long", hops };
    }
    if (step.isFinal) {
      return { end: "data", hops: hops + 1 };
    }
    if (!isWithin(lines.domain, step.next)) {
      return { end: "outside", hops: hops + 1 };
    }
    name = step.next;
  }
  return { end: "endless", hops: seen.size };
}

type Step =
  | { readonly kind: "end"; readonly end: Course["end"] }
  /** `isFinal`: the question was for CNAME, and is answered by this one. */
  | { readonly kind: "next"; readonly next: string; readonly isFinal: boolean };

function stepAt({ domain, names, of }: Lines, name: string, type: string): Step {
  // From the top down: what is below a delegation or a DNAME is never reached.
  for (const owner of ancestorsIn(domain, name)) {
    const isParentsQuestion = owner === name && type === "DS";
    if (owner !== domain && of(owner, "NS") !== undefined && !isParentsQuestion) {
      return { kind: "end", end: "referral" };
    }
    const dname = owner === name ? undefined : of(owner, "DNAME");
    if (dname !== undefined) {
      const next = `${name.slice(0, name.length - owner.length)}${dname.target}`;
      return { kind: "next", next, isFinal: type === "CNAME" };
    }
  }
  const node = names.has(name) ? name : wildcardFor({ domain, names }, name);
  if (node === undefined) {
    return { kind: "end", end: "absent" };
  }
  const cname = type === "CNAME" ? undefined : of(node, "CNAME");
  return cname === undefined ? { kind: "end", end: "data" } : { kind: "next", next: cname.target, isFinal: false };
}

/** RFC 4592 3.3.1: the wildcard below the closest name that exists. */
function wildcardFor({ domain, names }: Pick<Lines, "domain" | "names">, name: string): string | undefined {
  const encloser = ancestorsIn(domain, name).findLast((owner) => names.has(owner)) ?? domain;
  const wildcard = `*.${encloser}`;
  return names.has(wildcard) ? wildcard : undefined;
}

/** The domain, and what lies below it on the way to the name, which is the last. */
function ancestorsIn(domain: string, name: string): readonly string[] {
  const below = name === domain ? [] : name.slice(0, -domain.length - 1).split(".");
  const above = below.map((_, index) => `${below.slice(index).join(".")}.${domain}`);
  return [domain, ...above.toReversed()];
}

function isWithin(domain: string, name: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function lineOf(domain: string, line: string): readonly ZoneLine[] {
  const [owner = "", type = "", ...data] = line.split(" ");
  if (owner === "" || owner.startsWith("$")) {
    return [];
  }
  return [{ owner: owner === "@" ? domain : owner, type, target: data.at(-1) ?? "" }];
}
