import type { ObjectKey } from "../../api/meta.ts";

/** A Corefile in parts: those between dnsalias markers, one a DnsZone, and the rest. Joined they are the file, byte for byte. */
export type Segment =
  | { readonly kind: "rest"; readonly text: string }
  | {
      readonly kind: "part";
      readonly zone: ObjectKey;
      readonly owner: string;
      /** With its marker lines. */
      readonly text: string;
    };

export type SegmentsRead =
  | { readonly kind: "ok"; readonly segments: readonly Segment[] }
  | { readonly kind: "invalid"; readonly line: number; readonly message: string };

/** Cuts a Corefile at the marker lines, whatever stands between them; markers that are not clear pairs are a mistake for a person. */
export function splitSegments(text: string): SegmentsRead {
  const segments: Segment[] = [];
  const seen = new Set<string>();
  let rest = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  let open: { readonly zone: ObjectKey; readonly owner: string; readonly line: number; text: string } | undefined;
  let number = 0;
  for (const line of linesOf(text.slice(rest.length))) {
    number += 1;
    const marker = readMarker(line);
    if (marker?.kind === "unclear") {
      return invalid(number, `"${line.trim().slice(0, 80)}" looks like a dnsalias marker and is none: remove the line`);
    }
    if (open === undefined && marker?.kind === "end") {
      return invalid(number, `an END marker of ${marker.zone} without its BEGIN: remove the line`);
    }
    if (marker?.kind === "begin" && (open !== undefined || seen.has(marker.zone))) {
      const what = open === undefined ? `a second part for ${marker.zone}` : `the part of ${open.zone} has no END`;
      return invalid(open?.line ?? number, `${what}: remove the part and its markers, it is written anew`);
    }
    if (open !== undefined && marker?.kind === "end" && marker.zone !== open.zone) {
      return invalid(open.line, `the part of ${open.zone} has no END: remove it and its markers, it is written anew`);
    }
    if (marker?.kind === "begin") {
      segments.push({ kind: "rest", text: rest });
      rest = "";
      seen.add(marker.zone);
      open = { zone: marker.zone, owner: marker.owner, line: number, text: line };
    } else if (open !== undefined) {
      open.text += line;
      if (marker?.kind === "end") {
        segments.push({ kind: "part", zone: open.zone, owner: open.owner, text: open.text });
        open = undefined;
      }
    } else {
      rest += line;
    }
  }
  return open === undefined
    ? { kind: "ok", segments: [...segments, { kind: "rest", text: rest }] }
    : invalid(open.line, `the part of ${open.zone} has no END: remove it and its markers, it is written anew`);
}

/** The file with the zone's part replaced where it stands, or put in front; an empty part takes it out. */
export function replacePart(segments: readonly Segment[], zone: ObjectKey, text: string): string {
  const has = segments.some((segment) => segment.kind === "part" && segment.zone === zone);
  const joined = segments
    .map((segment) => (segment.kind === "part" && segment.zone === zone ? text : segment.text))
    .join("");
  if (has) {
    return joined;
  }
  return joined.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK + text + joined.slice(1) : text + joined;
}

export function beginMarker(zone: ObjectKey, owner: string): string {
  return `# BEGIN dnsalias zone=${zone} owner=${owner}\n`;
}

export function endMarker(zone: ObjectKey): string {
  return `# END dnsalias zone=${zone}\n`;
}

const BYTE_ORDER_MARK = "\uFEFF";

type Marker =
  | { readonly kind: "begin"; readonly zone: ObjectKey; readonly owner: string }
  | { readonly kind: "end"; readonly zone: ObjectKey }
  | { readonly kind: "unclear" };

const BEGIN = /^# BEGIN dnsalias zone=(\S+) owner=(\S+)\n?$/;
const END = /^# END dnsalias zone=(\S+)\n?$/;
const ALMOST = /#\s*(?:BEGIN|END)\s+dnsalias\b/i;

function readMarker(line: string): Marker | undefined {
  if (!ALMOST.test(line)) {
    return undefined;
  }
  const [, zone, owner] = BEGIN.exec(line) ?? [];
  if (zone !== undefined && owner !== undefined) {
    return { kind: "begin", zone, owner };
  }
  const ended = END.exec(line)?.[1];
  return ended === undefined ? { kind: "unclear" } : { kind: "end", zone: ended };
}

/** Each with its line's end. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function invalid(line: number, message: string): SegmentsRead {
  return { kind: "invalid", line, message };
}
