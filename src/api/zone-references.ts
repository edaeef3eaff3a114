import type {
  AuthoritySpec,
  BaseZoneSpec,
  CoreDNSEtcdSpec,
  NudgeSpec,
  ProviderSpec,
  SecretKeyRef,
  ZoneSpec,
} from "./dns-zone.ts";

/**
 * The source of the records that dnsalias does not manage: the responder's own base zone, or else the provider's base zone.
 * Undefined if neither is set.
 */
export function servedBaseOf({ responder, provider }: ZoneSpec): BaseZoneSpec | undefined {
  return responder.base ?? publishedBaseOf(provider);
}

/** Every base zone that a zone reads. */
export function baseZonesOf({ responder, provider }: ZoneSpec): readonly BaseZoneSpec[] {
  return [publishedBaseOf(provider), responder.base].filter((base) => base !== undefined);
}

function publishedBaseOf(provider: ProviderSpec): BaseZoneSpec | undefined {
  switch (provider.kind) {
    case "coreDNSZoneFile":
      return provider.zoneFile.base;
    case "transfer":
      return provider.transfer.base;
    case "coreDNSOverlay":
    case "rfc2136":
    case "powerDNS":
    case "externalDNSWebhook":
    case "dnsEndpoint":
    case "coreDNSEtcd":
      return undefined;
  }
}

/** The Pods that get an annotation after a write, so that the kubelet updates their volume at once. Undefined without such Pods. */
export function nudgeOf(provider: ProviderSpec): NudgeSpec | undefined {
  return "nudge" in provider ? provider.nudge : undefined;
}

/** The keys of Secrets, in the zone's namespace, that a provider reads. */
export function secretRefsOf(provider: ProviderSpec): readonly SecretKeyRef[] {
  switch (provider.kind) {
    case "rfc2136":
      return provider.rfc2136.tsig === undefined ? [] : [provider.rfc2136.tsig.secretRef];
    case "transfer":
      return provider.transfer.tsig === undefined ? [] : [provider.transfer.tsig.secretRef];
    case "powerDNS":
      return [provider.powerDNS.apiKeyRef, ...bundleRefs(provider.powerDNS, "Secret")];
    case "externalDNSWebhook":
      return bundleRefs(provider.webhook, "Secret");
    case "coreDNSEtcd":
      return etcdSecretRefs(provider.etcd);
    case "coreDNSZoneFile":
    case "coreDNSOverlay":
    case "dnsEndpoint":
      return [];
  }
}

/** The keys of ConfigMaps with certificates, in the zone's namespace, that a provider reads. */
export function bundleMapsOf(provider: ProviderSpec): readonly SecretKeyRef[] {
  switch (provider.kind) {
    case "powerDNS":
      return bundleRefs(provider.powerDNS, "ConfigMap");
    case "externalDNSWebhook":
      return bundleRefs(provider.webhook, "ConfigMap");
    case "coreDNSEtcd":
      return bundleRefs(provider.etcd, "ConfigMap");
    case "rfc2136":
    case "transfer":
    case "coreDNSZoneFile":
    case "coreDNSOverlay":
    case "dnsEndpoint":
      return [];
  }
}

function etcdSecretRefs(etcd: CoreDNSEtcdSpec): readonly SecretKeyRef[] {
  const { auth, clientCertificateRef } = etcd;
  return [
    ...(auth === undefined ? [] : [auth.passwordRef]),
    ...bundleRefs(etcd, "Secret"),
    ...(clientCertificateRef === undefined
      ? []
      : ["tls.crt", "tls.key"].map((key) => ({ name: clientCertificateRef.name, key }))),
  ];
}

function bundleRefs({ caBundleRef }: AuthoritySpec, kind: "ConfigMap" | "Secret"): readonly SecretKeyRef[] {
  return caBundleRef?.kind === kind ? [{ name: caBundleRef.name, key: caBundleRef.key }] : [];
}
