import { randomBytes } from "node:crypto";
import { systemClock } from "../../../src/base/clock.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import type { LookupResult } from "../../../src/dns/lookup-result.ts";
import type { Family } from "../../../src/dns/record.ts";
import { createLookup } from "../../../src/resolver/stub-resolver.ts";
import type { LookupOptions } from "../../../src/resolver/lookup.ts";
import { createExchange } from "../../../src/transport/client/exchange-by-protocol.ts";
import type { ResolverServer } from "../../../src/transport/exchange.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";

export interface LookupSceneOptions {
  readonly servers: readonly ResolverServer[];
  readonly allowPrivate?: boolean;
  /** PEM of what signed the servers' certificates. */
  readonly ca?: string;
}

export interface LookupScene extends AsyncDisposable {
  look(name: string, family?: Family, options?: LookupOptions): Promise<LookupResult>;
}

/** The resolver as the program composes it, over real sockets. */
export function lookupScene({ servers, allowPrivate = false, ca }: LookupSceneOptions): LookupScene {
  const client = createExchange(ca === undefined ? {} : { ca });
  const lookup = createLookup({
    exchange: client.exchange,
    viewOf: (id) => ({ id, servers, allowPrivate }),
    clock: systemClock,
    random: () => 0.9,
    randomBytes,
  });
  return {
    look: (name, family = "A", options = {}) =>
      lookup.lookUp({ target: parseName(name), family, view: "v" }, options, AbortSignal.timeout(30_000)),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

export function over(protocol: ResolverServer["protocol"], { host, port }: DnsEndpoint): ResolverServer {
  return { protocol, address: host, port };
}
