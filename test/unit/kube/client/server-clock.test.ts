import assert from "node:assert/strict";
import { test } from "node:test";
import { createServerClock } from "../../../../src/kube/client/server-clock.ts";

const DATE = "Sun, 29 Nov 2026 12:00:00 GMT";

test("the API server's time is that of its last response and what has passed since, whatever the process's clock says", () => {
  let now = 5_000;
  const server = createServerClock({ now: () => now });
  assert.equal(server.now(), undefined);
  server.note(undefined);
  server.note("no date");
  assert.equal(server.now(), undefined);
  server.note(DATE);
  now += 1_500;
  assert.equal(server.now(), Date.parse(DATE) + 1_500);
  server.note("Sun, 29 Nov 2026 09:00:00 GMT");
  server.note("no date");
  assert.equal(server.now(), Date.parse(DATE) - 3 * 3_600_000);
});
