import { systemClock } from "../../src/base/clock.ts";
import { createHttpClient } from "../../src/transport/http-client.ts";
import { etcdBackend, etcdHand, ROOT_KEY, ZONE } from "../integration/coredns-etcd/lab.ts";
import { skipWithout } from "../support/component.ts";
import { startEtcd } from "../support/etcd.ts";
import { etcdStore } from "../support/etcd-store.ts";
import { CAPABILITIES } from "./capabilities.ts";
import { providerContract } from "./provider-contract.ts";

/** One set of these is over 64 KiB as a request; the contract's own names are far below. */
const MANY = Array.from({ length: 900 }, (_, at) => `198.51.${Math.floor(at / 250)}.${at % 250}`).join(" ");

providerContract(
  "coreDNSEtcd against etcd",
  async () => {
    const etcd = await startEtcd({ args: ["--max-request-bytes=65536"] });
    const http = createHttpClient({ clock: systemClock });
    await etcdStore(etcd.clientUrl).put(`${ROOT_KEY}/www/x1`, '{"text":"hello","ttl":300}');
    return {
      backend: etcdBackend({ endpoints: [etcd.clientUrl], http }),
      capabilities: CAPABILITIES.coreDNSEtcd,
      domain: ZONE,
      rejected: { line: `large 60 ${MANY}`, message: /"etcdserver: request is too large": set --max-request-bytes/ },
      ...etcdHand(etcd.clientUrl),
      cannot: {
        "follows at a wildcard, whose marker answers for nothing else": "the plugin has no wildcards: they are refused",
        "knows which names only a wildcard answers for": "the plugin has no wildcards: they are refused",
        "knows that a name below a delegation isn't a wildcard's": "the plugin has no wildcards: they are refused",
        "leaves everything else at the name and beside it alone":
          "the plugin answers A questions with the host of an MX record at the name: such names are refused",
      },
      async [Symbol.asyncDispose]() {
        await http[Symbol.asyncDispose]();
        await etcd[Symbol.asyncDispose]();
      },
    };
  },
  { skip: skipWithout("etcd") },
);
