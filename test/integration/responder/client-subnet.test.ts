import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { addresses, alias, openPool, set, sourceOf, zone } from "./scene.ts";

const NAME = "shop.example.com";
const GENERAL = "192.0.2.1";

/** Each network has an address of its own, which holds for 20 bits. */
const source = () =>
  sourceOf(({ subnet }) => {
    return subnet === undefined
      ? addresses([GENERAL])
      : { ...addresses([subnet.address.replace(/0$/, "1")]), scope: 20 };
  });

interface Case {
  readonly name: string;
  readonly flags: readonly string[];
  readonly type?: string;
  readonly want: string;
  /** As dig prints it; undefined: the answer has no such option. */
  readonly option: string | undefined;
  /** What the source is asked for. */
  readonly asked: string | undefined;
}

const cases: readonly Case[] = [
  { name: "a network", flags: ["+subnet=8.8.8.0/24"], want: "8.8.8.1", option: "8.8.8.0/24/20", asked: "8.8.8.0/24" },
  {
    name: "an address is cut",
    flags: ["+subnet=8.8.8.77/32"],
    want: "8.8.8.1",
    option: "8.8.8.77/32/20",
    asked: "8.8.8.0/24",
  },
  {
    name: "a wide network",
    flags: ["+subnet=8.8.0.0/16"],
    want: "8.8.0.1",
    option: "8.8.0.0/16/16",
    asked: "8.8.0.0/16",
  },
  { name: "nothing is to be told", flags: ["+subnet=0"], want: GENERAL, option: "0.0.0.0/0/0", asked: "nobody" },
  {
    name: "a special-use network",
    flags: ["+subnet=10.1.0.0/16"],
    want: GENERAL,
    option: "10.1.0.0/16/16",
    asked: "nobody",
  },
  { name: "no option, from loopback", flags: [], want: GENERAL, option: undefined, asked: "nobody" },
  { name: "host bits", flags: ["+ednsopt=8:00011700080809"], want: "FORMERR", option: undefined, asked: undefined },
  {
    name: "a scope in a query",
    flags: ["+ednsopt=8:00011818080808"],
    want: "FORMERR",
    option: undefined,
    asked: undefined,
  },
  {
    name: "what is the same for everyone",
    flags: ["+subnet=8.8.8.0/24"],
    type: "MX",
    want: "10 mail.example.com.",
    option: "8.8.8.0/24/0",
    asked: undefined,
  },
];

describe("client subnets at the responder", { skip: skipWithout("dig"), concurrency: 2 }, () => {
  for (const { name, flags, type = "A", want, option, asked } of cases) {
    test(name, async () => {
      const own = source();
      const sets = [set(NAME, "MX", "10 mail.example.com.")];
      await using server = await openPool([zone({ clientSubnet: true, aliases: [alias(NAME)], sets })], {
        source: own,
      });
      for (let count = 0; count < 2; count += 1) {
        const reply = await dig(server, NAME, type, flags);
        assert.equal(reply.status === "NOERROR" ? answerData(reply, type).join(" ") : reply.status, want, reply.text);
        assert.equal(/CLIENT-SUBNET: (\S+)/.exec(reply.text)?.[1], option, reply.text);
      }
      const told = own.asked.map(({ subnet }) =>
        subnet === undefined ? "nobody" : `${subnet.address}/${subnet.prefix}`,
      );
      assert.deepEqual([...new Set(told)], asked === undefined ? [] : [asked]);
    });
  }

  test("a zone that has it switched off tells nothing, and does not give the option back", async () => {
    const own = source();
    await using server = await openPool([zone({ aliases: [alias(NAME)] })], { source: own });
    for (const flags of [["+subnet=8.8.8.0/24"], ["+ednsopt=8:00011700080809"]]) {
      const reply = await dig(server, NAME, "A", flags);
      assert.deepEqual(answerData(reply, "A"), [GENERAL]);
      assert.doesNotMatch(reply.text, /CLIENT-SUBNET/);
    }
    assert.ok(own.asked.every(({ subnet }) => subnet === undefined));
  });
});
