/** SipHash-2-4 (Aumasson, Bernstein) of the bytes with a key of 16 bytes. The result has 8 bytes, as RFC 9018 4.4 requires. */
export function sipHash24(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const [k0, k1, k2, k3] = [wordAt(key, 0), wordAt(key, 4), wordAt(key, 8), wordAt(key, 12)];
  const state: State = {
    a: k0 ^ 0x7073_6575,
    aHigh: k1 ^ 0x736f_6d65,
    b: k2 ^ 0x6e64_6f6d,
    bHigh: k3 ^ 0x646f_7261,
    c: k0 ^ 0x6e65_7261,
    cHigh: k1 ^ 0x6c79_6765,
    d: k2 ^ 0x7974_6573,
    dHigh: k3 ^ 0x7465_6462,
  };
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) {
    compress(state, wordAt(bytes, at), wordAt(bytes, at + 4));
  }
  compress(state, wordAt(bytes, whole), (wordAt(bytes, whole + 4) & 0x00ff_ffff) | (bytes.length << 24));
  state.c ^= 0xff;
  rounds(state, 4);
  const low = state.a ^ state.b ^ state.c ^ state.d;
  const high = state.aHigh ^ state.bHigh ^ state.cHigh ^ state.dHigh;
  return Uint8Array.of(low, low >> 8, low >> 16, low >> 24, high, high >> 8, high >> 16, high >> 24);
}

/** Four words of 64 bits in signed 32-bit halves, which the engine keeps in registers. */
interface State {
  a: number;
  aHigh: number;
  b: number;
  bHigh: number;
  c: number;
  cHigh: number;
  d: number;
  dHigh: number;
}

function compress(state: State, low: number, high: number): void {
  state.d ^= low;
  state.dHigh ^= high;
  rounds(state, 2);
  state.a ^= low;
  state.aHigh ^= high;
}

/** Little-endian; missing bytes are 0. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

/** 1 if the sum overflowed 32 bits. */
function carry(sum: number, part: number): number {
  return sum >>> 0 < part >>> 0 ? 1 : 0;
}

/** Each SipRound has four steps: add, rotate the second word to the left, xor. A rotation by 32 bits swaps the halves of a word. */
function rounds(state: State, count: number): void {
  let { a, aHigh, b, bHigh, c, cHigh, d, dHigh } = state;
  for (let round = 0; round < count; round += 1) {
    a = (a + b) | 0;
    aHigh = (aHigh + bHigh + carry(a, b)) | 0;
    let low = (b << 13) | (bHigh >>> 19);
    bHigh = ((bHigh << 13) | (b >>> 19)) ^ aHigh;
    b = low ^ a;
    low = a;
    a = aHigh;
    aHigh = low;
    c = (c + d) | 0;
    cHigh = (cHigh + dHigh + carry(c, d)) | 0;
    low = (d << 16) | (dHigh >>> 16);
    dHigh = ((dHigh << 16) | (d >>> 16)) ^ cHigh;
    d = low ^ c;
    a = (a + d) | 0;
    aHigh = (aHigh + dHigh + carry(a, d)) | 0;
    low = (d << 21) | (dHigh >>> 11);
    dHigh = ((dHigh << 21) | (d >>> 11)) ^ aHigh;
    d = low ^ a;
    c = (c + b) | 0;
    cHigh = (cHigh + bHigh + carry(c, b)) | 0;
    low = (b << 17) | (bHigh >>> 15);
    bHigh = ((bHigh << 17) | (b >>> 15)) ^ cHigh;
    b = low ^ c;
    low = c;
    c = cHigh;
    cHigh = low;
  }
  state.a = a;
  state.aHigh = aHigh;
  state.b = b;
  state.bHigh = bHigh;
  state.c = c;
  state.cHigh = cHigh;
  state.d = d;
  state.dHigh = dHigh;
}
