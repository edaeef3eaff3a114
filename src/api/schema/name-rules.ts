import { displayName } from "../../dns/name/name.ts";
import { readName } from "./name-reader.ts";
import { rule, type Rule, type Spot } from "./rule.ts";

/** The paths and values of the texts that a group of rules checks. */
export interface TextsAt<Spec> {
  readonly at: string;
  readonly values: (spec: Spec) => readonly Spot<string>[];
}

/**
 * The rules for ASCII hostnames. They accept the same names as src/dns/name/name.ts. CEL cannot compute the A-label of a name with
 * other letters.
 */
export function hostNameRules<Spec>(texts: TextsAt<Spec>): readonly Rule<Spec>[] {
  return [
    matching(texts, HOST_NAME, HOST_NAME_MESSAGE),
    aLabelRule(texts),
    lengthRule(texts),
    notAnAddress(texts, NUMBER_MESSAGE),
  ];
}

/** The rules of {@link hostNameRules}, with `*` allowed as the whole leftmost label (RFC 4592). */
export function ownerNameRules<Spec>(texts: TextsAt<Spec>): readonly Rule<Spec>[] {
  return [
    matching(texts, OWNER_NAME, HOST_NAME_MESSAGE),
    rule({
      ...texts,
      cel: String.raw`!self.contains('*') || self.matches(r'${WILDCARD}')`,
      message: "a wildcard is * as the whole leftmost label and nowhere else: write it like *.example.com",
      holds: (text) => !text.includes("*") || regex(WILDCARD).test(text),
    }),
    aLabelRule(texts),
    lengthRule(texts),
    notAnAddress(texts, NUMBER_MESSAGE),
  ];
}

/** The rules for a hostname as a target. For an address, the message names the field `addresses` as the cure. */
export function targetNameRules<Spec>(texts: TextsAt<Spec>): readonly Rule<Spec>[] {
  return [
    matching(texts, HOST_NAME, `${HOST_NAME_MESSAGE}; a target cannot be a wildcard`),
    aLabelRule(texts),
    lengthRule(texts),
    notAnAddress(texts, "this is an address, not a hostname: put it under addresses instead of hostname"),
  ];
}

const HOST_NAME_MESSAGE =
  "not a hostname: use single dots between labels of 1 to 63 letters, digits, underscores and inner hyphens, and no scheme, port or path";
const NUMBER_MESSAGE = "the last label of a hostname cannot be a number: this looks like an address, write a name";

/*
 * The characters of a label: ASCII letters, digits, and underscores, and hyphens inside the label. Non-ASCII characters match too,
 * because the rule about A-labels has a better message for them.
 */
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

/** The rule for texts that match a pattern. The pattern has the same meaning in CEL (RE2) and in JavaScript. */
function matching<Spec>(texts: TextsAt<Spec>, pattern: string, message: string): Rule<Spec> {
  const compiled = regex(pattern);
  return rule({ ...texts, cel: `self.matches(r'${pattern}')`, message, holds: (text) => compiled.test(text) });
}

/**
 * An A-label is the ASCII form of a label with other letters (RFC 5890 2.3.2.1). The manifest must contain the A-label. If dnsalias
 * converted the label, users would not see the result, which depends on the version of Unicode. IDNA2008 and UTS 46 also disagree
 * on some letters, for example ß and emoji.
 */
function aLabelRule<Spec>(texts: TextsAt<Spec>): Rule<Spec> {
  return rule({
    ...texts,
    cel: String.raw`self.matches(r'^[\x00-\x7F]*$')`,
    message:
      "a hostname is written in ASCII: for a label with other letters write its A-label (RFC 5890), like xn--mnchen-3ya for münchen",
    // oxlint-disable-next-line no-control-regex -- all of ASCII
    holds: (text) => /^[\x00-\x7F]*$/.test(text),
    messageFor: aLabelCure,
  });
}

function aLabelCure(text: string): string {
  const name = readName(text);
  return name === undefined
    ? "a hostname is written in ASCII, and this one cannot be written in A-labels (RFC 5890): correct its letters"
    : `a hostname is written in ASCII: write its A-label ${displayName(name)} (RFC 5890)`;
}

function lengthRule<Spec>(texts: TextsAt<Spec>): Rule<Spec> {
  return rule({
    ...texts,
    cel: "size(self) <= (self.endsWith('.') ? 254 : 253)",
    message: "a hostname has at most 253 characters, excluding the final dot: shorten it",
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
