import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../src/base/clock.ts";
import { sameMembers } from "../../src/base/order.ts";
import { createQueryServer } from "../../src/resolver/authoritative-query.ts";
import { createExchange } from "../../src/transport/client/exchange-by-protocol.ts";
import { kubeRequests, memberAt } from "../lab/kube-requests.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import type { KubeApiserver } from "../support/kube-apiserver.ts";
import { ZONE_NAMESPACE } from "./bench-cluster.ts";
import type { Change, Changes } from "./changes.ts";

/** Between two questions for the same name: the most by which a sighting is late. */
const EVERY_MS = 25;

export interface ServedWatch extends AsyncDisposable {
  /** From when the old copy has run out: asks until the new set is served, and notes when; gives up after the time given. */
  readonly untilServed: (change: Change, withinMs: number) => Promise<void>;
}

export function createServedWatch({ host, port }: DnsEndpoint): ServedWatch {
  const client = createExchange();
  const ask = createQueryServer({ exchange: client.exchange, clock: systemClock, randomBytes });
  const never = new AbortController().signal;
  return {
    untilServed: async (change, withinMs) => {
      await delay(Math.max(0, change.expiredAt - performance.now()));
      while (performance.now() < change.expiredAt + withinMs) {
        const asked = await ask({ address: host, port }, change.owner, "A", never);
        if (asked.kind === "answer" && sameMembers(asked.data, change.addresses)) {
          change.servedAt = performance.now();
          return;
        }
        await delay(EVERY_MS);
      }
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

/** Watches the rendered ConfigMaps, and notes for each change when its newest address was first there. */
export function watchWritten(api: KubeApiserver, changes: Changes): AsyncDisposable {
  const ending = new AbortController();
  const requests = kubeRequests(api);
  const onEvent = (event: unknown): void => {
    const texts = Object.values(Object(memberAt(event, "object", "data"))).map(String);
    const addresses = new Set(texts.flatMap((text) => [...text.matchAll(/\tA\t(\S+)/g)].map(([, address]) => address)));
    for (const change of changes.all()) {
      if (change.writtenAt === undefined && addresses.has(change.addresses.at(-1))) {
        change.writtenAt = performance.now();
      }
    }
  };
  const watching = requests
    .watch(`/api/v1/namespaces/${ZONE_NAMESPACE}/configmaps?watch=true`, onEvent, ending.signal)
    .catch(() => undefined);
  return {
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await watching;
      requests[Symbol.dispose]();
    },
  };
}
