import type { Field } from "./field.ts";

/** Fields in sequence, separated by blanks. A field with an empty text is omitted. */
export function sequence(...fields: readonly Field[]): Field {
  return {
    noun: fields[0]?.noun ?? "",
    parse: (text, into) => {
      for (const field of fields) {
        const problem = field.parse(text, into);
        if (problem !== undefined) {
          return problem;
        }
      }
      return undefined;
    },
    print: (reader) => {
      let line = "";
      for (const field of fields) {
        const text = field.print(reader);
        if (text === undefined || reader.problem !== undefined) {
          return undefined;
        }
        line += line === "" || text === "" ? text : ` ${text}`;
      }
      return line;
    },
  };
}

/** A field with an additional check of its bytes. `problemOf` returns a message for users. */
export function checked(field: Field, problemOf: (bytes: Uint8Array) => string | undefined): Field {
  return {
    noun: field.noun,
    parse: (text, into) => {
      const start = into.length;
      const token = text.tokens[text.next];
      const problem = field.parse(text, into);
      const message = problem === undefined ? problemOf(into.bytes.subarray(start, into.length)) : undefined;
      return message === undefined ? problem : { token, message };
    },
    print: (reader) => {
      const start = reader.offset;
      const text = field.print(reader);
      return text === undefined || problemOf(reader.bytes.subarray(start, reader.offset)) !== undefined
        ? undefined
        : text;
    },
  };
}
