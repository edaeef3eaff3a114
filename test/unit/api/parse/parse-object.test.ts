import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAlias, parseZone } from "../../../../src/api/parse/parse-object.ts";
import { problemText, type Parsed } from "../../../../src/api/schema/problem.ts";
import { ALIAS_CASES, type SpecCase } from "../alias-cases.ts";
import { ZONE_CASES } from "../zone-cases.ts";

type Parse = (object: unknown, options?: { unknownFields: "ignore" | "refuse" }) => Parsed<unknown>;

const KINDS: readonly (readonly [string, Parse, readonly SpecCase[]])[] = [
  ["DnsAlias", parseAlias, ALIAS_CASES],
  ["DnsZone", parseZone, ZONE_CASES],
];

for (const [kind, parse, cases] of KINDS) {
  describe(`${kind}: a spec with`, () => {
    for (const { name, spec, bad } of cases) {
      test(name, () => {
        const object = { apiVersion: "dnsalias.io/v1alpha1", kind, metadata: { name: "x" }, spec };
        const strict = parse(object, { unknownFields: "refuse" });
        assert.deepEqual(
          problemsOf(strict).map(({ path }) => path),
          bad === undefined ? [] : [bad.path],
        );
        assert.ok(
          problemsOf(strict).every(({ message }) => message.includes(bad?.says ?? "")),
          said(strict),
        );
        const lenient = parse(object);
        assert.equal(lenient.kind === "ok", bad === undefined || bad.by === "unknown", said(lenient));
      });
    }
  });
}

function problemsOf(parsed: Parsed<unknown>) {
  return parsed.kind === "invalid" ? parsed.problems : [];
}

function said(parsed: Parsed<unknown>): string {
  return problemsOf(parsed).map(problemText).join("\n");
}
