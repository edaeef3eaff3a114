import { caBundleRules, urlRules } from "./external-text-rules.ts";
import { rule, spot, spots, type Rule } from "../../schema/rule.ts";
import { secretRefRules, textAt } from "./secret-ref-rules.ts";
import type { ZoneSpecText } from "../schema.ts";

type Spec = ZoneSpecText;
type Etcd = NonNullable<Spec["provider"]["coreDNSEtcd"]>;

const ETCD = "spec.provider.coreDNSEtcd";
const PATH = "^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$";

/** The rules of `provider.coreDNSEtcd`. */
export const ETCD_RULES: readonly Rule<Spec>[] = [
  ...urlRules<Spec>({
    at: `${ETCD}.endpoints[]`,
    values: (spec) => spots(`${ETCD}.endpoints`, etcd(spec)?.endpoints),
  }),
  rule<Spec, string>({
    ...textAt(`${ETCD}.pathPrefix`, (spec) => etcd(spec)?.pathPrefix),
    cel: `self.matches(r'${PATH}')`,
    message:
      "not a path of the etcd plugin: write a slash before each part and none at the end, like /skydns, with letters, digits, hyphens, underscores and dots in a part",
    holds: (text) => new RegExp(PATH).test(text),
  }),
  ...secretRefRules(`${ETCD}.auth.passwordRef`, (spec) => etcd(spec)?.auth?.passwordRef),
  ...caBundleRules<Spec>(textAt(`${ETCD}.caBundle`, (spec) => etcd(spec)?.caBundle)),
  rule<Spec, Etcd>({
    at: ETCD,
    cel: "!has(self.caBundle) || self.endpoints.all(url, !url.startsWith('http://'))",
    message:
      "caBundle has an effect with https:// addresses alone: write https://… for every endpoint, or remove caBundle",
    values: (spec) => spot(ETCD, etcd(spec)),
    holds: ({ caBundle, endpoints }) => caBundle === undefined || endpoints.every((url) => !url.startsWith("http://")),
  }),
];

function etcd({ provider }: Spec) {
  return provider.coreDNSEtcd;
}
