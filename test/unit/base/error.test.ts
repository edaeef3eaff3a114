import assert from "node:assert/strict";
import { test } from "node:test";
import { AppError, messageOf } from "../../../src/base/error.ts";
import { isFamilyMissing, systemCode } from "../../../src/base/system-error.ts";

test("the message of a failure has those of its causes, and any thrown value has one", () => {
  const cause = new Error("connection refused", { cause: "port 53" });
  const error = new AppError("TRANSPORT_FAILED", "cannot query", { retry: "backoff", cause });
  assert.equal(messageOf(error), "cannot query: connection refused: port 53");
  assert.deepEqual([error.name, error.code, error.retry], ["AppError", "TRANSPORT_FAILED", "backoff"]);
  assert.equal(messageOf("a text"), "a text");
});

test("the code of a failed system call is known, and a missing family by its code", () => {
  const failed = (code: unknown): Error => Object.assign(new Error("failed"), { code });
  assert.deepEqual([failed("ENOENT"), failed(7), new Error("x"), { code: "ENOENT" }].map(systemCode), [
    "ENOENT",
    undefined,
    undefined,
    undefined,
  ]);
  const codes = ["EAFNOSUPPORT", "EADDRNOTAVAIL", "EADDRINUSE"];
  assert.deepEqual(
    codes.map((code) => isFamilyMissing(failed(code))),
    [true, true, false],
  );
});
