import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig, type CommandLine, type Config } from "../../../../src/cli/config/config.ts";
import { readArguments, type Environment } from "../../../../src/cli/config/arguments.ts";
import { COMMANDS } from "../../../../src/cli/config/commands.ts";
import { optionsOf, variableOf } from "../../../../src/cli/config/options.ts";

function ask(line: string, environment: Environment = {}): CommandLine {
  return readConfig(line.split(" ").filter(Boolean), environment, { out: false, err: false });
}

function config(line: string, environment: Environment = {}): Config {
  const asked = ask(line, environment);
  return asked.kind === "command" ? asked.config : assert.fail(JSON.stringify(asked));
}

const LOG = { level: "info", format: "json" };
const FOLDER = { kind: "folder", manifests: "m", out: "o", stateFile: "o/.dnsalias-state.json" };
const CLUSTER = { kind: "cluster", namespaces: [], lease: { name: "dnsalias" }, host: "dnsalias" };

interface GoodCase {
  readonly line: string;
  readonly environment?: Environment;
  readonly want: object;
}

const RUN = {
  command: "run",
  log: LOG,
  platform: CLUSTER,
  owner: { adoptOwnerIds: [] },
  concurrency: 64,
  once: false,
  drainMs: 10_000,
  transferListen: [{ host: "", port: 5301 }],
};
const HEALTH_CHECKS = {
  ports: [
    { first: 80, last: 80 },
    { first: 443, last: 443 },
    { first: 1024, last: 65_535 },
  ],
  allowed: [],
  rate: 100,
};
const RUN_FOLDER = {
  ...RUN,
  healthChecks: HEALTH_CHECKS,
  platform: FOLDER,
  transferListen: [{ host: "127.0.0.1", port: 5301 }],
};

const RESPONDER = {
  listen: [{ host: "127.0.0.1", port: 5300 }],
  isDefault: true,
  workers: 2,
  exempt: [],
  udpIo: "auto",
};

