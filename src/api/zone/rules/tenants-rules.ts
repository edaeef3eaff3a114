import { rule, spots, type Rule, type Spot } from "../../schema/rule.ts";
import { absoluteCel, absoluteText } from "../../schema/same-name.ts";
import { HOSTNAME_PATTERN } from "../hostname-pattern.ts";
import type { ZoneSpecText } from "../schema.ts";

type Spec = ZoneSpecText;

const AT = "spec.tenants.hostnames";
const COMPILED = new RegExp(HOSTNAME_PATTERN);

/** The rules of `spec.tenants`. */
export const TENANTS_RULES: readonly Rule<Spec>[] = [
  rule<Spec, string>({
    at: `${AT}[]`,
    cel: `self.matches(r'${HOSTNAME_PATTERN}')`,
    message:
      "not a pattern for hostnames: write a name, or *. and a name, like *.{namespace}.example.com; the variables are {namespace} and {label:KEY}",
    values: patterns,
    holds: (text) => COMPILED.test(text),
  }),
  rule<Spec, { readonly domain: string; readonly text: string }>({
    at: "spec",
    cel: `!has(self.tenants) || !has(self.tenants.hostnames) || self.tenants.hostnames.all(one, ('.' + ${absoluteCel("one")}).endsWith('.' + ${absoluteCel("self.domain")}))`,
    message: "a pattern in tenants.hostnames is outside the domain: end it with the domain",
    values: (spec) => patterns(spec).map(({ path, value }) => ({ path, value: { domain: spec.domain, text: value } })),
    holds: ({ domain, text }) => `.${absoluteText(text)}`.endsWith(`.${absoluteText(domain)}`),
  }),
];

function patterns({ tenants }: Spec): readonly Spot<string>[] {
  return spots(AT, tenants.hostnames);
}
