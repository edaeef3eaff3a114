import { systemClock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { openFolder, type FolderOptions } from "../../folder/open-folder.ts";
import type { PlatformConfig } from "../config/platform-config.ts";
import type { OwnerConfig } from "../config/settings.ts";
import { inlineText } from "../../providers/text-store.ts";
import { ownerOf } from "./owner.ts";
import { externalPlaceOf } from "./write-target.ts";
import type { Platform } from "./platform.ts";

export interface FolderPlatformOptions {
  readonly log: Logger;
  readonly owner: OwnerConfig;
  /** True for read-only commands. */
  readonly readOnly: boolean;
}

/** Reads objects from a folder of manifests, and writes texts to files. It loads no Kubernetes client. */
export async function openFolderPlatform(
  platform: Extract<PlatformConfig, { readonly kind: "folder" }>,
  { log, owner, readOnly }: FolderPlatformOptions,
): Promise<Platform> {
  const { kind: _, ...paths } = platform;
  const { manifests, out } = paths;
  const options: FolderOptions = { ...paths, readOnly, log, clock: systemClock, random: Math.random };
  const folder = await openFolder(options);
  return {
    description: out === undefined ? `manifests ${manifests}` : `manifests ${manifests}, written to ${out}`,
    owner:
      owner.ownerId === undefined
        ? ownerOf(
            owner,
            () => folder.ownerId,
            () => folder.ownerIdProblem(),
          )
        : ownerOf(owner, () => owner.ownerId),
    inventory: folder.inventory,
    reporter: folder.reporter,
    endpointsOf: async (zone) => {
      const { servedBy } = zone.spec;
      switch (servedBy.kind) {
        case "none":
          return "none";
        case "addresses":
          return servedBy.addresses;
        case "service":
          return {
            reason: "NoEndpoints",
            message: "In folder mode, set spec.servedBy.addresses instead of spec.servedBy.service",
          };
      }
    },
    stores: {
      base: (namespace, name, key) => folder.configMapStore(namespace, name, key),
      zoneFile: (_namespace, _name, key) => folder.fileStore(key),
      // Only a Corefile that exists is changed, so without --out there is an empty one.
      corefile: ({ key }) => ({ ...folder.fileStore(key), ...(out === undefined ? inlineText("", key) : {}) }),
      maxBytes: Infinity,
      expediteDelivery: undefined,
      projection: "file",
    },
    endpointStore: undefined,
    secretText: (namespace, ref) => folder.secretText(namespace, ref),
    writeTargetOf,
    hasLease: false,
    problems() {
      const state = folder.stateProblem();
      return [
        ...(folder.inventory.healthy() ? [] : [`the manifests in ${manifests} cannot be read`]),
        ...(state === undefined ? [] : [state]),
      ];
    },
    heartbeats: () => folder.busyFiles(),
    async lead(onLeading, signal) {
      await onLeading(signal);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** The write location of a zone. In folder mode, the key is the name of the file, and namespaces and ConfigMaps don't matter. */
function writeTargetOf(zone: DnsZone): string {
  const { provider, domain } = zone.spec;
  switch (provider.kind) {
    case "coreDNSZoneFile":
      return `file ${provider.zoneFile.configMap.key}`;
    case "coreDNSOverlay":
      return `file ${provider.overlay.configMap.key} ${domain}`;
    case "rfc2136":
    case "powerDNS":
    case "externalDNSWebhook":
    case "dnsEndpoint":
    case "transfer":
    case "coreDNSEtcd":
      return externalPlaceOf(zone, provider);
  }
}
