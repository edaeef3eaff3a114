import type { Corefile } from "../../src/providers/coredns/corefile.ts";

/** The text again, byte for byte. */
export function printCorefile(corefile: Corefile): string {
  return corefile.pieces.map(({ raw }) => raw).join("");
}
