import type { Endpoint } from "../../../../src/providers/external-dns-webhook/endpoint.ts";
import type { RRset } from "../../../../src/dns/record.ts";

/** "w.example.com 60 A 192.0.2.1,192.0.2.2"; a TXT target is all that follows. */
export function endpoint(line: string, more: Partial<Endpoint> = {}): Endpoint {
  const [, dnsName = "", ttl = "", recordType = "", rest = ""] = /^(\S+) (\S+) (\S+) (.*)$/.exec(line) ?? [];
  const targets = recordType === "TXT" ? [rest] : rest.split(",").filter((target) => target !== "");
  return {
    dnsName,
    recordType,
    targets,
    recordTTL: Number(ttl),
    setIdentifier: "",
    labels: {},
    providerSpecific: [],
    ...more,
  };
}

export function lineOf({ name, ttl, type, data }: RRset): string {
  return `${name} ${ttl} ${type} ${data.join(" | ")}`;
}
