import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { REASONS } from "../../../src/api/condition/reason.ts";

/** "Accepted=False HostnameConflict | Hostname …". `npm run prose` compares the file with the code. */
const lines = readFileSync("test/fixtures/messages.txt", "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => {
    const at = line.indexOf(" | ");
    return { label: line.slice(0, at), text: line.slice(at + 3), line };
  });

const SHOWN = /^(?:\w+=(?:True|False|Unknown)|Event|refusal) (\w+)$/;
const shown = lines.filter(({ label }) => SHOWN.test(label));
const logged = lines.filter(({ label }) => label.startsWith("log "));

test("every reason of a condition and an Event has a message", () => {
  const known = new Set(shown.map(({ label }) => SHOWN.exec(label)?.[1]));
  const withText = REASONS.filter(({ on }) => on.some((one) => one !== "History"));
  const missing = withText.map(({ reason }) => reason).filter((reason) => !known.has(reason));
  assert.deepEqual(missing, WITHOUT_TEXT);
});

/** Reasons whose reason or message is chosen by a function. The fixture has their texts as `text of …`, without the reason. */
const WITHOUT_TEXT: readonly string[] = [
  "HostnameNotAllowed",
  "HealthCheckNotAllowed",
  "RefUnsupported",
  "RefMissing",
  "RefForbidden",
  "CorefileMissing",
  "BaseZoneInvalid",
  "Unauthorized",
  "BadKey",
  "BadSignature",
  "BadTime",
  "NotAuthoritative",
  "OwnerIdNotUnique",
  "CircuitOpen",
  "Degraded",
  "BadAnnotation",
  "MoveOverdue",
  "DriftRepaired",
];

test("conditions and Events begin with a capital letter and end with a full stop", () => {
  const wrong = shown.filter(({ text }) => !/^(?:[A-Z]|\{|dnsalias\b).*[.…]$/.test(text)).map(({ line }) => line);
  assert.deepEqual(wrong, []);
});

test("conditions and Events fit in their objects", () => {
  assert.deepEqual(
    shown.filter(({ text }) => Buffer.byteLength(text) > 1_000).map(({ line }) => line),
    [],
  );
});

test("log messages are constant fragments in lower case without a full stop", () => {
  assert.ok(logged.length > 50);
  const wrong = logged.filter(({ text }) => !/^(?:[a-z]|NOTIFY )[^{}]*[^.{}]$/.test(text)).map(({ line }) => line);
  assert.deepEqual(wrong, []);
});
