import type { DnsAlias } from "../../src/api/dns-alias.ts";
import { objectKey, type ObjectKey } from "../../src/api/meta.ts";
import { createSteering, type Steering } from "../../src/controller/health/steering.ts";
import type { VotePort } from "../../src/controller/ports/votes.ts";
import { parseVotes, type VoteDocument } from "../../src/plan/health/vote.ts";
import type { FakeClock } from "./fake-clock.ts";
import { silentLogger } from "./silent-logger.ts";
import { silentObserver } from "./silent-observer.ts";
import { playedChecks, type PlayedChecks } from "./steering-play.ts";

/** Carries votes between played replicas at once. */
export interface VoteBus {
  port(replica: string): VotePort;
  /** The last document of each replica. */
  documents(): ReadonlyMap<string, VoteDocument>;
  /** "replica" of each publication, and "-replica" for each that was removed, because it was silent. */
  readonly published: string[];
  /** Replicas whose publications don't arrive. */
  readonly silent: Set<string>;
}

export function createVoteBus(): VoteBus {
  const texts = new Map<string, string>();
  const listeners = new Map<string, Parameters<VotePort["run"]>[0]>();
  const published: string[] = [];
  const silent = new Set<string>();
  const tell = (replica: string, text: string | undefined): void =>
    [...listeners].filter(([one]) => one !== replica).forEach(([, listener]) => listener(replica, text));
  return {
    documents: () => new Map([...texts].map(([replica, text]) => [replica, parseVotes(text)])),
    published,
    silent,
    port: (replica) => ({
      replica,
      publish(text, gone) {
        published.push(replica, ...gone.map((one) => `-${one}`));
        if (!silent.has(replica)) {
          texts.set(replica, text);
          tell(replica, text);
        }
        for (const one of gone) {
          texts.delete(one);
          tell(one, undefined);
        }
      },
      async run(onText, signal) {
        [...texts].filter(([one]) => one !== replica).forEach(([one, text]) => onText(one, text));
        listeners.set(replica, onText);
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => resolve());
        });
        listeners.delete(replica);
        texts.delete(replica);
        tell(replica, undefined);
      },
    }),
  };
}

export interface PlayedReplica extends AsyncDisposable {
  readonly steering: Steering;
  readonly checks: PlayedChecks;
  /** `awayMs`: how long it has seen no Lease. */
  readonly term: { isLeading: boolean; awayMs: number };
  /** The aliases whose statuses it wants to write, one entry for each decision. */
  readonly decided: ObjectKey[];
  /** "reason: message" of each Event. */
  readonly events: string[];
  /** What other replicas said. */
  readonly votes: string[];
  applied(key: ObjectKey): string | undefined;
}

export interface ReplicaOptions {
  readonly name: string;
  readonly clock: FakeClock;
  readonly aliases: ReadonlyMap<ObjectKey, DnsAlias>;
  /** Undefined: it doesn't vote. */
  readonly bus: VoteBus | undefined;
  readonly isLeading: boolean;
}

/** A replica with static targets, which checks by itself. */
export function startReplica({ name, clock, aliases, bus, isLeading }: ReplicaOptions): PlayedReplica {
  const ending = new AbortController();
  const checks = playedChecks();
  const term = { isLeading, awayMs: 0 };
  const decided: ObjectKey[] = [];
  const events: string[] = [];
  const votes: string[] = [];
  const steering = createSteering({
    port: checks,
    votes: bus?.port(name),
    clock,
    random: () => 0.5,
    log: silentLogger,
    observer: { ...silentObserver(), voted: (says) => void votes.push(says) },
    isLeading: () => term.isLeading,
    awayMs: () => term.awayMs,
    aliasKeys: () => aliases.keys(),
    aliasOf: (key) => aliases.get(key),
    streamsOf: () => [],
    answer: () => undefined,
    sharedHostname: () => undefined,
    onEvent: (_, { reason, message }) => void events.push(`${reason}: ${message}`),
    onChanged: () => undefined,
    onDecided: ({ meta }) => void decided.push(objectKey(meta)),
  });
  const running = steering.run(ending.signal);
  return {
    steering,
    checks,
    term,
    decided,
    events,
    votes,
    applied(key) {
      const alias = aliases.get(key);
      const selection = alias && steering.selectionOf(alias);
      return selection?.kind === "selected" ? [...selection.targets].join() : selection?.kind;
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await clock.settle();
      await running;
    },
  };
}
