/**
 * The text of each of the 256 bytes in a label. Printable ASCII represents itself. All other bytes, the dot, the backslash, and
 * characters with a meaning in zone files (`"();@$`) are written as `\DDD` (RFC 1035 5.1). A dot in the text of a name is therefore
 * always the end of a label, and the text is valid in a zone file.
 */
export const BYTE_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) => byteText(byte));

/** The texts of {@link BYTE_TEXT} in lower case (RFC 4343: ASCII letters only). */
export const LOWER_CASE_BYTE_TEXT: readonly string[] = BYTE_TEXT.map((text) =>
  text.startsWith("\\") ? text : text.toLowerCase(),
);

function byteText(byte: number): string {
  const text = String.fromCharCode(byte);
  return byte > 0x20 && byte < 0x7f && !'.\\"();@$'.includes(text) ? text : `\\${String(byte).padStart(3, "0")}`;
}
