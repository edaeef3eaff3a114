import type { ObjectKey } from "../../api/meta.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { type Corefile, parseCorefile } from "./corefile.ts";
import { checkCorefile, type CorefileProblem } from "./corefile-check.ts";
import { parseCorefileKey, samePort } from "./corefile-key.ts";
import { type CorefileListener, mayReload, rootListeners } from "./corefile-listeners.ts";
import { blockZone, readPart } from "./overlay-block.ts";
import { type Segment, splitSegments } from "./overlay-part.ts";
import { isSound, type Part, repairedPart } from "./overlay-repair.ts";
import type { OwnedRRset } from "../owned-rrset.ts";

/** The content of a Corefile key for the overlay of one DnsZone. */
export interface OverlayFile {
  readonly segments: readonly Segment[];
  /** The current section of the DnsZone. Undefined: there is none. */
  readonly part: string | undefined;
  readonly owner: string | undefined;
  /** The line of the section with this owner. */
  readonly line: number | undefined;
  /** The permitted RRsets in the section of the DnsZone. */
  readonly sets: readonly OwnedRRset[];
  readonly listeners: readonly CorefileListener[];
  /** Why dnsalias may not write a block for a name: another writer has a server block for it. */
  readonly obstacle: (name: Name) => string | undefined;
  /** The damaged sections of other DnsZones of this installation. `segments` has their repaired texts. */
  readonly repairs: readonly string[];
  /** A property of the file that prevents the overlay from working, for users. */
  readonly warning: string | undefined;
}

export type OverlayFileRead =
  | { readonly kind: "ok"; readonly file: OverlayFile }
  | { readonly kind: "invalid"; readonly message: string };

export interface OverlayInput {
  readonly zone: ObjectKey;
  readonly ownerId: string;
  /** See the field in OverlayDeps. */
  readonly formerOwnerIds?: readonly string[];
  /** The listener for a file without a block for ".", such as a `*.server` file that the main Corefile imports. */
  readonly fallback: CorefileListener;
}

/** Reads a Corefile for one DnsZone. It is invalid if CoreDNS can't start with it, regardless of this DnsZone's section. */
export function readOverlayFile(text: string, input: OverlayInput): OverlayFileRead {
  const { zone, fallback } = input;
  const ownerIds = [input.ownerId, ...(input.formerOwnerIds ?? [])];
  const split = splitSegments(text);
  if (split.kind === "invalid") {
    return invalid(`line ${split.line}: ${split.message}`);
  }
  const rest = split.segments.map(visibleText).join("");
  const parsed = parseCorefile(rest);
  if (parsed.kind === "invalid") {
    return unreadable(parsed);
  }
  const misplaced = partInsideBlock(split.segments, parsed.corefile);
  if (misplaced !== undefined) {
    return invalid(`line ${misplaced.line}: ${misplaced.message}`);
  }
  const problem = checkCorefile(parsed.corefile);
  if (problem !== undefined) {
    return unreadable(problem);
  }
  const found = rootListeners(parsed.corefile, rest);
  const listeners = found.length > 0 ? found : [fallback];
  const repaired = repairParts(split.segments, listeners, { zone, ownerIds });
  if (repaired.kind === "invalid") {
    return repaired;
  }
  const { segments, repairs } = repaired;
  const own = segments.filter((segment) => segment.kind === "part").filter((segment) => segment.zone === zone);
  const part = own.length === 0 ? undefined : own.map((segment) => segment.text).join("");
  const owned = own.find((one) => !ownerIds.includes(one.owner)) ?? own[0];
  const obstacle = obstacleOf(foreignKeys(segments, parsed.corefile, zone), listeners);
  const sets = readPart(part ?? "").filter(({ name }) => obstacle(name) === undefined);
  const warning = mayReload(parsed.corefile) ? undefined : NO_RELOAD;
  return {
    kind: "ok",
    file: { segments, part, owner: owned?.owner, line: owned?.line, sets, listeners, obstacle, repairs, warning },
  };
}

/** A missing END marker doesn't prevent CoreDNS from starting. It counts as damage only if dnsalias can write it again. */
function isDamaged(part: Part, listeners: readonly CorefileListener[], ownerIds: readonly string[]): boolean {
  return !isSound(part, listeners) || (!part.hasEnd && ownerIds.includes(part.owner));
}

function unreadable({ line, message }: CorefileProblem): { readonly kind: "invalid"; readonly message: string } {
  return invalid(`line ${line}: ${message}. CoreDNS cannot start with this file, or reads it differently`);
}

type RepairResult =
  | { readonly kind: "ok"; readonly segments: readonly Segment[]; readonly repairs: readonly string[] }
  | { readonly kind: "invalid"; readonly message: string };

/**
 * Repairs the damaged sections of this installation. A section of another installation is never changed, so a damaged one makes the
 * file invalid.
 */
