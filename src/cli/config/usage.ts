import { COMMANDS, optionsOf, variableOf, type Command, type OptionSpec } from "./options.ts";

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
    "Keeps A and AAAA records at a zone's apex, or anywhere, equal to those of a target host name.",
    "",
    "Commands:",
    ...COMMANDS.map((command) => `  ${command.padEnd(width)}  ${PAGES[command].summary}`),
    "",
    "dnsalias COMMAND --help says more.",
    "",
  ].join("\n");
}

function variableLines(command: Command): readonly string[] {
  const example = optionsOf(command).find(({ kind }) => kind !== "switch")?.name;
  return example === undefined
    ? []
    : ["", `Options can be variables of the environment too: --${example} is ${variableOf(example)}. The option wins.`];
}

interface Page {
  readonly summary: string;
  readonly synopsis: string;
  readonly about: readonly string[];
  readonly examples: readonly string[];
}

const PAGES: Readonly<Record<Command, Page>> = {
  run: {
    summary: "keep the records of a cluster, or of a folder of manifests, up to date",
    synopsis: "[--manifests DIR --out DIR] [OPTIONS]",
    about: [
      "Looks targets up as their TTLs ask and publishes what changed, until SIGTERM or SIGINT.",
      "Without --manifests the objects come from the Kubernetes apiserver.",
    ],
    examples: [
      "dnsalias run --listen-ops :9753",
      "dnsalias run --manifests ./manifests --out /etc/coredns/zones",
      "dnsalias run --manifests ./manifests --out ./zones --once",
    ],
  },
  plan: {
    summary: "print what would change, and change nothing",
    synopsis: "[--manifests DIR --out DIR] [OPTIONS]",
    about: ["Ends with 0 when nothing would change and with 2 when something would."],
    examples: ["dnsalias plan --manifests ./manifests --out ./zones", "dnsalias plan --context prod --json"],
  },
  resolve: {
    summary: "look a target up and show each step",
    synopsis: "NAME [--resolver ADDRESS]... [--json]",
    about: [
      "Shows the servers asked, every CNAME of the chain with its TTL, the addresses, and when the next look-up would be.",
      "Ends with 0 when an address was found, and with 1 when not.",
    ],
    examples: [
      "dnsalias resolve d111111abcdef8.cloudfront.net",
      "dnsalias resolve example.net --resolver tls://1.1.1.1#one.one.one.one --json",
    ],
  },
  explain: {
    summary: "say which alias stands behind a name, what it shows, and why",
    synopsis: "NAME [--manifests DIR --out DIR] [OPTIONS]",
    about: [
      "Says who claims the owner name, which answers stand, what would be published, and the reason of each decision.",
    ],
    examples: ["dnsalias explain example.com", "dnsalias explain example.com --manifests ./manifests --out ./zones"],
  },
  crds: {
    summary: "print the CustomResourceDefinitions, or write them to a folder",
    synopsis: "[--out DIR]",
    about: ["Without --out both go to standard output as one YAML stream."],
    examples: ["dnsalias crds | kubectl apply -f -", "dnsalias crds --out ./deploy/crds"],
  },
  "remove-finalizers": {
    summary: "let DnsAliases go after dnsalias is uninstalled",
    synopsis: "[OPTIONS]",
    about: [
      "Removes the finalizer dnsalias.io/withdraw from DnsAliases and DnsZones, so that nothing waits for a controller",
      "that is gone.",
      "Records stay as they are. A controller that still runs adds the finalizers again.",
    ],
    examples: ["dnsalias remove-finalizers", "dnsalias remove-finalizers --context prod --namespace web"],
  },
  version: {
    summary: "print the version",
    synopsis: "[--json]",
    about: ["Prints the version of this program and of Node.js."],
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
