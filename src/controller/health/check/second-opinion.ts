import type { Clock } from "../../../base/clock.ts";
import type { DnsAlias } from "../../../api/dns-alias.ts";
import type { ObjectKey } from "../../../api/meta.ts";
import { parseVotes, printVotes } from "../../../plan/health/vote.ts";
import type { HealthCheckPort } from "../../ports/checks.ts";
import type { HealthObserver } from "../../ports/observer.ts";
import type { VotePort } from "../../ports/votes.ts";
import { type Ballots, createBallots } from "./ballots.ts";
import { createVoter, type Voter } from "./voter.ts";

/** Consults the other replicas before an address counts as down, and answers them. */
export interface SecondOpinion extends Pick<Ballots, "verdict" | "ask" | "forget" | "reset">, Pick<Voter, "isAsked"> {
  run(signal: AbortSignal): Promise<void>;
}

export interface SecondOpinionDeps {
  readonly port: VotePort;
  readonly checks: HealthCheckPort;
  readonly clock: Clock;
  readonly observer: Pick<HealthObserver, "voted">;
  readonly isLeading: () => boolean;
  readonly aliasOf: (key: ObjectKey) => DnsAlias | undefined;
  /** Called with each verdict that wasn't immediate. */
  readonly onVerdict: (key: string) => void;
}

export function createSecondOpinion(deps: SecondOpinionDeps): SecondOpinion {
  const { port, checks, clock, observer, isLeading, aliasOf, onVerdict } = deps;
  const publish = (gone: readonly string[] = []): void =>
    port.publish(printVotes({ questions: ballots.questions(), answers: voter.answers() }), gone);
  const ballots: Ballots = createBallots({
    clock,
    replica: port.replica,
    onAsked: () => publish(),
    onVerdict(key, silent) {
      if (silent.length > 0) {
        publish(silent);
      }
      onVerdict(key);
    },
    onVote: (vote) => observer.voted(vote),
  });
  const voter: Voter = createVoter({
    port: checks,
    clock,
    aliasOf,
    mayAnswer: () => !isLeading(),
    onAnswer: () => publish(),
  });
  return {
    verdict: (key) => ballots.verdict(key),
    ask: (key, question, timeoutMs) => ballots.ask(key, question, timeoutMs),
    forget: (key) => ballots.forget(key),
    reset: () => ballots.reset(),
    isAsked: (alias) => voter.isAsked(alias),
    async run(signal) {
      // The first publication shows the other replicas that this replica runs.
      publish();
      await port.run((replica, text) => {
        const document = text === undefined ? undefined : parseVotes(text);
        ballots.heard(replica, document);
        voter.heard(replica, document);
      }, signal);
      ballots.reset();
    },
  };
}
