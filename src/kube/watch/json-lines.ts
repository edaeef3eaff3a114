/** The lines of a stream, without empty lines. A last line without a line feed is dropped, because it is incomplete. */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of chunks) {
    const lines = decoder.decode(chunk, { stream: true }).split("\n");
    const tail = lines.pop() ?? "";
    for (const line of lines) {
      const whole = parts.length === 0 ? line : parts.join("") + line;
      parts = [];
      if (whole !== "") {
        yield whole;
      }
    }
    if (tail !== "") {
      parts.push(tail);
    }
  }
}
