import type { Question } from "../../src/dns/message/message.ts";
import { typeName } from "../../src/dns/registry.ts";
import { labName } from "./zone-store.ts";

/** How often a laboratory server was asked. */
export interface QuestionCounter {
  /** Questions for a name, of one type or all; without a name all questions. */
  asked(name?: string, type?: string): number;
  /** Every name and type, as `name. TYPE`, with its count. */
  questions(): ReadonlyMap<string, number>;
  resetCounts(): void;
}

export interface CountingSide {
  readonly reader: QuestionCounter;
  count(question: Question): void;
}

export function createQuestionCounter(): CountingSide {
  const counts = new Map<string, number>();
  return {
    count: ({ name, type }) => {
      const key = `${name} ${typeName(type)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    reader: {
      asked: (name, type) => {
        const prefix = name === undefined ? "" : `${labName(name)} `;
        return [...counts]
          .filter(([key]) => key.startsWith(prefix) && (type === undefined || key.endsWith(` ${type}`)))
          .reduce((sum, [, count]) => sum + count, 0);
      },
      questions: () => new Map(counts),
      resetCounts: () => counts.clear(),
    },
  };
}
