/** The JSON value of a scalar, or the reason why it has none. */
export type ScalarValue =
  | { readonly kind: "value"; readonly value: string | number | boolean | null }
  | { readonly kind: "problem"; readonly message: string };

export interface ScalarText {
  readonly text: string;
  /** An explicit tag such as `tag:yaml.org,2002:str`. Absent: there is none. */
  readonly tag?: string;
  /** False for text in quotes and for block scalars, which are always text. */
  readonly isPlain: boolean;
}

/**
 * Reads a scalar as kubectl does (sigs.k8s.io/yaml, with go.yaml.in/yaml/v2). It is YAML 1.1 without sexagesimal numbers, and
 * with dates as text. See `resolve.go` there.
 */
export function scalarValue({ text, tag, isPlain }: ScalarText): ScalarValue {
  switch (tag) {
    case undefined:
      return isPlain ? plainScalar(text) : value(text);
    case `${CORE_TAGS}binary`:
      return binaryText(text);
    case `${CORE_TAGS}bool`:
      return ofType("a boolean", text, (read) => typeof read === "boolean");
    case `${CORE_TAGS}int`:
      return ofType("an integer", text, (read) => Number.isInteger(read) && INTEGER.test(text.replaceAll("_", "")));
    case `${CORE_TAGS}float`:
      return ofType("a number", text, (read) => typeof read === "number");
    case `${CORE_TAGS}null`:
      return ofType("null", text, (read) => read === null);
    case `${CORE_TAGS}timestamp`:
      return DATE.test(text) ? value(text) : problem(`this is not a date, ${WRONG_TAG}`);
    default:
      // A text, or a scalar with a tag of another program.
      return value(text);
  }
}

const CORE_TAGS = "tag:yaml.org,2002:";
/** A plain scalar with any other first character is text. */
const FIRST = /^[-+0-9yYnNtTfFoO~.]/;
const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...words(true, "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"),
  ...words(false, "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"),
  ...words(null, "", "~", "null", "Null", "NULL"),
]);
const NO_JSON_NUMBER = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
/** The integers of Go's strconv.ParseInt with base 0: a leading zero means octal. */
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]?([0-7]+)|0[bB]([01]+)|(0|[1-9][0-9]*))$/;
const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const MAX_UINT64 = 2n ** 64n - 1n;
const DATE = /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]| )\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)?)?$/;
const WRONG_TAG = "which its tag requires: remove the tag or correct the value";

function words<Value>(means: Value, ...texts: readonly string[]): readonly (readonly [string, Value])[] {
  return texts.map((text) => [text, means]);
}

function value(read: string | number | boolean | null): ScalarValue {
  return { kind: "value", value: read };
}

function problem(message: string): ScalarValue {
  return { kind: "problem", message };
}

function plainScalar(text: string): ScalarValue {
  const word = WORDS.get(text);
  if (word !== undefined) {
    return value(word);
  }
  if (NO_JSON_NUMBER.test(text)) {
    return problem("JSON has no such number: write a finite one, or put text in quotes");
  }
  return FIRST.test(text) ? value(numberOf(text) ?? text) : value(text);
}

/** Undefined if the text is not a number, or if the number is too large for JavaScript. */
function numberOf(text: string): number | undefined {
  const plain = text.startsWith(".") ? text.replaceAll(/(?<=\d)_(?=\d)/g, "") : text.replaceAll("_", "");
  const integer = integerOf(plain);
  if (integer !== undefined) {
    return integer;
  }
  const decimal = DECIMAL.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(decimal) ? decimal : undefined;
}

function integerOf(text: string): number | undefined {
  const [, sign = "", hex, octal, binary, decimal] = INTEGER.exec(text) ?? [];
  const digits = hex ?? octal ?? binary ?? decimal;
  if (digits === undefined) {
    return undefined;
  }
  const prefix = hex === undefined ? (octal === undefined ? (binary === undefined ? "" : "0b") : "0o") : "0x";
  const size = BigInt(`${prefix}${digits}`);
  return size > MAX_UINT64 ? undefined : Number(sign === "-" ? -size : size);
}

function ofType(what: string, text: string, is: (read: unknown) => boolean): ScalarValue {
  const read = plainScalar(text);
  return read.kind === "value" && !is(read.value) ? problem(`this is not ${what}, ${WRONG_TAG}`) : read;
}

/** Decodes base64. Bytes that are not UTF-8 text are a problem, because JSON has no form for them. */
function binaryText(base64: string): ScalarValue {
  const compact = base64.replace(/[\r\n]/g, "");
  const bytes = Buffer.from(compact, "base64");
  if (bytes.toString("base64") !== compact) {
    return problem("!!binary has invalid base64 data: correct it");
  }
  try {
    return value(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return problem("!!binary has data that is not UTF-8 text: write a Secret's data in base64 without the tag");
  }
}
