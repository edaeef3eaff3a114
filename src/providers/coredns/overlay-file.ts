import type { ObjectKey } from "../../api/meta.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { type Corefile, parseCorefile } from "./corefile.ts";
import { parseCorefileKey, samePort } from "./corefile-key.ts";
import { type CorefileListener, mayReload, rootListeners } from "./corefile-listeners.ts";
import { blockZone, readPart } from "./overlay-block.ts";
import { type Segment, splitSegments } from "./overlay-part.ts";
import type { OwnedRRset } from "../owned-rrset.ts";

/** What one DnsZone's overlay has to know of a Corefile key. */
export interface OverlayFile {
  readonly segments: readonly Segment[];
  /** Our part as it stands; undefined: there is none. */
  readonly part: string | undefined;
  readonly owner: string | undefined;
  /** The sets of our part that may stand. */
  readonly sets: readonly OwnedRRset[];
  readonly listeners: readonly CorefileListener[];
  /** Why a block of ours may not be written for a name: someone else has a server block for it. */
  readonly obstacle: (name: Name) => string | undefined;
  /** For people: something about the file that keeps the overlay from working. */
  readonly warning: string | undefined;
}

export type OverlayFileRead =
  | { readonly kind: "ok"; readonly file: OverlayFile }
  | { readonly kind: "invalid"; readonly message: string };

/** `fallback` is for a file that shows no block for ".", such as a `*.server` file that the main Corefile imports. */
export function readOverlayFile(text: string, zone: ObjectKey, fallback: CorefileListener): OverlayFileRead {
  const split = splitSegments(text);
  if (split.kind === "invalid") {
    return invalid(`line ${split.line}: ${split.message}`);
  }
  const { segments } = split;
  const rest = segments.map(visibleText).join("");
  const parsed = parseCorefile(rest);
  if (parsed.kind === "invalid") {
    return invalid(`line ${parsed.line}: ${parsed.message}`);
  }
  const inside = partInsideBlock(segments, parsed.corefile);
  if (inside !== undefined) {
    return invalid(
      `line ${inside}: the part of dnsalias stands inside a server block: move it out, or remove it with its markers`,
    );
  }
  const own = segments.find((segment) => segment.kind === "part" && segment.zone === zone);
  const found = rootListeners(parsed.corefile, rest);
  const listeners = found.length > 0 ? found : [fallback];
  const obstacle = obstacleOf(foreignKeys(segments, parsed.corefile, zone), listeners);
  const sets = readPart(own?.text ?? "").filter(({ name }) => obstacle(name) === undefined);
  const warning = mayReload(parsed.corefile) ? undefined : NO_RELOAD;
  const owner = own?.kind === "part" ? own.owner : undefined;
  return { kind: "ok", file: { segments, part: own?.text, owner, sets, listeners, obstacle, warning } };
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
    return parsed?.kind === "ok" ? keysOf(parsed.corefile, () => `in the part of the DnsZone ${who}`) : [];
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

/** A segment as the parser sees it: a part is as many empty lines. */
function visibleText({ kind, text }: Segment): string {
  return kind === "rest" ? text : "\n".repeat(text.split("\n").length - 1);
}

/** The line of a part that is not between server blocks. */
function partInsideBlock(segments: readonly Segment[], { blocks, pieces }: Corefile): number | undefined {
  let at = 0;
  let line = 1;
  for (const segment of segments) {
    const text = visibleText(segment);
    const isInside = blocks.some(({ start, end }) => start < at && at < end);
    const cutsToken = pieces.some(
      (piece) => piece.kind === "token" && piece.start < at && at < piece.start + piece.raw.length,
    );
    if (segment.kind === "part" && (isInside || cutsToken)) {
      return line;
    }
    at += text.length;
    line += text.split("\n").length - 1;
  }
  return undefined;
}

function invalid(message: string): OverlayFileRead {
  return { kind: "invalid", message };
}
