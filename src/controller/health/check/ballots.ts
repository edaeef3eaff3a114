import type { Clock, Millis } from "../../../base/clock.ts";
import { isAgreed, type Question, type Vote, type VoteDocument, voteMs } from "../../../plan/health/vote.ts";

/** The votes of the other replicas about addresses that are about to count as down. */
export interface Ballots {
  /**
   * `none`: there is no question. `open`: answers are missing. `down`: the replicas agree that the address is down. `disputed`: at
   * least half of the votes report the address as up.
   */
  verdict(key: string): "none" | "open" | "down" | "disputed";
  /** Puts a question about a check to the other replicas. Without other replicas, the verdict is `down` at once. */
  ask(key: string, question: Asked, timeoutMs: Millis): void;
  forget(key: string): void;
  /** Records the document of another replica. Undefined: it is gone. */
  heard(replica: string, document: VoteDocument | undefined): void;
  /** The questions without a verdict. */
  questions(): readonly Question[];
  /** Ends all questions, because a term begins or ends. */
  reset(): void;
}

export type Asked = Omit<Question, "id" | "askedAt">;

export interface BallotDeps {
  readonly clock: Clock;
  /** The name of this replica, for the ids of questions. */
  readonly replica: string;
  /** Called when there is a new question. */
  readonly onAsked: () => void;
  /** Called with each open question that gets its verdict. `silent`: the replicas that didn't answer. */
  readonly onVerdict: (key: string, silent: readonly string[]) => void;
  readonly onVote: (vote: Vote) => void;
}

interface Ballot {
  readonly question: Question;
  readonly votes: Map<string, Vote>;
  verdict: "open" | "down" | "disputed";
  /** Ends the wait for answers. */
  readonly end: AbortController;
}

export function createBallots(deps: BallotDeps): Ballots {
  const { clock, replica, onAsked } = deps;
  const ballots = new Map<string, Ballot>();
  const peers = new Set<string>();
  const counter = { asked: 0 };
  const forget = (key: string): void => {
    ballots.get(key)?.end.abort();
    ballots.delete(key);
  };
  const context: Context = { deps, ballots, peers };
  return {
    verdict: (key) => ballots.get(key)?.verdict ?? "none",
    ask(key, asked, timeoutMs) {
      forget(key);
      counter.asked += 1;
      const question = { ...asked, id: `${replica}/${counter.asked}`, askedAt: clock.now() };
      const verdict = peers.size === 0 ? "down" : "open";
      const ballot: Ballot = { question, votes: new Map(), verdict, end: new AbortController() };
      ballots.set(key, ballot);
      if (verdict === "open") {
        onAsked();
        void endLater(context, key, ballot, voteMs(timeoutMs));
      }
    },
    forget,
    heard(peer, document) {
      if (document === undefined) {
        peers.delete(peer);
      } else {
        peers.add(peer);
        document.answers.forEach(({ id, says }) => record(context, id, { peer, says }));
      }
      [...ballots].forEach(([key, ballot]) => endIfComplete(context, key, ballot));
    },
    questions: () => [...ballots.values()].flatMap(({ question, verdict }) => (verdict === "open" ? [question] : [])),
    reset: () => [...ballots.keys()].forEach(forget),
  };
}

interface Context {
  readonly deps: BallotDeps;
  readonly ballots: ReadonlyMap<string, Ballot>;
  /** The replicas that are known to run. */
  readonly peers: ReadonlySet<string>;
}

function record({ deps, ballots }: Context, id: string, vote: { readonly peer: string; readonly says: Vote }): void {
  const ballot = ballots.values().find(({ question }) => question.id === id);
  if (ballot?.verdict === "open" && !ballot.votes.has(vote.peer)) {
    ballot.votes.set(vote.peer, vote.says);
    deps.onVote(vote.says);
  }
}

/** Ends the question after this time. Replicas that haven't answered don't count. */
async function endLater(context: Context, key: string, ballot: Ballot, afterMs: Millis): Promise<void> {
  try {
    await context.deps.clock.sleep(afterMs, ballot.end.signal);
  } catch {
    // `sleep` rejects only if the signal aborts, and then the question has ended.
    return;
  }
  end(context, key, ballot);
}

function endIfComplete(context: Context, key: string, ballot: Ballot): void {
  if ([...context.peers].every((peer) => ballot.votes.has(peer))) {
    end(context, key, ballot);
  }
}

function end({ deps, peers }: Context, key: string, ballot: Ballot): void {
  if (ballot.verdict === "open") {
    ballot.verdict = isAgreed(ballot.votes.values()) ? "down" : "disputed";
    ballot.end.abort();
    const silent = [...peers].filter((peer) => !ballot.votes.has(peer));
    deps.onVerdict(key, silent);
  }
}
