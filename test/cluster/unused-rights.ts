/** Rights that a run may leave unused, and when they are used. Each is the start of a text of `rightText`. */
const RARELY_USED: readonly { readonly right: string; readonly usedWhen: string }[] = [
  { right: "patch events.events.k8s.io ", usedWhen: "the same Event occurs again within minutes" },
  { right: "get dnsendpoints.externaldns.k8s.io ", usedWhen: "ExternalDNS wrote the status of the object meanwhile" },
  { right: "patch dnszones.dnsalias.io ", usedWhen: "a DnsZone has deletionPolicy: Delete" },
  { right: "get dnsaliases.dnsalias.io ", usedWhen: "another writer changed the object meanwhile" },
  {
    right: "get dnszones.dnsalias.io ",
    usedWhen: "the schema in the cluster lets a DnsZone pass that dnsalias refuses",
  },
];

/** Those of the unused rights that have no reason. */
export function withoutReason(unused: readonly string[]): readonly string[] {
  return unused.filter((text) => !RARELY_USED.some(({ right }) => text.startsWith(right)));
}
