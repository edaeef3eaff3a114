import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { after, before, describe, test } from "node:test";
import { byCodeUnit } from "../../../src/base/order.ts";
import { printRdata, rdataFromText } from "../../../src/dns/rdata/codec.ts";
import { typeNumber } from "../../../src/dns/registry.ts";
import { createExchange, type ExchangeClient } from "../../../src/transport/client/exchange-by-protocol.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { dig, drill, kdig, type DigRecord, type DigReply } from "../../support/dig.ts";
import { dnspython, skipWithoutDnspython, type PythonReply } from "../../support/dnspython.ts";
import { run } from "../../support/run.ts";
import { agreementQuestions, titleOf, type AgreementQuestion } from "./agreement-questions.ts";
import { askForAgreement, type AgreementReply } from "./agreement-reply.ts";
import { startOurs, type OurServer } from "./agreement-servers.ts";

/** What every tool tells of an answer. */
type Reading = Omit<AgreementReply, "question" | "flags" | "edns" | "options">;

describe(
  "what the responder sends reads the same in every tool",
  { skip: skipWithout("dig", "kdig", "drill", "delv") },
  () => {
    let server: OurServer;
    let client: ExchangeClient;
    before(async () => {
      server = await startOurs();
      client = createExchange();
    });
    after(async () => {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });
    const ours = async (question: AgreementQuestion): Promise<Reading> =>
      readingOf(await askForAgreement(client, server, question));

    const questions = sample();
    for (const question of questions) {
      test(`dig, kdig and drill: ${titleOf(question)}`, async () => {
        const { name, type } = question;
        const want = await ours(question);
        assert.deepEqual(digReading(await dig(server, name, type, digFlags(question))), want, "dig");
        assert.deepEqual(digReading(await kdig(server, name, type, digFlags(question))), want, "kdig");
        if (!want.tc) {
          assert.deepEqual(digReading(await drill(server, name, type, drillFlags(question))), want, "drill");
        }
      });
    }

    test("dnspython: every question with a type that it knows", { skip: skipWithoutDnspython() }, async () => {
      const all = agreementQuestions().filter(isPlain);
      const replies = await dnspython(server, all);
      for (const [index, question] of all.entries()) {
        const reply = replies[index];
        assert.deepEqual(reply && pythonReading(reply), await ours(question), titleOf(question));
      }
    });

    for (const question of questions.filter(isForDelv)) {
      test(`delv: ${titleOf(question)}`, async () => {
        const { answer, rcode } = await ours(question);
        const at = [`@${server.host}`, "-p", String(server.port), "-i"];
        const { stdout, stderr } = await run(locateComponent("delv"), [
          ...at,
          "-q",
          question.name,
          "-t",
          question.type,
        ]);
        const records = stdout.split("\n").filter((line) => /^[^;\s]/.test(line));
        const negative = rcode === "NXDOMAIN" ? "ncache nxdomain" : "ncache nxrrset";
        assert.deepEqual(records.map((line) => delvLine(line)).sort(), answer, stdout);
        assert.equal(
          answer.length > 0 || stderr.includes(negative) || stdout.includes(negative),
          true,
          stdout + stderr,
        );
      });
    }

    const stub: readonly (readonly [string, string, unknown])[] = [
      ["example.com", "A", ["198.51.100.1", "198.51.100.2"]],
      ["example.com", "AAAA", ["2001:db8:1::1", "2001:db8:1::2"]],
      ["far.example.com", "A", ["198.51.100.3"]],
      ["totenant.example.com", "AAAA", ["2001:db8:1::8"]],
      ["any.tenants.example.com", "A", ["198.51.100.8"]],
      ["mail.legacy.example.com", "A", ["192.0.2.8"]],
      ["shop.example.com", "MX", [{ exchange: "mail.example.com", priority: 5, type: "MX" }]],
      ["shop.example.com", "TXT", [["shop"]]],
      ["www.example.com", "CNAME", ["shop.example.com"]],
      ["example.com", "NS", ["ns1.example.com", "ns2.example.com"]],
      ["ptr.example.com", "PTR", ["www.example.com"]],
      ["many.example.com", "A", Array.from({ length: 40 }, (_, index) => `192.0.2.${index + 1}`).sort()],
      ["missing.example.com", "A", "ENOTFOUND"],
      ["dead.example.com", "A", "ENOTFOUND"],
      ["four.example.com", "AAAA", "ENODATA"],
      ["er.app.example.com", "A", "ENODATA"],
      ["x.there.wild.example.com", "TXT", "ENOTFOUND"],
      ["www.example.net", "A", "EREFUSED"],
    ];
    for (const [name, type, want] of stub) {
      test(`a stub resolver (c-ares): ${name} ${type}`, async () => {
        const resolver = new Resolver({ timeout: 2_000, tries: 1 });
        resolver.setServers([`${server.host}:${server.port}`]);
        const got: unknown = await resolver.resolve(name, type).catch((error: NodeJS.ErrnoException) => error.code);
        assert.deepEqual(Array.isArray(got) ? got.sort(byCodeUnit) : got, want);
      });
    }
  },
);

