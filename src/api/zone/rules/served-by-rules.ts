import { rule, spot, spots, type Rule } from "../../schema/rule.ts";
import { addressRule, labelNameRule } from "../../schema/text-rules.ts";
import type { ZoneSpecText } from "../schema.ts";
import type { ServedByText } from "../shared-fields.ts";

type Spec = ZoneSpecText;

const SERVED_BY = "spec.servedBy";

/** The rules of `servedBy`. */
export const SERVED_BY_RULES: readonly Rule<Spec>[] = [
  rule<Spec, ServedByText>({
    at: SERVED_BY,
    cel: "!(has(self.addresses) && has(self.service))",
    message: "servedBy has at most one of addresses and service: keep one",
    values: ({ servedBy }) => spot(SERVED_BY, servedBy),
    holds: ({ addresses, service }) => addresses === undefined || service === undefined,
  }),
  addressRule<Spec>({
    at: `${SERVED_BY}.addresses[].address`,
    values: ({ servedBy }) =>
      spots(`${SERVED_BY}.addresses`, servedBy?.addresses).map(({ path, value }) => ({
        path: `${path}.address`,
        value: value.address,
      })),
  }),
  labelNameRule<Spec>({
    at: `${SERVED_BY}.service.namespace`,
    values: ({ servedBy }) => spot(`${SERVED_BY}.service.namespace`, servedBy?.service?.namespace),
  }),
  labelNameRule<Spec>({
    at: `${SERVED_BY}.service.name`,
    values: ({ servedBy }) => spot(`${SERVED_BY}.service.name`, servedBy?.service?.name),
  }),
];
