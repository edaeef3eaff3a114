import type { ObjectKey } from "../../api/meta.ts";
import { ALIAS_TYPES, type AliasType } from "../../dns/record.ts";
import { isOwnerId } from "../owner-id.ts";

/** The content of a marker: the owner, the record types that it wrote at the name, and the alias. */
export interface Marker {
  readonly owner: string;
  /** In the order of {@link ALIAS_TYPES}. Never empty. */
  readonly types: readonly AliasType[];
  readonly resource: ObjectKey;
}

/** The marker as RDATA of one TXT record, in strings of at most 255 bytes (RFC 1035 3.3). */
export function markerData({ owner, types, resource }: Marker): string {
  const ordered = ALIAS_TYPES.filter((type) => types.includes(type));
  const text = `heritage=${HERITAGE},owner=${owner},types=${ordered.join("+")},resource=${resource}`;
  return (text.match(STRINGS) ?? []).map((part) => `"${part}"`).join(" ");
}

/** Reads the RDATA of a TXT record. Undefined if it is not a complete marker, and is therefore a text of another writer. */
export function readMarker(data: string): Marker | undefined {
  const text = textOf(data);
  if (!text.startsWith(`heritage=${HERITAGE},`)) {
    return undefined;
  }
  const fields = new Map(text.split(",").map((field) => splitOnce(field)));
  const owner = fields.get("owner") ?? "";
  const types = ALIAS_TYPES.filter((type) => fields.get("types")?.split("+").includes(type));
  const resource = fields.get("resource") ?? "";
  return isOwnerId(owner) && types.length > 0 ? { owner, types, resource } : undefined;
}

const HERITAGE = "dnsalias";
const STRINGS = /.{1,255}/gs;
const WORDS = /"((?:[^"\\]|\\.)*)"|([^\s"]+)/gs;
const ESCAPES = /\\(?:(\d{3})|(.))/gs;

/** The joined strings of the record, without quotes and escapes. */
function textOf(data: string): string {
  return [...data.matchAll(WORDS)]
    .map(([, quoted, plain]) => quoted ?? plain ?? "")
    .map((word) =>
      word.replace(ESCAPES, (_, byte: string | undefined, character: string | undefined) =>
        byte === undefined ? (character ?? "") : String.fromCharCode(Number(byte)),
      ),
    )
    .join("");
}

function splitOnce(field: string): readonly [string, string] {
  const at = field.indexOf("=");
  return at < 0 ? [field, ""] : [field.slice(0, at), field.slice(at + 1)];
}
