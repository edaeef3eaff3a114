import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { namesOfInvalidAlias } from "../../api/parse/unread-names.ts";
import type { SecretKeyRef } from "../../api/dns-zone.ts";
import type { Inventory, InventoryEvent, InventoryHandlers } from "../../controller/ports/inventory.ts";
import { advance, SETTLE_MS, type Advance, type Catalog } from "./known-objects.ts";
import { editEvents, eventsBetween, goneBefore, objectEvents } from "./inventory-events.ts";
import type { SecretRead } from "../../providers/backend.ts";
import type { OutFiles } from "../output/output-files.ts";
import type { FolderRead } from "./read-folder.ts";
import { problemText } from "../manifest/parse-manifests.ts";
import { remember, rememberedCatalog } from "./restore-objects.ts";
import type { StateFile } from "../state/state-file.ts";
import type { Statuses } from "../state/statuses.ts";
import type { FolderWatch } from "./folder-watch.ts";

export interface FolderInventory extends Inventory {
  /**
   * All present mistakes, without duplicates. Each names its object, if the object is known, and has file, line, column, field,
   * value, and cure.
   */
  readonly problems: () => readonly string[];
  /** The last valid text of a ConfigMap key. */
  readonly configMapText: (namespace: string, name: string, key: string) => string | undefined;
  readonly secretText: (namespace: string, ref: SecretKeyRef) => SecretRead;
}

export interface FolderInventoryDeps {
  readonly root: string;
  /** Reads all manifests. See {@link createFolderReader}. */
  readonly scan: () => Promise<FolderRead>;
  readonly state: StateFile;
  readonly statuses: Statuses;
  readonly watch: FolderWatch;
  readonly files: Pick<OutFiles, "listen">;
  readonly clock: Clock;
  readonly log: Logger;
  /** True: a command shows the problems itself, so they aren't logged. */
  readonly readOnly: boolean;
  /** The longest time until dnsalias notices a change that no watch reported. */
  readonly rescanMs: Millis;
}

/** Reads a folder of manifests continuously. The rules in {@link advance} limit the changes of one scan. */
export function createFolderInventory(deps: FolderInventoryDeps): FolderInventory {
  const remembered = rememberedCatalog(deps.state);
  let catalog: Catalog = remembered;
  let emitted: Catalog = new Map();
  let problems: readonly string[] = [];
  let failure: string | undefined;
  let last: Advance | undefined;

  async function step(): Promise<Advance> {
    const seen = await deps.scan();
    deps.watch.follow(seen.folders);
    if (!seen.changed && last?.unsettled === false) {
      return last;
    }
    reportFailure(deps, failure, seen.failure);
    failure = seen.failure;
    const next = advance(catalog, seen.view, deps.clock.now());
    remember(deps, catalog, next.catalog);
    catalog = next.catalog;
    const found = problemsOf(seen, next);
    if (!deps.readOnly) {
      reportProblems(deps.log, problems, found);
    }
    problems = found;
    last = next;
    return next;
  }
  function emit(handlers: InventoryHandlers): void {
    const events = emitted === catalog ? [] : eventsBetween(emitted, catalog);
    emitted = catalog;
    for (const event of events) {
      handlers.onEvent(withStatus(event, deps.statuses));
    }
  }
  return {
    healthy: () => failure === undefined,
    problems: () => problems,
    configMapText: (namespace, name, key) => configMapText(catalog, `ConfigMap ${namespace}/${name}`, key),
    secretText: (namespace, ref) => secretText(catalog, namespace, ref),
    async run(handlers, signal) {
      using _ = listenBeside(deps, () => emitted, handlers, signal);
      await untilSettled(deps, step, () => failure !== undefined && catalog.size === 0, signal);
      if (!signal.aborted) {
        emit(handlers);
        handlers.onSynced();
        goneBefore(remembered, catalog).forEach((event) => handlers.onEvent(event));
      }
      while (!signal.aborted) {
        await deps.watch.wait(deps.rescanMs, signal);
        await deps.clock.sleep(DEBOUNCE_MS, signal).catch(() => undefined);
        if (!signal.aborted) {
          await untilEmitted(deps, step, () => emit(handlers), signal);
        }
      }
    },
  };
}

/** All writes of one save come within this time. */
const DEBOUNCE_MS = 50;

/**
 * Scans until the first events can be reported. No missing object of the state file can still return then, and the folder is
 * readable or has known objects.
 */
async function untilSettled(
  { clock, watch, rescanMs }: FolderInventoryDeps,
  step: () => Promise<Advance>,
  nothingKnown: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { unsettled } = await step();
    if (unsettled) {
      await clock.sleep(SETTLE_MS, signal).catch(() => undefined);
    } else if (nothingKnown()) {
      await watch.wait(rescanMs, signal);
    } else {
      return;
    }
  }
}

