/**
 * One text in a ConfigMap key or in a file. The CoreDNS provider knows no other property of the location, so it is the same in a
 * cluster and in a folder.
 */
export interface TextStore {
  /** The location for users: "ConfigMap dns-system/dnsalias-example-com key example.com.zone", or a path. */
  readonly location: string;
  read(signal: AbortSignal): Promise<TextRead>;
  /** Writes only if the text still has `revision`. "" means that it must not exist yet. */
  write(text: string, revision: string, signal: AbortSignal): Promise<TextWrite>;
}

export type TextRead =
  | {
      readonly kind: "ok";
      /** Undefined: the key or file does not exist. */
      readonly text: string | undefined;
      readonly revision: string;
      /** The owner id of its writer, if the location can store one. Undefined: none. */
      readonly owner: string | undefined;
      /** Bytes of other texts at this location. Absent: none. */
      readonly otherBytes?: number;
    }
  /** The right to read is missing, or an object in another namespace doesn't permit the zone. `reason` is a condition reason. */
  | { readonly kind: "refused"; readonly reason: "Forbidden" | "RefNotPermitted"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string; readonly retryAfterMs?: number };

export type TextWrite =
  | { readonly kind: "written"; readonly revision: string }
  | { readonly kind: "conflict"; readonly message: string }
  /** `reason` is a condition reason: Forbidden, RefNotPermitted, TooLarge, ForeignManager, NotFound. */
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  | { readonly kind: "failed"; readonly message: string; readonly retryAfterMs?: number };

/** An inline text of the DnsZone, as a readable store. */
export function inlineText(text: string, location: string): Pick<TextStore, "location" | "read"> {
  return { location, read: () => Promise.resolve({ kind: "ok", text, revision: "inline", owner: undefined }) };
}
