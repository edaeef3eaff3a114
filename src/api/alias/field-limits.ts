/* Limits of fields that several schemas have. */

export const MAX_ADDRESS_TEXT = 45;
/** The maximum length of a name: 253 characters (RFC 1035 2.3.4) and a final dot. */
export const MAX_NAME_TEXT = 254;
export const PORT = { minimum: 1, maximum: 65_535 };
