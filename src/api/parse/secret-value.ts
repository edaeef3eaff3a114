/**
 * Returns the text of one value in a Secret's `data`, without white space at both ends. Editors and shells add white space there,
 * and no credential begins or ends with it. Undefined if the value is not base64, or not text.
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
