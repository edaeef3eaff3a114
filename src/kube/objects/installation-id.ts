import { backoffMs, type Backoff } from "../../base/backoff.ts";
import type { Clock, Random } from "../../base/clock.ts";
import { textAt } from "../../base/json.ts";
import type { Logger } from "../../base/log.ts";
import { describeResult, type KubeResult } from "../client/api-result.ts";
import { NAMESPACES, pathOf } from "../client/resource.ts";
import type { Transport } from "../client/transport.ts";

export interface InstallationIdDeps {
  readonly transport: Pick<Transport, "request">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** An id that no other cluster has. */
export interface InstallationId {
  /** Undefined: the id is not known yet. */
  readonly value: () => string | undefined;
  /** Why the last try failed, and the cure. Undefined: it did not fail. */
  readonly problem: () => string | undefined;
  /** Reads the id until it is known or the signal aborts. Concurrent calls share one search. */
  find(signal: AbortSignal): Promise<void>;
}

/** The UID of the namespace kube-system, read with one `get`: every cluster has this namespace, and no two clusters have the same UID. */
export function createInstallationId(deps: InstallationIdDeps): InstallationId {
  let value: string | undefined;
  let problem: string | undefined;
  let search: Promise<void> | undefined;

  async function readUntilKnown(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; value === undefined && !signal.aborted; attempt += 1) {
      const result = await readUid(deps, signal);
      if (result.kind === "known") {
        value = result.uid;
        problem = undefined;
        deps.log.info({ ownerId: value }, "owner id known");
      } else if (!signal.aborted) {
        if (problem !== result.message) {
          deps.log.warn({ message: result.message }, "owner id not known");
        }
        problem = result.message;
        await deps.clock.sleep(backoffMs(RETRY, attempt, deps.random), signal).catch(() => undefined);
      }
    }
  }
  return {
    value: () => value,
    problem: () => problem,
    async find(signal) {
      while (value === undefined && !signal.aborted) {
        search ??= readUntilKnown(signal).finally(() => {
          search = undefined;
        });
        await search;
      }
    },
  };
}

const RETRY: Backoff = { firstMs: 1_000, maxMs: 30_000, spread: 0.2 };
const NAMESPACE = "kube-system";

type UidRead =
  | { readonly kind: "known"; readonly uid: string }
  | { readonly kind: "unknown"; readonly message: string };

async function readUid({ transport }: InstallationIdDeps, signal: AbortSignal): Promise<UidRead> {
  const path = pathOf(NAMESPACES, { name: NAMESPACE });
  let result: KubeResult;
  try {
    result = await transport.request({ method: "GET", path }, signal);
  } catch (error) {
    if (signal.aborted) {
      return unknown("the program stops");
    }
    throw error;
  }
  if (result.kind !== "ok") {
    const isForbidden = result.kind === "status" && result.code === 403;
    const cure = isForbidden
      ? `grant get of namespaces "${NAMESPACE}" (docs/rbac.md), or set --owner-id`
      : "dnsalias tries again";
    return unknown(`${describeResult(result)}; ${cure}`);
  }
  const uid = textAt(result.body, "metadata", "uid");
  return uid === "" ? unknown("the answer has no UID; dnsalias tries again") : { kind: "known", uid };
}

function unknown(why: string): UidRead {
  const message = `The owner id, which is the UID of namespace ${NAMESPACE}, is not known, so nothing is written: ${why}.`;
  return { kind: "unknown", message };
}
