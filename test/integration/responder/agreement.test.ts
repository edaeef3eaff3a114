import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { createExchange, type ExchangeClient } from "../../../src/transport/client/exchange-by-protocol.ts";
import { skipWithout } from "../../support/component.ts";
import { JUSTIFIED, type Difference } from "./agreement-differences.ts";
import { agreementQuestions, titleOf, type AgreementQuestion } from "./agreement-questions.ts";
import { askForAgreement, ASPECTS, type AgreementReply, type Aspect } from "./agreement-reply.ts";
import { PEERS, startAgreementServers, type AgreementServers, type Peer } from "./agreement-servers.ts";

const skip = skipWithout("dig", "coredns", "knotd", "knotc", "nsd", "nsd-control");

describe("the responder and CoreDNS, Knot and NSD with the same zone", { skip }, () => {
  const questions = agreementQuestions();
  let servers: AgreementServers | undefined;
  let client: ExchangeClient | undefined;
  let differences: readonly Difference[] = [];

  before(async () => {
    servers = await startAgreementServers();
    client = createExchange();
    differences = await compareAll(client, servers, questions);
  });

  after(async () => {
    await client?.[Symbol.asyncDispose]();
    await servers?.[Symbol.asyncDispose]();
  });

  test("at least 300 questions are asked", () => {
    assert.ok(questions.length >= 300, `only ${questions.length}`);
  });

  for (const peer of PEERS) {
    test(`every difference from ${peer} is meant`, () => {
      const unlisted = differences.filter(
        (found) => found.peer === peer && !JUSTIFIED.some((row) => covers(row, found)),
      );
      assert.deepEqual(unlisted.map(sentence), []);
    });
  }

  for (const row of JUSTIFIED) {
    for (const peer of row.peers) {
      test(`still so against ${peer}: ${row.title}`, () => {
        const found = differences.filter((difference) => difference.peer === peer && covers(row, difference));
        const aspects = new Set(found.map(({ aspect }) => aspect));
        assert.ok(found.length > 0, "the difference is gone: take it out of the table");
        assert.equal(found.length, row.counts?.[peer] ?? found.length, "as many as in the table");
        assert.ok([...aspects].every((aspect) => row.aspects.includes(aspect)));
      });
    }
    test(`every aspect listed still differs: ${row.title}`, () => {
      const unseen = row.aspects.filter(
        (aspect) => !differences.some((found) => found.aspect === aspect && covers(row, found)),
      );
      assert.deepEqual(unseen, []);
    });
  }
});

test("docs/concepts/responder-answers.md lists the same differences", () => {
  const page = readFileSync("docs/concepts/responder-answers.md", "utf8");
  const rows = JUSTIFIED.map(
    ({ title, peers, why }) => `| ${title} | ${peers.map((peer) => SPELLED[peer]).join(", ")} | ${why} |`,
  );
  assert.deepEqual(
    page.split("\n").filter((line) => /^\| .* \| (CoreDNS|Knot|NSD)(, |\b)/.test(line)),
    rows,
  );
});

const SPELLED: Readonly<Record<Peer, string>> = { coredns: "CoreDNS", knot: "Knot", nsd: "NSD" };

function covers({ peers, aspects, is }: (typeof JUSTIFIED)[number], difference: Difference): boolean {
  return peers.includes(difference.peer) && aspects.includes(difference.aspect) && is(difference);
}

async function compareAll(
  client: ExchangeClient,
  { ours, peers }: AgreementServers,
  questions: readonly AgreementQuestion[],
): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  for (const question of questions) {
    const [mine, ...others] = await Promise.all(
      [ours, ...PEERS.map((peer) => peers[peer])].map((server) => askForAgreement(client, server, question)),
    );
    if (mine !== undefined) {
      found.push(...others.flatMap((theirs, index) => compare(question, mine, { peer: PEERS[index], theirs })));
    }
  }
  return found;
}

function compare(
  question: AgreementQuestion,
  ours: AgreementReply,
  { peer, theirs }: { readonly peer: Peer | undefined; readonly theirs: AgreementReply },
): readonly Difference[] {
  const aspects = ASPECTS.filter((aspect) => shown(ours, aspect) !== shown(theirs, aspect));
  return peer === undefined ? [] : aspects.map((aspect) => ({ peer, aspect, question, ours, theirs }));
}

function shown(reply: AgreementReply, aspect: Aspect): string {
  return JSON.stringify(reply[aspect]);
}

function sentence({ aspect, question, ours, theirs }: Difference): string {
  return `${titleOf(question)}: ${aspect} is ${shown(ours, aspect)} here, ${shown(theirs, aspect)} there`;
}