function repairParts(
  segments: readonly Segment[],
  listeners: readonly CorefileListener[],
  { zone, ownerIds }: { readonly zone: ObjectKey; readonly ownerIds: readonly string[] },
): RepairResult {
  const result: Segment[] = [];
  const repairs: string[] = [];
  for (const segment of segments) {
    if (segment.kind === "rest" || segment.zone === zone || !isDamaged(segment, listeners, ownerIds)) {
      result.push(segment);
      continue;
    }
    const { line, owner, text } = segment;
    const last = line + text.replace(/\n$/, "").split("\n").length - 1;
    if (!ownerIds.includes(owner)) {
      return invalid(
        `line ${line}: the section of the DnsZone ${segment.zone} is damaged, so CoreDNS may not start with this file. ` +
          `It belongs to the dnsalias owner "${owner}", which repairs it if that installation still runs. If not, remove lines ${line} to ${last}`,
      );
    }
    result.push({ ...segment, text: repairedPart(segment, listeners) });
    repairs.push(`the section of the DnsZone ${segment.zone} in lines ${line} to ${last} is damaged`);
  }
  return { kind: "ok", segments: result, repairs };
}

const NO_RELOAD =
  'the Corefile has no reload plugin, so CoreDNS serves changes only after a restart: add a line "reload" to its root block';

interface ForeignKey {
  readonly zone: string;
  readonly port: string | undefined;
  readonly where: string;
}

function foreignKeys(segments: readonly Segment[], rest: Corefile, zone: ObjectKey): readonly ForeignKey[] {
  const others = segments.flatMap((segment) => {
    const parsed = segment.kind === "part" && segment.zone !== zone ? parseCorefile(segment.text) : undefined;
    const who = segment.kind === "part" ? segment.zone : "";
    return parsed?.kind === "ok" ? keysOf(parsed.corefile, () => `in the section of the DnsZone ${who}`) : [];
  });
  return [...keysOf(rest, (line) => `of its own in line ${line}`), ...others];
}

function keysOf({ blocks }: Corefile, where: (line: number) => string): readonly ForeignKey[] {
  return blocks.flatMap(({ keys, line }) =>
    keys.map((key) => {
      const { zone, port } = parseCorefileKey(key);
      return { zone, port, where: where(line) };
    }),
  );
}

function obstacleOf(keys: readonly ForeignKey[], listeners: readonly CorefileListener[]): OverlayFile["obstacle"] {
  const byZone = Map.groupBy(keys, ({ zone }) => zone);
  return (name) => {
    const zone = blockZone(name);
    const found = byZone.get(zone)?.find((key) => listeners.some(({ port }) => samePort(port, key.port)));
    return found === undefined
      ? undefined
      : `the Corefile has a server block for ${zone.replace(/\.$/, "")} ${found.where}, which answers for ${displayName(name)}`;
  };
}

/** Returns the text of a segment for the parser. Empty lines replace a dnsalias section. */
function visibleText({ kind, text }: Segment): string {
  return kind === "rest" ? text : "\n".repeat(text.split("\n").length - 1);
}

/** Finds a section inside a server block, a snippet, or a token. CoreDNS would read the section as content of the block. */
function partInsideBlock(
  segments: readonly Segment[],
  { blocks, snippets, pieces }: Corefile,
): CorefileProblem | undefined {
  const isInBlock = withinOneOf([...blocks, ...snippets].sort((a, b) => a.start - b.start));
  const tokens = pieces.filter(({ kind }) => kind === "token");
  const isInToken = withinOneOf(tokens.map(({ start, raw }) => ({ start, end: start + raw.length })));
  const open = blocks.find(({ hasBraces }) => !hasBraces);
  let at = 0;
  for (const segment of segments) {
    if (segment.kind === "part") {
      const { line } = segment;
      if (open !== undefined && open.start < at) {
        const message = `the server block "${open.keys.join(" ").slice(0, 80)}" has no braces, so CoreDNS reads the dnsalias section in line ${line} as its directives: add the braces`;
        return { line: open.line, message };
      }
      if (isInBlock(at) || isInToken(at)) {
        const message =
          "the dnsalias section is inside a server block, a snippet or a string: move it out, or remove it with its markers";
        return { line, message };
      }
    }
    at += visibleText(segment).length;
  }
  return undefined;
}

/** Whether an offset is inside one of the ranges, which are sorted and do not overlap. Call it with ascending offsets. */
function withinOneOf(ranges: readonly { readonly start: number; readonly end: number }[]): (offset: number) => boolean {
  let index = 0;
  return (offset) => {
    while ((ranges[index]?.end ?? offset + 1) <= offset) {
      index += 1;
    }
    return (ranges[index]?.start ?? offset) < offset;
  };
}

function invalid(message: string): { readonly kind: "invalid"; readonly message: string } {
  return { kind: "invalid", message };
}