const good: readonly GoodCase[] = [
  { line: "run", want: RUN },
  { line: "run --manifests m --out o", want: { ...RUN_FOLDER, responder: RESPONDER } },
  { line: "run --manifests m --out o --responder", want: { ...RUN_FOLDER, responder: RESPONDER } },
  { line: "run --manifests m --out o --no-responder", want: RUN_FOLDER },
  { line: "run --responder", want: { ...RUN, responder: { ...RESPONDER, listen: [{ host: "", port: 5300 }] } } },
  {
    line: "run --responder --responder-listen :53 --responder-listen [::1]:5301 --responder-workers 4 --responder-exempt 10.0.0.0/8 --responder-io dgram",
    want: {
      ...RUN,
      responder: {
        listen: [
          { host: "", port: 53 },
          { host: "::1", port: 5301 },
        ],
        isDefault: false,
        workers: 4,
        exempt: [{ address: "10.0.0.0", prefix: 8 }],
        udpIo: "dgram",
      },
    },
  },
  {
    line: "run --manifests=m --out=o --state s --once",
    want: { ...RUN_FOLDER, platform: { ...FOLDER, stateFile: "s" }, once: true },
  },
  {
    line: "run",
    environment: { DNSALIAS_MANIFESTS: "m", DNSALIAS_OUT: "o", DNSALIAS_ONCE: "true" },
    want: { ...RUN_FOLDER, once: true },
  },
  { line: "run", environment: { DNSALIAS_ONCE: "false", DNSALIAS_OWNER_ID: "" }, want: RUN },
  {
    line: "run --owner-id b",
    environment: { DNSALIAS_OWNER_ID: "a" },
    want: { ...RUN, owner: { ownerId: "b", adoptOwnerIds: [] } },
  },
  {
    line: "run --adopt-owner-id default --adopt-owner-id b --adopt-owner-id b",
    want: { ...RUN, owner: { adoptOwnerIds: ["default", "b"] } },
  },
  {
    line: "run --listen-ops :9753 --concurrency 8 --drain-timeout 25 --log-level debug --log-format pretty",
    want: {
      ...RUN,
      listenOps: { host: "", port: 9753 },
      concurrency: 8,
      drainMs: 25_000,
      log: { level: "debug", format: "pretty" },
    },
  },
  { line: "run --listen-ops 127.0.0.1:0", want: { ...RUN, listenOps: { host: "127.0.0.1", port: 0 } } },
  {
    line: "run --transfer-listen 192.0.2.1:53 --transfer-listen [::1]:5301",
    want: {
      ...RUN,
      transferListen: [
        { host: "192.0.2.1", port: 53 },
        { host: "::1", port: 5301 },
      ],
    },
  },
  { line: "run --listen-ops [::1]:80", want: { ...RUN, listenOps: { host: "::1", port: 80 } } },
  {
    line: "run --kubeconfig k --context c --namespace a --namespace b --namespace a --lease-name l --lease-namespace n",
    environment: { KUBERNETES_SERVICE_HOST: "10.0.0.1", HOSTNAME: "pod-1" },
    want: {
      ...RUN,
      platform: {
        kind: "cluster",
        kubeconfig: "k",
        context: "c",
        pod: { host: "10.0.0.1", port: "443" },
        namespaces: ["a", "b"],
        lease: { name: "l", namespace: "n" },
        host: "pod-1",
      },
    },
  },
  {
    line: "run --no-lease",
    want: { ...RUN, platform: { kind: "cluster", namespaces: [], host: "dnsalias" } },
  },
  {
    line: "run",
    environment: { DNSALIAS_RESOLVER: "10.0.0.10, tls://1.1.1.1#one.one.one.one" },
    want: {
      ...RUN,
      resolvers: [
        { protocol: "udp", address: "10.0.0.10", port: 53 },
        { protocol: "tls", address: "1.1.1.1", port: 853, serverName: "one.one.one.one" },
      ],
    },
  },
  {
    line: "run",
    // What Kubernetes puts into a pod beside Services called dnsalias and dnsalias-ops.
    environment: {
      DNSALIAS_SERVICE_HOST: "10.0.0.1",
      DNSALIAS_SERVICE_PORT: "53",
      DNSALIAS_SERVICE_PORT_DNS_TCP: "53",
      DNSALIAS_PORT: "tcp://10.0.0.1:53",
      DNSALIAS_PORT_53_TCP: "tcp://10.0.0.1:53",
      DNSALIAS_PORT_53_TCP_ADDR: "10.0.0.1",
      DNSALIAS_OPS_SERVICE_HOST: "10.0.0.2",
      DNSALIAS_OPS_PORT_9753_TCP_PROTO: "tcp",
    },
    want: RUN,
  },
  {
    line: "plan --manifests m --out o --json",
    want: {
      command: "plan",
      log: { level: "warn", format: "json" },
      platform: FOLDER,
      owner: { adoptOwnerIds: [] },
      concurrency: 64,
      endsAtMistakes: false,
      filter: { zones: [], hostnames: [] },
      json: true,
    },
  },
  {
    line: "explain *.Example.com.",
    want: {
      command: "explain",
      log: { level: "warn", format: "json" },
      platform: CLUSTER,
      owner: { adoptOwnerIds: [] },
      concurrency: 64,
      subject: { kind: "hostname", hostname: "*.example.com." },
      namespaces: [],
      json: false,
    },
  },
  { line: "resolve bücher.example --json", want: { command: "resolve", target: "xn--bcher-kva.example.", json: true } },
  {
    line: "resolve --resolver 127.0.0.1:5353 a.example",
    want: {
      command: "resolve",
      target: "a.example.",
      json: false,
      resolvers: [{ protocol: "udp", address: "127.0.0.1", port: 5353 }],
    },
  },
  { line: "resolve -- a.example", want: { command: "resolve", target: "a.example.", json: false } },
  { line: "crds", want: { command: "crds" } },
  { line: "crds --out d", environment: { DNSALIAS_STATE: "s" }, want: { command: "crds", out: "d" } },
  ...[
    {
      line: "drain shop main second --for 2h",
      want: { command: "drain", name: "shop", words: ["main", "second"], forMs: 7_200_000 },
    },
    {
      line: "force shop main --for 168h",
      want: { command: "force", name: "shop", words: ["main"], forMs: 604_800_000 },
    },
    { line: "pin shop r7 --for 1m", want: { command: "pin", name: "shop", words: ["r7"], forMs: 60_000 } },
    {
      line: "pin shop 203.0.113.7,2001:db8::7 --for 1h30m",
      want: { command: "pin", name: "shop", words: ["203.0.113.7", "2001:db8::7"], forMs: 5_400_000 },
    },
    { line: "unpin shop", want: { command: "unpin", name: "shop", words: [], forMs: 0 } },
    { line: "failback shop", want: { command: "failback", name: "shop", words: [], forMs: 0 } },
    { line: "history shop --json", want: { command: "history", name: "shop", json: true } },
  ].map(({ line, want }) => ({
    line: `${line} --namespace web`,
    want: {
      ...want,
      log: { level: "warn", format: "json" },
      platform: { kind: "cluster", namespaces: ["web"], lease: { name: "dnsalias" }, host: "dnsalias" },
    },
  })),
  {
    line: "remove-finalizers --namespace web --context prod",
    want: {
      command: "remove-finalizers",
      platform: {
        kind: "cluster",
        context: "prod",
        namespaces: ["web"],
        lease: { name: "dnsalias" },
        host: "dnsalias",
      },
      log: { level: "warn", format: "json" },
    },
  },
  { line: "version --json", want: { command: "version", json: true } },
  { line: "--json version", want: { command: "version", json: true } },
  {
    line: "-n web --context prod remove-finalizers",
    want: {
      command: "remove-finalizers",
      platform: {
        kind: "cluster",
        context: "prod",
        namespaces: ["web"],
        lease: { name: "dnsalias" },
        host: "dnsalias",
      },
      log: { level: "warn", format: "json" },
    },
  },
  { line: "--version", want: { command: "version", json: false } },
];

