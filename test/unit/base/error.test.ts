import assert from "node:assert/strict";
import { constants } from "node:os";
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

test("a failed call of a socket has the words of the system before its code", () => {
  const { ECONNREFUSED, ENOENT } = constants.errno;
  const failed = (message: string, errno: unknown): Error => Object.assign(new Error(message), { errno });
  const refused = failed("connect ECONNREFUSED 192.0.2.1:53", -ECONNREFUSED);
  assert.equal(messageOf(refused), "connection refused (connect ECONNREFUSED 192.0.2.1:53)");
  assert.equal(
    messageOf(new Error("no answer", { cause: failed("recvmsg ECONNREFUSED", -ECONNREFUSED) })),
    "no answer: connection refused (recvmsg ECONNREFUSED)",
  );
  // Other messages have these words already, or no code.
  for (const message of ["ENOENT: no such file or directory, open 'x'", "the server closed the connection"]) {
    assert.equal(messageOf(failed(message, -ENOENT)), message);
  }
  assert.equal(messageOf(failed("read ECONNRESET", "unknown")), "read ECONNRESET");
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
