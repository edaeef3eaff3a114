/** Values that a program drew by chance, each as so many bits. */
export interface Sample {
  /** Named in problems. */
  readonly of: string;
  readonly bits: number;
  readonly values: readonly bigint[];
  /** The least share of values that are different ones. */
  readonly distinct: number;
}

/** Each bit is 1 in this share of fair values. 200 values are 5.6 standard deviations away from it at most, by chance once in 10^7 bits. */
const ONES = { from: 0.3, to: 0.7 };
const LEAST_VALUES = 200;

/** Returns one sentence for each sign that values weren't drawn by chance: too few of them, repeats, and bits that lean to one side. */
export function problemsOfChance({ of, bits, values, distinct }: Sample): readonly string[] {
  const different = new Set(values).size;
  const leaning = Array.from({ length: bits }, (_, bit) => ({ bit, share: shareOfOnes(values, bit) })).filter(
    ({ share }) => share < ONES.from || share > ONES.to,
  );
  return [
    ...(values.length < LEAST_VALUES ? [`${of}: only ${values.length} values`] : []),
    ...(different < values.length * distinct ? [`${of}: ${different} different ones of ${values.length}`] : []),
    ...leaning.map(({ bit, share }) => `${of}: bit ${bit} is 1 in ${Math.round(share * 100)} %`),
  ];
}

function shareOfOnes(values: readonly bigint[], bit: number): number {
  return values.filter((value) => ((value >> BigInt(bit)) & 1n) === 1n).length / values.length;
}