for (const { line, environment, want } of good) {
  test(`dnsalias ${line} ${JSON.stringify(environment ?? {})}`, () => {
    assert.deepEqual(config(line, environment), want);
  });
}

interface WrongCase {
  readonly line: string;
  readonly environment?: Environment;
  readonly says: string;
}

const wrong: readonly WrongCase[] = [
  {
    line: "run --manifests m --out o --once --responder",
    says: "--once and --responder cannot be used together",
  },
  {
    line: "run --manifests m --out o --no-responder",
    environment: { DNSALIAS_RESPONDER_LISTEN: ":53" },
    says: "--no-responder and DNSALIAS_RESPONDER_LISTEN cannot be used together",
  },
  {
    line: "run --responder --responder-exempt 10.0.0.1/8",
    says: '--responder-exempt must be a network such as 10.0.0.0/8, with no bits set after the prefix, not "10.0.0.1/8"',
  },
  ...["listen :53", "workers 4", "exempt 10.0.0.0/8"].flatMap((detail): readonly WrongCase[] => {
    const option = `--responder-${detail.split(" ")[0]}`;
    return [
      { line: `run --responder-${detail}`, says: `${option} requires --responder` },
      {
        line: `run --manifests m --out o --once --responder-${detail}`,
        says: `--once and ${option} cannot be used together`,
      },
    ];
  }),
  {
    line: "run --responder --responder-workers 0",
    says: '--responder-workers must be a whole number from 1 to 64, not "0"',
  },
  {
    line: "run --responder --responder-io uring",
    says: '--responder-io must be one of auto, ffi, dgram, not "uring"',
  },
  {
    line: "run --responder --responder-listen 53",
    says: '--responder-listen must be HOST:PORT, [IPv6]:PORT or :PORT, not "53"',
  },
  { line: "rnu", says: "no such command: rnu; did you mean run?" },
  {
    line: "frobnicate",
    says: "no such command: frobnicate; the commands are run, plan, resolve, explain, drain, force, pin, unpin, failback, history, pause, resume, approve, crds, remove-finalizers, version",
  },
  {
    line: "--manifests m",
    says: "a command is missing; the commands are run, plan, resolve, explain, drain, force, pin, unpin, failback, history, pause, resume, approve, crds, remove-finalizers, version",
  },
  { line: "run --manifest m", says: "no such option: --manifest; did you mean --manifests?" },
  { line: "run --xyzzy", says: "no such option: --xyzzy; see dnsalias run --help" },
  { line: "--xyzzy run", says: "no such option: --xyzzy; see dnsalias --help" },
  { line: "--json run", says: "--json is not an option of run, only of plan, resolve, explain, history, version" },
  { line: "--owner-id a run --owner-id b", says: "--owner-id is given twice" },
  { line: "run -x", says: "no such option: -x; see dnsalias run --help" },
  { line: "run --json", says: "--json is not an option of run, only of plan, resolve, explain, history, version" },
  { line: "run --once=yes", says: "--once takes no value" },
  { line: "run --state", says: "--state needs a value: --state FILE" },
  { line: "run --manifests --out o", says: "--manifests needs a value: --manifests DIR" },
  { line: "run --owner-id a --owner-id b", says: "--owner-id is given twice" },
  { line: "run extra", says: 'run takes only options: remove "extra"' },
  { line: "plan extra", says: 'plan takes only options: remove "extra"' },
  { line: "crds extra", says: 'crds takes only options: remove "extra"' },
  { line: "version extra", says: 'version takes only options: remove "extra"' },
  { line: "run --manifests m", says: "--manifests requires --out, the folder for the zone files" },
  { line: "run --out o", says: "--out applies only to folder mode: set --manifests too" },
  {
    line: "run",
    environment: { DNSALIAS_STATE: "s" },
    says: "DNSALIAS_STATE applies only to folder mode: set --manifests too",
  },
  {
    line: "run --manifests m --out o --context c",
    says: "--context applies only to a cluster, and --manifests selects folder mode: set only one of them",
  },
  {
    line: "run --context c",
    environment: { DNSALIAS_MANIFESTS: "m" },
    says: "--context applies only to a cluster, and DNSALIAS_MANIFESTS selects folder mode: set only one of them",
  },
  {
    line: "run --no-lease --lease-name x",
    says: "--no-lease and --lease-name or --lease-namespace cannot be used together",
  },
  { line: "run --concurrency 0", says: '--concurrency must be a whole number from 1 to 1000, not "0"' },
  { line: "run --concurrency 1e2", says: '--concurrency must be a whole number from 1 to 1000, not "1e2"' },
  {
    line: "run",
    environment: { DNSALIAS_DRAIN_TIMEOUT: "-1" },
    says: 'DNSALIAS_DRAIN_TIMEOUT must be a whole number from 1 to 300, not "-1"',
  },
  { line: "run --log-level loud", says: '--log-level must be one of debug, info, warn, error, not "loud"' },
  { line: "run --log-format xml", says: '--log-format must be one of auto, json, pretty, not "xml"' },
  {
    line: "run --adopt-owner-id a --adopt-owner-id _b",
    says: '--adopt-owner-id must be 1 to 63 letters, digits, ".", "_" and "-", not "_b"',
  },
  { line: "run --owner-id a,b", says: '--owner-id must be 1 to 63 letters, digits, ".", "_" and "-", not "a,b"' },
  { line: "run --transfer-listen 53", says: '--transfer-listen must be HOST:PORT, [IPv6]:PORT or :PORT, not "53"' },
  { line: "run --listen-ops 9753", says: '--listen-ops must be HOST:PORT, [IPv6]:PORT or :PORT, not "9753"' },
  { line: "run --listen-ops ::1:80", says: '--listen-ops must be HOST:PORT, [IPv6]:PORT or :PORT, not "::1:80"' },
  { line: "run --listen-ops :70000", says: '--listen-ops must be HOST:PORT, [IPv6]:PORT or :PORT, not ":70000"' },
  { line: "run", environment: { DNSALIAS_ONCE: "yes" }, says: 'DNSALIAS_ONCE must be true or false, not "yes"' },
  {
    line: "run",
    environment: { DNSALIAS_OWNERID: "a" },
    says: "no such variable: DNSALIAS_OWNERID; did you mean DNSALIAS_OWNER_ID?",
  },
  { line: "pin", says: "pin requires the NAME of a DnsAlias: dnsalias pin shop" },
  {
    line: "history web/shop",
    says: 'history requires the NAME of a DnsAlias, not "web/shop": dnsalias history shop --namespace web',
  },
  { line: "history shop more", says: 'history takes one NAME: remove "more"' },
  { line: "unpin shop r7", says: 'unpin takes one NAME: remove "r7"' },
  { line: "drain shop --for 2h", says: "drain requires a target: dnsalias drain shop main --for 2h" },
  { line: "pin shop --for 2h", says: "pin requires a revision or addresses: dnsalias pin shop r7 --for 2h" },
  { line: "drain shop main", says: "drain requires an end: --for 2h" },
  ...["59s", "169h", "2 hours"].map((text): WrongCase => {
    return {
      line: "drain shop main",
      environment: { DNSALIAS_FOR: text },
      says: `DNSALIAS_FOR must be 1m to 168h, for example 2h, not "${text}"`,
    };
  }),
  {
    line: "unpin shop --namespace a --namespace b",
    says: "--namespace names two namespaces, but unpin is about one object",
  },
  { line: "unpin shop --for 2h", says: "--for is not an option of unpin, only of drain, force, pin" },
  { line: "resolve", says: "resolve requires a NAME: dnsalias resolve example.com" },
  { line: "resolve a b", says: 'resolve takes one NAME: remove "b"' },
  { line: "resolve a..b", says: 'not a domain name: "a..b"' },
  { line: "resolve *.a.example", says: 'not a domain name: "*.a.example"' },
  {
    line: "resolve a --resolver dns.google",
    says: '--resolver "dns.google" must be an address such as 10.0.0.10, 10.0.0.10:53, [2001:db8::1]:53, tcp://…, tls://1.1.1.1#name or https://1.1.1.1/dns-query',
  },
];

