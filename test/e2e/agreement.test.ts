import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest, baseZoneText } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { startBind } from "../support/bind.ts";
import { skipWithout } from "../support/component.ts";
import { dig, drill, kdig, type DigReply } from "../support/dig.ts";
import { dnspython, skipWithoutDnspython, type PythonReply } from "../support/dnspython.ts";
import { watchZone, type ZoneWatch } from "../support/zone-watch.ts";
import { checkZone, endChecked } from "./checked-zones.ts";
import { aliasShows, renderedZone } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

const TEXT = baseZoneText("p15.example");

/** What each name and type is answered with: addresses of the target, or "manifest", what BIND answers out of the manifest's text. */
const QUESTIONS: readonly (readonly [name: string, type: string, answer: readonly string[] | "manifest"])[] = [
  ["p15.example", "A", ["11.11.0.1", "11.11.0.2"]],
  ["p15.example", "AAAA", ["2a01:db8:11::1"]],
  ["any.wild.p15.example", "A", ["11.11.0.1", "11.11.0.2"]],
  ["xn--bcher-kva.p15.example", "A", ["11.11.0.1", "11.11.0.2"]],
  ["_x.p15.example", "AAAA", ["2a01:db8:11::1"]],
  ["p15.example", "MX", "manifest"],
  ["p15.example", "TXT", "manifest"],
  ["p15.example", "CAA", "manifest"],
  ["p15.example", "HTTPS", "manifest"],
  ["p15.example", "NS", "manifest"],
  ["p15.example", "SOA", "manifest"],
  ["p15.example", "CNAME", "manifest"],
  ["www.p15.example", "A", "manifest"],
  ["www.p15.example", "AAAA", "manifest"],
  ["nothing.p15.example", "A", "manifest"],
];

