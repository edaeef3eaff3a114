import assert from "node:assert/strict";
import { test } from "node:test";
import { AppError } from "../../../src/base/error.ts";
import { createPinoLog, type PinoLogOptions } from "../../../src/ops/pino-log.ts";
import { redacted } from "../../../src/ops/redact.ts";

async function capture(options: Partial<PinoLogOptions> = {}) {
  const lines: string[] = [];
  const log = await createPinoLog({
    level: "debug",
    format: "json",
    colours: false,
    destination: { write: (line) => void lines.push(line) },
    ...options,
  });
  return { log, lines };
}

function parsed(line: string | undefined): Partial<Record<string, unknown>> {
  const value: unknown = JSON.parse(line ?? "");
  assert.ok(typeof value === "object" && value !== null);
  return { ...value };
}

test("a line is one JSON object with level, time, message and the fields", async () => {
  const { log, lines } = await capture();
  log.info({ zone: "example.com", tookMs: 12 }, "zone applied");
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /\n$/);
  const { time, ...rest } = parsed(lines[0]);
  assert.deepEqual(rest, { level: "info", msg: "zone applied", zone: "example.com", tookMs: 12 });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test("a field called message does not hide the message", async () => {
  const { log, lines } = await capture();
  log.info({ message: "a detail" }, "what was done");
  const { msg, message } = parsed(lines[0]);
  assert.deepEqual([msg, message], ["what was done", "a detail"]);
});

test("lines below the level are not written", async () => {
  const { log, lines } = await capture({ level: "warn" });
  log.debug({}, "a");
  log.info({}, "b");
  log.warn({}, "c");
  log.error({}, "d");
  assert.deepEqual(
    lines.map((line) => parsed(line)["msg"]),
    ["c", "d"],
  );
});

test("secrets are cut out at the top and two levels below, whatever holds them", async () => {
  const { log, lines } = await capture();
  log.info(
    { token: "s3cret", request: { authorization: "s3cret", headers: { authorization: "s3cret", accept: "x" } } },
    "sent",
  );
  log.info({ provider: { tsigSecret: "s3cret", password: "s3cret", key: { apiKey: "s3cret" } } }, "made");
  log.info({ servers: [{ name: "a", token: "s3cret" }, { name: "b" }] }, "tried");
  assert.doesNotMatch(lines.join(""), /s3cret/);
  assert.match(lines[0] ?? "", /"accept":"x"/);
  assert.deepEqual(parsed(lines[2])["servers"], [{ name: "a", token: "[redacted]" }, { name: "b" }]);
});

test("an expected error shows code and causes, a defect shows its stack too", async () => {
  const { log, lines } = await capture();
  const cause = new Error("disk full");
  log.error({ err: new AppError("STATE_FILE_INVALID", "not written", { cause, retry: "backoff" }) }, "failed");
  log.error({ err: new TypeError("oops") }, "failed");
  assert.deepEqual(parsed(lines[0])["err"], {
    type: "AppError",
    message: "not written: disk full",
    code: "STATE_FILE_INVALID",
  });
  assert.match(JSON.stringify(parsed(lines[1])["err"]), /"stack":"TypeError: oops/);
});

test("an error of the system shows its code and no stack: it is expected, too", async () => {
  const { log, lines } = await capture();
  const err = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  log.error({ err }, "failed");
  log.error({ err: Object.assign(new Error("odd"), { code: 7 }) }, "failed");
  assert.deepEqual(parsed(lines[0])["err"], {
    type: "Error",
    message: "connect ECONNREFUSED",
    code: "ECONNREFUSED",
  });
  assert.match(JSON.stringify(parsed(lines[1])["err"]), /"message":"odd","stack"/);
});

for (const field of [
  "token",
  "secret",
  "password",
  "authorization",
  "Authorization",
  "apiKey",
  "tsigSecret",
  "clientKey",
  "clientKeyData",
  "cookie",
]) {
  test(`the value of ${field} is cut out`, () => {
    assert.deepEqual(redacted({ [field]: "s3cret", tokens: 1 }), { [field]: "[redacted]", tokens: 1 });
  });
}

test("a list of values without secrets is not copied", () => {
  const list = ["a", "b", { name: "c" }];
  assert.equal(redacted({ list })["list"], list);
});

test("an error without a code that the product throws has no stack, and what isn't an error is shown as it is", async () => {
  const { log, lines } = await capture();
  const expected = Object.assign(new Error("zone refused"), { name: "AppError" });
  log.error({ err: expected }, "failed");
  log.error({ err: "a text" }, "failed");
  log.error({ err: { name: "odd", message: "no error" } }, "failed");
  assert.deepEqual(parsed(lines[0])["err"], { type: "AppError", message: "zone refused" });
  assert.equal(parsed(lines[1])["err"], "a text");
  assert.deepEqual(parsed(lines[2])["err"], { name: "odd", message: "no error" });
});

const SECRETS: readonly (readonly [fields: Record<string, unknown>, want: object])[] = [
  [
    { a: 1, b: "token" },
    { a: 1, b: "token" },
  ],
  [{ secret: { deep: 1 } }, { secret: "[redacted]" }],
  [{ a: { secret: "x", b: 1 } }, { a: { secret: "[redacted]", b: 1 } }],
  [{ a: { b: { secret: "x" } } }, { a: { b: { secret: "[redacted]" } } }],
  [{ a: { b: { c: { secret: "x" } } } }, { a: { b: { c: { secret: "x" } } } }],
  [{ a: [{ secret: "x" }, 1] }, { a: [{ secret: "[redacted]" }, 1] }],
  [{ a: [[{ secret: "x" }]] }, { a: [[{ secret: "x" }]] }],
  [
    { a: undefined, b: null },
    { a: undefined, b: null },
  ],
];

for (const [fields, want] of SECRETS) {
  test(`of ${JSON.stringify(fields)} secrets are cut out`, () => {
    const shown = redacted(fields);
    assert.deepEqual(shown, want);
    assert.equal(shown === fields, JSON.stringify(want) === JSON.stringify(fields), "the same object without secrets");
  });
}

test("the pretty form is one line for people, with the fields", async () => {
  const { log, lines } = await capture({ format: "pretty" });
  log.warn({ zone: "example.com" }, "zone not applied");
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: zone not applied \{"zone":"example.com"\}\n$/);
});