async function untilEmitted(
  { clock }: FolderInventoryDeps,
  step: () => Promise<Advance>,
  emit: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { unsettled } = await step();
  emit();
  if (unsettled) {
    await clock.sleep(SETTLE_MS, signal).catch(() => undefined);
    if (!signal.aborted) {
      await step();
      emit();
    }
  }
}

/**
 * Reports written statuses, like a watch of the API server, and files that another writer has changed. Calls listeners soon, outside the stack of
 * the writer, and never after the signal has aborted.
 */
function listenBeside(
  { statuses, files }: FolderInventoryDeps,
  emitted: () => Catalog,
  { onEvent }: InventoryHandlers,
  signal: AbortSignal,
): Disposable {
  const emitSoon = (events: () => readonly InventoryEvent[]): void => {
    setImmediate(() => {
      for (const event of signal.aborted ? [] : events()) {
        onEvent(withStatus(event, statuses));
      }
    });
  };
  statuses.listen((id) => {
    emitSoon(() => {
      const known = emitted().get(id);
      return known === undefined ? [] : objectEvents(known);
    });
  });
  files.listen((file) => emitSoon(() => editEvents(emitted(), file)));
  return {
    [Symbol.dispose]() {
      statuses.listen(undefined);
      files.listen(undefined);
    },
  };
}

function withStatus(event: InventoryEvent, statuses: Statuses): InventoryEvent {
  if (event.kind === "alias") {
    const { status: _, ...alias } = event.alias;
    const status = statuses.alias(alias.meta.uid);
    return { kind: "alias", alias: status === undefined ? alias : { ...alias, status } };
  }
  if (event.kind === "zone") {
    const { status: _, ...zone } = event.zone;
    const status = statuses.zone(zone.meta.uid);
    return { kind: "zone", zone: status === undefined ? zone : { ...zone, status } };
  }
  if (event.kind === "invalid" && event.manifest.kind === "DnsAlias") {
    const { manifest } = event;
    const listed = namesOfInvalidAlias({ status: statuses.alias(manifest.key) });
    const hostnames = [...new Set([...(manifest.hostnames ?? []), ...(listed ?? [])])];
    return manifest.hostnames === undefined && listed === undefined
      ? event
      : { kind: "invalid", manifest: { ...manifest, hostnames } };
  }
  return event;
}

function configMapText(catalog: Catalog, id: string, key: string): string | undefined {
  const manifest = catalog.get(id)?.good?.manifest;
  return manifest?.kind === "ConfigMap" && Object.hasOwn(manifest.data, key) ? manifest.data[key] : undefined;
}

function secretText(catalog: Catalog, namespace: string, { name, key }: SecretKeyRef): SecretRead {
  const position = `Secret ${namespace}/${name}`;
  const manifest = catalog.get(position)?.good?.manifest;
  if (manifest?.kind !== "Secret") {
    return {
      kind: "refused",
      reason: "SecretMissing",
      message: `${position} is not in the manifests: add it with the key ${key}`,
    };
  }
  const text = Object.hasOwn(manifest.texts, key) ? manifest.texts[key] : "";
  if (text === undefined || text === "") {
    const what = text === "" ? "has no key" : "has no base64 text (plain text belongs in stringData) under the key";
    return { kind: "refused", reason: "SecretMissing", message: `${position} ${what} ${key}` };
  }
  return { kind: "ok", text };
}

function problemsOf(seen: FolderRead, { catalog, problems }: Advance): readonly string[] {
  const ofFiles = new Set([
    ...(seen.failure === undefined ? [] : [seen.failure]),
    ...seen.unreadable.map(({ path, message }) => `${path}: ${message}`),
    ...problems.map(problemText),
  ]);
  const ofObjects = [...catalog.values()].flatMap(({ id, invalid = [] }) =>
    invalid.filter((text) => !ofFiles.has(text)).map((text) => `${id}: ${text}`),
  );
  return [...ofFiles, ...ofObjects];
}

function reportProblems(log: Logger, before: readonly string[], now: readonly string[]): void {
  const known = new Set(before);
  for (const problem of now) {
    if (!known.has(problem)) {
      log.warn({ message: problem }, "manifest not usable");
    }
  }
  if (before.length > 0 && now.length === 0) {
    log.info({}, "all manifests usable again");
  }
}

function reportFailure({ root, log }: FolderInventoryDeps, before: string | undefined, now: string | undefined): void {
  if (now !== undefined && now !== before) {
    log.error({ folder: root, err: now }, "cannot read manifest folder; keeping the last valid manifests");
  } else if (now === undefined && before !== undefined) {
    log.info({ folder: root }, "manifest folder readable again");
  }
}
