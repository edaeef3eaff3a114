import { authorityRules } from "./authority-rules.ts";
import { urlRules } from "./external-text-rules.ts";
import { rule, spot, spots, type Rule } from "../../schema/rule.ts";
import { objectNameRule } from "../../schema/text-rules.ts";
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
      "not a path of the etcd plugin: use a slash before each part, and letters, digits, hyphens, underscores and dots in it, like /skydns",
    holds: (text) => new RegExp(PATH).test(text),
  }),
  ...secretRefRules(`${ETCD}.auth.passwordRef`, (spec) => etcd(spec)?.auth?.passwordRef),
  ...authorityRules(ETCD, etcd),
  objectNameRule<Spec>(textAt(`${ETCD}.clientCertificateRef.name`, (spec) => etcd(spec)?.clientCertificateRef?.name)),
  rule<Spec, Etcd>({
    at: ETCD,
    cel: "!(has(self.caBundle) || has(self.caBundleRef) || has(self.clientCertificateRef)) || self.endpoints.all(url, !url.startsWith('http://'))",
    message:
      "caBundle, caBundleRef, and clientCertificateRef apply only to https:// addresses: write https://… for every endpoint, or remove them",
    values: (spec) => spot(ETCD, etcd(spec)),
    holds: ({ caBundle, caBundleRef, clientCertificateRef, endpoints }) =>
      [caBundle, caBundleRef, clientCertificateRef].every((one) => one === undefined) ||
      endpoints.every((url) => !url.startsWith("http://")),
  }),
];

function etcd({ provider }: Spec) {
  return provider.coreDNSEtcd;
}
