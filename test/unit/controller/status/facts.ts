import type { AliasFacts, NameInZone } from "../../../../src/controller/status/alias-facts.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { ActualRRset } from "../../../../src/plan/change.ts";
import type { Contribution } from "../../../../src/plan/contribution.ts";
import type { TargetVerdict } from "../../../../src/plan/target-outcome.ts";
import type { TargetAnswer } from "../../../../src/plan/target-answer.ts";
import { alias, answer } from "../../../support/objects.ts";

/** Facts for tests: what a test does not name is as an alias has it that is served everywhere. */

export const NOW = Date.parse("2026-11-24T12:00:00.900Z");
export const NAME = parseName("example.com");
export const A = answer("cdn.test", "A", ["192.0.2.1"], { since: at("10:00:00"), lastSuccessAt: NOW });
export const AAAA = answer("cdn.test", "AAAA", ["2001:db8::1"], { since: at("10:30:00"), lastSuccessAt: NOW });
export const NO_AAAA = answer("cdn.test", "AAAA", [], { emptySince: at("10:00:00"), since: at("10:00:00") });

/** A time of the day of {@link NOW}. */
export function at(time: string): number {
  return Date.parse(`2026-11-24T${time}Z`);
}

export function rrset(data: readonly string[], more: Partial<ActualRRset> = {}): ActualRRset {
  return { name: NAME, type: "A", ttl: 60, data, owner: "me", ...more };
}

export function contribution(targets: readonly TargetVerdict[], more: Partial<Contribution> = {}): Contribution {
  return {
    sets: { A: { addresses: ["192.0.2.1"], ttl: 60 } },
    keepPublished: [],
    usesFallback: false,
    targets,
    ...more,
  };
}

export function verdict(
  name: TargetVerdict["verdict"],
  answers: readonly TargetAnswer[],
  target = "cdn.test",
): TargetVerdict {
  return { target: parseName(target), verdict: name, answers };
}

export function inZone(more: Partial<NameInZone> = {}): NameInZone {
  return {
    hostname: NAME,
    zone: "dns/com",
    lostTo: undefined,
    published: [rrset(["192.0.2.1"])],
    publishedAt: at("11:00:00"),
    refusal: undefined,
    withoutHttps: undefined,
    loop: undefined,
    contribution: contribution([verdict("good", [A, NO_AAAA])]),
    outcome: { kind: "ok" },
    propagation: { total: 2, current: 2, laggingSince: undefined, slow: false },
    lags: [],
    expectedLagMs: 95_000,
    ...more,
  };
}

export function facts(more: Partial<AliasFacts> = {}): AliasFacts {
  return { alias: alias("web/shop"), inZones: [inZone()], withoutZone: [], now: NOW, ...more };
}

/** Of a name whose targets have these verdicts. */
export function withVerdicts(...targets: readonly TargetVerdict[]): AliasFacts {
  return facts({ inZones: [inZone({ contribution: contribution(targets) })] });
}
