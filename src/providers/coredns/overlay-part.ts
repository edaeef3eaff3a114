import type { ObjectKey } from "../../api/meta.ts";
import { fingerprinter } from "../fingerprint.ts";
/**
 * A segment of a Corefile: one section of a DnsZone between dnsalias's markers ("part"), or the text between such sections. All
 * segments together are the file, byte for byte.
 */
export type Segment =
  | { readonly kind: "rest"; readonly text: string }
  | {
      readonly kind: "part";
      readonly zone: ObjectKey;
      readonly owner: string;
      /** The line of its BEGIN marker, from 1. */
      readonly line: number;
      /** False: the END marker is missing. */
      readonly hasEnd: boolean;
      /** The section with its marker lines. */
      readonly text: string;
    };

export type SegmentsRead =
  | { readonly kind: "ok"; readonly segments: readonly Segment[] }
  | { readonly kind: "invalid"; readonly line: number; readonly message: string };

/**
 * Splits a Corefile at the marker lines, regardless of the text between them. A zone has several sections if a user copied one. If
 * the END marker of a section is missing, its checksum shows where it ends. Any other marker without its counterpart is an error,
 * because only a user knows which lines belong to it.
 */
export function splitSegments(text: string): SegmentsRead {
  const segments: Segment[] = [];
  let rest = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  const lines = linesOf(text.slice(rest.length));
  const markers = lines.map(readMarker);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const marker = markers[at];
    if (marker === undefined) {
      rest += line;
    } else if (marker.kind === "unclear") {
      return invalid(
        at + 1,
        `"${line.trim().slice(0, 80)}" looks like a dnsalias marker, but is not one: remove the line`,
      );
    } else if (marker.kind === "end") {
      return invalid(at + 1, `an END marker of ${marker.zone} without its BEGIN: remove the line`);
    } else {
      const next = nextMarker(markers, at + 1);
      const closing = markers[next];
      const hasEnd = closing?.kind === "end" && closing.zone === marker.zone;
      const end = hasEnd ? next + 1 : intactEnd(lines, at, next);
      if (end === undefined) {
        return invalid(
          at + 1,
          `the part of ${marker.zone} has no END marker: remove the part, and dnsalias writes it again`,
        );
      }
      const { zone, owner } = marker;
      segments.push({ kind: "rest", text: rest });
      segments.push({ kind: "part", zone, owner, line: at + 1, hasEnd, text: lines.slice(at, end).join("") });
      rest = "";
      at = end - 1;
    }
  }
  return { kind: "ok", segments: [...segments, { kind: "rest", text: rest }] };
}

/**
 * The index of the next clear marker, or the number of lines. An unclear marker within a section counts as damage of that section.
 */
function nextMarker(markers: readonly (Marker | undefined)[], from: number): number {
  let at = from;
  while (at < markers.length && (markers[at] === undefined || markers[at]?.kind === "unclear")) {
    at += 1;
  }
  return at;
}

/** Returns the line after a section without an END marker, if its body has the checksum of its second line. */
function intactEnd(lines: readonly string[], begin: number, limit: number): number | undefined {
  const sum = SUM.exec(lines[begin + 1] ?? "")?.[1];
  if (sum === undefined) {
    return undefined;
  }
  const hash = fingerprinter();
  for (let at = begin + 2; at < limit; at += 1) {
    const line = lines[at] ?? "";
    hash.add(line);
    if (line === "}\n" && hash.value() === sum) {
      return at + 1;
    }
  }
  return undefined;
}

/**
 * Returns the file with the zone's section replaced, or added at the start. An empty text removes the section. Further sections of
 * the zone are removed.
 */
export function replacePart(segments: readonly Segment[], zone: ObjectKey, text: string): string {
  const first = segments.find((segment) => segment.kind === "part" && segment.zone === zone);
  const joined = segments
    .map((segment) => {
      const isReplaced = segment.kind === "part" && segment.zone === zone;
      return isReplaced ? (segment === first ? text : "") : segment.text;
    })
    .join("");
  if (first !== undefined) {
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

/**
 * The line without the white space at its end, which CoreDNS skips. It is a loop, because a regular expression takes quadratic
 * time here.
 */
export function trimLineEnd(line: string): string {
  let end = line.length;
  while (end > 0 && " \t\r".includes(line.charAt(end - 1))) {
    end -= 1;
  }
  return line.slice(0, end);
}

const BYTE_ORDER_MARK = "\uFEFF";

type Marker =
  | { readonly kind: "begin"; readonly zone: ObjectKey; readonly owner: string }
  | { readonly kind: "end"; readonly zone: ObjectKey }
  | { readonly kind: "unclear" };

/** An editor may have added blanks or a carriage return at the end of the line. */
const BEGIN = /^# BEGIN dnsalias zone=(\S+) owner=(\S+)[ \t\r]*\n?$/;
const END = /^# END dnsalias zone=(\S+)[ \t\r]*\n?$/;
const SUM = /^# Changes here are undone\. sum=([0-9a-f]+)\n$/;
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

/** The lines, each with its line end. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function invalid(line: number, message: string): SegmentsRead {
  return { kind: "invalid", line, message };
}
