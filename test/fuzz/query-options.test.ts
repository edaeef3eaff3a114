import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "../support/property.ts";
import { addressBytes, addressText } from "../../src/dns/address/address-wire.ts";
import { clientSubnetData, readClientSubnet, subnetOfOption } from "../../src/dns/message/edns-client-subnet.ts";
import { createScopeCache } from "../../src/dns/address/subnet-cache.ts";
import { maskedBytes, parseSubnet, subnetOf, subnetOfBytes } from "../../src/dns/address/subnet.ts";
import { readAddress } from "../../src/transport/address-words.ts";
import { answerOption, subnetOfClient } from "../../src/responder/client/client-subnet.ts";
import { createCookies } from "../../src/responder/client/cookie.ts";
import { createTokenBuckets } from "../../src/responder/client/token-buckets.ts";

const RUNS = { numRuns: 20_000 };
const anyBytes = fc.uint8Array({ maxLength: 48 });
const address = fc.oneof(fc.ipV4(), fc.ipV6());
const anyText = fc.oneof(
  fc.string({ maxLength: 50 }),
  fc.string({ unit: fc.constantFrom(..."0123456789abF.:%".split("")), maxLength: 45 }),
  address,
);

/** Options that are almost right: a family and prefixes as they should be, and any octets. */
const nearSubnet = fc
  .tuple(fc.constantFrom(0, 1, 2, 3), fc.nat(130), fc.nat(130), fc.uint8Array({ maxLength: 17 }))
  .map(([family, source, scope, bytes]) => Uint8Array.of(0, family, source, scope, ...bytes));
