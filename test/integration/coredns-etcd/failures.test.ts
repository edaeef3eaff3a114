import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { displayName } from "../../../src/dns/name/name.ts";
import type { RecordBackend } from "../../../src/providers/backend.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import { createHttpClient, type HttpClient } from "../../../src/transport/http-client.ts";
import { makeCertificate } from "../../lab/certificate.ts";
import { skipWithout } from "../../support/component.ts";
import { startEtcd, type Etcd } from "../../support/etcd.ts";
import { etcdStore, type EtcdStore } from "../../support/etcd-store.ts";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { zone } from "../../support/objects.ts";
import { converge, NEVER, readZone, setLines } from "../../support/provider-lab.ts";
import { startTcpFaultProxy } from "../../support/tcp-fault-proxy.ts";
import { etcdBackend, ROOT_KEY, ZONE } from "./lab.ts";

describe("etcd when things break", { skip: skipWithout("etcd") }, () => {
  let etcd: Etcd;
  let http: HttpClient;
  let store: EtcdStore;
  before(async () => {
    etcd = await startEtcd();
    http = createHttpClient({ clock: systemClock, timeoutMs: 1_000 });
    store = etcdStore(etcd.clientUrl);
  });
  after(async () => {
    await http[Symbol.asyncDispose]();
    await etcd[Symbol.asyncDispose]();
  });

  const at = (...endpoints: readonly string[]): RecordBackend => etcdBackend({ endpoints, http });
  const readsAs = async (url: string, lines: readonly string[]): Promise<void> =>
    assert.deepEqual(setLines((await readZone(install(at(url)))).sets), lines);

  it("says that nothing answers, goes on after a restart, and keeps what was written", async () => {
    const us = install(at(etcd.clientUrl));
    assert.equal((await converge(us, "example.com 60 192.0.2.1")).kind, "applied");
    const seen = await readZone(us, ["example.com"]);
    await etcd.stop();
    const read = await us.read([], NEVER);
    assert.ok(read.kind === "failed");
    assert.match(read.message, /^etcd at http:\S+ does not answer: .*ECONNREFUSED/);
    assert.equal((await us.apply({ zone: seen, writes: [deletion(seen.sets)] }, NEVER)).kind, "failed");
    await etcd.start();
    assert.equal((await converge(us, "example.com 60 192.0.2.2")).kind, "applied");
    await readsAs(etcd.clientUrl, ["me example.com. A 60 192.0.2.2"]);
  });

  it("asks the next endpoint where one is down, and stays with it", async () => {
    await using broken = await startFaultProxy({ upstream: etcd.clientUrl });
    const down = { kind: "answer", status: 503, body: '{"code":14,"message":"etcdserver: no leader"}' } as const;
    broken.next(down);
    const us = install(at("http://127.0.0.1:9", broken.url, etcd.clientUrl));
    assert.equal((await converge(us, "example.com 60 192.0.2.3")).kind, "applied");
    assert.equal(broken.seen.length, 1);
    broken.next(down);
    const alone = await at(broken.url).read([], NEVER);
    assert.ok(alone.kind === "failed");
    assert.match(alone.message, /"etcdserver: no leader": it has no leader at the moment: check that a majority/);
  });

  it("a write whose answer is lost took effect once, wherever it is repeated", async () => {
    const { hostname: host, port } = new URL(etcd.clientUrl);
    await using proxy = await startTcpFaultProxy({ host, port: Number(port) });
    const us = install(at(`http://127.0.0.1:${proxy.port}`));
    assert.equal((await converge(us, "example.com 60 192.0.2.4")).kind, "applied");
    const zoneNow = await readZone(us, ["example.com"]);
    for (const fault of [{ kind: "swallow" }, { kind: "cut", after: 20 }] as const) {
      proxy.fault = fault;
      const result = await us.apply({ zone: zoneNow, writes: [deletion(zoneNow.sets)] }, NEVER);
      assert.notEqual(result.kind, "applied");
    }
    proxy.fault = undefined;

    await using faulty = await startFaultProxy({ upstream: etcd.clientUrl });
    for (const [kind, last, alone] of [
      ["swallow", 5, "failed"],
      ["cut", 6, "applied"], // a cut connection is tried once more
    ] as const) {
      faulty.next({ kind }, "POST /v3/kv/txn");
      const both = install(at(faulty.url, etcd.clientUrl));
      const applied = await converge(both, `example.com 60 192.0.2.${last}`);
      assert.equal(applied.kind, "applied", JSON.stringify(applied));
      await readsAs(etcd.clientUrl, [`me example.com. A 60 192.0.2.${last}`]);
      faulty.next({ kind }, "POST /v3/kv/txn");
      const one = install(at(faulty.url));
      assert.equal((await converge(one, `example.com 60 192.0.2.${last + 10}`)).kind, alone);
      await readsAs(etcd.clientUrl, [`me example.com. A 60 192.0.2.${last + 10}`]);
      assert.deepEqual((await readZone(one, ["example.com"])).drift ?? [], []);
    }
  });

  it("reads a zone of several pages anew when its revision is compacted on the way", async () => {
    for (let at = 0; at < 2_100; at += 100) {
      const success = Array.from({ length: 100 }, (_, index) => ({
        request_put: { key: b64(`${ROOT_KEY}/n${at + index}/x1`), value: b64('{"host":"192.0.2.9"}') },
      }));
      await store.call("/v3/kv/txn", { success });
    }
    let ranges = 0;
    const compacting: HttpClient = {
      request: async (request, signal) => {
        ranges += request.path === "/v3/kv/range" ? 1 : 0;
        if (ranges === 3) {
          await store.put(`${ROOT_KEY}/n0/x1`, '{"host":"192.0.2.10"}');
          await store.put(`${ROOT_KEY}/n0/x1`, '{"host":"192.0.2.11"}');
          await store.call("/v3/kv/compaction", { revision: await revision() });
        }
        return http.request(request, signal);
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
    const read = await etcdBackend({ endpoints: [etcd.clientUrl], http: compacting }).read([], NEVER);
    assert.ok(read.kind === "ok", JSON.stringify(read));
    assert.equal(ranges, 6, "three calls, then three again");
    assert.equal(read.sets.filter(({ name }) => name.startsWith("n")).length, 2_100);
    await store.call("/v3/kv/deleterange", { key: b64(`${ROOT_KEY}/n`), range_end: b64(`${ROOT_KEY}/o`) });
  });

  it("writes more than one transaction holds, and finishes what broke between two", async () => {
    await using faulty = await startFaultProxy({ upstream: etcd.clientUrl });
    const lines = Array.from({ length: 900 }, (_, at) => `w${at}.example.com 60 192.0.2.1`);
    const us = install(at(faulty.url));
    assert.equal((await converge(us, ...lines)).kind, "applied");
    const txns = faulty.seen.filter(({ path }) => path === "/v3/kv/txn").length;
    assert.equal(txns, 2);
    faulty.next({ kind: "swallow" }, "POST /v3/kv/txn");
    assert.equal((await converge(us)).kind, "failed");
    assert.equal((await converge(install(at(etcd.clientUrl)))).kind, "applied");
    assert.deepEqual(await store.list(ROOT_KEY), []);
  });

  it("says what is not etcd, and trusts the certificate that it is given", async () => {
    await using certificate = await makeCertificate(["IP:127.0.0.1"]);
    await using secure = await startFaultProxy({ upstream: etcd.clientUrl, tls: certificate });
    const trusted = etcdBackend({ endpoints: [secure.url], http, spec: { caBundle: certificate.cert } });
    assert.equal((await trusted.read([], NEVER)).kind, "ok");
    const read = await at(secure.url).read([], NEVER);
    assert.ok(read.kind === "failed");
    assert.match(
      read.message,
      /self-signed certificate.*: set caBundle to the CA of its certificate, and endpoints to/,
    );
    await using other = await startFaultProxy({ upstream: etcd.clientUrl });
    other.next({ kind: "answer", status: 404, body: "404 page not found" });
    const lost = await at(other.url).read([], NEVER);
    assert.ok(lost.kind === "refused");
    assert.match(lost.message, /answers 404: it is not etcd 3\.4 or later/);
    other.next({ kind: "answer", status: 200, body: "<html>hello</html>" });
    const misfit = await at(other.url).read([], NEVER);
    assert.ok(misfit.kind === "failed");
    assert.match(misfit.message, /not a range of keys: check that endpoints are correct/);
  });

  async function revision(): Promise<string> {
    const answer = await store.call("/v3/kv/range", { key: b64("/") });
    return /"revision":"(\d+)"/.exec(JSON.stringify(answer))?.[1] ?? "";
  }
});

function install(backend: RecordBackend) {
  return owned(backend, { zone: zone("dns/etcd", displayName(ZONE)), ownerId: "me", clock: systemClock });
}

function deletion(sets: Awaited<ReturnType<typeof readZone>>["sets"]) {
  const [before] = sets;
  assert.ok(before !== undefined);
  return { kind: "delete", before } as const;
}

function b64(text: string): string {
  return Buffer.from(text).toString("base64");
}
