import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RRset } from "../../../src/dns/record.ts";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import type { BackendApplyResult, BackendRead, RecordBackend } from "../../../src/providers/backend.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { freePort } from "../../support/free-port.ts";
import { startTcpFaultProxy } from "../../support/tcp-fault-proxy.ts";
import { BIND, newKey, openBackend, PDNS, SERVERS, ZONE, type BackendOptions, type Permission } from "./servers.ts";

const never = new AbortController().signal;
const TOLD_NOTHING =
  /^BadSignature: .*check tsig\.keyName, tsig\.algorithm, the Secret tsig, key secret, and both clocks/;
const NEW = set("new", "A", 60, "192.0.2.1");

function set(label: string, type: string, ttl: number, ...data: readonly string[]): RRset {
  return { name: parseOwnerName(`${label}.${ZONE}`), type, ttl, data };
}

function create(backend: RecordBackend, ...sets: readonly RRset[]): Promise<BackendApplyResult> {
  return backend.apply({ changes: sets.map((after) => ({ before: undefined, after })) }, never);
}

function brief(result: BackendApplyResult | BackendRead): string {
  return result.kind === "refused" ? `${result.reason}: ${result.message}` : JSON.stringify(result);
}

for (const kind of SERVERS) {
  describe(`rfc2136 against ${kind.name}`, { skip: skipWithout(...kind.needs) }, () => {
    const key = newKey("hmac-sha256");
    /** PowerDNS answers NOTAUTH or REFUSED without a TSIG record, whatever it finds wrong with a signature. */
    const isSilentOnTsig = kind === PDNS;

    interface Refusal {
      readonly name: string;
      readonly permission: Permission;
      readonly client: Omit<BackendOptions, "servers">;
      readonly read?: RegExp;
      readonly apply: RegExp;
    }

    const refusals: readonly Refusal[] = [
      {
        name: "an unknown key",
        permission: { key },
        client: { key: newKey("hmac-sha256", "stranger.example") },
        read: isSilentOnTsig
          ? TOLD_NOTHING
          : /^BadKey: .*stranger\.example.*use the same tsig\.keyName and tsig\.algorithm/,
        apply: isSilentOnTsig ? /^ReadOnly: .*unsigned.*both clocks/ : /^BadKey: /,
      },
      {
        name: "a key with another secret",
        permission: { key },
        client: { key: newKey("hmac-sha256") },
        read: /^BadSignature: .*the Secret tsig, key secret/,
        apply: isSilentOnTsig ? /^ReadOnly: .*unsigned/ : /^BadSignature: /,
      },
      {
        name: "a clock an hour ahead",
        permission: { key },
        client: { key, aheadSeconds: 3_600 },
        read: isSilentOnTsig ? TOLD_NOTHING : /^BadTime: .*(360[01]|359\d) s.*synchronize the clocks/,
        apply: isSilentOnTsig ? /^ReadOnly: .*unsigned/ : /^BadTime: /,
      },
      {
        name: "a clock a quarter of an hour behind",
        permission: { key },
        client: { key, aheadSeconds: -900 },
        read: isSilentOnTsig ? TOLD_NOTHING : /^BadTime: .*(90[01]|899) s/,
        apply: isSilentOnTsig ? /^ReadOnly: .*unsigned/ : /^BadTime: /,
      },
      {
        name: "a server that can only be read",
        permission: { key, update: false },
        client: { key },
        // Knot knows a key only where an acl permits it something.
        apply: /^(ReadOnly: .*permit updates there|BadKey: .*permit the key there)/,
      },
      {
        name: "a server that takes signed updates only",
        permission: { key },
        client: {},
        apply: /^(ReadOnly|NotAuthoritative): /,
      },
    ];

    for (const { name, permission, client, read, apply } of refusals) {
      test(`${name} is refused with its cure, and nothing is written`, async () => {
        await using server = await kind.start(permission);
        await using open = openBackend({ servers: [server], ...client });
        const got = await open.backend.read([NEW.name], never);
        if (read === undefined) {
          assert.equal(got.kind, "ok", brief(got));
        } else {
          assert.match(brief(got), read);
        }
        const applied = await create(open.backend, NEW);
        assert.match(brief(applied), apply);
        assert.ok(!brief(applied).includes(client.key?.secret ?? "no secret"));
        assert.deepEqual(answerData(await dig(server, `new.${ZONE}`), "A"), []);
      });
    }

    test("where the transfer is refused, the names are asked one by one", async () => {
      await using server = await kind.start({ key, transfer: false });
      await using open = openBackend({ servers: [server], key });
      const got = await open.backend.read([parseName(`www.${ZONE}`), NEW.name], never);
      assert.ok(got.kind === "ok", brief(got));
      assert.deepEqual([got.complete, got.sets], [false, [set("www", "A", 300, "192.0.2.80")]]);
    });

    test("a zone that the server does not have is said to be missing", async () => {
      await using server = await kind.start({ key });
      await using open = openBackend({ servers: [server], key, domain: parseName("example.org") });
      assert.match(
        brief(await open.backend.read([parseName("example.org")], never)),
        /^(ZoneNotFound|NotAuthoritative): /,
      );
      assert.match(
        brief(await create(open.backend, { ...NEW, name: parseName("a.example.org") })),
        /^(NotAuthoritative|ReadOnly): /,
      );
    });

    test("the same batch twice is done once, half of it is completed, and a foreign value is a conflict", async () => {
      await using server = await kind.start({ key });
      await using open = openBackend({ servers: [server], key });
      const { backend } = open;
      const other = set("other", "A", 60, "192.0.2.2");
      const first = await create(backend, NEW);
      assert.ok(first.kind === "applied" && first.wrote && first.serial !== undefined, brief(first));
      const again = await create(backend, NEW);
      assert.ok(again.kind === "applied" && !again.wrote && again.serial === first.serial, brief(again));
      const rest = await create(backend, NEW, other);
      assert.ok(rest.kind === "applied" && rest.wrote, brief(rest));
      assert.deepEqual(answerData(await dig(server, `other.${ZONE}`), "A"), ["192.0.2.2"]);
      const conflict = await create(backend, { ...NEW, data: ["192.0.2.9"] }, set("third", "A", 60, "192.0.2.3"));
      assert.equal(conflict.kind, "conflict", brief(conflict));
      assert.deepEqual(answerData(await dig(server, `new.${ZONE}`), "A"), ["192.0.2.1"]);
      assert.deepEqual(answerData(await dig(server, `third.${ZONE}`), "A"), []);
    });

    test("a record beside a CNAME that nobody has read is a conflict, not a silence", async () => {
      await using server = await kind.start({ key, records: ["hidden CNAME www"] });
      await using open = openBackend({ servers: [server], key });
      assert.equal((await create(open.backend, set("hidden", "A", 60, "192.0.2.1"))).kind, "conflict");
    });

    test("what a wildcard answers is not taken for a name's own records", async () => {
      await using server = await kind.start({
        key,
        records: ["* A 192.0.2.70", '* TXT "any"', "own A 192.0.2.70", "*.sub CNAME www"],
      });
      await using open = openBackend({ servers: [server], key, read: "Query" });
      const names = ["new", "own", "x.sub", "*.sub", "www"].map((label) => parseOwnerName(`${label}.${ZONE}`));
      const got = await open.backend.read(names, never);
      assert.ok(got.kind === "ok", brief(got));
      assert.deepEqual(
        got.sets.map(({ name, type }) => `${name} ${type}`),
        [`*.sub.${ZONE}. CNAME`, `own.${ZONE}. A`, `www.${ZONE}. A`],
      );
      assert.equal((await create(open.backend, NEW)).kind, "applied");
    });

    test("a batch over 64 KiB goes in several updates, each name whole in one", async () => {
      await using server = await kind.start({ key });
      await using open = openBackend({ servers: [server], key });
      const text = `"${"x".repeat(200)}"`;
      const sets = Array.from({ length: 400 }, (_, at) => [
        set(`_dnsalias.n${at}`, "TXT", 60, text),
        set(`n${at}`, "A", 60, "192.0.2.1"),
      ]).flat();
      const applied = await create(open.backend, ...sets);
      assert.ok(applied.kind === "applied" && applied.wrote, brief(applied));
      const got = await open.backend.read([], never);
      assert.ok(got.kind === "ok" && got.complete);
      assert.equal(got.sets.filter(({ type }) => type === "TXT").length, 400);
      assert.equal(got.serial, applied.serial);
    });
  });
}

