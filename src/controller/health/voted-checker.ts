import type { ObjectKey } from "../../api/meta.ts";
import type { HealthCheckPort } from "../ports/checks.ts";
import type { VotePort } from "../ports/votes.ts";
import type { Asked } from "./check/ballots.ts";
import { type AddressCheck, checkKey } from "./check/check-registry.ts";
import { type Checker, type CheckerDeps, createChecker } from "./check/checker.ts";
import { createSecondOpinion, type SecondOpinion, type SecondOpinionDeps } from "./check/second-opinion.ts";
import type { SteeringState } from "./steering-state.ts";

/** The checks of this replica, with the votes of the others. */
export interface VotedChecker {
  readonly checker: Checker;
  /** Undefined: there are no other replicas. */
  readonly secondOpinion: SecondOpinion | undefined;
}

export interface VotedCheckerDeps extends Omit<CheckerDeps, "port" | "votes">, Pick<SecondOpinionDeps, "aliasOf"> {
  readonly port: HealthCheckPort;
  readonly votes: VotePort | undefined;
  /** Only the leader consults other replicas, and all others answer. */
  readonly isLeading: () => boolean;
  readonly stateOf: (alias: ObjectKey) => SteeringState | undefined;
}

export function createVotedChecker(deps: VotedCheckerDeps): VotedChecker {
  const { port, votes, clock, observer, isLeading, aliasOf } = deps;
  const secondOpinion =
    votes &&
    createSecondOpinion({
      port: votes,
      checks: port,
      clock,
      observer,
      isLeading,
      aliasOf,
      onVerdict: (key) => checker.judged(key),
    });
  const checker: Checker = createChecker({
    ...deps,
    votes: secondOpinion && {
      secondOpinion,
      mayAsk: isLeading,
      questionOf: (aliases: Iterable<ObjectKey>, check: AddressCheck) => questionOf(deps, aliases, check),
    },
  });
  return { checker, secondOpinion };
}

/** Uses the first alias that has the check, because the check of every other alias makes the same request to the same address. */
function questionOf(
  { aliasOf, stateOf }: VotedCheckerDeps,
  aliases: Iterable<ObjectKey>,
  { address, check }: AddressCheck,
): Asked | undefined {
  const key = checkKey({ address, check });
  for (const name of aliases) {
    const meta = aliasOf(name)?.meta;
    const found = stateOf(name)?.decision?.targets.find(
      ({ target }) =>
        target.check !== undefined &&
        target.addresses.includes(address) &&
        checkKey({ address, check: target.check }) === key,
    );
    if (meta !== undefined && found !== undefined) {
      return { alias: name, uid: meta.uid, generation: meta.generation, target: found.target.name, address };
    }
  }
  return undefined;
}
