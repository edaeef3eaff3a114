/** The fields that can contain a credential, at the top or in one of the two levels below. */
const SECRET_FIELDS = new Set([
  "token",
  "secret",
  "password",
  "authorization",
  "Authorization",
  "apiKey",
  "tsigSecret",
  "clientKey",
  "clientKeyData",
  "cookie",
]);

/** How many levels below the top are searched. */
const DEPTH = 2;

/** Returns the fields of a log line with the secrets removed. Without a secret, as in nearly every line, it returns the same object. */
export function redacted(fields: Record<string, unknown>): Record<string, unknown> {
  return without(fields, DEPTH);
}

function without(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    const shown = SECRET_FIELDS.has(key) ? "[redacted]" : below(value, depth - 1);
    if (shown !== value) {
      copy ??= { ...fields };
      copy[key] = shown;
    }
  }
  return copy ?? fields;
}

/** Errors have a serializer of their own (pino-log.ts). */
function below(value: unknown, depth: number): unknown {
  if (depth < 0 || typeof value !== "object" || value === null || value instanceof Error) {
    return value;
  }
  if (!Array.isArray(value)) {
    return without(Object(value), depth);
  }
  const shown = value.map((part: unknown) => below(part, depth - 1));
  return shown.some((part, index) => part !== value[index]) ? shown : value;
}
