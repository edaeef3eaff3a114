import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOption, subnetOfClient } from "../../../../src/responder/client/client-subnet.ts";

interface Case {
  readonly name: string;
  readonly option?: string;
  readonly peer?: string;
  /** What is looked up with; a sentence where the query is malformed. */
  readonly want: string | undefined;
}

const PEER = "9.9.9.9";

const cases: readonly Case[] = [
  { name: "no option: the peer's network", want: "9.9.9.0/24" },
  { name: "no option, an IPv6 peer", peer: "2a00:1:2:3ff::4", want: "2a00:1:2:300::/56" },
  { name: "no option, a peer of the local network", peer: "10.1.2.3", want: undefined },
  { name: "no option, loopback", peer: "::1", want: undefined },
  { name: "the option's network and not the peer's", option: "00011800080808", want: "8.8.8.0/24" },
  { name: "a shorter one as it is", option: "000110000808", want: "8.8.0.0/16" },
  { name: "a longer one is cut", option: "0001200008080808", want: "8.8.8.0/24" },
  { name: "a longer one of IPv6 too", option: "000280002a0000010002030405060708090a0b0c", want: "2a00:1:2:300::/56" },
  { name: "source prefix 0: nobody is told of", option: "00010000", want: undefined },
  { name: "family 0", option: "00000000", want: undefined },
  { name: "a special-use network is not forwarded", option: "000118000a0000", want: undefined },
  { name: "a scope in a query", option: "00011818080808", want: "a scope in a query" },
  { name: "host bits", option: "00011700080809", want: "bits beyond the source prefix" },
  { name: "an option of nothing", option: "", want: "too short" },
];

for (const { name, option, peer = PEER, want } of cases) {
  test(name, () => {
    const client = subnetOfClient(option === undefined ? undefined : bytes(option), peer);
    if (client.kind === "malformed") {
      assert.equal(client.problem, want);
      return;
    }
    assert.equal(client.subnet && `${client.subnet.address}/${client.subnet.prefix}`, want);
    assert.deepEqual(client.option, option === undefined ? undefined : bytes(option));
  });
}

const answers: readonly (readonly [option: string, scope: number | undefined, want: string])[] = [
  ["00011800080808", 16, "00011810080808"],
  ["00011800080808", 0, "00011800080808"],
  ["00011800080808", undefined, "00011818080808"],
  ["000110000808", 24, "000110100808"],
  ["0001200008080808", 24, "0001201808080808"],
  ["0001200008080808", undefined, "0001201808080808"],
  ["000280002a0000010002030405060708090a0b0c", 48, "000280302a0000010002030405060708090a0b0c"],
  ["00010000", 24, "00010000"],
  ["00000000", undefined, "00000000"],
];

for (const [option, scope, want] of answers) {
  test(`the answer to ${option} with scope ${scope ?? "of its own"}`, () => {
    assert.deepEqual(answerOption(bytes(option), scope), bytes(want));
  });
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}
