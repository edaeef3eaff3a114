import { testSeededHistories } from "../support/history/seeded-histories.ts";

testSeededHistories("even");
