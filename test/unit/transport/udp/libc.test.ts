import assert from "node:assert/strict";
import { constants } from "node:os";
import { test, type TestContext } from "node:test";
import { type Libc, loadLibc, systemError } from "../../../../src/transport/udp/libc.ts";
import { createPacketBatch } from "../../../../src/transport/udp/packet-batch.ts";

interface Played {
  readonly libc: Libc;
  /** "name arguments" of each call. */
  readonly calls: string[];
  /** What the next call returns, and errno then. */
  next: { readonly returned: number; readonly errno?: number };
}

/** A libc that records the calls and fails on demand; the real one is in the integration tests. */
function play(context: TestContext): Played {
  const calls: string[] = [];
  let next: Played["next"] = { returned: 0 };
  const call = (name: string, passed: readonly unknown[]): unknown => {
    if (name === "__errno_location") {
      return 1n;
    }
    calls.push([name, ...passed.map(shown)].join(" "));
    return next.returned;
  };
  const dlopen = (_library: null, signatures: object) => ({
    lib: {},
    functions: Object.fromEntries(
      Object.keys(signatures).map((name) => [name, (...passed: readonly unknown[]) => call(name, passed)]),
    ),
  });
  const ffi = { dlopen, getInt32: () => next.errno ?? 0, getRawPointer: () => 0x1000n };
  context.mock.method(process, "getBuiltinModule", () => ffi);
  const loaded = loadLibc();
  return {
    libc: loaded.kind === "loaded" ? loaded.libc : assert.fail(loaded.reason),
    calls,
    get next() {
      return next;
    },
    set next(value) {
      next = value;
    },
  };
}

function shown(argument: unknown): string {
  if (argument instanceof Uint8Array) {
    return Buffer.from(argument).toString("hex");
  }
  return argument instanceof Int32Array || argument instanceof Uint32Array ? `[${argument.join()}]` : String(argument);
}

const isSupported = process.platform === "linux" && ["x64", "arm64"].includes(process.arch);
const skip = isSupported ? false : "not supported on this system";

test("each call has the numbers of Linux", { skip }, (context) => {
  const of = play(context);
  const { libc, calls } = of;
  of.next = { returned: 7 };
  assert.deepEqual([libc.socket(4), libc.socket(6)], [7, 7]);
  of.next = { returned: 0 };
  libc.replace(3, 4);
  libc.setOption(7, "SO_REUSEADDR", 0);
  libc.setOption(7, "SO_REUSEPORT", 1);
  libc.setOption(7, "SO_RCVBUF", 4_194_304);
  libc.setOption(7, "IP_PKTINFO", 1);
  libc.setOption(7, "IPV6_V6ONLY", 1);
  libc.setOption(7, "IPV6_RECVPKTINFO", 1);
  libc.bind(7, Uint8Array.of(2, 0, 0, 53));
  assert.equal(libc.localAddress(7).length, 28);
  libc.close(7);
  assert.deepEqual(calls, [
    // SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC is 0o2004002.
    "socket 2 526338 0",
    "socket 10 526338 0",
    "dup3 3 4 524288",
    "setsockopt 7 1 2 [0] 4",
    "setsockopt 7 1 15 [1] 4",
    "setsockopt 7 1 8 [4194304] 4",
    "setsockopt 7 0 8 [1] 4",
    "setsockopt 7 41 26 [1] 4",
    "setsockopt 7 41 49 [1] 4",
    "bind 7 02000035 4",
    `getsockname 7 ${"00".repeat(28)} [28]`,
    "close 7",
  ]);
});

test("packets are received into the whole batch, and sent from a part of it, without a wait", { skip }, (context) => {
  const of = play(context);
  const batch = createPacketBatch(8, () => 0x1000n);
  of.next = { returned: 3 };
  assert.deepEqual([of.libc.receive(7, batch), of.libc.send(7, batch, 2, 5)], [3, 3]);
  assert.deepEqual(of.calls, ["recvmmsg 7 4096 8 64 null", "sendmmsg 7 4224 3 64"], "MSG_DONTWAIT is 64");
  of.next = { returned: 0 };
  assert.equal(of.libc.receive(7, batch), 0);
  const { EAGAIN } = constants.errno;
  of.next = { returned: -1, errno: EAGAIN };
  assert.deepEqual([of.libc.receive(7, batch), of.libc.send(7, batch, 0, 1)], [-EAGAIN, -EAGAIN]);
});

test("a call that fails throws the system's error, as those of Node.js", { skip }, (context) => {
  const of = play(context);
  const { libc } = of;
  const { EADDRINUSE, ENOBUFS } = constants.errno;
  of.next = { returned: -1, errno: EADDRINUSE };
  const calls: readonly (readonly [syscall: string, call: () => unknown])[] = [
    ["socket", () => libc.socket(4)],
    ["dup3", () => libc.replace(3, 4)],
    ["setsockopt", () => libc.setOption(7, "SO_RCVBUF", 1)],
    ["bind", () => libc.bind(7, Uint8Array.of(2))],
    ["getsockname", () => libc.localAddress(7)],
    ["close", () => libc.close(7)],
  ];
  for (const [syscall, call] of calls) {
    assert.throws(call, { message: `${syscall} EADDRINUSE`, code: "EADDRINUSE", errno: -EADDRINUSE, syscall });
  }
  assert.equal(systemError("recvmmsg", -ENOBUFS).message, "recvmmsg ENOBUFS");
});

test("no call gets a standard stream, or a number that is no socket", { skip }, (context) => {
  const { libc, calls } = play(context);
  for (const fd of [0, 2, -1, 3.5, Number.NaN]) {
    assert.throws(() => libc.close(fd), RangeError, String(fd));
    assert.throws(() => libc.replace(3, fd), RangeError);
    assert.throws(() => libc.replace(fd, 3), RangeError);
  }
  assert.deepEqual(calls, []);
  libc.close(3);
  assert.deepEqual(calls, ["close 3"]);
});

test("a Node.js without the module, or one that refuses it, has a reason", { skip }, (context) => {
  const before = Object.getOwnPropertyDescriptor(process, "emitWarning");
  const load = context.mock.method(process, "getBuiltinModule", (): unknown => undefined);
  assert.deepEqual(loadLibc(), { kind: "unavailable", reason: "this Node.js has no node:ffi" });
  load.mock.mockImplementation(() => {
    throw new Error("access denied");
  });
  assert.deepEqual(loadLibc(), { kind: "unavailable", reason: "access denied" });
  assert.deepEqual(Object.getOwnPropertyDescriptor(process, "emitWarning"), before, "warnings are shown again");
});
