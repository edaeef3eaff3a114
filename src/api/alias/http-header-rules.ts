import { rule, type Rule, type Spot } from "../schema/rule.ts";
import type { HttpHeader } from "../health-check.ts";

interface HeadersAt<Spec> {
  readonly at: string;
  readonly values: (spec: Spec) => readonly Spot<HttpHeader>[];
}

/** Headers that the check sets itself, or that change the framing of a message (RFC 9112 6). */
const SET_BY_CHECK = "^(connection|content-length|transfer-encoding|upgrade|expect)$";
/** Headers for credentials. */
const SECRET = "^(cookie|authorization|proxy-.*)$";
const NAME = "^[A-Za-z0-9-]+$";
/** Visible ASCII, spaces, and tabs (RFC 9110 5.5, without obs-text). */
const VALUE = String.raw`^[\t\x20-\x7E]*$`;

/** The rules of one header that a user adds to a check. */
export function httpHeaderRules<Spec>(headers: HeadersAt<Spec>): readonly Rule<Spec>[] {
  return [
    rule<Spec, HttpHeader>({
      ...headers,
      cel: `self.name.matches('${NAME}') && self.value.matches(r'${VALUE}')`,
      message: "invalid HTTP header: use a name of letters, digits, and hyphens, and an ASCII value on one line",
      holds: ({ name, value }) => new RegExp(NAME).test(name) && new RegExp(VALUE).test(value),
    }),
    refused(headers, "^host$", "Host has its own field: set httpGet.host"),
    refused(headers, SET_BY_CHECK, "the check sets this header itself: remove it"),
    refused(headers, SECRET, "secrets don't belong in a spec that everyone can read: remove this header"),
  ];
}

function refused<Spec>(headers: HeadersAt<Spec>, names: string, message: string): Rule<Spec> {
  const refusedNames = new RegExp(names);
  return rule({
    ...headers,
    cel: `!self.name.lowerAscii().matches('${names}')`,
    message,
    holds: ({ name }) => !refusedNames.test(name.toLowerCase()),
  });
}
