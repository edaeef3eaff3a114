import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { isObject } from "../../../src/base/json.ts";
import { problemText, readManifests } from "../../../src/folder/manifest/parse-manifests.ts";
import { announceVersion, locateComponent, skipWithout } from "../../support/component.ts";
import { run } from "../../support/run.ts";
import { KUBECTL_CASES } from "./kubectl-documents.ts";

describe("manifests are read as kubectl reads them", { skip: skipWithout("kubectl"), concurrency: 2 }, () => {
  before(() => announceVersion("kubectl"));
  for (const { name, text, stricter, wider } of KUBECTL_CASES) {
    test(name, async () => {
      const theirs = await readByKubectl(text);
      const { documents, problems } = readManifests("f.yaml", text);
      const ours = problems.length > 0 ? undefined : documents.map(({ object }) => object);
      const message = problems.map(problemText).join("\n");
      if (stricter !== undefined) {
        assert.ok(theirs !== undefined && message.includes(stricter), message);
      } else if (wider === undefined || theirs !== undefined) {
        assert.deepEqual(ours, theirs, message);
      } else {
        assert.ok(ours !== undefined && ours.length > 0, message);
      }
    });
  }
});

const LABEL = "as-kubectl";

/** The objects that kubectl makes of a file; undefined: it refuses the file. `label --local` reads files as `apply` does, and needs no API server. */
async function readByKubectl(text: string): Promise<readonly unknown[] | undefined> {
  const args = ["label", "--local", "-f", "-", "-o", "json", `${LABEL}=read`];
  const { stdout, code } = await run(locateComponent("kubectl"), args, { input: text });
  if (code !== 0) {
    return undefined;
  }
  const printed: unknown = stdout.trim() === "" ? [] : JSON.parse(`[${stdout.replaceAll(/^\}\n\{/gm, "},\n{")}]`);
  return Array.isArray(printed) ? printed.map(withoutLabel) : assert.fail(stdout);
}

function withoutLabel(object: unknown): unknown {
  assert.ok(isObject(object) && isObject(object["metadata"]));
  const { labels: _, ...metadata } = object["metadata"];
  return { ...object, metadata };
}
