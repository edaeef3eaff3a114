import type { TSchema } from "typebox";
import { stringify } from "yaml";
import { ALIAS_RULES } from "../alias/rules.ts";
import { aliasSpecSchema } from "../alias/schema.ts";
import { aliasStatusSchema } from "../alias/status-schema.ts";
import { API_GROUP, API_VERSION } from "../meta.ts";
import { structuralSchema, type CelRule } from "../schema/structural.ts";
import { ZONE_RULES } from "../zone/rules/zone-rules.ts";
import { zoneSpecSchema } from "../zone/schema.ts";
import { zoneStatusSchema } from "../zone/status-schema.ts";

export interface CrdManifest {
  /** File name: "dnsaliases.dnsalias.io.yaml". */
  readonly file: string;
  readonly yaml: string;
}

/** Both CustomResourceDefinitions. The same code writes the same bytes. */
export function crdManifests(): readonly CrdManifest[] {
  return KINDS.map((kind) => ({
    file: `${kind.plural}.${API_GROUP}.yaml`,
    yaml: `# Generated from src/api by "npm run crds"; do not edit.\n${stringify(crdOf(kind), { lineWidth: 0, aliasDuplicateObjects: false })}`,
  }));
}

interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortName: string;
  readonly description: string;
  readonly spec: TSchema;
  readonly status: TSchema;
  readonly rules: readonly CelRule[];
  readonly columns: readonly Column[];
  readonly selectable: readonly string[];
}

interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly jsonPath: string;
  readonly description: string;
  /** 1: the column appears only with `-o wide`. */
  readonly priority?: 1;
}

const READY: readonly Column[] = [
  {
    name: "Ready",
    type: "string",
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: "True if the name servers serve the desired records.",
  },
  {
    name: "Reason",
    type: "string",
    jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
    description: "Reason for the status of Ready. docs/reasons.md explains each.",
  },
  {
    name: "Age",
    type: "date",
    jsonPath: ".metadata.creationTimestamp",
    description: "Time since the object was created.",
  },
];

const MESSAGE: Column = {
  name: "Message",
  type: "string",
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
  description: "Message of Ready, in sentences.",
  priority: 1,
};

const KINDS: readonly Kind[] = [
  {
    kind: "DnsAlias",
    plural: "dnsaliases",
    singular: "dnsalias",
    shortName: "da",
    description:
      "A DnsAlias keeps the A and AAAA records of hostnames equal to the addresses of targets, such as a load balancer or a CDN. It works at the apex of a zone (example.com) too, where the DNS allows no CNAME (RFC 1034, section 3.6.2).",
    spec: aliasSpecSchema,
    status: aliasStatusSchema,
    rules: ALIAS_RULES,
    columns: [
      column("Hostnames", ".spec.hostnames", "Hostnames of the DnsAlias."),
      column("Targets", ".status.summary.targets", "Sources of the addresses."),
      column("Addresses", ".status.summary.addresses", "Published addresses."),
      { ...column("TTL", ".status.summary.ttl", "Lowest TTL of the published records, in seconds."), type: "integer" },
      column("Healthy", '.status.conditions[?(@.type=="Healthy")].status', "True when every target is healthy."),
      ...READY,
      {
        ...column("Staleness", ".status.stalenessBound", "Longest time for which clients can get an old address."),
        priority: 1,
      },
      {
        ...column(
          "Selected",
          ".status.selected.targets",
          "Targets whose addresses are published, if health or priority selects them.",
        ),
        priority: 1,
      },
      MESSAGE,
    ],
    selectable: [".spec.paused"],
  },
  {
    kind: "DnsZone",
    plural: "dnszones",
    singular: "dnszone",
    shortName: "dz",
    description:
      "A DnsZone names the place where the records of one domain are published, and the namespaces whose DnsAliases can have hostnames in it. The team that runs the DNS servers writes it.",
    spec: zoneSpecSchema,
    status: zoneStatusSchema,
    rules: ZONE_RULES,
    columns: [
      column("Domain", ".spec.domain", "Domain of the zone."),
      column("Provider", ".status.provider", "Provider of the zone and its way of delivery."),
      { ...column("Names", ".status.names", "Number of names that are published."), type: "integer" },
      ...READY,
      { ...column("Servers", ".status.servers.total", "Name servers of the zone."), type: "integer", priority: 1 },
      {
        ...column("Current", ".status.servers.current", "Name servers that serve the desired records."),
        type: "integer",
        priority: 1,
      },
      { ...column("Lag", ".status.deliveryLag", "Time from a change until every name server served it."), priority: 1 },
      MESSAGE,
    ],
    selectable: [".spec.domain"],
  },
];

function column(name: string, jsonPath: string, description: string): Column {
  return { name, type: "string", jsonPath, description };
}

function crdOf(kind: Kind): object {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.plural}.${API_GROUP}`, labels: { "app.kubernetes.io/name": "dnsalias" } },
    spec: {
      group: API_GROUP,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: [kind.shortName],
        categories: ["dns"],
      },
      scope: "Namespaced",
      versions: [
        {
          name: API_VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.columns,
          selectableFields: kind.selectable.map((jsonPath) => ({ jsonPath })),
          schema: { openAPIV3Schema: rootSchema(kind) },
        },
      ],
    },
  };
}

function rootSchema({ description, spec, status, rules }: Kind): object {
  return {
    type: "object",
    description,
    required: ["spec"],
    properties: {
      apiVersion: { type: "string", description: "Version of the API that the object uses: dnsalias.io/v1alpha1." },
      kind: { type: "string", description: "Kind of the object." },
      metadata: { type: "object" },
      spec: structuralSchema(spec, "spec", rules),
      status: structuralSchema(status, "status", []),
    },
  };
}
