import { X509Certificate } from "node:crypto";
import type { ProviderSpec } from "../../dns-zone.ts";
import type { NameReader } from "../../schema/name-reader.ts";
import { problem, type Problem } from "../../schema/problem.ts";
import type { ZoneSpecText } from "../schema.ts";
import { serverOf } from "./convert-server.ts";
import { transferOf } from "./convert-transfer.ts";
import { tsigOf } from "./convert-tsig.ts";

type ProviderText = ZoneSpecText["provider"];

/** The provider outside CoreDNS that the spec names; undefined when it names none, or after a problem with a name. */
export function externalProviderOf(text: ProviderText, names: NameReader): ProviderSpec | undefined {
  const { rfc2136, powerDNS, externalDNSWebhook, dnsEndpoint, transfer, coreDNSEtcd } = text;
  if (rfc2136 !== undefined) {
    return rfc2136Of(rfc2136, names);
  }
  if (powerDNS !== undefined) {
    const { url, serverId, apiKeyRef, caBundle } = powerDNS;
    const spec = { url: originOf(url), serverId, apiKeyRef, ...optionalBundle(caBundle) };
    return { kind: "powerDNS", powerDNS: spec };
  }
  if (externalDNSWebhook !== undefined) {
    const { url, caBundle } = externalDNSWebhook;
    return { kind: "externalDNSWebhook", webhook: { url: originOf(url), ...optionalBundle(caBundle) } };
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

/** What the rules cannot see: addresses that no URL may have, and certificates that cannot be read. */
export function externalProblems({ powerDNS, externalDNSWebhook, coreDNSEtcd }: ProviderText): readonly Problem[] {
  const reached = [
    { at: "spec.provider.powerDNS", text: powerDNS },
    { at: "spec.provider.externalDNSWebhook", text: externalDNSWebhook },
  ];
  const etcd = "spec.provider.coreDNSEtcd";
  return [
    ...reached.flatMap(({ at, text }) =>
      text === undefined ? [] : [...urlProblems(`${at}.url`, text.url), ...bundleProblems(at, text.caBundle)],
    ),
    ...(coreDNSEtcd?.endpoints ?? []).flatMap((url, index) => urlProblems(`${etcd}.endpoints[${index}]`, url)),
    ...bundleProblems(etcd, coreDNSEtcd?.caBundle),
  ];
}

type CoreDNSEtcdText = NonNullable<ProviderText["coreDNSEtcd"]>;

function coreDNSEtcdOf({ endpoints, pathPrefix, auth, caBundle }: CoreDNSEtcdText): ProviderSpec {
  const etcd = {
    endpoints: [...new Set(endpoints.map(originOf))],
    pathPrefix,
    ...(auth === undefined ? {} : { auth }),
    ...optionalBundle(caBundle),
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

function optionalBundle(caBundle: string | undefined): { readonly caBundle?: string } {
  return caBundle === undefined ? {} : { caBundle };
}

/** The usual port left out, letters in lower case. */
function originOf(url: string): string {
  return URL.parse(url)?.origin ?? url;
}

function urlProblems(path: string, url: string): readonly Problem[] {
  return URL.canParse(url)
    ? []
    : [problem(path, undefined, "not an address of a server: the host is neither a name nor an address")];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*(?:-----END CERTIFICATE-----)?/g;

function bundleProblems(at: string, caBundle: string | undefined): readonly Problem[] {
  const certificates = caBundle?.match(CERTIFICATE) ?? [];
  const invalid = certificates.findIndex((text) => !isCertificate(text));
  return invalid === -1
    ? []
    : [problem(`${at}.caBundle`, undefined, `certificate ${invalid + 1} of ${certificates.length} cannot be read`)];
}

function isCertificate(pem: string): boolean {
  try {
    void new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
