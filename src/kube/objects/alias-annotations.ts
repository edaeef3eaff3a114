import type { DnsAlias } from "../../api/dns-alias.ts";
import { parseAlias } from "../../api/parse/parse-object.ts";
import { problemText } from "../../api/schema/problem.ts";
import { describeResult } from "../client/api-result.ts";
import { DNS_ALIASES, pathOf } from "../client/resource.ts";
import { MERGE_PATCH, type Transport } from "../client/transport.ts";

/** Reads one DnsAlias and changes its annotations, for commands. */
export interface AliasAnnotations {
  read(alias: AliasPlace, signal: AbortSignal): Promise<AliasRead>;
  /**
   * Sets an annotation, or removes it (null), only at the resourceVersion that was read, so that no other change is lost.
   * Returns why it failed.
   */
  set(alias: DnsAlias, annotation: string, value: string | null, signal: AbortSignal): Promise<string | undefined>;
}

interface AliasPlace {
  readonly namespace: string;
  readonly name: string;
}

type AliasRead =
  | { readonly kind: "ok"; readonly alias: DnsAlias }
  | { readonly kind: "failed"; readonly message: string };

export function createAliasAnnotations(transport: Transport): AliasAnnotations {
  return {
    async read({ namespace, name }, signal) {
      const result = await transport.request({ method: "GET", path: pathOf(DNS_ALIASES, { namespace, name }) }, signal);
      if (result.kind !== "ok") {
        return { kind: "failed", message: describeResult(result) };
      }
      const parsed = parseAlias(result.body);
      return parsed.kind === "ok"
        ? { kind: "ok", alias: parsed.value }
        : { kind: "failed", message: parsed.problems.map(problemText).join("; ") };
    },
    async set({ meta }, annotation, value, signal) {
      const { namespace, name, uid, resourceVersion } = meta;
      const path = pathOf(DNS_ALIASES, { namespace, name, query: { fieldManager: COMMAND_MANAGER } });
      const body = { metadata: { uid, resourceVersion, annotations: { [annotation]: value } } };
      const result = await transport.request({ method: "PATCH", path, contentType: MERGE_PATCH, body }, signal);
      return result.kind === "ok" ? undefined : describeResult(result);
    },
  };
}

/** The field manager of commands. It is not that of the controller, because the controller doesn't change annotations. */
const COMMAND_MANAGER = "dnsalias-command";
