import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { matchesLabels, selectorQuery, type LabelSelector } from "../../../src/api/label-selector.ts";
import { skipWithout } from "../../support/component.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { array, constantFrom, FUZZ_SEED, record, sample } from "../../support/property.ts";

const KEYS = ["team", "example.com/stage", "owner"] as const;
const VALUES = ["", "a", "B.c", "d_e"] as const;

/** Every combination of two labels, each with a value or missing. */
const OBJECTS = [undefined, ...VALUES].flatMap((team) =>
  [undefined, ...VALUES].map((stage) => ({
    ...(team === undefined ? {} : { team }),
    ...(stage === undefined ? {} : { "example.com/stage": stage }),
  })),
);

const REQUIREMENT = record({
  key: constantFrom(...KEYS),
  operator: constantFrom("In", "NotIn", "Exists", "DoesNotExist"),
  values: array(constantFrom(...VALUES), { minLength: 1, maxLength: 3 }),
}).map(({ key, operator, values }) =>
  operator === "In" || operator === "NotIn" ? { key, operator, values } : { key, operator },
);

describe("label selectors, at a real API server", { skip: skipWithout("etcd", "kube-apiserver", "kubectl") }, () => {
  let apiserver: KubeApiserver;

  before(async () => {
    apiserver = await startKubeApiserver();
    const items = OBJECTS.map((labels, index) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `c${index}`, namespace: "default", labels: { ...labels, of: "this-test" } },
    }));
    const { code, stderr } = await apiserver.kubectl(["apply", "-f", "-"], {
      input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
    });
    assert.equal(code, 0, stderr);
  });

  after(async () => {
    await apiserver[Symbol.asyncDispose]();
  });

  test("the program and the API server select the same objects", async () => {
    const lists = sample(array(REQUIREMENT, { minLength: 1, maxLength: 3 }), { numRuns: 40, seed: FUZZ_SEED });
    for (const matchExpressions of lists) {
      const selector: LabelSelector = { matchLabels: { of: "this-test" }, matchExpressions };
      const { code, stdout, stderr } = await apiserver.kubectl([
        "get",
        "configmaps",
        "-n",
        "default",
        "-o",
        "jsonpath={.items[*].metadata.name}",
        "-l",
        selectorQuery(selector),
      ]);
      assert.equal(code, 0, stderr);
      const here = OBJECTS.flatMap((labels, index) =>
        matchesLabels(selector, { ...labels, of: "this-test" }) ? [`c${index}`] : [],
      );
      assert.deepEqual(stdout.split(" ").filter(Boolean).sort(), here.sort(), selectorQuery(selector));
    }
  });
});