for (const { line, environment, says } of wrong) {
  test(`dnsalias ${line} ${JSON.stringify(environment ?? {})} is refused in one sentence`, () => {
    assert.deepEqual(ask(line, environment), { kind: "wrong", message: says });
  });
}

/** What a person can give more than once; of everything else the second is a mistake. */
const LISTS: ReadonlySet<string> = new Set([
  "adopt-owner-id",
  "health-check-allow",
  "hostname",
  "namespace",
  "resolver",
  "responder-exempt",
  "responder-listen",
  "transfer-listen",
  "zone",
]);

for (const command of COMMANDS) {
  for (const { name, placeholder } of optionsOf(command).filter((option) => option.placeholder !== undefined)) {
    const isList = LISTS.has(name);
    test(`dnsalias ${command} --${name} ${placeholder} twice is ${isList ? "a list" : "refused"}`, () => {
      const asked = readArguments([command, `--${name}`, "a", `--${name}`, "b"], {});
      if (isList) {
        const texts = asked.kind === "settings" ? asked.settings.values.get(name)?.texts : undefined;
        assert.deepEqual(texts, ["a", "b"]);
      } else {
        assert.deepEqual(asked, { kind: "wrong", message: `--${name} is given twice`, command });
      }
    });
  }
}

test("an option's value may be anything that does not look like an option", () => {
  assert.deepEqual(config("run --no-responder --manifests a=b --out=-x"), {
    ...RUN_FOLDER,
    platform: { ...FOLDER, manifests: "a=b", out: "-x", stateFile: "-x/.dnsalias-state.json" },
  });
});

