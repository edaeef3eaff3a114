/**
 * The text of each of the 256 octets inside a label, letters as they stand: printable ASCII as itself, everything else,
 * the dot, the backslash and what a zone file gives a meaning (`"();@$`) as `\DDD` (RFC 1035 5.1). So a dot in a name's text is always a
 * label's end, and the text can stand in a zone file as it is.
 */
export const OCTET_SPELLING: readonly string[] = Array.from({ length: 256 }, (_, octet) => spellingOf(octet));

/** As {@link OCTET_SPELLING}, upper case folded to lower case (RFC 4343: ASCII letters only). */
export const OCTET_TEXT: readonly string[] = OCTET_SPELLING.map((text) =>
  text.startsWith("\\") ? text : text.toLowerCase(),
);

function spellingOf(octet: number): string {
  const text = String.fromCharCode(octet);
  return octet > 0x20 && octet < 0x7f && !'.\\"();@$'.includes(text) ? text : `\\${String(octet).padStart(3, "0")}`;
}