/** Options that are right but for the scope, which is any. */
const rightSubnet = fc
  .tuple(fc.constantFrom(4, 16), fc.nat(128), fc.nat(255), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map(([length, bits, scope, bytes]) =>
    clientSubnetData(subnetOfBytes(bytes.subarray(0, length), Math.min(bits, 8 * length)), scope),
  );
const anySubnet = fc.oneof(anyBytes, nearSubnet, rightSubnet);

test("a client-subnet option is read or malformed; what is read is written the same again", () => {
  fc.assert(
    fc.property(anySubnet, (data) => {
      const read = readClientSubnet(data);
      if (read.kind === "read") {
        const subnet = subnetOfOption(read.option, 128);
        assert.equal(subnet === undefined, read.option.sourcePrefix === 0);
        assert.ok(subnet === undefined || Buffer.compare(clientSubnetData(subnet, data[3]), data) === 0);
      }
    }),
    RUNS,
  );
});

test("an asker's option never makes more known than is allowed, and its answer differs from it in the scope alone", () => {
  fc.assert(
    fc.property(anySubnet, anyText, fc.option(fc.nat(300), { nil: undefined }), (data, peer, scope) => {
      const client = subnetOfClient(data, peer);
      if (client.kind === "malformed") {
        return;
      }
      const { subnet } = client;
      assert.ok(subnet === undefined || subnet.prefix <= (subnet.address.includes(":") ? 56 : 24));
      assert.ok(subnet === undefined || parseSubnet(`${subnet.address}/${subnet.prefix}`) !== undefined);
      const answer = answerOption(data, scope);
      assert.ok(answer[3] !== undefined && answer[3] <= (data[2] ?? 0));
      assert.deepEqual([...answer.subarray(0, 3), 0, ...answer.subarray(4)], [...data]);
      assert.equal(readClientSubnet(answer).kind, "read");
    }),
    RUNS,
  );
});

test("any cookie option has a verdict, and what is given for it is believed at its own address alone", () => {
  const cookies = createCookies({ current: new Uint8Array(16).fill(7), previous: new Uint8Array(16).fill(9) });
  fc.assert(
    fc.property(anyBytes, anyText, fc.nat(4_000_000_000), (option, peer, seconds) => {
      const now = seconds * 1_000;
      const verdict = cookies.check(option, peer, now);
      assert.equal(verdict === "malformed", option.length !== 8 && (option.length < 16 || option.length > 40));
      assert.ok(verdict !== "valid" && verdict !== "renew");
      if (verdict !== "malformed") {
        const given = cookies.reply(option, verdict, peer, now);
        assert.deepEqual(given.subarray(0, 8), option.subarray(0, 8));
        assert.equal(cookies.check(given, peer, now), "valid");
        assert.equal(cookies.check(given, "198.51.100.254", now), peer === "198.51.100.254" ? "valid" : "invalid");
      }
    }),
    { numRuns: 10_000 },
  );
});

test("an address is read as the slower reader reads it, and any text without a throw", () => {
  const words = new Uint32Array(4);
  fc.assert(
    fc.property(anyText, (text) => {
      const family = readAddress(text, words);
      const bytes = addressBytes(text.includes(":") ? text.replace(/%.*$/u, "") : text);
      if (bytes === undefined) {
        return;
      }
      const isMapped = bytes.length === 16 && addressText(bytes).startsWith("::ffff:") && bytes[10] === 255;
      const want = isMapped ? bytes.subarray(12) : bytes;
      assert.equal(family, want.length === 4 ? 4 : 6, text);
      const got = Array.from(words.subarray(0, want.length / 4), (word) => word.toString(16).padStart(8, "0"));
      assert.equal(got.join(""), Buffer.from(want).toString("hex"), text);
    }),
    { ...RUNS, examples: [["0.0.0.0%"]] },
  );
});

test("any text is a network, or none; a network is its own text", () => {
  fc.assert(
    fc.property(anyText, fc.nat(140), (text, prefix) => {
      subnetOf(text);
      const subnet = parseSubnet(`${text}/${prefix}`);
      assert.ok(
        subnet === undefined ||
          (subnet.address === subnetOf(subnet.address, { ipv4: prefix, ipv6: prefix })?.address &&
            subnet.prefix === prefix),
      );
    }),
    RUNS,
  );
});

/** One IPv4 /24 out of few, so that networks meet. */
const network = fc
  .tuple(fc.constantFrom(8, 9), fc.constantFrom(0, 8), fc.constantFrom(0, 1, 64, 128, 255))
  .map(([a, b, c]) => Uint8Array.of(a, b, c, 0));
const puts = fc.array(fc.tuple(fc.constantFrom("k", "l"), network, fc.constantFrom(0, 7, 8, 9, 15, 16, 17, 22, 24)), {
  maxLength: 30,
});

test("the cache gives what a list of all networks would give", () => {
  fc.assert(
    fc.property(puts, network, (list, asked) => {
      const cache = createScopeCache<number>(1_000);
      let model: readonly (readonly [key: string, net: Uint8Array, scope: number, value: number])[] = [];
      const contains = (net: Uint8Array, scope: number, other: Uint8Array): boolean =>
        Buffer.compare(maskedBytes(net, scope), maskedBytes(other, scope)) === 0;
      for (const [value, [key, net, scope]] of list.entries()) {
        cache.put(key, subnetOfBytes(net, 24), { scope, value });
        model = [...model.filter(([k, n, s]) => k !== key || !contains(n, s, net)), [key, net, scope, value]];
      }
      assert.equal(cache.size, model.length);
      const fitting = model.filter(([key, net, scope]) => key === "k" && contains(net, scope, asked));
      const best = fitting.toSorted((a, b) => b[2] - a[2])[0];
      const found = cache.find("k", subnetOfBytes(asked, 24));
      assert.deepEqual(found && [found.scope, found.value], best && [best[2], best[3]]);
    }),
    { numRuns: 5_000 },
  );
});

test("whatever comes when, a bucket gives no more than its burst and what came back since", () => {
  const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(2_000)), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(
      steps,
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 1_000 }),
      (list, perSecond, burst) => {
        const buckets = createTokenBuckets(64, Uint32Array.of(1, 2, 3, 4, 5, 6));
        const given = [0, 0, 0, 0];
        let passed = 0;
        for (const [key, ms] of list) {
          passed += ms;
          const refused = buckets.take(key, 1, 2, { perSecond, burst }, 1_800_000_000_000 + passed);
          given[key] = (given[key] ?? 0) + (refused === 0 ? 1 : 0);
          assert.ok((given[key] ?? 0) <= burst + (perSecond * passed) / 1_000 + 0.01);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
