import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { aliasStatusOf } from "../../src/api/parse/parse-status.ts";
import { parseDuration } from "../../src/api/schema/duration.ts";
import type { AliasStatus } from "../../src/api/dns-alias.ts";
import { parseState } from "../../src/folder/manifest/state-entry.ts";
import type { DemoScene } from "./demo-scene.ts";

/** The alias's status as folder mode keeps it; undefined before the first. */
export async function readStatus({ out }: Pick<DemoScene, "out">): Promise<AliasStatus | undefined> {
  const text = await readFile(join(out, ".dnsalias-state.json"), "utf8").catch(() => "");
  const state = parseState(text);
  return state.kind === "ok" ? aliasStatusOf(state.entries.find(({ kind }) => kind === "DnsAlias")?.status) : undefined;
}

/** What the status promises, in milliseconds. */
export interface Bound {
  /** At a client behind a cache: `status.stalenessBound`. */
  readonly clientMs: number;
  /** At the servers themselves: the same without the published TTL, for which only a cache keeps an answer. */
  readonly serverMs: number;
}

export function boundOf(status: AliasStatus | undefined): Bound | undefined {
  const clientMs = parseDuration(status?.stalenessBound ?? "");
  const ttl = status?.hostnames[0]?.ttl;
  return clientMs === undefined || ttl === undefined ? undefined : { clientMs, serverMs: clientMs - ttl * 1000 };
}

/** The controller's own counters. */
export interface Counters {
  /** Look-ups of the target, both families together. */
  readonly lookups: number;
  readonly failed: number;
  readonly writes: number;
}

export async function readCounters({ opsUrl }: Pick<DemoScene, "opsUrl">): Promise<Counters> {
  const response = await fetch(`${opsUrl}/metrics`, { signal: AbortSignal.timeout(2000) });
  const samples = [...(await response.text()).matchAll(/^(\w+)\{(.*)\} (\d+)$/gm)];
  const sum = (metric: string, label = ""): number =>
    samples
      .filter(([, name, labels]) => name === metric && labels?.includes(label) === true)
      .reduce((total, [, , , count]) => total + Number(count), 0);
  return {
    lookups: sum("dnsalias_lookups_total"),
    failed: sum("dnsalias_lookups_total", 'outcome="failure'),
    writes: sum("dnsalias_zone_writes_total"),
  };
}
