import { COMMANDS, type Command } from "./commands.ts";
import type { OptionSpec } from "./option-spec.ts";
import { optionsOf, variableOf } from "./options.ts";

/** The help of one command. */
export function commandUsage(command: Command): string {
  const { synopsis, about, examples } = PAGES[command];
  const options = optionsOf(command);
  return [
    `Usage: dnsalias ${command} ${synopsis}`,
    "",
    ...about,
    "",
    "Options:",
    ...optionLines(options),
    ...variableLines(command),
    "",
    "Examples:",
    ...examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

/** The help of the whole program. */
export function programUsage(): string {
  const width = Math.max(...COMMANDS.map((command) => command.length));
  return [
    "Usage: dnsalias COMMAND [OPTIONS]",
    "",
    "Keeps the A and AAAA records of a hostname equal to the addresses of its target. The hostname can be a zone apex.",
    "",
    "Commands:",
    ...COMMANDS.map((command) => `  ${command.padEnd(width)}  ${PAGES[command].summary}`),
    "",
    "Run dnsalias COMMAND --help for the options of a command.",
    "",
  ].join("\n");
}

function variableLines(command: Command): readonly string[] {
  const example = optionsOf(command).find(({ kind }) => kind !== "switch")?.name;
  return example === undefined
    ? []
    : [
        "",
        `Each option has an environment variable: --${example} is ${variableOf(example)}. The option takes precedence.`,
      ];
}

interface Page {
  readonly summary: string;
  readonly synopsis: string;
  readonly about: readonly string[];
  readonly examples: readonly string[];
}

const PAGES: Readonly<Record<Command, Page>> = {
  run: {
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
    summary: "print the changes that run would make, without making them",
    synopsis: "[--manifests DIR --out DIR] [OPTIONS]",
    about: ["Exits with 0 if run would change nothing, and with 2 if it would change records."],
    examples: ["dnsalias plan --manifests ./manifests --out ./zones", "dnsalias plan --context prod --json"],
  },
  resolve: {
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
    summary: "show the alias of a hostname, its records, and the reasons",
    synopsis: "NAME [--manifests DIR --out DIR] [OPTIONS]",
    about: [
      "Shows which alias has the hostname, the addresses in use, the records to publish, and the reason for each decision.",
    ],
    examples: ["dnsalias explain example.com", "dnsalias explain example.com --manifests ./manifests --out ./zones"],
  },
  drain: {
    summary: "let targets of a DnsAlias count as unhealthy for a time",
    synopsis: "NAME TARGET... --for DURATION [OPTIONS]",
    about: ["Sets the annotation dnsalias.io/drain. Other targets in the annotation keep their ends. Needs a cluster."],
    examples: ["dnsalias drain shop main --for 2h", "dnsalias drain shop main second --for 30m --namespace web"],
  },
  force: {
    summary: "let targets of a DnsAlias count as healthy for a time",
    synopsis: "NAME TARGET... --for DURATION [OPTIONS]",
    about: ["Sets the annotation dnsalias.io/force. Other targets in the annotation keep their ends. Needs a cluster."],
    examples: ["dnsalias force shop main --for 2h"],
  },
  pin: {
    summary: "pin a DnsAlias to earlier or to given addresses for a limited time",
    synopsis: "NAME REVISION|ADDRESS... --for DURATION [OPTIONS]",
    about: [
      "Sets the annotation dnsalias.io/pin. dnsalias history shows the revisions. Needs a cluster.",
      "Exits with 1 if the controller would ignore the annotation.",
    ],
    examples: ["dnsalias pin shop r7 --for 2h", "dnsalias pin shop 203.0.113.7 2001:db8::7 --for 2h --namespace web"],
  },
  unpin: {
    summary: "end the pin of a DnsAlias",
    synopsis: "NAME [OPTIONS]",
    about: ["Removes the annotation dnsalias.io/pin. The addresses of the targets are published again."],
    examples: ["dnsalias unpin shop"],
  },
  failback: {
    summary: "return a DnsAlias to a better target now, with failback.mode: Manual",
    synopsis: "NAME [OPTIONS]",
    about: ["Sets the annotation dnsalias.io/failback-at to the present time. Needs a cluster."],
    examples: ["dnsalias failback shop --namespace web"],
  },
  history: {
    summary: "show the last published addresses of a DnsAlias",
    synopsis: "NAME [--json] [OPTIONS]",
    about: [
      "Shows the entries of status.history, newest first, with the difference from the one before. Needs a cluster.",
    ],
    examples: ["dnsalias history shop", "dnsalias history shop --namespace web --json"],
  },
  crds: {
    summary: "print the CustomResourceDefinitions, or write them to a folder",
    synopsis: "[--out DIR]",
    about: ["Prints the two definitions as one YAML stream, or writes one file for each with --out."],
    examples: ["dnsalias crds | kubectl apply -f -", "dnsalias crds --out ./deploy/crds"],
  },
  "remove-finalizers": {
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
    summary: "print the version",
    synopsis: "[--json]",
    about: ["Prints the versions of dnsalias and Node.js."],
    examples: ["dnsalias version"],
  },
};

const WIDTH = 100;

function optionLines(options: readonly OptionSpec[]): readonly string[] {
  const heads = options.map(
    ({ name, placeholder }) => `--${name}${placeholder === undefined ? "" : ` ${placeholder}`}`,
  );
  const width = Math.max(...heads.map((head) => head.length)) + 4;
  return options.flatMap(({ help }, index) => {
    const [first = "", ...more] = wrap(help, WIDTH - width);
    return [
      `  ${(heads[index] ?? "").padEnd(width - 2)}${first}`,
      ...more.map((line) => `${" ".repeat(width)}${line}`),
    ];
  });
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