test("logs are for people on a terminal: for run the standard output, for the others the standard error", () => {
  const format = (line: string, out: boolean, err: boolean): unknown => {
    const asked = readConfig(line.split(" "), {}, { out, err });
    return asked.kind === "command" && "log" in asked.config ? asked.config.log.format : undefined;
  };
  assert.deepEqual([format("run", true, false), format("run", false, true)], ["pretty", "json"]);
  assert.deepEqual([format("plan", true, false), format("plan", false, true)], ["json", "pretty"]);
  assert.equal(format("run --log-format json", true, true), "json");
});

test("help is asked for in every usual way, and wins over everything else", () => {
  for (const line of ["", "--help", "-h", "help"]) {
    const asked = ask(line);
    assert.match(asked.kind === "help" ? asked.text : "", /^Usage: dnsalias COMMAND/, line);
  }
  for (const line of [
    "run --help",
    "run -h",
    "help run",
    "--help run",
    "--once -h run",
    "run --out o --help",
    "run --help --concurrency 0",
  ]) {
    const asked = ask(line);
    assert.match(asked.kind === "help" ? asked.text : JSON.stringify(asked), /^Usage: dnsalias run/, line);
  }
});

for (const command of COMMANDS) {
  test(`the help of ${command} names each of its options, shows examples that are taken, and fits the terminal`, () => {
    const asked = ask(`${command} --help`);
    const text = asked.kind === "help" ? asked.text : "";
    for (const { name } of optionsOf(command)) {
      assert.match(text, new RegExp(`^  (?:-[a-z], |    )--${name}\\b`, "m"));
    }
    const examples = [...text.matchAll(/^ {2}dnsalias ([^|\n]+)/gm)].map((match) => match[1] ?? "");
    assert.ok(examples.length > 0);
    for (const example of examples) {
      assert.equal(ask(example.trim()).kind, "command", example);
    }
    for (const columns of [80, 100, 120, 200]) {
      const wide = readConfig([command, "--help"], {}, { out: true, err: true, columns });
      const lines = (wide.kind === "help" ? wide.text : "").split("\nExamples:")[0]?.split("\n") ?? [];
      const longest = Math.max(...lines.map((line) => line.length));
      assert.ok(longest <= Math.min(columns, 120), `${columns}: ${longest}`);
    }
  });
}

test("the help of an option is its whole sentence, however many lines it takes", () => {
  for (const command of COMMANDS) {
    const asked = ask(`${command} --help`);
    const words = (asked.kind === "help" ? asked.text : "").replaceAll(/\s+/g, " ");
    for (const { name, help } of optionsOf(command)) {
      assert.ok(words.includes(` ${help.replaceAll(/\s+/g, " ")} `), `${command} --${name}`);
    }
  }
});

test("each option has a variable of its own", () => {
  const names = COMMANDS.flatMap((command) => optionsOf(command).map(({ name }) => name));
  const variables = new Set(names.map(variableOf));
  assert.equal(variables.size, new Set(names).size);
});
