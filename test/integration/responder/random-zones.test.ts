import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeMessage } from "../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import { nameOfCanonical, parseName, type Name } from "../../../src/dns/name/name.ts";
import { CLASS, typeNumber } from "../../../src/dns/registry.ts";
import { answer } from "../../../src/responder/answer/answer.ts";
import { findIn } from "../../../src/responder/zone/find-name.ts";
import { buildZoneView, type ZoneView } from "../../../src/responder/zone/zone-view.ts";
import { createExchange } from "../../../src/transport/client/exchange-by-protocol.ts";
import { skipWithout } from "../../support/component.ts";
import { startKnot } from "../../support/knot.ts";
import { FUZZ_SEED } from "../../support/property.ts";
import { askForAgreement, replyOf, type AgreementReply } from "./agreement-reply.ts";
import { randomZone, type RandomZone } from "./random-zones.ts";

const ZONES = 60;
const TYPES = ["A", "AAAA", "TXT", "MX", "CNAME", "NS", "DS", "DNAME"] as const;

describe("random zones", { skip: skipWithout("knotd", "knotc") }, () => {
  test("Knot and a view of the same zone say the same to every question", async (context) => {
    const zones = Array.from({ length: ZONES }, (_, index) =>
      randomZone(parseName(`z${index}.test`), FUZZ_SEED + index),
    );
    await using client = createExchange();
    await using knot = await startKnot({ zones: Object.fromEntries(zones.map(({ domain, text }) => [domain, text])) });
    let asked = 0;
    for (const zone of zones) {
      const view = buildZoneView(zone.served);
      const wrong: string[] = [];
      for (const name of zone.names) {
        const compared = TYPES.map(async (type) => {
          const question = { name: name.slice(0, -1), type, class: "IN", protocol: "tcp", dnssecOk: false } as const;
          const ours = answerOf(view, zone, { name, type });
          const theirs = withoutGlue(await askForAgreement(client, knot, question), ours, view);
          const isSame = shown(ours) === shown(theirs) || isLong(ours);
          return isSame ? [] : [`${name} ${type}\n ours  ${shown(ours)}\n knot  ${shown(theirs)}`];
        });
        wrong.push(...(await Promise.all(compared)).flat());
        asked += TYPES.length;
      }
      assert.deepEqual(wrong, [], `${zone.text}\n${wrong.join("\n")}`);
    }
    context.diagnostic(`${asked} questions in ${ZONES} zones`);
    assert.ok(asked > 10_000, `only ${asked} questions`);
  });
});

/** By way of octets, so that both have been through the same reader. */
function answerOf(
  view: ZoneView,
  { live }: RandomZone,
  { name, type }: { readonly name: Name; readonly type: string },
): AgreementReply {
  const question = { name, type: typeNumber(type) ?? 0, class: CLASS.IN };
  const now = 1_000_000;
  const result = answer(view, question, { now, live: (alias, family) => live(alias, family, now) });
  if (result.kind === "ask") {
    throw new Error(`a live answer is missing: ${result.alias}`);
  }
  const header = { id: 1, response: true, opcode: 0, truncated: false, recursionDesired: false };
  const flags = { recursionAvailable: false, authenticData: false, checkingDisabled: false };
  const decoded = decodeMessage(encodeMessage({ ...header, ...flags, ...result, questions: [question] }));
  if (decoded.kind === "malformed") {
    throw new Error(`malformed: ${decoded.problem}`);
  }
  return replyOf(decoded.message);
}

function shown({ rcode, aa, answer, authority, additional }: AgreementReply): string {
  return JSON.stringify({ rcode, aa, answer: [...new Set(answer)], authority, additional });
}

/**
 * Knot gives addresses from below a delegation with records that are no delegation (an MX record, say), and out of wildcards there. The zone does not say these
 * things with authority (RFC 1034 4.2.1), and here they are given where a referral needs them.
 */
function withoutGlue(theirs: AgreementReply, ours: AgreementReply, view: ZoneView): AgreementReply {
  const isMore = (line: string): boolean =>
    !ours.additional.includes(line) && findIn(view, nameOfCanonical(line.split(" ")[0] ?? "")).kind === "cut";
  return { ...theirs, additional: theirs.additional.filter((line) => !isMore(line)) };
}

/** Loops and names that grow end somewhere: Knot stops after fewer steps, and shows the records of a loop several times. */
function isLong({ answer }: AgreementReply): boolean {
  return answer.filter((line) => line.includes(" CNAME ")).length > 4;
}
