import type { Clock, Millis } from "../../base/clock.ts";
import { rrsetKey } from "../../dns/record.ts";
import type { ActualRRset, DesiredRRset, Write } from "../../plan/change.ts";
import type { Applied, ApplyRequest, ApplyResult, Rejection, ZoneProvider } from "../provider.ts";
import { createRejectionMemory, type RejectionMemory } from "../rejection-memory.ts";
import { type Sent, splitBatch } from "../split-batch.ts";

/**
 * Wraps a provider of one text, such as a ConfigMap key. It writes a zone without the records that an admission policy or webhook
 * rejects. If the whole text is rejected, a bisection finds the records at fault: it tries texts with half of the writes, then with
 * half of those. Each record at fault is tried again separately once a minute.
 */
export function withoutRejected(provider: ZoneProvider, clock: Pick<Clock, "now">): ZoneProvider {
  const rejections = createRejectionMemory(clock);
  return { ...provider, apply: (request, signal) => apply({ provider, rejections, clock }, request, signal) };
}

/** The maximum number of texts in one call. Each text is a request to the API server, and a reload of CoreDNS. */
const MAX_TEXTS = 32;
/** Below 60 s, after which the budget ends a call. */
const MAX_DURATION_MS: Millis = 20_000;
const CONTINUE_AFTER_MS: Millis = 1_000;

interface Deps {
  readonly provider: ZoneProvider;
  readonly rejections: RejectionMemory;
  readonly clock: Pick<Clock, "now">;
}

interface Item {
  readonly key: string;
  readonly set: ActualRRset | DesiredRRset;
  readonly write: Write;
}

type Stop = Exclude<ApplyResult, { readonly kind: "applied" }>;

interface Session {
  readonly deps: Deps;
  readonly zone: ApplyRequest["zone"];
  readonly signal: AbortSignal;
  readonly startedAt: Millis;
  readonly done: Set<string>;
  texts: number;
  /** The result of the last text. */
  last: Applied | undefined;
  wrote: boolean;
}

async function apply(deps: Deps, { zone, writes }: ApplyRequest, signal: AbortSignal): Promise<ApplyResult> {
  const { rejections, clock } = deps;
  const items = writes.map(itemOf);
  const byKey = new Map(items.map((item) => [item.key, item]));
  const plan = rejections.plan([...byKey.keys()]);
  const startedAt = clock.now();
  const session: Session = { deps, zone, signal, startedAt, done: new Set(), texts: 0, last: undefined, wrote: false };
  const pick = (keys: readonly string[]): readonly Item[] => keys.flatMap((key) => byKey.get(key) ?? []);
  const fresh = pick(plan.fresh);
  // Without writes, the text is sent too, because it changes with the base zone.
  const stop = fresh.length === 0 ? stopOf(await send(session, [])) : await split(session, fresh);
  const failed = stop ?? (await retry(session, pick(plan.due)));
  return failed ?? appliedAs(session, items);
}

async function split(session: Session, items: readonly Item[]): Promise<Stop | undefined> {
  const { rejected, stop } = await splitBatch<Item, Stop>(items, {
    send: (part) => send(session, part),
    groupOf: ({ set }) => set.name,
    typeOf: ({ set }) => set.type,
    mayContinue: () => mayContinue(session),
  });
  rejected.forEach(({ item, cause }) => session.deps.rejections.reject(item.key, cause));
  return stop;
}

/** Tries rejected writes again, one by one. */
async function retry(session: Session, due: readonly Item[]): Promise<Stop | undefined> {
  const { rejections } = session.deps;
  for (const item of due) {
    if (!mayContinue(session)) {
      rejections.postpone(item.key);
      continue;
    }
    const sent = await send(session, [item]);
    if (sent.kind === "rejected") {
      rejections.reject(item.key, sent.cause);
    } else if (sent.kind === "stopped") {
      return sent.result;
    }
  }
  return undefined;
}

async function send(session: Session, items: readonly Item[]): Promise<Sent<Item, Stop>> {
  const { deps, zone, signal, last } = session;
  session.texts += 1;
  const revision = last?.revision ?? zone.revision;
  const result = await deps.provider.apply(
    { zone: { ...zone, revision }, writes: items.map(({ write }) => write) },
    signal,
  );
  if (result.kind === "applied") {
    session.last = result;
    session.wrote ||= result.wrote;
    for (const { key } of items) {
      session.done.add(key);
      deps.rejections.accept(key);
    }
    return { kind: "done" };
  }
  return result.kind === "refused" && result.reason === REJECTED && items.length > 0
    ? { kind: "rejected", cause: { reason: REJECTED, message: result.message }, outage: result }
    : { kind: "stopped", result };
}

const REJECTED = "Rejected";

function stopOf(sent: Sent<Item, Stop>): Stop | undefined {
  return sent.kind === "stopped" ? sent.result : undefined;
}

function mayContinue({ deps, texts, startedAt }: Session): boolean {
  return texts < MAX_TEXTS && deps.clock.now() - startedAt < MAX_DURATION_MS;
}

/** The result of the call. If no write was accepted, the text is unchanged. */
function appliedAs({ deps, zone, last, wrote, done }: Session, items: readonly Item[]): Applied {
  const rejected: Rejection[] = [];
  const deferred: Write[] = [];
  for (const { key, write } of items) {
    const cause = deps.rejections.causeOf(key);
    if (cause !== undefined) {
      rejected.push({ write, reason: cause.reason, message: cause.message });
    } else if (!done.has(key)) {
      deferred.push(write);
    }
  }
  const retryAfterMs = deferred.length > 0 ? CONTINUE_AFTER_MS : deps.rejections.nextRetryMs();
  return {
    kind: "applied",
    revision: zone.revision,
    ...last,
    wrote,
    ...(rejected.length > 0 && { rejected }),
    ...(deferred.length > 0 && { deferred }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function itemOf(write: Write): Item {
  const set = write.kind === "delete" ? write.before : write.after;
  return { key: `${rrsetKey(set)} ${write.kind === "delete" ? "delete" : "put"}`, set, write };
}
