import type { Millis } from "../../base/clock.ts";
import { isSpecialUse } from "../../dns/address/address.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { LookupResult } from "../../dns/lookup-result.ts";
import type { Family } from "../../dns/record.ts";
import type { LookupStep } from "../../resolver/chain/trace.ts";
import type { Sink } from "../terminal/streams.ts";
import { duration, harmless, styled, type Style } from "../terminal/text.ts";

export interface ResolveReport {
  readonly target: Name;
  readonly servers: readonly string[];
  readonly families: readonly FamilyReport[];
}

export interface FamilyReport {
  readonly family: Family;
  readonly result: LookupResult;
  readonly steps: readonly LookupStep[];
  readonly tookMs: Millis;
  readonly nextInMs: Millis;
}

/** Text for users: the chain hop by hop, the addresses, the queried servers, and the next lookup. */
export function reportText(sink: Sink, report: ResolveReport): string {
  const head = `${styled(sink, "bold", displayName(report.target))}  servers: ${report.servers.join(", ")}`;
  return [head, ...report.families.flatMap((family) => ["", ...familyLines(sink, family)]), ""].join("\n");
}

/** The facts of {@link reportText} for programs: names without their final dot, times in milliseconds, TTLs in seconds. */
export function reportJson({ target, servers, families }: ResolveReport): unknown {
  return { target: displayName(target), servers, families: families.map(familyJson) };
}

function familyJson({ family, result, steps, tookMs, nextInMs }: FamilyReport): unknown {
  return {
    type: family,
    ...outcomeJson(result),
    chain: result.chain.map(displayName),
    hops: hopsOf(steps).map(({ owner, type, ttl, target }) => ({
      owner: displayName(owner),
      type,
      ttl,
      target: displayName(target),
    })),
    asked: queriesOf(steps).map(({ server, name, type, tookMs, result }) => ({
      server,
      name: displayName(name),
      type,
      tookMs: Math.round(tookMs),
      result,
    })),
    tookMs: Math.round(tookMs),
    nextLookupInMs: Math.round(nextInMs),
  };
}

function outcomeJson(result: LookupResult): object {
  switch (result.kind) {
    case "positive": {
      const { addresses, ttl, server, authenticated } = result;
      return { outcome: "Positive", addresses, specialUse: addresses.filter(isSpecialUse), ttl, server, authenticated };
    }
    case "nodata":
    case "nxdomain":
      return { outcome: outcomeWord(result), negativeTtl: result.negativeTtl, server: result.server };
    case "failure":
      return { outcome: "Failure", reason: result.reason, detail: result.detail };
  }
}

function familyLines(sink: Sink, report: FamilyReport): readonly string[] {
  const { family, result, steps, tookMs, nextInMs } = report;
  const outcome = styled(sink, STYLE_OF[result.kind], outcomeWord(result));
  return [
    `${styled(sink, "bold", family.padEnd(4))}  ${outcome} in ${duration(tookMs)}`,
    ...chainLines(steps, family),
    ...verdictLines(result),
    ...queriesOf(steps).map(
      ({ server, name, type, tookMs: each, result }) =>
        `      asked ${server}: ${displayName(name)} ${type}: ${harmless(result)} in ${duration(each)}`,
    ),
    `      next lookup in ${duration(nextInMs)}`,
  ];
}

const STYLE_OF: Readonly<Record<LookupResult["kind"], Style>> = {
  positive: "green",
  nodata: "yellow",
  nxdomain: "yellow",
  failure: "red",
};

function outcomeWord(result: LookupResult): string {
  switch (result.kind) {
    case "positive":
      return "Positive";
    case "nodata":
      return "NoData";
    case "nxdomain":
      return "NxDomain";
    case "failure":
      return `Failure: ${result.reason}`;
  }
}

/** One line for each record, as in a zone file. The addresses have the smallest TTL of the chain. */
function chainLines(steps: readonly LookupStep[], family: Family): readonly string[] {
  const rows = steps.flatMap((step): readonly (readonly [string, string, string, string])[] => {
    if (step.kind === "hop") {
      const { owner, type, ttl, target } = step.hop;
      return [[displayName(owner), String(ttl), type, displayName(target)]];
    }
    return step.kind === "addresses"
      ? step.addresses.map((address) => [displayName(step.name), String(step.ttl), family, noted(address)])
      : [];
  });
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => (row[column] ?? "").length)));
  return rows.map(
    ([owner, ttl, type, data]) =>
      `      ${owner.padEnd(widths[0] ?? 0)}  ${ttl.padStart(widths[1] ?? 0)}  ${type.padEnd(widths[2] ?? 0)}  ${data}`,
  );
}

function noted(address: string): string {
  return isSpecialUse(address) ? `${address}  (special use: published only with allowPrivate)` : address;
}

function verdictLines(result: LookupResult): readonly string[] {
  switch (result.kind) {
    case "positive":
      return [`      TTL of the chain ${result.ttl} s${result.authenticated ? ", validated by the server (AD)" : ""}`];
    case "nodata":
      return [`      the name exists and has no such address; negative TTL ${result.negativeTtl} s`];
    case "nxdomain":
      return [`      the name does not exist; negative TTL ${result.negativeTtl} s`];
    case "failure":
      return [`      ${harmless(result.detail)}`];
  }
}

function hopsOf(steps: readonly LookupStep[]) {
  return steps.flatMap((step) => (step.kind === "hop" ? [step.hop] : []));
}

function queriesOf(steps: readonly LookupStep[]) {
  return steps.flatMap((step) => (step.kind === "queried" ? [step] : []));
}
