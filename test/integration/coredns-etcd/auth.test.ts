import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { textAt } from "../../../src/base/json.ts";
import { displayName } from "../../../src/dns/name/name.ts";
import type { RecordBackend } from "../../../src/providers/backend.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import { createHttpClient, type HttpClient } from "../../../src/transport/http-client.ts";
import { skipWithout } from "../../support/component.ts";
import { startEtcd, type Etcd } from "../../support/etcd.ts";
import { base64, etcdStore } from "../../support/etcd-store.ts";
import { zone } from "../../support/objects.ts";
import { converge, NEVER } from "../../support/provider-lab.ts";
import { etcdBackend, ROOT_KEY, ZONE } from "./lab.ts";

const PASSWORD = "p4ssword-that-nobody-may-see";

describe("etcd with users and roles", { skip: skipWithout("etcd") }, () => {
  let etcd: Etcd;
  let http: HttpClient;
  const logins: string[] = [];
  before(async () => {
    etcd = await startEtcd();
    const real = createHttpClient({ clock: systemClock });
    http = {
      request: (request, signal) => {
        if (request.path === "/v3/auth/authenticate") {
          logins.push(request.path);
        }
        return real.request(request, signal);
      },
      [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
    };
  });
  after(async () => {
    await http[Symbol.asyncDispose]();
    await etcd[Symbol.asyncDispose]();
  });

  const as = (username: string, password = PASSWORD): RecordBackend => {
    const auth = { username, passwordRef: { name: "etcd", key: "password" } };
    return etcdBackend({
      endpoints: [etcd.clientUrl],
      http,
      spec: { auth },
      password: () => Promise.resolve({ kind: "ok", text: `${password}\n` }),
    });
  };
  const write = (backend: RecordBackend, last: number) =>
    converge(
      owned(backend, { zone: zone("dns/etcd", displayName(ZONE)), ownerId: "me", clock: systemClock }),
      `example.com 60 192.0.2.${last}`,
    );

  it("goes without a login where authentication is not switched on", async () => {
    assert.equal((await write(as("writer"), 1)).kind, "applied");
    await enableAuth(etcd.clientUrl);
  });

  it("needs no more than the role of the manual page", async () => {
    const backend = as("writer");
    logins.length = 0;
    for (let last = 2; last < 6; last += 1) {
      assert.equal((await write(backend, last)).kind, "applied");
    }
    assert.equal(logins.length, 1);
  });

  it("logs in again when etcd has forgotten its tokens", async () => {
    const backend = as("writer");
    assert.equal((await write(backend, 6)).kind, "applied");
    await etcd.restart();
    logins.length = 0;
    assert.equal((await write(backend, 7)).kind, "applied");
    assert.equal(logins.length, 1);
  });

  const refusals: readonly (readonly [string, () => RecordBackend, string, RegExp])[] = [
    [
      "a wrong password",
      () => as("writer", "wr0ng"),
      "Unauthorized",
      /correct auth\.username, or the key "password" of the Secret "etcd"/,
    ],
    ["an unknown user", () => as("nobody"), "Unauthorized", /correct auth\.username/],
    ["no user", () => etcdBackend({ endpoints: [etcd.clientUrl], http }), "Unauthorized", /requires a user: set auth/],
    [
      "a role for another prefix",
      () => as("stranger"),
      "Forbidden",
      /readwrite access to the key \/skydns\/com\/example and the prefix/,
    ],
  ];
  for (const [name, backend, reason, cure] of refusals) {
    it(`says how to mend ${name}, and no password`, async () => {
      const read = await backend().read([], NEVER);
      assert.ok(read.kind === "refused", JSON.stringify(read));
      assert.equal(read.reason, reason);
      assert.match(read.message, cure);
      assert.doesNotMatch(read.message, new RegExp(`${PASSWORD}|wr0ng`));
    });
  }

  it("reads with a role that may read alone, and says what the write is missing", async () => {
    assert.equal((await as("reader").read([], NEVER)).kind, "ok");
    const result = await write(as("reader"), 8);
    assert.ok(result.kind === "refused", JSON.stringify(result));
    assert.equal(result.reason, "Forbidden");
    assert.match(result.message, /permission denied": grant the role of the user readwrite/);
  });

  it("takes a password that was missing at first", async () => {
    const auth = { username: "writer", passwordRef: { name: "etcd", key: "password" } };
    const missing = etcdBackend({
      endpoints: [etcd.clientUrl],
      http,
      spec: { auth },
      password: () =>
        Promise.resolve({ kind: "refused", reason: "SecretMissing", message: "the Secret dns/etcd is not there" }),
    });
    const read = await missing.read([], NEVER);
    assert.deepEqual(read, { kind: "refused", reason: "SecretMissing", message: "the Secret dns/etcd is not there" });
  });
});

/** Users with the role of the manual page, with one that may read alone, and with one for another zone. */
async function enableAuth(url: string): Promise<void> {
  const store = etcdStore(url);
  const roles = [
    ["writer", "READWRITE", ROOT_KEY],
    ["reader", "READ", ROOT_KEY],
    ["stranger", "READWRITE", "/skydns/com/other"],
  ] as const;
  await store.call("/v3/auth/user/add", { name: "root", password: PASSWORD });
  await store.call("/v3/auth/user/grant", { user: "root", role: "root" });
  for (const [name, permType, root] of roles) {
    await store.call("/v3/auth/role/add", { name });
    await store.call("/v3/auth/role/grant", { name, perm: { permType, key: base64(root) } });
    await store.call("/v3/auth/role/grant", {
      name,
      perm: { permType, key: base64(`${root}/`), range_end: base64(`${root}0`) },
    });
    await store.call("/v3/auth/user/add", { name, password: PASSWORD });
    await store.call("/v3/auth/user/grant", { user: name, role: name });
  }
  await store.call("/v3/auth/enable", {});
  assert.notEqual(textAt(await store.call("/v3/auth/authenticate", { name: "root", password: PASSWORD }), "token"), "");
}
