/** The outputs of a command, and the properties of the terminal. */
export interface Io {
  /** For results, which can go to a pipe. */
  readonly out: Sink;
  /** Progress and problems, for users. */
  readonly err: Sink;
}

export interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly colours: boolean;
  /** The number of characters in a line. If the output is not a terminal, a default. */
  readonly columns: number;
}

/** The members of a Node.js stream that this file uses; see `process.stdout`. */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** The rule of no-color.org: a terminal has colours, unless NO_COLOR is set and not empty. */
export function createSink(stream: Stream, environment: { readonly NO_COLOR?: string | undefined }): Sink {
  const isTerminal = stream.isTTY === true;
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    colours: isTerminal && (environment.NO_COLOR ?? "") === "",
    get columns() {
      return stream.columns ?? 80;
    },
  };
}
