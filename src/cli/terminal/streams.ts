/** What a command may write to, and what it may know of the terminal. */
export interface Io {
  /** Results: what a pipe gets. */
  readonly out: Sink;
  /** Progress and problems: what a person reads. */
  readonly err: Sink;
}

export interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly colours: boolean;
  /** Characters in a line; a plain guess when it is no terminal. */
  readonly columns: number;
}

/** What a stream of Node is to us, see `process.stdout`. */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** The rule of no-color.org: colours on a terminal, unless NO_COLOR is set to something. */
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
