import type { Expectations, Expected } from "./judge.ts";

const WEBHOOK_COREDNS = "externalDNSWebhook against ExternalDNS's coredns provider with etcd";
const WEBHOOK_CONTRACTS = [
  "externalDNSWebhook against ExternalDNS's inmemory provider",
  "externalDNSWebhook against ExternalDNS's rfc2136 provider with BIND",
  "externalDNSWebhook against ExternalDNS's pdns provider with PowerDNS",
  WEBHOOK_COREDNS,
];
const MX_AS_CNAME = "it lists an MX record as a CNAME, so that the name counts as taken";

/** Tests whose clients are in a network of their own. */
const OUTSIDE = [
  [
    "test/integration/responder/limits.test.ts",
    "rate limits under a flood from the client's own network > without options, a client that is not on loopback is limited",
  ],
  [
    "test/integration/responder/flood.test.ts",
    "P19: dnsalias run, flooded from another network for 10 s: it answers a real client at the first try, and the flood gets its share",
  ],
  [
    "test/e2e/responder.test.ts",
    "P19: a flood from another network gets what the rate limits allow and fewer bytes than it sent",
  ],
] as const;
const NETWORK = "only root may make a network namespace";

/**
 * The tests that are skipped or fail on a machine that has every component, each with the reason that the test gives. With CI=true only root can run
 * them: the tests of the image and in test/cluster then run as another user too, and fail.
 */
export const EXPECTED: Expectations = {
  skips: [
    {
      file: "test/integration/folder/watch.test.ts",
      test: "a sub-folder without permission keeps what it held",
      reason: "root may read all",
      as: "root",
      ranIn: "no-root",
    },
    {
      file: "test/integration/install/image.test.ts",
      test: "the image",
      reason: "needs root to build the image and for a root directory of its own",
      as: "user",
    },
    {
      file: "test/e2e/web-server.test.ts",
      test: "curl to the apex reaches the target's web server, with Host and SNI of the apex",
      reason: "only root may mount, and not everywhere",
      as: "user",
    },
    {
      file: "test/e2e/chaos.test.ts",
      test: "P16: controllers are killed while networks are cut and servers restart",
      reason: NETWORK,
      as: "user",
    },
    ...OUTSIDE.map(([file, test]) => ({ file, test, reason: NETWORK, as: "user" as const })),
    ...[
      ["overlays", "the overlays of deploy/ in pods"],
      ["charts", "the chart in pods"],
      ["upgrade", "upgrades of the chart and the program"],
    ].map(([file, test]) => ({
      file: `test/cluster/${file}.test.ts`,
      test: String(test),
      reason: "needs root: the cluster has network interfaces, cgroups and mounts of its own",
      as: "user" as const,
    })),
    ...contractSkips("test/contract/coredns-etcd.test.ts", "coreDNSEtcd against etcd", {
      "follows at a wildcard, whose marker answers for nothing else": "the plugin has no wildcards: they are refused",
      "knows which names only a wildcard answers for": "the plugin has no wildcards: they are refused",
      "knows that a name below a delegation isn't a wildcard's": "the plugin has no wildcards: they are refused",
      "leaves everything else at the name and beside it alone":
        "the plugin answers A questions with the host of an MX record at the name: such names are refused",
    }),
    ...WEBHOOK_CONTRACTS.flatMap((contract) =>
      contractSkips("test/contract/external-dns-webhook.test.ts", contract, {
        "knows that a name below a delegation isn't a wildcard's": "its providers list no NS records",
      }),
    ),
    ...contractSkips("test/contract/external-dns-webhook.test.ts", WEBHOOK_COREDNS, {
      "follows at the apex, beside its MX and TXT": MX_AS_CNAME,
      "leaves everything else at the name and beside it alone": MX_AS_CNAME,
      "keeps somebody's text at the marker's name": "it writes only the first of several texts",
    }),
  ],
  failures: [],
};

/** The steps of the provider contract that a backend can't show, with the reason of each. */
function contractSkips(file: string, contract: string, steps: Readonly<Record<string, string>>): readonly Expected[] {
  return Object.entries(steps).map(([step, reason]) => ({ file, test: `contract: ${contract} > ${step}`, reason }));
}
