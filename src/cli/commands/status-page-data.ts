import { systemClock, type Millis } from "../../base/clock.ts";
import { byCodeUnit } from "../../base/order.ts";
import type { Condition } from "../../api/condition/condition.ts";
import type { AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { parseDuration } from "../../api/schema/duration.ts";
import { objectKey } from "../../api/meta.ts";
import { referenceText } from "../../api/resource-ref.ts";
import { lookupNames } from "../../api/target-names.ts";
import { displayName } from "../../dns/name/name.ts";
import { RCODE } from "../../dns/registry.ts";
import type {
  AliasView,
  ResponderView,
  Search,
  SelectionView,
  StatusView,
  ReadyView,
  ZoneRow,
} from "../../ops/status-page/status-view.ts";
import type { Controller } from "../../controller/controller.ts";
import type { Platform } from "../compose/platform.ts";
import type { Views } from "../compose/resolver-views.ts";
import type { Responder, ResponderState } from "../compose/responder.ts";
import { streamsOf } from "../inspect/snapshot.ts";
import { historyViews, steeringViews } from "./steering-view.ts";
import { programVersion } from "./version.ts";

const PER_PAGE = 50;
const LONGEST_SEARCH = 253;

/** The parts of a run that the status page reads. */
export interface StatusSource {
  readonly platform: Pick<Platform, "description" | "hasLease" | "problems">;
  readonly controller: Pick<Controller, "store" | "answer" | "leading" | "synced">;
  readonly responder: Pick<Responder, "state" | "problems"> | undefined;
  readonly views: Pick<Views, "idOf">;
}

/** The data of the status page: the written statuses, and the age of the answers that they are based on. */
export async function statusView(source: StatusSource, query: URLSearchParams): Promise<StatusView> {
  const { platform, controller, responder } = source;
  const answering = await responder?.state();
  const search = searchOf(query);
  const fitting = [...controller.store.aliases()].filter((alias) => fits(alias, search)).sort(byKey);
  const last = Math.max(1, Math.ceil(fitting.length / PER_PAGE));
  const page = Math.min(search.page, last);
  const now = systemClock.now();
  return {
    version: programVersion(),
    platform: platform.description,
    now,
    leading: platform.hasLease ? controller.leading() : undefined,
    problems: [
      ...(controller.synced() ? [] : ["the DnsAliases and DnsZones have not been read yet"]),
      ...platform.problems(),
      ...(responder?.problems() ?? []),
    ],
    ...(answering === undefined ? {} : { responder: responderView(answering) }),
    zones: [...controller.store.zones()]
      .sort(byKey)
      .map((zone) => zoneRow(zone, controller.store.claimsIn(objectKey(zone.meta)).size)),
    aliases: fitting.slice((page - 1) * PER_PAGE, page * PER_PAGE).map((alias) => aliasView(source, alias, now)),
    search: { ...search, page },
    found: fitting.length,
  };
}

function responderView({ addresses, workers, counts, udpIo }: ResponderState): ResponderView {
  const { byProtocol, byRcode, hits, waitedForLookup, stale, rateLimited } = counts;
  const questions = byProtocol.udp + byProtocol.tcp;
  return {
    addresses,
    workers,
    udpIo,
    questions,
    cacheHits: hits,
    waitedForLookup,
    stale,
    failed: byRcode.get(RCODE.SERVFAIL) ?? 0,
    rateLimited,
  };
}

function searchOf(query: URLSearchParams): Search {
  const page = Number.parseInt(query.get("page") ?? "1", 10);
  return {
    text: (query.get("q") ?? "").trim().slice(0, LONGEST_SEARCH),
    onlyUnwell: query.get("unwell") === "1",
    page: page >= 1 ? page : 1,
    perPage: PER_PAGE,
  };
}

function fits(alias: DnsAlias, { text, onlyUnwell }: Search): boolean {
  const wanted = text.toLowerCase();
  const words = [objectKey(alias.meta), ...alias.spec.hostnames, ...alias.spec.targets.flatMap(targetWords)];
  const found = wanted === "" || words.some((word) => word.includes(wanted));
  return found && !(onlyUnwell && readyViewOf(alias.status?.conditions).light === "well");
}

function targetWords(target: DnsAlias["spec"]["targets"][number]): readonly string[] {
  return target.kind === "addresses"
    ? target.addresses
    : [...lookupNames(target), ...(target.kind === "resourceRef" ? [referenceText(target.ref)] : [])];
}

function byKey(a: DnsAlias | DnsZone, b: DnsAlias | DnsZone): number {
  return byCodeUnit(objectKey(a.meta), objectKey(b.meta));
}

function zoneRow({ meta, spec, status }: DnsZone, names: number): ZoneRow {
  const { serial, servers, deliveryLag } = status ?? {};
  return {
    key: objectKey(meta),
    domain: displayName(spec.domain),
    provider: status?.provider ?? spec.provider.kind,
    names,
    ...readyViewOf(status?.conditions),
    ...(serial === undefined ? {} : { serial }),
    ...(servers === undefined ? {} : { serving: `${servers.current}/${servers.total}` }),
    ...(deliveryLag === undefined ? {} : { deliveryLag }),
  };
}

function aliasView(source: StatusSource, alias: DnsAlias, now: Millis): AliasView {
  const { status } = alias;
  const boundMs = status?.stalenessBound === undefined ? undefined : parseDuration(status.stalenessBound);
  const ageMs = ageOf(source, alias, now);
  const selection = selectionOf(status);
  return {
    key: objectKey(alias.meta),
    ...readyViewOf(status?.conditions),
    hostnames: (status?.hostnames ?? []).map(({ zone = "", ...rest }) => ({ zone, ...rest })),
    targets: (status?.targets ?? []).map(({ hostname, chain, ...rest }) => ({
      ...rest,
      chain: chain.length === 0 ? [hostname ?? rest.name] : chain,
    })),
    ...(selection === undefined ? {} : { selection }),
    steering: steeringViews(alias, now),
    history: historyViews(alias),
    ...(boundMs === undefined ? {} : { boundMs }),
    ...(ageMs === undefined ? {} : { ageMs }),
  };
}

function selectionOf({ selected, switchBound, conditions = [] }: Partial<AliasStatus> = {}): SelectionView | undefined {
  const healthy = conditions.find(({ type }) => type === "Healthy");
  const boundMs = switchBound === undefined ? undefined : parseDuration(switchBound);
  return (
    selected && {
      ...selected,
      ...(boundMs === undefined ? {} : { boundMs }),
      ...(healthy === undefined || healthy.status === "True"
        ? {}
        : { problem: { reason: healthy.reason, message: healthy.message } }),
    }
  );
}

function ageOf({ controller, views }: StatusSource, alias: DnsAlias, now: Millis): Millis | undefined {
  const good = streamsOf({ views }, controller.store, alias).flatMap(
    ({ key }) => controller.answer(key)?.lastSuccessAt ?? [],
  );
  return good.length === 0 ? undefined : Math.max(0, now - Math.min(...good));
}

function readyViewOf(conditions: readonly Condition[] | undefined): ReadyView {
  const ready = conditions?.find(({ type }) => type === "Ready");
  if (ready === undefined) {
    return { light: "working", reason: "Pending", message: "it has not been read yet" };
  }
  const isWorking =
    ready.status === "Unknown" ||
    conditions?.some(({ type, status }) => type === "Reconciling" && status === "True") === true;
  const light = ready.status === "True" ? "well" : isWorking ? "working" : "unwell";
  return { light, reason: ready.reason, message: ready.message };
}
