import { waitFor } from "../lab/wait-for.ts";
import type { BenchCluster } from "./bench-cluster.ts";

/** A request of the audit log that writes, as {@link BenchCluster.requests} has it. */
export const WRITE = /^(create|update|patch|delete|deletecollection) /;
/** Nothing written for this long is settled; longer than a reload of CoreDNS and a status that waits to be written. */
const QUIET_MS = 15_000;

/** The number of the controller's writes so far, without those of the Lease. */
export async function writesOf({ requests }: Pick<BenchCluster, "requests">): Promise<number> {
  return (await requests()).filter((request) => WRITE.test(request) && !request.endsWith(" leases")).length;
}

/** Waits until the controller writes nothing any more. */
export async function untilQuiet(cluster: Pick<BenchCluster, "requests">, withinMs: number): Promise<void> {
  let last = -1;
  await waitFor(
    "no more writes",
    async () => {
      const now = await writesOf(cluster);
      const more = now - last;
      last = now;
      if (more > 0) {
        throw new Error(`${more} writes in the last ${QUIET_MS} ms`);
      }
    },
    { withinMs, everyMs: QUIET_MS },
  );
}
