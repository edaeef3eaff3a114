import { isIP } from "node:net";
import type { Clock, Millis } from "../../../base/clock.ts";
import { parseAddress } from "../../../dns/address/address.ts";

/** The interval of reads of the forbidden addresses, because the addresses of a host can change. */
const REFRESH_MS: Millis = 60_000;

interface ForbiddenDeps {
  /** The name or address of the API server. Undefined: there is none. */
  readonly apiServerHost: () => Promise<string | undefined>;
  readonly clock: Pick<Clock, "now">;
  readonly ownAddresses: () => readonly string[];
  /** Looks up the name of the API server. */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
}

/** The addresses of this host and of the API server, at most a minute old. */
export function createForbidden({
  apiServerHost,
  clock,
  ownAddresses,
  addressesOf,
}: ForbiddenDeps): () => ReadonlySet<string> {
  let own: readonly string[] = [];
  let apiServer: readonly string[] = [];
  let readAt: Millis = -Infinity;
  const readApiServer = async (): Promise<void> => {
    const host = await apiServerHost();
    if (host !== undefined) {
      apiServer = isIP(host) === 0 ? await addressesOf(host) : [host];
    }
  };
  return () => {
    if (clock.now() - readAt > REFRESH_MS) {
      readAt = clock.now();
      own = ownAddresses();
      // If the lookup of the API server's name fails, the known addresses remain.
      readApiServer().catch(() => undefined);
    }
    return new Set([...own, ...apiServer].flatMap((address) => parseAddress(address) ?? []));
  };
}
