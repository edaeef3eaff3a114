import assert from "node:assert/strict";
import { Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { StreamConnection, type StreamResult } from "../../../../src/transport/client/stream-connection.ts";
import { framed } from "../../../../src/transport/frames.ts";

const IDLE_MS = 5_000;

/** A socket without a network: a test says what comes, and how it ends. */
class PlayedSocket extends Socket {
  readonly sent: number[] = [];
  noDelay = false;
  override write(bytes: Uint8Array): boolean {
    this.sent.push(((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0));
    return true;
  }
  override setNoDelay(noDelay = true): this {
    this.noDelay = noDelay;
    return this;
  }
  override destroy(): this {
    if (!this.destroyed) {
      super.destroy();
      this.emit("close", false);
    }
    return this;
  }
}

function message(id: number): Uint8Array {
  return Uint8Array.from([id >> 8, id & 0xff, ...Array<number>(10).fill(0)]);
}

interface Play {
  readonly socket: PlayedSocket;
  readonly connection: StreamConnection;
  /** "7 response", "8 unreachable: why", in the order in which they ended. */
  readonly ended: string[];
  closes: number;
  readonly send: (id: number, accepts?: boolean) => () => void;
  readonly receive: (id: number) => void;
  /** Moves the clock of the connection, and its timers. */
  readonly pass: (ms: number) => void;
}

function play(context: TestContext, readyEvent: "connect" | "secureConnect" = "connect"): Play {
  let now = 10_000;
  context.mock.timers.enable({ apis: ["setTimeout"] });
  context.mock.method(performance, "now", () => now);
  const socket = new PlayedSocket();
  const ended: string[] = [];
  const onClose = (): void => void (self.closes += 1);
  const connection = new StreamConnection({ socket, readyEvent, idleMs: IDLE_MS, onClose });
  const self: Play = {
    socket,
    connection,
    ended,
    closes: 0,
    send: (id, accepts = true) =>
      connection.send({ query: message(id), timeoutMs: 1_000, accept: () => accepts }, (result) => {
        ended.push(`${id} ${textOf(result)}`);
      }),
    receive: (id) => void socket.emit("data", Buffer.from(framed(message(id)))),
    pass: (ms) => {
      now += ms;
      context.mock.timers.tick(ms);
    },
  };
  return self;
}

function textOf(result: StreamResult): string {
  switch (result.kind) {
    case "response":
      return `response in ${result.tookMs} ms`;
    case "unreachable":
      return `unreachable: ${result.message}`;
    case "stale":
    case "timeout":
      return result.kind;
  }
}

test("queries wait until the peer is known to be the right one", (context) => {
  const { socket, send } = play(context, "secureConnect");
  send(1);
  socket.emit("connect");
  send(2);
  assert.deepEqual(socket.sent, []);
  socket.emit("secureConnect");
  assert.deepEqual(socket.sent, [1, 2]);
  send(3);
  assert.deepEqual(socket.sent, [1, 2, 3]);
});

test("a query leaves at once, although the answer to an earlier one is on its way", (context) => {
  assert.equal(play(context).socket.noDelay, true, "RFC 9210 4.3: TCP_NODELAY");
});

test("each answer goes to the query with its id, with the time that it took", (context) => {
  const { socket, send, receive, pass, ended, connection } = play(context);
  socket.emit("connect");
  send(1);
  pass(20);
  send(2);
  pass(30);
  receive(9);
  receive(2);
  assert.equal(connection.isIdle, false);
  receive(1);
  assert.deepEqual(ended, ["2 response in 30 ms", "1 response in 50 ms"]);
  assert.equal(connection.isIdle, true);
});

test("ids have 16 bits: those that differ in the first byte alone are different", (context) => {
  const { socket, send, receive, ended, connection } = play(context);
  socket.emit("connect");
  send(0x0105);
  assert.deepEqual(
    [connection.canTake(0x0105), connection.canTake(0x0205), connection.canTake(0x0005)],
    [false, true, true],
  );
  send(0x0205);
  receive(0x0205);
  receive(0x0105);
  assert.deepEqual(
    ended.map((line) => line.split(" ")[0]),
    [String(0x0205), String(0x0105)],
  );
});

test("an answer with another id can only be for the query where that is the only one", (context) => {
  const { socket, send, receive, ended } = play(context);
  socket.emit("connect");
  send(1);
  receive(9);
  assert.deepEqual(ended, ["1 response in 0 ms"]);
});

test("an answer that isn't accepted leaves the query waiting", (context) => {
  const { socket, send, receive, ended } = play(context);
  socket.emit("connect");
  send(1, false);
  receive(1);
  assert.deepEqual(ended, []);
});

const ENDS: readonly (readonly [name: string, happens: (of: Play) => void, want: string])[] = [
  [
    "a connection that isn't made is unreachable, with the reason",
    ({ socket }) => {
      socket.emit("error", new Error("connect ECONNREFUSED"));
      socket.destroy();
    },
    "1 unreachable: connect ECONNREFUSED",
  ],
  [
    "a connection that the server closes before any answer is unreachable",
    ({ socket }) => {
      socket.emit("connect");
      socket.destroy();
    },
    "1 unreachable: the server closed the connection",
  ],
  [
    "a server that closes its side will not answer",
    ({ socket }) => {
      socket.emit("connect");
      socket.emit("end");
    },
    "1 unreachable: the server closed the connection",
  ],
  [
    "a connection that has been in use is stale: another one may do",
    ({ socket, receive }) => {
      socket.emit("connect");
      receive(7);
      socket.emit("error", new Error("read ECONNRESET"));
      socket.destroy();
    },
    "1 stale",
  ],
];

for (const [name, happens, want] of ENDS) {
  test(name, (context) => {
    const of = play(context);
    of.send(1, false);
    happens(of);
    assert.deepEqual([of.ended, of.closes, of.connection.canTake(2)], [[want], 1, false]);
    assert.equal(of.socket.destroyed, true);
  });
}

test("a connection takes 32 queries at once, each with an id of its own", (context) => {
  const { socket, send, receive, connection } = play(context);
  socket.emit("connect");
  for (let id = 0; id < 31; id += 1) {
    send(id);
  }
  assert.deepEqual([connection.canTake(30), connection.canTake(31)], [false, true]);
  send(31);
  assert.equal(connection.canTake(32), false);
  receive(0);
  assert.equal(connection.canTake(32), true);
});

test("an id that was taken back is not used again until its late answer has come, which meets nobody", (context) => {
  const { socket, send, receive, connection, ended } = play(context);
  socket.emit("connect");
  const takeBack = send(1);
  send(2);
  takeBack();
  takeBack();
  assert.equal(connection.canTake(1), false);
  receive(1);
  assert.deepEqual([connection.canTake(1), ended], [true, []]);
  receive(2);
  assert.deepEqual(ended, ["2 response in 0 ms"]);
});

test("a query that is taken back after it ended changes nothing", (context) => {
  const { socket, send, receive, connection } = play(context);
  socket.emit("connect");
  const takeBack = send(1);
  receive(1);
  takeBack();
  assert.equal(connection.canTake(1), true);
});

test("a connection on which nothing came for a second is not used again, and ends with its last query", (context) => {
  const { socket, send, pass, connection } = play(context);
  socket.emit("connect");
  const [first, second] = [send(1), send(2)];
  pass(1_000);
  first();
  assert.deepEqual([connection.canTake(3), socket.destroyed], [false, false]);
  second();
  assert.equal(socket.destroyed, true);
});

test("a connection on which something came within the second is used again", (context) => {
  const { socket, send, receive, pass, connection } = play(context);
  socket.emit("connect");
  const takeBack = send(1);
  pass(500);
  receive(9);
  pass(999);
  takeBack();
  assert.deepEqual([connection.canTake(2), socket.destroyed], [true, false]);
});

test("a query that waits for less than a second says nothing of the connection, however old that is", (context) => {
  const { socket, send, receive, pass, connection } = play(context);
  socket.emit("connect");
  send(1);
  receive(1);
  pass(4_000);
  const takeBack = send(2);
  pass(999);
  takeBack();
  assert.equal(connection.canTake(3), true);
});

test("a connection with more than 64 ids that wait for late answers is not used again", (context) => {
  const { socket, send, connection } = play(context);
  socket.emit("connect");
  for (let id = 0; id < 64; id += 1) {
    send(id)();
  }
  assert.equal(connection.canTake(99), true);
  send(64)();
  assert.deepEqual([connection.canTake(99), socket.destroyed], [false, true]);
});

test("a connection without a query is closed when its time is over, and not while one is on the way", (context) => {
  const { socket, send, receive, pass } = play(context);
  socket.emit("connect");
  send(1);
  pass(IDLE_MS * 2);
  assert.equal(socket.destroyed, false);
  receive(1);
  pass(IDLE_MS - 1);
  send(2);
  pass(IDLE_MS);
  assert.equal(socket.destroyed, false);
  receive(2);
  pass(IDLE_MS);
  assert.equal(socket.destroyed, true);
});

test("a connection stays open for a new query after a receiver of an answer sent and cancelled one", (context) => {
  const { socket, connection, send, receive, pass } = play(context);
  socket.emit("connect");
  connection.send({ query: message(1), timeoutMs: 1_000, accept: () => true }, () => send(2)());
  receive(1);
  send(3);
  pass(IDLE_MS);
  assert.equal(socket.destroyed, false);
});

test("a connection that is given up takes no query more", (context) => {
  const { connection, socket, send, ended } = play(context);
  socket.emit("connect");
  send(1);
  connection.destroy();
  assert.deepEqual(
    [connection.canTake(2), socket.destroyed, ended],
    [false, true, ["1 unreachable: the server closed the connection"]],
  );
});
