import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeResult, isAdmissionRefusal, toResult, toStatus } from "../../../../src/kube/client/api-result.ts";

const NOW = Date.parse("2026-11-24T22:00:00Z");

describe("answers of the apiserver", () => {
  it("takes the seconds from the Status where the header has none", () => {
    assert.equal(toStatus(429, { details: { retryAfterSeconds: 3 } }).retryAfterMs, 3_000);
  });

  it("takes the code from a Status that comes within a watch", () => {
    const status = toStatus(500, { kind: "Status", code: 410, reason: "Expired", message: "too old" });
    assert.deepEqual([status.code, status.reason], [410, "Expired"]);
  });

  it("has an empty body of a success as undefined, and a broken one as no answer", () => {
    assert.deepEqual(toResult(200, undefined, "", NOW), { kind: "ok", status: 200, body: undefined });
    assert.equal(toResult(200, undefined, '{"a":', NOW).kind, "unreachable");
  });

  it("reads the causes of a refusal, each whole, and the first words of an answer that is no Status", () => {
    const causes = [{ reason: "FieldValueInvalid", field: "spec.ttl", message: "too low" }];
    assert.deepEqual(toResult(422, undefined, JSON.stringify({ reason: "Invalid", details: { causes } }), NOW), {
      kind: "status",
      code: 422,
      reason: "Invalid",
      message: "",
      retryAfterMs: undefined,
      causes,
    });
    assert.deepEqual(toResult(502, "7", ` ${"x".repeat(201)} `, NOW), {
      kind: "status",
      code: 502,
      reason: "",
      message: "x".repeat(200),
      retryAfterMs: 7_000,
      causes: [],
    });
  });

  it("has a redirect as a refusal, because no request follows it", () => {
    assert.deepEqual(
      [199, 300].map((code) => toResult(code, undefined, "{}", NOW).kind),
      ["status", "status"],
    );
    assert.equal(toResult(299, undefined, "{}", NOW).kind, "ok");
  });

  it("knows the refusal of a webhook, a policy, or a quota from a missing right, which has the same code", () => {
    const cases: readonly (readonly [code: number, message: string, want: boolean])[] = [
      [403, 'admission webhook "names.test" denied the request: no', true],
      [403, "ValidatingAdmissionPolicy 'x' with binding 'y' denied request: no", true],
      [403, "exceeded quota: dns", true],
      [403, 'User "x" cannot patch resource "configmaps"', false],
      [422, 'admission webhook "names.test" denied the request: no', false],
    ];
    for (const [code, message, want] of cases) {
      assert.equal(isAdmissionRefusal(toStatus(code, { message })), want, message);
    }
  });

  it("makes one sentence of what went wrong", () => {
    assert.equal(describeResult(toStatus(403, { message: "no" })), "the apiserver answered 403: no");
    assert.equal(describeResult(toStatus(500, "")), "the apiserver answered 500");
    assert.equal(describeResult({ kind: "unreachable", message: "m" }), "the apiserver cannot be reached: m");
  });
});
