import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { ALIAS_RULES } from "../../../../src/api/alias/rules.ts";
import { aliasSpecSchema } from "../../../../src/api/alias/schema.ts";
import { aliasStatusSchema } from "../../../../src/api/alias/status-schema.ts";
import { readBySchema } from "../../../../src/api/schema/validate.ts";
import type { Rule } from "../../../../src/api/schema/rule.ts";
import type { SchemaNode } from "../../../../src/api/schema/builders.ts";
import { suggest } from "../../../../src/api/schema/did-you-mean.ts";
import { ZONE_RULES } from "../../../../src/api/zone/rules/zone-rules.ts";
import { zoneSpecSchema } from "../../../../src/api/zone/schema.ts";
import { zoneStatusSchema } from "../../../../src/api/zone/status-schema.ts";
import { ALIAS_CASES } from "../alias-cases.ts";
import { ZONE_CASES } from "../zone-cases.ts";

const SCHEMAS: Readonly<Record<string, TSchema>> = {
  "DnsAlias spec": aliasSpecSchema,
  "DnsAlias status": aliasStatusSchema,
  "DnsZone spec": zoneSpecSchema,
  "DnsZone status": zoneStatusSchema,
};

for (const [name, schema] of Object.entries(SCHEMAS)) {
  test(`${name}: every field has a description that ends as a sentence`, () => {
    const without = nodesOf(schema, "").filter(
      ({ path, node }) => !path.endsWith(".*") && !/\.\)?$/.test(node.description ?? ""),
    );
    assert.deepEqual(
      without.map(({ path }) => path),
      [],
    );
  });

  test(`${name}: every text and list has a limit, so that the cost of rules is bounded`, () => {
    const without = nodesOf(schema, "").filter(
      ({ node }) =>
        (node.type === "string" &&
          node.enum === undefined &&
          node.format !== "date-time" &&
          node.maxLength === undefined) ||
        (node.type === "array" && node.maxItems === undefined),
    );
    assert.deepEqual(
      without.map(({ path }) => path),
      [],
    );
  });

  test(`${name}: it has no keyword but those that the reader knows`, () => {
    const words =
      "type description default enum minLength maxLength pattern format minimum maximum items minItems maxItems properties required " +
      "additionalProperties minProperties maxProperties x-kubernetes-list-type x-kubernetes-list-map-keys";
    const known = new Set(words.split(" "));
    const unknown = nodesOf(schema, "").flatMap(({ path, node }) =>
      Object.keys(node)
        .filter((keyword) => !known.has(keyword))
        .map((keyword) => `${path} ${keyword}`),
    );
    assert.deepEqual(unknown, []);
  });
}

describe("rules", () => {
  const sets: readonly (readonly [string, TSchema, readonly Pick<Rule<never>, "at">[]])[] = [
    ["DnsAlias", aliasSpecSchema, ALIAS_RULES],
    ["DnsZone", zoneSpecSchema, ZONE_RULES],
  ];
  for (const [kind, schema, rules] of sets) {
    test(`${kind}: each stands at a node of the schema`, () => {
      const paths = new Set(nodesOf(schema, "spec").map(({ path }) => path));
      assert.deepEqual(
        rules.filter(({ at }) => !paths.has(at)),
        [],
      );
    });
  }

  test("each has a case that it alone refuses", () => {
    const said = new Set<string>();
    for (const { spec } of ALIAS_CASES) {
      const read = readBySchema(aliasSpecSchema, spec, "spec", "ignore");
      const broken = read.kind === "ok" ? ALIAS_RULES.filter((rule) => rule.broken(read.value).length > 0) : [];
      broken.forEach(({ at, message }) => said.add(`${at} ${message}`));
    }
    assert.deepEqual(
      ALIAS_RULES.map(({ at, message }) => `${at} ${message}`).filter((rule) => !said.has(rule)),
      ["spec.targets[].hostname a hostname has at most 253 characters, excluding the final dot: shorten it"],
    );
  });
});

describe("the reader agrees with typebox about structure", () => {
  const sets = [
    ["DnsAlias", aliasSpecSchema, ALIAS_CASES],
    ["DnsZone", zoneSpecSchema, ZONE_CASES],
  ] as const;
  for (const [kind, schema, cases] of sets) {
    test(kind, () => {
      for (const { name, spec, bad } of cases) {
        if (bad?.by === "rule") {
          // A rule has the pattern, with a message that says the cure.
          continue;
        }
        const read = readBySchema(schema, spec, "spec", "ignore");
        if (read.kind === "ok") {
          assert.ok(Value.Check(schema, read.value), name);
        } else if (!read.problems.some(({ message }) => message.includes("twice"))) {
          // typebox does not know list-type set
          assert.ok(!Value.Check(schema, Value.Default(schema, structuredClone(spec))), name);
        }
      }
    });
  }
});

describe("a mistyped word", () => {
  const known = ["hostnames", "targets", "ipFamilies", "ttl", "onEmpty", "onStale"];
  for (const [word, want] of [
    ["hostname", "hostnames"],
    ["hostnmaes", "hostnames"],
    ["TTL", "ttl"],
    ["onempty", "onEmpty"],
    ["target", "targets"],
    ["families", "ipFamilies"],
    ["weight", undefined],
    ["", undefined],
    ["x".repeat(10_000), undefined],
  ] as const) {
    test(`${word.slice(0, 20)} ${want === undefined ? "is like none" : `was meant to be ${want}`}`, () => {
      assert.equal(suggest(word, known), want);
    });
  }
});

interface Found {
  readonly path: string;
  readonly node: SchemaNode;
}

function nodesOf(node: SchemaNode, path: string): readonly Found[] {
  return [
    { path, node },
    ...Object.entries(node.properties ?? {}).flatMap(([name, below]) => nodesOf(below, `${path}.${name}`)),
    ...(node.items === undefined ? [] : nodesOf(node.items, `${path}[]`)),
    ...(node.additionalProperties === undefined ? [] : nodesOf(node.additionalProperties, `${path}.*`)),
  ];
}