/** Those that every tool can put. */
function isPlain(question: AgreementQuestion): boolean {
  return (
    question.class === "IN" &&
    question.edns === undefined &&
    question.header === undefined &&
    !/^(TYPE[\d]{1,3}|[AI]XFR)$/.test(question.type)
  );
}

/** Each eighth, and one of each type and way of asking. */
function sample(): readonly AgreementQuestion[] {
  const plain = agreementQuestions().filter(isPlain);
  const ways = new Map(plain.map((question) => [titleOf({ ...question, name: "" }), question]));
  return [...new Set([...plain.filter((_, index) => index % 8 === 0), ...ways.values()])];
}

/**
 * It asks as a resolver with one server: it does not stop at a referral, follows a CNAME out of the zone, asks on in a loop and after TC, and shows a DNAME under
 * the name that was asked for.
 */
function isForDelv({ name, type, protocol, udpSize, dnssecOk }: AgreementQuestion): boolean {
  return (
    protocol === "udp" &&
    udpSize === 1_232 &&
    !dnssecOk &&
    type !== "ANY" &&
    type !== "DS" &&
    !/dev|qa|under|to(dname|child|orphan)|up\.child|legacy|abroad|big|moved|round|self|example\.net|^com$|^evil|^\.$|[A-Z]/.test(
      name,
    )
  );
}

function digFlags({ protocol, udpSize, dnssecOk }: AgreementQuestion): readonly string[] {
  return [
    "+norecurse",
    "+ignore",
    protocol === "tcp" ? "+tcp" : "+notcp",
    udpSize === undefined ? "+noedns" : `+bufsize=${udpSize}`,
    ...(dnssecOk ? ["+dnssec"] : []),
  ];
}

function drillFlags({ protocol, udpSize, dnssecOk }: AgreementQuestion): readonly string[] {
  return [
    ...(protocol === "tcp" ? ["-t"] : ["-u"]),
    ...(udpSize === undefined ? [] : ["-b", String(udpSize)]),
    ...(dnssecOk ? ["-D"] : []),
  ];
}

function readingOf({ rcode, aa, tc, answer, authority, additional }: AgreementReply): Reading {
  return { rcode, aa, tc, answer, authority, additional };
}

function digReading({ status, flags, answer, authority, additional }: DigReply): Reading {
  const lines = (records: readonly DigRecord[]): readonly string[] =>
    records.map(({ name, ttl, type, data }) => lineOf({ name, ttl, type, data })).sort();
  return {
    rcode: status,
    aa: flags.includes("aa"),
    tc: flags.includes("tc"),
    answer: lines(answer),
    authority: lines(authority),
    additional: lines(additional),
  };
}

function pythonReading({ rcode, flags, answer, authority, additional }: PythonReply): Reading {
  const lines = (texts: readonly string[]): readonly string[] =>
    texts
      .map((text) => {
        const [, name = "", ttl = "", type = "", data = ""] = /^(\S+) (\d+) (\S+) (.*)$/.exec(text) ?? [];
        return lineOf({ name, ttl: Number(ttl), type, data });
      })
      .sort();
  return {
    rcode,
    aa: flags.includes("AA"),
    tc: flags.includes("TC"),
    answer: lines(answer),
    authority: lines(authority),
    additional: lines(additional),
  };
}

function delvLine(line: string): string {
  const [, name = "", ttl = "", type = "", data = ""] = /^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.*)$/.exec(line) ?? [];
  return lineOf({ name, ttl: Number(ttl), type, data });
}

/** A tool's text of a record in our spelling: its data goes to octets and back. */
function lineOf({ name, ttl, type, data }: Omit<DigRecord, "class">): string {
  const text = printRdata(typeNumber(type) ?? 0, rdataFromText(type, data));
  return `${name.toLowerCase()} ${ttl} ${type} ${text}`;
}
