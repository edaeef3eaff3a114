import type { ProviderSpec } from "../../dns-zone.ts";
import type { NameReader } from "../../schema/name-reader.ts";
import { problem, type Problem } from "../../schema/problem.ts";
import type { ZoneSpecText } from "../schema.ts";
import { authoritiesOf, authorityProblems } from "./convert-authorities.ts";
import { serverOf } from "./convert-server.ts";
import { transferOf } from "./convert-transfer.ts";
import { tsigOf } from "./convert-tsig.ts";

type ProviderText = ZoneSpecText["provider"];

/** The external provider that the spec names. Undefined if the spec names none, or if a name in it is invalid. */
export function externalProviderOf(text: ProviderText, names: NameReader): ProviderSpec | undefined {
  const { rfc2136, powerDNS, externalDNSWebhook, dnsEndpoint, transfer, coreDNSEtcd } = text;
  if (rfc2136 !== undefined) {
    return rfc2136Of(rfc2136, names);
  }
  if (powerDNS !== undefined) {
    const { url, serverId, apiKeyRef } = powerDNS;
    const spec = { url: originOf(url), serverId, apiKeyRef, ...authoritiesOf(powerDNS) };
    return { kind: "powerDNS", powerDNS: spec };
  }
  if (externalDNSWebhook !== undefined) {
    const webhook = { url: originOf(externalDNSWebhook.url), ...authoritiesOf(externalDNSWebhook) };
    return { kind: "externalDNSWebhook", webhook };
  }
  if (transfer !== undefined) {
    return transferOf(transfer, names);
  }
  if (coreDNSEtcd !== undefined) {
    return coreDNSEtcdOf(coreDNSEtcd);
  }
  return dnsEndpoint === undefined
    ? undefined
    : { kind: "dnsEndpoint", dnsEndpoint: { labels: dnsEndpoint.labels ?? {} } };
}

/** Faults that the rules cannot find: addresses that are not valid in a URL, and unreadable certificates. */
export function externalProblems({ powerDNS, externalDNSWebhook, coreDNSEtcd }: ProviderText): readonly Problem[] {
  const reached = [
    { at: "spec.provider.powerDNS", text: powerDNS },
    { at: "spec.provider.externalDNSWebhook", text: externalDNSWebhook },
  ];
  const etcd = "spec.provider.coreDNSEtcd";
  return [
    ...reached.flatMap(({ at, text }) =>
      text === undefined ? [] : [...urlProblems(`${at}.url`, text.url), ...authorityProblems(at, text.caBundle)],
    ),
    ...(coreDNSEtcd?.endpoints ?? []).flatMap((url, index) => urlProblems(`${etcd}.endpoints[${index}]`, url)),
    ...authorityProblems(etcd, coreDNSEtcd?.caBundle),
  ];
}

type CoreDNSEtcdText = NonNullable<ProviderText["coreDNSEtcd"]>;

function coreDNSEtcdOf(text: CoreDNSEtcdText): ProviderSpec {
  const { endpoints, pathPrefix, auth, clientCertificateRef } = text;
  const etcd = {
    endpoints: [...new Set(endpoints.map(originOf))],
    pathPrefix,
    ...(auth === undefined ? {} : { auth }),
    ...authoritiesOf(text),
    ...(clientCertificateRef === undefined ? {} : { clientCertificateRef }),
  };
  return { kind: "coreDNSEtcd", etcd };
}

type Rfc2136Text = NonNullable<ProviderText["rfc2136"]>;

function rfc2136Of(text: Rfc2136Text, names: NameReader): ProviderSpec | undefined {
  const servers = text.servers.map(serverOf);
  const signed = tsigOf(text.tsig, "spec.provider.rfc2136.tsig", names);
  if (signed === undefined) {
    return undefined;
  }
  return { kind: "rfc2136", rfc2136: { servers, read: text.read, ...signed } };
}

/** The origin of a URL in lower case, without the default port. */
function originOf(url: string): string {
  return URL.parse(url)?.origin ?? url;
}

function urlProblems(path: string, url: string): readonly Problem[] {
  return URL.canParse(url)
    ? []
    : [problem(path, undefined, "not an address of a server: the host is neither a name nor an address")];
}
