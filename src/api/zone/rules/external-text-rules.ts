import type { TextsAt } from "../../schema/name-rules.ts";
import { rule, type Rule, type Spot } from "../../schema/rule.ts";
import { labelsRule } from "./label-selector-rules.ts";

/**
 * The rules for an http or https URL of scheme, host and port. The message doesn't repeat the value, because a URL can contain a
 * credential, and messages go to logs and statuses.
 */
export function urlRules<Spec>(texts: TextsAt<Spec>): readonly Rule<Spec>[] {
  const shape = new RegExp(URL_SHAPE);
  return [
    unshown(
      rule({
        ...texts,
        cel: `self.contains('@') || self.matches(r'${URL_SHAPE}')`,
        message:
          "not an address of a server: use http:// or https://, a hostname or address (IPv6 in brackets), a port if needed, and no path",
        holds: (text) => text.includes("@") || shape.test(text),
      }),
    ),
    unshown(
      rule({
        ...texts,
        cel: "!self.contains('@')",
        message:
          "no credentials in the address, where everybody who sees this object can read them: put them in a Secret",
        holds: (text) => !text.includes("@"),
      }),
    ),
  ];
}

export function serverIdRule<Spec>(texts: TextsAt<Spec>): Rule<Spec> {
  const shape = /^[A-Za-z0-9._-]+$/;
  return rule({
    ...texts,
    cel: `self.matches(r'${shape.source}')`,
    message: "not a server's id: write letters, digits, hyphens, underscores and dots; usually it is localhost",
    holds: (text) => shape.test(text),
  });
}

export function labelRules<Spec>(labels: {
  readonly at: string;
  readonly values: (spec: Spec) => readonly Spot<Readonly<Record<string, string>>>[];
}): readonly Rule<Spec>[] {
  return [
    labelsRule(labels),
    rule({
      ...labels,
      cel: `self.all(key, key != '${MANAGED_BY}' && !key.startsWith('${OWN_PREFIX}'))`,
      message: `${MANAGED_BY} and labels that begin with ${OWN_PREFIX} are dnsalias's own: choose other labels`,
      holds: (map) => Object.keys(map).every((key) => key !== MANAGED_BY && !key.startsWith(OWN_PREFIX)),
    }),
  ];
}

const HOST_LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
const PORT = "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})";
const URL_SHAPE = String.raw`^https?://(${HOST_LABEL}(\.${HOST_LABEL})*|\[[0-9A-Fa-f:.]+\])(:${PORT})?/?$`;
const MANAGED_BY = "app.kubernetes.io/managed-by";
const OWN_PREFIX = "dnsalias.io/";

/** Returns the rule with problems that don't repeat the value. */
export function unshown<Spec>(shown: Rule<Spec>): Rule<Spec> {
  return {
    ...shown,
    broken: (spec) => shown.broken(spec).map(({ path, message }) => ({ path, value: undefined, message })),
  };
}
