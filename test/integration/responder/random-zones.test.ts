import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeMessage } from "../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import { parseName, type Name } from "../../../src/dns/name/name.ts";
import { CLASS, typeNumber } from "../../../src/dns/registry.ts";
import { answer } from "../../../src/responder/answer/answer.ts";
import type { ZoneView } from "../../../src/responder/zone/zone-view.ts";
import { buildZoneView } from "../../support/build-zone-view.ts";
import { createExchange } from "../../../src/transport/client/exchange-by-protocol.ts";
import { skipWithout } from "../../support/component.ts";
import { startKnot } from "../../support/knot.ts";
import { askForAgreement, replyOf, type AgreementReply } from "./agreement-reply.ts";
import { randomZone, type RandomZone } from "./random-zones.ts";
import { EXCUSES, judge, LARGEST_SHARE, type Excuse } from "./zone-judge.ts";
import { readZoneText } from "./zone-text.ts";

const ZONES = 60;
const TYPES = ["A", "AAAA", "TXT", "MX", "CNAME", "NS", "DS", "DNAME"] as const;

describe("random zones", { skip: skipWithout("knotd", "knotc") }, () => {
  test("Knot and a view of the same zone say the same to every question", async (context) => {
    const zones = Array.from({ length: ZONES }, (_, index) => randomZone(parseName(`z${index}.test`), index));
    await using client = createExchange();
    await using knot = await startKnot({ zones: Object.fromEntries(zones.map(({ domain, text }) => [domain, text])) });
    let asked = 0;
    let withGlue = 0;
    const excused = new Map<Excuse, number>();
    for (const zone of zones) {
      const view = buildZoneView(zone.served);
      const text = readZoneText(zone.domain, zone.text);
      const wrong: string[] = [];
      for (const name of zone.names) {
        const judged = TYPES.map(async (type) => {
          const question = { name: name.slice(0, -1), type, class: "IN", protocol: "tcp", dnssecOk: false } as const;
          const knotReply = await askForAgreement(client, knot, question);
          return judge({ zone: text, name, type, ours: answerOf(view, zone, { name, type }), knot: knotReply });
        });
        for (const { difference, excused: excuses, hasGlue } of await Promise.all(judged)) {
          withGlue += hasGlue ? 1 : 0;
          wrong.push(...(difference === undefined ? [] : [difference]));
          excuses.forEach((excuse) => excused.set(excuse, (excused.get(excuse) ?? 0) + 1));
        }
        asked += TYPES.length;
      }
      assert.deepEqual(wrong, [], `${zone.text}\n${wrong.join("\n")}`);
    }
    const counts = EXCUSES.map((excuse) => `${excuse}: ${excused.get(excuse) ?? 0}`);
    context.diagnostic(
      `${asked} questions in ${ZONES} zones, ${withGlue} referrals with glue; excused: ${counts.join(", ")}`,
    );
    assert.ok(asked > 10_000, `only ${asked} questions`);
    assert.ok(withGlue > 200, `only ${withGlue} referrals with glue`);
    for (const [excuse, count] of excused) {
      assert.ok(count <= asked * LARGEST_SHARE[excuse], `${excuse}: ${count} of ${asked} questions`);
    }
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
  const bytes = encodeMessage({ ...header, ...flags, ...result, questions: [question] });
  const decoded = decodeMessage(bytes);
  if (decoded.kind === "malformed") {
    throw new Error(`malformed: ${decoded.problem}`);
  }
  return replyOf(decoded.message, bytes);
}
