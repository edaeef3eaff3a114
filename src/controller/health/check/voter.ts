import type { Clock, Millis } from "../../../base/clock.ts";
import { createSemaphore } from "../../../base/semaphore.ts";
import type { DnsAlias } from "../../../api/dns-alias.ts";
import { connects } from "../../../api/health-check.ts";
import type { ObjectKey } from "../../../api/meta.ts";
import { targetNames } from "../../../api/target-names.ts";
import { familyOf } from "../../../dns/address/address.ts";
import { allowsAddress } from "../../../plan/health/permission.ts";
import type { Answer, Question, Vote, VoteDocument } from "../../../plan/health/vote.ts";
import type { HealthCheckPort } from "../../ports/checks.ts";
import type { AddressCheck } from "./check-registry.ts";
import { permittedChecks } from "./permitted-checks.ts";

/** Answers the questions of the leader. */
export interface Voter {
  /** Makes the checks for new questions in the document of another replica. Undefined: the replica is gone. */
  heard(replica: string, document: VoteDocument | undefined): void;
  /** The answers to all open questions. */
  answers(): readonly Answer[];
  /** True while a question about the alias is open, so its selection may change soon. */
  isAsked(alias: ObjectKey): boolean;
}

export interface VoterDeps {
  readonly port: HealthCheckPort;
  readonly clock: Clock;
  readonly aliasOf: (key: ObjectKey) => DnsAlias | undefined;
  /** False on the leader, which makes the checks itself. */
  readonly mayAnswer: () => boolean;
  readonly onAnswer: () => void;
}

/**
 * The maximum difference between the time of a question and this replica's clock, because clocks of nodes differ. Older questions,
 * for example from before this replica's start, are ignored.
 */
const LATEST_MS: Millis = 60_000;
const QUESTIONS_AT_ONCE = 16;
/** Other addresses of the alias that are checked as controls. */
const CONTROLS = 3;

export function createVoter(deps: VoterDeps): Voter {
  const asked = new Map<string, readonly Question[]>();
  const answers = new Map<string, Vote | undefined>();
  const turns = createSemaphore(QUESTIONS_AT_ONCE);
  const never = new AbortController().signal;
  const answer = async (question: Question): Promise<void> => {
    const says = await turns.run(() => voteOn(deps, question), never);
    if (answers.has(question.id)) {
      answers.set(question.id, says);
      deps.onAnswer();
    }
  };
  return {
    heard(replica, document) {
      if (document === undefined) {
        asked.delete(replica);
      } else {
        asked.set(replica, document.questions);
      }
      const open = new Map([...asked.values()].flat().map((question) => [question.id, question]));
      [...answers.keys()].filter((id) => !open.has(id)).forEach((id) => answers.delete(id));
      const isCurrent = ({ askedAt }: Question): boolean => Math.abs(deps.clock.now() - askedAt) <= LATEST_MS;
      for (const question of deps.mayAnswer() ? [...open.values()].filter(isCurrent) : []) {
        if (!answers.has(question.id)) {
          answers.set(question.id, undefined);
          void answer(question);
        }
      }
    },
    answers: () => [...answers].flatMap(([id, says]) => (says === undefined ? [] : [{ id, says }])),
    isAsked: (key) =>
      asked
        .values()
        .some((questions) =>
          questions.some(({ alias, askedAt }) => alias === key && deps.clock.now() - askedAt <= LATEST_MS),
        ),
  };
}

/** Checks the address at once, and again if that fails. Two failures count only if another address of the alias is reached. */
async function voteOn({ port, aliasOf }: VoterDeps, question: Question): Promise<Vote> {
  const found = aliasOf(question.alias);
  const alias = found && permittedChecks(found, port).alias;
  if (alias?.meta.uid !== question.uid || alias.meta.generation !== question.generation) {
    return "unknown";
  }
  const checks = knownChecks(alias).filter(({ address }) => allowsAddress(port.rules(), address));
  const asked = checks.find(({ target, address }) => target === question.target && address === question.address);
  if (asked === undefined) {
    return "unknown";
  }
  const isReached = async ({ address, check }: AddressCheck): Promise<boolean> =>
    (await port.run(address, check)).kind === "success";
  if (await isReached(asked)) {
    return "up";
  }
  const others = checks.filter(
    ({ address }) => address !== asked.address && familyOf(address) === familyOf(asked.address),
  );
  const [isUp, ...controls] = await Promise.all([asked, ...others.slice(0, CONTROLS)].map(isReached));
  return isUp === true ? "up" : controls.includes(true) ? "down" : "unknown";
}

interface KnownCheck extends AddressCheck {
  readonly target: string;
}

/** The checks of the addresses in the spec and the status. A replica that doesn't lead knows no other addresses. */
function knownChecks({ spec, status }: DnsAlias): readonly KnownCheck[] {
  const names = targetNames(spec.targets);
  return spec.targets.flatMap((target, index): readonly KnownCheck[] => {
    const name = names[index] ?? "";
    const { healthCheck: check } = target;
    if (!connects(check)) {
      return [];
    }
    const addresses =
      target.kind === "addresses"
        ? target.addresses
        : (status?.targets.find((one) => one.name === name)?.addresses ?? []);
    return addresses.map((address) => ({ target: name, address, check }));
  });
}
