/**
 * One text that lives in a ConfigMap key or in a file. The CoreDNS provider knows nothing else of where its text goes, so it is the
 * same in a cluster and in a folder.
 */
export interface TextStore {
  /** For people: "ConfigMap dns-system/dnsalias-example-com key example.com.zone" or a path. */
  readonly location: string;
  read(signal: AbortSignal): Promise<TextRead>;
  /** Writes only while the text is still at `revision`; "" means that it must not exist yet. */
  write(text: string, revision: string, signal: AbortSignal): Promise<TextWrite>;
}

export type TextRead =
  | {
      readonly kind: "ok";
      /** Undefined: the key or file is not there. */
      readonly text: string | undefined;
      readonly revision: string;
      /** Owner id that wrote it, where the place can carry one; undefined: nobody's. */
      readonly owner: string | undefined;
      /** What the place holds beside this text, of the bytes that it can hold; absent: nothing. */
      readonly otherBytes?: number;
    }
  /** The right to read is missing, or a place in another namespace doesn't permit the zone; `reason` is a condition reason. */
  | { readonly kind: "refused"; readonly reason: "Forbidden" | "RefNotPermitted"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string; readonly retryAfterMs?: number };

export type TextWrite =
  | { readonly kind: "written"; readonly revision: string }
  | { readonly kind: "conflict"; readonly message: string }
  /** `reason` is a condition reason: Forbidden, RefNotPermitted, TooLarge, ForeignManager, NotFound. */
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  | { readonly kind: "failed"; readonly message: string; readonly retryAfterMs?: number };

/** A text that stands in the DnsZone itself, as something to read. */
export function inlineText(text: string, location: string): Pick<TextStore, "location" | "read"> {
  return { location, read: () => Promise.resolve({ kind: "ok", text, revision: "inline", owner: undefined }) };
}
