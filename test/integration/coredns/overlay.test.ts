import assert from "node:assert/strict";
import { test } from "node:test";
import { createOverlayProvider } from "../../../src/providers/coredns/overlay.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData } from "../../support/dig.ts";
import { startKnot } from "../../support/knot.ts";
import { memoryTextStore } from "../../support/memory-text-store.ts";
import { converge, labZone, overlaySpec } from "../../support/provider-lab.ts";
import { asked, type Question, snapshot, startCorefileLab, untilAnswer } from "./coredns-lab.ts";

const skip = skipWithout("coredns", "dig", "knotd");

/** What the rest of the world says; the overlay's answers hide its A and AAAA at our names only. */
const UPSTREAM = `$TTL 300
@ SOA ns1.example.com. hostmaster.example.com. 1 7200 900 1209600 60
@ NS ns1.example.com.
@ A 198.51.100.1
@ MX 10 mail.example.com.
@ TXT "v=spf1 mx -all"
@ CAA 0 issue "ca.example.net"
@ HTTPS 1 . alpn=h2
ns1 A 198.51.100.53
mail A 198.51.100.25
www A 198.51.100.2
a.b.deep A 198.51.100.3
apps TXT "below"
*.apps A 198.51.100.4
*.apps MX 10 mail.example.com.
`;

const UNTOUCHED: readonly Question[] = [
  ["example.com", "MX"],
  ["example.com", "TXT"],
  ["example.com", "CAA"],
  ["example.com", "HTTPS"],
  ["example.com", "SOA"],
  ["example.com", "NS"],
  ["www.example.com", "A"],
  ["www.example.com", "AAAA"],
  ["a.b.deep.example.com", "A"],
  ["deep.example.com", "A"],
  ["nothing.example.com", "A"],
  ["apps.example.com", "TXT"],
  ["apps.example.com", "A"],
  ["x.apps.example.com", "MX"],
  ["evilexample.com", "A"],
];

test("overlay in kubeadm's Corefile: A and AAAA are ours, all else as before, at every moment", { skip }, async () => {
  await using upstream = await startKnot({ zones: { "example.com": UPSTREAM } });
  await using lab = await startCorefileLab("kubeadm", upstream);
  const { server } = lab;
  const store = memoryTextStore(lab.corefile, { onWrite: (text) => lab.replace("Corefile", text) });
  const provider = createOverlayProvider({ zone: labZone("example.com", overlaySpec()), store, ownerId: "me" });
  const before = await snapshot(server, UNTOUCHED);
  const untouched = async () => assert.deepEqual(await snapshot(server, UNTOUCHED), before);
  assert.deepEqual(answerData(await asked(server, "example.com"), "A"), ["198.51.100.1"]);

  await converge(provider, "example.com 60 203.0.113.9 203.0.113.7");
  const shows = (...wanted: readonly string[]) =>
    untilAnswer(server, ["example.com", "A"], (reply) => answerData(reply, "A").join() === wanted.join(), untouched);
  await shows("203.0.113.7", "203.0.113.9");
  await untouched();
  for (const name of ["example.com", "EXAMPLE.com"]) {
    const reply = await asked(server, name, "A", ["+tcp"]);
    assert.deepEqual(
      reply.answer.map((record) => `${record.name} ${record.ttl}`),
      [`${name}. 60`, `${name}. 60`],
    );
    assert.ok(reply.flags.includes("aa"));
  }
  const missing = await asked(server, "example.com", "AAAA");
  assert.equal(missing.status, "NOERROR");
  assert.deepEqual(missing.answer, []);
  assert.match(missing.authority[0]?.data ?? "", /^example\.com\. hostmaster\.example\.com\. 1 \d+ \d+ \d+ 60$/);

  await converge(provider, "example.com 120 203.0.113.8 2001:db8::8");
  await shows("203.0.113.8");
  const both = await asked(server, "example.com", "AAAA");
  assert.deepEqual(
    both.answer.map(({ ttl, data }) => `${ttl} ${data}`),
    ["120 2001:db8::8"],
  );
  await untouched();

  await converge(provider);
  await shows("198.51.100.1");
  await untouched();
  assert.equal(store.text, lab.corefile);
});

