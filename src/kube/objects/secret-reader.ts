import type { Clock, Millis } from "../../base/clock.ts";
import type { SecretKeyRef } from "../../api/dns-zone.ts";
import { secretValue } from "../../api/parse/secret-value.ts";
import type { SecretRead, SecretText } from "../../providers/backend.ts";
import { textAt } from "../../base/json.ts";
import { pathOf, SECRETS } from "../client/resource.ts";
import type { KubeStatus, KubeUnreachable } from "../client/api-result.ts";
import type { Transport } from "../client/transport.ts";

export interface SecretTextDeps {
  readonly transport: Transport;
  readonly clock: Clock;
}

/** A key of a Secret in one namespace. */
export type SecretTexts = (namespace: string, ref: SecretKeyRef) => SecretText;

/**
 * Texts of Secrets, read one Secret at a time with `get`, never listed or watched. A text is used for 10 s. While the API server
 * is not available, the last text remains in use, so that publishing continues. The texts are only in memory.
 */
export function createSecretTexts(deps: SecretTextDeps): SecretTexts {
  const known = new Map<string, CachedSecret>();
  return (namespace, ref) => {
    const at = { namespace, ...ref };
    const id = JSON.stringify([namespace, ref.name, ref.key]);
    return async (signal) => {
      const before = known.get(id);
      if (before !== undefined && deps.clock.now() - before.readAt < FRESH_MS) {
        return before.read;
      }
      const read = await refresh(deps.transport, at, before?.read, signal);
      if (read.kind === "ok") {
        known.set(id, { read, readAt: deps.clock.now() });
      } else {
        known.delete(id);
      }
      return read;
    };
  };
}

/** How long a text is used. A wrong credential is retried after a minute at the earliest, and therefore with the current Secret. */
const FRESH_MS: Millis = 10_000;

interface CachedSecret {
  readonly read: SecretRead;
  readonly readAt: Millis;
}

interface SecretLocation extends SecretKeyRef {
  readonly namespace: string;
}

async function refresh(
  transport: Transport,
  at: SecretLocation,
  before: SecretRead | undefined,
  signal: AbortSignal,
): Promise<SecretRead> {
  const path = pathOf(SECRETS, { namespace: at.namespace, name: at.name });
  const result = await transport.request({ method: "GET", path }, signal);
  if (result.kind === "ok") {
    return readKey(result.body, at);
  }
  if (result.kind === "status" && result.code === 404) {
    return {
      kind: "refused",
      reason: "SecretMissing",
      message: `Secret ${at.namespace}/${at.name} does not exist: create it with the key ${at.key}`,
    };
  }
  if (result.kind === "status" && result.code === 403) {
    const message = `not allowed to get secrets "${at.name}" in namespace "${at.namespace}"; docs/rbac.md has the Role that grants it`;
    return { kind: "refused", reason: "Forbidden", message };
  }
  return before ?? { kind: "failed", message: `Secret ${at.namespace}/${at.name} cannot be read: ${describe(result)}` };
}

/** The answer is not quoted, because a malformed one may contain the Secret. */
function describe(result: KubeStatus | KubeUnreachable): string {
  return result.kind === "status"
    ? `the apiserver answered ${result.code} ${result.reason}`.trimEnd()
    : "the apiserver cannot be reached";
}

function readKey(body: unknown, { namespace, name, key }: SecretLocation): SecretRead {
  const encoded = textAt(body, "data", key);
  const text = secretValue(encoded);
  if (text === undefined || text === "") {
    const what = encoded === "" ? "has no key" : "has no text under the key";
    return { kind: "refused", reason: "SecretMissing", message: `Secret ${namespace}/${name} ${what} ${key}` };
  }
  return { kind: "ok", text };
}