/** P15: other people's tools read what we publish, and find nothing wrong. */
describe(
  "without breaking the DNS",
  { skip: REAL_SERVERS || skipWithout("kdig", "drill") || skipWithoutDnspython() },
  () => {
    let lab: ClusterLab;
    let watch: ZoneWatch | undefined;
    /** By name and type: the rcode and the records that the manifest's text has. */
    let ofManifest: ReadonlyMap<string, readonly string[]>;
    const many = Array.from({ length: 60 }, (_, index) => `11.11.1.${index + 1}`);
    before(async () => {
      lab = await startClusterLab({
        targets: [
          { name: "www.lb.test", type: "A", ttl: 20, data: ["11.11.0.1", "11.11.0.2"] },
          { name: "www.lb.test", type: "AAAA", ttl: 30, data: ["2a01:db8:11::1"] },
          { name: "many.lb.test", type: "A", ttl: 5, data: many },
        ],
      });
      ofManifest = await answersOfManifest();
      await lab.addZone("p15.example");
      await waitFor("the zone", async () => assert.equal((await dig(lab.dns, "p15.example", "SOA")).status, "NOERROR"));
      watch = await watchZone({ at: lab.dns, zone: "p15.example", text: TEXT });
      await lab.apply(
        aliasManifest({
          name: "p15",
          hostnames: ["p15.example", "*.wild.p15.example", "xn--bcher-kva.p15.example", "_x.p15.example"],
          targets: ["www.lb.test"],
        }),
        aliasManifest({ name: "many", hostnames: ["many.p15.example"], targets: ["many.lb.test"] }),
      );
      await aliasShows(lab, "web/p15", "Ready", /^True/);
      await aliasShows(lab, "web/many", "Ready", /^True/);
    });
    after(async () => {
      await watch?.[Symbol.asyncDispose]();
      await endChecked(lab);
    });

    test("named-checkzone takes the zone, its serial rises, and each record set has one TTL", async () => {
      const before = await renderedZone(lab, "p15.example");
      await checkZone("p15.example", before.text);
      await lab.targets.set({ name: "many.lb.test", type: "A", ttl: 5, data: many.slice(0, 59) });
      await addressesBecome(lab.dns, "many.p15.example", "A", many.slice(0, 59));
      const now = await renderedZone(lab, "p15.example");
      await checkZone("p15.example", now.text);
      assert.ok(now.serial > before.serial, `${now.serial} after ${before.serial}`);
      const ttls = new Map<string, Set<string>>();
      for (const [name = "", ttl = "", , type] of now.records.map((record) => record.split("\t"))) {
        ttls.set(`${name} ${type}`, (ttls.get(`${name} ${type}`) ?? new Set()).add(ttl));
      }
      assert.deepEqual(
        [...ttls].filter(([, found]) => found.size > 1),
        [],
      );
    });

    for (const [name, type, answer] of QUESTIONS) {
      test(`dig, kdig, drill and dnspython read the same for ${name} ${type}: ${answer === "manifest" ? "what the manifest has" : answer.join(" ")}`, async () => {
        const reply = await dig(lab.dns, name, type);
        const first = linesOf(reply);
        if (answer === "manifest") {
          assert.deepEqual(first.map(withoutSerial), ofManifest.get(`${name} ${type}`));
        } else {
          assert.equal(reply.status, "NOERROR");
          const records = reply.answer.map((record) => `${record.name} ${record.type} ${record.data}`);
          assert.deepEqual(
            records.sort(),
            answer.map((data) => `${name}. ${type} ${data}`),
            reply.text,
          );
          assert.ok(
            reply.answer.every(({ ttl }) => ttl >= 2 && ttl <= 30),
            reply.text,
          );
        }
        assert.deepEqual(linesOf(await dig(lab.dns, name, type, ["+noedns"])), first, "without EDNS");
        assert.deepEqual(linesOf(await kdig(lab.dns, name, type, ["+noidn"])), first, "kdig");
        assert.deepEqual(linesOf(await drill(lab.dns, name, type)), first, "drill");
        const [python] = await dnspython(lab.dns, [{ name, type }]);
        assert.deepEqual(python && linesOfPython(python), first, "dnspython");
        assert.deepEqual(linesOf(await dig(lab.dns, name, type, ["+tcp"])), first, "over TCP");
        assert.ok(!first.some((line) => line.includes(" CNAME ")), first.join("\n"));
      });
    }

    test("what does not exist is negative as RFC 2308 says: our SOA in the authority section", async () => {
      for (const [name, type, status] of [
        ["nothing.p15.example", "A", "NXDOMAIN"],
        ["www.p15.example", "AAAA", "NOERROR"],
      ] as const) {
        const reply = await dig(lab.dns, name, type);
        assert.equal(reply.status, status);
        assert.deepEqual(
          reply.authority.map((record) => `${record.name} ${record.type}`),
          ["p15.example. SOA"],
          reply.text,
        );
      }
    });

    test("an answer too large for the client is truncated over UDP and whole over TCP", async () => {
      const small = await dig(lab.dns, "many.p15.example", "A", ["+bufsize=512", "+ignore"]);
      assert.ok(small.flags.includes("tc"), small.text);
      const whole = await dig(lab.dns, "many.p15.example", "A", ["+tcp"]);
      assert.ok(whole.answer.length >= 59);
      assert.ok(!whole.flags.includes("tc"));
    });

    test("SOA, NS, MX, TXT, CAA, and HTTPS at the apex were answered as in the manifest all the while, over UDP and TCP, with EDNS and without", async () => {
      await lab.kubectl("delete", "dnsalias", "p15", "-n", "web", "--timeout=30s");
      await addressesBecome(lab.dns, "p15.example", "A", []);
      assert.ok(watch !== undefined);
      await watch.assertUnchanged();
    });
  },
);

/** The rcode and the answer, in a form that every tool can be brought to. */
function linesOf({ status, answer }: DigReply): readonly string[] {
  return [status, ...answer.map(({ name, ttl, type, data }) => `${name} ${ttl} ${type} ${plain(data)}`).sort()];
}

function linesOfPython({ rcode, answer }: PythonReply): readonly string[] {
  return [rcode, ...answer.map(plain)];
}

/** One form of white space, and of a list of protocols, which some tools quote (RFC 9460 2.1). */
function plain(text: string): string {
  return text
    .trim()
    .replaceAll(/\s+/g, " ")
    .replace(/alpn="([^"]*)"/, "alpn=$1");
}

function withoutSerial(line: string): string {
  return line.replace(/ SOA (\S+ \S+) \d+/, " SOA $1 SERIAL");
}

async function answersOfManifest(): Promise<ReadonlyMap<string, readonly string[]>> {
  await using bind = await startBind({ zones: { "p15.example": TEXT } });
  const asked = QUESTIONS.filter(([, , answer]) => answer === "manifest").map(([name, type]) => ({ name, type }));
  const replies = await dnspython(bind, asked);
  return new Map(
    asked.map(({ name, type }, index) => {
      const reply = replies[index];
      assert.ok(reply !== undefined);
      return [`${name} ${type}`, linesOfPython(reply).map(withoutSerial)];
    }),
  );
}
