import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { type LogFields, type Logger } from "../../src/base/log.ts";
import type { InventoryEvent } from "../../src/controller/ports/inventory.ts";
import { openFolder, type FolderOptions, type FolderPlatform } from "../../src/folder/open-folder.ts";

/** A temporary folder that is removed at the end. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "dnsalias-folder-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export interface FolderRun extends AsyncDisposable {
  readonly plane: FolderPlatform;
  /** Everything that was told, in order; tests may empty it. */
  readonly events: InventoryEvent[];
  readonly synced: () => boolean;
  readonly log: readonly LoggedLine[];
}

export interface LoggedLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** Runs the inventory of `root/manifests` with its state and output beside it. `beforeReading` is called once it is open. */
export async function runFolder(
  root: string,
  options: Partial<FolderOptions> = {},
  beforeReading: () => Promise<void> = async () => undefined,
): Promise<FolderRun> {
  const { lines, log } = listLogger();
  const plane = await openFolder({
    manifests: join(root, "manifests"),
    stateFile: join(root, "state", "state.json"),
    out: join(root, "out"),
    clock: systemClock,
    random: Math.random,
    log,
    ...options,
  });
  const events: InventoryEvent[] = [];
  const stopping = new AbortController();
  let synced = false;
  const handlers = {
    onEvent: (event: InventoryEvent) => void events.push(event),
    onSynced: () => {
      synced = true;
    },
  };
  await beforeReading();
  const running = plane.inventory.run(handlers, stopping.signal);
  return {
    plane,
    events,
    synced: () => synced,
    log: lines,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
      await plane[Symbol.asyncDispose]();
    },
  };
}

/** A logger whose lines can be looked at. */
export function listLogger(): { readonly lines: LoggedLine[]; readonly log: Logger } {
  const lines: LoggedLine[] = [];
  const at = (level: string) => (fields: LogFields, message: string) => void lines.push({ level, message, fields });
  return { lines, log: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } };
}

/** Waits until something is so; fails with what was wanted when it is not within 10 s. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > end) {
      throw new Error(`not within ${timeoutMs} ms: ${what}`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

export function aliasText(name: string, hostname = "example.com"): string {
  return `apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata: {name: ${name}, namespace: web}
spec: {hostnames: [${hostname}], targets: [{hostname: d111.example.net}]}
`;
}

/** Aliases as "web/shop example.com." and so on, in the order told. */
export function namesOf(events: readonly InventoryEvent[], kind: "alias" | "gone" | "invalid"): readonly string[] {
  return events.flatMap((event) => {
    if (event.kind !== kind) {
      return [];
    }
    switch (event.kind) {
      case "alias":
        return [`${event.alias.meta.uid} ${event.alias.spec.hostnames.join(",")}`];
      case "gone":
        return [event.key];
      case "invalid":
        return [event.manifest.key];
    }
  });
}
