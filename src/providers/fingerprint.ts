import { createHash } from "node:crypto";

/** Short and equal for equal texts: enough to notice a change, no protection against someone who wants it unnoticed. */
export function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
