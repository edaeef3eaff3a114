import { type InvalidVector, invalidVectors, type Vector, vectors } from "./vector.ts";

/** RFC 1876 4 has the places, and 3 the parts that may be left out. The bytes are those of BIND 9.18. */
export const LOCATIONS: readonly Vector[] = vectors([
  [
    "LOC",
    "42 21 54 N 71 06 18 W -24m 30m",
    "0033161389172dd070be15f000988d20",
    "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m",
  ],
  [
    "LOC",
    "42 21 43.952 N 71 5 6.344 W -24m 1m 200m",
    "001224138917069070bf2dd800988d20",
    "42 21 43.952 N 71 5 6.344 W -24.00m 1.00m 200.00m 10.00m",
  ],
  [
    "LOC",
    "52 14 05 N 00 08 50 E 10m",
    "001216138b3556c88008165000989a68",
    "52 14 5.000 N 0 8 50.000 E 10.00m 1.00m 10000.00m 10.00m",
  ],
  [
    "LOC",
    "32 7 19 S 116 2 25 E 10m",
    "00121613791b7d2898e6486800989a68",
    "32 7 19.000 S 116 2 25.000 E 10.00m 1.00m 10000.00m 10.00m",
  ],
  [
    "LOC",
    "42 21 28.764 N 71 0 51.617 W -44m 2000m",
    "002516138916cb3c70c310df00988550",
    "42 21 28.764 N 71 0 51.617 W -44.00m 2000.00m 10000.00m 10.00m",
  ],
  [
    "LOC",
    "60 9 N 24 39 E 10m",
    "001216138ce82360854a10a000989a68",
    "60 9 0.000 N 24 39 0.000 E 10.00m 1.00m 10000.00m 10.00m",
  ],
  ["LOC", "60 N 24 E 0", "001216138cdfe60085265c0000989680", "60 0 0.000 N 24 0 0.000 E 0.00m 1.00m 10000.00m 10.00m"],
  ["LOC", "60 n 24 e 0", "001216138cdfe60085265c0000989680", "60 0 0.000 N 24 0 0.000 E 0.00m 1.00m 10000.00m 10.00m"],
  ["LOC", "90 0 0.000 S 180 0 0.000 E 0.00m 0.00m 0.00m 90000000.00m", "000000996cb02700a69fb20000989680"],
]);

export const INVALID_LOCATIONS: readonly InvalidVector[] = invalidVectors([
  ["LOC", "91 N 0 E 0m", /invalid location/],
  ["LOC", "90 0 0.001 N 0 E 0m", /invalid location/],
  ["LOC", "1 60 N 0 E 0m", /invalid location/],
  ["LOC", "1 N 181 E 0m", /invalid location/],
  ["LOC", "1 N 0 E", /invalid location/],
  ["LOC", "1 N 0 E -100000.01m", /invalid location/],
  ["LOC", "1 N 0 E 0m 1m 1m 1m 1m", /invalid location/],
  ["LOC", "", /ends too early: add a location/],
]);
