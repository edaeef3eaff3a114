import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../../support/silent-logger.ts";
import { createConnection, type Connection } from "../../../../src/kube/client/connection.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";

interface Played {
  readonly connection: Connection;
  readonly clock: FakeClock;
  /** Of each read, whether it was `fresh`. */
  readonly reads: readonly boolean[];
  readonly logged: readonly string[];
}

/** The token is the number of the read; a read that is named fails. */
function play(failing: readonly number[] = []): Played {
  const clock = fakeClock();
  const reads: boolean[] = [];
  const logged: string[] = [];
  const credentials = {
    description: "a test",
    namespace: "default",
    read: async ({ fresh }: { readonly fresh: boolean }) => {
      reads.push(fresh);
      await Promise.resolve();
      if (failing.includes(reads.length)) {
        throw new Error("no file");
      }
      return { server: "https://127.0.0.1:6443", headers: { authorization: `Bearer ${reads.length}` }, tls: {} };
    },
  };
  const log = { ...silentLogger, warn: (_fields: object, message: string) => void logged.push(message) };
  const connection = createConnection({ credentials, clock, log }, { rereadMs: 30_000, maxSockets: 1 });
  return { connection, clock, reads, logged };
}

const tokenOf = async (live: ReturnType<Connection["current"]>): Promise<string | undefined> =>
  (await live).credentials.headers["authorization"];

test("credentials are read once for all requests of 30 s, then again", async () => {
  const { connection, clock, reads } = play();
  await using _ = connection;
  assert.deepEqual(await Promise.all([tokenOf(connection.current()), tokenOf(connection.current())]), [
    "Bearer 1",
    "Bearer 1",
  ]);
  await clock.advance(29_999);
  assert.equal(await tokenOf(connection.current()), "Bearer 1");
  await clock.advance(1);
  assert.equal(await tokenOf(connection.current()), "Bearer 2");
  assert.deepEqual(reads, [false, false]);
});

test("credentials that were never readable are an error; later the last ones are used, and it is logged", async () => {
  const { connection, clock, logged, reads } = play([1, 3]);
  await using _ = connection;
  await assert.rejects(connection.current(), /no file/);
  assert.equal(await tokenOf(connection.current()), "Bearer 2");
  await clock.advance(30_000);
  assert.equal(await tokenOf(connection.current()), "Bearer 2");
  assert.deepEqual(logged, ["cluster credentials not re-read"]);
  assert.equal(await tokenOf(connection.current()), "Bearer 2");
  assert.equal(reads.length, 3, "a failed read isn't repeated by the next request");
});

test("after a 401 all is read again without what is cached, but not by each request, and at most once in 5 s", async () => {
  const { connection, clock, reads } = play();
  await using _ = connection;
  const first = await connection.current();
  await clock.advance(1);
  assert.equal(await tokenOf(connection.renew(first)), "Bearer 2");
  assert.equal(await tokenOf(connection.renew(first)), "Bearer 2", "who used the old ones gets the new ones");
  const second = await connection.current();
  await clock.advance(4_999);
  assert.equal(await tokenOf(connection.renew(second)), "Bearer 2");
  await clock.advance(1);
  assert.equal(await tokenOf(connection.renew(second)), "Bearer 3");
  assert.deepEqual(reads, [false, true, true]);
});
