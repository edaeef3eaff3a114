import { createHash } from "node:crypto";

/** Returns a short hash of the text. It shows changes, but does not protect against attackers. */
export function fingerprint(text: string): string {
  const hash = fingerprinter();
  hash.add(text);
  return hash.value();
}

/** The {@link fingerprint} of a text in pieces. The value of the pieces so far is available at any time. */
export function fingerprinter(): { readonly add: (text: string) => void; readonly value: () => string } {
  const hash = createHash("sha256");
  return {
    add: (text) => void hash.update(text),
    value: () => hash.copy().digest("hex").slice(0, 16),
  };
}
