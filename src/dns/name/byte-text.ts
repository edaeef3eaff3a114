/**
 * The text of each of the 256 octets inside a label, letters as they stand: printable ASCII as itself, everything else,
 * the dot, the backslash and what a zone file gives a meaning (`"();@$`) as `\DDD` (RFC 1035 5.1). So a dot in a name's text is always a
 * label's end, and the text can stand in a zone file as it is.
 */
export const BYTE_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) => byteText(byte));

/** As {@link BYTE_TEXT}, upper case folded to lower case (RFC 4343: ASCII letters only). */
export const LOWER_CASE_BYTE_TEXT: readonly string[] = BYTE_TEXT.map((text) =>
  text.startsWith("\\") ? text : text.toLowerCase(),
);

function byteText(byte: number): string {
  const text = String.fromCharCode(byte);
  return byte > 0x20 && byte < 0x7f && !'.\\"();@$'.includes(text) ? text : `\\${String(byte).padStart(3, "0")}`;
}
