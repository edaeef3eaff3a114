import { rule, type Rule, type Spot } from "./rule.ts";

/** Where the texts stand that a group of rules is about. */
export interface TextsAt<Spec> {
  readonly at: string;
  readonly values: (spec: Spec) => readonly Spot<string>[];
}

/** What src/dns/name/name.ts takes as a host name, as far as CEL can say it: names in other scripts pass and are converted later. */
export function hostNameRules<Spec>(texts: TextsAt<Spec>): readonly Rule<Spec>[] {
  return [matching(texts, HOST_NAME, HOST_NAME_MESSAGE), lengthRule(texts), notAnAddress(texts, NUMBER_MESSAGE)];
}

/** As {@link hostNameRules}, and `*` as the whole leftmost label (RFC 4592). */
export function ownerNameRules<Spec>(texts: TextsAt<Spec>): readonly Rule<Spec>[] {
  return [
    matching(texts, OWNER_NAME, HOST_NAME_MESSAGE),
    rule({
      ...texts,
      cel: String.raw`!self.contains('*') || self.matches(r'${WILDCARD}')`,
      message: "a wildcard is * as the whole leftmost label and nowhere else: write it like *.example.com",
      holds: (text) => !text.includes("*") || regex(WILDCARD).test(text),
    }),
    lengthRule(texts),
    notAnAddress(texts, NUMBER_MESSAGE),
  ];
}

/** For a target, where the cure is another field. */
export function targetNameRules<Spec>(texts: TextsAt<Spec>): readonly Rule<Spec>[] {
  return [
    matching(texts, HOST_NAME, `${HOST_NAME_MESSAGE}; a target cannot be a wildcard`),
    lengthRule(texts),
    notAnAddress(texts, "this is an address, not a host name: put it under addresses in place of hostname"),
  ];
}

const HOST_NAME_MESSAGE =
  "not a host name: write labels of letters, digits, hyphens and underscores with single dots between, each 1 to 63 long, with no hyphen at its start or end and no scheme, port or path";
const NUMBER_MESSAGE = "the last label of a host name cannot be a number: this looks like an address, write a name";

/* All ASCII but letters, digits, underscore (and hyphen inside a label) is out; what is not ASCII is judged when it becomes an A-label. */
const END = String.raw`[^\x00-/:-@\[-^\x60{-\x7F]`;
const INSIDE = String.raw`[^\x00-,./:-@\[-^\x60{-\x7F]`;
const OWNER_END = String.raw`[^\x00-)+-/:-@\[-^\x60{-\x7F]`;
const OWNER_INSIDE = String.raw`[^\x00-)+,./:-@\[-^\x60{-\x7F]`;
const HOST_NAME = nameOf(END, INSIDE);
const OWNER_NAME = nameOf(OWNER_END, OWNER_INSIDE);
const WILDCARD = String.raw`^\*\.[^*]+$`;
const ENDS_WITH_NUMBER = String.raw`(^|\.)[0-9]+\.?$`;

function nameOf(end: string, inside: string): string {
  const label = `${end}(${inside}{0,61}${end})?`;
  return String.raw`^${label}(\.${label})*\.?$`;
}

/** The same text is an RE2 pattern for CEL and a pattern here. */
function matching<Spec>(texts: TextsAt<Spec>, pattern: string, message: string): Rule<Spec> {
  const compiled = regex(pattern);
  return rule({ ...texts, cel: `self.matches(r'${pattern}')`, message, holds: (text) => compiled.test(text) });
}

function lengthRule<Spec>(texts: TextsAt<Spec>): Rule<Spec> {
  return rule({
    ...texts,
    cel: "size(self) <= (self.endsWith('.') ? 254 : 253)",
    message: "a host name has at most 253 characters, its final dot not counted: shorten it",
    holds: (text) => Array.from(text).length <= (text.endsWith(".") ? 254 : 253),
  });
}

function notAnAddress<Spec>(texts: TextsAt<Spec>, message: string): Rule<Spec> {
  const compiled = regex(ENDS_WITH_NUMBER);
  return rule({
    ...texts,
    cel: `!self.matches(r'${ENDS_WITH_NUMBER}')`,
    message,
    holds: (text) => !compiled.test(text),
  });
}

function regex(pattern: string): RegExp {
  return new RegExp(pattern, "u");
}
