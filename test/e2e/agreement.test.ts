import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { skipWithout } from "../support/component.ts";
import { dig, drill, kdig, type DigReply } from "../support/dig.ts";
import { dnspython, skipWithoutDnspython } from "../support/dnspython.ts";
import { checkZone, endChecked } from "./checked-zones.ts";
import { aliasShows, renderedZone } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

/** P15: other people's tools read what we publish, and find nothing wrong. */
describe(
  "without breaking the DNS",
  { skip: REAL_SERVERS || skipWithout("kdig", "drill") || skipWithoutDnspython() },
  () => {
    let lab: ClusterLab;
    const many = Array.from({ length: 60 }, (_, index) => `11.11.1.${index + 1}`);
    before(async () => {
      lab = await startClusterLab({
        targets: [
          { name: "www.lb.test", type: "A", ttl: 20, data: ["11.11.0.1", "11.11.0.2"] },
          { name: "www.lb.test", type: "AAAA", ttl: 30, data: ["2a01:db8:11::1"] },
          { name: "many.lb.test", type: "A", ttl: 5, data: many },
        ],
      });
      await lab.addZone("p15.example");
      await lab.apply(
        aliasManifest({
          name: "p15",
          hostnames: ["p15.example", "*.wild.p15.example", "bücher.p15.example", "_x.p15.example"],
          targets: ["www.lb.test"],
        }),
        aliasManifest({ name: "many", hostnames: ["many.p15.example"], targets: ["many.lb.test"] }),
      );
      await aliasShows(lab, "web/p15", "Ready", /^True/);
      await aliasShows(lab, "web/many", "Ready", /^True/);
    });
    after(() => endChecked(lab));

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

    const questions: readonly (readonly [name: string, type: string])[] = [
      ["p15.example", "A"],
      ["p15.example", "AAAA"],
      ["p15.example", "MX"],
      ["p15.example", "TXT"],
      ["p15.example", "NS"],
      ["p15.example", "SOA"],
      ["any.wild.p15.example", "A"],
      ["xn--bcher-kva.p15.example", "A"],
      ["_x.p15.example", "AAAA"],
      ["p15.example", "CNAME"],
      ["www.p15.example", "AAAA"],
      ["nothing.p15.example", "A"],
    ];
    for (const [name, type] of questions) {
      test(`dig, kdig, drill and dnspython read the same for ${name} ${type}`, async () => {
        const first = linesOf(await dig(lab.dns, name, type));
        assert.deepEqual(linesOf(await kdig(lab.dns, name, type, ["+noidn"])), first, "kdig");
        assert.deepEqual(linesOf(await drill(lab.dns, name, type)), first, "drill");
        const [python] = await dnspython(lab.dns, [{ name, type }]);
        assert.deepEqual([python?.rcode, ...(python?.answer ?? [])], first, "dnspython");
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
  },
);

/** The rcode and the answer, in a form that every tool can be brought to. */
function linesOf({ status, answer }: DigReply): readonly string[] {
  return [
    status,
    ...answer
      .map(({ name, ttl, type, data }) => `${name} ${ttl} ${type} ${data.trim().replaceAll(/\s+/g, " ")}`)
      .sort(),
  ];
}
