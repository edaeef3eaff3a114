import { byCodeUnit } from "../../base/order.ts";
import { objectKey } from "../../api/meta.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { refusalsOf } from "../../plan/claims.ts";
import type { Change } from "../../plan/change.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { Sink } from "../terminal/streams.ts";
import { harmless, styled, type Style } from "../terminal/text.ts";
import type { ZonePreview } from "./zone-preview.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * The output of `dnsalias plan --json`; the text has the same content. The document is sorted, so the same plan has the same bytes.
 */
export interface PlanDocument {
  /** The number of changes over all zones, without held deletes. */
  readonly changes: number;
  /** The number of deletes that wait for an approval. `run` does not make them. */
  readonly held: number;
  readonly zones: readonly ZoneDocument[];
  /** Invalid objects, and failed lookups. */
  readonly problems: readonly string[];
  /** Targets whose lookup by this command failed. Their published addresses remain. */
  readonly warnings: readonly string[];
}

interface ZoneDocument {
  readonly zone: string;
  readonly domain: string;
  readonly provider: string;
  readonly changes: readonly ChangeDocument[];
  /** Why the backend must be written although no RRset differs. */
  readonly rewrite?: string;
  readonly held?: string;
  readonly problem?: { readonly reason: string; readonly message: string };
}

interface ChangeDocument {
  readonly kind: Change["kind"];
  readonly name: string;
  readonly type: string;
  /** True for a delete that waits for an approval. */
  readonly held?: true;
  readonly before?: Shown;
  readonly after?: Shown & { readonly resources: readonly string[] };
  readonly reason?: string;
  readonly message?: string;
}

interface Shown {
  readonly ttl: number;
  readonly data: readonly string[];
}

/** `shows` selects the changes by their name. */
export function planDocument(
  previews: readonly ZonePreview[],
  { problems, answers, store }: Snapshot,
  shows: (hostname: Name) => boolean = () => true,
): PlanDocument {
  const zones = previews.map((preview) => zoneDocument(preview, shows));
  const failed = [...answers.values()].flatMap(({ key, outcome }) =>
    outcome.kind === "failure" ? [`${displayName(key.target)} ${key.family}: ${outcome.detail}`] : [],
  );
  const withoutZone = [...store.aliases()].flatMap((alias) =>
    alias.spec.hostnames
      .filter(shows)
      .flatMap((hostname) =>
        refusalsOf(store.matchOf(alias, hostname)).map(
          ({ message }) => `DnsAlias ${objectKey(alias.meta)}: ${message}`,
        ),
      ),
  );
  return {
    changes: zones.reduce((sum, { changes, rewrite }) => sum + countWritten(changes, rewrite), 0),
    held: zones.reduce((sum, { changes }) => sum + changes.filter(({ held }) => held === true).length, 0),
    zones,
    problems: [...problems, ...withoutZone].sort(byCodeUnit),
    warnings: failed.sort(byCodeUnit),
  };
}

/** 1 if a zone could not be planned, or if there are problems. Otherwise 2 if there are changes, and 0 if there are none. */
export function planExitCode({ zones, problems, changes }: PlanDocument): number {
  if (zones.some(({ problem }) => problem !== undefined) || problems.length > 0) {
    return EXIT.failed;
  }
  return changes > 0 ? EXIT.changes : EXIT.ok;
}

function countWritten(changes: readonly ChangeDocument[], rewrite: string | undefined): number {
  const written = changes.filter(({ kind, held }) => kind !== "refuse" && held !== true).length;
  return written === 0 && rewrite !== undefined ? 1 : written;
}

function zoneDocument({ zone, provider, outcome }: ZonePreview, shows: (hostname: Name) => boolean): ZoneDocument {
  const common = { zone: objectKey(zone.meta), domain: displayName(zone.spec.domain), provider };
  if (outcome.kind === "problem") {
    return { ...common, changes: [], problem: { reason: outcome.reason, message: outcome.message } };
  }
  const { guarded } = outcome.proposal;
  const written = new Set<Change>(guarded.kind === "held" ? guarded.writes : []);
  const isHeld = (change: Change): boolean =>
    guarded.kind === "held" && change.kind === "delete" && !written.has(change);
  const changes = outcome.proposal.changes.filter((change) => shows(nameAt(change)));
  return {
    ...common,
    changes: changes.map((change) => ({ ...changeDocument(change), ...(isHeld(change) ? { held: true } : {}) })),
    ...(outcome.inputProblem === undefined ? {} : { problem: outcome.inputProblem }),
    ...(outcome.needsWrite === undefined ? {} : { rewrite: outcome.needsWrite.message }),
    ...(guarded.kind === "held" ? { held: guarded.message } : {}),
  };
}

