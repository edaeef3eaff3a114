import assert from "node:assert/strict";
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { createNotifySockets } from "../../../src/providers/transfer/notify/notify-sockets.ts";
import { until } from "../../support/folder.ts";

interface Secondary extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly senders: readonly RemoteInfo[];
}

/** Sends back what it gets. */
async function secondary(address: string): Promise<Secondary> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const senders: RemoteInfo[] = [];
  socket.on("message", (bytes, sender) => {
    senders.push(sender);
    socket.send(bytes, sender.port, sender.address);
  });
  socket.bind(0, address);
  await once(socket, "listening");
  return {
    address,
    port: socket.address().port,
    senders,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}

for (const hosts of [[], ["127.0.0.2"], ["127.0.0.2", "::1"], [""]]) {
  test(`a NOTIFY comes from the listening address of its family, or from any (${JSON.stringify(hosts)})`, async () => {
    await using four = await secondary("127.0.0.1");
    await using six = await secondary("::1");
    const errors: unknown[] = [];
    const replies: string[] = [];
    await using sockets = createNotifySockets({
      hosts,
      onMessage: (bytes, { address, port }) => replies.push(`${address} ${port} ${bytes.join()}`),
      onError: (error) => errors.push(error),
    });
    for (const target of [four, six, four, six]) {
      sockets.send(Uint8Array.of(7), target);
    }
    await until("the replies", () => replies.length + errors.length >= 4);
    assert.deepEqual(errors, []);
    const from = (to: Secondary): string => `${to.address} ${to.port} 7`;
    assert.deepEqual(replies.toSorted(), [from(four), from(four), from(six), from(six)].toSorted());
    assert.deepEqual(
      [four, six].map(({ senders }) => [...new Set(senders.map(({ address }) => address))]),
      [[hosts.includes("127.0.0.2") ? "127.0.0.2" : "127.0.0.1"], ["::1"]],
    );
    assert.deepEqual(
      [four, six].map(({ senders }) => new Set(senders.map(({ port }) => port)).size),
      [1, 1],
      "one socket for each family",
    );
  });
}

test("an address that can't be used is an error of each NOTIFY, and the other family goes on", async () => {
  await using four = await secondary("127.0.0.1");
  await using six = await secondary("::1");
  const errors: unknown[] = [];
  let replies = 0;
  await using sockets = createNotifySockets({
    hosts: ["192.0.2.1"],
    onMessage: () => (replies += 1),
    onError: (error) => errors.push(error),
  });
  for (let round = 1; round <= 3; round += 1) {
    sockets.send(Uint8Array.of(round), four);
    sockets.send(Uint8Array.of(round), six);
    await until("an error", () => errors.length >= round && replies === round);
  }
  assert.ok(
    errors.every((error) => /EADDRNOTAVAIL/.test(String(error))),
    errors.join(),
  );
});
