/** A hash of 32 bits, the same in every process. Texts can be chosen so that their hashes collide. */
export function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  }
  return mixed(hash, 0);
}

/** The parameters of FNV-1a with 32 bits. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Combines two hashes into one. Each bit of the result depends on all bits of both. The last steps are those of MurmurHash3. */
export function mixed(one: number, other: number): number {
  let hash = one ^ Math.imul(other, GOLDEN);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 2^32 divided by the golden ratio. */
const GOLDEN = 0x9e3779b1;
