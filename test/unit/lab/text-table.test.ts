import assert from "node:assert/strict";
import { test } from "node:test";
import { createSink, type Sink } from "../../../src/cli/terminal/streams.ts";
import { table } from "../../lab/text-table.ts";

function sink({ terminal }: { readonly terminal: boolean }): Sink {
  return createSink({ write: () => undefined, isTTY: terminal }, {});
}

test("a table's columns are as wide as their widest cell, numbers to the right, without blanks at the end", () => {
  const text = table(
    sink({ terminal: false }),
    [{ title: "NAME" }, { title: "TTL", align: "right" }, { title: "ADDRESSES" }],
    [
      ["example.com", "5", "192.0.2.1"],
      ["a", "300", ""],
    ],
  );
  assert.equal(text, "NAME         TTL  ADDRESSES\nexample.com    5  192.0.2.1\na            300\n");
});

test("a table's title is bold on a terminal and its cells cannot move the cursor", () => {
  const text = table(sink({ terminal: true }), [{ title: "A" }], [["x\u001b[2Jy\n\u202e"]]);
  assert.equal(text, "\u001b[1mA\u001b[22m\nx\\u001b[2Jy\\u000a\\u202e\n");
});
