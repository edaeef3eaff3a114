import { rule, spot, spots, type Rule } from "../../schema/rule.ts";
import { addressRule, labelNameRule } from "../../schema/text-rules.ts";
import type { ServedByText } from "../shared-fields.ts";

/** The rules of a `servedBy`, wherever it stands. */
export function servedByRules<Spec>(
  at: string,
  servedBy: (spec: Spec) => ServedByText | undefined,
): readonly Rule<Spec>[] {
  const service = (spec: Spec) => servedBy(spec)?.service;
  return [
    rule<Spec, ServedByText>({
      at,
      cel: "!(has(self.addresses) && has(self.service))",
      message: "servedBy has at most one of addresses and service: keep one",
      values: (spec) => spot(at, servedBy(spec)),
      holds: (value) => value.addresses === undefined || value.service === undefined,
    }),
    addressRule<Spec>({
      at: `${at}.addresses[].address`,
      values: (spec) =>
        spots(`${at}.addresses`, servedBy(spec)?.addresses).map(({ path, value }) => ({
          path: `${path}.address`,
          value: value.address,
        })),
    }),
    labelNameRule<Spec>({
      at: `${at}.service.namespace`,
      values: (spec) => spot(`${at}.service.namespace`, service(spec)?.namespace),
    }),
    labelNameRule<Spec>({
      at: `${at}.service.name`,
      values: (spec) => spot(`${at}.service.name`, service(spec)?.name),
    }),
  ];
}
