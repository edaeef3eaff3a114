import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../../src/base/clock.ts";
import { displayName } from "../../../src/dns/name/name.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { createHttpClient, type HttpClient } from "../../../src/transport/http-client.ts";
import { skipWithout } from "../../support/component.ts";
import type { CoreDns } from "../../support/coredns.ts";
import { answerData, dig, type DigReply } from "../../support/dig.ts";
import { startEtcd, type Etcd } from "../../support/etcd.ts";
import { etcdStore, type EtcdStore } from "../../support/etcd-store.ts";
import { zone } from "../../support/objects.ts";
import { converge, readZone } from "../../support/provider-lab.ts";
import { etcdBackend, ROOT_KEY, startEtcdCoreDns, ZONE } from "./lab.ts";

describe("what CoreDNS answers of what stands in etcd", { skip: skipWithout("etcd", "coredns", "dig") }, () => {
  let etcd: Etcd;
  let coredns: CoreDns;
  let http: HttpClient;
  let store: EtcdStore;
  let us: ZoneProvider;
  before(async () => {
    etcd = await startEtcd();
    coredns = await startEtcdCoreDns(etcd.clientUrl);
    http = createHttpClient({ clock: systemClock });
    store = etcdStore(etcd.clientUrl);
    us = install("me");
  });
  after(async () => {
    await http[Symbol.asyncDispose]();
    await coredns[Symbol.asyncDispose]();
    await etcd[Symbol.asyncDispose]();
  });

  const install = (ownerId: string): ZoneProvider =>
    owned(etcdBackend({ endpoints: [etcd.clientUrl], http }), {
      zone: zone("dns/etcd", displayName(ZONE)),
      ownerId,
      clock: systemClock,
    });
  const ask = (name: string, type = "A"): Promise<DigReply> => dig(coredns, name, type);
  const isNodata = (reply: DigReply): void => {
    assert.deepEqual([reply.status, reply.answer], ["NOERROR", []], reply.text);
    assert.equal(reply.authority[0]?.type, "SOA");
  };
  const publish = async (...lines: readonly string[]): Promise<void> => {
    const result = await converge(us, ...lines);
    assert.equal(result.kind, "applied", JSON.stringify(result));
  };

  it("gives the apex its addresses and TTL, and follows", async () => {
    await publish("example.com 60 192.0.2.1 192.0.2.2 2001:db8::1");
    const reply = await ask("example.com");
    assert.deepEqual(answerData(reply, "A"), ["192.0.2.1", "192.0.2.2"]);
    assert.deepEqual(
      reply.answer.map(({ ttl }) => ttl),
      [60, 60],
    );
    assert.ok(reply.flags.includes("aa"));
    assert.deepEqual(answerData(await ask("example.com", "AAAA"), "AAAA"), ["2001:db8::1"]);
    await publish("example.com 120 192.0.2.2");
    assert.deepEqual(
      (await ask("example.com")).answer.map(({ ttl, data }) => [ttl, data]),
      [[120, "192.0.2.2"]],
    );
    isNodata(await ask("example.com", "AAAA"));
  });

  it("gives names below theirs, and no other type", async () => {
    await publish("example.com 60 192.0.2.1", "www.example.com 30 192.0.2.3 2001:db8::3");
    assert.deepEqual(
      (await ask("www.example.com")).answer.map(({ ttl, data }) => [ttl, data]),
      [[30, "192.0.2.3"]],
    );
    assert.deepEqual(answerData(await ask("www.example.com", "AAAA"), "AAAA"), ["2001:db8::3"]);
    for (const type of ["TXT", "MX", "SRV", "CNAME", "PTR", "CAA", "HTTPS", "NS"]) {
      isNodata(await ask("www.example.com", type));
    }
    for (const type of ["TXT", "MX", "SRV", "CAA", "HTTPS", "CNAME", "PTR", "NS"]) {
      isNodata(await ask("example.com", type));
    }
    assert.equal((await ask("other.example.com")).status, "NXDOMAIN");
    assert.equal((await ask("x.www.example.com")).status, "NXDOMAIN");
    assert.equal((await ask("_dnsalias.www.example.com", "TXT")).status, "NXDOMAIN", "markers answer nothing");
  });

  it("keeps names below one another apart", async () => {
    await publish(
      "b.example.com 60 192.0.2.1 2001:db8::1",
      "a.b.example.com 60 192.0.2.2",
      "a.deep.x.example.com 60 192.0.2.3",
    );
    assert.deepEqual(answerData(await ask("b.example.com"), "A"), ["192.0.2.1"]);
    assert.deepEqual(answerData(await ask("b.example.com", "AAAA"), "AAAA"), ["2001:db8::1"]);
    assert.deepEqual(answerData(await ask("a.b.example.com"), "A"), ["192.0.2.2"]);
    isNodata(await ask("a.b.example.com", "AAAA"));
    assert.deepEqual(answerData(await ask("a.deep.x.example.com"), "A"), ["192.0.2.3"]);
    for (const empty of ["deep.x.example.com", "x.example.com"]) {
      for (const type of ["A", "AAAA", "TXT", "MX", "SRV", "CNAME", "PTR", "HTTPS"]) {
        isNodata(await ask(empty, type));
      }
    }
  });

  it("a name in between becomes an alias and is one no more", async () => {
    for (const inner of [[], ["b.example.com 60 192.0.2.1"], []]) {
      await publish("a.b.example.com 60 192.0.2.2", ...inner);
      assert.deepEqual(
        answerData(await ask("b.example.com"), "A"),
        inner.map(() => "192.0.2.1"),
      );
      assert.deepEqual(answerData(await ask("a.b.example.com"), "A"), ["192.0.2.2"]);
      assert.equal((await readZone(us)).needsWrite, undefined);
    }
  });

  it("answers nothing at an apex without an alias, instead of the whole zone", async () => {
    await publish("www.example.com 30 192.0.2.3", "api.example.com 30 192.0.2.4");
    for (const type of ["A", "AAAA", "TXT", "MX", "SRV", "CAA", "CNAME", "NS"]) {
      isNodata(await ask("example.com", type));
    }
    isNodata(await ask("apex.dns.example.com"));
    await publish("example.com 30 192.0.2.1", "api.example.com 30 192.0.2.4");
    isNodata(await ask("dns.example.com"));
  });

  it("leaves others' records of the zone and of other names as they are", async () => {
    const foreign: readonly (readonly [string, object])[] = [
      ["dns/ns/ns1", { host: "192.0.2.53" }],
      ["mx1", { host: "mail.example.net", mail: true }],
      ["txt1", { text: "v=spf1 -all" }],
      ["_dmarc/x1", { text: "v=DMARC1" }],
      ["hand/x1", { host: "192.0.2.80", ttl: 77 }],
      ["top/x1", { host: "192.0.2.81" }],
    ];
    for (const [key, value] of foreign) {
      await store.put(`${ROOT_KEY}/${key}`, JSON.stringify(value));
    }
    await publish("example.com 60 192.0.2.1", "under.top.example.com 60 192.0.2.2");
    assert.deepEqual(answerData(await ask("example.com"), "A"), ["192.0.2.1"]);
    assert.deepEqual(answerData(await ask("example.com", "MX"), "MX"), ["10 mail.example.net."]);
    assert.ok(answerData(await ask("example.com", "TXT"), "TXT").includes('"v=spf1 -all"'));
    assert.deepEqual(answerData(await ask("example.com", "NS"), "NS"), ["ns1.ns.dns.example.com."]);
    assert.deepEqual(answerData(await ask("_dmarc.example.com", "TXT"), "TXT"), ['"v=DMARC1"']);
    assert.deepEqual(
      (await ask("hand.example.com")).answer.map(({ ttl, data }) => [ttl, data]),
      [[77, "192.0.2.80"]],
    );
    assert.deepEqual(answerData(await ask("top.example.com"), "A"), ["192.0.2.81"], "ours below does not answer there");
    assert.deepEqual(answerData(await ask("under.top.example.com"), "A"), ["192.0.2.2"]);
    const changed = (await store.list(`${ROOT_KEY}/`)).filter(({ value }) => !value.includes("dnsalias"));
    assert.equal(changed.length, foreign.length);
    for (const [key] of foreign) {
      await store.remove(`${ROOT_KEY}/${key}`);
    }
  });

  it("refuses names at which CoreDNS would answer otherwise", async () => {
    const cases: readonly (readonly [string, string | undefined, object, RegExp])[] = [
      ["*.example.com", undefined, {}, /has no wildcards/],
      ["any.example.com", undefined, {}, /label "any"/],
      ["ns1.ns.dns.example.com", undefined, {}, /reserves ns\.dns\.example\.com/],
      ["m.example.com", "m/x1", { host: "mail.example.net", mail: true }, /data other than an address/],
      ["t.example.com", "t/x1", { host: "192.0.2.9", text: "also this" }, /data other than an address/],
      ["p.example.com", "p/sub/x1", { host: "192.0.2.9" }, /answers with the key .*\/p\/sub\/x1 at p\.example\.com/],
      ["e.example.com", "e", { text: "only here" }, /would no longer find the key .*\/e if keys below it existed/],
      [
        "below.h.example.com",
        "h",
        { host: "192.0.2.9" },
        /would no longer find the key .*\/h if keys below it existed/,
      ],
      ["below.g.example.com", "g/x1", { host: "192.0.2.9", group: "g1" }, /the "group" of the key .*\/g\/x1/],
      ["j.example.com", "j/x1", [], /data other than an address/],
    ];
    for (const [name, key, value, note] of cases) {
      if (key !== undefined) {
        await store.put(`${ROOT_KEY}/${key}`, Array.isArray(value) ? "no json" : JSON.stringify(value));
      }
      const read = await readZone(us, [name]);
      const set = read.sets.find((one) => displayName(one.name) === name);
      assert.match(set?.note ?? "", note, name);
      assert.equal(set?.unsupported, key === undefined ? true : undefined, name);
      if (key !== undefined) {
        await store.remove(`${ROOT_KEY}/${key}`);
      }
    }
  });

  it("lets a key with a group of its own stand below a name of ours", async () => {
    await store.put(`${ROOT_KEY}/p/sub/x1`, JSON.stringify({ host: "192.0.2.9", group: "sub" }));
    await publish("p.example.com 60 192.0.2.1");
    assert.deepEqual(answerData(await ask("p.example.com"), "A"), ["192.0.2.1"]);
    assert.deepEqual(answerData(await ask("sub.p.example.com"), "A"), ["192.0.2.9"]);
    await store.remove(`${ROOT_KEY}/p/sub/x1`);
  });

  it("follows a change below 1 s", async (t: TestContext) => {
    const took: number[] = [];
    for (let last = 1; last <= 20; last += 1) {
      const startedAt = performance.now();
      await publish(`fast.example.com 30 198.51.100.${last}`);
      while (answerData(await ask("fast.example.com"), "A").join() !== `198.51.100.${last}`) {
        await delay(1);
      }
      took.push(performance.now() - startedAt);
    }
    took.sort((a, b) => a - b);
    t.diagnostic(
      `read, written and answered: median ${took[10]?.toFixed(0)} ms, longest ${took.at(-1)?.toFixed(0)} ms`,
    );
    assert.ok((took.at(-1) ?? Infinity) < 1_000);
  });

  it("leaves no key behind, of two owners either", async () => {
    const other = install("other");
    await publish("a.shared.example.com 60 192.0.2.1", "example.com 60 192.0.2.1");
    assert.equal((await converge(other, "b.shared.example.com 60 192.0.2.2")).kind, "applied");
    await publish();
    isNodata(await ask("shared.example.com"));
    isNodata(await ask("example.com"));
    assert.equal((await ask("a.shared.example.com")).status, "NXDOMAIN");
    assert.deepEqual(answerData(await ask("b.shared.example.com"), "A"), ["192.0.2.2"]);
    assert.equal((await converge(other)).kind, "applied");
    assert.deepEqual(await store.list(ROOT_KEY), []);
    assert.equal((await ask("b.shared.example.com")).status, "NXDOMAIN");
  });
});
