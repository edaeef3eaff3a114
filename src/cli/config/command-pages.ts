import type { Command } from "./commands.ts";

type CommandGroup = "Operation" | "Inspection" | "Steering" | "Installation";

/** The texts of the help of one command. */
export interface CommandPage {
  /** The heading of the command in the help of the program. */
  readonly group: CommandGroup;
  readonly summary: string;
  readonly synopsis: string;
  readonly about: readonly string[];
  readonly examples: readonly string[];
}

export const PAGES: Readonly<Record<Command, CommandPage>> = {
  run: {
    group: "Operation",
    summary: "keep the records of a cluster or of a manifest folder up to date",
    synopsis: "[--manifests DIR --out DIR] [OPTIONS]",
    about: [
      "Looks up targets when their TTLs expire and publishes changed addresses. Runs until SIGTERM or SIGINT.",
      "Reads the objects from the Kubernetes API server, or from files with --manifests.",
    ],
    examples: [
      "dnsalias run --listen-ops :9753",
      "dnsalias run --manifests ./manifests --out /etc/coredns/zones",
      "dnsalias run --manifests ./manifests --out ./zones --once",
    ],
  },
  plan: {
    group: "Inspection",
    summary: "print the changes that run would make, without making them",
    synopsis: "[-f FILE | --manifests DIR] [--out DIR] [OPTIONS]",
    about: [
      "Exits with 0 if run would change nothing, and with 2 if it would change records.",
      "Exits with 1 if an object has a mistake, or if a zone cannot be planned.",
      "Held deletes are not changes, because run does not make them.",
    ],
    examples: [
      "dnsalias plan --context prod --zone example.com",
      "dnsalias plan -f ./manifests",
      "dnsalias plan -f ./manifests --out ./zones --hostname www.example.com --json",
    ],
  },
  resolve: {
    group: "Inspection",
    summary: "look up a target and show each step",
    synopsis: "NAME [--resolver ADDRESS]... [--json]",
    about: [
      "Shows the queried servers, each CNAME of the chain with its TTL, the addresses, and the time of the next lookup.",
      "Exits with 0 if it finds an address, and with 1 if not.",
    ],
    examples: [
      "dnsalias resolve d111111abcdef8.cloudfront.net",
      "dnsalias resolve example.net --resolver tls://1.1.1.1#one.one.one.one --json",
    ],
  },
  explain: {
    group: "Inspection",
    summary: "show the alias of a hostname, its records, and the reasons",
    synopsis: "HOSTNAME|NAMESPACE/NAME [OPTIONS]",
    about: [
      "Shows which alias has the hostname, the addresses in use, the records to publish, and the reason for each decision.",
      "In a cluster, begins with the settings of the controller, and uses the addresses in the statuses.",
      "Lookups of this machine have the mark ·, and never change the exit code. -n filters DnsAliases, but not DnsZones.",
    ],
    examples: [
      "dnsalias explain example.com",
      "dnsalias explain web/shop",
      "dnsalias explain example.com --manifests ./manifests --out ./zones",
    ],
  },
  drain: {
    group: "Steering",
    summary: "let targets of a DnsAlias count as unhealthy for a time",
    synopsis: "NAME TARGET... --for DURATION [OPTIONS]",
    about: ["Sets the annotation dnsalias.io/drain. Other targets in the annotation keep their ends. Needs a cluster."],
    examples: ["dnsalias drain shop main --for 2h", "dnsalias drain shop main second --for 30m --namespace web"],
  },
  force: {
    group: "Steering",
    summary: "let targets of a DnsAlias count as healthy for a time",
    synopsis: "NAME TARGET... --for DURATION [OPTIONS]",
    about: ["Sets the annotation dnsalias.io/force. Other targets in the annotation keep their ends. Needs a cluster."],
    examples: ["dnsalias force shop main --for 2h"],
  },
  pin: {
    group: "Steering",
    summary: "pin a DnsAlias to earlier or to given addresses for a limited time",
    synopsis: "NAME REVISION|ADDRESS... --for DURATION [OPTIONS]",
    about: [
      "Sets the annotation dnsalias.io/pin. dnsalias history shows the revisions. Needs a cluster.",
      "Exits with 1 if the controller would ignore the annotation.",
    ],
    examples: ["dnsalias pin shop r7 --for 2h", "dnsalias pin shop 203.0.113.7 2001:db8::7 --for 2h --namespace web"],
  },
  unpin: {
    group: "Steering",
    summary: "end the pin of a DnsAlias",
    synopsis: "NAME [OPTIONS]",
    about: ["Removes the annotation dnsalias.io/pin. The addresses of the targets are published again."],
    examples: ["dnsalias unpin shop"],
  },
  failback: {
    group: "Steering",
    summary: "return a DnsAlias to a better target now, with failback.mode: Manual",
    synopsis: "NAME [OPTIONS]",
    about: ["Sets the annotation dnsalias.io/failback-at to the current time. Needs a cluster."],
    examples: ["dnsalias failback shop --namespace web"],
  },
  history: {
    group: "Inspection",
    summary: "show the last published addresses of a DnsAlias",
    synopsis: "NAME [--json] [OPTIONS]",
    about: [
      "Shows the entries of status.history, newest first, with the difference from the one before. Needs a cluster.",
    ],
    examples: ["dnsalias history shop", "dnsalias history shop --namespace web --json"],
  },
  pause: {
    group: "Steering",
    summary: "leave the records of a DnsAlias as they are",
    synopsis: "NAME|NAMESPACE/NAME [OPTIONS]",
    about: ["Sets spec.paused. If a GitOps tool applies the object, pause it there. Needs a cluster."],
    examples: ["dnsalias pause shop --namespace web", "dnsalias pause web/shop"],
  },
  resume: {
    group: "Steering",
    summary: "let a paused DnsAlias follow its targets again",
    synopsis: "NAME|NAMESPACE/NAME [OPTIONS]",
    about: ["Removes spec.paused. Needs a cluster."],
    examples: ["dnsalias resume web/shop"],
  },
  approve: {
    group: "Steering",
    summary: "approve the held deletes of a DnsZone",
    synopsis: "NAME|NAMESPACE/NAME [OPTIONS]",
    about: [
      "Approves exactly the deletes of status.planHash, with the annotation dnsalias.io/approve-plan. Look at dnsalias plan first.",
      "Exits with 1 if no deletes are held. Needs a cluster.",
    ],
    examples: ["dnsalias approve dns-system/example-com", "dnsalias approve example-com --namespace dns-system"],
  },
  crds: {
    group: "Installation",
    summary: "print the CustomResourceDefinitions, or write them to a folder",
    synopsis: "[--out DIR]",
    about: ["Prints the two definitions as one YAML stream, or writes one file for each with --out."],
    examples: ["dnsalias crds | kubectl apply -f -", "dnsalias crds --out ./deploy/crds"],
  },
  "remove-finalizers": {
    group: "Installation",
    summary: "remove finalizers so that objects can be deleted after an uninstall",
    synopsis: "[OPTIONS]",
    about: [
      "Removes the finalizer dnsalias.io/withdraw from DnsAliases and DnsZones. Use it if no controller runs any more,",
      "because a deleted object waits until its finalizer is removed.",
      "Does not modify records. A running controller adds the finalizers again.",
    ],
    examples: ["dnsalias remove-finalizers", "dnsalias remove-finalizers --context prod --namespace web"],
  },
  version: {
    group: "Installation",
    summary: "print the version",
    synopsis: "[--json]",
    about: ["Prints the versions of dnsalias and Node.js."],
    examples: ["dnsalias version"],
  },
};