describe("rfc2136 over a bad network", { skip: skipWithout(...BIND.needs) }, () => {
  const key = newKey("hmac-sha512");

  test("an update whose answer never comes is a failure, and the next reading shows that it took effect", async () => {
    await using server = await BIND.start({ key });
    await using proxy = await startTcpFaultProxy(server);
    await using open = openBackend({ servers: [proxy], key, maxWaitMs: 1_500 });
    proxy.fault = { kind: "swallow" };
    const result = await create(open.backend, NEW);
    assert.ok(
      result.kind === "failed" && /no answer.*whether the update took effect/.test(result.message),
      brief(result),
    );
    assert.deepEqual(answerData(await dig(server, `new.${ZONE}`), "A"), ["192.0.2.1"]);
    proxy.fault = undefined;
    const got = await open.backend.read([NEW.name], never);
    assert.ok(got.kind === "ok" && got.sets.some(({ name }) => name === NEW.name), brief(got));
    const again = await create(open.backend, NEW);
    assert.ok(again.kind === "applied" && !again.wrote, brief(again));
  });

  test("a transfer that is cut half-way is a failure, never a smaller zone", async () => {
    const records = Array.from({ length: 2_000 }, (_, at) => `n${at} A 192.0.2.1`);
    await using server = await BIND.start({ key, records });
    await using proxy = await startTcpFaultProxy(server);
    await using open = openBackend({ servers: [proxy], key });
    for (const after of [1, 100, 20_000]) {
      proxy.fault = { kind: "cut", after }; // in the length, in the first message, and in a later one
      const cut = await open.backend.read([], never);
      assert.ok(cut.kind === "failed" && /closed the connection/.test(cut.message), brief(cut));
    }
    proxy.fault = undefined;
    const got = await open.backend.read([], never);
    assert.ok(got.kind === "ok" && got.complete && got.sets.length > 2_000);
  });

  test("a server that is stopped after the write has it when it is back", async () => {
    await using server = await BIND.start({ key });
    await using open = openBackend({ servers: [server], key });
    assert.equal((await create(open.backend, NEW)).kind, "applied");
    await server.kill();
    assert.equal((await open.backend.read([NEW.name], never)).kind, "failed");
    assert.equal((await create(open.backend, set("late", "A", 60, "192.0.2.1"))).kind, "failed");
    await server.start();
    const got = await open.backend.read([NEW.name], never);
    assert.ok(got.kind === "ok" && got.sets.some(({ name }) => name === NEW.name), brief(got));
  });

  test("of several servers the first that does it counts: one is closed, one is no authority, one has the zone", async () => {
    await using stranger = await BIND.start({ key, update: false });
    await using primary = await BIND.start({ key });
    const closed = { host: "127.0.0.1", port: await freePort("127.0.0.1") };
    await using open = openBackend({ servers: [closed, stranger, primary], key });
    assert.equal((await create(open.backend, NEW)).kind, "applied");
    assert.deepEqual(answerData(await dig(primary, `new.${ZONE}`), "A"), ["192.0.2.1"]);
    await primary.stop();
    const failed = await create(open.backend, set("x", "A", 60, "192.0.2.1"));
    assert.ok(failed.kind === "failed" && /REFUSED.*ECONNREFUSED/.test(failed.message), brief(failed));
  });

  test("a wait ends with its signal", async () => {
    await using server = await BIND.start({ key });
    await using proxy = await startTcpFaultProxy(server);
    await using open = openBackend({ servers: [proxy], key });
    proxy.fault = { kind: "swallow" };
    await assert.rejects(open.backend.read([], AbortSignal.timeout(100)), /timeout/i);
    await assert.rejects(
      open.backend.apply({ changes: [{ before: undefined, after: NEW }] }, AbortSignal.timeout(100)),
      /timeout/i,
    );
  });
});