test("overlay in a *.server file as k3s imports it, with a wildcard and a name below it", { skip }, async () => {
  await using upstream = await startKnot({ zones: { "example.com": UPSTREAM } });
  await using lab = await startCorefileLab("k3s", upstream);
  const { server } = lab;
  const key = "dnsalias.server";
  const store = memoryTextStore(undefined, { onWrite: (text) => lab.replace(`custom/${key}`, text) });
  const configMap = { namespace: "kube-system", name: "coredns-custom", key };
  const listener = { suffix: ":{$DNS_PORT}", port: "{$DNS_PORT}", bind: ["bind {$DNS_HOST}"] };
  const zone = labZone("example.com", overlaySpec({ configMap }));
  const provider = createOverlayProvider({ zone, store, ownerId: "me", listener });
  const before = await snapshot(server, UNTOUCHED);

  await converge(provider, "*.apps.example.com 30 203.0.113.4", "taken.apps.example.com 45 203.0.113.5");
  const wild = await untilAnswer(
    server,
    ["x.apps.example.com", "A"],
    (reply) => answerData(reply, "A")[0] === "203.0.113.4",
  );
  assert.equal(wild.answer[0]?.ttl, 30);
  assert.deepEqual(answerData(await asked(server, "a.b.apps.example.com"), "A"), ["203.0.113.4"]);
  assert.deepEqual(answerData(await asked(server, "taken.apps.example.com"), "A"), ["203.0.113.5"]);
  assert.deepEqual(answerData(await asked(server, "below.taken.apps.example.com"), "A"), ["198.51.100.4"]);
  assert.equal((await asked(server, "x.apps.example.com", "AAAA")).status, "NOERROR");
  assert.deepEqual(answerData(await asked(server, "node1"), "A"), ["192.0.2.100"]);
  assert.deepEqual(await snapshot(server, UNTOUCHED), before);

  await converge(provider);
  await untilAnswer(server, ["x.apps.example.com", "A"], (reply) => answerData(reply, "A")[0] === "198.51.100.4");
  assert.deepEqual(await snapshot(server, UNTOUCHED), before);
});

test(
  "a server block for our name in a file that we cannot see does not keep CoreDNS from starting",
  { skip },
  async () => {
    await using upstream = await startKnot({ zones: { "example.com": UPSTREAM } });
    await using lab = await startCorefileLab("k3s", upstream);
    await lab.replace(
      "custom/zz.server",
      `example.com:{$DNS_PORT} {\n    bind {$DNS_HOST}\n    forward . ${upstream.host}:${upstream.port}\n}\n`,
    );
    const store = memoryTextStore(lab.corefile, { onWrite: (text) => lab.replace("Corefile", text) });
    const provider = createOverlayProvider({ zone: labZone("example.com", overlaySpec()), store, ownerId: "me" });
    await converge(provider, "example.com 60 203.0.113.7");
    await lab.server.restart();
    assert.deepEqual(answerData(await asked(lab.server, "example.com"), "A"), ["203.0.113.7"]);
    assert.deepEqual(answerData(await asked(lab.server, "example.com", "MX"), "MX"), ["10 mail.example.com."]);
  },
);

test("CoreDNS starts with a full overlay of names of every form, and answers each", { skip }, async () => {
  await using upstream = await startKnot({ zones: { "example.com": UPSTREAM } });
  await using lab = await startCorefileLab("kubeadm", upstream);
  const store = memoryTextStore(lab.corefile, { onWrite: (text) => lab.replace("Corefile", text) });
  const provider = createOverlayProvider({ zone: labZone("example.com", overlaySpec()), store, ownerId: "me" });
  const addresses = Array.from({ length: 64 }, (_, n) => `203.0.113.${n} 2001:db8::${n.toString(16)}`).join(" ");
  const label = "l".repeat(63);
  const names = [
    "*.example.com",
    "_under_score.example.com",
    "xn--bcher-kva.example.com",
    "1-2.example.com",
    `${label}.${label}.${label}.example.com`,
    "*.wild.example.com",
    "below.wild.example.com",
    ...Array.from({ length: 400 }, (_, n) => `n${n}.example.com`),
  ];
  const all = [...names.map((name) => `${name} 60 203.0.113.7`), `many.example.com 60 ${addresses}`];
  assert.equal((await converge(provider, ...all)).kind, "applied");
  await lab.server.restart();
  for (const name of names.slice(0, 20).map((name) => name.replace("*", "any"))) {
    const reply = await asked(lab.server, name);
    assert.deepEqual(answerData(reply, "A"), ["203.0.113.7"], reply.text);
  }
  assert.equal(answerData(await asked(lab.server, "many.example.com", "AAAA", ["+tcp"]), "AAAA").length, 64);
  assert.ok((await asked(lab.server, "many.example.com", "A", ["+ignore", "+bufsize=512"])).flags.includes("tc"));
  assert.deepEqual(answerData(await asked(lab.server, "example.com"), "A"), ["198.51.100.1"]);
  assert.deepEqual(answerData(await asked(lab.server, "www.example.com"), "A"), ["203.0.113.7"]);
});
