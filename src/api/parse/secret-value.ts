/**
 * The text of one value in a Secret's `data`; undefined where it is not base64, or not text. White space at both ends is taken away: no
 * credential has any, and editors and shells like to add it.
 */
export function secretValue(base64: string): string | undefined {
  const compact = base64.replace(/\s+/g, "");
  if (!BASE64.test(compact)) {
    return undefined;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(compact, "base64")).trim();
  } catch {
    return undefined;
  }
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
