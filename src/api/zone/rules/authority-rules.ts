import { rule, spot, type Rule } from "../../schema/rule.ts";
import { configMapKeyRule, objectNameRule } from "../../schema/text-rules.ts";
import type { ZoneSpecText } from "../schema.ts";
import type { AuthoritiesText } from "../shared-fields.ts";
import { unshown } from "./external-text-rules.ts";
import { textAt } from "./secret-ref-rules.ts";

type Spec = ZoneSpecText;

const BASE64 = String.raw`^[A-Za-z0-9+/\s]+=?\s*=?\s*$`;

/** The rules of `caBundle` and `caBundleRef` of one provider. The conversion checks later whether each certificate is readable. */
export function authorityRules(
  at: string,
  authorities: (spec: Spec) => AuthoritiesText | undefined,
): readonly Rule<Spec>[] {
  const bundle = textAt(`${at}.caBundle`, (spec) => authorities(spec)?.caBundle);
  return [
    rule<Spec, AuthoritiesText>({
      at,
      cel: "!(has(self.caBundle) && has(self.caBundleRef))",
      message: "at most one of caBundle and caBundleRef: keep one",
      values: (spec) => spot(at, authorities(spec)),
      holds: ({ caBundle, caBundleRef }) => caBundle === undefined || caBundleRef === undefined,
    }),
    unshown(
      rule({
        ...bundle,
        cel: "!self.contains('-----')",
        message: "PEM text, where base64 is needed: write the output of base64 -w0 ca.crt, or use caBundleRef",
        holds: (text) => !text.includes("-----"),
      }),
    ),
    unshown(
      rule({
        ...bundle,
        cel: `self.contains('-----') || self.matches(r'${BASE64}')`,
        message: "not base64: write the output of base64 -w0 ca.crt, or use caBundleRef",
        holds: (text) => text.includes("-----") || new RegExp(BASE64).test(text),
      }),
    ),
    objectNameRule<Spec>(textAt(`${at}.caBundleRef.name`, (spec) => authorities(spec)?.caBundleRef?.name)),
    configMapKeyRule<Spec>(textAt(`${at}.caBundleRef.key`, (spec) => authorities(spec)?.caBundleRef?.key)),
  ];
}