function nameAt(change: Change): Name {
  return change.kind === "refuse" ? change.name : change.kind === "delete" ? change.before.name : change.after.name;
}

function changeDocument(change: Change): ChangeDocument {
  switch (change.kind) {
    case "create":
      return { kind: "create", ...nameOf(change.after), after: withResources(change.after) };
    case "update":
      return {
        kind: "update",
        ...nameOf(change.after),
        before: shown(change.before),
        after: withResources(change.after),
      };
    case "delete":
      return { kind: "delete", ...nameOf(change.before), before: shown(change.before) };
    case "refuse":
      return { kind: "refuse", ...nameOf(change), reason: change.reason, message: change.message };
  }
}

function nameOf({ name, type }: { readonly name: Parameters<typeof displayName>[0]; readonly type: string }) {
  return { name: displayName(name), type };
}

function shown({ ttl, data }: Shown): Shown {
  return { ttl, data };
}

function withResources(set: Shown & { readonly resources: readonly string[] }) {
  return { ttl: set.ttl, data: set.data, resources: set.resources };
}

const MARKS: Readonly<Record<Change["kind"], readonly [string, Style]>> = {
  create: ["+", "green"],
  update: ["~", "yellow"],
  delete: ["-", "red"],
  refuse: ["!", "red"],
};

export function planText(sink: Sink, document: PlanDocument): string {
  const lines = document.zones.flatMap((zone) => zoneLines(sink, zone));
  const problems = document.problems.map((text) => problemLine(sink, text));
  const warnings = document.warnings.map((text) => `${styled(sink, "yellow", "not resolved:")} ${harmless(text)}`);
  const counts = (["create", "update", "delete", "refuse"] as const).map((kind) => {
    const changes = document.zones.flatMap((zone) => zone.changes);
    return `${changes.filter((change) => change.kind === kind && change.held !== true).length} to ${kind}`;
  });
  const held = document.held === 0 ? [] : [`${document.held} held`];
  const isQuiet = document.changes + document.held === 0;
  const unplanned = document.zones.length === 0 && problems.length > 0;
  const quiet = unplanned ? "No DnsZone was planned." : "Nothing would change.";
  const summary = isQuiet ? quiet : `Plan: ${[...counts, ...held].join(", ")}.`;
  return [...lines, ...problems, ...warnings, styled(sink, "bold", summary), ""].join("\n");
}

/** The line for a problem, such as a mistake in a manifest, or a hostname without a DnsZone. */
export function problemLine(sink: Sink, text: string): string {
  return `${styled(sink, "red", "problem:")} ${harmless(text)}`;
}

function zoneLines(sink: Sink, zone: ZoneDocument): readonly string[] {
  const head = styled(sink, "bold", `DnsZone ${zone.zone}: ${zone.domain} at ${zone.provider}`);
  const notes = [
    ...(zone.problem === undefined
      ? []
      : [`  ${styled(sink, "red", `${zone.problem.reason}:`)} ${harmless(zone.problem.message)}`]),
    ...(zone.rewrite === undefined ? [] : [`  ${styled(sink, "yellow", "rewrite:")} ${harmless(zone.rewrite)}`]),
    ...(zone.held === undefined ? [] : [`  ${styled(sink, "red", "held:")} ${harmless(zone.held)}`]),
  ];
  const changes = zone.changes.map((change) => changeLine(sink, change));
  const quiet = notes.length + changes.length === 0 ? ["  as planned"] : [];
  return [head, ...notes, ...changes, ...quiet];
}

function changeLine(sink: Sink, change: ChangeDocument): string {
  const [mark, style] = MARKS[change.kind];
  const what = `${change.name} ${change.type}`;
  if (change.kind === "refuse") {
    return `  ${styled(sink, style, mark)} ${what}  ${change.reason ?? ""}: ${harmless(change.message ?? "")}`;
  }
  const sides = [change.before, change.after].flatMap((side) =>
    side === undefined ? [] : [`${side.data.join(", ")} (${side.ttl} s)`],
  );
  const held = change.held === true ? styled(sink, "dim", "  held") : "";
  const whose = change.after === undefined ? "" : `  ${change.after.resources.join(", ")}`;
  return `  ${styled(sink, style, mark)} ${what}  ${sides.join(" → ")}${styled(sink, "dim", whose)}${held}`;
}
