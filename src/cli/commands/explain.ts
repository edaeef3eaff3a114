import { systemClock } from "../../base/clock.ts";
import { AppError } from "../../base/error.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { objectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { ControllerRead } from "../../kube/lease/controller-lease.ts";
import { type Fact, invalid } from "../../plan/fact.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import type { Composition } from "../compose/compose.ts";
import type { ExplainConfig } from "../config/config.ts";
import type { Io } from "../terminal/streams.ts";
import { controllerFacts } from "../inspect/controller-facts.ts";
import { problemLine } from "../inspect/plan-report.ts";
import { json } from "../terminal/text.ts";
import { explainExitCode, factsJson, factsText, type HostnameReport } from "../inspect/explain-report.ts";
import { hostnameFacts } from "../inspect/explain-facts.ts";
import { previewZones } from "../inspect/zone-preview.ts";
import { startProgress } from "../terminal/progress.ts";
import { composeReadOnly } from "../compose/read-only.ts";
import { lookUpAll, streamsOf, takeSnapshot, type Snapshot } from "../inspect/snapshot.ts";
import { connectCommand } from "./connect.ts";

/**
 * `dnsalias explain`: the alias of a hostname, the answers, the decisions, and their reasons. In a cluster, they come from the
 * statuses, and lookups of this machine only inform. Returns 0 if there is no problem, otherwise 1.
 */
export async function explainCommand(config: ExplainConfig, io: Io, signal: AbortSignal): Promise<number> {
  const { controller, platform } = await readController(config, io, signal);
  const ownerId = config.owner.ownerId ?? ownerIdOf(controller);
  const owner = { ...config.owner, ...(ownerId === undefined ? {} : { ownerId }) };
  await using composition = await composeReadOnly({ ...config, platform, owner }, io);
  const { snapshot, here } = await readAll(config, composition, io, signal);
  for (const problem of composition.platform.inventory.problems?.() ?? []) {
    io.err.write(`${problemLine(io.err, problem)}\n`);
  }
  const now = systemClock.now();
  const reports: HostnameReport[] = [];
  for (const hostname of hostnamesOf(config, snapshot)) {
    reports.push({ hostname, facts: await factsOf({ config, composition, snapshot, here, now }, hostname, signal) });
  }
  const head = [...(controller === undefined ? [] : controllerFacts(controller, now)), ...missing(config, reports)];
  io.out.write(config.json ? json(factsJson(head, reports)) : factsText(io.out, head, reports));
  return explainExitCode(head, reports);
}

interface ReadController {
  /** Undefined in folder mode. */
  readonly controller: ControllerRead | undefined;
  /** The source of the objects. */
  readonly platform: ExplainConfig["platform"];
}

/**
 * Reads the Lease of the controller. Without the right to list the objects of all namespaces, only those of the given namespaces are
 * read. Throws if no namespace is given either.
 */
async function readController(
  { platform, log, namespaces }: ExplainConfig,
  io: Io,
  signal: AbortSignal,
): Promise<ReadController> {
  if (platform.kind === "folder") {
    return { controller: undefined, platform };
  }
  await using cluster = await connectCommand({ platform, log }, io);
  const problem = await cluster.listProblem(signal);
  if (problem !== undefined && namespaces.length === 0) {
    throw new AppError("KUBE_REQUEST_FAILED", problem, { retry: "never" });
  }
  const { name = "dnsalias", namespace } = platform.lease ?? {};
  const controller = await cluster.controllerLeases({ name, namespace }, signal);
  return { controller, platform: problem === undefined ? platform : { ...platform, namespaces } };
}

/** The owner id of the only controller. Undefined: it is not known. */
function ownerIdOf(read: ControllerRead | undefined): string | undefined {
  const leases = read?.kind === "ok" ? read.leases : [];
  return leases.length === 1 ? leases[0]?.settings?.ownerId : undefined;
}

interface Inputs {
  readonly snapshot: Snapshot;
  /** The lookups of this machine in a cluster, by the text of their key. */
  readonly here: ReadonlyMap<string, TargetAnswer>;
}

async function readAll(config: ExplainConfig, composition: Composition, io: Io, signal: AbortSignal): Promise<Inputs> {
  const { concurrency, platform } = config;
  using progress = startProgress({ sink: io.err, now: () => systemClock.now() }, "Looking up targets");
  const onProgress = (done: number, total: number): void => progress.update(done, total);
  const options = { concerns: (alias: DnsAlias) => isConcerned(config, alias), concurrency, onProgress };
  const answersOf = platform.kind === "cluster" ? "statuses" : "lookups";
  const snapshot = await takeSnapshot(composition, { ...options, answersOf }, signal);
  const { store } = snapshot;
  const streams = [...store.aliases()].filter(options.concerns).flatMap((each) => streamsOf(composition, store, each));
  const here =
    answersOf === "lookups"
      ? new Map<string, TargetAnswer>()
      : await lookUpAll(composition, streams, { concurrency, onProgress }, signal);
  progress.finish(`${answersOf === "lookups" ? snapshot.answers.size : here.size} lookups`);
  return { snapshot, here };
}

function isConcerned({ subject }: ExplainConfig, { meta, spec }: DnsAlias): boolean {
  return subject.kind === "hostname" ? spec.hostnames.includes(subject.hostname) : objectKey(meta) === subject.key;
}

function hostnamesOf({ subject }: ExplainConfig, { store }: Snapshot): readonly Name[] {
  return subject.kind === "hostname" ? [subject.hostname] : (store.alias(subject.key)?.spec.hostnames ?? []);
}

function missing({ subject }: ExplainConfig, reports: readonly HostnameReport[]): readonly Fact[] {
  return subject.kind === "hostname" || reports.length > 0
    ? []
    : [invalid("claim", `there is no valid DnsAlias ${subject.key}: check the namespace and the name`)];
}

interface FactContext extends Inputs {
  readonly config: ExplainConfig;
  readonly composition: Composition;
  readonly now: number;
}

async function factsOf(context: FactContext, hostname: Name, signal: AbortSignal): Promise<readonly Fact[]> {
  const { config, composition, snapshot, here, now } = context;
  const { store } = snapshot;
  const ownerId = composition.platform.owner.id();
  const zones = [...store.zones()].filter((zone) => store.zonesOfName(hostname).has(objectKey(zone.meta)));
  return hostnameFacts({
    hostname,
    snapshot,
    previews: await previewZones({ composition, snapshot, ownerId, now }, zones, signal),
    ownerId,
    namespaces: config.namespaces,
    here: [...here.values()],
    now,
  });
}
