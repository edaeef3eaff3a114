import { hostNameRules } from "../schema/name-rules.ts";
import { rule, spot, spots, type Rule, type Spot } from "../schema/rule.ts";
import type { HealthCheckText } from "./health-check-schema.ts";
import { httpHeaderRules } from "./http-header-rules.ts";

interface RequestsAt<Spec> {
  readonly at: string;
  readonly values: (spec: Spec) => readonly Spot<NonNullable<HealthCheckText["httpGet"]>>[];
}

/** Visible ASCII, as in an HTTP/1.1 request target (RFC 9112 3.2). */
const PATH = String.raw`^/[\x21-\x7E]*$`;
const STATUS = "^[1-5][0-9]{2}(-[1-5][0-9]{2})?$";

/** The rules of one `httpGet`. */
export function httpGetRules<Spec>({ at, values }: RequestsAt<Spec>): readonly Rule<Spec>[] {
  return [
    rule<Spec, string>({
      at: `${at}.path`,
      cel: `self.matches(r'${PATH}')`,
      message: "invalid path: begin with / and use ASCII without spaces, for example /healthz",
      values: (spec) => values(spec).flatMap(({ path, value }) => spot(`${path}.path`, value.path)),
      holds: (text) => new RegExp(PATH).test(text),
    }),
    ...hostNameRules<Spec>({
      at: `${at}.host`,
      values: (spec) => values(spec).flatMap(({ path, value }) => spot(`${path}.host`, value.host)),
    }),
    rule<Spec, string>({
      at: `${at}.expectedStatuses[]`,
      cel: `self.matches('${STATUS}') && (size(self) == 3 || self.substring(0, 3) <= self.substring(4))`,
      message: "invalid HTTP status or range: use 200 or 200-399, from 100 to 599",
      values: (spec) =>
        values(spec).flatMap(({ path, value }) => spots(`${path}.expectedStatuses`, value.expectedStatuses)),
      holds: (text) => new RegExp(STATUS).test(text) && text.slice(0, 3) <= text.slice(-3),
    }),
    ...httpHeaderRules<Spec>({
      at: `${at}.httpHeaders[]`,
      values: (spec) => values(spec).flatMap(({ path, value }) => spots(`${path}.httpHeaders`, value.httpHeaders)),
    }),
  ];
}
